//! The one place that writes: stdout, stderr, and files that appear whole.

use super::Refused;
use super::arguments::{Colour, Manner, ReportFormat, Writing};
use crate::catalog::Catalog;
use crate::report::{
    Report, Screenless, Style, checkmk, html, json, junit, linear, markdown, nagios, prometheus,
    text,
};
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

/// Writes to stdout. Whoever reads it may have gone (`| head`): that is no error.
pub(super) fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = stdout.write_all(b"\n");
    }
    let _ = stdout.flush();
}

/// Writes one line of complaint to stderr.
pub(super) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "orch-doctor: {text}");
}

/// Writes a file whole, readable by its owner alone.
///
/// # Errors
/// The folder or the file cannot be written.
pub(super) fn write_file(path: &Path, contents: &[u8]) -> Result<(), Refused> {
    let refused = |cause: &dyn std::fmt::Display| {
        Refused::new(format!("cannot write {}: {cause}", path.display()))
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|cause| refused(&cause))?;
    file.write_all(contents).map_err(|cause| refused(&cause))?;
    file.persist(path).map_err(|cause| refused(&cause.error))?;
    Ok(())
}

/// Whether there is a terminal to draw on and to read keys from.
pub(super) fn terminal() -> bool {
    std::io::stdout().is_terminal() && std::io::stdin().is_terminal()
}

/// Whether a screen can be drawn: there is a terminal, and it can move its cursor.
pub(super) fn screen() -> bool {
    terminal() && !std::env::var("TERM").is_ok_and(|term| term == "dumb")
}

/// The style for text on stdout.
pub(super) fn style(colour: Colour, to_file: bool) -> Style {
    let terminal = !to_file && std::io::stdout().is_terminal();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colour = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => terminal && !no_color && !screenless(Manner::Drawn),
    };
    Style {
        colour,
        ascii: !utf8(),
        ..Style::default()
    }
}

/// Whether lines have to do: they were asked for, or the terminal cannot move its cursor.
pub(super) fn screenless(manner: Manner) -> bool {
    manner == Manner::Lines || std::env::var("TERM").is_ok_and(|term| term == "dumb")
}

/// The letters that lines may have on stdout.
pub(super) fn screenless_letters() -> Screenless {
    if utf8() {
        Screenless::Letters
    } else {
        Screenless::Ascii
    }
}

/// Whether the locale can show more than ASCII (POSIX: the first of these that is set decides).
pub(super) fn utf8() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    cfg!(windows)
        || locale.is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
}

/// Writes a finished report in the format that was asked for.
///
/// # Errors
/// The file cannot be written.
pub(super) fn report(
    (report, catalog): (&Report, &Catalog),
    writing: &Writing,
    colour: Colour,
) -> Result<(), Refused> {
    let mut out = String::new();
    let written = match writing.format.unwrap_or_default() {
        ReportFormat::Text if writing.manner == Manner::Lines => {
            out = linear(report, catalog, screenless_letters());
            Ok(())
        }
        ReportFormat::Text => {
            let style = Style {
                words: catalog.words(),
                ..style(colour, writing.output.is_some())
            };
            text(report, style, &mut out)
        }
        ReportFormat::Json => {
            out = serde_json::to_string_pretty(&json(report))?;
            Ok(())
        }
        // The events were told as they came.
        ReportFormat::Jsonl => return Ok(()),
        ReportFormat::Markdown => markdown(report, catalog, &mut out),
        ReportFormat::Html => html(report, catalog, &mut out),
        ReportFormat::Junit => junit(report, catalog, &mut out),
        ReportFormat::Nagios => nagios(report, catalog, &mut out),
        ReportFormat::Prometheus => prometheus(report, &mut out),
        ReportFormat::Checkmk => checkmk(report, catalog, &mut out),
    };
    written.map_err(|_| Refused::new("cannot write the report"))?;
    if let Some(path) = &writing.output {
        write_file(path, format!("{}\n", out.trim_end()).as_bytes())
    } else {
        say(&out);
        Ok(())
    }
}
