//! The process's name: nothing is sent.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use serde::{Deserialize, Serialize};

/// One by one.
pub const PER: Asks = Asks::Process;

/// The name an app uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// As the profile has it.
    pub name: String,
}

/// Takes the name.
#[expect(clippy::unused_async, reason = "every probe is asked in the same way")]
pub async fn measure(cx: &Cx) -> Seen {
    let name = cx
        .subject
        .as_ref()
        .and_then(|subject| subject.process.clone())
        .unwrap_or_default();
    Seen { name }
}

/// Nothing is sent.
pub fn intents(_settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    Vec::new()
}

impl Seen {
    /// A name without what Apps trips over.
    pub fn facts(&self, _at: &At<'_>) -> Facts {
        Facts::from([(
            "safe_name",
            crate::shown::shown(&self.name.replace('_', "-")),
        )])
    }
}

symptoms! {
    /// Whether Apps finds processes of this name.
    Safety {
        /// It does.
        Safe = "safe",
        /// It has an underscore: Apps says "Process Not Found".
        Underscore = "underscore",
    }
}

impl Symptom for Safety {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        if seen.name.contains('_') {
            Self::Underscore
        } else {
            Self::Safe
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        match self {
            Self::Safe => Seen {
                name: "InvoiceBot".into(),
            },
            Self::Underscore => Seen {
                name: "Invoice_Bot".into(),
            },
        }
    }
}
