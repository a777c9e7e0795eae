//! What the screen shows: the run's report, and where the user is in it.

use super::entries::{self, Entry, Fold};
use super::keys::Key;
use super::partial::Partial;
use super::theme::Look;
use crate::catalog::Catalog;
use crate::event::Event;
use crate::plan::{RowId, Selection};
use crate::report::{Report, Root, Row};
use std::collections::BTreeSet;

/// What the screen asks of whoever drives the runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Start a run of these; the screen asks for it only while no run is under way.
    Rerun(Selection),
    /// Stop the run that is under way.
    Stop,
}

/// What the screen starts with.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The checklist.
    pub catalog: Catalog,
    /// The target as typed, until the run has told it.
    pub target: String,
    /// Whether this is a recording, which cannot be asked again.
    pub replay: bool,
    /// Shapes and colours.
    pub look: Look,
    /// Whether the mouse is listened to; the terminal's own selection then needs Shift.
    pub mouse: bool,
}

/// Columns and rows of the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Msg {
    /// The run said this, in this order.
    Events(Vec<Event>),
    /// A key was pressed.
    Key(Key),
    /// The terminal has another size.
    Resize(Size),
    /// The wheel was turned over this cell, by this many lines.
    Wheel(u16, u16, i16),
    /// This cell was clicked.
    Click(u16, u16),
    /// This many milliseconds passed.
    Tick(u64),
    /// A file was written, or not.
    Saved(Result<String, String>),
}

/// A way to write a report down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the driver.
    Ask(Ask),
    /// Put this on the clipboard.
    Copy(String),
    /// Write the report to a file.
    Save(Format),
    /// Leave.
    Quit,
}

/// Where the keys go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Focus {
    /// The checklist.
    #[default]
    List,
    /// The detail of the chosen line.
    Detail,
}

/// What is open over the two panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing.
    #[default]
    Browse,
    /// The keys.
    Help,
    /// The filter is being typed.
    Filter,
    /// A format is being chosen.
    Save,
}

/// The line that the detail belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// A check.
    Row(RowId),
    /// A group of checks that were not asked.
    Fold(Fold),
}

/// Everything that the screen is a function of.
#[derive(Clone, Debug)]
pub struct Model {
    /// The checklist.
    pub catalog: Catalog,
    /// What the runs came to so far.
    pub report: Report,
    /// Shapes and colours.
    pub look: Look,
    /// Whether this is a recording.
    pub replay: bool,
    /// Counts every change that can be seen.
    pub revision: u64,
    pub(crate) target: String,
    pub(crate) size: Size,
    pub(crate) focus: Focus,
    pub(crate) mode: Mode,
    pub(crate) chosen: Option<Chosen>,
    /// Whether the user chose the line, so that it is no longer chosen for them.
    pub(crate) moved: bool,
    pub(crate) open: BTreeSet<Fold>,
    pub(crate) filter: String,
    pub(crate) list_top: usize,
    pub(crate) detail_top: usize,
    pub(crate) help_top: usize,
    /// How many of the chosen finding's commands were copied.
    pub(crate) copied: usize,
    pub(crate) notice: Option<String>,
    pub(crate) frame: u64,
    /// Milliseconds since the last event.
    pub(crate) quiet_ms: u64,
    /// The selection of the last whole run.
    pub(crate) asked: Selection,
    /// The selection of a part that was asked for again and has not begun.
    pub(crate) awaited: Option<Selection>,
    pub(crate) partial: Option<Partial>,
    /// The lines of the list, made from the report.
    pub(crate) entries: Vec<Entry>,
    /// The report's roots.
    pub(crate) roots: Vec<Root>,
}

impl Model {
    /// The screen before anything happened.
    pub fn new(opening: &Opening, size: Size) -> Self {
        Self {
            catalog: opening.catalog.clone(),
            report: Report::default(),
            look: opening.look,
            replay: opening.replay,
            revision: 1,
            target: opening.target.clone(),
            size,
            focus: Focus::default(),
            mode: Mode::default(),
            chosen: None,
            moved: false,
            open: BTreeSet::new(),
            filter: String::new(),
            list_top: 0,
            detail_top: 0,
            help_top: 0,
            copied: 0,
            notice: None,
            frame: 0,
            quiet_ms: 0,
            asked: Selection::default(),
            awaited: None,
            partial: None,
            entries: Vec::new(),
            roots: Vec::new(),
        }
    }

    /// Whether a run is under way, or was asked for.
    pub fn running(&self) -> bool {
        !self.report.finished || self.partial.is_some() || self.awaited.is_some()
    }

    /// Makes the lines and the roots from the report again.
    pub(crate) fn refresh(&mut self) {
        self.entries = entries::of(&self.report, &self.open, &self.filter);
        self.roots = self.report.roots();
    }

    /// The place of the chosen line in the list.
    pub(crate) fn chosen_at(&self) -> Option<usize> {
        let chosen = self.chosen.as_ref()?;
        self.entries.iter().position(|entry| match (entry, chosen) {
            (Entry::Row { at, .. }, Chosen::Row(id)) => {
                self.report.rows.get(*at).is_some_and(|row| row.id == *id)
            }
            (Entry::Fold { fold, .. }, Chosen::Fold(chosen)) => fold == chosen,
            (Entry::Heading(_) | Entry::Row { .. } | Entry::Fold { .. }, _) => false,
        })
    }

    /// What a line of the list stands for; headings stand for nothing that can be chosen.
    pub(crate) fn choice(&self, at: usize) -> Option<Chosen> {
        match self.entries.get(at)? {
            Entry::Heading(_) => None,
            Entry::Row { at, .. } => self
                .report
                .rows
                .get(*at)
                .map(|row| Chosen::Row(row.id.clone())),
            Entry::Fold { fold, .. } => Some(Chosen::Fold(fold.clone())),
        }
    }

    /// The chosen row.
    pub(crate) fn chosen_row(&self) -> Option<&Row> {
        match self.chosen.as_ref()? {
            Chosen::Row(id) => self.report.rows.iter().find(|row| row.id == *id),
            Chosen::Fold(_) => None,
        }
    }

    /// The row of a root.
    pub(crate) fn row_of(&self, root: &Root) -> Option<&Row> {
        self.report.rows.iter().find(|row| {
            row.id.check == root.check
                && row.id.subject.as_ref().map(ToString::to_string) == root.subject
        })
    }
}
