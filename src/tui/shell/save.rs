//! Writes the report to a file of this folder: whole or not at all, readable by its owner alone.

use crate::catalog::Catalog;
use crate::report::{self, Report, Style};
use crate::tui::model::Format;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes the report; tells the file's name.
pub(crate) fn save(
    (report, catalog): (&Report, &Catalog),
    format: Format,
    folder: &Path,
) -> io::Result<String> {
    let mut content = String::new();
    let style = Style {
        words: catalog.words(),
        ..Style::default()
    };
    let (written, end) = match format {
        Format::Text => (report::text(report, style, &mut content), "txt"),
        Format::Json => (writeln!(content, "{:#}", report::json(report)), "json"),
        Format::Markdown => (report::markdown(report, catalog, &mut content), "md"),
        Format::Html => (report::html(report, catalog, &mut content), "html"),
    };
    written.map_err(io::Error::other)?;
    let began = report
        .began
        .as_ref()
        .map(|began| began.at.strftime("%Y%m%d-%H%M%S").to_string());
    let stem = format!("orch-doctor-{}", began.unwrap_or_else(|| "report".into()));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content.as_bytes())?;
    let mut number = 1;
    loop {
        let name = if number == 1 {
            format!("{stem}.{end}")
        } else {
            format!("{stem}-{number}.{end}")
        };
        match file.persist_noclobber(folder.join(&name)) {
            Ok(_) => return Ok(name),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists && number < 100 => {
                file = error.file;
                number += 1;
            }
            Err(error) => return Err(error.error),
        }
    }
}
