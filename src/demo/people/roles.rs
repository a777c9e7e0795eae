//! What the people of the stand-in may do: roles, folders, scopes.

use super::Person;
use std::collections::BTreeSet;

/// What the account of the profile may do in the tenant.
const TENANT_ROLE: [&str; 4] = [
    "Packages.View",
    "Webhooks.View",
    "Webhooks.Create",
    "Webhooks.Delete",
];
/// What the account of the profile may do in its folders.
const FOLDER_ROLE: [&str; 3] = ["Processes.View", "Jobs.View", "Jobs.Create"];
/// The scopes the external application was given.
const SCOPES: [&str; 7] = [
    "OR.Folders.Read",
    "OR.Execution.Read",
    "OR.Jobs",
    "OR.Webhooks",
    "OR.Users.Read",
    "OR.Settings.Read",
    "OR.Administration.Read",
];
/// What an administrator may view, create, edit and delete.
#[rustfmt::skip]
const KINDS: [&str; 23] = [
    "Alerts", "Assets", "Audit", "Environments", "FolderPackages", "Jobs", "Libraries", "License", "Logs", "Machines", "Packages", "Processes",
    "Queues", "Robots", "Roles", "Schedules", "Settings", "SubFolders", "Tasks", "Transactions", "Units", "Users", "Webhooks",
];

/// What the external application may do in the tenant beside that: it cannot ask for its folders in the way of users.
const APPLICATION_ROLE: [&str; 1] = ["Units.View"];

/// The roles, and the folders in which they hold.
#[derive(Debug)]
pub(in super::super) struct Roles {
    /// What the account of the profile may do in the tenant.
    tenant: BTreeSet<&'static str>,
    /// What it may do in its folders.
    folder: BTreeSet<&'static str>,
    /// Its folders.
    pub(in super::super) assigned: BTreeSet<i64>,
    /// The scopes the external application has.
    scopes: BTreeSet<&'static str>,
}

impl Roles {
    /// The least that Apps needs, in no folder yet.
    pub(super) fn least() -> Self {
        Self {
            tenant: TENANT_ROLE.into(),
            folder: FOLDER_ROLE.into(),
            assigned: BTreeSet::new(),
            scopes: SCOPES.into(),
        }
    }

    /// Takes a permission out of the roles.
    pub(super) fn remove(&mut self, permission: &str) {
        self.tenant.remove(permission);
        self.folder.remove(permission);
    }

    /// Takes a scope from the external application.
    pub(super) fn withhold_scope(&mut self, scope: &str) {
        self.scopes.remove(scope);
    }

    /// The scopes asked for, or all that were given when none is; `None` when one was not given.
    pub(super) fn granted(&self, scope: &str) -> Option<Vec<String>> {
        let asked: Vec<String> = scope.split_whitespace().map(str::to_owned).collect();
        if asked.is_empty() {
            return Some(self.scopes.iter().map(|&scope| scope.to_owned()).collect());
        }
        asked
            .iter()
            .all(|scope| self.scopes.iter().any(|known| covers(known, scope)))
            .then_some(asked)
    }

    /// Whether this person may enter the folder.
    pub(in super::super) fn enters(&self, person: &Person, folder: i64) -> bool {
        match person {
            Person::User | Person::Application(_) => self.assigned.contains(&folder),
            Person::Administrator => true,
        }
    }

    /// Whether this person may do this in the folder, or in the tenant.
    pub(in super::super) fn may(
        &self,
        person: &Person,
        permission: &str,
        folder: Option<i64>,
    ) -> bool {
        let in_folder = || {
            folder.is_some_and(|id| self.assigned.contains(&id) && self.folder.contains(permission))
        };
        let by_role = self.tenant.contains(permission) || in_folder();
        match person {
            Person::User => by_role,
            Person::Application(scopes) => {
                (by_role || (folder.is_none() && APPLICATION_ROLE.contains(&permission)))
                    && scopes
                        .iter()
                        .any(|scope| covers(scope, scope_for(permission)))
            }
            Person::Administrator => true,
        }
    }

    /// Everything this person may do in the folder, or in the tenant.
    pub(in super::super) fn held(&self, person: &Person, folder: Option<i64>) -> Vec<String> {
        let every = KINDS.iter().flat_map(|kind| {
            ["Create", "Delete", "Edit", "View"].map(|verb| format!("{kind}.{verb}"))
        });
        every
            .filter(|permission| self.may(person, permission, folder))
            .collect()
    }
}

/// Whether one scope includes another: `OR.Jobs` is both `OR.Jobs.Read` and `OR.Jobs.Write`.
fn covers(given: &str, asked: &str) -> bool {
    given == asked
        || asked
            .strip_prefix(given)
            .is_some_and(|rest| rest.starts_with('.'))
}

/// The scope that an application needs for this permission.
fn scope_for(permission: &str) -> &'static str {
    match permission {
        "Processes.View" | "Packages.View" => "OR.Execution.Read",
        "Jobs.View" => "OR.Jobs.Read",
        "Jobs.Create" => "OR.Jobs.Write",
        "Webhooks.View" => "OR.Webhooks.Read",
        "Webhooks.Create" | "Webhooks.Edit" | "Webhooks.Delete" => "OR.Webhooks.Write",
        "Machines.View" => "OR.Machines.Read",
        _ => "OR.Folders.Read",
    }
}
