//! What the start screen offers, and what becomes of the user's choice.

use super::arguments::Common;
use super::request::{self, Request};
use super::{Refused, demo};
use crate::config::{Config, Reference, Settings, SignIn, Sources, Target, profile};
use crate::demo::{Fault, Stand};
use crate::tui::{Begin, Offers, ProfileSeen, Recent, Wanted};
use crate::world::{Machine, real};
use std::path::Path;

/// The most profiles that are offered.
const MOST_PROFILES: usize = 20;

/// The most targets that are remembered.
const MOST_RECENT: usize = 6;

/// The name under which targets are remembered.
const RECENT: &str = "recent.json";

/// The fault that the demo shows first.
const FIRST_FAULT: &str = "certificate-expired";

/// What can be chosen here and now.
pub(super) fn offers(folder: &Path, machine: &dyn Machine) -> Offers {
    let plain = Fault::ALL.iter().filter(|fault| !fault.needs_changes());
    let mut faults: Vec<String> = plain.map(|fault| fault.name().to_owned()).collect();
    // The sort keeps the order of the others.
    faults.sort_by_key(|name| name != FIRST_FAULT);
    Offers {
        profiles: profiles(folder),
        recents: recents(machine),
        faults,
    }
}

/// The files of the folder that are profiles.
fn profiles(folder: &Path) -> Vec<ProfileSeen> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries
        .map(|entry| entry.file_name())
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "toml"))
        .collect();
    paths.sort_unstable();
    let seen = paths.into_iter().filter_map(|name| {
        let path = folder.join(&name);
        let Config { settings, sources } = profile(Some(&path), None).ok()?;
        Some(ProfileSeen {
            // In this folder the name alone says which.
            path: if folder == Path::new(".") {
                name.into()
            } else {
                path
            },
            url: settings.target.typed.clone(),
            tenant: settings.tenant.clone(),
            who: settings.sign_in.who(),
            asks: sources.sign_in == Some(Reference::Prompt),
        })
    });
    seen.take(MOST_PROFILES).collect()
}

/// The targets that are remembered.
fn recents(machine: &dyn Machine) -> Vec<Recent> {
    let kept = machine.kept(RECENT).unwrap_or_default();
    let mut all: Vec<Recent> = serde_json::from_slice(&kept).unwrap_or_default();
    all.truncate(MOST_RECENT);
    all
}

/// Remembers a target: where it leads, never whose account it was, nor anything else that stood in its URL.
pub(super) fn remember(machine: &dyn Machine, settings: &Settings, profile: Option<&Path>) {
    if settings.stand_in {
        return;
    }
    let this = Recent {
        url: bare(&settings.target),
        tenant: settings.tenant.clone(),
        profile: profile.and_then(|path| std::path::absolute(path).ok()),
    };
    let mut all = recents(machine);
    all.retain(|one| *one != this);
    all.insert(0, this);
    all.truncate(MOST_RECENT);
    if let Ok(text) = serde_json::to_vec(&all) {
        machine.keep(RECENT, &text);
    }
}

/// The URL without what belongs to no layout.
fn bare(target: &Target) -> String {
    let scheme = if target.https { "https" } else { "http" };
    let port = if target.port_written {
        format!(":{}", target.port)
    } else {
        String::new()
    };
    format!("{scheme}://{}{port}{}", target.host, target.base())
}

/// What a run is made of, and the stand-in that it needs, if it does.
pub(super) struct Ready {
    /// The run.
    pub(super) request: Request,
    /// The stand-in that it is made on.
    pub(super) stand: Option<Stand>,
}

/// Makes ready what the user chose. Nothing is sent.
pub(super) async fn ready(begin: Begin, common: &Common) -> Result<Ready, Refused> {
    let Begin {
        wanted,
        complaint,
        secret,
    } = begin;
    let (request, stand) = match wanted {
        Wanted::Demo(fault) => {
            let (stand, request) = Box::pin(demo::broken(&fault, common)).await?;
            (request, Some(stand))
        }
        Wanted::Profile(path) => {
            let mut config = profile(Some(&path), None)?;
            if secret.is_some() {
                config.sources.sign_in = None;
            }
            let request = prepared(config, common)?.signing_in_with(secret);
            remember(&*real::world().machine, &request.settings, Some(&path));
            (request, None)
        }
        Wanted::Typed(settings, reference) => {
            let sign_in =
                reference.filter(|_| secret.is_none() && settings.sign_in != SignIn::None);
            let sources = Sources {
                sign_in,
                ..Sources::default()
            };
            let config = Config {
                settings: *settings,
                sources,
            };
            let request = prepared(config, common)?.signing_in_with(secret);
            remember(&*real::world().machine, &request.settings, None);
            (request, None)
        }
    };
    Ok(Ready {
        request: request.starting_from(complaint),
        stand,
    })
}

