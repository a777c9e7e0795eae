//! The flags of the webhook lab.

use super::{Told, seconds};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The webhook lab.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Hook {
    /// Receive events, check their signatures and tell what they say
    Listen(ListenArguments),
    /// Check the signature of one event that was kept
    Verify(VerifyArguments),
    /// Play Orchestrator against a receiver: valid, tampered, unsigned, wrong secret, replayed
    Send(SendArguments),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ListenArguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    pub listen: std::net::SocketAddr,
    /// The webhook's secret: env:NAME, file:PATH, keyring:NAME or prompt
    #[arg(long, value_name = "REFERENCE")]
    pub secret: Option<String>,
    /// PEM file with the certificate chain, for https
    #[arg(long, value_name = "F", requires = "key")]
    pub cert: Option<PathBuf>,
    /// PEM file with the certificate's private key
    #[arg(long, value_name = "F", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Hand accepted events on to this receiver, byte for byte
    #[arg(long, value_name = "URL")]
    pub forward: Option<String>,
    /// PEM file with roots to trust besides this machine's, for --forward
    #[arg(long, value_name = "F")]
    pub ca_bundle: Option<PathBuf>,
    /// A JSON line for each event, or words; unless told, the screen on a terminal and JSON elsewhere
    #[arg(long, value_enum)]
    pub format: Option<HookFormat>,
    #[command(flatten)]
    pub told: Told,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArguments {
    /// The body, byte for byte as it was received; - is stdin
    #[arg(long, value_name = "F")]
    pub body: PathBuf,
    /// The value of X-UiPath-Signature; leave it out when there was none
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    pub signature: Option<String>,
    /// The webhook's secret: env:NAME, file:PATH, keyring:NAME or prompt
    #[arg(long, value_name = "REFERENCE")]
    pub secret: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SendArguments {
    /// The receiver
    pub url: String,
    /// The webhook's secret: env:NAME, file:PATH, keyring:NAME or prompt
    #[arg(long, value_name = "REFERENCE")]
    pub secret: Option<String>,
    /// PEM file with roots to trust besides this machine's
    #[arg(long, value_name = "F")]
    pub ca_bundle: Option<PathBuf>,
    /// Seconds that the receiver may take for each answer
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "10")]
    pub timeout: u64,
    /// Words, or one JSON document on a line; words on a terminal unless told
    #[arg(long, value_enum)]
    pub format: Option<HookFormat>,
    #[command(flatten)]
    pub told: Told,
}

/// How the webhook lab tells what it sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum HookFormat {
    /// For people
    Text,
    /// JSON, a line each
    #[value(alias = "json")]
    Jsonl,
}
