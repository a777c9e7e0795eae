//! The stand-in Orchestrator, with switchable faults: what `demo` shows and what the tests run against.

pub mod robot;

mod api;
mod around;
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
mod stand;
mod tls;
mod version;
mod wire;
mod world;

pub use fault::{Fault, UnknownFault};
pub use hostile::{Harm, Hostile};
pub use log::{Exchange, Log, Login};
pub use stand::{Process, Stand};
pub use version::{ApiVersion, UnknownVersion};

use around::{Around, Places};
use chain::Chain;
use jiff::Timestamp;
use listen::{Bound, Kept};
use names::NameServer;
use page::Front;
use people::Secrets;
use profile::{Contents, Way};
use reach::{Outward, Passage};
use serve::Server;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tls::Clock;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Where on its host the stand-in has Orchestrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layouts {
    /// At the root, and below an organisation and a tenant.
    Both,
    /// At the root.
    Standalone,
    /// Below an organisation and a tenant; the root is the portal's.
    AutomationSuite,
}

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
    /// How many folders named `Crowd/…` there are beside the others, with four processes each.
    pub crowd: u16,
    /// How many requests with a token it turns away with 429 before it takes any.
    pub busy: u32,
    /// Where it has Orchestrator.
    pub layouts: Layouts,
    /// How many requests the first token is good for; none for thirty minutes of them.
    pub first_token_uses: Option<u32>,
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
            crowd: 0,
            busy: 0,
            layouts: Layouts::Both,
            first_token_uses: None,
        }
    }
}

/// What every connection needs and the faults decide.
struct Parts {
    /// What is broken, hostile, late.
    options: Options,
    /// The certificates.
    chain: Chain,
    /// The world's secrets.
    secrets: Secrets,
    /// Its clock.
    clock: Clock,
    /// How it connects to others.
    outward: Outward,
}

/// Starts a stand-in.
pub async fn start(options: Options) -> io::Result<Stand> {
    let bound = listen::bind(options.listen)?;
    let address = bound.address;
    let places = around::take(address.ip())?;
    let ports = places.ports;
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
        token: &secrets.ended_token(),
        way: way(&options.faults),
        name_server,
        callback: &format!("https://{host}:{}/events", ports.callback),
        ports,
    })?;
    let parts = Parts::new(options, chain, secrets)?;
    let mut around = surround(places, &parts, &host, &stop, &tasks)?;
    let (api_version, secrets) = (parts.options.api_version, parts.secrets.clone());
    let outward = parts.outward.clone();
    let (log, kept) = open(bound, parts, &stop, &tasks).await?;
    around.kept.extend(kept);
    tasks.close();
    Ok(Stand {
        url,
        suite_url: format!("{origin}/{}/{}", world::ORGANISATION, world::TENANT),
        files,
        secrets,
        processes: [asked_for()],
        api_version,
        name_server,
        log,
        tasks,
        _around: around,
        robot_port: ports.robot,
        outward,
        stop: stop.drop_guard(),
    })
}

impl Parts {
    /// The parts of a stand-in that starts now.
    fn new(options: Options, chain: Chain, secrets: Secrets) -> io::Result<Self> {
        let clock = Clock {
            epoch: Instant::now(),
            now: options.now,
        };
        let outward = Outward {
            trust: Arc::new(tls::outward(&chain.anchors, clock)?),
            passage: Passage::of(&options.faults),
        };
        Ok(Self {
            options,
            chain,
            secrets,
            clock,
            outward,
        })
    }
}

/// Serves what is around Orchestrator; where something inspects TLS on the way out, the callback shows a chain of another root.
fn surround(
    places: Places,
    parts: &Parts,
    host: &str,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> io::Result<Around> {
    let faults = &parts.options.faults;
    if !faults.contains(&Fault::WebhookBadTls) {
        return places.serve(&parts.chain, faults, stop, tasks);
    }
    let (names, now) = (alternative_names(host), parts.options.now);
    let inspected =
        chain::mint(&names, &parts.secrets.seed[12..24], &[], now).map_err(io::Error::other)?;
    places.serve(&inspected, faults, stop, tasks)
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
    let mut people = people::People::new(&parts.secrets);
    people.first_token_uses = parts.options.first_token_uses;
    let mut world = world::World::new(parts.options.api_version, people, faults);
    world.crowd(parts.options.crowd);
    world.layouts = parts.options.layouts;
    world.busy = parts.options.busy;
    let (ask, questions) = mpsc::channel(64);
    tasks.spawn(
        stop.clone()
            .run_until_cancelled_owned(serve::own(world, questions)),
    );
    let server = Arc::new(Server {
        wire: wire::wire(faults),
        tls: tls::acceptor(&parts.chain, faults)?,
        front: front(faults),
        hostile: parts.options.hostile.clone(),
        delay: parts.options.delay,
        world: ask,
        outward: parts.outward,
        log,
        clock: parts.clock,
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
        // Both families of loopback are served, so the name fits.
        IpAddr::V4(Ipv4Addr::LOCALHOST) | IpAddr::V6(Ipv6Addr::LOCALHOST) => "localhost".to_owned(),
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.to_string(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => format!("[{}]", Ipv6Addr::LOCALHOST),
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
    if !names.iter().any(|name| name == host) {
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

/// How the profile signs in: in the way that is broken, if one is.
fn way(faults: &[Fault]) -> Way {
    let told = faults.iter().find_map(|fault| match fault {
        Fault::LoginUnknownClient | Fault::LoginBadScope => Some(Way::Client),
        Fault::LoginExpiredToken => Some(Way::Token),
        _ => None,
    });
    told.unwrap_or(Way::Password)
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
