//! What can be measured, and how each measurement can be read.
//!
//! A probe measures and has no opinion; a reading is a pure function from what was seen to one of a closed set of symptoms.

pub mod address;
pub mod allowlist;
pub mod answer;
pub mod callback;
pub mod delivery;
pub mod downloads;
pub mod execute;
pub mod folders;
pub mod health;
pub mod history;
pub mod hooks;
pub mod listing;
pub mod login;
pub mod logs;
pub mod names;
pub mod naming;
pub mod outside;
pub mod plain;
pub mod privileges;
pub mod process;
pub mod robot;
pub mod sources;
pub mod tcp;
pub mod tls;
pub mod version;

mod ahead;
mod alike;
mod function;
mod intent;
mod subject;

pub use intent::{Effect, Intent};
pub use subject::{Asks, Subject};

use crate::config::Settings;
use crate::wire::Session;
use crate::words::Words;
use crate::world::World;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

/// What a sentence may mention: name → value, each value safe to show.
pub type Facts = BTreeMap<&'static str, String>;

/// A closed set whose members have keys.
pub trait Keyed: Copy + Sized + 'static {
    /// Every member, in the order of its definition.
    const ALL: &'static [Self];

    /// The key in check files and reports.
    fn key(self) -> &'static str;
}

/// A closed set of things that evidence can mean for a question.
pub trait Symptom: Keyed {
    /// The evidence it is read from.
    type Seen;

    /// Reads the evidence. Pure and total.
    fn read(seen: &Self::Seen, at: &At<'_>) -> Self;

    /// Evidence that reads as this symptom.
    #[cfg(test)]
    fn sample(self) -> Self::Seen;
}

/// What a reading may know beside the evidence.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// When the run began.
    pub now: Timestamp,
    /// What was asked for.
    pub settings: &'a Settings,
    /// What the row is about.
    pub subject: Option<&'a Subject>,
    /// The language of what fills the sentences.
    pub words: &'static Words,
}

/// What a probe measures with.
#[derive(Clone, Debug)]
pub struct Cx {
    /// What was asked for.
    pub settings: Arc<Settings>,
    /// The run's connections and its signing in.
    pub session: Arc<Session>,
    /// Everything outside the process.
    pub world: World,
    /// What was measured before.
    pub before: Before,
    /// What is measured, where there are several.
    pub subject: Option<Subject>,
}

/// Evidence of one run, by what was measured.
#[derive(Clone, Debug, Default)]
pub struct Before {
    seen: Arc<BTreeMap<Measurement, Evidence>>,
    noted: Option<(Probe, UnboundedSender<(Probe, Probe)>)>,
}

/// One thing to measure: shared by every check that reads it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Measurement {
    /// How.
    pub probe: Probe,
    /// Of what, where there are several.
    pub subject: Option<Subject>,
}

impl Before {
    /// Evidence gathered so far; who reads what is told to `noted`, where there is one.
    pub fn new(
        seen: BTreeMap<Measurement, Evidence>,
        noted: Option<(Probe, UnboundedSender<(Probe, Probe)>)>,
    ) -> Self {
        Self {
            seen: Arc::new(seen),
            noted,
        }
    }

    /// Everything that was measured until now.
    pub fn all(&self) -> impl Iterator<Item = (&Measurement, &Evidence)> {
        self.seen.iter()
    }

    /// The evidence of that probe about that subject, or about the widest that holds it.
    fn find(&self, probe: Probe, subject: Option<&Subject>) -> Option<&Evidence> {
        if let Some((reader, noted)) = &self.noted {
            // Nobody listens any more once the test has its answer.
            let _ = noted.send((*reader, probe));
        }
        let subject = subject.and_then(|subject| subject.within(probe.per()));
        self.seen.get(&Measurement { probe, subject })
    }
}

