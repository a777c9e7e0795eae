//! One rule: its matches become tests, its statements an action.

use std::net::IpAddr;
use std::sync::Arc;

use super::super::addresses::{Addresses, Family};
use super::super::model::{Action, Line, Target, Test, Translation};
use super::Context;
use super::held::{compared, equal, limit_in, masked, negated, status, within_limit};
use super::key::{Key, Known, bare, bits, key, one_of, port, presence};
use super::show;
use super::value::Value;

/// Where a rule stands.
pub(super) struct Place<'a> {
    /// The family of its table.
    pub(super) family: &'a str,
    /// Its table.
    pub(super) table: &'a str,
    /// What is known there.
    pub(super) known: Known,
    /// Its line in the export.
    pub(super) line: usize,
}

/// The lines a rule becomes: one, or one for each element of a verdict map; none when it only counts.
pub(super) fn lines(rule: &Value<'_>, place: &Place<'_>, context: &Context<'_>) -> Vec<Line> {
    let text = show::rule(rule);
    let read = Reader { place, context };
    let mut tests = Vec::new();
    let mut unknown = None;
    for statement in rule
        .get("expr")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        match read.statement(statement) {
            Statement::Tests(more) => tests.extend(more),
            Statement::Unknown(what) => {
                unknown = Some(what.clone());
                tests.push(Test::Unknown(what.into()));
            }
            Statement::Ends(ends) => {
                let line = |(more, action): (Vec<Test>, Action)| {
                    Line::new(
                        place.line,
                        text.as_str(),
                        tests.iter().cloned().chain(more).collect(),
                        action,
                    )
                };
                return ends.into_iter().map(line).collect();
            }
        }
    }
    // What is not understood may itself be a verdict.
    unknown
        .map(|what| Line::new(place.line, text, tests, Action::Unknown(what.into())))
        .into_iter()
        .collect()
}

/// The keys and the pairs of a map.
type Map<'v> = (Vec<Key>, Vec<(&'v Value<'v>, &'v Value<'v>)>);
/// What follows, by what must hold in addition.
type Ends = Vec<(Vec<Test>, Action)>;

/// What a statement of a rule is to the connection.
enum Statement {
    /// It must hold.
    Tests(Vec<Test>),
    /// The rule ends: what follows, by what must hold in addition.
    Ends(Ends),
    /// Not understood.
    Unknown(String),
}

/// Reads the statements of one rule.
struct Reader<'a> {
    place: &'a Place<'a>,
    context: &'a Context<'a>,
}

