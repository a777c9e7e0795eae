//! The number that the program ends with.

use super::arguments::ReportFormat;
use super::output;
use crate::report::{Exit, Report, Service};
use std::ffi::OsStr;
use std::process::ExitCode;

/// The number that the program ends with: an exit code, or a plugin's state where one was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code(u8);

impl From<Exit> for Code {
    fn from(exit: Exit) -> Self {
        Self(exit as u8)
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code.0)
    }
}

impl Code {
    /// The number that a report comes to in this format.
    pub(super) fn of(report: &Report, format: Option<ReportFormat>) -> Self {
        match format {
            Some(ReportFormat::Nagios) => Self(Service::of(report) as u8),
            Some(
                ReportFormat::Text
                | ReportFormat::Json
                | ReportFormat::Jsonl
                | ReportFormat::Markdown
                | ReportFormat::Html
                | ReportFormat::Junit
                | ReportFormat::Prometheus
                | ReportFormat::Checkmk,
            )
            | None => report.exit().into(),
        }
    }

    /// Tells why nothing was done: to a monitoring system on stdout, where it looks.
    pub(super) fn refused(why: &str) -> Self {
        output::complain(why);
        if plugin() {
            output::say(&Service::Unknown.line(why));
            Self(Service::Unknown as u8)
        } else {
            Exit::Usage.into()
        }
    }
}

/// Whether the arguments ask for a plugin, also where the rest of them cannot be read.
fn plugin() -> bool {
    let arguments: Vec<_> = std::env::args_os().collect();
    let joined = arguments.iter().any(|one| one == "--format=nagios");
    let pair = |pair: &[std::ffi::OsString]| {
        pair[0] == OsStr::new("--format") && pair[1] == OsStr::new("nagios")
    };
    joined || arguments.windows(2).any(pair)
}
