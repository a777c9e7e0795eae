//! From flags and profile to what a run is made of.

use super::Refused;
use super::allowlist::{logs, material};
use super::arguments::{Common, SymptomArgument};
use crate::catalog::{Catalog, Complaint};
use crate::config::{
    Config, Credential, Reference, Settings, profile,
    written::{name_server, pin},
};
use crate::event::Event;
use crate::plan::{Plan, Selection};
use crate::run::{Run, Source, Vantage};
use crate::secret::Secret;
use crate::trust::Roots;
use crate::wire::Session;
use crate::wire::session::Stores;
use crate::world::World;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

/// The profile that is used where neither URL nor profile is named.
pub(super) const USUAL_PROFILE: &str = "orch-doctor.toml";

/// Whoever asks for the path alone need not wait longer for the connection than the path takes to measure.
const PATH_ALONE_MS: u64 = 3_600;

/// Everything that a run needs and that stays the same when it is run again.
pub(super) struct Request {
    pub(super) catalog: Catalog,
    pub(super) selection: Selection,
    pub(super) settings: Arc<Settings>,
    credential: Credential,
    stores: Stores,
    world: World,
}

/// The checklist, with the user's own folder.
pub(super) fn catalog(folder: Option<&Path>) -> Result<Catalog, Refused> {
    Ok(match folder {
        Some(folder) => Catalog::with_folder(folder)?,
        None => Catalog::built_in()?,
    })
}

/// The selection that the flags make.
pub(super) fn selection(common: &Common) -> Selection {
    let complaint = common.symptom.map(|symptom| match symptom {
        SymptomArgument::UnableToConnect => Complaint::UnableToConnect,
        SymptomArgument::NoProcesses => Complaint::NoProcesses,
        SymptomArgument::FailsWhenRun => Complaint::FailsWhenRun,
        SymptomArgument::EventsDoNotReturn => Complaint::EventsDoNotReturn,
        SymptomArgument::GoLive => Complaint::GoLive,
    });
    Selection {
        only: common.only.clone(),
        skip: common.skip.clone(),
        complaint,
    }
}

/// The profile and the flags over it; no secret is read.
pub(super) fn config(common: &Common) -> Result<Config, Refused> {
    let usual = Path::new(USUAL_PROFILE);
    // A URL alone must not get the credential of a profile that happens to lie here.
    let path: Option<PathBuf> = common
        .profile
        .clone()
        .or_else(|| (common.url.is_none() && usual.is_file()).then(|| usual.to_owned()));
    let mut config = profile(path.as_deref(), common.url.as_deref())?;
    over(common, &mut config.settings)?;
    Ok(config)
}

/// Puts the flags over the profile's settings.
pub(super) fn over(common: &Common, settings: &mut Settings) -> Result<(), Refused> {
    let wrong = |option: &str, what: String| Refused::new(format!("cannot use {option}: {what}"));
    if !common.resolve.is_empty() {
        let pins: Result<Vec<_>, _> = common.resolve.iter().map(|text| pin(text)).collect();
        settings.network.resolve = pins.map_err(|what| wrong("--resolve", what))?;
    }
    if let Some(server) = &common.dns {
        settings.network.dns = Some(name_server(server).map_err(|what| wrong("--dns", what))?);
    }
    if let Some(server) = &common.public_dns {
        let server = name_server(server).map_err(|what| wrong("--public-dns", what))?;
        settings.network.public_dns = Some(server);
    }
    // Whoever asks for the path wants to see it, also where the port is open.
    settings.network.always_trace = common.only.iter().any(|id| id == "path-clear");
    if !common.source_ip.is_empty() {
        settings.network.source_ips.clone_from(&common.source_ip);
    }
    for source in &settings.network.source_ips {
        if !is_here(*source) {
            return Err(wrong(
                "--source-ip",
                format!("{source} is not an address of this machine"),
            ));
        }
    }
    settings.network.proxy = super::proxy::chosen(common, settings)?.map(|proxy| proxy.to_string());
    settings.network.connect_timeout_ms = patience(common, settings);
    settings.network.deadline_ms = common.deadline.or(settings.network.deadline_ms);
    settings.allow_changes |= common.allow_changes;
    if common.ear.listen.is_some() || common.ear.reachable_as.is_some() {
        let webhook = settings.webhook.get_or_insert_default();
        webhook.listen = common.ear.listen.or(webhook.listen);
        webhook.reachable_as = common
            .ear
            .reachable_as
            .clone()
            .or(webhook.reachable_as.take());
    }
    if common.robot_token.is_some() {
        settings.robot.get_or_insert_default();
    }
    settings.force |= common.force;
    if let Some(path) = &common.baseline {
        // A file that is no run must be told before anything is sent.
        super::diff::sight(path)?;
        settings.baseline = Some(path.clone());
    }
    trusting(common, settings);
    Ok(())
}