impl Reader<'_> {
    /// What one statement is.
    fn statement(&self, statement: &Value<'_>) -> Statement {
        let unknown = || Statement::Unknown(show::statement(statement));
        let Some((name, body)) = statement.named() else {
            return unknown();
        };
        if let Some(action) = self.verdict(name, body) {
            return Statement::Ends(vec![(Vec::new(), action)]);
        }
        match name {
            "match" => self.matching(body).map_or_else(unknown, Statement::Tests),
            "counter" | "log" | "flow" | "dup" | "ct helper" | "ct timeout" | "ct expectation"
            | "secmark" | "last" => Statement::Tests(Vec::new()),
            // A single connection keeps within a limit, and does not go over one.
            "limit" | "ct count" => within_limit(body).map_or_else(unknown, Statement::Tests),
            "set" | "map" => Statement::Tests(
                body.get("stmt")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .flat_map(limit_in)
                    .collect(),
            ),
            "mangle" if mangles_no_header(body) => Statement::Tests(Vec::new()),
            "vmap" => self.verdict_map(body).map_or_else(unknown, Statement::Ends),
            "dnat" | "redirect" => self
                .translation(name, body)
                .map(|ends| of_family(ends, body))
                .map_or_else(unknown, Statement::Ends),
            "snat" | "masquerade" => Statement::Ends(vec![(Vec::new(), Action::Allow)]),
            "queue" | "notrack" | "tproxy" | "synproxy" | "fwd" => Statement::Ends(vec![(
                Vec::new(),
                Action::Unknown(show::statement(statement).into()),
            )]),
            _ => unknown(),
        }
    }

    /// A verdict by its name.
    fn verdict(&self, name: &str, body: &Value<'_>) -> Option<Action> {
        Some(match name {
            "accept" => Action::Allow,
            "drop" | "reject" => Action::Deny,
            "return" => Action::Return,
            "continue" => Action::Continue,
            "jump" | "goto" => {
                let target = body
                    .get("target")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                match (self.context.chains.get(&self.id(target)), name) {
                    (Some(id), "jump") => Action::Jump(*id),
                    (Some(id), _) => Action::Goto(*id),
                    (None, _) => Action::Unknown(
                        format!("{name} {target}: no such chain in the export").into(),
                    ),
                }
            }
            _ => return None,
        })
    }

    /// The name of something in the rule's table.
    fn id(&self, name: &str) -> (String, String, String) {
        (
            self.place.family.to_owned(),
            self.place.table.to_owned(),
            name.trim_start_matches('@').to_owned(),
        )
    }

    /// The tests of a match; `None` when it is not understood.
    fn matching(&self, body: &Value<'_>) -> Option<Vec<Test>> {
        let (op, left, right) = (
            body.get("op")?.as_str()?,
            body.get("left")?,
            body.get("right")?,
        );
        if let Some([left, mask]) = left.get("&").and_then(Value::as_array) {
            return masked(&key(left, self.place.known), mask, op, right, left);
        }
        let keys: Vec<Key> = match left.get("concat").and_then(Value::as_array) {
            Some(parts) => parts
                .iter()
                .map(|part| key(part, self.place.known))
                .collect(),
            None => vec![key(left, self.place.known)],
        };
        let present: Vec<Test> = keys.iter().flat_map(presence).collect();
        if let [Key::Status] = keys.as_slice() {
            return status(op, right);
        }
        if let [Key::Bits(is, known, _)] = keys.as_slice() {
            if left
                .pointer("/payload/field")
                .is_some_and(|field| field.is("frag-off"))
            {
                return None;
            }
            if matches!(op, "in" | "!") {
                let wanted = bits(right, known)?;
                let holds = (is & wanted != 0) == (op == "in");
                return Some(if holds { present } else { vec![Test::Never] });
            }
        }
        let held = match (op, keys.as_slice()) {
            ("==" | "in" | "!=", keys) => self.member(keys, right)?,
            ("<" | ">" | "<=" | ">=", [key @ (Key::Port | Key::ClientPort)]) => {
                compared(key, op, port(right)?)?
            }
            _ => return None,
        };
        let held = if op == "!=" {
            vec![negated(held)]
        } else {
            held
        };
        Some(present.into_iter().chain(held).collect())
    }

    /// The elements that the right side of a match, or a map, names.
    fn values<'v>(&'v self, right: &'v Value<'v>) -> Vec<&'v Value<'v>> {
        if let Some(list) = right.get("set").and_then(Value::as_array) {
            return list.iter().collect();
        }
        match right
            .as_str()
            .filter(|name| name.starts_with('@'))
            .map(|name| self.context.sets.get(&self.id(name)))
        {
            Some(Some(named)) => named.values.iter().collect(),
            _ => vec![right],
        }
    }

    /// The tests for keys to be in a set or to have a value.
    fn member(&self, keys: &[Key], right: &Value<'_>) -> Option<Vec<Test>> {
        let named = match right.as_str().filter(|name| name.starts_with('@')) {
            Some(name) => Some((name, self.context.sets.get(&self.id(name))?)),
            None => None,
        };
        let held = match (named, keys) {
            (Some((_, set)), [Key::Source(_)]) => vec![Test::Source(set.addresses.clone()?)],
            (Some((_, set)), [Key::Destination(_)]) => {
                vec![Test::Destination(set.addresses.clone()?)]
            }
            (_, [key]) => one_of(key, &self.values(right))?,
            (_, keys) => vec![Test::AnyOf(
                self.values(right)
                    .into_iter()
                    .map(|value| equal(keys, value))
                    .collect::<Option<_>>()?,
            )],
        };
        let Some((name, set)) = named else {
            return Some(held);
        };
        let doubt = |why| Test::Unknown(format!("set {name}: {why}").into());
        let mut held = held;
        held.extend(set.less.map(doubt));
        Some(match set.more {
            Some(why) => vec![Test::AnyOf(vec![held, vec![doubt(why)]])],
            None => held,
        })
    }

    /// The keys and the pairs of a map.
    fn map<'v>(&'v self, body: &'v Value<'v>) -> Option<Map<'v>> {
        let of = body.get("key")?;
        let keys = match of.get("concat").and_then(Value::as_array) {
            Some(parts) => parts
                .iter()
                .map(|part| key(part, self.place.known))
                .collect(),
            None => vec![key(of, self.place.known)],
        };
        let data = body.get("data")?;
        let named = data
            .as_str()
            .map(|name| self.context.sets.get(&self.id(name)));
        if let Some(named) = named {
            // Elements that rules add are not in the export, and others leave it by themselves.
            named.filter(|set| set.more.is_none() && set.less.is_none())?;
        }
        let pairs = self
            .values(data)
            .into_iter()
            .map(|pair| match pair.as_array() {
                Some([from, to]) => Some((bare(from), to)),
                _ => None,
            });
        Some((keys, pairs.collect::<Option<_>>()?))
    }

    /// What follows by the value of a key.
    fn verdict_map(&self, body: &Value<'_>) -> Option<Ends> {
        let (keys, pairs) = self.map(body)?;
        each(&keys, &pairs, |to| {
            let (name, body) = to.named()?;
            self.verdict(name, body)
        })
    }

    /// A destination translation.
    fn translation(&self, name: &str, body: &Value<'_>) -> Option<Ends> {
        let to_port = match body.get("port") {
            None => None,
            Some(value) => Some(port(value)?),
        };
        let translate = |to: Target, port: Option<u16>| Action::Translate(Translation { to, port });
        if name == "redirect" {
            return Some(vec![(Vec::new(), translate(Target::Itself, to_port))]);
        }
        let Some(address) = body.get("addr") else {
            return Some(vec![(Vec::new(), translate(Target::Same, to_port))]);
        };
        if let Some(map) = address.get("map") {
            let (keys, pairs) = self.map(map)?;
            return each(&keys, &pairs, |to| {
                match to.get("concat").and_then(Value::as_array) {
                    Some([address, to_port]) => {
                        Some(translate(target(address)?, Some(port(to_port)?)))
                    }
                    Some(_) => None,
                    None => Some(translate(target(to)?, to_port)),
                }
            });
        }
        Some(vec![(Vec::new(), translate(target(address)?, to_port))])
    }
}

