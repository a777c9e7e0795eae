//! The report as one HTML file that needs nothing beside it: no script, nothing fetched, light and dark, fit for print.

mod drawings;

use super::markdown::worth_reading;
use super::told::{Item, Problem, Told, commands};
use super::{Report, Shape, tree};
use crate::catalog::Catalog;
use crate::shown::time;
use crate::words::Words;
use drawings::{chain, map, way};
use std::fmt::{self, Write};

/// How it looks.
const STYLE: &str = include_str!("html.css");

/// Writes the whole report. Its elements are all closed, so that it is read as XML as well.
///
/// # Errors
/// The writer's own.
pub fn html(report: &Report, catalog: &Catalog, out: &mut dyn Write) -> fmt::Result {
    let told = Told::of(report, catalog);
    let target = told.head.first().map(|(_, target)| target.as_str());
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>orch-doctor: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>",
        text(target.unwrap_or("report"))
    )?;
    writeln!(out, "<h1>orch-doctor report</h1>\n<dl>")?;
    for (name, value) in &told.head {
        writeln!(out, "<dt>{name}</dt><dd>{}</dd>", text(value))?;
    }
    writeln!(out, "</dl>\n<section>\n<h2>Conclusion</h2>")?;
    said(told.summary.as_deref().unwrap_or_default(), out)?;
    for (at, problem) in told.problems.iter().enumerate() {
        wrong(problem, (at + 1, told.problems.len()), out)?;
    }
    said(&told.counted, out)?;
    said(told.proviso.unwrap_or_default(), out)?;
    writeln!(out, "</section>")?;
    table(&told, out)?;
    for item in told.items() {
        detail(item, told.words, out)?;
    }
    writeln!(out, "</main>\n</body>\n</html>")
}

/// The text as HTML shows it, in elements and in attributes.
fn text(plain: &str) -> String {
    let mut out = String::new();
    for character in plain.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The text with what stands between backquotes as code.
fn with_commands(plain: &str) -> String {
    commands(plain)
        .into_iter()
        .map(|(piece, command)| {
            if command {
                format!("<code>{}</code>", text(piece))
            } else {
                text(piece)
            }
        })
        .collect()
}

/// A paragraph, where there is something to say.
fn said(plain: &str, out: &mut dyn Write) -> fmt::Result {
    if plain.is_empty() {
        return Ok(());
    }
    writeln!(out, "<p>{}</p>", with_commands(plain))
}

/// A paragraph with a name before it.
fn named(name: &str, plain: &str, out: &mut dyn Write) -> fmt::Result {
    if plain.is_empty() {
        return Ok(());
    }
    writeln!(out, "<p><b>{name}:</b> {}</p>", with_commands(plain))
}

/// The class that a shape is drawn in.
fn class(shape: Shape) -> &'static str {
    match shape {
        Shape::Waiting | Shape::Running | Shape::Blocked | Shape::Skipped => "quiet",
        Shape::Pass => "pass",
        Shape::Warn => "warn",
        Shape::Unknown => "unknown",
        Shape::Fail => "fail",
        Shape::Broke => "broke",
    }
}

/// Sign and word of a shape; readers of screens get the word alone.
fn signed(shape: Shape, word: &str) -> String {
    format!(
        "<span class=\"{}\"><span aria-hidden=\"true\">{}</span> {}</span>",
        class(shape),
        shape.symbol(false),
        text(word)
    )
}

/// A link to a check's own section.
fn link_to(number: usize, check: &str) -> String {
    format!("<a href=\"#check-{number}\">{}</a>", text(check))
}

/// One problem.
fn wrong(problem: &Problem, (number, count): (usize, usize), out: &mut dyn Write) -> fmt::Result {
    let of = if count == 1 {
        "PROBLEM".to_owned()
    } else {
        format!("PROBLEM {number} of {count}")
    };
    let subject = problem.subject.as_ref();
    let subject = subject.map_or_else(String::new, |subject| format!(" {}", text(subject)));
    writeln!(
        out,
        "<article class=\"problem\">\n<h3>{} {}{subject}</h3>\n<p class=\"says\">{}</p>",
        signed(Shape::Fail, &of),
        link_to(problem.number, &problem.check),
        with_commands(&problem.says)
    )?;
    named("Who can fix it", problem.owner.unwrap_or_default(), out)?;
    steps(&problem.remedies, out)?;
    named("How sure", problem.sure, out)?;
    named("Not asked because of it", &problem.explains.join(", "), out)?;
    writeln!(out, "</article>")
}

