//! The files a user of the stand-in needs: roots, password, and a ready profile.

use super::around::Ports;
use super::people::{CLIENT, USER};
use super::world::{FOLDER, PROCESS, TENANT, VERSION};
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use toml::{Table, Value};

/// The files, in a folder that goes with them.
pub(super) struct Files {
    /// The folder.
    _folder: TempDir,
    /// The roots that stand for the cloud's.
    pub(super) roots: PathBuf,
    /// The password.
    pub(super) password: PathBuf,
    /// The secret of the external application.
    pub(super) client_secret: PathBuf,
    /// A token that has ended.
    token: PathBuf,
    /// The profile.
    pub(super) profile: PathBuf,
}

/// How the profile signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As the user, with the password.
    Password,
    /// As the external application.
    Client,
    /// With a ready token.
    Token,
}

/// What goes into the files.
pub(super) struct Contents<'a> {
    /// The URL as it is typed.
    pub(super) url: &'a str,
    /// The roots as PEM.
    pub(super) roots: &'a str,
    /// The password.
    pub(super) password: &'a str,
    /// The secret of the external application.
    pub(super) client_secret: &'a str,
    /// A token that has ended.
    pub(super) token: &'a str,
    /// How the profile signs in.
    pub(super) way: Way,
    /// Where to ask for names, if not the system.
    pub(super) name_server: Option<SocketAddr>,
    /// What Orchestrator must reach on its way outward.
    pub(super) callback: &'a str,
    /// What is around Orchestrator.
    pub(super) ports: Ports,
}

/// Writes the files.
pub(super) fn write(contents: &Contents<'_>) -> io::Result<Files> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("orch-doctor-demo-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = builder.tempdir()?;
    let at = |name: &str| folder.path().join(name);
    let files = Files {
        roots: at("roots.pem"),
        password: at("password"),
        client_secret: at("client-secret"),
        token: at("token"),
        profile: at("orch-doctor.toml"),
        _folder: folder,
    };
    private(&files.roots, contents.roots)?;
    private(&files.password, contents.password)?;
    private(&files.client_secret, contents.client_secret)?;
    private(&files.token, contents.token)?;
    private(&files.profile, &profile(contents, &files))?;
    Ok(files)
}

/// Writes a file that only its owner can read.
fn private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// The profile.
fn profile(contents: &Contents<'_>, files: &Files) -> String {
    let text = |text: &str| Value::String(text.to_owned());
    let path = |path: &Path| Value::String(path.to_string_lossy().into_owned());
    let orchestrator = table([("url", text(contents.url)), ("tenant", text(TENANT))]);
    let file = |file: &Path| Value::Table(table([("file", path(file))]));
    let credential = match contents.way {
        Way::Password => table([
            ("username", text(USER)),
            ("password", file(&files.password)),
        ]),
        Way::Client => table([
            ("client_id", text(CLIENT)),
            ("client_secret", file(&files.client_secret)),
        ]),
        Way::Token => table([("token", file(&files.token))]),
    };
    let process = table([
        ("folder", text(FOLDER)),
        ("name", text(PROCESS)),
        ("version", text(VERSION)),
    ]);
    let mut network = table([
        ("cloud_roots", path(&files.roots)),
        ("http_port", Value::Integer(contents.ports.http.into())),
    ]);
    if let Some(server) = contents.name_server {
        network.insert("dns".to_owned(), text(&server.to_string()));
    }
    let ear = contents.ports.ear;
    let webhook = table([
        ("callback", text(contents.callback)),
        ("listen", text(&format!("127.0.0.1:{ear}"))),
        ("reachable_as", text(&format!("https://127.0.0.1:{ear}/"))),
    ]);
    let robot = table([
        ("port", Value::Integer(contents.ports.robot.into())),
        ("processes", Value::Array(vec![text(PROCESS)])),
    ]);
    let whole = table([
        ("orchestrator", Value::Table(orchestrator)),
        ("credential", Value::Table(credential)),
        ("process", Value::Array(vec![Value::Table(process)])),
        ("network", Value::Table(network)),
        ("webhook", Value::Table(webhook)),
        ("robot", Value::Table(robot)),
    ]);
    format!("# The profile of the stand-in Orchestrator (orch-doctor demo).\n{whole}")
}

/// A TOML table.
fn table<const N: usize>(entries: [(&str, Value); N]) -> Table {
    entries
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}
