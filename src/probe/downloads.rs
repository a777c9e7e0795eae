//! Whether the local robot has the processes that the profile names: read from what it listed.

use super::robot::Sighted;
use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use crate::robot::{Answer, Listing};
use serde::{Deserialize, Serialize};

/// Measured once.
pub const PER: Asks = Asks::Once;

/// What the robot listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The processes that the profile names.
    pub wanted: Vec<String>,
    /// The session's answer; nothing when the robot did not tell where the session is.
    pub listing: Option<Listing>,
    /// Whether the robot wants consent before it tells.
    pub consent: bool,
}

/// Takes what the robot said when it was asked whether it is there.
#[expect(clippy::unused_async, reason = "every probe is asked in the same way")]
pub async fn measure(cx: &Cx) -> Seen {
    let wanted = cx
        .settings
        .robot
        .as_ref()
        .map(|section| section.processes.clone())
        .unwrap_or_default();
    let Some(robot) = cx.before.robot(None) else {
        return Seen {
            wanted,
            ..Seen::default()
        };
    };
    let listing = match &robot.session {
        Some(Sighted::Answered(listing)) => Some(listing.clone()),
        Some(Sighted::Unconnected(_)) | None => None,
    };
    let consent = robot.sightings.iter().any(|sighting| {
        matches!(
            sighting.sighted,
            Sighted::Answered(Answer::ConsentNeeded { .. })
        )
    });
    Seen {
        wanted,
        listing,
        consent,
    }
}

/// Nothing is sent.
pub fn intents(_settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    Vec::new()
}

impl Seen {
    /// The processes that the robot listed.
    fn listed(&self) -> &[String] {
        match &self.listing {
            Some(Listing::Processes(listed)) => listed,
            _ => &[],
        }
    }

    /// The wanted processes that are not in the list.
    fn missing(&self) -> Vec<&str> {
        let has = |name: &str| {
            self.listed()
                .iter()
                .any(|one| one.eq_ignore_ascii_case(name))
        };
        self.wanted
            .iter()
            .map(String::as_str)
            .filter(|name| !has(name))
            .collect()
    }

    /// Whether a missing process may be there under the name that classic folders give: the process, `_` and the environment.
    fn may_be_classic(&self) -> bool {
        let starts = |one: &String, name: &str| {
            one.get(..name.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(name))
                && one[name.len()..].starts_with('_')
        };
        self.missing()
            .iter()
            .all(|name| self.listed().iter().any(|one| starts(one, name)))
    }

    /// The processes wanted, those missing, and the robot's own words.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let said = match &self.listing {
            Some(Listing::Refused(error)) => words.common.quoted.with(&[("text", error)]),
            _ => words.robots.useless.to_string(),
        };
        Facts::from([
            ("robot_processes", self.wanted.join(", ")),
            ("missing_processes", self.missing().join(", ")),
            (
                "robot_count",
                words.common.processes.of(self.listed().len()),
            ),
            ("said", said),
        ])
    }
}

symptoms! {
    /// Whether the robot has the processes.
    Installation {
        /// It lists them all.
        Installed = "installed",
        /// It does not tell without its user's consent.
        NeedsConsent = "needs-consent",
        /// It does not list one of them.
        NotInstalled = "not-installed",
        /// The answer fits none of these.
        Untold = "untold",
    }
}

impl Symptom for Installation {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        match &seen.listing {
            Some(Listing::Processes(_)) if seen.missing().is_empty() => Self::Installed,
            Some(Listing::Processes(_)) if seen.may_be_classic() => Self::Untold,
            Some(Listing::Processes(_)) => Self::NotInstalled,
            Some(Listing::ConsentNeeded) => Self::NeedsConsent,
            None if seen.consent => Self::NeedsConsent,
            Some(Listing::Refused(_) | Listing::Other(_) | Listing::Silent) | None => Self::Untold,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let wanted = vec!["InvoiceBot".to_owned()];
        let listing = |listing| Seen {
            wanted: wanted.clone(),
            listing: Some(listing),
            consent: false,
        };
        match self {
            Self::Installed => listing(Listing::Processes(vec!["InvoiceBot".into()])),
            Self::NeedsConsent => Seen {
                wanted: wanted.clone(),
                listing: None,
                consent: true,
            },
            Self::NotInstalled => listing(Listing::Processes(vec!["OtherBot".into()])),
            Self::Untold => listing(Listing::Refused("Robot is not connected".into())),
        }
    }
}
