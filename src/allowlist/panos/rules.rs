//! Security and NAT rules.

use std::collections::HashMap;

use super::super::addresses::Addresses;
use super::super::groups;
use super::super::model::{Action, Line, Test};
use super::super::networks::{destination, source};
use super::objects::Objects;
use super::words::values;

/// Fields that change nothing about which connections a rule is for.
const NEUTRAL: &[&str] = &[
    "description",
    "tag",
    "log-start",
    "log-end",
    "log-setting",
    "group-tag",
    "icmp-unreachable",
    "uuid",
    "disable-server-response-inspection",
    "disable-inspect",
    "nat-type",
];
/// The same for fields that have fields of their own.
const NESTED: &[&str] = &["profile-setting", "option", "qos"];
/// Applications that a connection of HTTPS is never recognised as.
const OTHERS: &[&str] = &[
    "dns",
    "ping",
    "icmp",
    "ipv6-icmp",
    "ntp",
    "ssh",
    "smtp",
    "ftp",
    "snmp",
    "syslog",
    "ike",
    "ipsec",
    "bgp",
    "ospf",
    "telnet",
    "dhcp",
    "tftp",
    "traceroute",
];

/// A rule as its commands set it.
#[derive(Default)]
pub(super) struct Rule {
    pub(super) name: String,
    base: String,
    /// The virtual system or device group it is of; empty for `shared`.
    scope: String,
    pub(super) line: usize,
    fields: HashMap<String, Vec<String>>,
}

impl Rule {
    /// The values of a field.
    pub(super) fn values(&self, key: &str) -> Vec<&str> {
        self.fields
            .get(key)
            .map(|values| values.iter().map(String::as_str).collect())
            .unwrap_or_default()
    }

    pub(super) fn is(&self, key: &str, value: &str) -> bool {
        self.values(key).last() == Some(&value)
    }

    /// The rule on one line, its fields in order.
    pub(super) fn quote(&self) -> String {
        let order = [
            "from",
            "to",
            "source",
            "destination",
            "application",
            "service",
            "action",
        ];
        let mut text = self.name.clone();
        for key in order {
            if let Some(values) = self.fields.get(key) {
                text.extend([" ", key, " ", &values.join(",")]);
            }
        }
        text.chars().take(240).collect()
    }
}

/// Where a rule is found: its rulebase, its scope and its name.
type Place = (String, String, String);

/// All rules of a configuration.
#[derive(Default)]
pub(super) struct Rulebase {
    pub(super) rules: Vec<Rule>,
    places: HashMap<Place, usize>,
    pub(super) nats: Vec<Rule>,
    nat_places: HashMap<Place, usize>,
    /// What happens between zones when no rule decides.
    pub(super) interzone: Option<String>,
    /// Commands that are not understood, with their lines.
    pub(super) doubts: Vec<(usize, String)>,
    scopes: Vec<String>,
}

impl Rulebase {
    /// Takes a command that sets something of a rule.
    pub(super) fn take(&mut self, scope: &str, words: &[String], number: usize, line: &str) {
        let [base, kind, ..] = words else { return };
        if !["rulebase", "pre-rulebase", "post-rulebase"].contains(&base.as_str()) {
            return;
        }
        match (kind.as_str(), &words[2..]) {
            ("security", [rules, name, rest @ ..]) if rules == "rules" => {
                if base == "rulebase" || !scope.is_empty() {
                    self.scope(scope, number);
                }
                let place = (base.clone(), scope.to_owned(), name.clone());
                let rule = rule_of(&mut self.rules, &mut self.places, place, number);
                set(rule, rest, line);
            }
            ("nat", [rules, name, rest @ ..]) if rules == "rules" => {
                let place = (base.clone(), scope.to_owned(), name.clone());
                let rule = rule_of(&mut self.nats, &mut self.nat_places, place, number);
                set(rule, rest, line);
            }
            ("default-security-rules", [_, name, rest @ ..]) if name == "interzone-default" => {
                if let [action, value, ..] = rest
                    && action == "action"
                {
                    self.interzone = Some(value.clone());
                }
            }
            _ => {}
        }
    }

