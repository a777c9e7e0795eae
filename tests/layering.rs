//! The arrows of ARCHITECTURE.md: a module uses those before it, never those after it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

/// The layers, lowest first. Modules of one line may not use each other; those of a line may use every line before it.
const LAYERS: &[&[&str]] = &[
    &["secret", "shown", "words"],
    &["dial", "trust", "allowlist", "history", "veil"],
    &["names", "path", "proxy", "robot", "webhook"],
    &["config"],
    &["world"],
    &["wire"],
    &["probe"],
    &["catalog"],
    &["plan"],
    &["event"],
    &["run"],
    &["report"],
    &["tui", "serve"],
    &["cli"],
];

/// The stand-in stands beside all that: it uses nothing of the product, and only the command line uses it.
const BESIDE: &str = "demo";

/// Every Rust file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Whether a file is a module that only tests have: its parent declares it under `#[cfg(test)]`.
fn of_tests(path: &Path) -> bool {
    let mut child = path.with_extension("");
    while let (Some(folder), Some(name)) = (child.parent().map(Path::to_owned), child.file_name()) {
        let declared = format!("#[cfg(test)]\n{{}}mod {};", name.to_string_lossy());
        let parents = [folder.with_extension("rs"), folder.join("lib.rs")];
        let text = parents
            .iter()
            .find_map(|parent| std::fs::read_to_string(parent).ok());
        let Some(text) = text else { return false };
        let only = ["", "pub ", "pub(crate) ", "pub(super) "];
        if only
            .iter()
            .any(|public| text.contains(&declared.replace("{}", public)))
        {
            return true;
        }
        child = folder;
    }
    false
}

/// The module a file belongs to.
fn module(path: &Path, source: &Path) -> String {
    let first = path
        .strip_prefix(source)
        .unwrap()
        .components()
        .next()
        .unwrap();
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// The layer of a module.
fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The modules that a text uses by `crate::name`, tests left out.
fn used(text: &str) -> Vec<String> {
    let own = text
        .split("\n#[cfg(test)]\nmod ")
        .next()
        .unwrap_or_default();
    own.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect()
        })
        .filter(|name: &String| !name.is_empty())
        .collect()
}

/// Why the use is against the arrows; none where it is not.
fn against(user: &str, used: &str) -> Option<String> {
    if user == used || matches!(user, "lib" | "main") {
        return None;
    }
    let wrong = match (user == BESIDE, used == BESIDE) {
        (true, _) => layer(used) != Some(0),
        (false, true) => user != "cli",
        (false, false) => layer(used)? >= layer(user)?,
    };
    wrong.then(|| format!("{user} uses {used}"))
}

#[test]
fn every_arrow_points_down() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&source, &mut found);
    let mut wrong = Vec::new();
    for path in found {
        let user = module(&path, &source);
        assert!(
            layer(&user).is_some() || matches!(user.as_str(), "lib" | "main" | BESIDE),
            "{user} has no place in the layers"
        );
        if of_tests(&path) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for name in used(&text) {
            if let Some(why) = against(&user, &name) {
                wrong.push(format!("{}: {why}", path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_planted_arrow_is_caught() {
    let planted = used(
        "use crate::tui::Model;\n// crate::cli is only mentioned\nfn f() { crate::report::json(); }\n",
    );
    assert_eq!(planted, ["tui", "report"]);
    assert!(against("probe", "tui").is_some());
    assert!(against("probe", "wire").is_none());
    assert!(against("demo", "wire").is_some());
    assert!(against("report", "demo").is_some());
}

#[test]
fn sockets_are_opened_in_one_place() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&source, &mut found);
    // Engines that make their own packets, and the servers of the webhook lab and the stand-in.
    let may = ["dial", "names", "path", "world", "webhook", "robot", "demo"];
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let own = text.split("\n#[cfg(test)]\n").next().unwrap_or_default();
        let opens = [
            "TcpStream::connect",
            "UdpSocket::bind",
            "TcpSocket::new",
            "Socket::new",
        ]
        .iter()
        .any(|word| own.contains(word));
        let module = module(&path, &source);
        let asks_only = path.ends_with("cli/request.rs");
        assert!(
            !opens || may.contains(&module.as_str()) || asks_only,
            "{}",
            path.display()
        );
    }
}
