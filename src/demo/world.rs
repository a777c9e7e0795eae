//! What the stand-in's Orchestrator holds: folders, processes, packages, people, webhooks.

use super::Layouts;
use super::fault::Fault;
use super::people::{People, Person};
use super::random::guid;
use super::reply::Envelope;
use super::version::ApiVersion;
use jiff::Timestamp;

/// The tenant.
pub(super) const TENANT: &str = "Default";
/// The organisation of the Automation Suite layout.
pub(super) const ORGANISATION: &str = "acme";
/// The folder of the process that the profile asks for.
pub(super) const FOLDER: &str = "Finance/Invoices";
/// The process that the profile asks for.
pub(super) const PROCESS: &str = "InvoiceBot";
/// The version that the profile asks for.
pub(super) const VERSION: &str = "1.0.7";
/// How many processes the folder `Load` has.
const LOAD: i64 = 2_500;

/// A folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    /// Its number.
    pub(super) id: i64,
    /// Its GUID.
    pub(super) key: String,
    /// Its own name.
    pub(super) name: String,
    /// Its name with those above it.
    pub(super) full: String,
    /// The folder above it.
    pub(super) parent: Option<i64>,
    /// What kind of folder it is.
    pub(super) kind: FolderKind,
}

/// The kinds of folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FolderKind {
    /// With environments and the rights of the tenant: what organization units became.
    Classic,
    /// With its own rights.
    Modern,
    /// Somebody's own.
    Personal,
}

/// The classic folder that every tenant had until 2021.10, with its process and package.
const CLASSIC: (&str, &str, &str, &str) = ("Default", "Ledger_Prod", "Ledger", "4.0.1");

/// A personal workspace, as there are from 2020.10 on.
const WORKSPACE: (&str, &str, &str, &str) = ("apps-svc's workspace", "Draft", "Draft", "1.0.0");

/// A process: a package made runnable in a folder.
#[derive(Debug, Clone)]
pub(super) struct Release {
    /// Its number.
    pub(super) id: i64,
    /// Its GUID.
    pub(super) key: String,
    /// Its name.
    pub(super) name: String,
    /// The package it runs.
    pub(super) package: String,
    /// The version it runs.
    pub(super) version: String,
    /// The folder it is in.
    pub(super) folder: i64,
}

/// A package of the tenant's feed.
#[derive(Debug, Clone)]
pub(super) struct Package {
    /// Its id.
    pub(super) id: String,
    /// Its versions, oldest first.
    pub(super) versions: Vec<String>,
}

/// A webhook.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    /// Its number.
    pub(super) id: i64,
    /// Its name, from API 16 on.
    pub(super) name: Option<String>,
    /// Where it posts to.
    pub(super) url: String,
    /// Whether it posts at all.
    pub(super) enabled: bool,
    /// What it signs with.
    pub(super) secret: Option<String>,
    /// Whether every event is posted.
    pub(super) all_events: bool,
    /// Whether the receiver's certificate is not looked at.
    pub(super) insecure: bool,
    /// The events it posts.
    pub(super) events: Vec<String>,
}

/// A job that was started.
#[derive(Debug, Clone)]
pub(super) struct Job {
    /// Its number.
    pub(super) id: i64,
    /// The process it runs.
    pub(super) release: Release,
    /// When it was asked for.
    pub(super) at: Timestamp,
}

/// What stands in the way of a job, though it is permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// No machine with an unattended runtime.
    Runtime,
    /// No user with an unattended robot.
    Robot,
    /// No licence left.
    Licence,
    /// No machine connected.
    Host,
}

/// Everything.
#[derive(Debug)]
pub(super) struct World {
    /// The age that is played; `None` is 2018.4.
    pub(super) age: Option<ApiVersion>,
    /// How many requests with a token are turned away before any is taken.
    pub(super) busy: u32,
    /// Where on the host it is.
    pub(super) layouts: Layouts,
    /// Whether the database can be reached.
    pub(super) database: bool,
    /// Accounts, roles, tokens.
    pub(super) people: People,
    /// The folders.
    pub(super) folders: Vec<Folder>,
    /// The processes.
    pub(super) releases: Vec<Release>,
    /// The packages.
    pub(super) packages: Vec<Package>,
    /// The webhooks.
    pub(super) webhooks: Vec<Webhook>,
    /// The jobs.
    pub(super) jobs: Vec<Job>,
    /// What keeps jobs from running.
    pub(super) obstacle: Option<Obstacle>,
    /// The number the next new thing gets.
    pub(super) next: i64,
}

