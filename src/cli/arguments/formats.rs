//! How what was found is written.

use crate::cli::Refused;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How a report is written.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct Writing {
    /// The report's format
    #[arg(long, value_enum)]
    pub format: Option<ReportFormat>,
    /// Write the report there instead of to stdout
    #[arg(long, value_name = "F")]
    pub output: Option<PathBuf>,
    /// How it is shown: an option of the program
    #[arg(skip)]
    pub manner: Manner,
}

impl Writing {
    /// Whether a screen answers as well: neither a format nor a file was named.
    pub(in crate::cli) fn is_open(&self) -> bool {
        self.format.is_none() && self.output.is_none()
    }

    /// The format of a list.
    pub(in crate::cli) fn of_list(&self) -> Result<Format, Refused> {
        let refused = || Refused::new("cannot write a list in this format: text, json or jsonl");
        let format = self.format.unwrap_or_default();
        format.of_list().ok_or_else(refused)
    }
}

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReportFormat {
    /// For people
    #[default]
    Text,
    /// One document
    Json,
    /// The event stream, a line each
    Jsonl,
    /// For tickets and wikis
    Markdown,
    /// One file for a browser
    Html,
    /// For what shows the tests of a build
    Junit,
    /// A monitoring plugin's lines; the exit code is 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN
    Nagios,
    /// Metrics for the textfile collector
    Prometheus,
    /// Checkmk's local check
    Checkmk,
}

impl ReportFormat {
    /// The format of a list; none where this is a report's alone.
    pub(in crate::cli) fn of_list(self) -> Option<Format> {
        match self {
            Self::Text => Some(Format::Text),
            Self::Json => Some(Format::Json),
            Self::Jsonl => Some(Format::Jsonl),
            Self::Markdown
            | Self::Html
            | Self::Junit
            | Self::Nagios
            | Self::Prometheus
            | Self::Checkmk => None,
        }
    }
}

/// The formats of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// For people
    #[default]
    Text,
    /// One document
    Json,
    /// The event stream, a line each
    Jsonl,
}

/// How a report is shown to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) enum Manner {
    /// As a screen, or as text with signs.
    #[default]
    Drawn,
    /// Line by line, with words for signs.
    Lines,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
