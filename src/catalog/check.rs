//! One check: a question, its reasons, and what each answer means.

use super::complaint::Complaint;
use super::template::Template;
use super::want::Want;
use crate::probe::{Asks, Reading};
use crate::words::{Lang, Words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::{borrow::Borrow, fmt};

/// A check's name: its file's name, a predicate that states the healthy state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckId(String);

impl CheckId {
    /// A name.
    pub fn new(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Borrow<str> for CheckId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The part of the path a check is about; orders the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// What the user typed.
    Address,
    /// Names, ports and what stands between.
    Network,
    /// Who may come from the cloud.
    Allowlist,
    /// TLS and certificates.
    Trust,
    /// What answers.
    Service,
    /// Signing in.
    Account,
    /// Folders and processes.
    Processes,
    /// Events on their way back.
    Webhooks,
    /// The local robot.
    Robot,
    /// What differs from when it worked.
    History,
}

impl Group {
    /// The heading on the screen.
    pub fn title(self, words: &Words) -> &str {
        let groups = &words.groups;
        match self {
            Self::Address => &groups.address,
            Self::Network => &groups.network,
            Self::Allowlist => &groups.allowlist,
            Self::Trust => &groups.trust,
            Self::Service => &groups.service,
            Self::Account => &groups.account,
            Self::Processes => &groups.processes,
            Self::Webhooks => &groups.webhooks,
            Self::Robot => &groups.robot,
            Self::History => &groups.history,
        }
    }

    /// The key in reports.
    pub fn key(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Network => "network",
            Self::Allowlist => "allowlist",
            Self::Trust => "trust",
            Self::Service => "service",
            Self::Account => "account",
            Self::Processes => "processes",
            Self::Webhooks => "webhooks",
            Self::Robot => "robot",
            Self::History => "history",
        }
    }
}

/// What a failure of the check means for Apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing works until it is fixed.
    Blocker,
    /// Some things fail.
    Degraded,
    /// It works; it could be better.
    Advice,
}

impl Severity {
    /// The same in words.
    pub fn told(self, words: &Words) -> &str {
        let severities = &words.severities;
        match self {
            Self::Blocker => &severities.blocker,
            Self::Degraded => &severities.degraded,
            Self::Advice => &severities.advice,
        }
    }
}

/// What an outcome says of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Healthy.
    Pass,
    /// It works, and deserves a look.
    Warn,
    /// Measured, and it could not be told.
    Unknown,
    /// Broken.
    Fail,
}

impl Verdict {
    /// The key in reports.
    pub fn key(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
            Self::Fail => "fail",
        }
    }
}

/// Who can fix it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// Whoever runs the tool or built the app.
    User,
    /// Whoever looks after the machine the tool runs on.
    Machine,
    /// Network and firewall team, DNS included.
    Network,
    /// Whoever runs the Orchestrator server.
    Orchestrator,
    /// Whoever grants accounts, roles and permissions.
    Identity,
}

impl Owner {
    /// The key in reports.
    pub fn key(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Machine => "machine",
            Self::Network => "network",
            Self::Orchestrator => "orchestrator",
            Self::Identity => "identity",
        }
    }

    /// Whom to call, in words.
    pub fn title(self, words: &Words) -> &str {
        let owners = &words.owners;
        match self {
            Self::User => &owners.user,
            Self::Machine => &owners.machine,
            Self::Network => &owners.network,
            Self::Orchestrator => &owners.orchestrator,
            Self::Identity => &owners.identity,
        }
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Seen from the place the documents mean.
    Observed,
    /// Seen from where the tool runs, standing in for the cloud.
    ObservedHere,
    /// Worked out from configuration or logs.
    Derived,
    /// Nothing was seen.
    None,
}

impl Grade {
    /// The same in words.
    pub fn told(self, words: &Words) -> &str {
        let grades = &words.grades;
        match self {
            Self::Observed => &grades.observed,
            Self::ObservedHere => &grades.observed_here,
            Self::Derived => &grades.derived,
            Self::None => &grades.none,
        }
    }
}

/// What a symptom means.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// For the question.
    pub verdict: Verdict,
    /// One sentence with the real values.
    pub says: Template,
    /// Who can fix it.
    pub owner: Option<Owner>,
    /// Steps, in order.
    pub remedies: Vec<Template>,
}

