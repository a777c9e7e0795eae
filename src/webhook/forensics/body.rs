//! The forms a body takes on its way through proxies, editors and decoders.

use super::cause::Cause;
use super::json_text::{Escapes, JsonText, Layout, Order};
use std::io::Read as _;

/// Bytes a compressed body may grow to.
const MOST_INFLATED: u64 = 4 << 20;
/// Bodies longer than this are not written anew in every style.
const MOST_RESTYLED: usize = 256 << 10;

const LAYOUTS: &[Layout] = &[
    Layout::Kept,
    Layout::Compact,
    Layout::Spaced,
    Layout::Lines {
        indent: "  ",
        end: "\n",
    },
    Layout::Lines {
        indent: "    ",
        end: "\n",
    },
    Layout::Lines {
        indent: "  ",
        end: "\r\n",
    },
    Layout::Lines {
        indent: "    ",
        end: "\r\n",
    },
    Layout::Lines {
        indent: "\t",
        end: "\n",
    },
];

const ESCAPES: &[Escapes] = &[
    Escapes::Kept,
    Escapes::Least,
    Escapes::Ascii,
    Escapes::DotNet,
    Escapes::AsciiUpper,
    Escapes::Php,
    Escapes::Go,
];

/// A form of the body and what makes it differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    /// What may have been signed.
    pub(super) bytes: Vec<u8>,
    /// The difference.
    pub(super) cause: Cause,
}

/// Hands every other form of the body to `visit`, the likeliest first, one at a time; stops when it returns something.
pub(super) fn search<T>(body: &[u8], mut visit: impl FnMut(Variant) -> Option<T>) -> Option<T> {
    let mut seen = |bytes: Vec<u8>, cause| {
        if bytes == body {
            None
        } else {
            visit(Variant { bytes, cause })
        }
    };
    let decoded = decoded(body);
    ends(body, &mut seen)
        .or_else(|| {
            decoded
                .iter()
                .find_map(|form| seen(form.bytes.clone(), form.cause))
        })
        .or_else(|| restyled(body, None, &mut seen))
        .or_else(|| encoded(body, &mut seen))
        .or_else(|| {
            // What was packed or encoded on the way may have been rewritten as well.
            decoded.iter().find_map(|form| {
                ends(&form.bytes, &mut |bytes, _| seen(bytes, form.cause))
                    .or_else(|| restyled(&form.bytes, Some(form.cause), &mut seen))
            })
        })
        .or_else(|| seen(Vec::new(), Cause::EmptyBody))
}

/// White space at the ends, line endings, a byte order mark.
fn ends<T>(body: &[u8], seen: &mut impl FnMut(Vec<u8>, Cause) -> Option<T>) -> Option<T> {
    let with = |end: &[u8]| [body, end].concat();
    seen(body.trim_ascii_end().to_vec(), Cause::BodyTrailingNewline)
        .or_else(|| seen(with(b"\n"), Cause::BodyTrailingNewline))
        .or_else(|| seen(with(b"\r\n"), Cause::BodyTrailingNewline))
        .or_else(|| seen(body.trim_ascii().to_vec(), Cause::BodyTrailingNewline))
        .or_else(|| seen([b"\xef\xbb\xbf", body].concat(), Cause::BodyBom))
        .or_else(|| seen(line_ends(body, b"\n"), Cause::BodyLineEndings))
        .or_else(|| seen(line_ends(body, b"\r\n"), Cause::BodyLineEndings))
        .or_else(|| seen(line_ends(body, b"\r"), Cause::BodyLineEndings))
}

/// The same lines with other ends.
fn line_ends(body: &[u8], end: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'\r' => {
                rest.next_if_eq(&b'\n');
                out.extend(end);
            }
            b'\n' => out.extend(end),
            other => out.push(other),
        }
    }
    out
}

/// The body without its packing: decompressed, without a byte order mark, as UTF-8.
fn decoded(body: &[u8]) -> Vec<Variant> {
    let mut found = Vec::new();
    let mut inflate = |reader: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        if reader.take(MOST_INFLATED).read_to_end(&mut bytes).is_ok() && !bytes.is_empty() {
            found.push(Variant {
                bytes,
                cause: Cause::CompressedBody,
            });
        }
    };
    match body {
        [0x1f, 0x8b, ..] => inflate(&mut flate2::read::MultiGzDecoder::new(body)),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => inflate(&mut flate2::read::ZlibDecoder::new(body)),
        _ => {}
    }
    if let Some(rest) = body.strip_prefix(b"\xef\xbb\xbf") {
        found.push(Variant {
            bytes: rest.to_vec(),
            cause: Cause::BodyBom,
        });
    }
    let text = match body {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [first, 0, ..] if *first != 0 => utf16(body, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => utf16(body, u16::from_be_bytes),
        _ if std::str::from_utf8(body).is_err() => {
            Some(body.iter().map(|byte| from_1252(*byte)).collect())
        }
        _ => None,
    };
    found.extend(text.map(|text| Variant {
        bytes: text.into_bytes(),
        cause: Cause::BodyCharset,
    }));
    found
}