/// Defines the probes, their evidence and their readings from one list.
macro_rules! probes {
    ($( $probe:ident = $module:ident { $( $symptom:ident = $key:literal ),* $(,)? } )*) => {
        /// A measurement that can be made.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Probe { $(
            #[doc = concat!("See [`", stringify!($module), "`].")]
            $probe,
        )* }

        /// What a measurement saw.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "probe", content = "seen", rename_all = "kebab-case")]
        pub enum Evidence { $(
            #[doc = concat!("See [`", stringify!($module), "::Seen`].")]
            $probe($module::Seen),
        )* }

        /// A way to read a measurement.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reading { $($(
            #[doc = concat!("See [`", stringify!($module), "::", stringify!($symptom), "`].")]
            $symptom,
        )*)* }

        impl Probe {
            /// Every probe.
            pub const ALL: &'static [Self] = &[$(Self::$probe),*];

            /// What it measures one by one.
            pub fn per(self) -> Asks {
                match self { $(Self::$probe => $module::PER),* }
            }

            /// Measures.
            pub async fn measure(self, cx: &Cx) -> Evidence {
                match self { $(Self::$probe => Evidence::$probe($module::measure(cx).await)),* }
            }

            /// What it would send, without sending it.
            pub fn intents(self, settings: &Settings, subject: Option<&Subject>) -> Vec<Intent> {
                match self { $(Self::$probe => $module::intents(settings, subject)),* }
            }
        }

        impl Evidence {
            /// What a sentence may mention of it.
            pub fn facts(&self, at: &At<'_>) -> Facts {
                match self { $(Self::$probe(seen) => seen.facts(at)),* }
            }
        }

        impl Reading {
            /// Every reading.
            pub const ALL: &'static [Self] = &[$($(Self::$symptom),*),*];

            /// The reading of that key, as check files write it.
            pub fn parse(key: &str) -> Option<Self> {
                match key { $($($key => Some(Self::$symptom),)*)* _ => None }
            }

            /// Its key, as check files write it.
            pub fn key(self) -> &'static str {
                match self { $($(Self::$symptom => $key,)*)* }
            }

            /// The probe that measures what it reads.
            pub fn probe(self) -> Probe {
                match self { $($(Self::$symptom => Probe::$probe,)*)* }
            }

            /// The keys of its symptoms.
            pub fn symptoms(self) -> Vec<&'static str> {
                match self { $($(
                    Self::$symptom => $module::$symptom::ALL.iter().map(|symptom| symptom.key()).collect(),
                )*)* }
            }

            /// What the evidence means; `None` for evidence of another probe.
            pub fn read(self, evidence: &Evidence, at: &At<'_>) -> Option<&'static str> {
                match (self, evidence) {
                    $($((Self::$symptom, Evidence::$probe(seen)) => Some($module::$symptom::read(seen, at).key()),)*)*
                    _ => None,
                }
            }

            /// Evidence that reads as the symptom of that key.
            #[cfg(test)]
            pub fn sample(self, key: &str) -> Option<Evidence> {
                match self { $($(
                    Self::$symptom => $module::$symptom::ALL
                        .iter()
                        .find(|symptom| symptom.key() == key)
                        .map(|symptom| Evidence::$probe(symptom.sample())),
                )*)* }
            }
        }

        impl Before { $(
            #[doc = concat!("What [`", stringify!($module), "`] saw.")]
            pub fn $module(&self, subject: Option<&Subject>) -> Option<&$module::Seen> {
                match self.find(Probe::$probe, subject) {
                    Some(Evidence::$probe(seen)) => Some(seen),
                    _ => None,
                }
            }
        )* }
    };
}

/// Defines a closed set of symptoms with their keys.
macro_rules! symptoms {
    ($(#[$about:meta])* $name:ident { $( $(#[$doc:meta])* $member:ident = $key:literal ),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $( $(#[$doc])* $member ),* }

        impl $crate::probe::Keyed for $name {
            const ALL: &'static [Self] = &[$(Self::$member),*];
            fn key(self) -> &'static str {
                match self { $(Self::$member => $key),* }
            }
        }
    };
}

pub(crate) use symptoms;

probes! {
    Address = address { Completeness = "address.completeness" }
    Names = names { Resolved = "names.resolution" }
    Outside = outside { Publicity = "outside.addresses" }
    Tcp = tcp { Reach = "tcp.reach", Clearness = "tcp.path" }
    Sources = sources { Admission = "sources.admission" }
    Allowlist = allowlist { Coverage = "allowlist.coverage" }
    Logs = logs { Sighting = "logs.sighting" }
    Tls = tls {
        Agreement = "tls.agreement",
        Trusted = "tls.trust",
        Named = "tls.name",
        Dated = "tls.lifetime",
        Strong = "tls.strength",
        Unrevoked = "tls.revocation",
        Uniform = "tls.uniformity",
    }
    Plain = plain { Insecure = "plain.answer" }
    Answer = answer { Responder = "answer.responder", Clock = "answer.clock", Age = "answer.age" }
    Health = health { Condition = "health.condition" }
    Login = login { Acceptance = "login.acceptance" }
    Folders = folders { Visibility = "folders.visibility" }
    Listing = listing { Contents = "listing.contents" }
    Process = process { Presence = "process.presence" }
    Version = version { Exactness = "version.exactness" }
    Execute = execute { Executability = "execute.executability" }
    Naming = naming { Safety = "naming.safety" }
    Hooks = hooks { Permission = "hooks.permission", Soundness = "hooks.soundness" }
    Callback = callback { Reachability = "callback.reachability" }
    Delivery = delivery { Arrival = "delivery.arrival" }
    Robot = robot { Hail = "robot.answer" }
    Downloads = downloads { Installation = "downloads.installation" }
    Privileges = privileges { Sufficiency = "privileges.sufficiency" }
    History = history { Difference = "history.difference" }
}
