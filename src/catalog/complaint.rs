//! The symptoms that a run can start from, and the documented questions of each, in the document's order.

use super::Check;
use serde::{Deserialize, Serialize};

/// A symptom that a run can start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Complaint {
    /// "Unable to connect to Orchestrator."
    UnableToConnect,
    /// "No processes, or not the right ones, are shown."
    NoProcesses,
    /// "An error occurs when the process is run from the app."
    FailsWhenRun,
    /// The process runs, and its events do not come back.
    EventsDoNotReturn,
    /// No symptom yet: everything.
    GoLive,
}

/// A documented question, and the checks that answer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// The question.
    pub asks: &'static str,
    /// The same where there is little room.
    pub short: &'static str,
    /// The checks, in the order in which they are asked.
    pub checks: &'static [&'static str],
}

/// One question of a list below.
const fn question(
    asks: &'static str,
    short: &'static str,
    checks: &'static [&'static str],
) -> Question {
    Question {
        asks,
        short,
        checks,
    }
}

/// The document's questions when Apps cannot connect; its sections on certificates and versions stand between them.
const UNABLE_TO_CONNECT: &[Question] = &[
    question(
        "Are the UiPath Apps outgoing IPs allowlisted?",
        "Outgoing IPs allowlisted?",
        &["allowlist-complete", "cloud-arrives"],
    ),
    question(
        "Is the port allowed on the DMZ firewall, and on every other?",
        "Port allowed on the firewalls?",
        &[
            "name-resolves",
            "address-public",
            "port-open",
            "path-clear",
            "sources-admitted",
        ],
    ),
    question(
        "Is the Orchestrator URL entered with the port?",
        "URL entered with the port?",
        &["url-complete"],
    ),
    question(
        "Is the certificate from a public CA, and not self-signed?",
        "Certificate from a public CA?",
        &[
            "tls-agreed",
            "certificate-trusted",
            "certificate-names-host",
            "certificate-in-date",
            "certificate-strong",
            "certificate-unrevoked",
        ],
    ),
    question(
        "Is it Orchestrator, 19.10 or later, that answers?",
        "Does Orchestrator answer?",
        &[
            "orchestrator-answers",
            "orchestrator-healthy",
            "version-supported",
            "clock-agrees",
        ],
    ),
    question(
        "Are the credentials right?",
        "Credentials right?",
        &["login-accepted"],
    ),
    question(
        "Does the account have the right to list and run processes?",
        "Right to list and run?",
        &["folder-visible", "processes-listed", "process-executable"],
    ),
];

/// The document's question when processes are not shown, and what hides one besides.
const NO_PROCESSES: &[Question] = &[
    question(
        "Does the account have read access to the folder?",
        "Read access to the folder?",
        &["folder-visible", "processes-listed", "privileges-least"],
    ),
    question(
        "Is the process in that folder, under a name that Apps finds?",
        "Process in that folder?",
        &["process-present", "process-name-safe"],
    ),
];

/// The document's questions when the process fails from the app.
const FAILS_WHEN_RUN: &[Question] = &[
    question(
        "Are the UiPath Apps outgoing IPs still allowlisted?",
        "Outgoing IPs still allowlisted?",
        &["allowlist-complete"],
    ),
    question(
        "Is the port still open?",
        "Port still open?",
        &["name-resolves", "port-open", "certificate-in-date"],
    ),
    question(
        "Does the user still exist, with the same password?",
        "Same user, same password?",
        &["orchestrator-healthy", "login-accepted"],
    ),
    question(
        "Is the process, in its exact version, still in the same folder?",
        "Process and version still there?",
        &[
            "folder-visible",
            "process-present",
            "version-present",
            "process-name-safe",
        ],
    ),
    question(
        "Is RobotJS set up, and does the robot answer?",
        "RobotJS set up?",
        &["robot-answers"],
    ),
    question(
        "Has the process been downloaded on the robot before?",
        "Downloaded on the robot?",
        &["robot-has-process"],
    ),
    question(
        "Does the account have execute access to the process?",
        "Execute access?",
        &["process-executable", "privileges-least"],
    ),
    question(
        "Do events come back to the app?",
        "Do events come back?",
        &[
            "webhooks-permitted",
            "webhook-reaches-cloud",
            "webhooks-sound",
        ],
    ),
];