/// What to do, by number.
fn steps(remedies: &[String], out: &mut dyn Write) -> fmt::Result {
    if remedies.is_empty() {
        return Ok(());
    }
    writeln!(out, "<ol>")?;
    for remedy in remedies {
        writeln!(out, "<li>{}</li>", with_commands(remedy))?;
    }
    writeln!(out, "</ol>")
}

/// All checks, a row each.
fn table(told: &Told<'_>, out: &mut dyn Write) -> fmt::Result {
    let words = told.words;
    writeln!(
        out,
        "<section>\n<h2>Checks</h2>\n<table>\n<thead><tr><th scope=\"col\">no.</th><th scope=\"col\">check</th>\
         <th scope=\"col\">verdict</th><th scope=\"col\">answer</th></tr></thead>"
    )?;
    for (group, items) in &told.groups {
        writeln!(
            out,
            "<tbody>\n<tr><th colspan=\"4\" scope=\"rowgroup\">{}</th></tr>",
            text(group)
        )?;
        for item in items {
            let subject = item.subject.as_ref();
            let subject =
                subject.map_or_else(String::new, |subject| format!("<br/>{}", text(subject)));
            writeln!(
                out,
                "<tr><td>{}</td><td>{}{subject}</td><td>{}</td><td>{}</td></tr>",
                item.number,
                link_to(item.number, &item.check),
                signed(item.shape, item.shape.told(words)),
                with_commands(&item.says)
            )?;
        }
        writeln!(out, "</tbody>")?;
    }
    writeln!(out, "</table>\n</section>")
}

/// More about one check; those that are well are folded.
fn detail(item: &Item<'_>, words: &Words, out: &mut dyn Write) -> fmt::Result {
    let open = if worth_reading(item) && item.shape != Shape::Pass {
        " open=\"open\""
    } else {
        ""
    };
    let subject = item.subject.as_ref();
    let subject = subject.map_or_else(String::new, |subject| format!(" {}", text(subject)));
    writeln!(
        out,
        "<details id=\"check-{}\"{open}>\n<summary>{}. {}{subject} {}</summary>",
        item.number,
        item.number,
        text(&item.check),
        signed(item.shape, item.shape.told(words))
    )?;
    writeln!(out, "<p><i>{}</i></p>", text(&item.question))?;
    said(&item.says, out)?;
    if !item.facts.is_empty() {
        writeln!(out, "<dl>")?;
        for (name, value) in &item.facts {
            writeln!(out, "<dt>{}</dt><dd>{}</dd>", text(name), text(value))?;
        }
        writeln!(out, "</dl>")?;
    }
    named("Who can fix it", item.owner.unwrap_or_default(), out)?;
    steps(&item.remedies, out)?;
    for one in &item.drawn.chains {
        chain(one, out)?;
    }
    if let Some(drawing) = &item.drawn.way {
        way(drawing, out)?;
    }
    if let Some(ranges) = &item.drawn.map {
        map(ranges, words, out)?;
    }
    named("Why it matters", &item.why, out)?;
    named("Seen as", &item.seen_as.join("; "), out)?;
    named("How sure", item.sure.unwrap_or_default(), out)?;
    if item.docs.starts_with("https://") {
        let docs = text(&item.docs);
        writeln!(
            out,
            "<p><b>Document:</b> <a href=\"{docs}\" rel=\"noreferrer\">{docs}</a></p>"
        )?;
    } else {
        named("Document", &item.docs, out)?;
    }
    evidence(item, words, out)?;
    writeln!(out, "</details>")
}

/// What was measured in full, folded.
fn evidence(item: &Item<'_>, words: &Words, out: &mut dyn Write) -> fmt::Result {
    let Some(evidence) = item.evidence else {
        return Ok(());
    };
    let (symptom, took) = item
        .measured
        .as_ref()
        .map_or(("", 0), |(symptom, took)| (symptom.as_str(), *took));
    writeln!(
        out,
        "<details>\n<summary>Evidence: symptom {}, measured in {}</summary>\n<dl>",
        text(symptom),
        time(took)
    )?;
    let (leaves, cut) = tree::leaves(evidence, &words.detail);
    for (path, value) in leaves {
        let value = super::told::safe(&value);
        writeln!(
            out,
            "<dt>{}</dt><dd>{}</dd>",
            text(&super::told::safe(&path)),
            text(&value)
        )?;
    }
    if cut {
        writeln!(
            out,
            "<dt>and more</dt><dd>the recording holds all of it</dd>"
        )?;
    }
    writeln!(out, "</dl>\n</details>")
}
