//! The loop that every screen lives in: waits, takes in what happened, and draws where something changed.

use futures_util::{Stream, StreamExt as _};
use ratatui::crossterm::event::Event;
use std::io;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// The least time between two drawings of what comes in: no more than 30 a second.
pub(super) const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 30 + 1);

/// The least time between two drawings while the user does something: a key is seen at once, and a paste does not flood the terminal.
pub(super) const HAND: Duration = Duration::from_millis(8);

/// How often time is told to a screen to which it matters, in milliseconds.
pub(super) const TICK_MS: u64 = 125;

/// Whether a screen stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// It stays.
    On,
    /// The user has left.
    End,
}

/// What a screen shows, and how it takes in what happens.
pub(super) trait Scene {
    /// What comes in from elsewhere.
    type News;

    /// Counts every change that can be seen.
    fn revision(&self) -> u64;

    /// Whether time matters to it now.
    fn ticking(&self) -> bool;

    /// What comes in next; waits for ever once nothing can. Dropping the wait loses nothing.
    async fn news(&mut self) -> Self::News;

    /// Takes in what came in.
    fn told(&mut self, news: Self::News) -> io::Result<Flow>;

    /// Takes in what the terminal says.
    fn happened(&mut self, event: &Event) -> io::Result<Flow>;

    /// Takes in that so many milliseconds passed.
    fn passed(&mut self, ms: u64) -> io::Result<Flow>;
}

/// What ended a wait.
enum Woken<News> {
    Asked,
    Terminal(Option<io::Result<Event>>),
    News(News),
    Frame,
    Tick,
}

/// Keeps a screen going until the user leaves, the terminal goes, or the system asks for the end.
pub(super) async fn play<S: Scene>(
    scene: &mut S,
    mut terminal: impl Stream<Item = io::Result<Event>> + Unpin,
    asked: impl Future<Output = ()>,
    mut draw: impl FnMut(&S) -> io::Result<()>,
) -> io::Result<()> {
    let mut ticks = interval(Duration::from_millis(TICK_MS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut asked = std::pin::pin!(asked);
    let mut last: Option<Instant> = None;
    let (mut drawn, mut gap) = (0, FRAME);
    loop {
        let next_frame = last.map_or_else(Instant::now, |last| last + gap);
        if scene.revision() != drawn && Instant::now() >= next_frame {
            draw(scene)?;
            drawn = scene.revision();
            (last, gap) = (Some(Instant::now()), FRAME);
        }
        let (changed, ticking) = (scene.revision() != drawn, scene.ticking());
        let woken = tokio::select! {
            () = &mut asked => Woken::Asked,
            event = terminal.next() => Woken::Terminal(event),
            news = scene.news() => Woken::News(news),
            () = sleep_until(next_frame), if changed => Woken::Frame,
            _ = ticks.tick(), if ticking => Woken::Tick,
        };
        let flow = match woken {
            Woken::Asked | Woken::Terminal(None | Some(Err(_))) => Flow::End,
            Woken::Terminal(Some(Ok(event))) => {
                gap = HAND;
                scene.happened(&event)?
            }
            Woken::News(news) => scene.told(news)?,
            Woken::Frame => Flow::On,
            Woken::Tick => scene.passed(TICK_MS)?,
        };
        if flow == Flow::End {
            return Ok(());
        }
    }
}