    /// Rules of several virtual systems or device groups are not one list.
    fn scope(&mut self, scope: &str, number: usize) {
        if self.scopes.iter().all(|known| known != scope) {
            self.scopes.push(scope.to_owned());
            if self.scopes.len() == 2 {
                let construct = format!(
                    "rules of more than one virtual system or device group: {}",
                    self.scopes.join(", ")
                );
                self.doubts.push((number, construct));
            }
        }
    }

    /// Takes a command that moves a rule.
    pub(super) fn shift(&mut self, words: &[String], number: usize, line: &str) {
        let [base, kind, rules, name, to, rest @ ..] = words else {
            return;
        };
        if kind != "security" || rules != "rules" {
            return self.changed(number, line);
        }
        let place = |list: &[Rule], name: &str| {
            list.iter()
                .position(|rule| rule.base == *base && rule.name == name)
        };
        let Some(from) = place(&self.rules, name) else {
            return self.changed(number, line);
        };
        let rule = self.rules.remove(from);
        let target = match (to.as_str(), rest.first()) {
            ("top", _) => Some(0),
            ("bottom", _) => Some(self.rules.len()),
            ("before", Some(other)) => place(&self.rules, other),
            ("after", Some(other)) => place(&self.rules, other).map(|at| at + 1),
            _ => None,
        };
        if target.is_none() {
            self.changed(number, line);
        }
        self.rules.insert(target.unwrap_or(from), rule);
        self.places.clear();
        for (at, rule) in self.rules.iter().enumerate() {
            self.places.insert(
                (rule.base.clone(), rule.scope.clone(), rule.name.clone()),
                at,
            );
        }
    }

    /// A command that changes what was set before.
    pub(super) fn changed(&mut self, number: usize, line: &str) {
        if ["rulebase", "address", "service"]
            .iter()
            .any(|word| line.contains(word))
        {
            self.doubts.push((number, line.trim().to_owned()));
        }
    }

    /// The rules in the order they are tried.
    pub(super) fn ordered(&self) -> impl Iterator<Item = &Rule> {
        in_order(&self.rules)
    }

    /// The rules of translation in the order they are tried.
    pub(super) fn translations(&self) -> impl Iterator<Item = &Rule> {
        in_order(&self.nats)
    }
}

/// Rules in the order they are tried: of the rules before the device's own those that are shared come first, of those after it
/// last.
fn in_order(rules: &[Rule]) -> impl Iterator<Item = &Rule> {
    let of = |base: &'static str, shared: Option<bool>| {
        rules.iter().filter(move |rule| {
            rule.base == base && shared.is_none_or(|shared| rule.scope.is_empty() == shared)
        })
    };
    of("pre-rulebase", Some(true))
        .chain(of("pre-rulebase", Some(false)))
        .chain(of("rulebase", None))
        .chain(of("post-rulebase", Some(false)))
        .chain(of("post-rulebase", Some(true)))
}

/// The rule of that name, made when it is new.
fn rule_of<'a>(
    rules: &'a mut Vec<Rule>,
    places: &mut HashMap<Place, usize>,
    place: Place,
    line: usize,
) -> &'a mut Rule {
    let (base, scope, name) = place.clone();
    let at = *places.entry(place).or_insert_with(|| {
        rules.push(Rule {
            name,
            base,
            scope,
            line,
            ..Rule::default()
        });
        rules.len() - 1
    });
    &mut rules[at]
}

