//! The only part of the screen that touches the terminal and files: waits, draws, and puts everything back.

mod end;
mod save;
mod screen;

use super::model::{Ask, Effect, Model, Msg, Opening, Size};
use super::{Key, copy, update, view};
use crate::event::Event;
use crate::report::Report;
use futures_util::StreamExt;
use ratatui::crossterm::event::{self, EventStream, MouseButton, MouseEventKind};
use screen::Screen;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// The least time between two drawings.
const FRAME: Duration = Duration::from_millis(33);

/// How often a run under way is seen to move, in milliseconds.
const TICK_MS: u64 = 125;

/// Shows the run that says these events until the user leaves; returns what it came to.
/// It belongs on the runtime's own thread (`block_on`): a panic there gives the terminal back, one elsewhere leaves it alone.
///
/// # Errors
/// The terminal's own.
pub async fn show(
    opening: Opening,
    mut events: UnboundedReceiver<Event>,
    asks: UnboundedSender<Ask>,
) -> io::Result<Report> {
    let mut screen = Screen::open(opening.mouse)?;
    let size = screen.terminal.size()?;
    let mut model = Model::new(
        &opening,
        Size {
            width: size.width,
            height: size.height,
        },
    );
    let mut keys = EventStream::new();
    let mut ticks = interval(Duration::from_millis(TICK_MS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ended = std::pin::pin!(end::asked());
    let (mut drawn, mut next_frame, mut more) = (0, Instant::now(), true);
    loop {
        let msg = tokio::select! {
            () = &mut ended => return Ok(model.report),
            key = keys.next() => match key {
                None | Some(Err(_)) => return Ok(model.report),
                Some(Ok(key)) => message(&key),
            },
            event = events.recv(), if more => {
                more = event.is_some();
                let waiting = std::iter::from_fn(|| events.try_recv().ok());
                event.map(|first| Msg::Events(std::iter::once(first).chain(waiting).collect()))
            }
            () = sleep_until(next_frame), if model.revision != drawn => None,
            _ = ticks.tick(), if model.ticking() => Some(Msg::Tick(TICK_MS)),
        };
        if let Some(msg) = msg {
            match update(&mut model, msg) {
                None => {}
                Some(Effect::Quit) => return Ok(model.report),
                Some(effect) => perform(&mut model, effect, &asks)?,
            }
        }
        if model.revision != drawn && Instant::now() >= next_frame {
            screen.terminal.draw(|frame| view(&model, frame))?;
            drawn = model.revision;
            next_frame = Instant::now() + FRAME;
        }
    }
}

/// Does what the model cannot.
fn perform(model: &mut Model, effect: Effect, asks: &UnboundedSender<Ask>) -> io::Result<()> {
    match effect {
        Effect::Quit => {}
        Effect::Ask(ask) => {
            // A driver that has gone starts no more runs; the screen still shows what is known.
            let _ = asks.send(ask);
        }
        Effect::Copy(text) => {
            let mut out = io::stdout();
            out.write_all(copy::sequence(&text).as_bytes())?;
            out.flush()?;
        }
        Effect::Save(format) => {
            let seen = (&model.report, &model.catalog);
            let saved = save::save(seen, format, Path::new("."));
            update(model, Msg::Saved(saved.map_err(|error| error.to_string())));
        }
    }
    Ok(())
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
        event::Event::FocusGained | event::Event::FocusLost | event::Event::Paste(_) => None,
    }
}
