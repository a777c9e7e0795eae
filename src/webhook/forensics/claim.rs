//! What a value in the signature header may have been meant to say.

use super::cause::Cause;
use crate::webhook::signature::Presented;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Values longer than this were no signature.
const LONGEST: usize = 512;
/// Header values looked at when there are several.
const MOST_VALUES: usize = 4;

/// Bytes in the digests that are told apart.
const LENGTHS: [usize; 4] = [20, 32, 48, 64];

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STRICT: GeneralPurpose = base64::engine::general_purpose::STANDARD;
const LOOSE: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// One way to understand the value: these bytes, written in this deviating form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// The digest it claims.
    pub(super) tag: Vec<u8>,
    /// How the form differs from Orchestrator's.
    pub(super) form: Vec<Cause>,
}

/// Every way to understand what was presented, the exact form first.
pub(super) fn claims(presented: &Presented) -> Vec<Claim> {
    let mut found = Vec::new();
    match presented {
        Presented::Nothing => {}
        Presented::One(value) => {
            read(value, &[], &mut found);
            if value.contains(',') {
                value
                    .split(',')
                    .take(MOST_VALUES)
                    .for_each(|part| read(part.trim(), &[Cause::TwoSignatures], &mut found));
            }
        }
        Presented::Several(values) => {
            values
                .iter()
                .take(MOST_VALUES)
                .for_each(|value| read(value, &[Cause::TwoSignatures], &mut found));
        }
    }
    found
}

/// Reads one value: strips what stands around it, then decodes.
fn read(value: &str, before: &[Cause], found: &mut Vec<Claim>) {
    if value.is_empty() || value.len() > LONGEST {
        return;
    }
    let mut form = before.to_vec();
    let bare = value.trim().trim_matches(['"', '\'']).trim();
    if bare != value {
        form.push(Cause::SignatureQuotes);
    }
    let (prefix, rest) = without_prefix(bare);
    form.extend(prefix);
    decode(rest, &form, found);
    if rest.contains('%') || rest.contains(' ') {
        form.push(Cause::SignaturePercent);
        decode(
            &super::secret::percent_decoded(rest).replace(' ', "+"),
            &form,
            found,
        );
    }
}

/// Takes a word such as `sha256=` away from the front.
fn without_prefix(value: &str) -> (Option<Cause>, &str) {
    let Some(end) = value.find(['=', ':', ' ']) else {
        return (None, value);
    };
    let (word, rest) = (
        value[..end].to_ascii_lowercase(),
        value[end + 1..].trim_start(),
    );
    // `=` also ends Base64, and a blank may stand for `+`: a word in front is short, and something follows it.
    let is_word = word.len() <= 16
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let is_known = ["sha", "hmac", "signature"]
        .iter()
        .any(|known| word.starts_with(known));
    if rest.trim_matches('=').len() < 20 || !is_word || (value.as_bytes()[end] == b' ' && !is_known)
    {
        return (None, value);
    }
    let cause = if matches!(
        word.trim_start_matches("hmac-").replace('-', "").as_str(),
        "sha256" | "hmacsha256"
    ) {
        Cause::Sha256Prefix
    } else {
        Cause::OtherPrefix
    };
    (Some(cause), rest)
}

/// Decodes the bare value in each way it may have been written.
fn decode(value: &str, form: &[Cause], found: &mut Vec<Claim>) {
    let mut add = |tag: Vec<u8>, cause: Option<Cause>| {
        if !LENGTHS.contains(&tag.len()) {
            return;
        }
        let form = form.iter().copied().chain(cause).collect();
        found.push(Claim { tag, form });
    };
    if let Some(tag) = from_hex(value.as_bytes()) {
        add(tag, Some(Cause::Hex));
    }
    if let Ok(tag) = STRICT.decode(value) {
        if let Some(inner) = from_hex(&tag) {
            add(inner, Some(Cause::Base64OfHex));
        }
        add(tag, None);
    } else if let Ok(tag) = LOOSE.decode(value) {
        add(tag, Some(Cause::LooseBase64));
    } else if let Ok(tag) = URL_SAFE.decode(value) {
        add(tag, Some(Cause::UrlSafeBase64));
    }
}

/// Bytes written as hexadecimal digits, of either case.
pub(super) fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|value| u8::try_from(value).ok())
    };
    text.chunks_exact(2)
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(value: &str) -> Vec<Vec<Cause>> {
        claims(&Presented::One(value.to_owned()))
            .into_iter()
            .map(|claim| claim.form)
            .collect()
    }

    #[test]
    fn each_form_is_recognised() {
        let hex = "00".repeat(32);
        let plain = STRICT.encode([[0x01; 2], [0xfb; 2]].concat().repeat(8));
        assert_eq!(forms(&plain), [vec![]]);
        assert!(
            plain.contains('+') && plain.contains('/') && !plain.starts_with('+'),
            "{plain}"
        );
        assert!(forms(&hex).contains(&vec![Cause::Hex]));
        assert!(forms(&format!("sha256={hex}")).contains(&vec![Cause::Sha256Prefix, Cause::Hex]));
        assert!(forms(&format!("SHA256={plain}")).contains(&vec![Cause::Sha256Prefix]));
        assert!(forms(&format!("HMAC-SHA256 {plain}")).contains(&vec![Cause::Sha256Prefix]));
        assert!(forms(&format!("v1={plain}")).contains(&vec![Cause::OtherPrefix]));
        assert!(forms(&STRICT.encode(&hex)).contains(&vec![Cause::Base64OfHex]));
        assert!(forms(plain.trim_end_matches('=')).contains(&vec![Cause::LooseBase64]));
        assert!(
            forms(&plain.replace('+', "-").replace('/', "_")).contains(&vec![Cause::UrlSafeBase64])
        );
        assert!(forms(&plain.replace('+', "%2B")).contains(&vec![Cause::SignaturePercent]));
        assert!(forms(&plain.replace('+', " ")).contains(&vec![Cause::SignaturePercent]));
        assert!(forms(&format!("\"{plain}\"")).contains(&vec![Cause::SignatureQuotes]));
        assert!(forms(&format!("{plain}, {plain}")).contains(&vec![Cause::TwoSignatures]));
    }

    #[test]
    fn nonsense_claims_nothing() {
        for value in ["", "=", "sha256=", "?", &"A".repeat(600), "été"] {
            assert!(
                claims(&Presented::One(value.to_owned())).is_empty(),
                "{value}"
            );
        }
    }
}
