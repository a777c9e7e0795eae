//! What the user asks for: profile, flags and environment, parsed once.
//!
//! [`Settings`] is everything that may be shown and recorded; [`Credential`] is the rest.

pub mod address;
pub mod profile;
pub mod reference;
pub mod settings;
pub mod written;

pub use address::{Host, Layout, Target, TargetError};
pub use profile::{ProfileError, profile, usual_scopes};
pub use reference::{Reference, ReferenceError};
pub use settings::{
    Allowlist, Network, Pin, ProcessWanted, Robot, Settings, SignIn, Trust, Webhook,
};

use crate::secret::Secret;
use serde::{Deserialize, Serialize};

/// Where the secrets of a run are to be found: references, no values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// The password of a user, the secret of a client, or a ready token: what the way of signing in needs.
    pub sign_in: Option<Reference>,
    /// The secret that webhooks are signed with.
    pub webhook: Option<Reference>,
    /// A token that RobotJS gave out earlier.
    pub robot: Option<Reference>,
    /// The password for the proxy.
    pub proxy: Option<Reference>,
}

/// The secrets of a run, read.
#[derive(Clone, Debug, Default)]
pub struct Credential {
    /// The password, client secret or token.
    pub sign_in: Option<Secret>,
    /// The secret that webhooks are signed with.
    pub webhook: Option<Secret>,
    /// A token that RobotJS gave out earlier.
    pub robot: Option<Secret>,
    /// The password for the proxy.
    pub proxy: Option<Secret>,
}

impl Sources {
    /// Reads every secret that is referred to.
    ///
    /// # Errors
    /// The first reference that cannot be read; the text names the reference, never a value.
    pub fn read(&self) -> Result<Credential, ReferenceError> {
        let read = |source: &Option<Reference>| source.as_ref().map(Reference::read).transpose();
        Ok(Credential {
            sign_in: read(&self.sign_in)?,
            webhook: read(&self.webhook)?,
            robot: read(&self.robot)?,
            proxy: read(&self.proxy)?,
        })
    }
}

/// A whole request: what may be shown, and where the secrets are.
#[derive(Clone, Debug)]
pub struct Config {
    /// Everything but secrets.
    pub settings: Settings,
    /// Where the secrets are.
    pub sources: Sources,
}
