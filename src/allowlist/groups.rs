//! A walk through groups that contain groups: each is entered once, however often it is named, so that it always ends soon.

use std::collections::HashSet;

use super::addresses::{Addresses, Gathered};

/// How deep groups may contain each other.
const DEPTH: usize = 32;

/// What a walk has seen.
#[derive(Debug, Default)]
pub(super) struct Visit {
    seen: HashSet<String>,
    depth: usize,
}

/// Whether a group is to be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entered {
    /// It is, and [`Visit::leave`] follows.
    New,
    /// It was already: it adds nothing.
    Known,
    /// It lies too deep.
    TooDeep,
}

impl Visit {
    /// Enters a group.
    pub(super) fn enter(&mut self, name: &str) -> Entered {
        if self.seen.contains(name) {
            return Entered::Known;
        }
        if self.depth == DEPTH {
            return Entered::TooDeep;
        }
        self.seen.insert(name.to_owned());
        self.depth += 1;
        Entered::New
    }

    /// Leaves the group entered last.
    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

/// Addresses, and a construct of them that is not understood.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) set: Addresses,
    pub(super) open: Option<String>,
}

/// What names come to, while their groups are walked through.
#[derive(Debug, Default)]
pub(super) struct Members {
    set: Gathered,
    open: Option<String>,
}

impl Members {
    /// Adds addresses.
    pub(super) fn add(&mut self, more: &Addresses) {
        self.set.add(more);
    }

    /// Notes a construct that is not understood; the first is kept.
    pub(super) fn open(&mut self, construct: impl FnOnce() -> String) {
        self.open.get_or_insert_with(construct);
    }

    /// All of them together.
    pub(super) fn whole(self) -> Place {
        Place {
            set: self.set.whole(),
            open: self.open,
        }
    }
}
