//! The server's logs: which published ranges came, and what became of them. Read from files, nothing is sent.

use super::allowlist::{base_name, networks, regions};
use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::allowlist::logs::{Arrival, LogSummary, RangeSeen, read_log};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use crate::shown::{shown, shown_within};
use crate::words::facts::Logs as Said;
use crate::words::{Phrase, Words};
use ipnet::IpNet;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;

/// Measured once.
pub const PER: Asks = Asks::Once;

/// The most statuses, clients or files that a sentence names.
const MOST_NAMED: usize = 3;
/// The most characters of them in a sentence.
const MOST_SHOWN: usize = 60;

/// What the logs show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The logs, in the order they were named in.
    pub files: Vec<LogFile>,
    /// What all of them together show of the ranges in use.
    pub summary: LogSummary,
}

/// One log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFile {
    /// The file.
    pub name: String,
    /// How many lines were understood: requests and connections to the server.
    pub entries: u64,
    /// How many lines were not.
    pub unread: u64,
    /// Why it was not read to its end, where it was not.
    pub cut: Option<String>,
}

/// Reads the logs as they stream by.
pub async fn measure(cx: &Cx) -> Seen {
    let settings = &cx.settings;
    let on = cx.world.clock.now().to_zoned(TimeZone::UTC).date();
    let material = cx.session.allowlist();
    let current = material.map(|material| material.ranges.show(on, &material.regions));
    let ranges: BTreeSet<IpNet> = current
        .into_iter()
        .flatten()
        .flat_map(|set| set.cidrs.iter().copied())
        .collect();
    let ranges = Vec::from_iter(ranges);
    let section = settings.allowlist.as_ref();
    let paths = section
        .map(|section| section.logs.clone())
        .unwrap_or_default();
    let port = settings.target.port;
    let stop = CancellationToken::new();
    // A run that ends early takes this future with it, and the reading ends too.
    let _stopped = stop.clone().drop_guard();
    let reading = tokio::task::spawn_blocking(move || all(&paths, &ranges, port, &stop));
    match reading.await {
        Ok(seen) => seen,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Seen {
                files: Vec::new(),
                summary: LogSummary::default(),
            },
        },
    }
}

/// Every log, added up.
fn all(paths: &[PathBuf], ranges: &[IpNet], port: u16, stop: &CancellationToken) -> Seen {
    let mut files = Vec::new();
    let mut whole = read_log(io::empty(), ranges, Some(port));
    for path in paths {
        let summary = one(path, ranges, port, stop);
        files.push(LogFile {
            name: path.display().to_string(),
            entries: summary.entries,
            unread: summary.unread,
            cut: summary.cut.clone(),
        });
        whole.merge(&summary);
    }
    Seen {
        files,
        summary: whole,
    }
}

/// One log. It could be opened when the run was asked for; where it no longer can, that is why it was not read.
fn one(path: &Path, ranges: &[IpNet], port: u16, stop: &CancellationToken) -> LogSummary {
    match File::open(path) {
        Ok(file) => {
            let reader = Stoppable { file, stop };
            read_log(reader, ranges, Some(port))
        }
        Err(error) => LogSummary {
            cut: Some(error.kind().to_string()),
            ..LogSummary::default()
        },
    }
}

/// A file that ends with an error once nobody waits for it any more.
struct Stoppable<'a> {
    file: File,
    stop: &'a CancellationToken,
}

impl Read for Stoppable<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_cancelled() {
            return Err(io::Error::from(io::ErrorKind::TimedOut));
        }
        self.file.read(buffer)
    }
}

/// Nothing is sent.
pub fn intents(_settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    Vec::new()
}

/// How often, in words.
fn times(count: u64, words: &Words) -> String {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    words.facts.logs.times.of(count)
}

/// The first few of some texts, in a sentence.
fn some(all: impl Iterator<Item = String>, words: &Words) -> String {
    let all: Vec<String> = all.collect();
    let first: Vec<&str> = all.iter().take(MOST_NAMED).map(String::as_str).collect();
    let first = shown_within(&first.join(", "), MOST_SHOWN);
    match all.len().saturating_sub(MOST_NAMED) {
        0 => first,
        more => words
            .facts
            .common
            .more
            .with(&[("named", &first), ("count", &more)]),
    }
}

/// Who turned a range away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// IIS, by its address restrictions.
    Iis,
    /// The firewall of the server.
    Firewall,
    /// The web server, for a reason that the log does not tell.
    Untold,
}

