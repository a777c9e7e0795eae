//! What a row or measurement is about, where a check is asked of several things.

use crate::config::ProcessWanted;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a check is asked of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asks {
    /// The whole target: one row.
    #[default]
    Once,
    /// Every folder of the profile.
    Folder,
    /// Every process of the profile.
    Process,
}

/// A folder of the profile, or a process in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// The folder's fully qualified name.
    pub folder: String,
    /// The process; none where the folder itself is meant.
    pub process: Option<String>,
    /// The version wanted.
    pub version: Option<String>,
}

impl Subject {
    /// The folder of a wanted process.
    pub fn folder(wanted: &ProcessWanted) -> Self {
        Self {
            folder: wanted.folder.clone(),
            process: None,
            version: None,
        }
    }

    /// A wanted process.
    pub fn process(wanted: &ProcessWanted) -> Self {
        Self {
            folder: wanted.folder.clone(),
            process: Some(wanted.name.clone()),
            version: wanted.version.clone(),
        }
    }

    /// The subject seen at the grain of `asks`: none where there is only one of it.
    pub fn within(&self, asks: Asks) -> Option<Self> {
        match asks {
            Asks::Once => None,
            Asks::Folder => Some(Self {
                folder: self.folder.clone(),
                process: None,
                version: None,
            }),
            Asks::Process => Some(self.clone()),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::shown::shown(&self.folder))?;
        match &self.process {
            Some(process) => write!(f, " › {}", crate::shown::shown(process)),
            None => Ok(()),
        }
    }
}
