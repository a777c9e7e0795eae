//! A request as the stand-in reads it.

use base64::Engine as _;
use hyper::HeaderMap;
use jiff::Timestamp;

/// One request, whole.
#[derive(Debug)]
pub(super) struct Request {
    /// GET, POST …
    pub(super) method: String,
    /// The path, still percent-encoded.
    pub(super) path: String,
    /// The query, undecoded.
    pub(super) raw_query: String,
    /// The query, decoded.
    pub(super) query: Vec<(String, String)>,
    /// The headers.
    pub(super) headers: HeaderMap,
    /// The body.
    pub(super) body: Vec<u8>,
    /// The stand-in's time at which it came.
    pub(super) at: Timestamp,
}

impl Request {
    /// A request with its query decoded.
    pub(super) fn new(
        method: &str,
        uri: &hyper::Uri,
        headers: HeaderMap,
        body: Vec<u8>,
        at: Timestamp,
    ) -> Self {
        let raw_query = uri.query().unwrap_or_default().to_owned();
        let query = url::form_urlencoded::parse(raw_query.as_bytes())
            .into_owned()
            .collect();
        Self {
            method: method.to_owned(),
            path: uri.path().to_owned(),
            raw_query,
            query,
            headers,
            body,
            at,
        }
    }

    /// A header, if it is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A query parameter; names differ in case only by mistake, as ASP.NET takes it.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The bearer token.
    pub(super) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim())
    }

    /// The folder asked for.
    pub(super) fn folder(&self) -> Option<FolderChoice> {
        if let Some(id) = self.header("x-uipath-organizationunitid") {
            return Some(
                id.trim()
                    .parse()
                    .map_or(FolderChoice::Unreadable, FolderChoice::Id),
            );
        }
        if let Some(key) = self.header("x-uipath-folderkey") {
            return Some(FolderChoice::Key(key.trim().to_owned()));
        }
        if let Some(path) = self.headers.get("x-uipath-folderpath") {
            return Some(
                String::from_utf8(path.as_bytes().to_vec())
                    .map_or(FolderChoice::Unreadable, FolderChoice::Path),
            );
        }
        let encoded = self.header("x-uipath-folderpath-encoded")?;
        Some(utf16_path(encoded).map_or(FolderChoice::Unreadable, FolderChoice::Path))
    }
}

/// The ways to say which folder is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FolderChoice {
    /// By number.
    Id(i64),
    /// By GUID.
    Key(String),
    /// By fully qualified name.
    Path(String),
    /// In a way that cannot be read.
    Unreadable,
}

/// The path in `X-UIPATH-FolderPath-Encoded`: Base64 of UTF-16, little end first.
fn utf16_path(encoded: &str) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(encoded.trim())
        .ok()?;
    if bytes.len() % 2 != 0 {
        return None;
    }
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    String::from_utf16(&units).ok()
}

/// A path segment without percent-encoding; `None` when it is not UTF-8.
pub(super) fn decoded(segment: &str) -> Option<String> {
    let bytes = segment.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = if bytes[at] == b'%' {
            let pair = segment.get(at + 1..at + 3)?;
            at += 2;
            u8::from_str_radix(pair, 16)
                .ok()
                .filter(|_| pair.bytes().all(|byte| byte.is_ascii_hexdigit()))?
        } else {
            bytes[at]
        };
        plain.push(byte);
        at += 1;
    }
    String::from_utf8(plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_folder_path_is_base64_of_utf16() {
        let bytes: Vec<u8> = "経理/A".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
        assert_eq!(utf16_path(&encoded).as_deref(), Some("経理/A"));
    }

    #[test]
    fn a_segment_is_decoded_and_a_broken_escape_is_not() {
        assert_eq!(decoded("R%26D%20%E7%B5%8C").as_deref(), Some("R&D 経"));
        assert_eq!(decoded("50%"), None);
        assert_eq!(decoded("%+f"), None);
    }
}