/// The folders, with what runs in them: folder, process, package, version.
#[rustfmt::skip]
const PLACED: [(&str, &str, &str, &str); 16] = [
    ("Shared", "Dispatcher", "Dispatcher", "2.3.0"),
    ("Shared", "Housekeeping", "Housekeeping", "1.4.2"),
    ("Finance", "Dispatcher", "Dispatcher", "2.3.1"),
    ("Finance/Invoices", "DunningBot", "DunningBot", "3.1.0"),
    ("Finance/Invoices", "Month_End", "MonthEnd", "1.0.0"),
    ("Finance/Archive", "ArchiveBot", "ArchiveBot", "1.2.0"),
    ("HR", "Payroll", "Payroll", "5.0.1"),
    ("R&D #1", "O'Brien's #1 & only", "OBriens.Report", "1.0.0"),
    ("R&D #1", "50% faster?", "Fifty.Percent", "0.9.0-beta.2"),
    ("経理", "請求書処理", "Seikyusho.Shori", "1.1.0"),
    ("経理/月次", "Dispatcher", "Dispatcher", "2.3.1"),
    ("Load", "Load-0000", "LoadBot", "1.0.0"),
    ("Deep/Level 2/Level 3/Level 4/Level 5", "Diver", "Diver", "1.0.0"),
    ("C++ 100% & \"more\"", "a+b = c; d?", "Plus.Bot", "1.0.0"),
    ("Café", "Menü + Größe", "Menu.Bot", "2.0.0"),
    ("Café/Archive", "Menü + Größe", "Menu.Bot", "2.0.0"),
];

impl World {
    /// The world at the start, with what is broken in it.
    pub(super) fn new(age: ApiVersion, people: People, faults: &[Fault]) -> Self {
        let mut world = Self {
            age: Some(age),
            busy: 0,
            layouts: Layouts::Both,
            database: true,
            people,
            folders: Vec::new(),
            releases: Vec::new(),
            packages: Vec::new(),
            webhooks: Vec::new(),
            jobs: Vec::new(),
            obstacle: None,
            next: 100,
        };
        for (folder, name, package, version) in PLACED {
            world.place(folder, name, package, version);
        }
        for number in 1..LOAD {
            world.place("Load", &format!("Load-{number:04}"), "LoadBot", "1.0.0");
        }
        world.publish("Dispatcher", &["2.2.0", "2.3.0", "2.3.1"]);
        world.place(FOLDER, PROCESS, PROCESS, VERSION);
        world.publish(PROCESS, &["1.0.5", "1.0.6", VERSION]);
        if age < ApiVersion::V15 {
            world.place_kind(FolderKind::Classic, CLASSIC);
        }
        if age >= ApiVersion::V11 {
            world.place_kind(FolderKind::Personal, WORKSPACE);
        }
        world.assign();
        for fault in faults {
            world.break_by(*fault);
        }
        world
    }

    /// Gives the account of the profile its folders: all but HR, and Finance only by what is below it.
    fn assign(&mut self) {
        let assigned = self
            .folders
            .iter()
            .filter(|folder| !matches!(folder.full.as_str(), "HR" | "Finance"));
        self.people.roles.assigned = assigned.map(|folder| folder.id).collect();
    }

    /// Adds folders with four processes each, all of them the account's.
    pub(super) fn crowd(&mut self, folders: u16) {
        for folder in 0..folders {
            let full = format!("Crowd/{folder:03}");
            for process in 0..4 {
                self.place(
                    &full,
                    &format!("Bot {folder}-{process}"),
                    "LoadBot",
                    "1.0.0",
                );
            }
            let id = self.folder_id(&full);
            self.people.roles.assigned.insert(id);
        }
    }