impl Door {
    /// The door that stands in the way of these ranges.
    fn of(ranges: &[RangeSeen]) -> Self {
        let has = |wanted: &str| {
            let mut statuses = ranges.iter().flat_map(|range| &range.statuses);
            statuses.any(|status| status.status == wanted)
        };
        if has("403.6") {
            Self::Iis
        } else if has("DROP") {
            Self::Firewall
        } else {
            Self::Untold
        }
    }

    /// What the log says, and who said it.
    fn who(self, words: &Said) -> &Phrase {
        match self {
            Self::Iis => &words.iis,
            Self::Firewall => &words.firewall,
            Self::Untold => &words.untold,
        }
    }

    /// Where it is opened.
    fn place(self, words: &Said) -> &Phrase {
        match self {
            Self::Iis => &words.iis_place,
            Self::Firewall => &words.firewall_place,
            Self::Untold => &words.untold_place,
        }
    }
}

impl Seen {
    /// What came, when, and what became of it.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let summary = &self.summary;
        let mut facts = Facts::from_iter(summary.facts());
        let shown_ranges = summary.arrived().ranges;
        let door = Door::of(&shown_ranges);
        let (words, said) = (at.words, &at.words.facts.logs);
        let statuses = shown_ranges
            .iter()
            .flat_map(|range| &range.statuses)
            .map(|status| format!("{} ×{}", status.status, status.times));
        let clients = summary.clients.inside_addresses.iter();
        let refusals = shown_ranges.iter().map(RangeSeen::refusals).sum();
        let refused_last = shown_ranges
            .iter()
            .filter_map(RangeSeen::refusal_last)
            .max();
        let last = refused_last.map_or_else(
            || words.facts.common.unknown.to_string(),
            |last| last.to_string(),
        );
        facts.extend([
            ("regions", regions(at.settings, words)),
            (
                "ranges",
                networks(shown_ranges.iter().map(|range| &range.range), words),
            ),
            ("wanted", self.wanted(words)),
            ("statuses", some(statuses, words)),
            ("clients", some(clients.map(ToString::to_string), words)),
            (
                "times",
                times(shown_ranges.iter().map(|range| range.times).sum(), words),
            ),
            ("refusals", times(refusals, words)),
            ("refused_last", last),
            ("who", door.who(said).to_string()),
            ("door", door.place(said).to_string()),
            ("among", self.among(words)),
        ]);
        facts
    }

    /// The ranges that were looked for.
    fn wanted(&self, words: &Words) -> String {
        let ranges = &self.summary.ranges;
        if ranges.is_empty() {
            words.facts.logs.published.to_string()
        } else {
            networks(ranges.iter().map(|range| &range.range), words)
        }
    }

    /// Where the ranges were looked for.
    fn among(&self, words: &Words) -> String {
        let said = &words.facts.logs;
        let summary = &self.summary;
        let files = self.files.iter().map(|file| shown(&base_name(&file.name)));
        let files: (_, &dyn Display) = ("files", &some(files, words));
        let damage = self.files.iter().find_map(|file| file.cut.as_deref());
        let damage = damage.map_or_else(String::new, |why| {
            said.damage.with(&[("why", &shown_within(why, MOST_SHOWN))])
        });
        let damage: (_, &dyn Display) = ("damage", &damage);
        match (summary.entries, summary.first, summary.last) {
            _ if summary.ranges.is_empty() => said.among_unknown.with(&[files]),
            (0, _, _) => said.among_nothing.with(&[files, damage]),
            (1, Some(only), _) => said.among_one.with(&[files, ("only", &only), damage]),
            (entries, Some(first), Some(last)) => {
                let span: [(_, &dyn Display); 2] = [("first", &first), ("last", &last)];
                said.among_span
                    .with(&[("entries", &entries), files, span[0], span[1], damage])
            }
            (entries, None, _) | (entries, _, None) => {
                said.among.with(&[("entries", &entries), files, damage])
            }
        }
    }
}

symptoms! {
    /// What the logs show of the published ranges.
    Sighting {
        /// They came, and were served.
        Arrives = "arrives",
        /// All clients have the address of something in front.
        HiddenByNat = "hidden-by-nat",
        /// None of them came.
        NeverSeen = "never-seen",
        /// They came, and were turned away for their address.
        TurnedAway = "turned-away",
    }
}

