//! The published outgoing ranges against the rules of the devices in front: read from files, nothing is sent.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::allowlist::model::RuleRef;
use crate::allowlist::verdict::{self, Evidence, Found};
use crate::config::{Host, Settings};
use crate::probe::{Asks, Facts};
use crate::shown::{shown, shown_within};
use crate::words::Words;
use crate::words::facts::Allowlist as Said;
use ipnet::IpNet;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::net::IpAddr;

/// Measured once.
pub const PER: Asks = Asks::Once;

/// The most networks that a sentence names.
const MOST_NETWORKS: usize = 3;
/// The most characters of a rule or construct in a sentence.
const MOST_OF_RULE: usize = 70;

/// What the rules do with the published ranges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The evidence; none where no rules were read.
    pub found: Option<Evidence>,
}

/// Judges the rules that were read when the run was asked for.
#[expect(clippy::unused_async, reason = "every probe is asked in the same way")]
pub async fn measure(cx: &Cx) -> Seen {
    let settings = &cx.settings;
    let on = cx.world.clock.now().to_zoned(TimeZone::UTC).date();
    let server = settings
        .allowlist
        .as_ref()
        .and_then(|section| section.destination);
    let judged = |material: &crate::allowlist::material::Material| {
        material.judge(on, &destinations(settings), server, settings.target.port)
    };
    Seen {
        found: cx
            .session
            .allowlist()
            .map(|material| judged(material).evidence),
    }
}

/// The addresses of the URL that are known without asking.
fn destinations(settings: &Settings) -> Vec<IpAddr> {
    let pins = super::names::pinned(settings);
    match &settings.target.host {
        Host::Address(address) if pins.is_empty() => vec![*address],
        Host::Address(_) | Host::Name(_) => pins,
    }
}

/// Nothing is sent.
pub fn intents(_settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    Vec::new()
}

/// The regions asked about, in a sentence.
pub(super) fn regions(settings: &Settings, words: &Words) -> String {
    let section = settings.allowlist.as_ref();
    let regions = section
        .map(|section| section.regions.join(", "))
        .filter(|regions| !regions.is_empty());
    shown_within(
        regions
            .as_deref()
            .unwrap_or(&words.facts.allowlist.all_regions),
        MOST_OF_RULE,
    )
}

/// Networks in a sentence.
pub(super) fn networks<'a>(cidrs: impl Iterator<Item = &'a IpNet>, words: &Words) -> String {
    let all: Vec<String> = cidrs.map(ToString::to_string).collect();
    let some = all
        .iter()
        .take(MOST_NETWORKS)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match all.len().saturating_sub(MOST_NETWORKS) {
        0 => some,
        more => {
            let more: (_, &dyn Display) = ("count", &more);
            words.facts.common.more.with(&[("named", &some), more])
        }
    }
}

impl Seen {
    /// What decides the symptom, with device and rule.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts.allowlist;
        let mut facts = Facts::from([
            ("devices", String::new()),
            ("regions", String::new()),
            ("old", words.unread.to_string()),
            ("source", words.source.to_string()),
        ]);
        facts.insert("regions", regions(at.settings, at.words));
        let Some(found) = &self.found else {
            deciding(&mut facts, &[], at.words);
            return facts;
        };
        let names: Vec<String> = found
            .devices
            .iter()
            .map(|device| base_name(&device.file))
            .collect();
        facts.insert("devices", shown_within(&names.join(", "), MOST_OF_RULE));
        let of = match found.symptom() {
            verdict::Symptom::Missing => &found.missing,
            verdict::Symptom::Undecided => &found.undecided,
            verdict::Symptom::TooWide => &found.too_wide,
            verdict::Symptom::Stale => &found.stale,
            verdict::Symptom::ListOld | verdict::Symptom::Complete => &Vec::new(),
        };
        deciding(&mut facts, of, at.words);
        facts.insert(
            "device",
            of.first().map_or_else(
                || words.last_device.to_string(),
                |first| device(first, &names, words),
            ),
        );
        facts.insert(
            "count",
            found
                .sets
                .iter()
                .map(|set| set.ranges.len())
                .sum::<usize>()
                .to_string(),
        );
        facts.insert("old", old(found, words));
        facts
    }
}

/// The facts of the finding that decides, and of those like it.
fn deciding(facts: &mut Facts, all: &[Found], words: &Words) {
    let first = all.first();
    let said = &words.facts.allowlist;
    let rule = first.and_then(|found| found.by.as_ref());
    let text = |rule: &RuleRef| shown_within(&rule.text, MOST_OF_RULE);
    facts.insert(
        "networks",
        networks(all.iter().flat_map(|found| &found.cidrs), words),
    );
    facts.insert("rule", rule.map_or_else(|| said.no_rule.to_string(), text));
    facts.insert(
        "place",
        rule.map_or_else(
            || said.no_line.to_string(),
            |rule| {
                said.line.with(&[
                    ("file", &shown(&base_name(&rule.file))),
                    ("line", &rule.line),
                ])
            },
        ),
    );
    let construct = first.and_then(|found| found.construct.as_deref());
    facts.insert(
        "construct",
        shown_within(construct.unwrap_or(&said.construct), MOST_OF_RULE),
    );
    facts.insert("device", said.device.to_string());
    facts.insert("count", "0".to_owned());
}

