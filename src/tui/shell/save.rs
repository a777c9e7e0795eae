//! Writes the report to a file of this folder: whole or not at all, readable by its owner alone.

use crate::report::{self, Report, Style};
use crate::tui::model::Format;
use crate::words::Words;
use std::io::{self, Write};
use std::path::Path;

/// Writes the report; tells the file's name.
pub(crate) fn save(
    report: &Report,
    (format, words): (Format, &'static Words),
    folder: &Path,
) -> io::Result<String> {
    let (content, end) = match format {
        Format::Text => {
            let mut out = String::new();
            let style = Style {
                words,
                ..Style::default()
            };
            report::text(report, style, &mut out).map_err(io::Error::other)?;
            (out, "txt")
        }
        Format::Json => (format!("{:#}\n", report::json(report)), "json"),
    };
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
