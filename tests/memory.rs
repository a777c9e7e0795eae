//! What a hostile answer costs in memory, measured at the program itself: the peak of its resident set against that of a healthy run.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use nix::sys::resource::{UsageWho, getrusage};
use orch_doctor::demo::{Harm, Hostile, Options, Stand, start};
use orch_doctor::world::real;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The most that one answer may cost, kilobytes.
const ONE: i64 = 8 << 10;

/// How many answers may be on their way at once.
const AT_ONCE: i64 = 8;

/// What comes back of the helper.
const PEAK: &str = "peak in kilobytes: ";

/// The variable that tells the helper which profile to check.
const PROFILE: &str = "ORCH_DOCTOR_WEIGHED_PROFILE";

/// Runs the program on a profile and prints the peak of its memory: a process of its own, since a child's peak includes that of the process
/// it was made by.
#[test]
#[ignore = "run by the tests of this file"]
fn weigh() {
    let profile = std::env::var_os(PROFILE).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
        .args(["check", "--format", "json", "--deadline", "20", "--profile"])
        .arg(profile)
        .env("XDG_STATE_HOME", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.code().is_some(), "it ended by itself: {status}");
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss();
    writeln!(std::io::stdout(), "{PEAK}{peak}").unwrap();
}

/// The peak of a run, kilobytes.
fn peak(stand: &Stand) -> i64 {
    let output = tokio::task::block_in_place(|| {
        Command::new(std::env::current_exe().unwrap())
            .args(["weigh", "--exact", "--ignored", "--nocapture"])
            .env(PROFILE, stand.profile())
            .output()
            .unwrap()
    });
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.split(PEAK).nth(1));
    let line = line.unwrap_or_else(|| unreachable!("the helper tells a peak: {text}"));
    line.trim().parse().unwrap()
}

/// A stand-in that does this at those places.
async fn stand(harm: Option<(Harm, &str)>) -> Stand {
    let hostile = harm.map(|(how, at)| Hostile { how, at: at.into() });
    start(Options {
        hostile: hostile.into_iter().collect(),
        ..Options::new(real::world_keeping(None).clock.now())
    })
    .await
    .unwrap()
}

/// What a server may do to fill a client's memory.
const HARMS: [Harm; 6] = [
    Harm::EndlessBody,
    Harm::HugeBody,
    Harm::GzipBomb,
    Harm::ManyValues,
    Harm::LongText,
    Harm::DeepJson,
];

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_costs_eight_megabytes_at_most() {
    let healthy = peak(&stand(None).await).max(peak(&stand(None).await));
    let mut told = format!("healthy: {healthy} kB");
    let mut wrong = Vec::new();
    let places = [
        ("api/status/get", 1),
        ("authenticate", 1),
        ("foldersnavigation", 1),
        ("validatedynamicjob", 1),
        ("", AT_ONCE),
    ];
    for (how, (at, answers)) in HARMS
        .into_iter()
        .flat_map(|how| places.map(|place| (how, place)))
    {
        let more = peak(&stand(Some((how, at))).await) - healthy;
        let _ = write!(told, "\n{how:?} at {at:?}: {more:+} kB");
        if more > answers * ONE {
            wrong.push(format!("{how:?} at {at:?}: {more} kB more than {healthy}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "{told}");
    // For whoever runs it with --nocapture.
    let _ = writeln!(std::io::stderr(), "{told}");
}
