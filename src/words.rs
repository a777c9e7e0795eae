//! What the program itself says, in each of its languages: typed, so that no word can be asked for that is not there.
//!
//! Sentences about checks are not here but in `checks/`; names, keys and commands are the same in every language.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};
use std::ops::Deref;
use std::sync::LazyLock;

/// A language of sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

static ENGLISH: LazyLock<Words> = LazyLock::new(|| read(include_str!("../words/en.toml")));
static JAPANESE: LazyLock<Words> = LazyLock::new(|| read(include_str!("../words/ja.toml")));

/// Reads an embedded catalogue; the tests prove that it can be read.
fn read(text: &str) -> Words {
    toml::from_str(text).unwrap_or_default()
}

impl Lang {
    /// Its words.
    pub fn words(self) -> &'static Words {
        match self {
            Self::En => &ENGLISH,
            Self::Ja => &JAPANESE,
        }
    }
}

impl Default for &'static Words {
    fn default() -> Self {
        Lang::En.words()
    }
}

/// Words with `{holes}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Phrase(String);

impl Phrase {
    /// The words with their holes filled, in one go: what is put in is not read for holes again.
    pub fn with(&self, values: &[(&str, &dyn Display)]) -> String {
        let mut out = String::new();
        let mut rest = self.0.as_str();
        while let Some((text, after)) = rest.split_once('{') {
            out.push_str(text);
            let hole = after.split_once('}').and_then(|(name, after)| {
                let (_, value) = values.iter().find(|(known, _)| *known == name)?;
                Some((value, after))
            });
            if let Some((value, after)) = hole {
                // Writing to a String does not fail.
                let _ = write!(out, "{value}");
                rest = after;
            } else {
                out.push('{');
                rest = after;
            }
        }
        out.push_str(rest);
        out
    }
}

