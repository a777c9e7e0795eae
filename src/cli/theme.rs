//! Where the user's own theme is.

use super::Refused;
use super::arguments::Common;
use crate::tui::Palette;
use std::path::{Path, PathBuf};

/// The name of the theme beside a profile.
const BESIDE: &str = "orch-doctor-theme.toml";

/// The largest theme that is read, bytes.
const LARGEST: u64 = 64 << 10;

/// The user's own theme: beside the profile, or else in the folder of this user's settings.
///
/// # Errors
/// There is one, and it cannot be used.
pub(super) fn own(common: &Common) -> Result<Option<Palette>, Refused> {
    let profile = common.profile.as_deref().and_then(Path::parent);
    let beside = profile.unwrap_or_else(|| Path::new("")).join(BESIDE);
    let settings = folder().map(|folder| folder.join("theme.toml"));
    let mut places = std::iter::once(beside).chain(settings);
    let path = places.find(|path| path.is_file());
    path.as_deref().map(read).transpose()
}

/// Reads a theme.
fn read(path: &Path) -> Result<Palette, Refused> {
    let refused = |cause: &dyn std::fmt::Display| {
        Refused::new(format!("cannot use the theme {}: {cause}", path.display()))
    };
    let length = std::fs::metadata(path).map_err(|cause| refused(&cause))?;
    if length.len() > LARGEST {
        return Err(refused(&"it is larger than 64 KiB"));
    }
    let text = std::fs::read_to_string(path).map_err(|cause| refused(&cause))?;
    Palette::parse(&text)
        .map_err(|cause| Refused::new(format!("cannot use the theme {}, {cause}", path.display())))
}

/// Where this user's programs keep their settings (XDG Base Directory Specification: a relative path is to be ignored).
fn folder() -> Option<PathBuf> {
    let path = |name: &str| {
        let path = std::env::var_os(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let folder = path("XDG_CONFIG_HOME");
    #[cfg(windows)]
    let folder = folder.or_else(|| path("APPDATA"));
    #[cfg(not(windows))]
    let folder = folder.or_else(|| path("HOME").map(|home| home.join(".config")));
    folder.map(|folder| folder.join("orch-doctor"))
}