/// The same for whose word on certificates counts.
fn trusting(common: &Common, settings: &mut Settings) {
    let told = &common.trust;
    if let Some(path) = &told.cloud_roots {
        settings.trust.cloud_roots = Some(path.clone());
    }
    if let Some(path) = &told.ca_bundle {
        settings.trust.ca_bundle = Some(path.clone());
    }
    if let Some(days) = told.expires_soon {
        settings.trust.expires_soon_days = days;
    }
    settings.trust.aia |= told.aia;
    settings.trust.revocation |= told.revocation;
    if settings.trust.aia || settings.trust.revocation {
        let (proxy, exceptions) = super::proxy::for_fetches(common, settings);
        settings.network.fetch_proxy = proxy.map(|proxy| proxy.to_string());
        settings.network.no_proxy = exceptions;
    }
}

/// How long a connection is waited for, milliseconds.
fn patience(common: &Common, settings: &Settings) -> u64 {
    let path_alone = common.only == ["path-clear"];
    let unless_told = if path_alone {
        PATH_ALONE_MS
    } else {
        settings.network.connect_timeout_ms
    };
    common.connect_timeout.unwrap_or(unless_told)
}

/// Whether the address is one of this machine's: only such can be bound. Nothing is sent.
fn is_here(address: IpAddr) -> bool {
    std::net::UdpSocket::bind(SocketAddr::new(address, 0)).is_ok() && !address.is_unspecified()
}

/// A file of roots.
fn roots_of(path: &Path) -> Result<Roots, Refused> {
    let unread = |cause: &dyn std::fmt::Display| {
        Refused::new(format!(
            "cannot use the roots in {}: {cause}",
            path.display()
        ))
    };
    let text = std::fs::read(path).map_err(|cause| unread(&cause))?;
    Roots::from_pem(path.display().to_string(), &text)
        .map_err(|cause| unread(&format!("cannot {cause}")))
}

impl Request {
    /// Reads everything that the run needs, secrets included. Nothing is sent.
    pub(super) fn new(common: &Common, world: World) -> Result<Self, Refused> {
        Self::with_config(common, config(common)?, world)
    }

    /// The same for a configuration made elsewhere.
    pub(super) fn with_config(
        common: &Common,
        config: Config,
        world: World,
    ) -> Result<Self, Refused> {
        let catalog = catalog(common.checks.as_deref())?;
        let selection = selection(common);
        // A wrong selection must be told before anything else happens.
        Plan::new(&catalog, &selection, &config.settings)?;
        let trust = &config.settings.trust;
        let cloud = trust
            .cloud_roots
            .as_deref()
            .map_or_else(|| Ok(Roots::mozilla()), roots_of)?;
        let bundle = trust.ca_bundle.as_deref().map(roots_of).transpose()?;
        let section = config.settings.allowlist.as_ref();
        section.map_or(Ok(()), logs)?;
        let stores = Stores {
            cloud: Arc::new(cloud),
            bundle: bundle.map(Arc::new),
            allowlist: section.map(material).transpose()?.map(Arc::new),
        };
        let mut sources = config.sources;
        if let Some(token) = &common.robot_token {
            sources.robot = Some(Reference::parse(token)?);
        }
        let mut credential = sources.read()?;
        credential.proxy = super::proxy::secret(common, &config.settings)?.or(credential.proxy);
        Ok(Self {
            catalog,
            selection,
            settings: Arc::new(config.settings),
            credential,
            stores,
            world,
        })
    }

    /// The same with another symptom to start from.
    pub(super) fn starting_from(mut self, complaint: Complaint) -> Self {
        self.selection.complaint = Some(complaint);
        self
    }

    /// The same with this secret to sign in with, which the user typed.
    pub(super) fn signing_in_with(mut self, secret: Option<Secret>) -> Self {
        self.credential.sign_in = secret.or(self.credential.sign_in);
        self
    }

    /// Where the run is made from.
    fn vantage(&self) -> Vantage {
        let file = self.settings.trust.cloud_roots.as_deref();
        Vantage {
            host: self.world.machine.name(),
            cloud_roots: file.map_or_else(|| "mozilla".into(), |path| path.display().to_string()),
            cloud_store: match file {
                Some(path) => format!("the roots in {}", path.display()),
                None => self.stores.cloud.name(),
            },
        }
    }

    /// Runs the selection once, from nothing.
    pub(super) async fn run(
        &self,
        selection: Selection,
        events: UnboundedSender<Event>,
        stop: CancellationToken,
    ) {
        let Ok(plan) = Plan::new(&self.catalog, &selection, &self.settings) else {
            // `new` accepted the selection; a partial one names checks of the same catalogue.
            return;
        };
        let session = Session::new(
            self.world.clone(),
            Arc::clone(&self.settings),
            self.credential.clone(),
            self.stores.clone(),
        );
        let run = Run {
            plan,
            selection,
            settings: Arc::clone(&self.settings),
            source: Source::Live {
                world: self.world.clone(),
                session: Arc::new(session),
            },
            at: self.world.clock.now(),
            vantage: self.vantage(),
            noted: None,
        };
        crate::run::run(run, events, stop).await;
    }
}