impl Deref for Phrase {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Words for a number of things, with the hole `{count}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    one: Phrase,
    more: Phrase,
}

impl Counted {
    /// For so many.
    pub fn of(&self, count: usize) -> String {
        let words = if count == 1 { &self.one } else { &self.more };
        words.with(&[("count", &count)])
    }
}

/// Defines the sections of a catalogue; their words stand in `words/<language>.toml`.
macro_rules! words {
    ($( $(#[$about:meta])* $name:ident { $( $field:ident : $kind:ty ),* $(,)? } )*) => { $(
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $(
            #[doc = concat!("See `", stringify!($field), "` in `words/en.toml`.")]
            pub $field: $kind,
        )* }
    )* };
}

pub mod facts;
pub mod webhook;

words! {
    /// All words of one language.
    Words {
        states: States,
        groups: Groups,
        owners: Owners,
        grades: Grades,
        severities: Severities,
        skipped: Skipped,
        untold: Untold,
        report: Report,
        explain: Explain,
        banner: Banner,
        header: Header,
        footer: Footer,
        list: List,
        detail: Detail,
        times: Times,
        notices: Notices,
        help: Help,
        keys: BTreeMap<String, Phrase>,
        key_words: BTreeMap<String, Phrase>,
        chain: Chain,
        ranges: Ranges,
        phrases: Phrases,
        start: Start,
        compare: Compare,
        complaints: BTreeMap<String, Phrase>,
        facts: facts::Facts,
        webhook: webhook::Webhook,
    }

    /// How a row stands.
    States {
        waiting: Phrase, running: Phrase, pass: Phrase, warn: Phrase, unknown: Phrase, fail: Phrase,
        blocked: Phrase, skipped: Phrase, broke: Phrase,
    }

    /// The headings of the checklist.
    Groups {
        address: Phrase, network: Phrase, allowlist: Phrase, trust: Phrase, service: Phrase, account: Phrase,
        processes: Phrase, webhooks: Phrase, robot: Phrase, history: Phrase,
    }

    /// Who can fix it.
    Owners { user: Phrase, machine: Phrase, network: Phrase, orchestrator: Phrase, identity: Phrase }

    /// How sure a finding is.
    Grades { observed: Phrase, observed_here: Phrase, derived: Phrase, none: Phrase }

    /// What a failure means for Apps.
    Severities { blocker: Phrase, degraded: Phrase, advice: Phrase }

    /// Why a check is not asked.
    Skipped {
        left_out: Phrase, needs: Phrase, account: Phrase, process: Phrase, name: Phrase, public_dns: Phrase, source_ips: Phrase,
        rules: Phrase, logs: Phrase, callback: Phrase, webhook: Phrase, changes: Phrase, listener: Phrase, robot: Phrase,
        robot_processes: Phrase, baseline: Phrase,
    }

    /// Why there is no answer.
    Untold { no_evidence: Phrase, deadline: Phrase, stopped: Phrase, remedy: Phrase }

    /// The report as text.
    Report {
        head: Phrase, vantage: Phrase, proxy: Phrase, stand_in: Phrase, problem: Phrase, problem_number: Phrase, owner: Phrase,
        explains: Phrase, chain: Phrase, signed_by: Phrase, to_send: Phrase, only_where: Phrase, stopped: Phrase,
        undecided: Phrase, healthy: Phrase, look: Counted, blocked: Phrase, skipped: Phrase, broke: Phrase, way: Phrase,
        counts: Phrase, from_here: Phrase, no_answer: Phrase,
    }

    /// `explain`.
    Explain { why: Phrase, shows: Phrase, after: Phrase, weight: Phrase, finds: Phrase, document: Phrase }

    /// What is said first on the screen.
    Banner {
        nothing: Phrase, asking: Phrase, stopped: Phrase, stopped_then: Phrase, undecided: Phrase, undecided_why: Phrase,
        no_problem_yet: Phrase, now: Phrase, healthy: Phrase, look: Counted, problems: Counted, problems_so_far: Counted,
        because_it: Counted, because_that: Counted, also: Phrase, who: Phrase, can_fix: Phrase, first: Phrase, sure: Phrase,
        broke: Phrase, blocked: Phrase,
    }

    /// The first lines of the screen.
    Header {
        stand_in: Phrase, recording: Phrase, tenant: Phrase, seen_from: Phrase, not_begun: Phrase, changed: Phrase,
        again: Phrase, took: Phrase, progress: Phrase,
    }

    /// The last line of the screen.
    Footer { filter: Phrase, filtered: Phrase, save: Phrase, not: Phrase }

    /// The list.
    List { nothing_fits: Phrase, because_short: Phrase, because: Counted, left_out: Counted }

    /// The detail.
    Detail {
        version: Phrase, was: Phrase, runs: Phrase, not_asked_yet: Phrase, asked_now: Phrase, not_asked: Phrase, blocked: Phrase,
        left_out: Phrase, broke: Phrase, seen: Phrase, who: Phrase, steps: Phrase, sure: Phrase, sure_is: Phrase,
        evidence: Phrase, measured: Phrase, why: Phrase, seen_as: Phrase, document: Phrase, were_not_asked: Counted,
        because: Phrase, were_left_out: Counted, left_out_for: Phrase, path: Phrase, path_to: Phrase, none: Phrase, yes: Phrase,
        no: Phrase, characters: Counted, and_more: Phrase,
    }

    /// The run in time.
    Times { title: Phrase, nothing: Phrase, narrow: Phrase, awaited: Phrase }

    /// What is said after a key.
    Notices {
        saved: Phrase, unsaved: Phrase, colours: Phrase, recording: Phrase, running: Phrase, these_left_out: Phrase,
        this_left_out: Phrase, no_run: Phrase, stopping: Phrase, copied: Phrase, no_command: Phrase, copied_command: Phrase,
        no_problem: Phrase, unchanging: Phrase, watch_ended: Phrase, watch: Phrase, no_such_command: Phrase, several: Phrase,
        no_such_check: Phrase, formats: Phrase, themes: Phrase, watch_takes: Phrase,
    }

    /// The help.
    Help {
        keys: Phrase, filter: Phrase, commands: Phrase, signs: Phrase, words: Phrase, by_state: Phrase, by_group: Phrase,
        by_owner: Phrase, without: Phrase, go: Phrase, as_filter: Phrase, save: Phrase, theme: Phrase, watch: Phrase,
        pass: Phrase, warn: Phrase, fail: Phrase, unknown: Phrase, blocked: Phrase, skipped: Phrase, broke: Phrase,
    }

    /// A chain of certificates.
    Chain {
        title: Phrase, signed_by: Phrase, saved: Phrase, more: Counted, beside: Phrase, found: Phrase, trusted: Phrase,
        untrusted: Phrase, trusted_cloud: Phrase, untrusted_cloud: Phrase, cloud_root: Phrase, private_root: Phrase,
        itself: Phrase, self_signed: Phrase, own_root: Phrase, machine_root: Phrase, open: Phrase, wrong_key: Phrase,
        unproven: Phrase, nothing: Phrase, unreadable: Phrase, unreadable_name: Phrase, no_name: Phrase, malformed: Phrase,
        ended: Phrase, begins: Phrase, other_names: Phrase, no_host: Phrase, names: Phrase, names_more: Phrase, sent: Phrase,
        days: Counted, left: Phrase, over: Phrase, to_come: Phrase, never: Phrase,
    }

    /// The published ranges against the devices.
    Ranges {
        title: Phrase, denied: Phrase, partly: Phrase, undecided: Phrase, allowed: Phrase, unasked: Phrase, hidden: Counted,
        forward: Phrase, input: Phrase, no_column: Counted, current: Phrase, coming: Phrase, ended: Phrase, set: Phrase,
        set_unknown: Phrase, decided_by: Phrase, rules_more: Counted, more: Phrase, line: Phrase, device: Phrase,
        no_rule: Phrase, not_understood: Phrase, no_map: Phrase, off_the_way: Phrase,
    }

    /// The start screen.
    Start {
        title: Phrase, promise: Phrase, symptoms: Phrase, places: Phrase, target: Phrase, asked: Phrase,
        all_checks: Phrase, needs: Phrase, again: Phrase, recent: Phrase, url: Phrase, url_is: Phrase,
        demo: Phrase, place: Phrase, same: Phrase, tenant: Phrase, signs_in: Phrase, asks_next: Phrase,
        with_profile: Phrase, no_account: Phrase, demo_is: Phrase, demo_keys: Phrase, secret: Phrase,
        secret_told: Phrase, preparing: Phrase, nothing_behind: Phrase, nothing_typed: Phrase, no_tenant: Phrase,
        missing_account: Phrase, missing_secret: Phrase, no_reference: Phrase, missing_folder: Phrase,
        missing_process: Phrase, missing_url: Phrase, label_url: Phrase, label_tenant: Phrase,
        label_sign_in: Phrase, label_account: Phrase, label_secret: Phrase, label_folder: Phrase,
        label_process: Phrase, label_version: Phrase, hint_url: Phrase, hint_tenant: Phrase, hint_sign_in: Phrase,
        hint_account: Phrase, hint_secret: Phrase, hint_folder: Phrase, hint_process: Phrase,
        hint_version: Phrase, way_none: Phrase, way_password: Phrase, way_application: Phrase, way_token: Phrase,
        key_where: Phrase, key_choose: Phrase, key_paste: Phrase, key_back: Phrase, key_help: Phrase,
        key_quit: Phrase, key_type: Phrase, key_begin: Phrase, key_fault: Phrase, key_next: Phrase,
        key_forget: Phrase, help_title: Phrase, help_enter: Phrase, help_choose: Phrase, help_digits: Phrase,
        help_tab: Phrase, help_sides: Phrase, help_esc: Phrase, help_paste: Phrase, no_other: Phrase,
    }

    /// The run beside an earlier one.
    Compare {
        title: Phrase, since: Phrase, unknown_time: Phrase, nothing: Phrase, worse: Phrase, different: Phrase,
        back: Phrase, pick: Phrase, pick_told: Phrase, path: Phrase, none: Phrase, cannot: Phrase,
        not_a_run: Phrase, no_run: Phrase,
    }

    /// Pieces that fill the holes of sentences.
    Phrases {
        password: Phrase, client: Phrase, token: Phrase, credential: Phrase, hosts_file: Phrase, standard: Phrase,
        own_resolver: Phrase, rules_of_names: Phrase, name_servers: Phrase, alias: Phrase, no_proxy: Phrase,
    }
}

impl Words {
    /// A symptom or a documented question in this language.
    pub fn complaint(&'static self, english: &'static str) -> &'static str {
        let told = self.complaints.get(english);
        told.map_or(english, |phrase| phrase)
    }
}

impl Skipped {
    /// Every reason that stands by itself, in one order for all languages.
    fn all(&self) -> [&Phrase; 15] {
        [
            &self.left_out,
            &self.account,
            &self.process,
            &self.name,
            &self.public_dns,
            &self.source_ips,
            &self.rules,
            &self.logs,
            &self.callback,
            &self.webhook,
            &self.changes,
            &self.listener,
            &self.robot,
            &self.robot_processes,
            &self.baseline,
        ]
    }

    /// A reason as a run tells it, in these words; one that is not known stays as it is.
    pub fn told(&self, reason: &str) -> String {
        let english = &Lang::En.words().skipped;
        let needs = english.needs.split_once("{check}").and_then(|(before, _)| {
            let (check, why) = reason.strip_prefix(before)?.split_once(", ")?;
            Some((check, why.split_once(": ")?.1))
        });
        if let Some((check, why)) = needs {
            return self
                .needs
                .with(&[("check", &check), ("reason", &self.told(why))]);
        }
        let place = english.all().iter().position(|known| ***known == *reason);
        place
            .and_then(|at| self.all().get(at).map(ToString::to_string))
            .unwrap_or_else(|| reason.to_owned())
    }
}

impl Untold {
    /// Why there is no answer as a run tells it, in these words.
    pub fn told(&self, says: &str) -> String {
        fn all(untold: &Untold) -> [&Phrase; 4] {
            [
                &untold.no_evidence,
                &untold.deadline,
                &untold.stopped,
                &untold.remedy,
            ]
        }
        let english = all(&Lang::En.words().untold);
        let place = english.iter().position(|known| ***known == *says);
        place
            .and_then(|at| all(self).get(at).map(ToString::to_string))
            .unwrap_or_else(|| says.to_owned())
    }
}

#[cfg(test)]
mod tests;
