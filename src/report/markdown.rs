//! The report as Markdown, for tickets and wikis: CommonMark with one table as GitHub, GitLab and Azure DevOps draw it.

use super::chain::{Chain, Link, Standing};
use super::told::{Item, Problem, Told, commands};
use super::{Range, RangeMap, Report, Shape, mark_shape};
use crate::catalog::Catalog;
use crate::probe::tcp::Drawing;
use crate::words::Words;
use std::fmt::{self, Write};

/// Writes the whole report.
///
/// # Errors
/// The writer's own.
pub fn markdown(report: &Report, catalog: &Catalog, out: &mut dyn Write) -> fmt::Result {
    let told = Told::of(report, catalog);
    writeln!(out, "# orch-doctor report\n")?;
    for (name, value) in &told.head {
        writeln!(out, "- **{name}:** {}", text(value))?;
    }
    writeln!(out, "\n## Conclusion\n")?;
    if let Some(summary) = &told.summary {
        writeln!(out, "{}\n", text(summary))?;
    }
    for (at, problem) in told.problems.iter().enumerate() {
        wrong(problem, (at + 1, told.problems.len()), out)?;
    }
    writeln!(out, "{}", text(&told.counted))?;
    if let Some(proviso) = told.proviso {
        writeln!(out, "\n{}", text(proviso))?;
    }
    table(&told, out)?;
    for item in told.items().filter(|item| worth_reading(item)) {
        detail(item, told.words, out)?;
    }
    Ok(())
}

/// Whether more is to be said of a check than its line in the table.
pub(super) fn worth_reading(item: &Item<'_>) -> bool {
    match item.shape {
        Shape::Warn | Shape::Unknown | Shape::Fail | Shape::Broke => true,
        Shape::Waiting | Shape::Running | Shape::Pass | Shape::Blocked | Shape::Skipped => {
            item.drawn.map.is_some() || item.drawn.way.is_some() || !item.drawn.chains.is_empty()
        }
    }
}

/// One problem.
fn wrong(problem: &Problem, (number, count): (usize, usize), out: &mut dyn Write) -> fmt::Result {
    let of = if count == 1 {
        "Problem".to_owned()
    } else {
        format!("Problem {number} of {count}")
    };
    writeln!(out, "### {of}: {}\n", code(&problem.check))?;
    if let Some(subject) = &problem.subject {
        writeln!(out, "{}\n", text(subject))?;
    }
    writeln!(out, "**{}**\n", text(&problem.says))?;
    if let Some(owner) = problem.owner {
        writeln!(out, "Who can fix it: {}\n", text(owner))?;
    }
    remedies(&problem.remedies, out)?;
    writeln!(out, "How sure: {}\n", text(problem.sure))?;
    if !problem.explains.is_empty() {
        let names: Vec<String> = problem.explains.iter().map(|name| code(name)).collect();
        writeln!(out, "Not asked because of it: {}\n", names.join(", "))?;
    }
    Ok(())
}

/// What to do, by number.
fn remedies(remedies: &[String], out: &mut dyn Write) -> fmt::Result {
    for (at, remedy) in remedies.iter().enumerate() {
        writeln!(out, "{}. {}", at + 1, with_commands(remedy))?;
    }
    if remedies.is_empty() {
        Ok(())
    } else {
        writeln!(out)
    }
}

/// All checks, a line each.
fn table(told: &Told<'_>, out: &mut dyn Write) -> fmt::Result {
    let words = told.words;
    writeln!(out, "\n## Checks\n")?;
    writeln!(out, "| no. | group | check | verdict | answer |")?;
    writeln!(out, "| ---: | --- | --- | --- | --- |")?;
    for (group, items) in &told.groups {
        for item in items {
            let subject = item.subject.as_ref();
            let subject = subject.map_or_else(String::new, |subject| format!(" {}", text(subject)));
            writeln!(
                out,
                "| {} | {} | {}{subject} | {} {} | {} |",
                item.number,
                text(group),
                // Within a table a pipe ends the cell even in code.
                code(&item.check).replace('|', "\\|"),
                text(item.shape.symbol(false)),
                item.shape.told(words),
                text(&item.says)
            )?;
        }
    }
    Ok(())
}

