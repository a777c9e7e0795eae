//! What the logs mean for the cloud.

use serde::{Deserialize, Serialize};

use super::{LogSummary, Moment, RangeSeen};

/// How many clients inside a load balancer or a translating firewall may look like.
const FEW: usize = 4;

/// The symptoms of the check `cloud-arrives`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arrival {
    /// Published ranges were seen, and served.
    Arrives,
    /// All clients have the address of something in front: who they are cannot be seen here.
    HiddenByNat,
    /// No published range was seen.
    NeverSeen,
    /// A published range was turned away for its address.
    TurnedAway,
}

/// What the logs mean, with the ranges that show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    /// The symptom.
    pub symptom: Arrival,
    /// The ranges that were turned away, or else those that arrived.
    pub ranges: Vec<RangeSeen>,
}

impl RangeSeen {
    /// Whether it is turned away now: nothing better was seen of it since.
    pub fn is_turned_away(&self) -> bool {
        self.is_refused() || self.is_dropped()
    }

    /// How often it was turned away.
    pub fn refusals(&self) -> u64 {
        self.dropped + self.refused + self.forbidden
    }

    /// When it was turned away last.
    pub fn refusal_last(&self) -> Option<Moment> {
        self.dropped_last
            .max(self.refused_last)
            .max(self.forbidden_last)
    }

    /// Whether the web server turns it away.
    fn is_refused(&self) -> bool {
        let since = is_after(self.refused_last, self.served_last);
        let refused = self.refused > 0 && (self.served == 0 || since);
        // Where the reason is not told, 403 counts only when there was never anything else.
        refused || (self.forbidden > 0 && self.served == 0)
    }

    /// Whether the firewall drops it.
    fn is_dropped(&self) -> bool {
        let inside = self.connected + self.refused + self.forbidden + self.served;
        let inside_last = self
            .connected_last
            .max(self.refused_last)
            .max(self.forbidden_last)
            .max(self.served_last);
        self.dropped > 0 && (inside == 0 || is_after(self.dropped_last, inside_last))
    }
}

/// Whether one is later than the other for certain.
fn is_after(one: Option<Moment>, other: Option<Moment>) -> bool {
    one.zip(other)
        .is_some_and(|(one, other)| one.is_surely_after(other))
}

impl LogSummary {
    /// What the log means for the ranges asked about.
    pub fn arrived(&self) -> Arrived {
        let chosen = |fits: fn(&RangeSeen) -> bool| -> Vec<RangeSeen> {
            self.ranges
                .iter()
                .filter(|range| fits(range))
                .cloned()
                .collect()
        };
        let away = chosen(RangeSeen::is_turned_away);
        if !away.is_empty() {
            return Arrived {
                symptom: Arrival::TurnedAway,
                ranges: away,
            };
        }
        let seen = chosen(|range| range.times > 0);
        let symptom = if !seen.is_empty() {
            Arrival::Arrives
        } else if self.hides_clients() {
            Arrival::HiddenByNat
        } else {
            Arrival::NeverSeen
        };
        Arrived {
            symptom,
            ranges: seen,
        }
    }

    /// Whether all clients have the addresses of few machines inside, and no header tells who they were.
    fn hides_clients(&self) -> bool {
        let clients = &self.clients;
        let count = clients.inside_addresses.len();
        let few = count == 1
            || (count <= FEW && clients.inside >= 5 * u64::try_from(count).unwrap_or(u64::MAX));
        clients.inside > 1
            && clients.public == 0
            && clients.forwarded == 0
            && !clients.more_inside
            && few
    }

    /// What sentences say of it, by name: `entries`, `first`, `last`, `clients`, and of the ranges that matter `ranges`, `times`,
    /// `statuses`, `seen_first` and `seen_last`.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let arrived = self.arrived();
        let joined = |parts: Vec<String>| parts.join(", ");
        let shown = |moment: Option<Moment>| {
            moment.map_or_else(|| "unknown".to_owned(), |moment| moment.to_string())
        };
        let ranges = &arrived.ranges;
        let statuses = ranges.iter().flat_map(|range| {
            range
                .statuses
                .iter()
                .map(|status| format!("{} ×{}", status.status, status.times))
        });
        vec![
            ("entries", self.entries.to_string()),
            ("unread", self.unread.to_string()),
            ("first", shown(self.first)),
            ("last", shown(self.last)),
            (
                "clients",
                joined(
                    self.clients
                        .inside_addresses
                        .iter()
                        .map(ToString::to_string)
                        .collect(),
                ),
            ),
            (
                "ranges",
                joined(ranges.iter().map(|range| range.range.to_string()).collect()),
            ),
            (
                "times",
                ranges
                    .iter()
                    .map(|range| range.times)
                    .sum::<u64>()
                    .to_string(),
            ),
            ("statuses", joined(statuses.collect())),
            (
                "seen_first",
                shown(ranges.iter().filter_map(|range| range.first).min()),
            ),
            (
                "seen_last",
                shown(ranges.iter().filter_map(|range| range.last).max()),
            ),
        ]
    }
}
