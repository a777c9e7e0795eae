//! The profile `orch-doctor.toml`, read strictly.

use super::address::{LayoutWanted, Target, TargetError};
use super::reference::Reference;
use super::settings::{Allowlist, ProcessWanted, Robot, RuleFile, Settings, SignIn, Webhook};
use super::written::{name_server, pin};
use super::{Config, Sources};
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// The largest profile that is read, bytes.
const LARGEST: u64 = 1 << 20;

/// The scopes that an external application asks for, where the profile names none (read off the API's definitions).
const USUAL_SCOPES: [&str; 5] = [
    "OR.Folders.Read",
    "OR.Execution.Read",
    "OR.Jobs",
    "OR.Users.Read",
    "OR.Webhooks.Read",
];

/// The scopes that an external application asks for, unless told.
pub fn usual_scopes() -> Vec<String> {
    USUAL_SCOPES.map(str::to_owned).to_vec()
}

/// Why a profile cannot be used. No text repeats the source line: it could hold a secret.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The file itself.
    #[error("cannot read the profile {path}: {cause}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A folder or device.
    #[error("cannot read the profile {0}: it is not a file")]
    NotAFile(PathBuf),
    /// Too large to be one.
    #[error("cannot read the profile {0}: it is larger than 1 MB")]
    TooLarge(PathBuf),
    /// Bytes that are no text.
    #[error("cannot read the profile {path}: byte {at} is not UTF-8")]
    NotText {
        /// Which file.
        path: PathBuf,
        /// The first bad byte.
        at: usize,
    },
    /// What does not fit the format.
    #[error("cannot use the profile {path}, line {line}, column {column}: {what}")]
    Content {
        /// Which file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What was expected.
        what: String,
    },
    /// The URL.
    #[error("cannot use the profile {path}: {cause}")]
    Target {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: TargetError,
    },
    /// No URL anywhere.
    #[error("cannot run without a target: give a URL, or [orchestrator] url in a profile")]
    NoTarget,
    /// A way to sign in that lacks something.
    #[error("cannot sign in as the profile {path} says: {what}")]
    SignIn {
        /// Which file.
        path: PathBuf,
        /// What is missing.
        what: &'static str,
    },
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    orchestrator: Orchestrator,
    credential: Credential,
    process: Vec<ProcessWanted>,
    network: Network,
    trust: Trust,
    allowlist: Option<Allowlist>,
    webhook: Option<WebhookSection>,
    robot: Option<Robot>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Orchestrator {
    url: Option<String>,
    tenant: Option<String>,
    layout: LayoutWanted,
    sign_in: Option<Way>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Way {
    Password,
    ClientCredentials,
    Token,
    None,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Credential {
    username: Option<String>,
    password: Option<Reference>,
    client_id: Option<String>,
    client_secret: Option<Reference>,
    scopes: Option<Vec<String>>,
    token: Option<Reference>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Network {
    resolve: Vec<String>,
    dns: Option<String>,
    public_dns: Option<String>,
    source_ips: Vec<IpAddr>,
    cloud_roots: Option<PathBuf>,
    ca_bundle: Option<PathBuf>,
    http_port: Option<u16>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Trust {
    expires_soon: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WebhookSection {
    callback: Option<String>,
    listen: Option<SocketAddr>,
    reachable_as: Option<String>,
    secret: Option<Reference>,
}

/// Reads a profile; `url` stands in for the profile's own where it is given.
///
/// # Errors
/// What cannot be used, with file, line, column and what was expected.
pub fn profile(path: Option<&Path>, url: Option<&str>) -> Result<Config, ProfileError> {
    let shown = path
        .unwrap_or_else(|| Path::new("(command line)"))
        .to_owned();
    let file = match path {
        Some(path) => parsed(path, &text(path)?)?,
        None => File::default(),
    };
    let folder = path
        .and_then(Path::parent)
        .unwrap_or_else(|| Path::new(""))
        .to_owned();
    let typed = url
        .map(str::to_owned)
        .or_else(|| file.orchestrator.url.clone())
        .ok_or(ProfileError::NoTarget)?;
    let target =
        Target::parse(&typed, file.orchestrator.layout).map_err(|cause| ProfileError::Target {
            path: shown.clone(),
            cause,
        })?;
    config(file, target, &shown, &folder)
}

/// Puts the parsed file together with the target.
fn config(file: File, target: Target, shown: &Path, folder: &Path) -> Result<Config, ProfileError> {
    let mut settings = Settings::for_target(target);
    let mut sources = Sources::default();
    (settings.sign_in, sources.sign_in) = sign_in(&file.orchestrator, file.credential, shown)?;
    settings.layout = file.orchestrator.layout;
    if let Some(tenant) = file.orchestrator.tenant {
        settings.tenant = tenant;
    }
    settings.processes = file.process;
    network(file.network, &mut settings, shown, folder)?;
    if let Some(days) = file.trust.expires_soon {
        settings.trust.expires_soon_days = days;
    }
    settings.allowlist = file.allowlist.map(|section| anchored(section, folder));
    settings.robot = file.robot;
    if let Some(section) = file.webhook {
        sources.webhook = section.secret;
        settings.webhook = Some(Webhook {
            callback: section.callback,
            listen: section.listen,
            reachable_as: section.reachable_as,
        });
    }
    for source in [&mut sources.sign_in, &mut sources.webhook] {
        if let Some(Reference::File(path)) = source {
            *path = folder.join(&path);
        }
    }
    Ok(Config { settings, sources })
}

/// The way to sign in, told by `sign_in` or else by what the credential has.
fn sign_in(
    orchestrator: &Orchestrator,
    credential: Credential,
    shown: &Path,
) -> Result<(SignIn, Option<Reference>), ProfileError> {
    let lacking = |what| ProfileError::SignIn {
        path: shown.to_owned(),
        what,
    };
    let way = orchestrator.sign_in.unwrap_or(match &credential {
        Credential {
            password: Some(_), ..
        }
        | Credential {
            username: Some(_), ..
        } => Way::Password,
        Credential {
            client_id: Some(_), ..
        }
        | Credential {
            client_secret: Some(_),
            ..
        } => Way::ClientCredentials,
        Credential { token: Some(_), .. } => Way::Token,
        Credential { .. } => Way::None,
    });
    match way {
        Way::None => Ok((SignIn::None, None)),
        Way::Password => {
            let username = credential
                .username
                .ok_or_else(|| lacking("[credential] username is missing"))?;
            let password = credential
                .password
                .ok_or_else(|| lacking("[credential] password is missing"))?;
            Ok((SignIn::Password { username }, Some(password)))
        }
        Way::ClientCredentials => {
            let client_id = credential
                .client_id
                .ok_or_else(|| lacking("[credential] client_id is missing"))?;
            let secret = credential
                .client_secret
                .ok_or_else(|| lacking("[credential] client_secret is missing"))?;
            let scopes = credential.scopes.unwrap_or_else(usual_scopes);
            Ok((
                SignIn::ClientCredentials { client_id, scopes },
                Some(secret),
            ))
        }
        Way::Token => {
            let token = credential
                .token
                .ok_or_else(|| lacking("[credential] token is missing"))?;
            Ok((SignIn::Token, Some(token)))
        }
    }
}

/// The network section, whose texts are read as the options of the same names are.
fn network(
    section: Network,
    settings: &mut Settings,
    shown: &Path,
    folder: &Path,
) -> Result<(), ProfileError> {
    let wrong = |what: String| ProfileError::Content {
        path: shown.to_owned(),
        line: 1,
        column: 1,
        what,
    };
    for text in &section.resolve {
        settings.network.resolve.push(pin(text).map_err(wrong)?);
    }
    settings.network.dns = section
        .dns
        .as_deref()
        .map(name_server)
        .transpose()
        .map_err(wrong)?;
    settings.network.public_dns = section
        .public_dns
        .as_deref()
        .map(name_server)
        .transpose()
        .map_err(wrong)?;
    settings.network.source_ips = section.source_ips;
    if let Some(port) = section.http_port {
        settings.network.http_port = port;
    }
    settings.trust.cloud_roots = section.cloud_roots.map(|path| folder.join(path));
    settings.trust.ca_bundle = section.ca_bundle.map(|path| folder.join(path));
    Ok(())
}

/// Paths of the section, taken from the profile's folder.
fn anchored(mut section: Allowlist, folder: &Path) -> Allowlist {
    for path in section.ranges.iter_mut().chain(section.logs.iter_mut()) {
        *path = folder.join(&path);
    }
    for rule in &mut section.rules {
        match rule {
            RuleFile::Path(path) | RuleFile::Described { file: path, .. } => {
                *path = folder.join(&path);
            }
        }
    }
    section
}

/// The file's text.
fn text(path: &Path) -> Result<String, ProfileError> {
    let unread = |cause| ProfileError::Read {
        path: path.to_owned(),
        cause,
    };
    let about = std::fs::metadata(path).map_err(unread)?;
    if !about.is_file() {
        return Err(ProfileError::NotAFile(path.to_owned()));
    }
    if about.len() > LARGEST {
        return Err(ProfileError::TooLarge(path.to_owned()));
    }
    let bytes = std::fs::read(path).map_err(unread)?;
    let text = String::from_utf8(bytes).map_err(|cause| ProfileError::NotText {
        path: path.to_owned(),
        at: cause.utf8_error().valid_up_to(),
    })?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// The text as TOML, with errors that say where and what, never the value.
fn parsed(path: &Path, text: &str) -> Result<File, ProfileError> {
    toml::from_str(text).map_err(|cause: toml::de::Error| {
        let at = cause.span().map_or(0, |span| span.start).min(text.len());
        let before = text.get(..at).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        ProfileError::Content {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            what: without_values(cause.message()),
        }
    })
}

/// serde repeats strings it did not expect (`string "…"`, `` `…` ``); the value of a wrong type could be a secret.
fn without_values(message: &str) -> String {
    let Some((before, rest)) = message.split_once("string \"") else {
        return message.lines().next().unwrap_or_default().to_owned();
    };
    let after = rest
        .rsplit_once("\", ")
        .map_or(String::new(), |(_, after)| format!(", {after}"));
    format!("{before}a string{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parsed(Path::new("p.toml"), text)
            .err()
            .expect("an unusable profile")
            .to_string()
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place() {
        let said = refused("[orchestrator]\nurl = \"https://h\"\ntennant = \"x\"\n");
        assert!(
            said.contains("line 3, column 1") && said.contains("tennant"),
            "{said}"
        );
    }

    #[test]
    fn a_literal_secret_is_refused_and_not_repeated() {
        for text in [
            "[credential]\npassword = \"CANARY\"\n",
            "[credential]\nclient_secret = [\"CANARY\"]\n",
            "[credential]\ntoken = { value = \"CANARY\" }\n",
            "[robot]\nport = \"CANARY\"\n",
            "[credential]\nscopes = \"CANARY\"\n",
            "password = \"CANARY\n",
        ] {
            let said = refused(text);
            assert!(!said.contains("CANARY"), "{said}");
            assert!(said.contains("line "), "{said}");
        }
    }

    #[test]
    fn the_profile_of_the_documentation_is_understood() {
        let text = r#"
            [orchestrator]
            url = "https://orch.example.com:8443"
            tenant = "Default"
            layout = "auto"
            sign_in = "password"
            [credential]
            username = "apps-svc"
            password = { env = "ORCH_PASSWORD" }
            [[process]]
            folder = "Finance/Invoices"
            name = "InvoiceBot"
            version = "1.0.7"
            [allowlist]
            regions = ["europe"]
            rules = ["fw/dmz.nft.json", { file = "host.json", kind = "windows", interface = "eth0" }]
            [webhook]
            callback = "https://cloud.example.com/"
            listen = "0.0.0.0:8765"
            secret = { env = "WEBHOOK_SECRET" }
            [robot]
            port = 2323
            processes = ["InvoiceBot"]
        "#;
        assert!(parsed(Path::new("p.toml"), text).is_ok());
    }
}
