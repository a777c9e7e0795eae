//! The published outgoing ranges as dated data: the built-in list, the user's own, and what must be admitted on a day.

pub mod import;

use std::collections::BTreeSet;

use ipnet::IpNet;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use super::addresses::Addresses;

/// The list that comes with the program.
const BUILT_IN: &str = include_str!("outgoing-ranges.toml");
/// After how many days a list counts as old.
pub const OLD_AFTER_DAYS: i32 = 180;
/// Other names for rows of the published table.
const ALIASES: &[(&str, &str)] = &[
    ("eu", "europe"),
    ("eu-secondary", "europe-secondary"),
    ("eu-community", "europe-community"),
    ("eu-community-secondary", "europe-community-secondary"),
    ("united-states", "us"),
    ("united-states-secondary", "us-secondary"),
    ("united-kingdom", "uk"),
    ("united-kingdom-secondary", "uk-secondary"),
    ("united-arab-emirates", "uae"),
];

/// Addresses that a service connects from, in one region, for some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// Its name; a set of the user replaces a built-in one of the same name.
    pub name: String,
    /// The service.
    #[serde(default = "apps")]
    pub service: String,
    /// The row of the published table, in kebab-case.
    pub region: String,
    /// The networks.
    #[serde(deserialize_with = "networks")]
    pub cidrs: Vec<IpNet>,
    /// The first day on which they are used.
    #[serde(
        default,
        deserialize_with = "day",
        skip_serializing_if = "Option::is_none"
    )]
    pub valid_from: Option<Date>,
    /// The first day on which they are no longer used.
    #[serde(
        default,
        deserialize_with = "day",
        skip_serializing_if = "Option::is_none"
    )]
    pub valid_until: Option<Date>,
    /// No longer published; the day is not known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
    /// Whether the ranges are known.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub known: bool,
    /// The page they were read on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The day the page was read.
    #[serde(
        default,
        deserialize_with = "day",
        skip_serializing_if = "Option::is_none"
    )]
    pub seen: Option<Date>,
}

/// Where a set stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Not used yet.
    Coming,
    /// Must be admitted.
    Current,
    /// Need no longer be admitted.
    Ended,
}

impl Set {
    /// Where it stands on a day.
    pub fn phase(&self, on: Date) -> Phase {
        if self.ended || self.valid_until.is_some_and(|until| until <= on) {
            Phase::Ended
        } else if self.valid_from.is_some_and(|from| from > on) {
            Phase::Coming
        } else {
            Phase::Current
        }
    }

    /// Its addresses.
    pub fn addresses(&self) -> Addresses {
        self.cidrs.iter().copied().collect()
    }

    /// Whether it is one of this region.
    pub fn is_of(&self, region: &str) -> bool {
        region_name(&self.region) == region_name(region)
    }
}

/// A region by the name in the published table.
fn region_name(region: &str) -> &str {
    ALIASES
        .iter()
        .find(|(alias, _)| *alias == region)
        .map_or(region, |(_, name)| name)
}

/// All sets that are known of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranges {
    /// The sets, the user's replacements in place.
    pub sets: Vec<Set>,
    /// Which of the regions only the user's own sets name.
    own_regions: BTreeSet<String>,
}

/// The form of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    set: Vec<Set>,
}

/// A file of ranges that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read line {line}, column {column}: {what}")]
pub struct RangesError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What was expected, without quoting the line.
    pub what: String,
}

impl Ranges {
    /// The list that comes with the program.
    pub fn built_in() -> Self {
        let Ok(sets) = parse(BUILT_IN) else {
            unreachable!("the list that comes with the program is tested")
        };
        Self {
            sets,
            own_regions: BTreeSet::new(),
        }
    }

    /// Adds the sets of the user's own file; those of the same name are replaced.
    pub fn add(&mut self, text: &str) -> Result<(), RangesError> {
        for set in parse(text)? {
            self.own_regions.insert(region_name(&set.region).to_owned());
            match self.sets.iter_mut().find(|known| known.name == set.name) {
                Some(known) => *known = set,
                None => self.sets.push(set),
            }
        }
        Ok(())
    }

    /// The regions there are sets for.
    pub fn regions(&self) -> BTreeSet<&str> {
        self.sets
            .iter()
            .map(|set| region_name(&set.region))
            .collect()
    }

    /// Whether there is a set for a region, by its name or another name of it.
    pub fn has_region(&self, region: &str) -> bool {
        self.regions().contains(region_name(region))
    }

    /// The sets that must be admitted on a day in these regions. With no region named: those of the user's own sets,
    /// or else all.
    pub fn show(&self, on: Date, regions: &[String]) -> Vec<&Set> {
        self.in_phase(on, Phase::Current, regions)
    }

    /// The sets in a phase on a day in these regions.
    pub fn in_phase(&self, on: Date, phase: Phase, regions: &[String]) -> Vec<&Set> {
        self.sets
            .iter()
            .filter(|set| set.phase(on) == phase && self.is_wanted(set, regions))
            .collect()
    }

    /// Whether a set is one of the regions asked for.
    fn is_wanted(&self, set: &Set, regions: &[String]) -> bool {
        if !regions.is_empty() {
            return regions.iter().any(|region| set.is_of(region));
        }
        self.own_regions.is_empty() || self.own_regions.contains(region_name(&set.region))
    }

    /// How many days ago the newest of these sets was seen; `None` when none says so.
    pub fn age(sets: &[&Set], on: Date) -> Option<i32> {
        let newest = sets.iter().filter_map(|set| set.seen).max()?;
        Some(on.since(newest).map_or(0, |span| span.get_days()))
    }
}

/// The sets of a file.
pub fn parse(text: &str) -> Result<Vec<Set>, RangesError> {
    let file: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let before = text.get(..at).unwrap_or_default();
        RangesError {
            line: before.matches('\n').count() + 1,
            column: before
                .rsplit('\n')
                .next()
                .map_or(0, |line| line.chars().count())
                + 1,
            what: error.message().to_owned(),
        }
    })?;
    Ok(file.set)
}

/// The service most lists are of.
fn apps() -> String {
    "apps".to_owned()
}

/// Ranges are known unless said otherwise.
fn yes() -> bool {
    true
}

/// Networks, single addresses among them.
fn networks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let net = |text: &String| {
        network(text)
            .ok_or_else(|| serde::de::Error::custom("expected networks such as 198.51.100.0/24"))
    };
    texts.iter().map(net).collect()
}

/// A network or a single address.
fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse::<IpNet>()
        .map(|net| net.trunc())
        .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        .ok()
}

/// A day, as text or as a date of TOML.
fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Day {
        Text(String),
        Date(toml::value::Datetime),
    }
    let expected = || serde::de::Error::custom("expected a day such as 2026-09-16");
    let text = match Day::deserialize(from).map_err(|_| expected())? {
        Day::Text(text) => text,
        Day::Date(date) => date
            .date
            .map(|date| date.to_string())
            .ok_or_else(expected)?,
    };
    text.parse().map(Some).map_err(|_| expected())
}

#[cfg(test)]
mod tests;