/// The device of a finding, by its file.
fn device(found: &Found, names: &[String], words: &Said) -> String {
    let file = found
        .device
        .and_then(|index| names.get(index))
        .or(names.last());
    shown(file.map_or(&*words.device, String::as_str))
}

/// A file without its folder.
pub(super) fn base_name(file: &str) -> String {
    file.rsplit(['/', '\\']).next().unwrap_or(file).to_owned()
}

/// Why the list is old.
fn old(found: &Evidence, words: &Said) -> String {
    match (found.unknown.as_slice(), found.age_days) {
        ([only], _) => words.set_unknown.with(&[("name", &shown(only))]),
        ([first, rest @ ..], _) => words
            .sets_unknown
            .with(&[("name", &shown(first)), ("count", &rest.len())]),
        ([], Some(days)) => words.old.with(&[("days", &days)]),
        ([], None) => words.no_set.to_string(),
    }
}

symptoms! {
    /// Whether the rules let the published ranges through, and no more.
    Coverage {
        /// All, and no more.
        Complete = "complete",
        /// More than what is published around a range.
        TooWide = "too-wide",
        /// Also what is no longer published.
        Stale = "stale",
        /// All that is known, but the list itself is old or has gaps.
        ListOld = "list-old",
        /// The rules do not tell.
        Undecided = "undecided",
        /// Not all.
        Missing = "missing",
    }
}

impl Symptom for Coverage {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        match seen.found.as_ref().map(Evidence::symptom) {
            None | Some(verdict::Symptom::Undecided) => Self::Undecided,
            Some(verdict::Symptom::Missing) => Self::Missing,
            Some(verdict::Symptom::TooWide) => Self::TooWide,
            Some(verdict::Symptom::Stale) => Self::Stale,
            Some(verdict::Symptom::ListOld) => Self::ListOld,
            Some(verdict::Symptom::Complete) => Self::Complete,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        Seen {
            found: Some(samples::evidence(self)),
        }
    }
}

#[cfg(test)]
mod samples {
    //! Evidence for each symptom, from rules that have it.

    use super::{Coverage, Evidence};
    use crate::allowlist::material::{Export, Material};

    const RANGES: &str = "[[set]]\nname = \"lab\"\nregion = \"lab\"\ncidrs = [\"198.51.100.4/30\"]\nvalid_from = 2026-01-01\n\
        [[set]]\nname = \"lab-before\"\nregion = \"lab\"\ncidrs = [\"203.0.113.9\"]\nvalid_until = 2026-01-01\n";
    const UNKNOWN: &str =
        "[[set]]\nname = \"lab-next\"\nregion = \"lab\"\ncidrs = []\nknown = false\n";

    /// Rules that come to the symptom.
    pub(super) fn evidence(symptom: Coverage) -> Evidence {
        let rules = match symptom {
            Coverage::Complete | Coverage::ListOld => {
                "-s 198.51.100.4/30 -p tcp --dport 8443 -j ACCEPT"
            }
            Coverage::TooWide => "-s 198.51.0.0/16 -p tcp --dport 8443 -j ACCEPT",
            Coverage::Stale => {
                "-s 198.51.100.4/30 -p tcp --dport 8443 -j ACCEPT\n-A INPUT -s 203.0.113.9/32 -p tcp --dport 8443 -j ACCEPT"
            }
            Coverage::Undecided => "-m geoip --src-cc IE -p tcp --dport 8443 -j ACCEPT",
            Coverage::Missing => "-s 192.0.2.0/24 -p tcp --dport 8443 -j ACCEPT",
        };
        let bytes = format!("*filter\n:INPUT DROP [0:0]\n-A INPUT {rules}\nCOMMIT\n").into_bytes();
        let export = Export {
            name: "fw/host.rules".to_owned(),
            bytes,
            kind: None,
            hook: None,
            interface: None,
        };
        let mut own = vec![("ranges.toml".to_owned(), RANGES.to_owned())];
        if symptom == Coverage::ListOld {
            own.push(("more.toml".to_owned(), UNKNOWN.to_owned()));
        }
        let material = Material::new(&own, &[], vec![export]).expect("sound material");
        material
            .judge(jiff::civil::date(2026, 11, 24), &[], None, 8443)
            .evidence
    }
}
