//! The only part of the screen that touches the terminal and files: waits, draws, and puts everything back.

mod earlier;
mod end;
mod listen;
mod save;
mod screen;
#[cfg(test)]
mod tests;
mod turn;

pub use listen::listen;

use super::model::{Ask, Effect, Model, Msg, Opening, Said, Size};
use super::{Key, copy, update, view};
use crate::report::Report;
use ratatui::crossterm::event::{self, EventStream, MouseButton, MouseEventKind};
use screen::Screen;
use std::io::{self, Write};
use std::path::Path;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use turn::{Flow, Scene};

/// Shows the run that says these events until the user leaves; returns what it came to.
/// It belongs on the runtime's own thread (`block_on`): a panic there gives the terminal back, one elsewhere leaves it alone.
///
/// # Errors
/// The terminal's own.
pub async fn show(
    opening: Opening,
    events: UnboundedReceiver<Said>,
    asks: UnboundedSender<Ask>,
) -> io::Result<Report> {
    let mut screen = Screen::open(opening.mouse)?;
    let mut shown = Shown {
        model: Model::new(&opening, screen.size()?),
        events,
        asks,
        more: true,
    };
    turn::play(&mut shown, EventStream::new(), end::asked(), |shown| {
        let drawn = |frame: &mut ratatui::Frame<'_>| view(&shown.model, frame);
        screen.terminal.draw(drawn).map(drop)
    })
    .await?;
    Ok(shown.model.report)
}

/// A run on the screen.
struct Shown {
    model: Model,
    events: UnboundedReceiver<Said>,
    asks: UnboundedSender<Ask>,
    /// Whether more events can come.
    more: bool,
}

impl Shown {
    /// Takes in what happened, and does what that asks for.
    fn take(&mut self, msg: Msg) -> io::Result<Flow> {
        match update(&mut self.model, msg) {
            None => {}
            Some(Effect::Quit) => return Ok(Flow::End),
            Some(effect) => perform(&mut self.model, effect, &self.asks)?,
        }
        Ok(Flow::On)
    }
}

impl Scene for Shown {
    /// What was said together; none once no more can come.
    type News = Option<Vec<Said>>;

    fn revision(&self) -> u64 {
        self.model.revision
    }

    fn ticking(&self) -> bool {
        self.model.ticking()
    }

    async fn news(&mut self) -> Self::News {
        if !self.more {
            return std::future::pending().await;
        }
        let first = self.events.recv().await?;
        let waiting = std::iter::from_fn(|| self.events.try_recv().ok());
        Some(std::iter::once(first).chain(waiting).collect())
    }

    fn told(&mut self, news: Self::News) -> io::Result<Flow> {
        self.more = news.is_some();
        match news {
            Some(all) => {
                let msg = said(&mut self.model, all);
                self.take(msg)
            }
            None => Ok(Flow::On),
        }
    }

    fn happened(&mut self, event: &event::Event) -> io::Result<Flow> {
        message(event).map_or(Ok(Flow::On), |msg| self.take(msg))
    }

    fn passed(&mut self, ms: u64) -> io::Result<Flow> {
        self.take(Msg::Tick(ms))
    }
}

/// Takes in everything that was said by now but the last events, which are for the loop.
fn said(model: &mut Model, all: Vec<Said>) -> Msg {
    let mut events = Vec::new();
    for one in all {
        match one {
            Said::Event(event) => events.push(event),
            Said::Refused(why) => {
                // Neither asks for anything.
                update(model, Msg::Events(std::mem::take(&mut events)));
                update(model, Msg::Refused(why));
            }
        }
    }
    Msg::Events(events)
}

/// Does what the model cannot.
fn perform(model: &mut Model, effect: Effect, asks: &UnboundedSender<Ask>) -> io::Result<()> {
    match effect {
        Effect::Quit => {}
        Effect::Ask(ask) => {
            // A driver that has gone starts no more runs; the screen still shows what is known.
            let _ = asks.send(ask);
        }
        Effect::Copy(text) => to_clipboard(&text)?,
        Effect::ListRecordings => {
            update(model, Msg::Recordings(earlier::recordings(Path::new("."))));
        }
        Effect::ReadEarlier(name) => {
            let text = earlier::text(Path::new(&name));
            update(model, Msg::Earlier(name, text));
        }
        Effect::Save(format) => {
            let seen = (&model.report, &model.catalog);
            let saved = save::save(seen, format, Path::new("."));
            update(model, Msg::Saved(saved.map_err(|error| error.to_string())));
        }
    }
    Ok(())
}

/// Asks the terminal to put a text on the clipboard.
fn to_clipboard(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(copy::sequence(text).as_bytes())?;
    out.flush()
}

/// What an event of the terminal means, if anything.
fn message(event: &event::Event) -> Option<Msg> {
    match event {
        event::Event::Key(key) => Key::of(key).map(Msg::Key),
        event::Event::Resize(width, height) => Some(Msg::Resize(Size {
            width: *width,
            height: *height,
        })),
        event::Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::ScrollDown => Some(Msg::Wheel(mouse.column, mouse.row, 3)),
            MouseEventKind::ScrollUp => Some(Msg::Wheel(mouse.column, mouse.row, -3)),
            MouseEventKind::Down(MouseButton::Left) => Some(Msg::Click(mouse.column, mouse.row)),
            _ => None,
        },
        event::Event::Paste(text) => Some(Msg::Paste(text.clone())),
        event::Event::FocusGained | event::Event::FocusLost => None,
    }
}
