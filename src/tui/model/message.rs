//! What is said between the screen, the shell and whoever drives the runs.

use crate::catalog::Catalog;
use crate::event::Event;
use crate::plan::Selection;
use crate::tui::keys::Key;
use crate::tui::start::{Begin, Offers};
use crate::tui::theme::Look;

/// What the screen asks of whoever drives the runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Start a run of these; the screen asks for it only while no run is under way.
    Rerun(Selection),
    /// Stop the run that is under way.
    Stop,
    /// Begin another run, as the start screen says.
    Begin(Box<Begin>),
}

/// What whoever drives the runs tells the screen.
#[derive(Clone, Debug)]
pub enum Said {
    /// The run said this.
    Event(Event),
    /// No run was begun, for this reason.
    Refused(String),
}

/// What the screen starts with.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The checklist.
    pub catalog: Catalog,
    /// The target as typed, until the run has told it; without one the screen begins with the choice of a target.
    pub target: String,
    /// What can be chosen on the start screen; none where no other run can be begun.
    pub offers: Option<Offers>,
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
    /// Text was pasted.
    Paste(String),
    /// No run was begun, for this reason.
    Refused(String),
    /// These recordings lie in the folder.
    Recordings(Vec<String>),
    /// The text of a file to compare with, by its name.
    Earlier(String, Result<String, String>),
}

/// A way to write a report down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For tickets and wikis.
    Markdown,
    /// For a browser.
    Html,
}

impl Format {
    /// Every format, with the key that chooses it.
    pub(crate) const ALL: [(char, Self); 4] = [
        ('t', Self::Text),
        ('j', Self::Json),
        ('m', Self::Markdown),
        ('h', Self::Html),
    ];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
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
    /// Look for recordings in the folder.
    ListRecordings,
    /// Read a file to compare with.
    ReadEarlier(String),
    /// Leave.
    Quit,
}