/// One end for each pair of a map; what stands for all other values comes last and excludes the rest.
fn each(
    keys: &[Key],
    pairs: &[(&Value<'_>, &Value<'_>)],
    action: impl Fn(&Value<'_>) -> Option<Action>,
) -> Option<Ends> {
    let present: Vec<Test> = keys.iter().flat_map(presence).collect();
    let mut ends = Vec::with_capacity(pairs.len());
    for (from, to) in pairs.iter().filter(|(from, _)| !from.is("*")) {
        let tests = equal(keys, from)?;
        ends.push((present.iter().cloned().chain(tests).collect(), action(to)?));
    }
    if let Some((_, to)) = pairs.iter().find(|(from, _)| from.is("*")) {
        let others = Test::NoneOf(
            ends.iter()
                .map(|(tests, _): &(Vec<Test>, Action)| tests.clone())
                .collect(),
        );
        ends.push((present.into_iter().chain([others]).collect(), action(to)?));
    }
    Some(ends)
}

/// In a table of both families a translation to addresses of one leaves the packets of the other alone (`nft_nat_inet_eval`).
fn of_family(ends: Ends, body: &Value<'_>) -> Ends {
    let family = match body.get("family").and_then(Value::as_str) {
        Some("ip") => Family::V4,
        Some("ip6") => Family::V6,
        _ => return ends,
    };
    let test = Test::Source(Arc::new(Addresses::of_family(family)));
    ends.into_iter()
        .map(|(mut tests, action)| {
            tests.push(test.clone());
            (tests, action)
        })
        .collect()
}

/// The address a translation names.
fn target(value: &Value<'_>) -> Option<Target> {
    value.as_str()?.parse::<IpAddr>().ok().map(Target::Address)
}

/// Whether a change leaves the addresses and ports alone.
fn mangles_no_header(body: &Value<'_>) -> bool {
    body.pointer("/key/meta").is_some()
        || body.pointer("/key/ct").is_some()
        || body.pointer("/key/tcp option").is_some()
        || body
            .pointer("/key/payload/field")
            .and_then(Value::as_str)
            .is_some_and(|field| matches!(field, "dscp" | "ttl" | "hoplimit"))
}
