//! Reads a plain list of networks, one a line, or a table with a column of them: what it names is admitted, nothing else.

use super::addresses::Addresses;
use super::model::{Action, Chain, Line, Program, ReadError, Stage, Task, Test};
use super::networks::{network, source};

/// The rules of a list.
pub(super) fn program(text: &str) -> Result<Program, ReadError> {
    let mut lines = Vec::new();
    let mut last = 1;
    let mut first_row = true;
    for (index, written) in text.lines().enumerate() {
        let Some(row) = row(written) else { continue };
        last = index + 1;
        let heading = std::mem::take(&mut first_row);
        let (addresses, unknown) = row_networks(row);
        if heading
            && addresses.is_empty()
            && row.contains(|letter: char| letter.is_alphabetic())
            && is_table(row)
        {
            continue;
        }
        let mut tests = Vec::new();
        if let Some(unknown) = unknown {
            tests.push(Test::Unknown(unknown.into()));
        }
        if !addresses.is_empty() {
            tests.extend(source(addresses));
        }
        lines.push(Line::new(last, row, tests, Action::Allow));
    }
    if lines.is_empty() {
        return Err(ReadError::at(last, "expected networks, one a line"));
    }
    let policy = Line::policy(
        last,
        "the end of the list: nothing else is admitted",
        Action::Deny,
    );
    let mut program = Program::default();
    program.chains.push(Chain {
        name: "list".to_owned(),
        lines,
        policy: Some(policy),
    });
    program.stages.push(Stage {
        chain: 0,
        hook: None,
        family: None,
        task: Task::Filter,
    });
    Ok(program)
}

/// Whether most lines name networks.
pub(super) fn is_list(text: &str) -> bool {
    let (mut rows, mut named) = (0usize, 0usize);
    for row in text.lines().filter_map(row) {
        rows += 1;
        named += usize::from(!row_networks(row).0.is_empty());
    }
    named > 0 && named * 2 >= rows
}

/// A line without its comment, unless nothing is left.
fn row(line: &str) -> Option<&str> {
    let line = line.split('#').next().unwrap_or_default();
    let line = line.split("//").next().unwrap_or_default().trim();
    (!line.is_empty() && !line.starts_with(';')).then_some(line)
}

/// Whether a line has columns.
fn is_table(row: &str) -> bool {
    row.contains([',', ';', '\t', '|']) || row.split_whitespace().count() == 1
}

/// The networks a line names, and a word of it that turns their meaning.
fn row_networks(row: &str) -> (Addresses, Option<String>) {
    let mut networks = Vec::new();
    let mut unknown = None;
    let fields: Vec<&str> = row
        .split([',', ';', '\t', '|', ' '])
        .map(|field| {
            field.trim_matches(|letter: char| {
                letter.is_whitespace() || letter == '"' || letter == '\''
            })
        })
        .filter(|field| !field.is_empty())
        .collect();
    let mut at = 0;
    while let Some(field) = fields.get(at) {
        let masked = fields
            .get(at + 1)
            .filter(|mask| is_mask(mask))
            .and_then(|mask| network(&format!("{field}/{mask}")));
        if let Some(found) = masked {
            networks.push(found);
            at += 2;
            continue;
        }
        match network(field) {
            Some(found) => networks.push(found),
            None if turns(field) => unknown = Some(row.to_owned()),
            None => {}
        }
        at += 1;
    }
    if networks.is_empty() {
        unknown = Some(row.to_owned());
    }
    (networks.into_iter().collect(), unknown)
}

/// Whether a field is a netmask: such as 255.255.255.0 after an address.
fn is_mask(field: &str) -> bool {
    field.starts_with("255.") || field == "0.0.0.0"
}

/// Whether a word says that the network is not simply admitted.
fn turns(field: &str) -> bool {
    let word = field.to_ascii_lowercase();
    field.starts_with('!')
        || [
            "deny", "denied", "drop", "block", "blocked", "reject", "remove", "removed",
            "disabled", "inactive", "expired", "not", "except",
        ]
        .contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::model::Kind;
    use super::super::sample::{Asked, answers};

    #[test]
    fn a_list_admits_what_it_names() {
        let text = "# UiPath\n203.0.113.0/30   # west\n198.51.100.7\n\n192.0.2.0-192.0.2.9\n";
        let asked = Asked::of(&["203.0.113.0/30", "198.51.100.7", "192.0.2.9", "192.0.2.10"]);
        assert_eq!(
            answers(Kind::Cidrs, text, &asked),
            ["allow 2", "allow 3", "allow 5", "deny 5"]
        );
    }

    #[test]
    fn a_table_has_a_heading_and_notes() {
        let text = "cidr,region\n203.0.113.0/30,europe\n\"198.51.100.0/24\",\"us\"\n";
        let asked = Asked::of(&["203.0.113.1", "198.51.100.9", "9.9.9.9"]);
        assert_eq!(
            answers(Kind::Cidrs, text, &asked),
            ["allow 2", "allow 3", "deny 3"]
        );
    }

    #[test]
    fn a_line_that_is_not_understood_leaves_it_open() {
        let text = "203.0.113.0/30\nwhatever this is\n198.51.100.0/24 deny\n";
        let asked = Asked::of(&["203.0.113.1", "198.51.100.1"]);
        assert_eq!(
            answers(Kind::Cidrs, text, &asked),
            ["allow 1", "undecided 2: whatever this is"]
        );
    }
}
