//! The checklist: loads `checks/`, one file a check.

pub mod check;
pub mod template;

mod complaint;
mod index;
mod translation;
mod want;

#[cfg(test)]
pub(crate) mod invariants;

pub use check::{Check, CheckId, Grade, Group, Outcome, Owner, Severity, Verdict};
pub use complaint::{Complaint, Question};
pub use index::index;
pub use template::Template;
pub use want::Want;

use crate::words::Lang;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The check files of this build: `(id, text)`.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/checks.rs"));

/// All checks, in checklist order.
#[derive(Clone, Debug)]
pub struct Catalog {
    checks: Vec<Check>,
    lang: Lang,
}

/// Why check files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// A folder or file that cannot be read.
    #[error("cannot read the check file {path}: {cause}")]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A file that is no check.
    #[error("cannot use the check {id}: {what}")]
    Content {
        /// The check.
        id: String,
        /// What is wrong.
        what: String,
    },
}

impl Catalog {
    /// The built-in checklist.
    ///
    /// # Errors
    /// A check file is wrong: a fault of this build, which the tests exclude.
    pub fn built_in() -> Result<Self, CatalogError> {
        Self::from_texts(
            EMBEDDED
                .iter()
                .map(|(id, text)| ((*id).to_owned(), (*text).to_owned())),
        )
    }

    /// The built-in checklist and the user's own files beside it.
    ///
    /// # Errors
    /// A file that cannot be read or is no check, or an id that is taken.
    pub fn with_folder(folder: &Path) -> Result<Self, CatalogError> {
        let unread = |path: &Path| {
            let path = path.to_owned();
            move |cause| CatalogError::Read { path, cause }
        };
        let mut texts: Vec<(String, String)> = EMBEDDED
            .iter()
            .map(|(id, text)| ((*id).to_owned(), (*text).to_owned()))
            .collect();
        for entry in std::fs::read_dir(folder).map_err(unread(folder))? {
            let path = entry.map_err(unread(folder))?.path();
            if path.extension().is_some_and(|end| end == "toml") {
                let text = std::fs::read_to_string(&path).map_err(unread(&path))?;
                let id = path
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                texts.push((id, text));
            }
        }
        Self::from_texts(texts)
    }

    /// Reads check files given as `(id, text)`.
    ///
    /// # Errors
    /// The first that is wrong.
    pub fn from_texts(
        texts: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, CatalogError> {
        let mut found = BTreeMap::new();
        for (id, text) in texts {
            let check = Check::parse(&id, &text).map_err(|what| CatalogError::Content {
                id: id.clone(),
                what,
            })?;
            if found.insert(id.clone(), check).is_some() {
                return Err(CatalogError::Content {
                    id,
                    what: "there are two checks of this name".into(),
                });
            }
        }
        for check in found.values() {
            if let Some(absent) = check
                .needs
                .iter()
                .find(|id| !found.contains_key(id.as_str()))
            {
                let what = format!("it needs {absent}, which is no check");
                return Err(CatalogError::Content {
                    id: check.id.to_string(),
                    what,
                });
            }
        }
        let checks = in_order(found)?;
        Ok(Self {
            checks,
            lang: Lang::En,
        })
    }

    /// All checks, in checklist order: a check stands after those it needs, and by group.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The check of that name.
    pub fn get(&self, id: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.id.as_str() == id)
    }
}

/// Orders by group, then by `place`, each after what it needs.
fn in_order(mut left: BTreeMap<String, Check>) -> Result<Vec<Check>, CatalogError> {
    let mut ordered: Vec<Check> = Vec::new();
    while !left.is_empty() {
        let ready = left
            .values()
            .filter(|check| {
                check
                    .needs
                    .iter()
                    .all(|need| ordered.iter().any(|done| done.id == *need))
            })
            .min_by_key(|check| (check.group, check.place, check.id.clone()))
            .map(|check| check.id.to_string());
        let Some(check) = ready.and_then(|id| left.remove(&id)) else {
            let id = left.keys().next().cloned().unwrap_or_default();
            let what = "it needs itself, by way of others".into();
            return Err(CatalogError::Content { id, what });
        };
        ordered.push(check);
    }
    ordered.sort_by_key(|check| (check.group, check.place, check.id.clone()));
    Ok(ordered)
}
