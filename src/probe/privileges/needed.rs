//! What Apps needs, and what more than that would allow.

use crate::words::Phrase;
use crate::words::facts::Privileges;
use std::collections::BTreeSet;

/// What the account of Apps needs in the tenant: the webhooks that tell the end of a job (facts §7).
const NEEDED: [&str; 2] = ["Webhooks.Create", "Webhooks.View"];

/// What it needs in the folder: the process and its jobs. To have that in another folder, or by a role of the tenant that only classic
/// folders take over, is not to have it here.
const NEEDED_HERE: [&str; 3] = ["Jobs.Create", "Jobs.View", "Processes.View"];

/// What helps to diagnose and does little harm: versions of packages, the folders for an application, and to remove the webhook that
/// `webhook-delivers` made.
const TOLERATED: [&str; 5] = [
    "FolderPackages.View",
    "Packages.View",
    "SubFolders.View",
    "Units.View",
    "Webhooks.Delete",
];

/// Roles that may do nearly everything, whatever the lists say.
const ADMINISTRATORS: [&str; 4] = [
    "administrator",
    "tenant administrator",
    "folder administrator",
    "orchestrator administrator",
];

/// Whether a list has anything of what is needed in a folder.
pub(super) fn is_of_folder(held: &[String]) -> bool {
    let known = |name: &String| {
        NEEDED_HERE
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    held.iter().any(known)
}

/// What is needed and not held, sorted: in the tenant or the folder, and in the folder alone.
pub(super) fn missing(held: &BTreeSet<String>, here: &BTreeSet<String>) -> Vec<String> {
    let lacks = |held: &BTreeSet<String>, name: &str| {
        !held.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    let of_folder = NEEDED_HERE.iter().filter(|name| lacks(here, name));
    let of_tenant = NEEDED.iter().filter(|name| lacks(held, name));
    of_folder
        .chain(of_tenant)
        .map(|&name| name.to_owned())
        .collect()
}

/// What is held and not needed, the most dangerous first.
pub(super) fn excess(held: &BTreeSet<String>, roles: &[String]) -> Vec<String> {
    let fine = |name: &str| {
        NEEDED
            .iter()
            .chain(&NEEDED_HERE)
            .chain(&TOLERATED)
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    let mut over: Vec<String> = held.iter().filter(|name| !fine(name)).cloned().collect();
    over.sort_by_key(|name| (danger(name), name.clone()));
    let administers = roles
        .iter()
        .filter(|role| ADMINISTRATORS.contains(&role.to_lowercase().as_str()))
        .map(|role| format!("{ROLE}{role}"));
    administers.chain(over).collect()
}

/// What stands before a role among permissions.
pub(super) const ROLE: &str = "the role ";

/// What a permission allows whoever finds the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Danger {
    Rights,
    Code,
    Machines,
    Settings,
    Events,
    Contents,
    Records,
    Other,
}

/// The danger of a permission, by its name.
fn danger(name: &str) -> Danger {
    let lower = name.to_ascii_lowercase();
    if ADMINISTRATORS
        .iter()
        .any(|role| lower == format!("{ROLE}{role}"))
    {
        return Danger::Rights;
    }
    let (kind, verb) = lower.split_once('.').unwrap_or((lower.as_str(), ""));
    let changes = verb != "view";
    match kind {
        "users" | "roles" if changes => Danger::Rights,
        "processes" | "packages" | "folderpackages" | "libraries" if changes => Danger::Code,
        "machines" | "robots" | "environments" if changes => Danger::Machines,
        "settings" | "license" | "units" | "subfolders" if changes => Danger::Settings,
        "webhooks" => Danger::Events,
        "assets" | "queues" | "transactions" | "buckets" | "storagefiles" => Danger::Contents,
        "logs" | "audit" | "users" | "roles" => Danger::Records,
        _ => Danger::Other,
    }
}

/// What the worst of them means, as the end of a sentence.
pub(super) fn risk<'a>(over: &[String], words: &'a Privileges) -> &'a Phrase {
    match over.iter().map(|name| danger(name)).min() {
        Some(Danger::Rights) => &words.rights,
        Some(Danger::Code) => &words.code,
        Some(Danger::Machines) => &words.machines,
        Some(Danger::Settings) => &words.settings,
        Some(Danger::Events) => &words.events,
        Some(Danger::Contents) => &words.contents,
        Some(Danger::Records) => &words.records,
        Some(Danger::Other) => &words.other,
        None => &words.no_risk,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_most_dangerous_excess_is_named_first() {
        let words = &crate::words::Lang::En.words().facts.privileges;
        let over = excess(
            &held(&["Logs.View", "Packages.View", "Processes.Edit", "Users.Edit"]),
            &["Tenant Administrator".into()],
        );
        assert_eq!(
            over,
            [
                "the role Tenant Administrator",
                "Users.Edit",
                "Processes.Edit",
                "Logs.View"
            ]
        );
        assert!(risk(&over, words).contains("any right"));
        assert!(risk(&over[3..], words).contains("logs"));
    }

    #[test]
    fn names_are_compared_whatever_their_case() {
        let all = held(&[
            "jobs.create",
            "JOBS.VIEW",
            "Processes.View",
            "Webhooks.Create",
            "Webhooks.View",
        ]);
        assert_eq!(missing(&all, &all), Vec::<String>::new());
        assert_eq!(excess(&all, &[]), Vec::<String>::new());
        let one = held(&["Jobs.Create"]);
        assert_eq!(missing(&one, &one).len(), 4);
    }

    #[test]
    fn a_right_in_another_folder_is_none_in_this_one() {
        let here = held(&["Jobs.View", "Processes.View"]);
        let all = held(&[
            "Jobs.Create",
            "Jobs.View",
            "Processes.View",
            "Webhooks.Create",
            "Webhooks.View",
        ]);
        assert_eq!(missing(&all, &here), ["Jobs.Create"]);
        assert_eq!(missing(&all, &all), Vec::<String>::new());
    }
}
