//! Runs the whole checklist in this process.

#![expect(clippy::expect_used, reason = "a test may panic")]

use orch_doctor::catalog::Catalog;
use orch_doctor::config::{Config, Reference, Settings, profile};
use orch_doctor::demo::{Options, Stand, start};
use orch_doctor::event::Event;
use orch_doctor::plan::{Plan, Selection};
use orch_doctor::probe::Probe;
use orch_doctor::report::Report;
use orch_doctor::run::{Recording, Run, Source, Vantage, run};
use orch_doctor::trust::Roots;
use orch_doctor::wire::Session;
use orch_doctor::wire::session::Stores;
use orch_doctor::world::{World, real};
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// A run that is over.
pub(crate) struct Done {
    /// What it said.
    pub(crate) events: Vec<Event>,
    /// What it comes to.
    pub(crate) report: Report,
}

/// Options of a stand-in of now.
pub(crate) fn options() -> Options {
    Options::new(real::world_keeping(None).clock.now())
}

/// A stand-in with these options.
pub(crate) async fn stand(options: Options) -> Stand {
    start(options).await.expect("loopback can be bound")
}

/// The checklist on a stand-in, with the settings changed.
pub(crate) async fn checked(stand: &Stand, change: impl FnOnce(&mut Settings)) -> Done {
    checked_as(stand, None, change).await
}

/// The same with another secret to sign in with.
pub(crate) async fn checked_as(
    stand: &Stand,
    secret: Option<Reference>,
    change: impl FnOnce(&mut Settings),
) -> Done {
    whole(stand, secret, change, None).await
}

/// The same, telling which probe reads which evidence.
pub(crate) async fn noted(
    stand: &Stand,
    change: impl FnOnce(&mut Settings),
    noted: Option<UnboundedSender<(Probe, Probe)>>,
) -> Done {
    whole(stand, None, change, noted).await
}

/// A run from the profile of the stand-in to its end.
async fn whole(
    stand: &Stand,
    secret: Option<Reference>,
    change: impl FnOnce(&mut Settings),
    noted: Option<UnboundedSender<(Probe, Probe)>>,
) -> Done {
    let mut config = profile(Some(stand.profile()), None).expect("the stand-in's profile");
    config.settings.stand_in = true;
    change(&mut config.settings);
    config.sources.sign_in = secret.or(config.sources.sign_in);
    let pem = std::fs::read(stand.roots()).expect("the stand-in's roots");
    live(config, &pem, noted).await
}

/// A run of this configuration on whatever server it names, by these roots.
pub(crate) async fn live(
    config: Config,
    roots: &[u8],
    noted: Option<UnboundedSender<(Probe, Probe)>>,
) -> Done {
    let credential = config.sources.read().expect("the secrets of the profile");
    let roots = Roots::from_pem("stand-in", roots).expect("the roots of the server");
    let settings = Arc::new(config.settings);
    let world = real::world_keeping(None);
    let stores = Stores {
        cloud: Arc::new(roots),
        bundle: None,
        allowlist: None,
    };
    let session = Session::new(world.clone(), Arc::clone(&settings), credential, stores);
    let source = Source::Live {
        world: world.clone(),
        session: Arc::new(session),
    };
    made(settings, source, &world, noted).await
}

/// Today's checklist on the evidence of an earlier run.
pub(crate) async fn judged_again(done: &Done) -> Done {
    let began = done.report.began.as_deref().expect("a run that began");
    let world = real::world_keeping(None);
    let source = Source::Recorded(Recording::of(&done.events));
    let mut again = made(Arc::new(began.settings.clone()), source, &world, None).await;
    if let Some(theirs) = &mut again.report.began {
        theirs.at = began.at;
    }
    again
}

/// Makes the run and folds what it says.
async fn made(
    settings: Arc<Settings>,
    source: Source,
    world: &World,
    noted: Option<UnboundedSender<(Probe, Probe)>>,
) -> Done {
    let catalog = Catalog::built_in().expect("the built-in checklist");
    let selection = Selection::default();
    let plan = Plan::new(&catalog, &selection, &settings).expect("a plan of everything");
    let vantage = Vantage {
        host: "test-machine".into(),
        cloud_roots: "stand-in".into(),
        cloud_store: "the stand-in's roots".into(),
    };
    let at = world.clock.now();
    let (sender, mut receiver) = unbounded_channel();
    let whole = Run {
        plan,
        selection,
        settings,
        source,
        at,
        vantage,
        noted,
    };
    run(whole, sender, CancellationToken::new()).await;
    let mut done = Done {
        events: Vec::new(),
        report: Report::default(),
    };
    while let Ok(event) = receiver.try_recv() {
        done.report.apply(&event, &catalog);
        done.events.push(event);
    }
    done
}
