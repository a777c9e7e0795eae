//! Embeds the checklist of this folder into the binary: `(id, text)` of every check file.
#![expect(
    clippy::expect_used,
    clippy::unnecessary_debug_formatting,
    reason = "a build script that cannot go on has nobody else to tell, and quotes paths for rustc"
)]

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=checks");
    embed("checks", "checks.rs");
    embed("checks/ja", "checks-ja.rs");
}

/// Writes `(id, text)` of every check file of a folder.
fn embed(folder: &str, list: &str) {
    let root = env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let mut files: Vec<_> = fs::read_dir(Path::new(&root).join(folder))
        .expect("the checks folder stands beside Cargo.toml")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    files.sort();
    let entries: Vec<String> = files
        .iter()
        .map(|path| {
            let id = path.file_stem().expect("a name");
            format!("({id:?}, include_str!({path:?})),\n")
        })
        .collect();
    let out = Path::new(&env::var_os("OUT_DIR").expect("cargo sets it")).join(list);
    fs::write(out, format!("&[{}]", entries.concat())).expect("OUT_DIR is writable");
}
