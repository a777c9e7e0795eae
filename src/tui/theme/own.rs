//! The user's own theme: a TOML file with a colour for each role.

use ratatui::style::Color;
use serde::Deserialize;
use std::str::FromStr as _;
use toml::Spanned;

/// The user's colours, as read from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    pub(super) quiet: Color,
    pub(super) line: Color,
    pub(super) accent: Color,
    pub(super) key: Color,
    pub(super) pass: Color,
    pub(super) warn: Color,
    pub(super) unknown: Color,
    pub(super) fail: Color,
    pub(super) broke: Color,
    pub(super) running: Color,
    pub(super) badge: Color,
    pub(super) chosen: Color,
    pub(super) chosen_back: Color,
}

/// The file: every key may be left out, and then is as in the dark theme.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    quiet: Option<Spanned<String>>,
    line: Option<Spanned<String>>,
    accent: Option<Spanned<String>>,
    key: Option<Spanned<String>>,
    pass: Option<Spanned<String>>,
    warn: Option<Spanned<String>>,
    unknown: Option<Spanned<String>>,
    fail: Option<Spanned<String>>,
    broke: Option<Spanned<String>>,
    running: Option<Spanned<String>>,
    badge: Option<Spanned<String>>,
    chosen: Option<Spanned<String>>,
    chosen_back: Option<Spanned<String>>,
}

/// Why a theme cannot be used, and where in the file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct PaletteError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What was expected.
    pub what: String,
}

impl Palette {
    /// Reads a theme. A colour is one of the sixteen by name (`light-red`), `#rrggbb`, or a number of the 256.
    ///
    /// # Errors
    /// What is no theme, and where.
    pub fn parse(text: &str) -> Result<Self, PaletteError> {
        let file: File = toml::from_str(text).map_err(|cause| {
            let what = cause.message().lines().next().unwrap_or_default();
            wrong(text, cause.span().map_or(0, |span| span.start), what)
        })?;
        let colour = |written: Option<Spanned<String>>, usual: Color| match written {
            None => Ok(usual),
            Some(written) => Color::from_str(written.get_ref()).map_err(|_| {
                let what =
                    "a colour is a name such as light-red, or #rrggbb, or a number from 0 to 255";
                wrong(text, written.span().start, what)
            }),
        };
        Ok(Self {
            quiet: colour(file.quiet, Color::Gray)?,
            line: colour(file.line, Color::DarkGray)?,
            accent: colour(file.accent, Color::LightCyan)?,
            key: colour(file.key, Color::LightCyan)?,
            pass: colour(file.pass, Color::LightGreen)?,
            warn: colour(file.warn, Color::LightYellow)?,
            unknown: colour(file.unknown, Color::LightBlue)?,
            fail: colour(file.fail, Color::LightRed)?,
            broke: colour(file.broke, Color::LightMagenta)?,
            running: colour(file.running, Color::LightCyan)?,
            badge: colour(file.badge, Color::Magenta)?,
            chosen: colour(file.chosen, Color::White)?,
            chosen_back: colour(file.chosen_back, Color::DarkGray)?,
        })
    }
}

/// What is wrong at a byte of the text.
fn wrong(text: &str, at: usize, what: &str) -> PaletteError {
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    PaletteError {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        what: crate::shown::shown(what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Look, Role, Theme};
    use proptest::prelude::*;

    fn refused(text: &str) -> String {
        Palette::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_colour_that_is_written_is_used_and_others_are_dark() {
        let palette =
            Palette::parse("fail = \"#ff8800\"\nchosen-back = \"4\"\npass = \"light-blue\"\n");
        let look = Look {
            theme: Theme::Own(palette.unwrap()),
            ..Look::default()
        };
        assert_eq!(look.style(Role::Fail).fg, Some(Color::Rgb(255, 136, 0)));
        assert_eq!(look.style(Role::Pass).fg, Some(Color::LightBlue));
        assert_eq!(look.style(Role::Chosen).bg, Some(Color::Indexed(4)));
        assert_eq!(look.style(Role::Warn).fg, Some(Color::LightYellow));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let said = refused("pass = \"green\"\nfail = \"crimson tide\"\n");
        assert!(said.starts_with("line 2, column 8: a colour is"), "{said}");
        let said = refused("pass = \"green\"\n  fial = \"red\"\n");
        assert!(
            said.starts_with("line 2, column 3: ") && said.contains("fial"),
            "{said}"
        );
        assert!(refused("pass = 3\n").starts_with("line 1, column 8: "));
        assert!(refused("pass = \n").starts_with("line 1, "));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,80}|(pass|fail) = \"[#a-z0-9é]{0,9}\"\n") {
            let _ = Palette::parse(&text);
        }
    }
}