/// Sets fields of a rule.
fn set(rule: &mut Rule, words: &[String], line: &str) {
    const KNOWN: &[&str] = &[
        "from",
        "to",
        "source",
        "destination",
        "service",
        "application",
        "action",
        "disabled",
        "negate-source",
        "negate-destination",
        "source-user",
        "category",
        "schedule",
        "hip-profiles",
        "source-hip",
        "destination-hip",
        "rule-type",
    ];
    let mut rest = words;
    while let [key, more @ ..] = rest {
        if key == "destination-translation" || key == "source-translation" {
            rule.fields
                .entry(key.clone())
                .or_default()
                .extend(more.iter().cloned());
            return;
        }
        if KNOWN.contains(&key.as_str()) {
            let (found, left) = values(more);
            rule.fields.entry(key.clone()).or_default().extend(found);
            rest = left;
            continue;
        }
        let open = key == "to-interface" && more.first().is_some_and(|value| value == "any");
        if NEUTRAL.contains(&key.as_str()) || open {
            rest = values(more).1;
            continue;
        }
        let plain = NESTED.contains(&key.as_str())
            && !more.iter().any(|word| KNOWN.contains(&word.as_str()));
        if !plain {
            rule.fields
                .entry("?".to_owned())
                .or_default()
                .push(line.trim().to_owned());
        }
        return;
    }
}

/// The line of a security rule; `None` when it is switched off.
pub(super) fn security(rule: &Rule, objects: &Objects) -> Option<Line> {
    if rule.is("disabled", "yes") {
        return None;
    }
    let action = match rule.values("action").last() {
        Some(&"allow") => Action::Allow,
        Some(&("deny" | "drop" | "reset-client" | "reset-server" | "reset-both")) => Action::Deny,
        Some(other) => Action::Unknown(format!("action {other}").into()),
        None => Action::Unknown(format!("rule {} without an action", rule.name).into()),
    };
    let mut tests = common(rule, objects);
    tests.extend(application(&rule.values("application")));
    for key in [
        "source-user",
        "category",
        "hip-profiles",
        "source-hip",
        "destination-hip",
    ] {
        let values = rule.values(key);
        if !values.is_empty() && !values.contains(&"any") {
            tests.push(Test::Unknown(format!("{key} {}", values.join(",")).into()));
        }
    }
    if let Some(schedule) = rule.values("schedule").last() {
        tests.push(Test::Unknown(format!("schedule {schedule}").into()));
    }
    if rule.is("rule-type", "intrazone") {
        tests.push(Test::Never);
    }
    Some(Line::new(rule.line, rule.quote(), tests, action))
}

/// Makes the test of one end of the connection.
type Side = fn(Addresses) -> Vec<Test>;

/// The tests of addresses and services, which both kinds of rules have.
pub(super) fn common(rule: &Rule, objects: &Objects) -> Vec<Test> {
    let mut tests: Vec<Test> = rule
        .values("?")
        .iter()
        .map(|construct| Test::Unknown((*construct).into()))
        .collect();
    let sides: [(&str, &str, Side); 2] = [
        ("source", "negate-source", source),
        ("destination", "negate-destination", destination),
    ];
    for (key, negate, test) in sides {
        let names = rule.values(key);
        let found = objects.places(&names).filter(|_| !names.is_empty());
        let negated = rule.is(negate, "yes");
        tests.extend(match found {
            None if negated => vec![Test::Never],
            None => Vec::new(),
            Some(groups::Place { set, open: None }) if negated => test(set.complement()),
            Some(groups::Place { set, open: None }) => test(set),
            Some(groups::Place {
                set,
                open: Some(open),
            }) => {
                let mut alternatives = vec![vec![Test::Unknown(open.into())]];
                if !set.is_empty() {
                    alternatives.insert(0, test(set));
                }
                vec![if negated {
                    Test::NoneOf(alternatives)
                } else {
                    Test::AnyOf(alternatives)
                }]
            }
        });
    }
    let services = rule.values("service");
    if !services.is_empty() {
        tests.extend(objects.services(&services));
    }
    tests
}

/// What the device must recognise the connection as.
fn application(names: &[&str]) -> Option<Test> {
    if names.is_empty() || names.contains(&"any") {
        return None;
    }
    if names.iter().all(|name| OTHERS.contains(name)) {
        return Some(Test::Never);
    }
    Some(Test::Unknown(
        format!(
            "application {}: what the device recognises the connection as is not told",
            names.join(",")
        )
        .into(),
    ))
}
