//! Reads the `ipSecurity` sections of an IIS configuration: a web.config or applicationHost.config.
//!
//! Entries are tried in their order; what none names is left to `allowUnlisted`. A web.config that does not set it inherits it from
//! the applicationHost.config above, which is not told; only there is it true unless set.

mod entry;

use roxmltree::{Document, Node, ParsingOptions};

use super::model::{Action, Line, Program, ReadError, Stage, Task, Test};
use super::several::{List, agreed};
use entry::{Entry, Page, is_false, is_true, place, shown, unknown};

/// How many elements a configuration may have.
const NODES: u32 = 2_000_000;

/// One `ipSecurity` section.
struct Section<'a> {
    /// The path of the location it stands in; empty outside any.
    path: String,
    /// Whether applications below the location do without it (`inheritInChildApplications`).
    own: bool,
    node: Node<'a, 'a>,
    line: usize,
}

/// The rules of an export.
pub(super) fn program(text: &str) -> Result<Program, ReadError> {
    let options = ParsingOptions {
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        ReadError::at(
            usize::try_from(error.pos().row).unwrap_or(1),
            "expected well-formed XML without a DTD",
        )
    })?;
    let page = Page::new(text);
    let mut sections = sections(&document, &page);
    sections.sort_by_key(|section| depth(&section.path));
    let paths = paths(&sections);
    let whole = is_whole(&document);
    let mut lists = Vec::new();
    for path in &paths {
        let above = above(path, &sections);
        lists.extend(lists_of(path, &above, whole, &page));
        // Whether the Orchestrator is an application below such a location is not told.
        let inherited: Vec<&Section<'_>> = above
            .iter()
            .copied()
            .filter(|section| !section.own || section.path == *path)
            .collect();
        if inherited.len() < above.len() {
            lists.extend(lists_of(path, &inherited, whole, &page));
        }
    }
    let mut program = Program::default();
    let doubt = if paths.len() > 1 {
        "which location the Orchestrator is under is not told"
    } else {
        "in which order inherited entries are tried is not told"
    };
    let rewriting: Vec<Line> = rewrites(&document, &page);
    if !rewriting.is_empty() {
        let last = Line::policy(1, "no rewrite rule concerns it", Action::Allow);
        let chain = agreed(
            &mut program,
            vec![List {
                name: "rewrite".to_owned(),
                lines: rewriting,
                last,
            }],
            "",
        );
        enter(&mut program, chain);
    }
    let chain = agreed(&mut program, lists, doubt);
    enter(&mut program, chain);
    Ok(program)
}

/// Adds a stage.
fn enter(program: &mut Program, chain: usize) {
    program.stages.push(Stage {
        chain,
        hook: None,
        family: None,
        task: Task::Filter,
    });
}

/// Whether this is the configuration that all others inherit from, applicationHost.config: only it has the sites.
fn is_whole(document: &Document<'_>) -> bool {
    let top = document.root_element();
    top.children()
        .any(|node| node.has_tag_name("system.applicationHost"))
}

/// The elements that restrict addresses of web sites: the one for FTP has the same name.
fn restrictions<'a>(document: &'a Document<'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    let of_ftp = |node: &Node<'_, '_>| {
        node.ancestors()
            .any(|parent| parent.has_tag_name("system.ftpServer"))
    };
    document
        .descendants()
        .filter(move |node| node.has_tag_name("ipSecurity") && !of_ftp(node))
}

/// Every section of the configuration that is for web sites.
fn sections<'a>(document: &'a Document<'a>, page: &Page<'_>) -> Vec<Section<'a>> {
    restrictions(document)
        .map(|node| {
            let (path, own) = location(node);
            Section {
                path,
                own,
                node,
                line: place(node, page),
            }
        })
        .collect()
}

/// The path of the location an element stands in, and whether applications below it do without.
fn location(node: Node<'_, '_>) -> (String, bool) {
    let location = node
        .ancestors()
        .find(|parent| parent.has_tag_name("location"));
    let own = location
        .and_then(|location| location.attribute("inheritInChildApplications"))
        .is_some_and(|value| !is_true(value));
    let path = location
        .and_then(|location| location.attribute("path"))
        .unwrap_or_default();
    let path = path.trim().trim_matches('/');
    let path = if path == "." {
        String::new()
    } else {
        path.to_ascii_lowercase()
    };
    (path, own)
}

/// How deep a path lies.
fn depth(path: &str) -> usize {
    if path.is_empty() {
        0
    } else {
        1 + path.matches('/').count()
    }
}

