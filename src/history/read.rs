//! A run as a recording or a JSON report tells it.

use super::{Standing, Topic, Trait};
use crate::shown::shown;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a run saw, and where its rows stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// When it began, as it was written.
    pub began: Option<String>,
    /// What it saw.
    pub traits: Vec<Trait>,
    /// Check and subject → where the row stood.
    pub rows: BTreeMap<(String, Option<String>), Standing>,
}

/// A measurement, by the key of its probe and by the check that is read from it.
const SOURCES: [(&str, &str); 6] = [
    ("names", "name-resolves"),
    ("tls", "tls-agreed"),
    ("answer", "orchestrator-answers"),
    ("folders", "folder-visible"),
    ("process", "process-present"),
    ("privileges", "privileges-least"),
];

/// Reads a recording or a report; `None` where it is neither.
pub fn read(text: &str) -> Option<Sight> {
    let whole: Option<Value> = serde_json::from_str(text).ok();
    match whole {
        Some(report) if report.get("rows").is_some() => Some(Sight::of_report(&report)),
        _ => {
            let events = events_of(text);
            (!events.is_empty()).then(|| Sight::of_events(&events))
        }
    }
}

/// The events of the last run in a recording; none where the text is no recording.
pub(super) fn events_of(text: &str) -> Vec<Value> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    // A recording may have been cut short in its last line.
    let mut events: Vec<Value> = lines
        .map_while(|line| serde_json::from_str(line).ok())
        .collect();
    let start = events
        .iter()
        .rposition(|event| kind(event) == Some("began"));
    match start {
        Some(start) => events.split_off(start),
        None => Vec::new(),
    }
}

/// What kind of event it is.
fn kind(event: &Value) -> Option<&str> {
    event.pointer("/what/event").and_then(Value::as_str)
}

impl Sight {
    /// What the last run of a recording saw.
    fn of_events(events: &[Value]) -> Self {
        let mut sight = Self::default();
        for event in events {
            let what = &event["what"];
            match kind(event) {
                Some("began") => {
                    sight.began = what["at"].as_str().map(str::to_owned);
                    sight.take_url(&what["settings"]["target"]["typed"]);
                }
                Some("measured") => {
                    let probe = what["measurement"]["probe"].as_str().unwrap_or_default();
                    let about = subject(&what["measurement"]["subject"]);
                    sight.take(probe, about.as_ref(), &what["evidence"]["seen"]);
                }
                Some(row @ ("judged" | "blocked" | "broke")) => {
                    let verdict = what["finding"]["verdict"].as_str().unwrap_or(row);
                    let about = subject(&what["row"]["subject"]).map(|about| about.text());
                    sight.stand(&what["row"]["check"], about, verdict);
                }
                _ => {}
            }
        }
        sight.settle();
        sight
    }

    /// What the run of a report saw.
    fn of_report(report: &Value) -> Self {
        let mut sight = Self {
            began: report["began"].as_str().map(str::to_owned),
            ..Self::default()
        };
        sight.take_url(&report["target"]["url"]);
        let rows = report["rows"].as_array();
        for row in rows.into_iter().flatten() {
            let check = row["check"].as_str().unwrap_or_default();
            let about = row["subject"].as_str().map(About::of_text);
            if let Some((probe, _)) = SOURCES.iter().find(|(_, known)| *known == check) {
                sight.take(probe, about.as_ref(), &row["evidence"]);
            }
            let state = row["state"].as_str().unwrap_or_default();
            let verdict = row["verdict"].as_str().unwrap_or(state);
            sight.stand(&row["check"], about.map(|about| about.text()), verdict);
        }
        sight.settle();
        sight
    }

    /// Where a row stood; one that was not asked stood nowhere.
    fn stand(&mut self, check: &Value, about: Option<String>, verdict: &str) {
        let standing = match verdict {
            "pass" => Standing::Pass,
            "warn" => Standing::Warn,
            "unknown" | "blocked" | "broke" => Standing::Unknown,
            "fail" => Standing::Fail,
            _ => return,
        };
        if let Some(check) = check.as_str() {
            self.rows.insert((shown(check), about), standing);
        }
    }

    /// The evidence of one measurement, as data.
    pub fn take_evidence(
        &mut self,
        probe: &str,
        about: Option<(&str, Option<&str>)>,
        seen: &Value,
    ) {
        let about = about.map(|(folder, process)| About {
            folder: folder.to_owned(),
            process: process.map(str::to_owned),
        });
        self.take(probe, about.as_ref(), seen);
    }

    /// The URL that was typed.
    pub fn take_url(&mut self, typed: &Value) {
        self.note(Topic::Url, None, typed.as_str().map(str::to_owned));
    }

