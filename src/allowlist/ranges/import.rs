//! Turns a pasted table of the documentation (text, tab-separated, Markdown) into sets.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::civil::Date;

use super::Set;

/// What is known of a pasted table beside its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The day it was copied.
    pub seen: Date,
    /// The first day on which its ranges are used, where said.
    pub valid_from: Option<Date>,
    /// The page.
    pub source: Option<String>,
    /// The service.
    pub service: String,
}

/// A row under way: its region and the networks of each column.
#[derive(Default)]
struct Row {
    region: String,
    columns: Vec<Vec<IpNet>>,
}

/// The sets in a pasted table: one for each region and column of networks.
///
/// A line that begins with words starts a region; the networks on it and on the lines that follow belong to it.
pub fn sets(text: &str, origin: &Origin) -> Vec<Set> {
    let mut headings: Vec<String> = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    for line in text.lines() {
        let cells = cells(line);
        let networks: Vec<Vec<IpNet>> = cells.iter().map(|cell| networks_in(cell)).collect();
        let region = cells.first().map(|cell| words_of(cell)).unwrap_or_default();
        let many = networks.iter().any(|column| !column.is_empty());
        if !line.chars().any(char::is_alphanumeric) {
            continue;
        }
        if !many && cells.len() > 1 && rows.is_empty() {
            headings = cells.iter().skip(1).map(|cell| kebab(cell)).collect();
        } else if !region.is_empty() {
            // Words alone name the region of the lines that follow; so does the last line of words before them.
            rows.push(Row {
                region: kebab(&region),
                columns: Vec::new(),
            });
        }
        let Some(row) = rows.last_mut().filter(|_| many) else {
            continue;
        };
        for (index, column) in networks
            .into_iter()
            .filter(|column| !column.is_empty())
            .enumerate()
        {
            if row.columns.len() <= index {
                row.columns.push(Vec::new());
            }
            row.columns[index].extend(column);
        }
    }
    rows.iter()
        .flat_map(|row| sets_of(row, &headings, origin))
        .collect()
}

/// The sets as a file that `ranges = [...]` takes.
pub fn file(sets: &[Set]) -> String {
    #[derive(serde::Serialize)]
    struct File<'a> {
        set: &'a [Set],
    }
    toml::to_string(&File { set: sets }).unwrap_or_else(|_| unreachable!("a set is plain data"))
}

/// The sets of one row.
fn sets_of(row: &Row, headings: &[String], origin: &Origin) -> Vec<Set> {
    let several = row.columns.len() > 1;
    let columns = row.columns.iter().enumerate();
    columns
        .map(|(index, cidrs)| {
            let heading = headings
                .get(index)
                .filter(|heading| several && !heading.is_empty());
            let suffix = match (several, heading) {
                (false, _) => String::new(),
                (true, Some(heading)) => format!("-{heading}"),
                (true, None) => format!("-column-{}", index + 1),
            };
            let mut cidrs = cidrs.clone();
            cidrs.dedup();
            Set {
                name: format!("{}-{}{suffix}-{}", origin.service, row.region, origin.seen),
                service: origin.service.clone(),
                region: row.region.clone(),
                cidrs,
                valid_from: origin.valid_from,
                valid_until: None,
                ended: false,
                known: true,
                source: origin.source.clone(),
                seen: Some(origin.seen),
            }
        })
        .collect()
}

/// The cells of a line.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    if line.contains('|') {
        let inner = line.trim_matches('|');
        return inner
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect();
    }
    line.split('\t')
        .map(|cell| cell.trim().to_owned())
        .collect()
}

/// What may surround a network in a cell.
fn is_between(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, ',' | ';' | '`' | '<' | '>' | '*' | '"' | '(' | ')')
}

/// The networks in a cell, in order.
fn networks_in(cell: &str) -> Vec<IpNet> {
    cell.split(is_between).filter_map(network).collect()
}

/// A network, or an address written in full.
fn network(word: &str) -> Option<IpNet> {
    word.parse::<IpNet>()
        .map(|net| net.trunc())
        .or_else(|_| word.parse::<IpAddr>().map(IpNet::from))
        .ok()
}

/// The words of a cell that are no networks and no marks of Markdown or HTML.
fn words_of(cell: &str) -> String {
    let words = cell
        .split(is_between)
        .filter(|word| network(word).is_none() && !matches!(*word, "br" | "br/" | "/br"));
    let words: Vec<&str> = words
        .filter(|word| word.chars().any(char::is_alphabetic))
        .collect();
    words.join(" ")
}

/// Words in kebab-case.
fn kebab(words: &str) -> String {
    let lower = words.to_lowercase();
    lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}