/// More about one check.
fn detail(item: &Item<'_>, words: &Words, out: &mut dyn Write) -> fmt::Result {
    writeln!(
        out,
        "\n## {}\\. {}: {}\n",
        item.number,
        code(&item.check),
        item.shape.told(words)
    )?;
    if let Some(subject) = &item.subject {
        writeln!(out, "{}\n", text(subject))?;
    }
    writeln!(out, "*{}*\n", text(&item.question))?;
    writeln!(out, "{}\n", text(&item.says))?;
    for (name, value) in &item.facts {
        writeln!(out, "- {}: {}", text(name), text(value))?;
    }
    if !item.facts.is_empty() {
        writeln!(out)?;
    }
    if let Some(owner) = item.owner {
        writeln!(out, "Who can fix it: {}\n", text(owner))?;
    }
    remedies(&item.remedies, out)?;
    for one in &item.drawn.chains {
        chain(one, out)?;
    }
    if let Some(drawing) = &item.drawn.way {
        way(drawing, out)?;
    }
    if let Some(ranges) = &item.drawn.map {
        map(ranges, words, out)?;
    }
    if !item.why.is_empty() {
        writeln!(out, "Why it matters: {}\n", text(&item.why))?;
    }
    if let Some(sure) = item.sure {
        writeln!(out, "How sure: {}\n", text(sure))?;
    }
    if item.docs.is_empty() {
        Ok(())
    } else {
        writeln!(out, "Document: {}", address(&item.docs))
    }
}