    fn take(&mut self, probe: &str, about: Option<&About>, seen: &Value) {
        match probe {
            "names" => {
                let addresses = each(&seen["resolution"]["addresses"], "/address");
                let pinned = seen["pinned"].as_array();
                let pinned = pinned
                    .into_iter()
                    .flatten()
                    .filter_map(|pin| pin.as_str().map(str::to_owned));
                self.note(Topic::Address, None, addresses.into_iter().chain(pinned));
            }
            "tls" => {
                let leaf = "/facets/certificates/0";
                let of = |name: &str| each(&seen["addresses"], &format!("{leaf}/{name}"));
                self.note(Topic::Issuer, None, of("issuer"));
                self.note(Topic::Certificate, None, of("fingerprint"));
            }
            "answer" => {
                let reply = |name: &str| {
                    let second = seen["second"][name].as_str();
                    second.or(seen["reply"][name].as_str()).map(str::to_owned)
                };
                self.note(Topic::Server, None, reply("server"));
                self.note(Topic::Api, None, reply("api_versions"));
            }
            "folders" => {
                for folder in seen["folders"].as_array().into_iter().flatten() {
                    let name = folder["name"].as_str().map(shown);
                    let number = folder["id"].as_i64().map(|id| id.to_string());
                    self.note(Topic::FolderNumber, name, number);
                }
            }
            "process" => self.take_process(about, seen),
            "privileges" => self.take_permissions(seen),
            _ => {}
        }
    }

    /// Where a process is, and which it is.
    fn take_process(&mut self, about: Option<&About>, seen: &Value) {
        let Some(about) = about else { return };
        let name = about.process.clone();
        let release = &seen["release"];
        let text = |key: &str| release[key].as_str().map(str::to_owned);
        if release.is_object() {
            self.note(Topic::Folder, name.clone(), [about.folder.clone()]);
            self.note(Topic::Version, name.clone(), text("version"));
            self.note(Topic::Key, name, text("key"));
        } else if seen["asked"].as_bool() == Some(true) {
            let elsewhere = seen["elsewhere"].as_array();
            let found: Vec<String> = elsewhere
                .into_iter()
                .flatten()
                .filter_map(|folder| folder.as_str().map(str::to_owned))
                .collect();
            let found = if found.is_empty() {
                vec!["no folder".to_owned()]
            } else {
                found
            };
            self.note(Topic::Folder, name, found);
        }
    }

    /// What the account may do, in the tenant and in each folder.
    fn take_permissions(&mut self, seen: &Value) {
        let names = |list: &Value| {
            let list = list["names"].as_array().cloned();
            list.map(|list| {
                let texts = list.iter().filter_map(Value::as_str).map(str::to_owned);
                texts.collect::<Vec<_>>()
            })
        };
        if let Some(all) = names(&seen["overall"]) {
            self.note(Topic::Permissions, None, all);
        }
        for folder in seen["folders"].as_array().into_iter().flatten() {
            if let Some(held) = names(&folder["held"]) {
                let name = folder["folder"].as_str().map(shown);
                self.note(Topic::Permissions, name, held);
            }
        }
    }

    /// Writes a thing down; one that was not seen is not there.
    fn note(
        &mut self,
        topic: Topic,
        about: Option<String>,
        values: impl IntoIterator<Item = String>,
    ) {
        let mut values: Vec<String> = values.into_iter().map(|value| shown(&value)).collect();
        values.sort();
        values.dedup();
        if !values.is_empty() {
            self.traits.push(Trait {
                topic,
                about,
                values,
            });
        }
    }

    /// Puts everything in order; processes of one name are told apart by nothing, so they are taken together.
    pub fn settle(&mut self) {
        let mut together: BTreeMap<(Topic, Option<String>), Vec<String>> = BTreeMap::new();
        for seen in std::mem::take(&mut self.traits) {
            let values = together.entry((seen.topic, seen.about)).or_default();
            values.extend(seen.values);
            values.sort();
            values.dedup();
        }
        self.traits = together
            .into_iter()
            .map(|((topic, about), values)| Trait {
                topic,
                about,
                values,
            })
            .collect();
    }
}

/// What a row or measurement is about.
#[derive(Clone, Debug)]
struct About {
    folder: String,
    process: Option<String>,
}

impl About {
    /// As a report writes it.
    fn of_text(text: &str) -> Self {
        match text.split_once(" › ") {
            Some((folder, process)) => Self {
                folder: folder.to_owned(),
                process: Some(process.to_owned()),
            },
            None => Self {
                folder: text.to_owned(),
                process: None,
            },
        }
    }

    fn text(&self) -> String {
        match &self.process {
            Some(process) => format!("{} › {}", shown(&self.folder), shown(process)),
            None => shown(&self.folder),
        }
    }
}

/// The subject of a recorded row or measurement.
fn subject(value: &Value) -> Option<About> {
    Some(About {
        folder: value["folder"].as_str()?.to_owned(),
        process: value["process"].as_str().map(str::to_owned),
    })
}

/// The text at the same place of every item.
fn each(list: &Value, pointer: &str) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|item| item.pointer(pointer)?.as_str().map(str::to_owned))
        .collect()
}