/// A request for a configuration, with the flags over it. The screen has the terminal: nothing else may ask there.
fn prepared(mut config: Config, common: &Common) -> Result<Request, Refused> {
    let Sources {
        sign_in,
        webhook,
        robot,
        proxy,
    } = &config.sources;
    let asks = [sign_in, webhook, robot, proxy]
        .into_iter()
        .any(|source| *source == Some(Reference::Prompt))
        || [&common.proxy_user, &common.robot_token]
            .into_iter()
            .any(|text| text.as_deref() == Some("prompt"));
    if asks {
        return Err(Refused::new(
            "cannot ask for a second secret here: `orch-doctor tui --profile F` asks before the screen opens",
        ));
    }
    request::over(common, &mut config.settings)?;
    Request::with_config(common, config, real::world())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::address::LayoutWanted;
    use crate::world::Machine;

    /// A machine that keeps in a folder, as the real one does.
    fn keeping(folder: &Path) -> std::sync::Arc<dyn Machine> {
        real::world_keeping(Some(folder.to_owned())).machine
    }

    fn settings(url: &str) -> Settings {
        let mut settings = Settings::for_target(Target::parse(url, LayoutWanted::Auto).unwrap());
        settings.sign_in = SignIn::Password {
            username: "CANARY".into(),
        };
        settings
    }

    #[test]
    fn a_target_is_remembered_without_account_and_without_what_else_stood_in_it() {
        let home = tempfile::tempdir().unwrap();
        let machine = keeping(home.path());
        remember(
            &*machine,
            &settings("https://h:8443/odata?key=CANARY"),
            None,
        );
        remember(
            &*machine,
            &settings("https://s/acme/Default/portal_?CANARY"),
            Some(Path::new("p.toml")),
        );
        let kept = String::from_utf8(machine.kept(RECENT).unwrap()).unwrap();
        assert!(!kept.contains("CANARY"), "{kept}");
        let recents = recents(&*machine);
        assert_eq!(recents[1].url, "https://h:8443");
        assert!(recents[0].profile.as_ref().unwrap().is_absolute());
    }

    #[test]
    fn the_last_target_comes_first_and_none_stands_twice() {
        let home = tempfile::tempdir().unwrap();
        let machine = keeping(home.path());
        for port in [1, 2, 3, 4, 5, 6, 7, 8, 3] {
            remember(&*machine, &settings(&format!("https://h:{port}")), None);
        }
        let urls: Vec<String> = recents(&*machine).into_iter().map(|one| one.url).collect();
        let expected = [3, 8, 7, 6, 5, 4].map(|port| format!("https://h:{port}"));
        assert_eq!(urls, expected);
    }

    #[test]
    fn the_stand_in_is_not_remembered_and_a_machine_that_keeps_nothing_is_no_fault() {
        let home = tempfile::tempdir().unwrap();
        let machine = keeping(home.path());
        let mut stand_in = settings("https://localhost:1");
        stand_in.stand_in = true;
        remember(&*machine, &stand_in, None);
        assert!(recents(&*machine).is_empty());
        let forgetful = real::world_keeping(None).machine;
        remember(&*forgetful, &settings("https://h:1"), None);
        assert!(recents(&*forgetful).is_empty());
    }

    #[test]
    fn only_profiles_are_offered() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "prod.toml",
            "[orchestrator]\nurl = \"https://h:1\"\n[credential]\nusername = \"u\"\npassword = { prompt = true }\n",
        );
        write("Cargo.toml", "[package]\nname = \"x\"\n");
        write("notes.txt", "[orchestrator]\nurl = \"https://h:2\"\n");
        let seen = profiles(folder.path());
        assert_eq!(seen.len(), 1);
        assert!(seen[0].asks);
        assert_eq!(seen[0].url, "https://h:1");
    }

    #[test]
    fn the_demo_begins_with_an_expired_certificate() {
        let offers = offers(
            Path::new("/nonexistent"),
            &*real::world_keeping(None).machine,
        );
        assert_eq!(offers.faults[0], FIRST_FAULT);
    }
}
