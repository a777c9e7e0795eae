//! Whether the exact version that the app was built with is still there.

use super::listing::{folder_id, in_folder};
use super::process::quoted;
use super::{At, Cx, Intent, Subject, Symptom, ahead, process, symptoms};
use crate::config::Settings;
use crate::probe::{Asks, Facts};
use crate::shown::shown;
use crate::wire::Request;
use crate::wire::envelope::{Envelope, field};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One by one.
pub const PER: Asks = Asks::Process;

/// The versions there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The version the app wants; none for any.
    pub wanted: Option<String>,
    /// The version the process has in its folder.
    pub released: String,
    /// The package's versions, where the account may look.
    pub packages: Option<Vec<String>>,
    /// Whether there are more than these.
    #[serde(default)]
    pub more: bool,
    /// The answer, where it was an error.
    pub refusal: Option<Envelope>,
}

/// The function that lists the versions of a package.
const VERSIONS: &str = "/odata/Processes/UiPath.Server.Configuration.OData.GetProcessVersions";

/// How many versions are asked for: as many as a page may hold.
const PAGE: usize = 1_000;

/// How many processes a profile may have for a package's name to be guessed.
const GUESSED: usize = 8;

/// The request for the versions of a package.
pub(super) fn request(cx: &Cx, folder: i64, package: &str, feed: Option<&str>) -> Request {
    let feed = feed.map_or(String::new(), |feed| {
        let feed: String = url::form_urlencoded::byte_serialize(feed.as_bytes()).collect();
        format!("&feedId={feed}")
    });
    let path = format!(
        "{}{VERSIONS}(processId={})?$top={PAGE}{feed}",
        cx.settings.target.base(),
        quoted(package)
    );
    in_folder(Request::get(path), folder)
}

/// Asks for the versions of the package, where the app wants a certain one.
pub async fn measure(cx: &Cx) -> Seen {
    let subject = cx.subject.as_ref();
    let seen = Seen {
        wanted: subject.and_then(|subject| subject.version.clone()),
        ..Seen::default()
    };
    let Some(folder) = folder_id(cx) else {
        return seen;
    };
    if seen.wanted.is_some() {
        guess(cx, folder).await;
    }
    let Some(release) = process::of_subject(cx, folder).await else {
        return seen;
    };
    let seen = Seen {
        released: release.version,
        ..seen
    };
    if seen.wanted.is_none() {
        return seen;
    }
    let request = request(cx, folder, &release.package, release.feed.as_deref());
    let Ok(response) = cx.session.api_shared(request).await else {
        return seen;
    };
    let body = response.json().filter(|_| response.status.is_success());
    match body
        .as_ref()
        .and_then(|body| field(body, "value"))
        .and_then(Value::as_array)
    {
        None => Seen {
            refusal: Some(Envelope::of(&response)),
            ..seen
        },
        Some(list) => {
            let versions: Vec<String> = list.iter().filter_map(version).collect();
            let next = body
                .as_ref()
                .and_then(|body| field(body, "@odata.nextLink"));
            Seen {
                more: versions.len() < list.len() || next.is_some() || list.len() >= PAGE,
                packages: Some(versions),
                ..seen
            }
        }
    }
}

/// The version of an item, which its id ends in as well.
fn version(item: &Value) -> Option<String> {
    let text = |name| field(item, name).and_then(Value::as_str);
    let version = text("Version").or_else(|| Some(text("Id")?.rsplit_once(':')?.1))?;
    (!version.is_empty()).then(|| version.to_owned())
}

/// Asks for the versions of a package that has the process's own name, as most have, while the process is still asked for.
///
/// A wrong guess costs a request; a right one is the request that would have been made anyway.
async fn guess(cx: &Cx, folder: i64) {
    let Some(subject) = &cx.subject else { return };
    let Some(name) = &subject.process else { return };
    let many = cx.session.takes_many().await && cx.settings.processes.len() <= GUESSED;
    if many && !ahead::by_name(cx, &subject.folder) {
        cx.session.ahead(request(cx, folder, name, None)).await;
    }
}

/// One request, where a version is wanted.
pub fn intents(settings: &Settings, subject: Option<&Subject>) -> Vec<Intent> {
    if subject.is_none_or(|subject| subject.version.is_none()) {
        return Vec::new();
    }
    let path = format!("{VERSIONS}(processId='{{package}}')?$top={PAGE}");
    vec![Intent::request(settings, "GET", &path).signed_in()]
}

