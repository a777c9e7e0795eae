//! The time in which a certificate is valid, as a bar on a line of time that a whole chain shares.

use crate::words::Chain as Words;
use jiff::{SignedDuration, Timestamp};

/// How many cells a bar has.
const CELLS: i64 = 24;

/// The farthest that the line goes beyond the present, for certificates that never end.
const FARTHEST: SignedDuration = SignedDuration::from_hours(40 * 366 * 24);

/// The stretch of time that the bars of a chain are drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimeLine {
    from: i64,
    until: i64,
    now: i64,
}

/// When a certificate is valid, as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    cells: Vec<Cell>,
    /// From when until when, and how far that is from the present.
    pub said: String,
}

/// One cell of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// Not valid.
    Outside,
    /// Valid.
    Valid,
    /// Valid since before the line begins.
    Earlier,
    /// Valid until after the line ends.
    Later,
    /// The present.
    Now,
}

impl TimeLine {
    /// A line on which the whole of this validity and the present can be seen.
    pub(super) fn around(validity: Option<(Timestamp, Timestamp)>, now: Timestamp) -> Self {
        let (from, until) = validity.unwrap_or((now, now));
        let farthest = now.checked_add(FARTHEST).unwrap_or(Timestamp::MAX);
        let from = from.min(now).as_second();
        let until = until.min(farthest).max(now).as_second();
        let room = ((until - from) / 8).max(24 * 60 * 60);
        Self {
            from: from - room,
            until: until + room,
            now: now.as_second(),
        }
    }

    /// The bar of a validity.
    pub(super) fn span(self, (from, until): (Timestamp, Timestamp), words: &Words) -> Span {
        let (first, last) = (from.as_second(), until.as_second());
        let edge = |cell: i64| self.from + (self.until - self.from) * cell / CELLS;
        let cells = (0..CELLS).map(|cell| {
            let (begin, end) = (edge(cell), edge(cell + 1));
            if (begin..end).contains(&self.now) {
                Cell::Now
            } else if last < begin || first >= end || last < first {
                Cell::Outside
            } else if cell == 0 && first < self.from {
                Cell::Earlier
            } else if cell == CELLS - 1 && last > self.until {
                Cell::Later
            } else {
                Cell::Valid
            }
        });
        Span {
            cells: cells.collect(),
            said: said((from, until), self.now, words),
        }
    }
}

/// From when until when, and how far that is from the present.
fn said((from, until): (Timestamp, Timestamp), now: i64, words: &Words) -> String {
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    let days = |seconds: i64| {
        let days = usize::try_from(seconds / (24 * 60 * 60));
        words.days.of(days.unwrap_or(0))
    };
    let (first, last) = (from.as_second(), until.as_second());
    let (phrase, days) = if last < first {
        (&words.never, String::new())
    } else if now < first {
        (&words.to_come, days(first - now))
    } else if now > last {
        (&words.over, days(now - last))
    } else {
        (&words.left, days(last - now))
    };
    phrase.with(&[
        ("from", &day(from)),
        ("until", &day(until)),
        ("days", &days),
    ])
}

impl Span {
    /// The bar in characters, in ASCII alone where nothing else can be shown.
    pub fn drawn(&self, ascii: bool) -> String {
        let character = |cell: &Cell| match (cell, ascii) {
            (Cell::Outside, true) => '.',
            (Cell::Outside, false) => '·',
            (Cell::Valid, true) => '=',
            (Cell::Valid, false) => '━',
            (Cell::Earlier, true) => '<',
            (Cell::Earlier, false) => '◂',
            (Cell::Later, true) => '>',
            (Cell::Later, false) => '▸',
            (Cell::Now, true) => '|',
            (Cell::Now, false) => '┃',
        };
        self.cells.iter().map(character).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::TimeLine;
    use crate::words::Lang;

    const NOW: &str = "2026-11-22T10:00:00Z";

    /// The bar and the words of a validity beside that of a leaf.
    fn drawn(leaf: (&str, &str), other: (&str, &str)) -> (String, String) {
        let at = |day: &str| format!("{day}T00:00:00Z").parse().unwrap();
        let line = TimeLine::around(Some((at(leaf.0), at(leaf.1))), NOW.parse().unwrap());
        let span = line.span((at(other.0), at(other.1)), &Lang::En.words().chain);
        assert_eq!(span.drawn(false).chars().count(), 24);
        (span.drawn(true), span.said)
    }

    const LEAF: (&str, &str) = ("2026-09-01", "2027-09-01");

    #[test]
    fn a_leaf_lies_within_its_own_line() {
        let (bar, said) = drawn(LEAF, LEAF);
        assert_eq!(bar, "..====|===============..");
        assert_eq!(said, "2026-09-01 to 2027-09-01, 282 days left");
    }

    #[test]
    fn what_is_valid_beyond_the_line_says_so_at_its_edges() {
        let (bar, _) = drawn(LEAF, ("2010-01-01", "2040-01-01"));
        assert_eq!(bar, "<=====|================>");
        let (bar, _) = drawn(LEAF, ("2010-01-01", "2027-01-01"));
        assert_eq!(bar, "<=====|==...............");
    }

    #[test]
    fn what_is_over_or_has_not_begun_leaves_the_present_out() {
        let (bar, said) = drawn(("2025-09-01", "2026-09-01"), ("2025-09-01", "2026-09-01"));
        assert_eq!(bar, "..=================..|..");
        assert_eq!(said, "2025-09-01 to 2026-09-01, ended 82 days ago");
        let (bar, said) = drawn(LEAF, ("2001-01-01", "2002-01-01"));
        assert_eq!(bar, "......|.................");
        assert_eq!(said, "2001-01-01 to 2002-01-01, ended 9091 days ago");
        let (_, said) = drawn(LEAF, ("2026-11-24", "2027-01-01"));
        assert_eq!(said, "2026-11-24 to 2027-01-01, begins in 1 day");
    }

    #[test]
    fn what_never_ends_or_ends_before_it_begins_is_drawn_all_the_same() {
        let (bar, _) = drawn(("2026-01-01", "9999-12-30"), ("2026-01-01", "9999-12-30"));
        assert_eq!(bar, "..|====================>");
        let (bar, said) = drawn(LEAF, ("2027-01-01", "2026-01-01"));
        assert_eq!(bar, "......|.................");
        assert!(said.contains("ends before it begins"), "{said}");
    }
}
