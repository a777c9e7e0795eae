//! Rules between zones or interfaces. Which zone faces the cloud may be told; else it is the one whose name says so or the only
//! one. The server's zone is one that a rule lets something into. Where several remain, all must agree.

use super::model::{Action, Chain, ChainId, Line, Program, Stage, Task};
use super::several::{List, agreed, facing};

/// How many pairs of zones are told apart.
const PAIRS: usize = 24;
/// What names of zones that face the internet contain.
const OUTSIDE: &[&str] = &[
    "untrust", "outside", "wan", "internet", "external", "public", "extern",
];

/// A rule with its zones; an empty list of zones means any.
pub(super) struct Zoned {
    /// Where connections come from.
    pub(super) from: Vec<String>,
    /// Where they go to.
    pub(super) to: Vec<String>,
    /// The rule.
    pub(super) line: Line,
}

/// Adds the stage that the rules make.
pub(super) fn enter(program: &mut Program, rules: &[Zoned], last: &Line) {
    let mut froms: Vec<&str> = Vec::new();
    for name in rules.iter().flat_map(|rule| &rule.from) {
        if !froms.contains(&name.as_str()) {
            froms.push(name);
        }
    }
    let outside: Vec<&str> = froms
        .iter()
        .copied()
        .filter(|name| faces_out(name))
        .collect();
    let assumed = if outside.is_empty() { &froms } else { &outside };
    let assumed: Vec<Option<&str>> = match assumed.as_slice() {
        [] => vec![None],
        names => names.iter().map(|name| Some(*name)).collect(),
    };
    let chain_of = |program: &mut Program, zones: &[Option<&str>], last: &Line| {
        let lists: Vec<List> = zones
            .iter()
            .flat_map(|from| lists(rules, *from, last))
            .collect();
        if lists.len() > PAIRS {
            return too_many(program);
        }
        agreed(
            program,
            lists,
            "which zones the cloud and the server are in is not told",
        )
    };
    let mut named = Vec::new();
    for from in &froms {
        let chain = chain_of(program, &[Some(from)], last);
        named.push(((*from).to_owned(), chain));
    }
    let other = chain_of(program, &[None], last);
    let unless_told = match assumed.as_slice() {
        [Some(one)] => named
            .iter()
            .find(|(name, _)| name == one)
            .map_or(other, |(_, chain)| *chain),
        [None] => other,
        several => chain_of(program, several, last),
    };
    // A name that no rule has may be that of an interface in a zone: only rules for any are sure to be for it.
    let elsewhere = if named.is_empty() {
        other
    } else {
        let construct = "no rule names the interface or zone that is told to face the cloud";
        let unsure = Line::policy(last.number, construct, Action::Unknown(construct.into()));
        chain_of(program, &[None], &unsure)
    };
    let chain = facing(program, &named, unless_told, &Action::Goto(elsewhere));
    program.stages.push(Stage {
        chain,
        hook: None,
        family: None,
        task: Task::Filter,
    });
}

/// Whether a zone's name says that it faces the internet.
fn faces_out(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    OUTSIDE.iter().any(|word| name.contains(word))
}

/// A chain for more zones than are told apart.
fn too_many(program: &mut Program) -> ChainId {
    let construct = "zones: too many to tell which ones the cloud and the server are in";
    program.chains.push(Chain {
        name: "zones".to_owned(),
        lines: vec![Line::new(
            1,
            construct,
            Vec::new(),
            Action::Unknown(construct.into()),
        )],
        policy: None,
    });
    program.chains.len() - 1
}

/// The rules for connections from a zone: a list for each zone that the server may be in.
fn lists(rules: &[Zoned], from: Option<&str>, last: &Line) -> Vec<List> {
    let concerns = |names: &[String], zone: Option<&str>| {
        names.is_empty() || zone.is_some_and(|zone| names.iter().any(|name| name == zone))
    };
    let here: Vec<&Zoned> = rules
        .iter()
        .filter(|rule| concerns(&rule.from, from))
        .collect();
    let may_allow = |rule: &&&Zoned| rule.line.action != Action::Deny;
    let anywhere = here.iter().filter(may_allow).any(|rule| rule.to.is_empty());
    let mut zones: Vec<Option<&str>> = Vec::new();
    for rule in here.iter().filter(|rule| anywhere || may_allow(rule)) {
        for zone in rule
            .to
            .iter()
            .map(String::as_str)
            .filter(|zone| Some(*zone) != from)
        {
            if !zones.contains(&Some(zone)) {
                zones.push(Some(zone));
            }
        }
    }
    if anywhere || zones.is_empty() {
        zones.push(None);
    }
    let between = |to: Option<&str>| List {
        name: format!("from {} to {}", from.unwrap_or("any"), to.unwrap_or("any")),
        lines: here
            .iter()
            .filter(|rule| concerns(&rule.to, to))
            .map(|rule| rule.line.clone())
            .collect(),
        last: last.clone(),
    };
    zones.into_iter().map(between).collect()
}
