//! The forms a secret takes on its way through files, shells and screens.

use super::cause::Cause;
use super::claim::from_hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A form of the secret, and what makes it differ; nothing for the secret as it is.
pub(super) struct Variant {
    /// The key bytes.
    pub(super) bytes: Vec<u8>,
    /// The difference.
    pub(super) cause: Option<Cause>,
}

/// Every form worth trying, the likeliest first, each once.
pub(super) fn variants(secret: &[u8]) -> Vec<Variant> {
    let mut all: Vec<Variant> = Vec::new();
    let mut add = |bytes: Vec<u8>, cause: Option<Cause>| {
        if all.iter().all(|known| known.bytes != bytes) {
            all.push(Variant { bytes, cause });
        }
    };
    add(secret.to_vec(), None);
    let text = decoded(secret);
    let edits = edits(&text.value);
    for (edited, cause) in &edits {
        add(edited.clone().into_bytes(), cause.or(text.cause));
    }
    for (edited, _) in &edits {
        for (bytes, cause) in encodings(edited) {
            add(bytes, Some(cause));
        }
    }
    let bare = text.value.trim();
    add(
        STANDARD.decode(bare).unwrap_or_default(),
        Some(Cause::SecretBase64),
    );
    add(
        from_hex(bare.as_bytes()).unwrap_or_default(),
        Some(Cause::SecretHex),
    );
    add(
        percent_decoded(bare).into_bytes(),
        Some(Cause::SecretPercent),
    );
    // A failed decoding above leaves an empty key behind, so the label of the empty one is set last.
    all.retain(|variant| !variant.bytes.is_empty() || variant.cause.is_none());
    if !secret.is_empty() {
        all.push(Variant {
            bytes: Vec::new(),
            cause: Some(Cause::SecretEmpty),
        });
    }
    all
}

/// A secret as text, and what had to be undone to read it.
struct Text {
    value: String,
    cause: Option<Cause>,
}

/// Reads the secret's bytes as text: without a byte order mark, and from UTF-16 or Latin-1 where it is no UTF-8.
fn decoded(secret: &[u8]) -> Text {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]))
            .collect();
        Text {
            value: String::from_utf16_lossy(&units),
            cause: Some(Cause::SecretUtf16),
        }
    };
    match secret {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => Text {
            value: String::from_utf8_lossy(rest).into_owned(),
            cause: Some(Cause::SecretBom),
        },
        _ => match std::str::from_utf8(secret) {
            Ok(text) => Text {
                value: text.to_owned(),
                cause: None,
            },
            Err(_) => Text {
                value: secret.iter().copied().map(char::from).collect(),
                cause: Some(Cause::SecretCharset),
            },
        },
    }
}

/// The same secret with and without what people and tools put around it.
fn edits(text: &str) -> Vec<(String, Option<Cause>)> {
    let bare = text.trim_end_matches(['\r', '\n']);
    let mut edits = vec![(text.to_owned(), None)];
    for end in ["", "\n", "\r\n", "\r", "\n\n"] {
        edits.push((format!("{bare}{end}"), Some(Cause::TrailingNewline)));
    }
    let trimmed = text.trim();
    for (before, after) in [
        ("", ""),
        ("", " "),
        (" ", ""),
        (" ", " "),
        ("", "\t"),
        ("\t", ""),
    ] {
        edits.push((
            format!("{before}{trimmed}{after}"),
            Some(Cause::SecretSpaces),
        ));
    }
    edits.push((
        trimmed.trim_matches(['"', '\'', '`']).to_owned(),
        Some(Cause::SecretQuotes),
    ));
    for quote in ['"', '\'', '`'] {
        edits.push((
            format!("{quote}{trimmed}{quote}"),
            Some(Cause::SecretQuotes),
        ));
        edits.push((
            format!("{quote}{trimmed}{quote}\n"),
            Some(Cause::SecretQuotes),
        ));
    }
    edits
}

/// The same text in the encodings that Windows tools write.
fn encodings(text: &str) -> Vec<(Vec<u8>, Cause)> {
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut all = vec![
        (
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            Cause::SecretBom,
        ),
        ([b"\xff\xfe", &little[..]].concat(), Cause::SecretUtf16),
        ([b"\xfe\xff", &big[..]].concat(), Cause::SecretUtf16),
        (little, Cause::SecretUtf16),
        (big, Cause::SecretUtf16),
    ];
    if let Some(bytes) = text
        .chars()
        .map(|letter| u8::try_from(letter).ok())
        .collect::<Option<Vec<u8>>>()
    {
        all.push((bytes, Cause::SecretCharset));
    }
    all
}

/// Undoes a URL encoding; what is none stays.
pub(super) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = (*first == b'%')
            .then(|| tail.get(..2).and_then(from_hex))
            .flatten();
        if let Some(decoded) = pair {
            bytes.extend(decoded);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause_of(secret: &[u8], used: &[u8]) -> Option<Cause> {
        variants(secret)
            .into_iter()
            .find(|variant| variant.bytes == used)
            .expect("the form is tried")
            .cause
    }

    #[test]
    fn each_form_is_tried_under_its_own_name() {
        assert_eq!(cause_of(b"key", b"key"), None);
        assert_eq!(cause_of(b"key", b"key\n"), Some(Cause::TrailingNewline));
        assert_eq!(cause_of(b"key\n", b"key"), Some(Cause::TrailingNewline));
        assert_eq!(cause_of(b"key\r\n", b"key\n"), Some(Cause::TrailingNewline));
        assert_eq!(cause_of(b"key", b" key"), Some(Cause::SecretSpaces));
        assert_eq!(cause_of(b" key ", b"key"), Some(Cause::SecretSpaces));
        assert_eq!(cause_of(b"\"key\"", b"key"), Some(Cause::SecretQuotes));
        assert_eq!(cause_of(b"key", b"'key'"), Some(Cause::SecretQuotes));
        assert_eq!(cause_of(b"key", b"\xef\xbb\xbfkey"), Some(Cause::SecretBom));
        assert_eq!(cause_of(b"\xef\xbb\xbfkey", b"key"), Some(Cause::SecretBom));
        assert_eq!(
            cause_of(b"key", b"\xff\xfek\0e\0y\0\r\0\n\0"),
            Some(Cause::SecretUtf16)
        );
        assert_eq!(
            cause_of(b"\xff\xfek\0e\0y\0", b"key"),
            Some(Cause::SecretUtf16)
        );
        assert_eq!(
            cause_of("clé".as_bytes(), b"cl\xe9"),
            Some(Cause::SecretCharset)
        );
        assert_eq!(cause_of(b"a2V5", b"key"), Some(Cause::SecretBase64));
        assert_eq!(cause_of(b"6b6579", b"key"), Some(Cause::SecretHex));
        assert_eq!(cause_of(b"a%2Bb", b"a+b"), Some(Cause::SecretPercent));
        assert_eq!(cause_of(b"key", b""), Some(Cause::SecretEmpty));
        assert_eq!(cause_of(b"", b""), None);
    }

    #[test]
    fn the_number_of_forms_is_bounded() {
        let longest = variants("\u{feff} \"clé+/==\" \r\n".as_bytes()).len();
        assert!(longest < 200, "{longest}");
    }
}