/// What events need on their way back.
const EVENTS_DO_NOT_RETURN: &[Question] = &[
    question(
        "May the account make the webhook that Apps needs?",
        "May Apps make its webhook?",
        &["webhooks-permitted"],
    ),
    question(
        "Does Orchestrator reach the cloud from its own server?",
        "Is the way out open?",
        &["webhook-reaches-cloud"],
    ),
    question(
        "Are the webhooks switched on and signed, and do events arrive?",
        "Webhooks sound?",
        &["webhooks-sound", "webhook-delivers"],
    ),
];

impl Complaint {
    /// All of them, in the order in which a user meets them.
    pub const ALL: [Self; 5] = [
        Self::UnableToConnect,
        Self::NoProcesses,
        Self::FailsWhenRun,
        Self::EventsDoNotReturn,
        Self::GoLive,
    ];

    /// The symptom as users tell it.
    pub fn title(self) -> &'static str {
        match self {
            Self::UnableToConnect => "Unable to connect to Orchestrator",
            Self::NoProcesses => "No processes, or not the right ones, are shown",
            Self::FailsWhenRun => "An error occurs when the process is run from the app",
            Self::EventsDoNotReturn => "Events do not come back",
            Self::GoLive => "Before go-live: everything",
        }
    }

    /// The documented questions, in order; none where the groups of the checklist are the order.
    pub fn questions(self) -> &'static [Question] {
        match self {
            Self::UnableToConnect => UNABLE_TO_CONNECT,
            Self::NoProcesses => NO_PROCESSES,
            Self::FailsWhenRun => FAILS_WHEN_RUN,
            Self::EventsDoNotReturn => EVENTS_DO_NOT_RETURN,
            Self::GoLive => &[],
        }
    }

    /// Whether a check belongs to it.
    pub fn is_about(self, check: &Check) -> bool {
        self == Self::GoLive || check.complaints.contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    /// The comparison with an earlier run belongs to every symptom, and to no question.
    const OF_ALL: &str = "nothing-changed";

    #[test]
    fn the_questions_name_exactly_the_checks_of_their_symptom() {
        let catalog = Catalog::built_in().unwrap();
        for complaint in Complaint::ALL {
            let questions = complaint.questions();
            let mut named: Vec<&str> = questions
                .iter()
                .flat_map(|one| one.checks)
                .copied()
                .collect();
            named.sort_unstable();
            let about = catalog
                .checks()
                .iter()
                .filter(|check| complaint.is_about(check));
            let mut all: Vec<&str> = about
                .map(|check| check.id.as_str())
                .filter(|id| *id != OF_ALL)
                .collect();
            all.sort_unstable();
            if complaint != Complaint::GoLive {
                assert_eq!(named, all, "{complaint:?}");
            }
        }
    }

    #[test]
    fn every_symptom_and_question_is_told_in_japanese_and_no_other() {
        let all = Complaint::ALL.iter().flat_map(|complaint| {
            let questions = complaint.questions().iter();
            let asked = questions.flat_map(|one| [one.asks, one.short]);
            std::iter::once(complaint.title()).chain(asked)
        });
        let mut ours: Vec<&str> = all.collect();
        ours.sort_unstable();
        ours.dedup();
        let told = &crate::words::Lang::Ja.words().complaints;
        assert_eq!(told.keys().map(String::as_str).collect::<Vec<_>>(), ours);
    }

    #[test]
    fn everything_is_every_check() {
        let catalog = Catalog::built_in().unwrap();
        assert!(
            catalog
                .checks()
                .iter()
                .all(|check| Complaint::GoLive.is_about(check))
        );
    }

    #[test]
    fn a_short_question_fits_the_narrowest_list() {
        let all = Complaint::ALL
            .iter()
            .flat_map(|complaint| complaint.questions());
        for question in all {
            assert!(question.short.len() <= 32, "{}", question.short);
        }
    }
}
