//! The drawings of a report as HTML.

use super::{class, said, signed, text};
use crate::probe::tcp::Drawing;
use crate::report::chain::{Chain, Link, Standing};
use crate::report::{Range, RangeMap, Shape, mark_shape};
use crate::words::Words;
use std::fmt::{self, Write};

/// A chain of certificates, each signed by the next.
pub(super) fn chain(chain: &Chain, out: &mut dyn Write) -> fmt::Result {
    writeln!(
        out,
        "<p>The chain that {} sends, each signed by the next:</p>\n<ol class=\"chain\">",
        text(&chain.sent_by)
    )?;
    for one in chain.links.iter().chain([&chain.end]) {
        link(one, out)?;
    }
    writeln!(out, "</ol>")?;
    for view in chain.views.iter().chain(&chain.beside) {
        said(view, out)?;
    }
    if chain.missing.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<p>To be sent after the server's own certificate, in this order:</p>\n<pre>"
    )?;
    for line in chain.missing_lines() {
        writeln!(out, "{}", text(line))?;
    }
    writeln!(out, "</pre>")
}

/// One certificate.
fn link(link: &Link, out: &mut dyn Write) -> fmt::Result {
    let (shape, word) = match link.standing {
        Standing::Good => (Shape::Pass, "good"),
        Standing::Bad => (Shape::Fail, "BAD"),
        Standing::Open => (Shape::Unknown, "not known"),
    };
    write!(
        out,
        "<li>{} <b>{}</b>",
        signed(shape, word),
        text(&link.name)
    )?;
    for trouble in &link.troubles {
        write!(out, "<br/><span class=\"fail\">{}</span>", text(trouble))?;
    }
    for fact in &link.facts {
        write!(out, "<br/>{}", text(fact))?;
    }
    if let Some(span) = &link.span {
        let (bar, said) = (text(&span.drawn(false)), text(&span.said));
        write!(out, "<br/><code>{bar}</code> {said}")?;
    }
    writeln!(out, "</li>")
}

/// The way of the packets.
pub(super) fn way(way: &Drawing, out: &mut dyn Write) -> fmt::Result {
    writeln!(
        out,
        "<p>The way to {}:</p>\n<ol class=\"chain\">",
        text(&way.of)
    )?;
    for step in &way.steps {
        let shape = mark_shape(step.mark);
        let note = if step.note.is_empty() {
            String::new()
        } else {
            format!("<br/>{}", text(&step.note))
        };
        writeln!(
            out,
            "<li class=\"{}\">{} {}{note}</li>",
            class(shape),
            shape.symbol(false),
            text(&step.title)
        )?;
    }
    writeln!(out, "</ol>")
}

/// The map of ranges.
pub(super) fn map(map: &RangeMap, words: &Words, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "<ol>")?;
    for device in &map.devices {
        writeln!(out, "<li>{}</li>", text(&device.told))?;
    }
    let columns = (1..=map.devices.len()).map(|at| format!("<th scope=\"col\">{at}</th>"));
    writeln!(
        out,
        "</ol>\n<table>\n<thead><tr><th scope=\"col\">range</th>{}</tr></thead>",
        columns.collect::<String>()
    )?;
    for set in &map.sets {
        writeln!(
            out,
            "<tbody>\n<tr><th colspan=\"{}\" scope=\"rowgroup\">{}</th></tr>",
            map.devices.len() + 1,
            text(&set.title)
        )?;
        for Range { cidr, says, .. } in &set.ranges {
            let cells = says
                .iter()
                .map(|says| format!("<td>{}</td>", signed(says.shape(), says.word(words))));
            writeln!(
                out,
                "<tr><td>{}</td>{}</tr>",
                text(cidr),
                cells.collect::<String>()
            )?;
        }
        writeln!(out, "</tbody>")?;
    }
    writeln!(out, "</table>")?;
    if map.hidden > 0 {
        writeln!(out, "<p>Ranges that are left off: {}</p>", map.hidden)?;
    }
    for rule in &map.rules {
        write!(out, "<p>{}: {}", text(&rule.title), text(&rule.place))?;
        if let Some(line) = &rule.text {
            write!(out, "<br/><code>{}</code>", text(line))?;
        }
        if let Some(construct) = &rule.construct {
            write!(out, "<br/>not understood: <code>{}</code>", text(construct))?;
        }
        writeln!(out, "</p>")?;
    }
    if map.more_rules > 0 {
        writeln!(out, "<p>Rules that are left off: {}</p>", map.more_rules)?;
    }
    Ok(())
}
