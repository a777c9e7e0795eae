//! The handle of a running stand-in.

use super::around::Around;
use super::log::Log;
use super::people::{self, Secrets};
use super::profile::Files;
use super::reach::{self, Outward};
use super::reply::Delivery;
use super::version::ApiVersion;
use super::world;
use crate::secret::Secret;
use serde_json::json;
use std::net::SocketAddr;
use std::path::Path;
use tokio::sync::watch;
use tokio_util::sync::DropGuard;
use tokio_util::task::TaskTracker;

/// A process that the profile asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// The fully qualified name of its folder.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// The version asked for.
    pub version: String,
}

/// A stand-in that runs until it is dropped.
pub struct Stand {
    /// The URL a user types.
    pub(super) url: String,
    /// The same in the Automation Suite layout.
    pub(super) suite_url: String,
    /// Roots, password, profile.
    pub(super) files: Files,
    /// What this start made anew.
    pub(super) secrets: Secrets,
    /// What the profile asks for.
    pub(super) processes: [Process; 1],
    /// The age played.
    pub(super) api_version: ApiVersion,
    /// Where names are asked for.
    pub(super) name_server: Option<SocketAddr>,
    /// What was seen.
    pub(super) log: watch::Receiver<Log>,
    /// The tasks that run.
    pub(super) tasks: TaskTracker,
    /// What runs around it, and what is kept closed.
    pub(super) _around: Around,
    /// Where pages look for the robot.
    pub(super) robot_port: u16,
    /// How events leave it.
    pub(super) outward: Outward,
    /// Ends the tasks.
    pub(super) stop: DropGuard,
}

impl Stand {
    /// The URL as the user types it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same server in the layout of the Automation Suite.
    pub fn suite_url(&self) -> &str {
        &self.suite_url
    }

    /// The roots that stand for the cloud's, as a PEM file.
    pub fn roots(&self) -> &Path {
        &self.files.roots
    }

    /// A ready profile.
    pub fn profile(&self) -> &Path {
        &self.files.profile
    }

    /// The tenant.
    pub fn tenant(&self) -> &'static str {
        world::TENANT
    }

    /// The account of the profile.
    pub fn username(&self) -> &'static str {
        people::USER
    }

    /// Its password, as the profile has it.
    pub fn password(&self) -> &str {
        &self.secrets.user
    }

    /// The file with the password.
    pub fn password_file(&self) -> &Path {
        &self.files.password
    }

    /// The id of the external application.
    pub fn client_id(&self) -> &'static str {
        people::CLIENT
    }

    /// The secret of the external application.
    pub fn client_secret(&self) -> &str {
        &self.secrets.client
    }

    /// The file with that secret.
    pub fn client_secret_file(&self) -> &Path {
        &self.files.client_secret
    }

    /// An account that may do everything.
    pub fn administrator(&self) -> &'static str {
        people::ADMINISTRATOR
    }

    /// Its password.
    pub fn administrator_password(&self) -> &str {
        &self.secrets.administrator
    }

    /// The processes that the profile asks for.
    pub fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// The port on which pages look for the robot.
    pub fn robot_port(&self) -> u16 {
        self.robot_port
    }

    /// Posts an event to a receiver of the user's as Orchestrator does, through what the faults put in between, and tells the
    /// status of the answer. The receiver's certificate is not looked at: the signature proves who sent the event.
    pub async fn post(&self, url: &str, secret: Option<&Secret>, body: Vec<u8>) -> Option<u16> {
        let signature =
            secret.map(|secret| secret.on_the_wire(|secret| reach::signature(secret, &body)));
        let event = Delivery {
            url: url.to_owned(),
            signature,
            insecure: true,
            body,
        };
        reach::deliver(event, self.outward.clone()).await
    }

    /// The name server that the profile names, where the name is what is broken.
    pub fn name_server(&self) -> Option<SocketAddr> {
        self.name_server
    }

    /// What was seen until now.
    pub fn log(&self) -> Log {
        self.log.borrow().clone()
    }

    /// The same, for waiting until something is seen.
    pub fn watch(&self) -> watch::Receiver<Log> {
        self.log.clone()
    }

    /// What `demo --listen` prints once it listens.
    pub fn ready_line(&self) -> serde_json::Value {
        let processes: Vec<_> = self
            .processes
            .iter()
            .map(|process| json!({ "folder": process.folder, "name": process.name, "version": process.version }))
            .collect();
        json!({
            "url": self.url, "suite_url": self.suite_url, "roots": self.files.roots.to_string_lossy(), "profile": self.files.profile.to_string_lossy(),
            "tenant": world::TENANT, "username": people::USER, "password": self.secrets.user, "client_id": people::CLIENT,
            "client_secret": self.secrets.client, "robot_port": self.robot_port, "api_version": self.api_version.number(), "processes": processes,
        })
    }

    /// Stops, and returns when everything has ended.
    pub async fn stopped(self) {
        self.stop.disarm().cancel();
        self.tasks.wait().await;
    }
}
