//! What differs between two runs, in the order in which one thing causes another.
//!
//! Runs are read as data, from a recording or from a JSON report, whatever version wrote them: what is not there is not compared.

mod change;
mod known;
mod read;
mod turn;

pub use change::{Change, changes};
pub use known::{Known, KnownProcess};
pub use read::{Sight, read};
pub use turn::{Turn, turns};

use serde::{Deserialize, Serialize};

/// What is compared, in causal order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// The URL that was typed.
    Url,
    /// The addresses of the name.
    Address,
    /// Who issued the certificate.
    Issuer,
    /// The certificate itself.
    Certificate,
    /// What the web server calls itself.
    Server,
    /// The versions of Orchestrator's API.
    Api,
    /// What the account may do.
    Permissions,
    /// A folder's number: another one is another folder of the same name.
    FolderNumber,
    /// The folder a process is in.
    Folder,
    /// The version a process has.
    Version,
    /// The key a process is started by: another one is another process of the same name.
    Key,
}

/// One thing a run saw.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trait {
    /// What it is.
    pub topic: Topic,
    /// Of what, where there are several.
    pub about: Option<String>,
    /// What was seen, sorted.
    pub values: Vec<String>,
}

/// Where a row stood, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Healthy.
    Pass,
    /// It works, and deserves a look.
    Warn,
    /// Not told, or not asked since another failed.
    Unknown,
    /// Broken.
    Fail,
}
