//! The checklist as one page.

use super::Catalog;
use std::fmt::Write as _;

/// The index of all checks that stands in `checks/README.md`, as Markdown.
pub fn index(catalog: &Catalog) -> String {
    let mut page = String::new();
    let mut group = None;
    for check in catalog.checks() {
        if group != Some(check.group) {
            group = Some(check.group);
            let gap = if page.is_empty() { "" } else { "\n" };
            let head = "| check | asks | reads | needs |\n| --- | --- | --- | --- |";
            let _ = writeln!(
                page,
                "{gap}### {}\n\n{head}",
                check.group.title(crate::words::Lang::En.words())
            );
        }
        let needs: Vec<&str> = check.needs.iter().map(super::CheckId::as_str).collect();
        let needs = if needs.is_empty() {
            "nothing".to_owned()
        } else {
            needs.join(", ")
        };
        let (id, question, reads) = (&check.id, &check.question, check.reads.key());
        let _ = writeln!(
            page,
            "| [{id}]({id}.toml) | {question} | {reads} | {needs} |"
        );
    }
    page
}
