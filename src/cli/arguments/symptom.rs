//! The symptoms that a run can start from, as an option has them.

use clap::ValueEnum;

/// The documented symptoms.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum SymptomArgument {
    /// Apps is unable to connect to Orchestrator
    UnableToConnect,
    /// No processes, or not the right ones, are shown
    NoProcesses,
    /// An error occurs when the process is run
    FailsWhenRun,
    /// The process runs, and its events do not come back to the app
    EventsDoNotReturn,
    /// Before go-live: everything
    GoLive,
}
