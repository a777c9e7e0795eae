//! The stand-in Orchestrator, with switchable faults: what `demo` shows and what the tests run against.

pub mod robot;

mod api;
mod chain;
mod delay;
mod fault;
mod hostile;
mod listen;
mod log;
mod names;
mod odata;
mod page;
mod people;
mod profile;
mod random;
mod reach;
mod reply;
mod request;
mod route;
mod serve;
mod version;
mod wire;
mod world;

pub use fault::{Fault, UnknownFault};
pub use hostile::{Harm, Hostile};
pub use log::{Exchange, Log, Login};
pub use version::{ApiVersion, UnknownVersion};

use chain::Chain;
use jiff::Timestamp;
use listen::{Bound, Kept};
use names::NameServer;
use page::Front;
use people::Secrets;
use profile::{Contents, Files};
use rustls_pki_types::CertificateDer;
use serde_json::json;
use serve::Server;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// How the stand-in is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// What is broken.
    pub faults: Vec<Fault>,
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The age it plays.
    pub api_version: ApiVersion,
    /// How long everything it sends is on the way.
    pub delay: Duration,
    /// The time of its certificates and tokens at the start.
    pub now: Timestamp,
    /// What it does to its answers, for tests of the client.
    pub hostile: Vec<Hostile>,
}

impl Options {
    /// A healthy stand-in of the newest age, on a free port of loopback.
    pub fn new(now: Timestamp) -> Self {
        Self {
            faults: Vec::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            api_version: ApiVersion::V17,
            delay: Duration::ZERO,
            now,
            hostile: Vec::new(),
        }
    }
}

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
    url: String,
    /// The same in the Automation Suite layout.
    suite_url: String,
    /// Roots, password, profile.
    files: Files,
    /// What this start made anew.
    secrets: Secrets,
    /// What the profile asks for.
    processes: [Process; 1],
    /// The age played.
    api_version: ApiVersion,
    /// Where names are asked for.
    name_server: Option<SocketAddr>,
    /// What was seen.
    log: watch::Receiver<Log>,
    /// The tasks that run.
    tasks: TaskTracker,
    /// The sockets that are bound and not served.
    _kept: Vec<Kept>,
    /// Ends the tasks.
    stop: DropGuard,
}

/// What every connection needs and the faults decide.
struct Parts {
    /// What is broken, hostile, late.
    options: Options,
    /// The certificates.
    chain: Chain,
    /// The world's secrets.
    secrets: Secrets,
}

/// Starts a stand-in.
pub async fn start(options: Options) -> io::Result<Stand> {
    let bound = listen::bind(options.listen)?;
    let address = bound.address;
    let http = listen::bind(SocketAddr::new(address.ip(), 0))?;
    let manner = names::manner(&options.faults);
    let host = host(manner.is_some(), address.ip());
    let secrets = Secrets::generate().map_err(io::Error::other)?;
    let chain = chain::mint(
        &alternative_names(&host),
        &secrets.seed[..12],
        &options.faults,
        options.now,
    )
    .map_err(io::Error::other)?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let name_server = match manner {
        Some(manner) => Some(serve_names(manner, address.ip(), &stop, &tasks).await?),
        None => None,
    };
    let origin = format!("https://{host}:{}", address.port());
    let url = typed(&origin, &options.faults);
    let files = profile::write(&Contents {
        url: &url,
        roots: &chain.roots,
        password: &secrets.user,
        client_secret: &secrets.client,
        name_server,
        http_port: http.address.port(),
    })?;
    let (api_version, kept_secrets) = (options.api_version, secrets.clone());
    let (log, kept) = open(
        bound,
        Parts {
            options,
            chain,
            secrets,
        },
        &stop,
        &tasks,
    )
    .await?;
    tasks.close();
    Ok(Stand {
        url,
        suite_url: format!("{origin}/{}/{}", world::ORGANISATION, world::TENANT),
        files,
        secrets: kept_secrets,
        processes: [asked_for()],
        api_version,
        name_server,
        log,
        tasks,
        _kept: kept.into_iter().chain([http.closed()]).collect(),
        stop: stop.drop_guard(),
    })
}

/// The process that the profile asks for.
fn asked_for() -> Process {
    Process {
        folder: world::FOLDER.to_owned(),
        name: world::PROCESS.to_owned(),
        version: world::VERSION.to_owned(),
    }
}

