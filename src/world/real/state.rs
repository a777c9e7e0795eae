//! What the program keeps between runs, in a folder that only its user reads.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The most that is read of a kept file, bytes.
const LARGEST: u64 = 256 << 10;

/// Where this user's programs keep their state; none where the system does not say.
pub(super) fn folder() -> Option<PathBuf> {
    let path = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            // A relative path is to be ignored (XDG Base Directory Specification).
            .filter(|path| path.is_absolute())
    };
    let state = path("XDG_STATE_HOME");
    #[cfg(windows)]
    let state = state.or_else(|| path("LOCALAPPDATA"));
    #[cfg(not(windows))]
    let state = state.or_else(|| path("HOME").map(|home| home.join(".local").join("state")));
    state.map(|state| state.join("orch-doctor"))
}

/// What is kept under the name.
pub(super) fn kept(folder: &Path, name: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(folder.join(name)).ok()?;
    file.take(LARGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Keeps the bytes under the name: whole, and for the user's eyes only.
pub(super) fn keep(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let fresh = folder.join(format!("{name}.{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&fresh)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| std::fs::rename(&fresh, folder.join(name)));
    if written.is_err() {
        // Half a file helps nobody; that it may stay behind does no harm.
        let _ = std::fs::remove_file(&fresh);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_again_and_is_the_users_alone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("state/orch-doctor");
        assert_eq!(kept(&folder, "a.json"), None);
        keep(&folder, "a.json", b"one").unwrap();
        keep(&folder, "a.json", b"two").unwrap();
        assert_eq!(kept(&folder, "a.json").as_deref(), Some(&b"two"[..]));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&folder.join("a.json")), 0o600);
            assert_eq!(mode(&folder), 0o700);
        }
    }
}
