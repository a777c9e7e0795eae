//! Takes secrets out of what a server sends back, before anyone sees it.

use crate::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{HeaderMap, HeaderValue};

/// What stands where a secret was.
const VEIL: &[u8] = b"(secret)";

/// Shorter secrets are not looked for: their letters stand in every text.
const SHORTEST: usize = 4;

/// The forms a secret may come back in.
#[derive(Clone, Default)]
pub struct Veil {
    forms: Vec<Vec<u8>>,
}

impl Veil {
    /// Covers nothing: where no secret is sent.
    pub const fn nothing() -> Self {
        Self { forms: Vec::new() }
    }

    /// Adds a secret.
    pub fn cover(&mut self, secret: &Secret) {
        let forms = secret.on_the_wire(|text| {
            if text.len() < SHORTEST {
                return Vec::new();
            }
            let json = serde_json::Value::from(text).to_string();
            let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
            let hex: String = crate::shown::hex(text.as_bytes());
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let mut forms = vec![
                text.as_bytes().to_vec(),
                json.as_bytes()[1..json.len() - 1].to_vec(),
                encoded.replace('+', "%20").into_bytes(),
                encoded.into_bytes(),
                STANDARD
                    .encode(text.as_bytes())
                    .trim_end_matches('=')
                    .as_bytes()
                    .to_vec(),
                html(text).into_bytes(),
                hex.into_bytes(),
                utf16,
            ];
            let reversed: Vec<u8> = text.bytes().rev().collect();
            forms.push(reversed);
            forms
        });
        self.forms.extend(forms);
        self.forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        self.forms.dedup();
    }

    /// The bytes without any form of any secret.
    pub fn over(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.forms
            .iter()
            .fold(bytes, |bytes, form| replaced(bytes, form))
    }

    /// The headers without any form of any secret.
    pub fn over_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if let Ok(veiled) = HeaderValue::from_bytes(&self.over(value.as_bytes().to_vec())) {
                *value = veiled;
            }
        }
    }
}

/// The five characters that HTML escapes.
fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// Every occurrence replaced.
fn replaced(bytes: Vec<u8>, form: &[u8]) -> Vec<u8> {
    let Some(first) = form.first() else {
        return bytes;
    };
    let mut out = Vec::new();
    let mut rest = bytes.as_slice();
    let mut searched = 0;
    while let Some(at) = rest[searched..]
        .iter()
        .position(|byte| byte == first)
        .map(|at| at + searched)
    {
        if rest[at..].starts_with(form) {
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(VEIL);
            rest = &rest[at + form.len()..];
            searched = 0;
        } else {
            searched = at + 1;
        }
    }
    if out.is_empty() && rest.len() == bytes.len() {
        return bytes;
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_secret_is_taken_out() {
        let mut veil = Veil::default();
        veil.cover(&Secret::new("p@ss \"word\"".into()));
        for echoed in [
            "you sent p@ss \"word\"!",
            r#"{"password":"p@ss \"word\""}"#,
            "/login?p=p%40ss+%22word%22&x",
            "/login?p=p%40ss%20%22word%22&x",
            "cEBzcyAid29yZCI=",
            "p@ss &quot;word&quot;",
        ] {
            let veiled = String::from_utf8(veil.over(echoed.as_bytes().to_vec())).unwrap();
            assert!(veiled.contains("(secret)"), "{veiled}");
        }
    }

    #[test]
    fn text_without_a_secret_stays() {
        let mut veil = Veil::default();
        veil.cover(&Secret::new("CANARY".into()));
        assert_eq!(veil.over(b"CANAR and CAN".to_vec()), b"CANAR and CAN");
    }
}