impl Seen {
    /// Wanted, released and packaged.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let packages = self.packages.clone().unwrap_or_default();
        let listed: Vec<String> = packages
            .iter()
            .take(8)
            .map(|version| shown(version))
            .collect();
        Facts::from([
            (
                "wanted",
                shown(self.wanted.as_deref().unwrap_or(&words.folders.any_version)),
            ),
            ("released", shown(&self.released)),
            (
                "packages",
                if listed.is_empty() {
                    words.common.none.to_string()
                } else {
                    listed.join(", ")
                },
            ),
            (
                "said",
                Envelope::said_or(self.refusal.as_ref(), None, &words.answers),
            ),
        ])
    }
}

/// Whether two versions are the same: NuGet ignores case, build metadata and parts of 0 at the end; a `v` before it is how people write.
fn same(one: &str, other: &str) -> bool {
    let plain = |version: &str| {
        let version = version
            .split('+')
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase();
        let version = match version.strip_prefix('v') {
            Some(rest) if rest.starts_with(|sign: char| sign.is_ascii_digit()) => rest.to_owned(),
            _ => version,
        };
        let (numbers, label) = version
            .split_once('-')
            .map_or((version.as_str(), None), |(n, l)| (n, Some(l)));
        let mut parts: Vec<String> = numbers
            .split('.')
            .map(|part| {
                part.parse::<u64>()
                    .map_or(part.to_owned(), |n| n.to_string())
            })
            .collect();
        while parts.len() > 1 && parts.last().is_some_and(|part| part == "0") {
            parts.pop();
        }
        (parts, label.map(str::to_owned))
    };
    plain(one) == plain(other)
}

symptoms! {
    /// Whether the version is still the one the app was built with.
    Exactness {
        /// It is, and its package is there.
        Exact = "exact",
        /// The app asks for none in particular.
        Any = "any",
        /// The package's versions may not be looked at, so that it cannot be told.
        Denied = "denied",
        /// The folder has another version now.
        Changed = "changed",
        /// The folder has it, and its package is gone.
        PackageMissing = "package-missing",
        /// The answer fits none of these.
        Untold = "untold",
    }
}

impl Symptom for Exactness {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let Some(wanted) = &seen.wanted else {
            return Self::Any;
        };
        if seen.released.is_empty() {
            return Self::Untold;
        }
        if !same(wanted, &seen.released) {
            return Self::Changed;
        }
        match (&seen.packages, &seen.refusal) {
            (Some(packages), _) if packages.iter().any(|version| same(version, wanted)) => {
                Self::Exact
            }
            (Some(_), _) if seen.more => Self::Untold,
            (Some(_), _) => Self::PackageMissing,
            (None, Some(envelope)) if matches!(envelope.status, 401 | 403) && envelope.is_own() => {
                Self::Denied
            }
            (None, _) => Self::Untold,
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let seen = Seen {
            wanted: Some("1.0.7".into()),
            released: "1.0.7".into(),
            packages: Some(vec!["1.0.6".into(), "1.0.7".into(), "1.0.8".into()]),
            more: false,
            refusal: None,
        };
        let refused = |status| Seen {
            packages: None,
            refusal: Some(Envelope::unauthorized(status)),
            ..seen.clone()
        };
        match self {
            Self::Exact => seen,
            Self::Any => Seen {
                wanted: None,
                ..seen
            },
            Self::Denied => refused(403),
            Self::Changed => Seen {
                released: "1.0.8".into(),
                ..seen
            },
            Self::PackageMissing => Seen {
                packages: Some(vec!["1.0.6".into(), "1.0.8".into()]),
                ..seen
            },
            Self::Untold => refused(500),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_nuget_does() {
        assert!(same("1.0.7", "1.0.7.0"));
        assert!(same("1.0.07-Beta", "1.0.7-beta+5"));
        assert!(same("v1.0.7", "1.0.7") && same("V1.0.7-Alpha.1", "1.0.7-alpha.1"));
        assert!(same("1.0", "1.0.0") && same("2", "2.0.0.0"));
        assert!(!same("1.0.7-alpha.1", "1.0.7-alpha.2"));
        assert!(!same("vNext", "Next"));
        assert!(!same("1.0.7", "1.0.7-beta"));
        assert!(!same("1.0.7", "1.0.70"));
    }
}