/// The places that differ: outside any location, and each location.
fn paths(sections: &[Section<'_>]) -> Vec<String> {
    let mut paths = vec![String::new()];
    for section in sections {
        if !paths.contains(&section.path) {
            paths.push(section.path.clone());
        }
    }
    paths
}

/// The sections that hold at a path.
fn above<'a, 'b>(path: &str, sections: &'b [Section<'a>]) -> Vec<&'b Section<'a>> {
    let holds = |section: &&Section<'_>| {
        section.path.is_empty()
            || section.path == path
            || path.starts_with(&format!("{}/", section.path))
    };
    sections.iter().filter(holds).collect()
}

/// The rules at a path: twice, with inherited entries before and after the own ones, where that is not known.
fn lists_of(path: &str, chain: &[&Section<'_>], whole: bool, page: &Page<'_>) -> Vec<List> {
    let mut inherited: Vec<Entry> = Vec::new();
    let mut reversed: Vec<Entry> = Vec::new();
    let mut unlisted = (None, 1);
    let mut proxied = None;
    for section in chain {
        entry::apply(section.node, page, &mut inherited, &mut reversed);
        if let Some(value) = section.node.attribute("allowUnlisted") {
            unlisted = (Some(value), section.line);
        }
        if let Some(value) = section.node.attribute("enableProxyMode") {
            proxied = (!is_false(value)).then(|| {
                format!("enableProxyMode=\"{value}\": addresses in X-Forwarded-For count too")
            });
        }
        if unlisted.1 == 1 {
            unlisted.1 = section.line;
        }
    }
    let end = last(unlisted, chain.is_empty(), whole);
    let listed = |entries: &[Entry]| {
        let mut rules = List {
            name: if path.is_empty() {
                "ipSecurity".to_owned()
            } else {
                format!("location {path}")
            },
            lines: entries.iter().map(|entry| entry.line.clone()).collect(),
            last: end.clone(),
        };
        if let Some(construct) = &proxied {
            doubt_allows(&mut rules, construct);
        }
        rules
    };
    if inherited
        .iter()
        .map(|entry| &entry.key)
        .eq(reversed.iter().map(|entry| &entry.key))
    {
        vec![listed(&inherited)]
    } else {
        vec![listed(&inherited), listed(&reversed)]
    }
}

/// What happens to an address that no entry names. Only `whole` configurations inherit it from nowhere.
fn last((unlisted, line): (Option<&str>, usize), none: bool, whole: bool) -> Line {
    match unlisted {
        None if !whole => {
            let construct = "allowUnlisted is not set here: the applicationHost.config above decides, and is not in the export";
            Line::policy(line, construct, Action::Unknown(construct.into()))
        }
        None if none => Line::policy(
            line,
            "no ipSecurity section: every address is admitted",
            Action::Allow,
        ),
        None => Line::policy(line, "allowUnlisted is true unless set", Action::Allow),
        Some(value) if is_true(value) => {
            Line::policy(line, format!("allowUnlisted=\"{value}\""), Action::Allow)
        }
        Some(value) if is_false(value) => {
            Line::policy(line, format!("allowUnlisted=\"{value}\""), Action::Deny)
        }
        Some(value) => unknown_end(line, value),
    }
}

/// An end that is not understood.
fn unknown_end(line: usize, value: &str) -> Line {
    let construct = format!("allowUnlisted=\"{value}\"");
    Line::policy(line, construct.clone(), Action::Unknown(construct.into()))
}

/// Behind a proxy, an address that is admitted may still be turned away for the proxy's.
fn doubt_allows(list: &mut List, construct: &str) {
    for line in list.lines.iter_mut().chain([&mut list.last]) {
        if line.action == Action::Allow {
            line.action = Action::Unknown(construct.into());
        }
    }
}

/// Rewrite rules that look at the client's address, and may turn it away.
fn rewrites(document: &Document<'_>, page: &Page<'_>) -> Vec<Line> {
    let looks = |node: &Node<'_, '_>| {
        node.has_tag_name("add")
            && node.attribute("input").is_some_and(|input| {
                let input = input.to_ascii_uppercase();
                input.contains("REMOTE_ADDR")
                    || input.contains("REMOTE_HOST")
                    || input.contains("X_FORWARDED_FOR")
            })
    };
    document
        .descendants()
        .filter(looks)
        .map(|node| {
            let construct =
                Test::Unknown(format!("a rewrite rule on {}", shown(node, page)).into());
            Line::new(
                place(node, page),
                shown(node, page),
                vec![construct],
                Action::Deny,
            )
        })
        .chain(restrictions(document).filter_map(|node| unknown(node, page)))
        .collect()
}

#[cfg(test)]
mod tests;
