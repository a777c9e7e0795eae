//! What the screen shows: the last events, what was counted, and where the user is among them.

use super::filter;
use crate::tui::keys::Key;
use crate::tui::model::{Focus, Size};
use crate::tui::theme::{Look, Role, Shape};
use crate::webhook::life::Lives;
use crate::webhook::line::Line;
use crate::webhook::receiver::Counts;
use crate::webhook::signature::Signature;
use std::collections::VecDeque;

/// Events that are kept to be looked at.
pub(super) const MOST: usize = 1_000;

/// Bytes of a body that are kept to be looked at.
pub(super) const MOST_BODY: usize = 4_000;

/// Jobs of an event that are kept to be looked at.
const MOST_JOBS: usize = 8;

/// One event as it came in, with everything said about it.
#[derive(Clone, Debug)]
pub struct Heard {
    /// What is said about it.
    pub line: Line,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// The beginning of its body.
    pub body: Vec<u8>,
}

impl Heard {
    /// Keeps of an event what is shown of it.
    pub fn new(mut line: Line, headers: Vec<(String, String)>, body: &[u8]) -> Self {
        // The body below shows it as it came.
        line.event.raw = None;
        line.event.jobs.truncate(MOST_JOBS);
        Self {
            line,
            headers,
            body: body[..body.len().min(MOST_BODY)].to_vec(),
        }
    }
}

/// What the screen starts with.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Where events are to be sent.
    pub address: String,
    /// Whether signatures can be compared.
    pub secret: Secret,
    /// Shapes and colours.
    pub look: Look,
}

/// Whether there is a secret to compare signatures with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// There is.
    Set,
    /// There is none: every event is taken.
    Absent,
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Msg {
    /// These events came in, in this order.
    Heard(Vec<Heard>),
    /// The receiver has counted so many, and so many were not shown.
    Counted(Counts, u64),
    /// A key was pressed.
    Key(Key),
    /// The terminal has another size.
    Resize(Size),
    /// The wheel was turned over this cell, by this many lines.
    Wheel(u16, u16, i16),
    /// This cell was clicked.
    Click(u16, u16),
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Put this on the clipboard.
    Copy(String),
    /// Leave.
    Quit,
}

/// What is open over the panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nothing.
    #[default]
    Browse,
    /// The keys.
    Help,
    /// The lives of the jobs.
    Jobs,
    /// The filter is being typed.
    Filter,
}

/// Everything that the screen is a function of.
pub(crate) struct Model {
    /// Counts every change that can be seen.
    pub(crate) revision: u64,
    pub(super) address: String,
    pub(super) secret: Secret,
    pub(super) look: Look,
    pub(super) size: Size,
    pub(super) focus: Focus,
    pub(super) mode: Mode,
    /// The last events, the newest at the end.
    pub(super) events: VecDeque<Heard>,
    /// The number of the first of them: how many there were before.
    pub(super) first: u64,
    /// The numbers of those that fit the filter.
    pub(super) fitting: VecDeque<u64>,
    pub(super) lives: Lives,
    /// How many events had each state of the signature.
    pub(super) by_signature: [u64; 4],
    pub(super) counts: Counts,
    /// Events that were answered rightly and came too fast to be shown.
    pub(super) missed: u64,
    /// The last event that was refused.
    pub(super) refused: Option<Line>,
    /// The number of the chosen event.
    pub(super) chosen: Option<u64>,
    /// Whether the newest is always the chosen one.
    pub(super) along: bool,
    pub(super) filter: String,
    pub(super) only: Option<Signature>,
    pub(super) list_top: usize,
    pub(super) detail_top: usize,
    pub(super) page_top: usize,
    pub(super) notice: Option<String>,
}

/// Every state of a signature, the healthy ones first.
pub(super) const SIGNATURES: [Signature; 4] = [
    Signature::Valid,
    Signature::Unchecked,
    Signature::Invalid,
    Signature::Missing,
];

/// What a state of the signature looks like.
pub(super) fn face(signature: Signature) -> (Shape, Role) {
    match signature {
        Signature::Valid => (Shape::Pass, Role::Pass),
        Signature::Unchecked => (Shape::Skipped, Role::Quiet),
        Signature::Invalid => (Shape::Fail, Role::Fail),
        Signature::Missing => (Shape::Blocked, Role::Fail),
    }
}

impl Model {
    /// The screen before anything came in.
    pub(crate) fn new(opening: &Opening, size: Size) -> Self {
        Self {
            revision: 1,
            address: opening.address.clone(),
            secret: opening.secret,
            look: opening.look,
            size,
            focus: Focus::default(),
            mode: Mode::default(),
            events: VecDeque::new(),
            first: 0,
            fitting: VecDeque::new(),
            lives: Lives::default(),
            by_signature: [0; 4],
            counts: Counts::default(),
            missed: 0,
            refused: None,
            chosen: None,
            along: true,
            filter: String::new(),
            only: None,
            list_top: 0,
            detail_top: 0,
            page_top: 0,
            notice: None,
        }
    }

    /// Takes one event in; the oldest makes room.
    pub(super) fn take(&mut self, heard: Heard) {
        let signature = heard.line.signature;
        if let Some(place) = SIGNATURES.iter().position(|one| *one == signature) {
            self.by_signature[place] += 1;
        }
        if signature.is_accepted() {
            // A job's life belongs to Orchestrator's own events alone.
            self.lives.apply(&heard.line.event);
        } else {
            self.refused = Some(heard.line.clone());
        }
        if self.events.len() == MOST {
            self.events.pop_front();
            if self.fitting.front() == Some(&self.first) {
                self.fitting.pop_front();
                self.list_top = self.list_top.saturating_sub(1);
            }
            self.first += 1;
        }
        let number = self.first + self.events.len() as u64;
        if filter::fits(&heard.line, (&self.filter, self.only), self.look.words) {
            self.fitting.push_back(number);
        }
        self.events.push_back(heard);
    }

    /// Chooses anew which events fit the filter.
    pub(super) fn sift(&mut self) {
        let typed = (self.filter.as_str(), self.only);
        let fits = |heard: &Heard| filter::fits(&heard.line, typed, self.look.words);
        let numbered = (self.first..).zip(&self.events);
        self.fitting = numbered
            .filter(|(_, heard)| fits(heard))
            .map(|(number, _)| number)
            .collect();
    }

    /// The event of that number, while it is kept.
    pub(super) fn event(&self, number: u64) -> Option<&Heard> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.events.get(at)
    }

    /// The chosen event.
    pub(super) fn chosen_event(&self) -> Option<&Heard> {
        self.event(self.chosen?)
    }

    /// The place of the chosen event among those that fit.
    pub(super) fn chosen_at(&self) -> Option<usize> {
        self.fitting.binary_search(&self.chosen?).ok()
    }

    /// How many were answered and cannot be shown.
    pub(super) fn unseen(&self) -> u64 {
        self.counts.unseen + self.missed
    }
}
