//! The numbers and keys that an earlier run asked by: a later one may try them before it knows them.

use super::read::events_of;
use serde_json::Value;
use std::collections::BTreeMap;

/// What an earlier run asked by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    folders: BTreeMap<String, i64>,
    processes: BTreeMap<(String, String), KnownProcess>,
}

/// A process as an earlier run found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownProcess {
    /// The key that jobs are started with.
    pub key: String,
    /// Its package.
    pub package: String,
    /// The feed of the package, where the folder has its own.
    pub feed: Option<String>,
}

impl Known {
    /// What the last run of a recording asked by; nothing where the text is no recording.
    pub fn of(recording: &str) -> Self {
        let mut known = Self::default();
        for event in events_of(recording) {
            let what = &event["what"];
            let (subject, seen) = (&what["measurement"]["subject"], &what["evidence"]["seen"]);
            match what["measurement"]["probe"].as_str() {
                Some("folders") if seen.is_object() => known.take_folders(seen),
                Some("process") if seen.is_object() => known.take_process(subject, seen),
                _ => {}
            }
        }
        known
    }

    /// The number of the folder of that name.
    pub fn folder(&self, name: &str) -> Option<i64> {
        self.folders.get(&name.to_lowercase()).copied()
    }

    /// The process of that name in that folder.
    pub fn process(&self, folder: &str, name: &str) -> Option<&KnownProcess> {
        self.processes.get(&(folder.to_owned(), name.to_owned()))
    }

    fn take_folders(&mut self, seen: &Value) {
        for folder in seen["folders"].as_array().into_iter().flatten() {
            if let (Some(name), Some(id)) = (folder["name"].as_str(), folder["id"].as_i64()) {
                self.folders.insert(name.to_lowercase(), id);
            }
        }
    }

    fn take_process(&mut self, subject: &Value, seen: &Value) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let release = &seen["release"];
        let (Some(folder), Some(name)) = (text(&subject["folder"]), text(&subject["process"]))
        else {
            return;
        };
        if let (Some(key), Some(package)) = (text(&release["key"]), text(&release["package"])) {
            let feed = text(&release["feed"]);
            let process = KnownProcess { key, package, feed };
            self.processes.insert((folder, name), process);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_run_of_a_recording_tells_numbers_and_keys() {
        let line = |what: Value| serde_json::json!({ "after_ms": 1, "what": what }).to_string();
        let began = line(serde_json::json!({ "event": "began" }));
        let folders = |id: i64| {
            line(
                serde_json::json!({ "event": "measured", "measurement": { "probe": "folders", "subject": null },
                "evidence": { "probe": "folders", "seen": { "folders": [{ "id": id, "name": "Finance/Invoices" }] } } }),
            )
        };
        let process = line(serde_json::json!({ "event": "measured",
            "measurement": { "probe": "process", "subject": { "folder": "Finance/Invoices", "process": "InvoiceBot", "version": "1.0.7" } },
            "evidence": { "probe": "process", "seen": { "release": { "key": "5f2d", "package": "Invoice.Bot", "feed": null } } } }));
        let text = [began.clone(), folders(7), began, folders(8), process].join("\n");
        let known = Known::of(&text);
        assert_eq!(known.folder("finance/invoices"), Some(8));
        let process = known.process("Finance/Invoices", "InvoiceBot").unwrap();
        assert_eq!(
            (process.key.as_str(), process.package.as_str()),
            ("5f2d", "Invoice.Bot")
        );
        assert_eq!(Known::of("no recording"), Known::default());
    }
}
