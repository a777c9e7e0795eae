//! Writes the change that lets missing ranges through: rules before the one that stops them, the way back, and how to see that it works.
//! Nothing here is ever applied by this program.

mod cloud;
mod linux;
mod network;
mod ticket;

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::civil::Date;
use serde::Serialize;

use super::addresses::{Addresses, Family};
use super::evaluate::evaluate;
use super::model::{Action, Answer, At, ChainId, Flow, Hook, Line, Part, Ports, RuleRef, Test};
use super::verdict::Placed;

/// The system that a change is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum For {
    /// nftables.
    Nft,
    /// iptables.
    Iptables,
    /// Windows Defender Firewall.
    Windows,
    /// An Azure network security group.
    Azure,
    /// An AWS security group.
    Aws,
    /// Cisco ASA.
    Asa,
    /// Palo Alto.
    Panos,
    /// FortiOS.
    Fortios,
}

impl For {
    /// Every one, with the name it has on the command line.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Nft, "nft"),
        (Self::Iptables, "iptables"),
        (Self::Windows, "windows"),
        (Self::Azure, "azure"),
        (Self::Aws, "aws"),
        (Self::Asa, "asa"),
        (Self::Panos, "panos"),
        (Self::Fortios, "fortios"),
    ];
}

/// What a change is to let through.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The device as exported, when there is one.
    pub device: Option<&'a Placed>,
    /// The networks that do not get through it.
    pub missing: &'a [IpNet],
    /// The address the connections are sent to, as the device sees it, when known.
    pub destination: Option<IpAddr>,
    /// The port, as the device sees it.
    pub port: u16,
    /// The names of the sets the networks are of.
    pub sets: &'a [String],
    /// The page they were published on.
    pub source: Option<&'a str>,
    /// The day.
    pub on: Date,
}

/// A change, ready to be copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The commands that make it.
    pub apply: Vec<String>,
    /// The commands that undo it.
    pub rollback: Vec<String>,
    /// The commands that show that it works.
    pub verify: Vec<String>,
    /// What the commands cannot settle.
    pub notes: Vec<String>,
    /// A text for a ticket.
    pub ticket: String,
}

/// A place in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the line of this index.
    Before(usize),
    /// After the last line.
    End,
    /// Before the first line: the chain is left before its end.
    Start,
}

impl Place {
    /// The index that the first added line gets.
    fn index(self, length: usize) -> usize {
        match self {
            Self::Before(index) => index,
            Self::End => length,
            Self::Start => 0,
        }
    }
}

/// Rules to add at one place.
struct Insertion {
    /// The chain.
    chain: ChainId,
    /// Where in it.
    place: Place,
    /// The rule that stops the connections.
    stopped_by: Option<RuleRef>,
    /// The networks.
    cidrs: Vec<IpNet>,
    /// The destination there.
    destination: Option<IpAddr>,
    /// The port there.
    port: u16,
}

/// The change for a system.
pub fn request(system: For, wanted: &Wanted<'_>) -> Change {
    let (insertions, mut notes) = insertions(wanted);
    let mut change = match system {
        For::Nft => linux::nft(wanted, &insertions),
        For::Iptables => linux::iptables(wanted, &insertions),
        For::Windows => cloud::windows(wanted, &insertions),
        For::Azure => cloud::azure(wanted, &insertions),
        For::Aws => cloud::aws(wanted, &insertions),
        For::Asa => network::asa(wanted, &insertions),
        For::Panos => network::panos(wanted, &insertions),
        For::Fortios => network::fortios(wanted, &insertions),
    };
    notes.append(&mut change.notes);
    change.notes = notes;
    change
        .verify
        .push("orch-doctor check --only allowlist-complete".to_owned());
    change.ticket = ticket::text(wanted, &change);
    change
}

/// The tag that every added rule carries.
fn tag(wanted: &Wanted<'_>) -> String {
    format!("orch-doctor {} UiPath Apps", wanted.on)
}

