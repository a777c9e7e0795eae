//! Everything a run is asked to do that is no secret: it stands in recordings, so that a run can be judged again.

use super::address::{LayoutWanted, Target};
use crate::proxy::{Proxy, bypasses};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// How the account signs in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignIn {
    /// Not at all.
    #[default]
    None,
    /// A local user's name and password, as Apps does.
    Password {
        /// The user name or e-mail address.
        username: String,
    },
    /// An external application (OAuth client credentials).
    ClientCredentials {
        /// The application's id.
        client_id: String,
        /// The scopes asked for.
        scopes: Vec<String>,
    },
    /// A token made elsewhere.
    Token,
}

impl SignIn {
    /// The name to show for whoever signs in.
    pub fn who(&self) -> String {
        match self {
            Self::None => "nobody".into(),
            Self::Password { username } => username.clone(),
            Self::ClientCredentials { client_id, .. } => client_id.clone(),
            Self::Token => "the holder of the token".into(),
        }
    }
}

/// A process an app uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessWanted {
    /// The folder's fully qualified name.
    pub folder: String,
    /// The process's name.
    pub name: String,
    /// The exact version the app was built with.
    pub version: Option<String>,
}

/// An address to use instead of asking DNS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The name it stands for.
    pub host: String,
    /// The port it stands for.
    pub port: u16,
    /// The address.
    pub address: IpAddr,
}

/// How the network is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Addresses given instead of asking DNS.
    pub resolve: Vec<Pin>,
    /// The name server to ask instead of the system's.
    pub dns: Option<SocketAddr>,
    /// A name server that shows the outside view.
    pub public_dns: Option<SocketAddr>,
    /// Local addresses to connect from.
    pub source_ips: Vec<IpAddr>,
    /// The proxy's URL without user information, explicit or from the environment.
    pub proxy: Option<String>,
    /// The proxy for what certificates point to, likewise.
    #[serde(default)]
    pub fetch_proxy: Option<String>,
    /// Hosts to which no such fetch takes a proxy, as curl's `no_proxy` lists them.
    #[serde(default)]
    pub no_proxy: String,
    /// DNS, TCP and TLS of one connection together, milliseconds.
    pub connect_timeout_ms: u64,
    /// One request and its answer, milliseconds.
    pub request_timeout_ms: u64,
    /// The whole run, milliseconds.
    pub deadline_ms: Option<u64>,
    /// Where https-only looks for plain HTTP.
    pub http_port: u16,
    /// Whether the path is looked at although the port is open.
    #[serde(default)]
    pub always_trace: bool,
}

impl Network {
    /// The proxy, without its credential.
    pub fn proxy(&self) -> Option<Proxy> {
        self.proxy.as_deref()?.parse().ok()
    }

    /// The proxy to what a certificate points to at this host, without its credential.
    pub fn proxy_for_fetch(&self, host: &str) -> Option<Proxy> {
        let proxy = self.fetch_proxy.as_deref()?.parse().ok()?;
        (!bypasses(&self.no_proxy, host)).then_some(proxy)
    }

    /// The proxy, where it is the one that turns names into addresses.
    pub fn resolving_proxy(&self) -> Option<Proxy> {
        self.proxy().filter(|proxy| proxy.protocol.resolves_names())
    }
}

impl Default for Network {
    fn default() -> Self {
        Self {
            resolve: Vec::new(),
            dns: None,
            public_dns: None,
            source_ips: Vec::new(),
            proxy: None,
            fetch_proxy: None,
            no_proxy: String::new(),
            connect_timeout_ms: 5_000,
            request_timeout_ms: 15_000,
            deadline_ms: None,
            http_port: 80,
            always_trace: false,
        }
    }
}

/// How trust is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// A PEM file that stands for the roots the cloud trusts.
    pub cloud_roots: Option<PathBuf>,
    /// A third view beside the cloud's and this machine's.
    pub ca_bundle: Option<PathBuf>,
    /// From how many days on the end of a certificate is told.
    pub expires_soon_days: u32,
    /// Whether missing certificates may be fetched from where the certificate says.
    pub aia: bool,
    /// Whether revocation may be asked over the network.
    pub revocation: bool,
}

impl Default for Trust {
    fn default() -> Self {
        Self {
            cloud_roots: None,
            ca_bundle: None,
            expires_soon_days: 30,
            aia: false,
            revocation: false,
        }
    }
}

/// The allowlist section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Allowlist {
    /// Rows of the published table that must be admitted.
    pub regions: Vec<String>,
    /// Own sets beside the built-in ones.
    pub ranges: Vec<PathBuf>,
    /// Exported rule sets, outermost first.
    pub rules: Vec<RuleFile>,
    /// The server's address behind NAT.
    pub destination: Option<IpAddr>,
    /// Access logs.
    pub logs: Vec<PathBuf>,
}

/// One exported rule set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RuleFile {
    /// The path alone; the kind is told by content.
    Path(PathBuf),
    /// A path with more said about it.
    Described {
        /// The file.
        file: PathBuf,
        /// Its format.
        #[serde(default)]
        kind: Option<String>,
        /// `forward` or `input`.
        #[serde(default)]
        hook: Option<String>,
        /// The interface that faces the cloud.
        #[serde(default)]
        interface: Option<String>,
    },
}

/// The webhook section, without its secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// What Orchestrator must reach.
    pub callback: Option<String>,
    /// Where webhook-delivers listens.
    pub listen: Option<SocketAddr>,
    /// The listener's URL as Orchestrator sees it.
    pub reachable_as: Option<String>,
}

/// The robot section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Robot {
    /// The discovery port.
    pub port: u16,
    /// Processes that must have been downloaded.
    pub processes: Vec<String>,
}

impl Default for Robot {
    fn default() -> Self {
        Self {
            port: 2323,
            processes: Vec::new(),
        }
    }
}

/// Everything a run is asked to do, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Orchestrator.
    pub target: Target,
    /// The layout the profile asked for.
    pub layout: LayoutWanted,
    /// The tenant to sign in to.
    pub tenant: String,
    /// How.
    pub sign_in: SignIn,
    /// The processes the apps use.
    pub processes: Vec<ProcessWanted>,
    /// The network.
    pub network: Network,
    /// Trust.
    pub trust: Trust,
    /// The allowlist section, if there is one.
    pub allowlist: Option<Allowlist>,
    /// The webhook section, if there is one.
    pub webhook: Option<Webhook>,
    /// The robot section, if there is one.
    pub robot: Option<Robot>,
    /// Whether checks may change something on Orchestrator.
    pub allow_changes: bool,
    /// Whether a remembered rejection is tried again.
    pub force: bool,
    /// An earlier recording that worked.
    pub baseline: Option<PathBuf>,
    /// Whether the target is the built-in stand-in.
    pub stand_in: bool,
}

impl Settings {
    /// The settings for a target and nothing else.
    pub fn for_target(target: Target) -> Self {
        Self {
            target,
            layout: LayoutWanted::Auto,
            tenant: "Default".into(),
            sign_in: SignIn::None,
            processes: Vec::new(),
            network: Network::default(),
            trust: Trust::default(),
            allowlist: None,
            webhook: None,
            robot: None,
            allow_changes: false,
            force: false,
            baseline: None,
            stand_in: false,
        }
    }
}
