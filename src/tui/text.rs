//! Text on a grid of cells: made safe, measured, cut and broken into lines.

use super::theme::Look;
pub(crate) use crate::shown::time;
use crate::shown::{ascii, shown_within};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The most characters that one text takes on the screen.
const MOST: usize = 4_000;

/// The text as the terminal may be given it: nothing in it controls or hides, and it is ASCII where it has to be.
pub(crate) fn safe(text: &str, look: Look) -> String {
    let text = shown_within(text, MOST);
    if look.ascii { ascii(&text) } else { text }
}

/// How many cells the text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most that many cells; an ellipsis says that something was left off.
pub(crate) fn fit(text: &str, cells: usize, look: Look) -> String {
    if text.width() <= cells {
        return text.to_owned();
    }
    let mark = look.either("…", "~");
    let Some(room) = cells.checked_sub(mark.width()) else {
        return String::new();
    };
    let mut out = head(text, room).0.trim_end().to_owned();
    out.push_str(mark);
    out
}

/// The text in exactly that many cells.
pub(crate) fn pad(text: &str, cells: usize, look: Look) -> String {
    let mut out = fit(text, cells, look);
    let used = out.width();
    out.extend(std::iter::repeat_n(' ', cells.saturating_sub(used)));
    out
}

/// The longest beginning that fits, and the rest. What takes no room stays with the character before it.
fn head(text: &str, cells: usize) -> (&str, &str) {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += character.width().unwrap_or(0);
        if used > cells {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// What does not begin a line in Japanese (JIS X 4051, the part that these texts use).
const NOT_FIRST: &str =
    "。、，．・：；？！」』）】〉》〕ー～々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}%";

/// What does not end a line in Japanese.
const NOT_LAST: &str = "「『（【〈《〔([{“";

/// The longest beginning that fits and ends where Japanese may be broken, and the rest; nothing where there is no such place.
fn japanese_head(text: &str, cells: usize) -> (&str, &str) {
    let (mut used, mut end) = (0, 0);
    let mut before: Option<char> = None;
    for (at, after) in text.char_indices() {
        if before.is_some_and(|before| breaks(before, after)) {
            end = at;
        }
        used += after.width().unwrap_or(0);
        if used > cells {
            return text.split_at(end);
        }
        before = Some(after);
    }
    (text, "")
}

/// Whether a line may end between the two: beside a wide character, unless one of them forbids it.
fn breaks(before: char, after: char) -> bool {
    let wide = |character: char| character.width() == Some(2);
    (wide(before) || wide(after))
        && after.width() != Some(0)
        && !NOT_FIRST.contains(after)
        && !NOT_LAST.contains(before)
}

/// The text in lines of at most that many cells, broken between words where there are any, and as Japanese is.
pub(crate) fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(2);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for mut word in text.split_whitespace() {
        loop {
            let gap = if line.is_empty() { "" } else { " " };
            let room = cells.saturating_sub(line.width() + gap.len());
            if word.width() <= room {
                line.push_str(gap);
                line.push_str(word);
                break;
            }
            let (mut first, mut rest) = japanese_head(word, room);
            if first.is_empty() && line.is_empty() {
                (first, rest) = head(word, cells);
            }
            if first.is_empty() && line.is_empty() {
                line.push_str(word);
                break;
            }
            if !first.is_empty() {
                line.push_str(gap);
                line.push_str(first);
            }
            lines.push(std::mem::take(&mut line));
            word = rest;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The text made safe and broken wherever a line is full: nothing of it is lost, blanks neither.
pub(crate) fn broken(text: &str, cells: usize, look: Look) -> Vec<String> {
    let text = safe(text, look);
    let mut lines = Vec::new();
    let mut rest = text.as_str();
    loop {
        let (first, after) = head(rest, cells.max(2));
        lines.push(first.to_owned());
        if after.is_empty() || first.is_empty() {
            return lines;
        }
        rest = after;
    }
}

/// Lines with what stands in backquotes told apart: text, and whether it is a command. The quotes stay where `keep` says so.
pub(crate) fn commands(lines: Vec<String>, keep: bool) -> Vec<Vec<(String, bool)>> {
    let mut inside = false;
    let pieces = |line: String| {
        let mut out = Vec::new();
        for (at, piece) in line.split('`').enumerate() {
            if at > 0 {
                inside = !inside;
            }
            let quoted = if keep && at > 0 {
                format!("`{piece}")
            } else {
                piece.to_owned()
            };
            if !quoted.is_empty() {
                out.push((quoted, inside));
            }
        }
        out
    };
    lines.into_iter().map(pieces).collect()
}

/// The commands that a text holds in backquotes.
pub(crate) fn commands_of(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert!(wrap("", 8).is_empty());
    }

    #[test]
    fn wide_characters_take_two_cells() {
        assert_eq!(wrap("東京都", 4), ["東京", "都"]);
        assert_eq!(fit("東京都", 5, Look::default()), "東京…");
        assert_eq!(width(&pad("東京都", 4, Look::default())), 4);
    }

    #[test]
    fn japanese_lines_are_broken_where_japanese_may_be() {
        assert_eq!(
            wrap("表示する。「次」へ", 8),
            ["表示す", "る。", "「次」へ"]
        );
        assert_eq!(
            wrap("ポート 8443 を開きます", 12),
            ["ポート 8443", "を開きます"]
        );
        assert_eq!(
            wrap("port-open 接続できません", 14),
            ["port-open 接続", "できません"]
        );
        assert_eq!(wrap("ルーター", 6), ["ルー", "ター"]);
        // A box too small for the rule is filled all the same.
        assert_eq!(wrap("あ。。。", 2).concat(), "あ。。。");
    }

    #[test]
    fn a_command_is_told_apart_over_a_line_break() {
        let lines = vec!["Run `net".to_owned(), "stat -ano`.".to_owned()];
        let told = commands(lines.clone(), false);
        assert_eq!(told[0], [("Run ".into(), false), ("net".into(), true)]);
        assert_eq!(told[1], [("stat -ano".into(), true), (".".into(), false)]);
        let kept: String = commands(lines, true)
            .concat()
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(kept, "Run `netstat -ano`.");
        assert_eq!(commands_of("Run `a b` and `c`."), ["a b", "c"]);
    }

    #[test]
    fn a_terminal_without_unicode_gets_ascii() {
        let look = Look {
            ascii: true,
            ..Look::default()
        };
        assert_eq!(safe("Finance › Bücher…", look), "Finance > B?cher...");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_its_box(text in ".{0,200}", cells in 2_usize..60) {
            let text = safe(&text, Look::default());
            let whole: String = wrap(&text, cells).concat();
            prop_assert_eq!(
                whole.split_whitespace().collect::<String>(),
                text.split_whitespace().collect::<String>()
            );
            for line in wrap(&text, cells) {
                prop_assert!(width(&line) <= cells, "{line:?}");
            }
            prop_assert!(width(&fit(&text, cells, Look::default())) <= cells);
        }
    }
}