    /// A fresh number.
    pub(super) fn number(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    /// The folder of this name, made with those above it where it is new.
    fn folder_id(&mut self, full: &str) -> i64 {
        if let Some(folder) = self.folders.iter().find(|folder| folder.full == full) {
            return folder.id;
        }
        let (parent, name) = match full.rsplit_once('/') {
            Some((above, name)) => (Some(self.folder_id(above)), name),
            None => (None, full),
        };
        let id = self.number();
        let key = guid("folder", full);
        self.folders.push(Folder {
            id,
            key,
            name: name.to_owned(),
            full: full.to_owned(),
            parent,
            kind: FolderKind::Modern,
        });
        id
    }

    /// Puts a folder of another kind beside the others, with its process.
    fn place_kind(&mut self, kind: FolderKind, placed: (&str, &str, &str, &str)) {
        let (folder, name, package, version) = placed;
        self.place(folder, name, package, version);
        let mut folders = self.folders.iter_mut();
        if let Some(made) = folders.find(|known| known.full == folder) {
            made.kind = kind;
        }
    }

    /// Puts a process into a folder, and its package into the feed.
    fn place(&mut self, folder: &str, name: &str, package: &str, version: &str) {
        let folder_id = self.folder_id(folder);
        let id = self.number();
        self.releases.push(Release {
            id,
            key: guid(folder, name),
            name: name.to_owned(),
            package: package.to_owned(),
            version: version.to_owned(),
            folder: folder_id,
        });
        if self.package(package).is_none() {
            self.publish(package, &[version]);
        }
    }

    /// Sets the versions of a package.
    fn publish(&mut self, id: &str, versions: &[&str]) {
        self.packages.retain(|package| package.id != id);
        let versions = versions
            .iter()
            .map(|version| (*version).to_owned())
            .collect();
        self.packages.push(Package {
            id: id.to_owned(),
            versions,
        });
    }

    /// The package of this id; ids differ in case only by mistake.
    pub(super) fn package(&self, id: &str) -> Option<&Package> {
        self.packages
            .iter()
            .find(|package| package.id.eq_ignore_ascii_case(id))
    }

    /// Breaks what this fault breaks in here; faults of the network and of the web server are elsewhere.
    fn break_by(&mut self, fault: Fault) {
        let wanted = self.folder_id(FOLDER);
        match fault {
            Fault::OrchestratorDown => self.database = false,
            Fault::VersionTooOld => self.age = None,
            Fault::FolderNotVisible => self
                .people
                .roles
                .assigned
                .retain(|folder| *folder != wanted),
            Fault::ProcessesNone => self.releases.retain(|release| release.folder != wanted),
            Fault::ProcessAbsent => self.releases.retain(|release| release.name != PROCESS),
            Fault::ProcessElsewhere => {
                let archive = self.folder_id("Finance/Archive");
                self.wanted().for_each(|release| release.folder = archive);
            }
            Fault::ProcessDeleted => self.packages.retain(|package| package.id != PROCESS),
            Fault::VersionChanged => {
                self.wanted()
                    .for_each(|release| "1.0.8".clone_into(&mut release.version));
                self.publish(PROCESS, &["1.0.6", VERSION, "1.0.8"]);
            }
            Fault::VersionPackageMissing => self.publish(PROCESS, &["1.0.6", "1.0.8"]),
            Fault::ExecuteNoRuntime => self.obstacle = Some(Obstacle::Runtime),
            Fault::ExecuteNoRobot => self.obstacle = Some(Obstacle::Robot),
            Fault::ExecuteNoLicence => self.obstacle = Some(Obstacle::Licence),
            Fault::ExecuteNoHost => self.obstacle = Some(Obstacle::Host),
            _ => self.people.break_by(fault),
        }
    }

    /// The process that the profile asks for.
    fn wanted(&mut self) -> impl Iterator<Item = &mut Release> {
        self.releases
            .iter_mut()
            .filter(|release| release.name == PROCESS)
    }

    /// The envelope of errors at this age.
    pub(super) fn envelope(&self) -> Envelope {
        if self.at_least(ApiVersion::V15) {
            Envelope::New
        } else {
            Envelope::Old
        }
    }

    /// Whether the age played is this one or a later one.
    pub(super) fn at_least(&self, version: ApiVersion) -> bool {
        self.age.is_some_and(|age| age >= version)
    }

    /// The folders this person may enter.
    pub(super) fn folders_of<'a>(&'a self, person: &'a Person) -> impl Iterator<Item = &'a Folder> {
        self.folders
            .iter()
            .filter(|folder| self.people.roles.enters(person, folder.id))
    }

    /// Whether the package that a process runs is gone altogether.
    pub(super) fn is_deleted(&self, release: &Release) -> bool {
        self.package(&release.package).is_none()
    }
}