/// Where rules must go so that all that is missing gets through. A connection may meet several chains that stop it;
/// each found insertion is made in a copy of the rules before the next is sought.
fn insertions(wanted: &Wanted<'_>) -> (Vec<Insertion>, Vec<String>) {
    let mut notes = Vec::new();
    let Some(placed) = wanted.device else {
        let whole = Insertion {
            chain: 0,
            place: Place::End,
            stopped_by: None,
            cidrs: wanted.missing.to_vec(),
            destination: wanted.destination,
            port: wanted.port,
        };
        return (vec![whole], notes);
    };
    let mut device = placed.device.clone();
    let missing: Addresses = wanted.missing.iter().copied().collect();
    let mut insertions: Vec<Insertion> = Vec::new();
    // Every round adds a rule somewhere; a connection passes few stages.
    for _ in 0..64 {
        let flow = Flow {
            sources: missing.clone(),
            destination: wanted.destination,
            server: None,
            port: wanted.port,
            hook: placed.hook,
            interface: placed.interface.clone(),
            onward: placed.onward.clone(),
        };
        let parts = evaluate(&device, &flow);
        let Some(mut next) = next_insertion(&parts) else {
            notes.extend(parts.iter().filter_map(undecided));
            return (insertions, notes);
        };
        let lines = &mut device.program.chains[next.chain].lines;
        // What was added at the end of a chain that is left before its end had no effect.
        if insertions.last().is_some_and(|last| {
            last.place == Place::End
                && next.place == Place::End
                && last.chain == next.chain
                && last.cidrs == next.cidrs
        }) {
            insertions.pop();
            lines.truncate(lines.len() - next.cidrs.len());
            next.place = Place::Start;
        }
        insert(lines, &next);
        insertions.push(next);
    }
    notes.push("some networks are stopped in a way that no added rule here can change".to_owned());
    (insertions, notes)
}

/// What the added rules do not settle.
fn undecided(part: &Part) -> Option<String> {
    match &part.decision.answer {
        Answer::Undecided { construct } => {
            Some(format!("{} stays undecided: {construct}", part.span))
        }
        Answer::Allow | Answer::Deny => None,
    }
}

/// The first place at which something is stopped, with all that is stopped there.
fn next_insertion(parts: &[Part]) -> Option<Insertion> {
    let denied = |part: &&Part| part.decision.answer == Answer::Deny;
    let first = parts.iter().find(denied)?;
    let at: At = first.at?;
    let same = parts.iter().filter(denied).filter(|part| {
        part.at == first.at && part.destination == first.destination && part.port == first.port
    });
    let addresses: Addresses = same.map(|part| part.span).collect();
    Some(Insertion {
        chain: at.chain,
        place: at.line.map_or(Place::End, Place::Before),
        stopped_by: first.decision.by.clone(),
        cidrs: addresses.nets(),
        destination: first.destination,
        port: first.port,
    })
}

/// Makes an insertion in a copy of the lines: one line for each network, as the commands do.
fn insert(lines: &mut Vec<Line>, insertion: &Insertion) {
    let at = insertion.place.index(lines.len());
    for (offset, cidr) in insertion.cidrs.iter().enumerate() {
        let mut tests = vec![
            Test::Source(Addresses::from(*cidr).into()),
            Test::Port(Ports::one(insertion.port)),
        ];
        tests.extend(
            insertion
                .destination
                .map(|to| Test::Destination(Addresses::from(to).into())),
        );
        lines.insert(at + offset, Line::new(0, "added", tests, Action::Allow));
    }
}

/// The networks of one family.
fn of_family(cidrs: &[IpNet], family: Family) -> Vec<IpNet> {
    cidrs
        .iter()
        .copied()
        .filter(|cidr| matches!(cidr, IpNet::V4(_)) == (family == Family::V4))
        .collect()
}

/// Networks with a separator.
fn joined(cidrs: &[IpNet], separator: &str) -> String {
    cidrs
        .iter()
        .map(|cidr| {
            if cidr.prefix_len() == cidr.max_prefix_len() {
                cidr.addr().to_string()
            } else {
                cidr.to_string()
            }
        })
        .collect::<Vec<_>>()
        .join(separator)
}

/// All networks that the insertions name, each once.
fn all_cidrs(wanted: &Wanted<'_>, insertions: &[Insertion]) -> Vec<IpNet> {
    let all: Addresses = insertions
        .iter()
        .flat_map(|insertion| insertion.cidrs.iter().copied())
        .collect();
    if all.is_empty() {
        wanted.missing.to_vec()
    } else {
        all.nets()
    }
}

/// The name of a chain in the export.
fn chain_name<'a>(wanted: &Wanted<'a>, insertion: &Insertion) -> Option<&'a str> {
    wanted
        .device
        .and_then(|placed| placed.device.program.chains.get(insertion.chain))
        .map(|chain| chain.name.as_str())
}

/// The hook that a device is asked at.
fn hook(wanted: &Wanted<'_>) -> Hook {
    wanted.device.map_or(Hook::Input, |placed| placed.hook)
}

#[cfg(test)]
mod tests;
