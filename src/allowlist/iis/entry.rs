//! The entries of an `ipSecurity` section.

use roxmltree::Node;

use super::super::addresses::Addresses;
use super::super::model::{Action, Line, Test};
use super::super::networks::{masked, network, source};

/// An entry with what `remove` finds it by.
#[derive(Clone)]
pub(super) struct Entry {
    /// Address, mask and domain name.
    pub(super) key: [String; 3],
    /// The rule.
    pub(super) line: Line,
}

/// The text of the configuration and where its lines begin.
pub(super) struct Page<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Page<'a> {
    /// Finds the lines.
    pub(super) fn new(text: &'a str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0)
            .chain(ends.map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }
}

/// Whether a value means true.
pub(super) fn is_true(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("true") || value.trim() == "1"
}

/// Whether a value means false.
pub(super) fn is_false(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("false") || value.trim() == "0"
}

/// The line an element begins on.
pub(super) fn place(node: Node<'_, '_>, page: &Page<'_>) -> usize {
    page.starts
        .partition_point(|start| *start <= node.range().start)
}

/// An element's start tag on one line.
pub(super) fn shown(node: Node<'_, '_>, page: &Page<'_>) -> String {
    let written = &page.text[node.range()];
    let tag = written.split_inclusive('>').next().unwrap_or(written);
    tag.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(240)
        .collect()
}

/// A section whose content stands elsewhere: what it holds is not known.
pub(super) fn unknown(section: Node<'_, '_>, page: &Page<'_>) -> Option<Line> {
    let elsewhere = ["configSource", "configProtectionProvider"]
        .iter()
        .find_map(|name| Some((name, section.attribute(*name)?)));
    let (name, value) = elsewhere?;
    let construct = format!("ipSecurity {name}=\"{value}\"");
    Some(Line::new(
        place(section, page),
        shown(section, page),
        Vec::new(),
        Action::Unknown(construct.into()),
    ))
}

/// Adds a section's entries after, and before, those inherited.
pub(super) fn apply(
    section: Node<'_, '_>,
    page: &Page<'_>,
    after: &mut Vec<Entry>,
    before: &mut Vec<Entry>,
) {
    let mut own: Vec<Entry> = Vec::new();
    for node in section.children().filter(Node::is_element) {
        match node.tag_name().name() {
            "clear" => {
                own.clear();
                after.clear();
                before.clear();
            }
            "remove" => {
                let key = key(node);
                for entries in [&mut own, &mut *after, &mut *before] {
                    entries.retain(|entry| entry.key != key);
                }
            }
            "add" => own.push(Entry {
                key: key(node),
                line: line(node, page),
            }),
            _ => own.push(Entry {
                key: [shown(node, page), String::new(), String::new()],
                line: Line::new(
                    place(node, page),
                    shown(node, page),
                    vec![Test::Unknown(shown(node, page).into())],
                    Action::Unknown(shown(node, page).into()),
                ),
            }),
        }
    }
    after.extend(own.iter().cloned());
    own.append(before);
    *before = own;
}

/// What an entry is found by.
fn key(node: Node<'_, '_>) -> [String; 3] {
    let of = |name: &str, default: &str| {
        node.attribute(name)
            .unwrap_or(default)
            .trim()
            .to_ascii_lowercase()
    };
    [
        of("ipAddress", ""),
        of("subnetMask", "255.255.255.255"),
        of("domainName", ""),
    ]
}

/// The rule of an entry.
fn line(node: Node<'_, '_>, page: &Page<'_>) -> Line {
    let quote = shown(node, page);
    let [address, mask, domain] = key(node);
    let mut tests = Vec::new();
    if !address.is_empty() {
        match addresses(&address, &mask, node.attribute("subnetMask").is_some()) {
            Some(set) => tests.extend(source(set)),
            None => tests.push(Test::Unknown(quote.clone().into())),
        }
    }
    if !domain.is_empty() || address.is_empty() {
        tests.push(Test::Unknown(
            format!("domainName=\"{domain}\": the names of the cloud's addresses are not told")
                .into(),
        ));
    }
    let action = match node.attribute("allowed") {
        None => Action::Deny,
        Some(value) if is_false(value) => Action::Deny,
        Some(value) if is_true(value) => Action::Allow,
        Some(value) => Action::Unknown(format!("allowed=\"{value}\"").into()),
    };
    Line::new(place(node, page), quote, tests, action)
}

/// The addresses of an entry: with a mask or a prefix length.
fn addresses(address: &str, mask: &str, told: bool) -> Option<Addresses> {
    let mask = mask.trim_start_matches('/');
    match address.parse() {
        Ok(four) => match mask.parse() {
            Ok(mask) => masked(four, mask),
            Err(_) => network(&format!("{address}/{mask}")),
        },
        // An IPv6 address has a prefix length where it has a mask at all.
        Err(_) if !told || mask == "255.255.255.255" => network(address),
        Err(_) => network(&format!("{address}/{mask}")),
    }
}
