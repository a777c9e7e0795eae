//! Makes text that others wrote safe to show: bounded, and with nothing in it that a screen would obey or hide.

/// The most characters that a shown text has.
pub const MOST: usize = 200;

/// The text as it may be shown: at most [`MOST`] characters, with invisible and controlling characters written out as `‹U+XXXX›`.
pub fn shown(text: &str) -> String {
    shown_within(text, MOST)
}

/// The text as it may be shown, at most `most` characters long; `…` says that something was left off.
pub fn shown_within(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    // Where to cut back to, should the text turn out not to fit: the last whole piece that leaves room for the ellipsis.
    let mut cut = 0;
    for character in text.chars() {
        let from = out.len();
        let width = if is_visible(character) {
            out.push(character);
            1
        } else {
            let escaped = format!("‹U+{:04X}›", u32::from(character));
            out.push_str(&escaped);
            escaped.chars().count()
        };
        if used + width > most {
            out.truncate(cut);
            if most > 0 {
                out.push('…');
            }
            return out;
        }
        used += width;
        if used < most {
            cut = out.len();
        } else if used - width < most {
            cut = from;
        }
    }
    out
}

/// The text in ASCII: signs by their nearest, what has none as `?`.
pub fn ascii(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    text.chars()
        .map(|character| match character {
            '…' => "...".into(),
            '›' | '»' => ">".into(),
            '‹' | '«' => "<".into(),
            '→' => "->".into(),
            '–' | '—' | '·' => "-".into(),
            '“' | '”' => "\"".into(),
            '‘' | '’' => "'".into(),
            plain if plain.is_ascii() => plain.to_string(),
            _ => "?".into(),
        })
        .collect()
}

/// Milliseconds as seconds with one decimal.
pub fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
}

/// Milliseconds as people say them.
pub fn time(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Whether a character is seen as itself: it neither controls the screen, nor turns the direction of text, nor takes no room.
pub fn is_visible(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    !matches!(u32::from(character),
        0x80..=0x9F | 0xAD                        // C1 controls, soft hyphen
        | 0x034F | 0x061C | 0x115F | 0x1160       // joiner, Arabic mark, Hangul fillers
        | 0x17B4 | 0x17B5 | 0x180B..=0x180F       // inherent vowels, Mongolian selectors
        | 0x200B..=0x200F | 0x2028..=0x202E       // zero width, marks, separators, embeddings and overrides
        | 0x2060..=0x206F                         // word joiner, invisible operators, isolates
        | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF       // filler, variation selectors, byte-order mark
        | 0xFFA0 | 0xFFF0..=0xFFFB                // filler, annotations
        | 0xFDD0..=0xFDEF | 0xFFFE | 0xFFFF       // no characters at all, which XML and HTML refuse
        | 0x1_BCA0..=0x1_BCA3 | 0x1_D173..=0x1_D17A // shorthand and musical controls
        | 0xE_0000..=0xE_0FFF                     // tags and further variation selectors
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(
            shown("CN=Contoso Issuing CA, O=Bücher 東京 😀"),
            "CN=Contoso Issuing CA, O=Bücher 東京 😀"
        );
    }

    #[test]
    fn what_a_screen_would_obey_is_written_out() {
        assert_eq!(
            shown("a\u{1b}[2Jb\0\r\n\t\u{7f}\u{9b}c"),
            "a‹U+001B›[2Jb‹U+0000›‹U+000D›‹U+000A›‹U+0009›‹U+007F›‹U+009B›c"
        );
    }

    #[test]
    fn what_turns_or_hides_text_is_written_out() {
        assert_eq!(
            shown("\u{202e}gpj\u{2066}\u{200b}\u{2028}\u{feff}\u{e0041}\u{ad}"),
            "‹U+202E›gpj‹U+2066›‹U+200B›‹U+2028›‹U+FEFF›‹U+E0041›‹U+00AD›"
        );
    }

    #[test]
    fn a_text_that_just_fits_is_whole() {
        let text = "x".repeat(MOST);
        assert_eq!(shown(&text), text);
    }

    #[test]
    fn a_text_that_is_too_long_ends_in_an_ellipsis() {
        assert_eq!(shown_within("abcdef", 4), "abc…");
        assert_eq!(shown_within("ab\u{1b}\u{1b}", 12), "ab‹U+001B›…");
        assert_eq!(shown_within("abc\u{1b}", 4), "abc…");
        assert_eq!(shown_within("abc", 0), "");
        assert_eq!(shown_within("\u{1b}", 3), "…");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_bounded_and_visible(text in "\\PC{0,60}|[\\x00-\\x{2100}]{0,300}|.{0,300}", most in 0_usize..260) {
            let out = shown_within(&text, most);
            prop_assert!(out.chars().count() <= most);
            prop_assert!(out.chars().all(is_visible));
            prop_assert_eq!(shown_within(&out, most), out.clone());
        }
    }
}