/// Reads UTF-16, if it is.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]))
        .collect();
    bytes
        .len()
        .is_multiple_of(2)
        .then(|| String::from_utf16(&units).ok())
        .flatten()
}

/// The body in other encodings: what was signed may have been one of them.
fn encoded<T>(body: &[u8], seen: &mut impl FnMut(Vec<u8>, Cause) -> Option<T>) -> Option<T> {
    let text = std::str::from_utf8(body).ok()?;
    let narrow = |byte: fn(char) -> Option<u8>| text.chars().map(byte).collect::<Option<Vec<u8>>>();
    // A text that was read as Latin-1 and written as UTF-8 comes back to itself here as well.
    let latin = narrow(|letter| u8::try_from(letter).ok());
    let windows = narrow(to_1252);
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = [
        [b"\xff\xfe", &little[..]].concat(),
        [b"\xfe\xff", &big[..]].concat(),
    ];
    latin
        .into_iter()
        .chain(windows)
        .chain([little, big])
        .chain(marked)
        .find_map(|bytes| seen(bytes, Cause::BodyCharset))
}

/// What the bytes 0x80 to 0x9f mean in Windows-1252; the gaps stand for themselves.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Reads a Windows-1252 byte.
fn from_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// Writes a Windows-1252 byte.
fn to_1252(letter: char) -> Option<u8> {
    match WINDOWS_1252.iter().position(|known| *known == letter) {
        Some(at) => u8::try_from(at + 0x80).ok(),
        None => u8::try_from(letter).ok(),
    }
}

/// The JSON written anew in every style, then with its members in another order; `outer` is what was undone before.
fn restyled<T>(
    body: &[u8],
    outer: Option<Cause>,
    seen: &mut impl FnMut(Vec<u8>, Cause) -> Option<T>,
) -> Option<T> {
    let json = JsonText::parse(std::str::from_utf8(body).ok()?)?;
    let escapes = effective_escapes(&json, body);
    let named = |layout: Layout| {
        outer.unwrap_or(if layout == Layout::Kept {
            Cause::EscapedBody
        } else {
            Cause::ReSerialisedBody
        })
    };
    LAYOUTS
        .iter()
        .find_map(|layout| {
            escapes
                .iter()
                .find_map(|escapes| written(&json, (*layout, *escapes), named(*layout), seen))
        })
        .or_else(|| {
            [Order::Documented, Order::ByName]
                .into_iter()
                .map(|order| json.reordered(order))
                .find_map(|json| {
                    LAYOUTS[1..].iter().find_map(|layout| {
                        escapes.iter().find_map(|escapes| {
                            written(&json, (*layout, *escapes), named(*layout), seen)
                        })
                    })
                })
        })
}

/// One style, with and without a line break at the end.
fn written<T>(
    json: &JsonText<'_>,
    style: (Layout, Escapes),
    cause: Cause,
    seen: &mut impl FnMut(Vec<u8>, Cause) -> Option<T>,
) -> Option<T> {
    let (layout, escapes) = style;
    let text = json.write(layout, escapes);
    let end = match layout {
        Layout::Kept | Layout::Compact | Layout::Spaced => "\n",
        Layout::Lines { end, .. } => end,
    };
    seen(text.clone().into_bytes(), cause).or_else(|| seen((text + end).into_bytes(), cause))
}

