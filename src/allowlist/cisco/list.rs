//! An access list: its entries in the order they are tried, which is not always that of the export.

use super::config::Words;

/// What the entries of a list look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Both ends, netmasks.
    Asa,
    /// Both ends, wildcard masks.
    Ios,
    /// The source alone, wildcard masks.
    IosStandard,
    /// IPv6, both ends.
    IosSix,
    /// Not for packets that pass: ASA standard, webtype, ethertype.
    Other,
}

/// An access list.
#[derive(Debug, Clone)]
pub(super) struct AccessList<'a> {
    pub(super) name: &'a str,
    pub(super) style: Style,
    /// In the order they are tried.
    pub(super) entries: Vec<Words<'a>>,
    /// The numbers that give that order, where entries have any.
    places: Vec<u32>,
    /// The highest line (`line 3`) of the entries so far.
    line: u32,
}

/// How far apart entries without a number stand.
const STEP: u32 = 10;

impl<'a> AccessList<'a> {
    /// A list without entries.
    pub(super) fn new(name: &'a str, style: Style) -> Self {
        Self {
            name,
            style,
            entries: Vec::new(),
            places: Vec::new(),
            line: 0,
        }
    }

    /// Adds an entry: at its number, or behind all others.
    pub(super) fn add(&mut self, number: Option<u32>, mut entry: Words<'a>) {
        if entry.parts.first() == Some(&"remark") {
            return self.remarked(entry);
        }
        let last = self.places.last().copied().unwrap_or(0);
        let number = number.unwrap_or(last.saturating_add(STEP));
        let at = self.places.partition_point(|place| *place <= number);
        let taken = at.checked_sub(1).filter(|at| self.places[*at] == number);
        if taken.is_some_and(|at| self.entries[at].parts != entry.parts) {
            // Two entries of one number: which one holds is not told.
            entry.parts.clear();
        }
        self.places.insert(at, number);
        self.entries.insert(at, entry);
    }

    /// Adds an entry behind all others; at a line that is passed already, it was put between them.
    pub(super) fn add_at(&mut self, line: Option<u32>, mut entry: Words<'a>) {
        if line.is_some_and(|line| line < self.line) {
            entry.parts.clear();
            return self.add(Some(0), entry);
        }
        self.line = line.unwrap_or(self.line);
        self.add(None, entry);
    }

    /// A remark decides nothing, and may have the number of the entry it is about.
    fn remarked(&mut self, entry: Words<'a>) {
        if self.entries.is_empty() {
            self.places.push(0);
            self.entries.push(entry);
        }
    }
}