/// One question of the checklist.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name.
    pub id: CheckId,
    /// Where it stands on the screen.
    pub group: Group,
    /// Its place within the group.
    pub place: u16,
    /// The documented question.
    pub question: String,
    /// Why it matters.
    pub why: String,
    /// What users see when it is broken: words to search for.
    pub seen_as: Vec<String>,
    /// What a failure means.
    pub severity: Severity,
    /// Whether an unknown here leaves the run undecided (exit 3).
    pub required: bool,
    /// How it is read, which implies the probe.
    pub reads: Reading,
    /// What it is asked of.
    pub asks: Asks,
    /// Checks that must hold first.
    pub needs: Vec<CheckId>,
    /// Of these, the ones whose evidence the measurement starts from; all, unless told. The others may be measured beside it.
    pub starts_after: Option<Vec<CheckId>>,
    /// What the request must have.
    pub wants: Vec<Want>,
    /// The check whose failure it only locates: never a root itself.
    pub locates: Option<CheckId>,
    /// Checks whose failure explains one of this: it is no root while one of them fails.
    pub follows: Vec<CheckId>,
    /// Whether it is asked when every other check has been.
    pub last: bool,
    /// How sure its findings are.
    pub grade: Grade,
    /// The documented symptoms it belongs to.
    pub complaints: Vec<Complaint>,
    /// The document.
    pub docs: String,
    /// The language of its sentences.
    pub lang: Lang,
    /// Symptom → meaning.
    pub outcomes: BTreeMap<String, Outcome>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Group,
    place: u16,
    question: String,
    why: String,
    #[serde(default)]
    seen_as: Vec<String>,
    severity: Severity,
    #[serde(default)]
    required: bool,
    reads: String,
    #[serde(default)]
    asks: Asks,
    #[serde(default)]
    needs: Vec<CheckId>,
    starts_after: Option<Vec<CheckId>>,
    #[serde(default)]
    wants: Vec<Want>,
    locates: Option<CheckId>,
    #[serde(default)]
    follows: Vec<CheckId>,
    #[serde(default)]
    last: bool,
    grade: Option<Grade>,
    #[serde(default)]
    complaints: Vec<Complaint>,
    docs: String,
    outcome: BTreeMap<String, OutcomeFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutcomeFile {
    verdict: Verdict,
    says: String,
    owner: Option<Owner>,
    #[serde(default)]
    r#try: Vec<String>,
}

impl Check {
    /// Reads one check file.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(id: &str, text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|cause| cause.to_string())?;
        let reads = Reading::parse(&file.reads)
            .ok_or_else(|| format!("there is no reading {}", file.reads))?;
        let outcomes: BTreeMap<String, Outcome> = file
            .outcome
            .into_iter()
            .map(|(key, outcome)| (key, outcome.into()))
            .collect();
        let (told, read): (Vec<&str>, Vec<&str>) =
            (outcomes.keys().map(String::as_str).collect(), {
                let mut keys = reads.symptoms();
                keys.sort_unstable();
                keys
            });
        if told != read {
            return Err(format!(
                "its outcomes are {told:?}, and the reading's symptoms are {read:?}"
            ));
        }
        for (key, outcome) in &outcomes {
            if outcome.verdict != Verdict::Pass
                && (outcome.owner.is_none() || outcome.remedies.is_empty())
            {
                return Err(format!("outcome {key} has no owner or nothing to try"));
            }
        }
        Ok(Self {
            id: CheckId::new(id),
            group: file.group,
            place: file.place,
            question: one_line(&file.question),
            why: one_line(&file.why),
            seen_as: file.seen_as,
            severity: file.severity,
            required: file.required,
            reads,
            asks: file.asks,
            needs: file.needs,
            starts_after: file.starts_after,
            wants: file.wants,
            locates: file.locates,
            follows: file.follows,
            last: file.last,
            grade: file.grade.unwrap_or(Grade::ObservedHere),
            complaints: file.complaints,
            docs: file.docs,
            lang: Lang::En,
            outcomes,
        })
    }
}

impl From<OutcomeFile> for Outcome {
    fn from(file: OutcomeFile) -> Self {
        Self {
            verdict: file.verdict,
            says: Template::new(&file.says),
            owner: file.owner,
            remedies: file.r#try.iter().map(|step| Template::new(step)).collect(),
        }
    }
}

/// Text that may be broken over lines in the file.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
