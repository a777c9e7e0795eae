//! Embeds the checklist of this folder into the binary: `(id, text)` of every check file.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=checks");
    let folder =
        Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("checks");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the checks folder stands beside Cargo.toml")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    files.sort();
    let entries: String = files
        .iter()
        .map(|path| {
            format!(
                "({:?}, include_str!({path:?})),\n",
                path.file_stem().expect("a name")
            )
        })
        .collect();
    let out = Path::new(&env::var_os("OUT_DIR").expect("cargo sets it")).join("checks.rs");
    fs::write(out, format!("&[{entries}]")).expect("OUT_DIR is writable");
}
