//! The one owner of a run: starts measurements, judges rows, blocks what depends on a failure, and says so in events.

mod judge;
mod owner;
mod recorded;

#[cfg(test)]
mod pretend;

#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod wording;

pub use judge::{judge, said};
pub use recorded::Recording;

use crate::config::Settings;
use crate::event::{Event, What};
use crate::plan::{Plan, Selection};
use crate::probe::Probe;
use crate::wire::Session;
use crate::world::World;
use jiff::Timestamp;
use owner::RunOwner;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

/// Where evidence comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Measured now.
    Live {
        /// The world to measure in.
        world: World,
        /// The run's connections.
        session: Arc<Session>,
    },
    /// Taken from a recording.
    Recorded(Recording),
}

/// Everything a run is made of.
#[derive(Debug)]
pub struct Run {
    /// The rows.
    pub plan: Plan,
    /// Which checks were wanted.
    pub selection: Selection,
    /// What was asked for.
    pub settings: Arc<Settings>,
    /// Where evidence comes from.
    pub source: Source,
    /// When it begins.
    pub at: Timestamp,
    /// Where it is run from.
    pub vantage: Vantage,
    /// Told which probe reads which earlier evidence; for tests.
    pub noted: Option<UnboundedSender<(Probe, Probe)>>,
}

/// Where a run is made from, as reports name it.
#[derive(Clone, Debug)]
pub struct Vantage {
    /// The machine.
    pub host: String,
    /// The roots that stand for the cloud's: `mozilla`, or the file.
    pub cloud_roots: String,
    /// The same in words.
    pub cloud_store: String,
}

/// Runs the plan to its end, the deadline or the stop; every row has been told of by then.
pub async fn run(run: Run, events: UnboundedSender<Event>, stop: CancellationToken) {
    let deadline = run.settings.network.deadline_ms.map(Duration::from_millis);
    let mut owner = RunOwner::new(run, events);
    owner.begin();
    let ended = tokio::select! {
        () = owner.measure() => What::Finished,
        () = stop.cancelled() => What::Cancelled,
        () = passed(deadline) => What::Finished,
    };
    owner.undo().await;
    owner.end(ended);
}

/// Waits for the deadline, for ever where there is none.
async fn passed(deadline: Option<Duration>) {
    match deadline {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}
