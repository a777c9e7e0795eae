//! Whole runs in a world of tables and pipes: real TLS over memory, and silence that costs no real time.

use super::{Run, Source, Vantage, run};
use crate::catalog::Catalog;
use crate::config::{Credential, Settings, Target, settings::ProcessWanted};
use crate::plan::{Plan, Selection};
use crate::report::{Exit, Report};
use crate::trust::Roots;
use crate::trust::tests::made::{Chain, HOST, strangers};
use crate::wire::Session;
use crate::wire::session::Stores;
use crate::world::fake::{FakeNet, Port, world};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Where the pretended Orchestrator is.
fn address() -> SocketAddr {
    ([203, 0, 113, 7], 8443).into()
}

/// The settings for it, without a credential.
fn settings() -> Settings {
    let target = Target::parse(
        &format!("https://{HOST}:8443"),
        crate::config::address::LayoutWanted::Auto,
    );
    let mut settings = Settings::for_target(target.expect("a URL"));
    settings.network.connect_timeout_ms = 5_000;
    settings.processes = vec![ProcessWanted {
        folder: "Finance".into(),
        name: "InvoiceBot".into(),
        version: None,
    }];
    settings
}

/// A network in which the name has one address, whose port does this.
fn net(port: Port) -> FakeNet {
    let mut net = FakeNet::default();
    net.names.insert(HOST.into(), vec![address().ip()]);
    net.ports.insert(address(), port);
    // The plain port next to it is closed.
    net.ports
        .insert(SocketAddr::new(address().ip(), 80), Port::Refuses);
    net
}

/// Runs everything and returns the report.
async fn reported(net: FakeNet, settings: Settings, cloud: Roots) -> Report {
    let catalog = Catalog::built_in().expect("the checklist");
    let settings = Arc::new(settings);
    let selection = Selection::default();
    let plan = Plan::new(&catalog, &selection, &settings).expect("a plan");
    let world = world(net);
    let stores = Stores {
        cloud: Arc::new(cloud),
        bundle: None,
        allowlist: None,
    };
    let session = Session::new(
        world.clone(),
        Arc::clone(&settings),
        Credential::default(),
        stores,
    );
    let at = world.clock.now();
    let vantage = Vantage {
        host: "test-machine".into(),
        cloud_roots: "test".into(),
        cloud_store: "test roots".into(),
    };
    let source = Source::Live {
        world,
        session: Arc::new(session),
    };
    let (sender, mut events) = unbounded_channel();
    let whole = Run {
        plan,
        selection,
        settings,
        source,
        at,
        vantage,
        noted: None,
    };
    run(whole, sender, CancellationToken::new()).await;
    let mut report = Report::default();
    while let Ok(event) = events.try_recv() {
        report.apply(&event, &catalog);
    }
    report
}

/// The only root of a report.
fn root(report: &Report) -> String {
    let roots = report.roots();
    assert_eq!(roots.len(), 1, "{roots:?}");
    format!("{}/{}", roots[0].check, roots[0].symptom)
}

/// Plays a server on each connection in turn.
fn serve<F: Future<Output = ()> + Send + 'static>(
    mut accepted: UnboundedReceiver<DuplexStream>,
    play: impl Fn(DuplexStream) -> F + Send + 'static,
) {
    tokio::spawn(async move {
        while let Some(stream) = accepted.recv().await {
            tokio::spawn(play(stream));
        }
    });
}

/// A TLS server with this chain that answers every request with this text.
fn tls(
    chain: &Chain,
    answer: &'static str,
) -> impl Fn(DuplexStream) -> futures_util::future::BoxFuture<'static, ()> + use<> {
    let key = PrivateKeyDer::try_from(chain.leaf.key.serialize_der()).expect("a key");
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain.served(), key)
            .expect("a chain");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    move |stream| {
        let acceptor = acceptor.clone();
        Box::pin(async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut request = vec![0; 4096];
            while let Ok(1..) = stream.read(&mut request).await {
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn silence_is_told_from_refusal() {
    let silent = reported(net(Port::Drops), settings(), strangers()).await;
    assert_eq!(root(&silent), "port-open/silent");
    assert!(
        (5_000..7_000).contains(&silent.took_ms),
        "{} ms of virtual time",
        silent.took_ms
    );
    let refused = reported(net(Port::Refuses), settings(), strangers()).await;
    assert_eq!(root(&refused), "port-open/refused");
    assert!(refused.took_ms < 100, "a refusal is known at once");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_name_blocks_what_needs_an_address() {
    let report = reported(FakeNet::default(), settings(), strangers()).await;
    assert_eq!(root(&report), "name-resolves/no-such-name");
    let explained = &report.roots()[0].explains;
    assert!(explained.iter().any(|check| check.as_str() == "tls-agreed"));
    assert_eq!(report.exit(), Exit::Unhealthy);
}

#[tokio::test(start_paused = true)]
async fn closing_and_silence_after_accept_are_told_apart() {
    let (sender, accepted) = unbounded_channel();
    serve(accepted, |stream| async move { drop(stream) });
    let closed = reported(net(Port::Accepts(sender)), settings(), strangers()).await;
    assert_eq!(root(&closed), "tls-agreed/closed");
    let (sender, accepted) = unbounded_channel();
    serve(accepted, |stream| async move {
        let _open = stream;
        std::future::pending::<()>().await;
    });
    let silent = reported(net(Port::Accepts(sender)), settings(), strangers()).await;
    assert_eq!(root(&silent), "tls-agreed/silent");
}

#[tokio::test(start_paused = true)]
async fn a_server_in_memory_is_judged_by_its_chain_and_its_answer() {
    let chain = Chain::healthy();
    let answer = "HTTP/1.1 200 OK\r\napi-supported-versions: 17.0\r\ncontent-length: 0\r\n\r\n";
    let (sender, accepted) = unbounded_channel();
    serve(accepted, tls(&chain, answer));
    let report = reported(net(Port::Accepts(sender)), settings(), chain.root.roots()).await;
    assert!(report.roots().is_empty(), "{:?}", report.roots());
    assert_eq!(report.exit(), Exit::Healthy);
}

#[tokio::test(start_paused = true)]
async fn independent_faults_are_both_roots() {
    let chain = Chain::with_leaf(|leaf| leaf.not_after = rcgen::date_time_ymd(2026, 10, 1));
    let answer = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n";
    let (sender, accepted) = unbounded_channel();
    serve(accepted, tls(&chain, answer));
    let report = reported(net(Port::Accepts(sender)), settings(), chain.root.roots()).await;
    let roots: Vec<String> = report
        .roots()
        .iter()
        .map(|root| root.check.to_string())
        .collect();
    assert_eq!(roots, ["certificate-in-date", "orchestrator-answers"]);
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_the_rest_is_unknown() {
    let mut hurried = settings();
    hurried.network.deadline_ms = Some(1_000);
    let report = reported(net(Port::Drops), hurried, strangers()).await;
    assert_eq!(report.took_ms, 1_000);
    assert_eq!(report.exit(), Exit::Undecided);
    assert!(
        report
            .rows
            .iter()
            .all(|row| !matches!(row.state, crate::report::State::Waiting))
    );
}