impl Symptom for Sighting {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        match seen.summary.arrived().symptom {
            Arrival::Arrives => Self::Arrives,
            Arrival::HiddenByNat => Self::HiddenByNat,
            Arrival::NeverSeen => Self::NeverSeen,
            Arrival::TurnedAway => Self::TurnedAway,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        samples::seen(self)
    }
}

#[cfg(test)]
mod samples {
    //! Evidence for each symptom, from lines of IIS that have it.

    use super::{IpNet, LogFile, Seen, Sighting, read_log};

    const HEAD: &str = "#Fields: date time s-ip s-port c-ip sc-status sc-substatus\n";

    /// What a log with these lines shows.
    pub(super) fn seen(symptom: Sighting) -> Seen {
        let entries: &[&str] = match symptom {
            Sighting::Arrives => &[
                "198.51.100.5 200 0",
                "198.51.100.6 401 0",
                "192.0.2.1 200 0",
            ],
            Sighting::HiddenByNat => &["10.1.1.1 200 0", "10.1.1.1 401 0"],
            Sighting::NeverSeen => &["192.0.2.1 200 0", "192.0.2.2 200 0"],
            Sighting::TurnedAway => &["198.51.100.5 403 6", "192.0.2.1 200 0"],
        };
        let lines: Vec<String> = entries
            .iter()
            .enumerate()
            .map(|(minute, entry)| format!("2026-11-22 10:0{minute}:00 10.0.0.5 8443 {entry}\n"))
            .collect();
        of(&format!("{HEAD}{}", lines.concat()))
    }

    /// What a log with this text shows.
    pub(super) fn of(text: &str) -> Seen {
        let ranges: [IpNet; 1] = ["198.51.100.4/30".parse().expect("a network")];
        let summary = read_log(text.as_bytes(), &ranges, Some(8443));
        Seen {
            files: vec![LogFile {
                name: "logs/u_ex261122.log.gz".to_owned(),
                entries: summary.entries,
                unread: summary.unread,
                cut: summary.cut.clone(),
            }],
            summary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::invariants::settings_for;
    use crate::trust::tests::made::now;

    fn fact(seen: &Seen, name: &str) -> String {
        let settings = settings_for("");
        let at = At {
            now: now(),
            settings: &settings,
            subject: None,
            words: crate::words::Lang::En.words(),
        };
        seen.facts(&at)[name].clone()
    }

    #[test]
    fn who_stands_at_the_door_is_told_by_the_status() {
        let away = samples::seen(Sighting::TurnedAway);
        assert_eq!(fact(&away, "who"), "403.6: IIS");
        let dropped = samples::of(
            "#Fields: date time action protocol src-ip dst-port\n2026-11-22 10:00:00 DROP TCP 198.51.100.5 8443\n",
        );
        assert_eq!(fact(&dropped, "who"), "DROP: the server's own firewall");
        let forbidden =
            samples::of("198.51.100.5 - - [22/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 403 0\n");
        assert_eq!(
            fact(&forbidden, "who"),
            "403 and nothing else: the web server"
        );
        assert_eq!(fact(&forbidden, "refused_last"), "2026-11-22T10:00:00Z");
    }

    #[test]
    fn what_was_looked_through_is_told() {
        assert_eq!(
            fact(&samples::seen(Sighting::NeverSeen), "among"),
            "among 2 entries of u_ex261122.log.gz from 2026-11-22T10:00:00Z to 2026-11-22T10:01:00Z"
        );
        assert_eq!(
            fact(&samples::of("\u{1}\n"), "among"),
            "in u_ex261122.log.gz, no line of which was understood"
        );
        let nothing = Seen {
            files: Vec::new(),
            summary: LogSummary::default(),
        };
        assert!(fact(&nothing, "among").ends_with("as none of them is known here"));
    }

    #[test]
    fn a_log_that_nobody_waits_for_is_not_read_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("access.log");
        std::fs::write(
            &path,
            "192.0.2.1 - - [22/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 0\n",
        )
        .expect("a writable folder");
        let stop = CancellationToken::new();
        let paths = [path, folder.path().join("absent.log")];
        let read = all(&paths, &[], 443, &stop);
        assert_eq!((read.files[0].entries, &read.files[0].cut), (1, &None));
        assert!(read.files[1].cut.is_some());
        stop.cancel();
        let stopped = all(&paths, &[], 443, &stop);
        assert_eq!(stopped.files[0].entries, 0);
        assert!(stopped.files[0].cut.is_some());
    }
}