/// A chain of certificates, each signed by the next.
fn chain(chain: &Chain, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "The chain that {} sends:\n", text(&chain.sent_by))?;
    for (at, one) in chain.links.iter().enumerate() {
        link(one, &format!("{}.", at + 1), out)?;
    }
    link(
        &chain.end,
        &format!("{}. ends in", chain.links.len() + 1),
        out,
    )?;
    writeln!(out)?;
    for view in chain.views.iter().chain(&chain.beside) {
        writeln!(out, "- {}", text(view))?;
    }
    writeln!(out)?;
    if !chain.missing.is_empty() {
        writeln!(
            out,
            "To be sent after the server's own certificate, in this order:\n"
        )?;
        for line in chain.missing_lines() {
            writeln!(out, "    {line}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// One certificate.
fn link(link: &Link, number: &str, out: &mut dyn Write) -> fmt::Result {
    let (number, before) = number.split_once(' ').unwrap_or((number, ""));
    let before = if before.is_empty() {
        String::new()
    } else {
        format!("{before} ")
    };
    let shape = match link.standing {
        Standing::Good => Shape::Pass,
        Standing::Bad => Shape::Fail,
        Standing::Open => Shape::Unknown,
    };
    let sign = text(shape.symbol(false));
    writeln!(out, "{number} {sign} {before}**{}**", text(&link.name))?;
    for fact in link.troubles.iter().chain(&link.facts) {
        let indent = " ".repeat(number.len() + 1);
        writeln!(out, "{indent}- {}", text(fact))?;
    }
    if let Some(span) = &link.span {
        let indent = " ".repeat(number.len() + 1);
        let bar = span.drawn(false);
        writeln!(out, "{indent}- `{bar}` {}", text(&span.said))?;
    }
    Ok(())
}

/// The way of the packets.
fn way(way: &Drawing, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "The way to {}:\n", text(&way.of))?;
    for (at, step) in way.steps.iter().enumerate() {
        let sign = text(mark_shape(step.mark).symbol(false));
        let line = format!("{}: {}", step.title, step.note);
        let line = text(line.trim_end_matches(": "));
        writeln!(out, "{}. {sign} {line}", at + 1)?;
    }
    writeln!(out)
}

/// The map of ranges.
fn map(map: &RangeMap, words: &Words, out: &mut dyn Write) -> fmt::Result {
    for (at, device) in map.devices.iter().enumerate() {
        writeln!(out, "{}. {}", at + 1, text(&device.told))?;
    }
    let columns: Vec<String> = (1..=map.devices.len())
        .map(|at| format!(" {at} |"))
        .collect();
    for set in &map.sets {
        writeln!(out, "\n{}\n", text(&set.title))?;
        writeln!(out, "| range |{}", columns.concat())?;
        writeln!(out, "| --- |{}", " --- |".repeat(map.devices.len()))?;
        for Range { cidr, says, .. } in &set.ranges {
            let cells = says.iter().map(|says| {
                let sign = text(says.shape().symbol(false));
                format!(" {sign} {} |", says.word(words))
            });
            writeln!(out, "| {cidr} |{}", cells.collect::<String>())?;
        }
    }
    writeln!(out)?;
    if map.hidden > 0 {
        writeln!(out, "Ranges that are left off: {}\n", map.hidden)?;
    }
    for rule in &map.rules {
        writeln!(out, "- {}: {}", text(&rule.title), text(&rule.place))?;
        if let Some(line) = &rule.text {
            writeln!(out, "  - {}", code(line))?;
        }
        if let Some(construct) = &rule.construct {
            writeln!(out, "  - not understood: {}", code(construct))?;
        }
    }
    if map.more_rules > 0 {
        writeln!(out, "- Rules that are left off: {}", map.more_rules)?;
    }
    writeln!(out)
}

/// The text with nothing left in it that Markdown would obey, wherever on a line it stands.
fn text(plain: &str) -> String {
    let mut out = String::new();
    let plain = plain.trim();
    // "1." and "1)" begin a list, where they begin a line.
    let after_number = plain.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let number = plain.len() - after_number.len();
    for (at, character) in plain.char_indices() {
        let obeyed = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '#' | '@' | '$' => {
                true
            }
            '-' | '+' | '=' | '!' => at == 0,
            '.' | ')' => {
                let begins_list = number > 0 && at == number;
                begins_list && !plain[at + 1..].starts_with(|next: char| next != ' ')
                    || plain[..at].ends_with("www")
            }
            // An address would become a link by itself.
            ':' => plain[at + 1..].starts_with("//"),
            _ => false,
        };
        if obeyed {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// The checklist's own address of a document, as a link where it is plainly one.
fn address(docs: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#&=%+,;".contains(&byte);
    if docs.starts_with("https://") && docs.bytes().all(plain) {
        format!("<{docs}>")
    } else {
        text(docs)
    }
}

/// The text as code: between more backquotes than it has in a row.
fn code(plain: &str) -> String {
    let plain = plain.trim();
    if plain.is_empty() {
        return String::new();
    }
    let longest = plain
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let room = if plain.starts_with('`') || plain.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{room}{plain}{room}{fence}")
}

/// The text with what stands between backquotes as code.
fn with_commands(plain: &str) -> String {
    commands(plain)
        .into_iter()
        .map(|(piece, command)| {
            if command {
                code(piece)
            } else {
                let (before, after) = room(piece);
                format!("{before}{}{after}", text(piece))
            }
        })
        .collect()
}

/// The room before and after a piece, which must stay where pieces are joined.
fn room(piece: &str) -> (&'static str, &'static str) {
    let space = |has: bool| if has { " " } else { "" };
    let ends = piece.ends_with(' ') && !piece.trim().is_empty();
    (space(piece.starts_with(' ')), space(ends))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser};

    /// What a reader of Markdown makes of it: the text alone, and everything else that it saw.
    fn read(source: &str) -> (String, Vec<String>) {
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH;
        let (mut plain, mut other) = (String::new(), Vec::new());
        for event in Parser::new_ext(source, options) {
            match event {
                Event::Text(text) | Event::Code(text) => plain.push_str(&text),
                Event::SoftBreak => plain.push('\n'),
                event => other.push(format!("{event:?}")),
            }
        }
        (plain, other)
    }

    proptest! {
        #[test]
        fn no_text_is_obeyed(plain in "[ -~é東]{1,60}") {
            let plain = plain.trim();
            prop_assume!(!plain.is_empty());
            let (seen, other) = read(&text(plain));
            prop_assert_eq!(seen, plain);
            prop_assert_eq!(other, ["Start(Paragraph)", "End(Paragraph)"]);
        }

        #[test]
        fn no_cell_leaves_its_column(plain in "[ -~é東]{1,60}") {
            let source = format!("| a | b |\n| --- | --- |\n| {} | end |\n", text(&plain));
            let (seen, _) = read(&source);
            prop_assert_eq!(seen, format!("ab{}end", plain.trim()));
        }

        #[test]
        fn code_stays_as_it_is(plain in "[ -~é東]{1,60}") {
            let plain = plain.trim();
            prop_assume!(!plain.is_empty());
            let (seen, other) = read(&format!("Run {} now.", code(plain)));
            prop_assert_eq!(seen, format!("Run {plain} now."));
            prop_assert_eq!(other.len(), 2, "{:?}", other);
        }
    }

    #[test]
    fn a_command_in_a_remedy_is_code() {
        assert_eq!(
            with_commands("Run `a|b` on <host>."),
            "Run `a|b` on \\<host\\>."
        );
        assert_eq!(with_commands("an open `quote"), "an open \\`quote");
    }
}