/// Starts the name server.
async fn serve_names(
    manner: names::Manner,
    address: IpAddr,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> io::Result<SocketAddr> {
    let server = NameServer::bind(manner, vec![address]).await?;
    let asked = server.address;
    tasks.spawn(stop.clone().run_until_cancelled_owned(server.serve()));
    Ok(asked)
}

/// Opens the port as the faults want it, and serves it.
async fn open(
    bound: Bound,
    parts: Parts,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> io::Result<(watch::Receiver<Log>, Option<Kept>)> {
    let (log, seen) = watch::channel(Log::default());
    let faults = &parts.options.faults;
    if faults.contains(&Fault::PortRefused) {
        return Ok((seen, Some(bound.closed())));
    }
    if faults.contains(&Fault::PortSilent) {
        return Ok((seen, Some(bound.silent().await?)));
    }
    let port = bound.address.port();
    let listeners = bound.open()?;
    let people = people::People::new(&parts.secrets);
    let world = world::World::new(parts.options.api_version, people, faults);
    let (ask, questions) = mpsc::channel(64);
    tasks.spawn(
        stop.clone()
            .run_until_cancelled_owned(serve::own(world, questions)),
    );
    let server = Arc::new(Server {
        wire: wire::wire(faults),
        tls: acceptor(&parts.chain, faults)?,
        front: front(faults),
        hostile: parts.options.hostile.clone(),
        delay: parts.options.delay,
        world: ask,
        outward: Arc::new(outward(&parts.chain.anchors)?),
        log,
        epoch: Instant::now(),
        now: parts.options.now,
        port,
        stop: stop.clone(),
        tasks: tasks.clone(),
    });
    for listener in listeners {
        tasks.spawn(
            stop.clone()
                .run_until_cancelled_owned(serve::accept(Arc::clone(&server), listener)),
        );
    }
    Ok((seen, None))
}

/// The host a user types for this address.
fn host(named: bool, address: IpAddr) -> String {
    match address {
        _ if named => names::NAME.to_owned(),
        address if address.is_loopback() || address.is_unspecified() => "localhost".to_owned(),
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// The names of the certificate.
fn alternative_names(host: &str) -> Vec<String> {
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    let host = host.trim_matches(['[', ']']);
    if host != "localhost" {
        names.insert(0, host.to_owned());
    }
    names
}

/// The URL as the user typed it.
fn typed(origin: &str, faults: &[Fault]) -> String {
    let origin = if faults.contains(&Fault::UrlNotHttps) {
        origin.replacen("https", "http", 1)
    } else {
        origin.to_owned()
    };
    if faults.contains(&Fault::UrlExtraPath) {
        format!("{origin}/swagger/ui/index")
    } else {
        origin
    }
}

/// What answers in Orchestrator's place.
fn front(faults: &[Fault]) -> Option<Front> {
    faults.iter().find_map(|fault| match fault {
        Fault::AnswersHtmlPage => Some(Front::Site),
        Fault::AnswersLoginRedirect => Some(Front::SignIn),
        Fault::AnswersGatewayError => Some(Front::Gateway),
        Fault::AnswersIpRestricted => Some(Front::Restricted),
        Fault::AnswersNotFound => Some(Front::Nothing),
        Fault::AnswersOtherService => Some(Front::Other),
        Fault::AnswersSilent => Some(Front::Silence),
        _ => None,
    })
}

/// The provider of every TLS configuration here.
fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Roots that hold these certificates.
fn roots(anchors: &[CertificateDer<'static>]) -> io::Result<Arc<rustls::RootCertStore>> {
    let mut store = rustls::RootCertStore::empty();
    for anchor in anchors {
        store.add(anchor.clone()).map_err(io::Error::other)?;
    }
    Ok(Arc::new(store))
}

/// How Orchestrator judges those it connects to.
fn outward(anchors: &[CertificateDer<'static>]) -> io::Result<rustls::ClientConfig> {
    Ok(rustls::ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots(anchors)?)
        .with_no_client_auth())
}

/// How the stand-in speaks TLS.
fn acceptor(chain: &Chain, faults: &[Fault]) -> io::Result<tokio_rustls::TlsAcceptor> {
    let builder = rustls::ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let builder = if faults.contains(&Fault::TlsClientCertificate) {
        let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
            roots(&chain.anchors)?,
            provider(),
        );
        builder.with_client_cert_verifier(verifier.build().map_err(io::Error::other)?)
    } else {
        builder.with_no_client_auth()
    };
    let key =
        rustls::crypto::ring::sign::any_supported_type(&chain.key).map_err(io::Error::other)?;
    let shown = rustls::sign::CertifiedKey::new(chain.served.clone(), key);
    let mut config =
        builder.with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(shown)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(tokio_rustls::TlsAcceptor::from(Arc::new(config)))
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
            "client_secret": self.secrets.client, "robot_port": null, "api_version": self.api_version.number(), "processes": processes,
        })
    }

    /// Stops, and returns when everything has ended.
    pub async fn stopped(self) {
        self.stop.disarm().cancel();
        self.tasks.wait().await;
    }
}
