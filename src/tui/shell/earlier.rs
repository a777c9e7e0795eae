//! Finds and reads runs to compare with.

use std::io::Read as _;
use std::path::Path;

/// The largest run that is read, bytes.
const LARGEST: u64 = 64 << 20;

/// The most recordings that are listed.
const MOST: usize = 200;

/// The recordings of a folder, by name.
pub(super) fn recordings(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|end| end == "jsonl")
        })
        .collect();
    names.sort_unstable();
    names.truncate(MOST);
    names
}

/// The text of a file.
pub(super) fn text(path: &Path) -> Result<String, String> {
    let about = std::fs::metadata(path).map_err(|cause| cause.to_string())?;
    if !about.is_file() {
        return Err("it is not a file".into());
    }
    if about.len() > LARGEST {
        return Err("it is larger than 64 MB".into());
    }
    let file = std::fs::File::open(path).map_err(|cause| cause.to_string())?;
    let mut text = String::new();
    file.take(LARGEST)
        .read_to_string(&mut text)
        .map_err(|cause| cause.to_string())?;
    Ok(text)
}