/// The habits of escaping that make a difference for this body.
fn effective_escapes(json: &JsonText<'_>, body: &[u8]) -> Vec<Escapes> {
    if body.len() > MOST_RESTYLED {
        return vec![Escapes::Kept];
    }
    let mut known: Vec<(Escapes, String)> = Vec::new();
    for escapes in ESCAPES {
        let text = json.write(Layout::Compact, *escapes);
        if known.iter().all(|(_, other)| *other != text) {
            known.push((*escapes, text));
        }
    }
    known.into_iter().map(|(escapes, _)| escapes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn cause_of(received: &[u8], signed: &[u8]) -> Option<Cause> {
        search(received, |form| {
            (form.bytes == signed).then_some(form.cause)
        })
    }

    const COMPACT: &[u8] = "{\"Type\":\"ping\",\"Name\":\"é\"}".as_bytes();
    const PRETTY: &[u8] = "{\n  \"Type\": \"ping\",\n  \"Name\": \"é\"\n}".as_bytes();

    #[test]
    fn other_white_space_is_a_body_written_anew() {
        let spaced = "{\"Type\": \"ping\", \"Name\": \"é\"}".as_bytes();
        let python = br#"{"Type": "ping", "Name": "\u00e9"}"#;
        assert_eq!(cause_of(python, COMPACT), Some(Cause::ReSerialisedBody));
        assert_eq!(cause_of(COMPACT, python), Some(Cause::ReSerialisedBody));
        let forms = [COMPACT, PRETTY, spaced, &line_ends(PRETTY, b"\r\n")];
        for received in forms {
            for signed in forms {
                let found = cause_of(received, signed);
                let lines_only =
                    received != signed && line_ends(received, b"\n") == line_ends(signed, b"\n");
                let expected = if lines_only {
                    Cause::BodyLineEndings
                } else {
                    Cause::ReSerialisedBody
                };
                assert_eq!(found, (received != signed).then_some(expected));
            }
        }
    }

    #[test]
    fn sorted_members_are_a_body_written_anew() {
        let original = br#"{"Type":"job.started","EventId":"1","Job":{"Key":"a","State":"Running"},"TenantId":1}"#;
        let value: serde_json::Value = serde_json::from_slice(original).unwrap();
        let (sorted, pretty) = (
            serde_json::to_vec(&value).unwrap(),
            serde_json::to_vec_pretty(&value).unwrap(),
        );
        assert_ne!(sorted, original);
        for received in [&sorted, &pretty] {
            assert_eq!(cause_of(received, original), Some(Cause::ReSerialisedBody));
            assert_eq!(cause_of(original, received), Some(Cause::ReSerialisedBody));
        }
    }

    #[test]
    fn other_escapes_alone_are_told() {
        let (lower, upper) = (
            br#"{"Type":"ping","Name":"\u00e9"}"#,
            br#"{"Type":"ping","Name":"\u00E9"}"#,
        );
        for (received, signed) in [
            (COMPACT, &lower[..]),
            (lower, COMPACT),
            (upper, COMPACT),
            (lower, upper),
        ] {
            assert_eq!(cause_of(received, signed), Some(Cause::EscapedBody));
        }
    }

    #[test]
    fn what_stands_at_the_ends_is_told() {
        for end in ["\n", "\r\n"] {
            let longer = [COMPACT, end.as_bytes()].concat();
            assert_eq!(cause_of(&longer, COMPACT), Some(Cause::BodyTrailingNewline));
            assert_eq!(cause_of(COMPACT, &longer), Some(Cause::BodyTrailingNewline));
        }
        let marked = [b"\xef\xbb\xbf", COMPACT].concat();
        assert_eq!(cause_of(&marked, COMPACT), Some(Cause::BodyBom));
        assert_eq!(cause_of(COMPACT, &marked), Some(Cause::BodyBom));
        assert_eq!(cause_of(COMPACT, b""), Some(Cause::EmptyBody));
    }

    #[test]
    fn another_encoding_is_told() {
        let latin = b"{\"Type\":\"ping\",\"Name\":\"\xe9\"}";
        let twice = "{\"Type\":\"ping\",\"Name\":\"Ã©\"}".as_bytes();
        for (received, signed) in [(&latin[..], COMPACT), (COMPACT, latin), (twice, COMPACT)] {
            assert_eq!(cause_of(received, signed), Some(Cause::BodyCharset));
        }
    }

    #[test]
    fn a_packed_body_is_unpacked_even_when_it_was_rewritten_too() {
        let compact = b"{\"Type\":\"ping\"}";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(b"{\"Type\": \"ping\"}").unwrap();
        assert_eq!(
            cause_of(&gzip.finish().unwrap(), compact),
            Some(Cause::CompressedBody)
        );
        let little: Vec<u8> = "\u{feff}{\"Type\":\"ping\"}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(cause_of(&little, compact), Some(Cause::BodyCharset));
        assert_eq!(cause_of(&little[2..], compact), Some(Cause::BodyCharset));
    }

    #[test]
    fn a_body_that_says_something_else_is_never_found() {
        assert_eq!(
            cause_of(b"{\"Type\":\"ping\"}", b"{\"Type\":\"pong\"}"),
            None
        );
    }

    #[test]
    fn a_bomb_is_not_unpacked_whole() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![b' '; 1 << 20];
        (0..16).for_each(|_| gzip.write_all(&zeros).unwrap());
        let most = decoded(&gzip.finish().unwrap())
            .iter()
            .map(|form| form.bytes.len())
            .max();
        assert_eq!(most, Some(4 << 20));
    }
}
