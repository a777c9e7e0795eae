//! What every firewall format is turned into: chains of lines that are tried in order, and the answer they give.
//!
//! A format's reader compiles its export to a [`Program`]; [`crate::allowlist::evaluate`] answers for all of them.

use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::addresses::{Addresses, Family, Span};

/// The connection asked about: a new inbound TCP connection from any of `sources`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Where it may come from.
    pub sources: Addresses,
    /// The address it is sent to, as this device sees it; `None` when that is not known.
    pub destination: Option<IpAddr>,
    /// The server's own address, behind every translation, where told.
    pub server: Option<IpAddr>,
    /// The TCP port it is sent to.
    pub port: u16,
    /// Whether the device passes it on or is the server itself.
    pub hook: Hook,
    /// The device's interface (or zone) that faces the cloud, when told.
    pub interface: Option<String>,
    /// The device's interface (or zone) that faces the server, when told.
    pub onward: Option<String>,
}

/// The place in the device where the connection is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hook {
    /// The device passes the connection on.
    Forward,
    /// The device is the server.
    Input,
}

/// The format of an exported rule set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `nft -j list ruleset`.
    Nft,
    /// `iptables-save`, `ip6tables-save`, both one after the other.
    Iptables,
    /// Windows Defender Firewall, a JSON array.
    Windows,
    /// IIS `ipSecurity` of a web.config.
    Iis,
    /// Azure network security group, JSON.
    Nsg,
    /// AWS security group and network ACL, JSON.
    Aws,
    /// Cisco ASA or IOS access lists.
    Asa,
    /// Palo Alto set format.
    Panos,
    /// FortiOS policy.
    Fortios,
    /// A plain list of networks.
    Cidrs,
}

impl Kind {
    /// Every kind, with the name it has in a profile.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Nft, "nft"),
        (Self::Iptables, "iptables"),
        (Self::Windows, "windows"),
        (Self::Iis, "iis"),
        (Self::Nsg, "nsg"),
        (Self::Aws, "aws"),
        (Self::Asa, "asa"),
        (Self::Panos, "panos"),
        (Self::Fortios, "fortios"),
        (Self::Cidrs, "cidrs"),
    ];

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(kind, _)| *kind)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, name)| name)
    }
}

impl Hook {
    /// The hook of that name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "forward" => Some(Self::Forward),
            "input" => Some(Self::Input),
            _ => None,
        }
    }
}

/// One device of the way in, as its export describes it.
#[derive(Debug, Clone)]
pub struct Device {
    /// The file the rules were read from: what the user calls the device.
    pub name: String,
    /// The format of the export.
    pub kind: Kind,
    /// What the device does with a connection.
    pub program: Program,
}

/// The rules of a device: chains, and the stages that a connection passes in order.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Every list of lines; a [`ChainId`] is an index here.
    pub chains: Vec<Chain>,
    /// Where a connection enters, in order. It must pass all that concern it.
    pub stages: Vec<Stage>,
}

/// Which chain of a [`Program`].
pub type ChainId = usize;

/// One list of lines, tried in order until one decides.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    /// Its name in the export.
    pub name: String,
    /// The lines, first to last.
    pub lines: Vec<Line>,
    /// For a chain that a stage enters: what happens to what no line decided, be it said or only understood ([`Line::policy`]).
    /// Without it, it passes the stage.
    pub policy: Option<Line>,
}

/// A rule's place in a [`Program`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct At {
    /// The chain.
    pub chain: ChainId,
    /// The line in it; `None` is its policy.
    pub line: Option<usize>,
}

/// A point where a connection enters a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The chain entered.
    pub chain: ChainId,
    /// Concerns only connections judged there; both when `None`.
    pub hook: Option<Hook>,
    /// Concerns only this family; both when `None`.
    pub family: Option<Family>,
    /// What the stage is for.
    pub task: Task,
}

/// What a stage is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Lets pass or denies.
    Filter,
    /// Translates destinations; left out once a destination is translated.
    Translate,
}

/// One rule: when all its tests hold, its action follows.
#[derive(Debug, Clone)]
pub struct Line {
    /// The line of the export, from 1.
    pub number: usize,
    /// The rule as it stands there, on one line.
    pub text: Box<str>,
    /// What must hold, all of it. No test: always holds.
    pub tests: Vec<Test>,
    /// What follows.
    pub action: Action,
}

impl Line {
    /// A rule that follows its tests.
    pub fn new(number: usize, text: impl Into<Box<str>>, tests: Vec<Test>, action: Action) -> Self {
        Self {
            number,
            text: text.into(),
            tests,
            action,
        }
    }

    /// The end of a list: what happens to everything that no line of it decided.
    pub fn policy(number: usize, text: impl Into<Box<str>>, action: Action) -> Self {
        Self::new(number, text, Vec::new(), action)
    }
}

