//! The command line: flags to a request, a request to a run, a run to an exit code.

mod allowlist;
mod arguments;
mod catalogue;
mod code;
mod demo;
mod diff;
mod live;
mod output;
mod prompt;
mod proxy;
mod recording;
mod request;
mod screen;
mod start;
mod theme;
mod webhook;

pub use arguments::Arguments;

use crate::report::Exit;
use arguments::Command;
use clap::{CommandFactory as _, Parser as _};
use code::Code;
use std::process::ExitCode;

/// Why nothing was done: usage or configuration. The text says what cannot be done, and why.
#[derive(Debug)]
pub(crate) struct Refused(String);

impl<E: std::error::Error> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl Refused {
    /// A refusal in these words.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return told(&error),
    };
    // A second provider in the tree would make the choice ambiguous; this settles it. It can be set only once.
    let _ = rustls::crypto::ring::default_provider().install_default();
    log_to_stderr();
    let code = runtime()
        .map_err(Refused::from)
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match code {
        Ok(code) => code.into(),
        Err(Refused(text)) => Code::refused(&text).into(),
    }
}

/// Help and version are answers; anything else is usage.
fn told(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        Code::refused(&in_one_line(&error.to_string())).into()
    } else {
        output::say(&error.to_string());
        ExitCode::SUCCESS
    }
}

/// The first paragraph of clap's complaint; the usage after it is for `--help`.
fn in_one_line(text: &str) -> String {
    let text = text.trim_start_matches("error: ");
    let lines = text.lines().take_while(|line| !line.is_empty());
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

/// The runtime: two threads, since what a run does is wait.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
}

/// What the libraries say goes to stderr, where `ORCH_DOCTOR_LOG` asks for it.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("ORCH_DOCTOR_LOG")
        .unwrap_or_else(|_| "off".into());
    // A logger that is set already stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init();
}

/// Does what the arguments say.
async fn run(arguments: Arguments) -> Result<Code, Refused> {
    let manner = arguments.manner();
    let exit = match arguments.command {
        None if output::terminal() => {
            let common = arguments::Common {
                manner,
                ..arguments::Common::default()
            };
            return screen::start(common).await;
        }
        None => {
            let mut check = arguments::CheckArguments::default();
            check.writing.manner = manner;
            return live::check(check).await;
        }
        Some(Command::Tui(tui)) => {
            let common = tui.whole();
            return screen::start(arguments::Common { manner, ..common }).await;
        }
        Some(Command::Check(mut check)) => {
            check.writing.manner = manner;
            return live::check(check).await;
        }
        Some(Command::Demo(mut demo)) => {
            demo.writing.manner = manner;
            return Box::pin(demo::run(demo)).await;
        }
        Some(Command::Allowlist(command)) => return allowlist::run(command).await,
        Some(Command::List(list)) => catalogue::list(&list),
        Some(Command::Explain(explain)) => catalogue::explain(&explain),
        Some(Command::Plan(mut plan)) => {
            plan.common.ear = plan.ear.clone();
            catalogue::plan(&plan)
        }
        Some(Command::Replay(mut replay)) => {
            replay.writing.manner = manner;
            return recording::replay(replay).await;
        }
        Some(Command::Diff(files)) => diff::diff(&files),
        Some(Command::Judge(mut judge)) => {
            judge.writing.manner = manner;
            return recording::judge(judge).await;
        }
        Some(Command::Webhook(hook)) => webhook::run(hook, manner).await,
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "orch-doctor", &mut script);
            output::say(&String::from_utf8_lossy(&script));
            Ok(Exit::Healthy)
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
            output::say(&String::from_utf8_lossy(&page));
            Ok(Exit::Healthy)
        }
    };
    exit.map(Code::from)
}
