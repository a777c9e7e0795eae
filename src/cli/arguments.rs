//! The flags: names and help texts, nothing else.

mod common;
mod formats;
mod hook;
mod language;
mod symptom;

pub(super) use common::{Common, Ear};
pub(super) use formats::{Colour, Format, Manner, ReportFormat, Writing};
pub(super) use hook::{Hook, HookFormat, ListenArguments, SendArguments, VerifyArguments};

pub(super) use language::{Language, Told};
pub(super) use symptom::SymptomArgument;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Finds out, and proves, why UiPath Apps (cloud) cannot use an Orchestrator in your own data centre.
///
/// Nothing is sent anywhere but to the targets you name.
#[derive(Debug, Parser)]
#[command(name = "orch-doctor", version, max_term_width = 100, after_help = EXITS)]
pub struct Arguments {
    /// Line by line, for screen readers and serial consoles: no cursor movement, everything numbered, words for signs
    /// (also where TERM=dumb would get the screen)
    #[arg(long, global = true)]
    pub(super) linear: bool,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// The exit codes, for the help.
const EXITS: &str = "Exit codes: 0 healthy, 1 a check failed, 2 usage (nothing was sent), \
    3 something required is unknown, 130 interrupted.\n\n\
    Colours of your own: orch-doctor-theme.toml beside the profile, or orch-doctor/theme.toml in the folder of your settings\n\
    ($XDG_CONFIG_HOME, ~/.config); `fail = \"#ff8800\"`, a key for each of quiet, line, accent, key, pass, warn, unknown, fail,\n\
    broke, running, badge, chosen, chosen-back.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open the terminal UI
    Tui(TuiArguments),
    /// Run the checklist and print a report
    Check(CheckArguments),
    /// Run the checklist on the built-in stand-in Orchestrator
    Demo(DemoArguments),
    /// The published outgoing ranges: show them, check rules against them, write the change
    #[command(subcommand)]
    Allowlist(AllowlistCommand),
    /// List the checks
    List(ListArguments),
    /// Explain a check, or one of its symptoms
    Explain(ExplainArguments),
    /// Show what a run would send, and send nothing
    Plan(PlanArguments),
    /// Show a recorded run again
    Replay(RecordingArguments),
    /// Tell what changed between two recordings or JSON reports
    Diff(DiffArguments),
    /// Apply today's checklist to a recorded run's evidence
    Judge(RecordingArguments),
    /// Receive, verify and send Orchestrator's webhook events
    #[command(subcommand)]
    Webhook(Hook),
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Default, Args)]
pub(super) struct TuiArguments {
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub ear: Ear,
}

impl TuiArguments {
    /// What the run is made of, the listener included.
    pub(super) fn whole(self) -> Common {
        Common {
            ear: self.ear,
            ..self.common
        }
    }
}

#[derive(Debug, Default, Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub writing: Writing,
    #[command(flatten)]
    pub ear: Ear,
}

#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// Break this (repeatable); --list-faults shows the names
    #[arg(long, value_name = "NAME")]
    pub fault: Vec<String>,
    /// List what can be broken
    #[arg(long)]
    pub list_faults: bool,
    /// Only serve, for other programs; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<std::net::SocketAddr>,
    /// The age to play: the API's version
    #[arg(long, value_name = "9|10|11|13|15|17", default_value = "17")]
    pub api_version: String,
    /// Play the webhook sender instead: post a job's events there, as the faults have them, and end
    #[arg(long, value_name = "URL", conflicts_with_all = ["listen", "list_faults"])]
    pub send_events: Option<String>,
    /// The secret they are signed with: env:NAME, file:PATH, keyring:NAME or prompt
    #[arg(long, value_name = "REFERENCE", requires = "send_events")]
    pub secret: Option<String>,
    /// Milliseconds that everything it sends is on the way
    #[arg(long, value_name = "MS", default_value_t = 0, hide = true)]
    pub delay: u64,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub writing: Writing,
}

/// What `allowlist` does. Nothing is sent by any of it.
#[derive(Debug, Subcommand)]
pub(super) enum AllowlistCommand {
    /// Show which ranges must be admitted on a day
    Show(ShowArguments),
    /// Check the rules of the profile against the ranges
    Check(CheckArguments),
    /// Write the change that admits what is missing
    Request(ChangeArguments),
    /// Turn a table copied from the documentation into a file of ranges
    Import(ImportArguments),
}

#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// The day (today unless told)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<jiff::civil::Date>,
    /// A region, as `europe-secondary` (repeatable; all unless told)
    #[arg(long, value_name = "REGION")]
    pub region: Vec<String>,
    /// The profile (orch-doctor.toml) whose own ranges count too
    #[arg(long, value_name = "F")]
    pub profile: Option<PathBuf>,
    /// text or json
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub(super) struct ChangeArguments {
    /// The system to write for (told by the rules unless given)
    #[arg(
        long = "for",
        value_name = "nft|iptables|windows|azure|aws|asa|panos|fortios"
    )]
    pub system: Option<String>,
    #[command(flatten)]
    pub common: Common,
    /// text or json
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// The copied table: text, tab-separated or Markdown
    pub table: PathBuf,
    /// The page it was copied from
    #[arg(long, value_name = "URL")]
    pub source: Option<String>,
    /// The first day on which its ranges are used
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub valid_from: Option<jiff::civil::Date>,
    /// The service its ranges are of
    #[arg(long, value_name = "NAME", default_value = "apps")]
    pub service: String,
}

#[derive(Debug, Args)]
pub(super) struct ListArguments {
    /// text or json
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    #[command(flatten)]
    pub told: Told,
    /// Your own check files beside the built-in ones
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// A check, or check/symptom
    #[arg(value_name = "CHECK[/SYMPTOM]")]
    pub what: String,
    #[command(flatten)]
    pub told: Told,
    /// Your own check files beside the built-in ones
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct PlanArguments {
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub writing: Writing,
    #[command(flatten)]
    pub ear: Ear,
}

#[derive(Debug, Args)]
pub(super) struct RecordingArguments {
    /// The recording
    pub file: PathBuf,
    /// Your own check files beside the built-in ones
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
    #[command(flatten)]
    pub told: Told,
    /// Colours
    #[arg(long, value_enum, default_value_t)]
    pub color: Colour,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub(super) struct DiffArguments {
    /// The earlier recording or JSON report
    #[arg(value_name = "A")]
    pub before: PathBuf,
    /// The later one
    #[arg(value_name = "B")]
    pub after: PathBuf,
    #[command(flatten)]
    pub told: Told,
    /// text or json
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

impl Arguments {
    /// How the report is shown.
    pub(super) fn manner(&self) -> Manner {
        if self.linear {
            Manner::Lines
        } else {
            Manner::Drawn
        }
    }
}

/// Seconds with a fraction, as milliseconds.
fn seconds(text: &str) -> Result<u64, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "not a number of seconds".to_owned())?;
    if !(0.001..=86_400.0).contains(&seconds) {
        return Err("not between 0.001 and 86400 seconds".into());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range was checked"
    )]
    Ok((seconds * 1000.0).round() as u64)
}
