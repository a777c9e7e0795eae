//! What the screen shows: the run's report, and where the user is in it.

mod message;

use super::compare::{Comparison, Pick};
use super::entries::{self, Entry, Fold};
use super::partial::Partial;
use super::past::Past;
use super::start::{Stage, Start};
use super::theme::{Look, Palette, Shape, Theme};
use crate::catalog::{Catalog, Verdict};
use crate::plan::{RowId, Selection};
use crate::report::{Report, Root, Row, Spot, State};
use std::collections::{BTreeMap, BTreeSet};

pub use message::{Ask, Effect, Format, Msg, Opening, Said, Size};

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
    /// When what was measured.
    Times,
    /// The filter is being typed.
    Filter,
    /// A command is being typed.
    Command,
    /// A format is being chosen.
    Save,
    /// The start of a run is being chosen.
    Start,
    /// A run to compare with is being chosen.
    Pick,
    /// What changed since an earlier run.
    Changes,
}

/// The line that the detail belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// A check.
    Row(RowId),
    /// A group of checks that were not asked.
    Fold(Fold),
}

/// Runs of everything, every so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Watch {
    /// Milliseconds between the end of one and the beginning of the next.
    pub(crate) every_ms: u64,
    /// Milliseconds until the next.
    pub(crate) left_ms: u64,
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
    /// The user's own colours, where there are any.
    pub(crate) own: Option<Palette>,
    pub(crate) target: String,
    pub(crate) size: Size,
    pub(crate) focus: Focus,
    pub(crate) mode: Mode,
    pub(crate) chosen: Option<Chosen>,
    /// Whether the user chose the line, so that it is no longer chosen for them.
    pub(crate) moved: bool,
    pub(crate) open: BTreeSet<Fold>,
    pub(crate) filter: String,
    /// The command as typed so far.
    pub(crate) command: String,
    /// Runs of everything every so often, where they are wanted.
    pub(crate) watch: Option<Watch>,
    /// How each row stood in the run before.
    pub(crate) before: BTreeMap<RowId, Shape>,
    /// How each row did in the runs so far.
    pub(crate) past: Past,
    pub(crate) list_top: usize,
    pub(crate) detail_top: usize,
    /// The chosen cell of the map of ranges.
    pub(crate) cell: Option<Spot>,
    pub(crate) page_top: usize,
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
    /// The start screen.
    pub(crate) start: Start,
    /// Whether there is one.
    pub(crate) startable: bool,
    /// The run to compare with.
    pub(crate) pick: Pick,
    /// What differs from it.
    pub(crate) comparison: Option<Comparison>,
    /// The lines of the list, made from the report.
    pub(crate) entries: Vec<Entry>,
    /// The places of the report's roots among its rows.
    pub(crate) roots: Vec<usize>,
}

impl Model {
    /// The screen before anything happened.
    pub fn new(opening: &Opening, size: Size) -> Self {
        let chooses = opening.offers.is_some() && opening.target.is_empty();
        let start = Start {
            offers: opening.offers.clone().unwrap_or_default(),
            stage: if chooses {
                Stage::Choosing
            } else {
                Stage::Closed
            },
            ..Start::default()
        };
        Self {
            catalog: opening.catalog.clone(),
            report: Report::default(),
            look: opening.look,
            replay: opening.replay,
            revision: 1,
            own: match opening.look.theme {
                Theme::Own(own) => Some(own),
                Theme::Dark | Theme::Light | Theme::Mono => None,
            },
            target: opening.target.clone(),
            size,
            focus: Focus::default(),
            mode: if chooses { Mode::Start } else { Mode::Browse },
            chosen: None,
            moved: false,
            open: BTreeSet::new(),
            filter: String::new(),
            command: String::new(),
            watch: None,
            before: BTreeMap::new(),
            past: Past::default(),
            list_top: 0,
            detail_top: 0,
            cell: None,
            page_top: 0,
            copied: 0,
            notice: None,
            frame: 0,
            quiet_ms: 0,
            asked: Selection::default(),
            awaited: None,
            partial: None,
            start,
            startable: opening.offers.is_some(),
            pick: Pick::default(),
            comparison: None,
            entries: Vec::new(),
            roots: Vec::new(),
        }
    }

    /// What is shown once nothing is open over it.
    pub(crate) fn home(&self) -> Mode {
        match self.start.stage {
            Stage::Closed => Mode::Browse,
            Stage::Choosing | Stage::Waiting => Mode::Start,
        }
    }

    /// Whether a run is under way, or was asked for.
    pub fn running(&self) -> bool {
        let untouched = self.report.began.is_none() && self.start.stage == Stage::Choosing;
        !self.report.finished && !untouched || self.partial.is_some() || self.awaited.is_some()
    }

    /// Whether time matters to what is shown.
    pub(crate) fn ticking(&self) -> bool {
        self.running() || self.watch.is_some()
    }

    /// How a row stood in the run before, where it stands otherwise now.
    pub(crate) fn stood(&self, row: &Row) -> Option<Shape> {
        let settled = !matches!(row.state, State::Waiting | State::Running);
        let before = self.before.get(&row.id).copied();
        before.filter(|shape| settled && *shape != Shape::of(&row.state))
    }

    /// Remembers how each row stands, before it is asked again.
    pub(crate) fn remember(&mut self) {
        let rows = self.report.rows.iter();
        self.before = rows
            .map(|row| (row.id.clone(), Shape::of(&row.state)))
            .collect();
    }

    /// Makes the lines and the roots from the report again.
    pub(crate) fn refresh(&mut self) {
        self.entries = entries::of(&self.report, &self.open, (&self.filter, self.look.words));
        self.roots = places(&self.report);
    }

    /// Shows the chosen row, where it is folded away or does not fit the filter.
    pub(crate) fn open_up(&mut self) {
        match self.chosen_row().map(|row| row.state.clone()) {
            Some(State::Blocked(by)) => drop(self.open.insert(Fold::Because(by))),
            Some(State::Skipped(_)) => drop(self.open.insert(Fold::Skipped)),
            Some(State::Waiting | State::Running | State::Judged(_) | State::Broke(_)) | None => {}
        }
        self.refresh();
        if self.chosen_at().is_none() {
            self.filter.clear();
            self.refresh();
        }
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

    /// The rows of the report's roots.
    pub(crate) fn root_rows(&self) -> impl Iterator<Item = &Row> {
        self.roots.iter().filter_map(|at| self.report.rows.get(*at))
    }
}

/// The places of the report's roots among its rows.
fn places(report: &Report) -> Vec<usize> {
    let roots = report.roots();
    let key = |row: &Row| {
        let subject = row.id.subject.as_ref().map(ToString::to_string);
        (row.id.check.clone(), subject)
    };
    let failed = report
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.verdict() == Some(Verdict::Fail));
    let by_name: BTreeMap<_, usize> = failed.map(|(at, row)| (key(row), at)).collect();
    let place = |root: Root| by_name.get(&(root.check, root.subject)).copied();
    roots.into_iter().filter_map(place).collect()
}
