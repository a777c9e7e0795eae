//! The webhook lab on the screen.

use super::screen::Screen;
use super::turn::{self, Flow, Scene};
use super::{end, message, to_clipboard};
use crate::tui::listen::{Effect, Heard, Model, Msg, Opening, update, view};
use crate::tui::model::Msg as Terminal;
use crate::webhook::receiver::Counts;
use ratatui::crossterm::event::{Event, EventStream};
use std::io;
use tokio::sync::mpsc::Receiver;

/// Events that are taken in between two looks at the keys.
const TOGETHER: usize = 256;

/// Shows the events that come in until the user leaves. `counted` hears how many more are on the screen, and tells what the receiver has counted, and how many events did not get here.
/// It belongs on the runtime's own thread, as [`super::show`] does.
///
/// # Errors
/// The terminal's own.
pub async fn listen(
    opening: Opening,
    events: Receiver<Heard>,
    counted: impl Fn(usize) -> (Counts, u64),
) -> io::Result<()> {
    let mut screen = Screen::open(true)?;
    let mut shown = Shown {
        model: Model::new(&opening, screen.size()?),
        events,
        counted,
        more: true,
    };
    turn::play(&mut shown, EventStream::new(), end::asked(), |shown| {
        let drawn = |frame: &mut ratatui::Frame<'_>| view(&shown.model, frame);
        screen.terminal.draw(drawn).map(drop)
    })
    .await
}

/// Events on the screen.
struct Shown<F> {
    model: Model,
    events: Receiver<Heard>,
    counted: F,
    /// Whether more events can come.
    more: bool,
}

impl<F: Fn(usize) -> (Counts, u64)> Shown<F> {
    /// Takes in what happened, and does what that asks for.
    fn take(&mut self, msg: Msg) -> io::Result<Flow> {
        match update(&mut self.model, msg) {
            None => {}
            Some(Effect::Quit) => return Ok(Flow::End),
            Some(Effect::Copy(text)) => to_clipboard(&text)?,
        }
        Ok(Flow::On)
    }

    /// Takes in what the receiver counted meanwhile; so many events more are shown.
    fn count(&mut self, shown: usize) -> io::Result<Flow> {
        let (counts, missed) = (self.counted)(shown);
        self.take(Msg::Counted(counts, missed))
    }
}

impl<F: Fn(usize) -> (Counts, u64)> Scene for Shown<F> {
    /// The events that came together; none once no more can come.
    type News = Vec<Heard>;

    fn revision(&self) -> u64 {
        self.model.revision
    }

    fn ticking(&self) -> bool {
        self.more
    }

    async fn news(&mut self) -> Self::News {
        if !self.more {
            return std::future::pending().await;
        }
        let mut heard = Vec::new();
        self.events.recv_many(&mut heard, TOGETHER).await;
        heard
    }

    fn told(&mut self, news: Self::News) -> io::Result<Flow> {
        let shown = news.len();
        self.more = shown > 0;
        if self.more {
            self.take(Msg::Heard(news))?;
        }
        self.count(shown)
    }

    fn happened(&mut self, event: &Event) -> io::Result<Flow> {
        let msg = match message(event) {
            Some(Terminal::Key(key)) => Msg::Key(key),
            Some(Terminal::Resize(size)) => Msg::Resize(size),
            Some(Terminal::Wheel(x, y, lines)) => Msg::Wheel(x, y, lines),
            Some(Terminal::Click(x, y)) => Msg::Click(x, y),
            Some(
                Terminal::Events(_)
                | Terminal::Tick(_)
                | Terminal::Saved(_)
                | Terminal::Paste(_)
                | Terminal::Refused(_)
                | Terminal::Recordings(_)
                | Terminal::Earlier(..),
            )
            | None => return Ok(Flow::On),
        };
        self.take(msg)
    }

    /// Requests that were no events are counted and come in by no other way.
    fn passed(&mut self, _ms: u64) -> io::Result<Flow> {
        self.count(0)
    }
}