/// One condition of a rule. Readers settle what does not depend on the [`Flow`] themselves: the protocol (a TCP connection),
/// the connection's state (new) and the direction (inbound) are [`Test::Never`] or no test at all.
#[derive(Debug, Clone)]
pub enum Test {
    /// The source is one of these. A negation is written with [`Addresses::complement`].
    Source(Arc<Addresses>),
    /// The destination is one of these.
    Destination(Arc<Addresses>),
    /// The destination port is one of these.
    Port(Ports),
    /// The client's port is one of these; it is above 1023 and otherwise not known.
    SourcePort(Ports),
    /// The connection comes in through one of these interfaces or zones.
    Interface(Names),
    /// The interface or zone that faces the cloud is told, and is among these. Never holds while it is not told.
    Told(Names),
    /// The connection goes on through one of these interfaces or zones.
    Onward(Names),
    /// The destination is an address of the device itself.
    Local,
    /// The destination was translated by this device.
    Translated,
    /// At least one of these alternatives holds, each a list of tests that must all hold.
    AnyOf(Vec<Vec<Test>>),
    /// None of these alternatives holds.
    NoneOf(Vec<Vec<Test>>),
    /// Never holds for this kind of connection.
    Never,
    /// Not understood, or not to be known from the export: the construct as written there.
    Unknown(Box<str>),
}

/// What a rule does with a connection that meets its tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Passes this stage.
    Allow,
    /// Does not get through.
    Deny,
    /// Nothing (counts, logs): the next line is tried.
    Continue,
    /// Goes through another chain, and on with the next line when that does not decide.
    Jump(ChainId),
    /// Goes through another chain, and back to this one's caller when that does not decide.
    Goto(ChainId),
    /// Back to the caller.
    Return,
    /// Passes this stage with another destination.
    Translate(Translation),
    /// Not understood: the construct as written in the export.
    Unknown(Box<str>),
}

/// The new destination of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Translation {
    /// The address it goes to.
    pub to: Target,
    /// The port, where it changes.
    pub port: Option<u16>,
}

/// Where a translated connection goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The address stays.
    Same,
    /// The device itself (`redirect`).
    Itself,
    /// Another address.
    Address(IpAddr),
}

/// A set of ports: intervals, both ends included, in any order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ports(pub Vec<(u16, u16)>);

impl Ports {
    /// One port.
    pub fn one(port: u16) -> Self {
        Self(vec![(port, port)])
    }

    /// Whether it holds this port.
    pub fn contains(&self, port: u16) -> bool {
        self.0
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&port))
    }

    /// Every port that is not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut sorted: Vec<(u16, u16)> = self
            .0
            .iter()
            .copied()
            .filter(|(first, last)| first <= last)
            .collect();
        sorted.sort_unstable();
        let mut gaps = Vec::new();
        let mut from = Some(0u16);
        for (first, last) in sorted {
            if let Some(start) = from.filter(|start| *start < first) {
                gaps.push((start, first - 1));
            }
            from = from.and_then(|start| last.checked_add(1).map(|next| next.max(start)));
        }
        gaps.extend(from.map(|start| (start, u16::MAX)));
        Self(gaps)
    }
}

/// A set of interface or zone names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Names {
    /// One of these; `*` at the end stands for any rest.
    OneOf(Vec<String>),
    /// None of these.
    NoneOf(Vec<String>),
}

/// What a rule set answers for some sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The connection gets through.
    Allow,
    /// It does not.
    Deny,
    /// The rules do not tell, because of this construct.
    Undecided {
        /// The construct, as written in the export, with what is not known about it.
        construct: String,
    },
}

/// An answer with the rule that gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What happens.
    pub answer: Answer,
    /// The rule that decided (for undecided: the one that is not understood); `None` when no rule concerned the connection.
    pub by: Option<RuleRef>,
}

/// A rule quoted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RuleRef {
    /// The file, which names the device.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The rule as it stands there.
    pub text: String,
}

/// What happens to one part of the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The sources.
    pub span: Span,
    /// The answer for all of them.
    pub decision: Decision,
    /// The place of the rule in the program.
    pub at: Option<At>,
    /// The destination behind this device: translated by it, or as it came.
    pub destination: Option<IpAddr>,
    /// The port behind this device.
    pub port: u16,
}

/// An export that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read line {line}: {what}")]
pub struct ReadError {
    /// The line, from 1.
    pub line: usize,
    /// What was expected there, without quoting the line.
    pub what: String,
}

impl ReadError {
    /// An error at a line.
    pub fn at(line: usize, what: impl Into<String>) -> Self {
        Self {
            line,
            what: what.into(),
        }
    }
}
