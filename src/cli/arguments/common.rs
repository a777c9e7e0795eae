//! What the commands that make a run share.

use super::{Colour, Language, Manner, SymptomArgument, seconds};
use clap::Args;
use std::net::IpAddr;
use std::path::PathBuf;

/// What `check`, `tui` and `plan` share.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct Common {
    /// Orchestrator's URL, exactly as typed into Apps
    pub url: Option<String>,
    /// The profile (orch-doctor.toml)
    #[arg(long, value_name = "F")]
    pub profile: Option<PathBuf>,
    /// Only these checks and what they need; * stands for any text
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Not these checks
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    pub skip: Vec<String>,
    /// Only the checks of one documented symptom
    #[arg(long, value_enum)]
    pub symptom: Option<SymptomArgument>,
    /// Use this address instead of asking DNS (repeatable)
    #[arg(long, value_name = "HOST:PORT:ADDR")]
    pub resolve: Vec<String>,
    /// The name server to ask instead of the system's
    #[arg(long, value_name = "ADDR[:PORT]")]
    pub dns: Option<String>,
    /// A name server that shows the outside view
    #[arg(long, value_name = "ADDR[:PORT]")]
    pub public_dns: Option<String>,
    /// HTTP CONNECT or SOCKS5 proxy (http://, socks5://, socks5h://); without it the environment's, as curl does
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// Where user:password for the proxy is: env:NAME, file:PATH, keyring:NAME or prompt
    #[arg(long, value_name = "REF")]
    pub proxy_user: Option<String>,
    /// Connect from this local address (repeatable)
    #[arg(long, value_name = "ADDR")]
    pub source_ip: Vec<IpAddr>,
    #[command(flatten)]
    pub trust: TrustArguments,
    /// Seconds for DNS, TCP and TLS of one connection together
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub connect_timeout: Option<u64>,
    /// Seconds for the whole run
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub deadline: Option<u64>,
    /// Permit checks that change something on Orchestrator (a webhook is made, pinged and removed)
    #[arg(long)]
    pub allow_changes: bool,
    /// A token that the local robot gave out earlier: env:NAME, file:PATH, keyring:NAME or prompt
    #[arg(long, value_name = "REFERENCE")]
    pub robot_token: Option<String>,
    /// Where webhook-delivers listens; `demo` has another option of this name
    #[arg(skip)]
    pub ear: Ear,
    /// Sign in although the same password was rejected a short while ago
    #[arg(long)]
    pub force: bool,
    /// Your own check files beside the built-in ones
    #[arg(long, value_name = "DIR")]
    pub checks: Option<PathBuf>,
    /// An earlier recording that worked: what changed since is told
    #[arg(long, value_name = "F")]
    pub baseline: Option<PathBuf>,
    /// Record the run for `replay` and `judge`
    #[arg(long, value_name = "F")]
    pub record: Option<PathBuf>,
    /// The language of sentences; keys, JSON and commands never change
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Colours
    #[arg(long, value_enum, default_value_t)]
    pub color: Colour,
    /// How it is shown: an option of the program
    #[arg(skip)]
    pub manner: Manner,
}

/// Where webhook-delivers listens.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct Ear {
    /// Listen there for the event of webhook-delivers
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<std::net::SocketAddr>,
    /// The URL under which Orchestrator reaches that listener
    #[arg(long, value_name = "URL")]
    pub reachable_as: Option<String>,
}

/// Whose word on certificates counts.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct TrustArguments {
    /// PEM file that stands for the roots the cloud trusts
    #[arg(long, value_name = "F")]
    pub cloud_roots: Option<PathBuf>,
    /// PEM file with a third view of trust
    #[arg(long, value_name = "F")]
    pub ca_bundle: Option<PathBuf>,
    /// Tell the end of a certificate from this many days on
    #[arg(long, value_name = "DAYS")]
    pub expires_soon: Option<u32>,
    /// Fetch a missing issuer from where the certificate says it is (plain http, small, no redirect, no private address)
    #[arg(long)]
    pub aia: bool,
    /// Ask the CA whether a certificate is revoked, where the certificate says (under the same rules); the CA learns who asks
    #[arg(long)]
    pub revocation: bool,
}
