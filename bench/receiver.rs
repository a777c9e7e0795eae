//! What receiving costs: `webhook listen` under a thousand signed, tampered and unsigned events a second, beside a server that only
//! answers 202.
//!
//! `cargo bench --bench receiver [-- SECONDS]` starts the program itself as a user does, reads what it tells of every event, and holds each
//! answer and each line against what was sent. Rates, CPU time and memory are of one run: machines are noisy.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and may stop"
)]

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use orch_doctor::webhook::signature::SigningKey;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

const SECRET: &str = "correct horse";

/// Connections that events come over.
const SENDERS: u32 = 8;

/// Events a second.
const RATE: u32 = 1_000;

/// Events that are sent as fast as they are answered.
const FAST: u32 = 40_000;

/// Senders that never come to the end of what they announce.
const SLOW: u32 = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    if arguments.iter().any(|argument| argument == "floor") {
        return runtime.block_on(floor());
    }
    let seconds = arguments
        .iter()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(10);
    runtime.block_on(compare(seconds));
}

/// A server that answers 202 and looks at nothing.
async fn floor() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    eprintln(&format!(
        "listening on http://{}",
        listener.local_addr().unwrap()
    ));
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(async move {
            let taken = service_fn(async |request: Request<Incoming>| {
                let _ = request.into_body().collect().await;
                let mut response = Response::new(Full::new(Bytes::new()));
                *response.status_mut() = hyper::StatusCode::ACCEPTED;
                Ok::<_, std::convert::Infallible>(response)
            });
            let served = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), taken)
                .await;
            drop(served);
        });
    }
}

/// Says where the floor listens, as the program does.
#[expect(clippy::print_stderr, reason = "the program says it there as well")]
fn eprintln(text: &str) {
    eprintln!("{text}");
}

/// A server under test.
struct Server {
    process: Child,
    address: SocketAddr,
    /// How many lines told each state of the signature; nothing is told by the floor.
    told: JoinHandle<BTreeMap<String, u32>>,
    /// What was said on stderr after the address.
    said: JoinHandle<String>,
}

impl Server {
    /// Starts this command.
    async fn start(program: &str, arguments: &[&str]) -> Self {
        let mut process = Command::new(program)
            .args(arguments)
            .env("SECRET", SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().unwrap();
        let address = first.split_once("://").unwrap().1.parse().unwrap();
        let said = tokio::spawn(async move {
            let mut text = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                text.push_str(&line);
            }
            text
        });
        let mut out = BufReader::new(process.stdout.take().unwrap()).lines();
        let told = tokio::spawn(async move {
            let mut counts = BTreeMap::new();
            while let Ok(Some(line)) = out.next_line().await {
                let line: Value = serde_json::from_str(&line).unwrap();
                let key = line["signature"].as_str().unwrap().to_owned();
                *counts.entry(key).or_default() += 1;
            }
            counts
        });
        Self {
            process,
            address,
            told,
            said,
        }
    }

    /// Memory in megabytes, and CPU seconds since its start.
    fn cost(&self) -> (f64, f64) {
        let pid = self.process.id().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        let kilobytes: f64 = resident.trim().trim_end_matches(" kB").parse().unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let fields: Vec<&str> = stat
            .rsplit_once(')')
            .unwrap()
            .1
            .split_whitespace()
            .collect();
        let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
        // Linux counts a hundred ticks a second for programs.
        (kilobytes / 1024.0, ticks / 100.0)
    }

    /// Ends it; what it told of each state, and its last words.
    async fn ended(mut self) -> (BTreeMap<String, u32>, String) {
        let pid = self.process.id().unwrap().to_string();
        let asked = Command::new("kill").args(["-INT", &pid]).status().await;
        assert!(asked.unwrap().success());
        self.process.wait().await.unwrap();
        (self.told.await.unwrap(), self.said.await.unwrap())
    }
}

/// The body of an event of 1 kB.
fn body(number: u32) -> String {
    format!(
        r#"{{"Type":"job.created","EventId":"{number}","Jobs":[{{"Id":{number}}}],"Pad":"{}"}}"#,
        "x".repeat(930)
    )
}

/// One event: every tenth is tampered with, every tenth unsigned; and the answer it must get.
fn event(number: u32, key: &SigningKey) -> (Request<Full<Bytes>>, u16) {
    let text = body(number);
    let signed = Request::post("/").header("host", "x");
    let with = |text: String, signature: String| {
        signed
            .header("x-uipath-signature", signature)
            .body(Full::new(text.into()))
            .unwrap()
    };
    let signature = key.sign(text.as_bytes());
    match number % 10 {
        0 => (
            with(text.replace("job.created", "job.stopped"), signature),
            401,
        ),
        5 => {
            let unsigned = Request::post("/").header("host", "x");
            (unsigned.body(Full::new(text.into())).unwrap(), 401)
        }
        _ => (with(text, signature), 202),
    }
}

/// What a load came to.
#[derive(Default)]
struct Load {
    /// How long each answer took, in microseconds, sorted.
    took: Vec<u128>,
    /// Answers that were not the right ones.
    wrong: u32,
    seconds: f64,
}

impl Load {
    fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.took.len()).unwrap()) / self.seconds
    }

    fn p99_ms(&self) -> f64 {
        let at = self.took.len() * 99 / 100;
        let micros = u32::try_from(self.took[at.min(self.took.len() - 1)]).unwrap();
        f64::from(micros) / 1000.0
    }
}

/// Sends so many events, at a pace or as fast as they are answered.
async fn load(address: SocketAddr, count: u32, pace: Option<Duration>) -> Load {
    let each = count / SENDERS;
    let began = Instant::now();
    let lanes: Vec<_> = (0..SENDERS)
        .map(|lane| tokio::spawn(send(address, lane * each..(lane + 1) * each, pace)))
        .collect();
    let mut load = Load::default();
    for lane in lanes {
        let (took, wrong) = lane.await.unwrap();
        load.took.extend(took);
        load.wrong += wrong;
    }
    load.seconds = began.elapsed().as_secs_f64();
    load.took.sort_unstable();
    load
}

/// Sends events over one connection.
async fn send(
    address: SocketAddr,
    numbers: std::ops::Range<u32>,
    pace: Option<Duration>,
) -> (Vec<u128>, u32) {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let key = SigningKey::new(SECRET.as_bytes());
    let mut ticks = pace.map(interval);
    if let Some(ticks) = &mut ticks {
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    }
    let (mut took, mut wrong) = (Vec::new(), 0);
    for number in numbers {
        if let Some(ticks) = &mut ticks {
            ticks.tick().await;
        }
        let (request, expected) = event(number, &key);
        sender.ready().await.unwrap();
        let began = Instant::now();
        let answer = sender.send_request(request).await.unwrap();
        took.push(began.elapsed().as_micros());
        wrong += u32::from(answer.status() != expected);
    }
    (took, wrong)
}

/// A sender that announces a body and sends a byte of it each second.
async fn slow(address: SocketAddr) {
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return;
    };
    let head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n";
    let mut ticks = interval(Duration::from_secs(1));
    if stream.write_all(head).await.is_err() {
        return;
    }
    loop {
        ticks.tick().await;
        if stream.write_all(b"x").await.is_err() {
            return;
        }
    }
}

/// The status with which a body of so many bytes is answered.
async fn status_of(address: SocketAddr, bytes: usize) -> u16 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {bytes}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let _ = stream.write_all(&vec![b'x'; bytes]).await;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer)[9..].parse().unwrap()
}

/// Prints a line of the table.
fn line(name: &str, load: &Load, (memory, cpu): (f64, f64)) {
    println!(
        "{name:<44} {:>9.0} {:>8.2} {:>8.0} {memory:>8.1}",
        load.rate(),
        load.p99_ms(),
        cpu * 1e6 / f64::from(u32::try_from(load.took.len()).unwrap())
    );
}

/// The program and the floor, in turn.
async fn compare(seconds: u32) {
    println!(
        "{:<44} {:>9} {:>8} {:>8} {:>8}",
        "", "events/s", "p99 ms", "CPU µs", "RSS MB"
    );
    let own = std::env::current_exe().unwrap();
    let floor = Server::start(own.to_str().unwrap(), &["floor"]).await;
    let least = load(floor.address, FAST, None).await;
    line(
        "floor (answers 202), as fast as it goes",
        &least,
        floor.cost(),
    );
    drop(floor.process);

    let arguments = [
        "webhook",
        "listen",
        "--listen",
        "127.0.0.1:0",
        "--secret",
        "env:SECRET",
        "--format",
        "jsonl",
    ];
    let server = Server::start(env!("CARGO_BIN_EXE_orch-doctor"), &arguments).await;
    let at = server.address;
    let pace = Duration::from_micros(u64::from(SENDERS) * 1_000_000 / u64::from(RATE));
    let count = (seconds * RATE).next_multiple_of(SENDERS * 10);

    let before = server.cost();
    let paced = load(at, count, Some(pace)).await;
    let early = server.cost();
    line(
        "orch-doctor, a thousand a second",
        &paced,
        used(before, early),
    );

    let (beside, late) = besides(&server, (count, pace)).await;
    judged(server, count, (&paced, early), (&beside, late)).await;
    flood(&arguments, least.rate()).await;
}

/// The same beside slow senders, and the server's cost after it.
async fn besides(server: &Server, (count, pace): (u32, Duration)) -> (Load, (f64, f64)) {
    let at = server.address;
    let dripping: Vec<_> = (0..SLOW).map(|_| tokio::spawn(slow(at))).collect();
    let before = server.cost();
    let beside = load(at, count, Some(pace)).await;
    let late = server.cost();
    let name = format!("the same beside {SLOW} slow senders");
    line(&name, &beside, used(before, late));
    for one in dripping {
        one.abort();
    }
    (beside, late)
}

/// What was spent between two costs; memory as it is at the later one.
fn used(before: (f64, f64), after: (f64, f64)) -> (f64, f64) {
    (after.0, after.1 - before.1)
}

/// Ends the server and holds what it told against what was sent.
async fn judged(
    server: Server,
    count: u32,
    (paced, early): (&Load, (f64, f64)),
    (beside, late): (&Load, (f64, f64)),
) {
    let at = server.address;

    let (fits, longer) = (
        status_of(at, 1_000_000).await,
        status_of(at, 1_000_001).await,
    );
    println!("a body of 1,000,000 bytes: {fits} (unsigned); of one more: {longer}");
    println!(
        "memory after {count} events {:.1} MB, after {} {:.1} MB",
        early.0,
        2 * count,
        late.0
    );
    let (told, said) = server.ended().await;
    let wrong = paced.wrong + beside.wrong;
    println!(
        "{} sent, {wrong} answered wrongly, told: {told:?}; {said}",
        2 * count
    );
    assert_eq!((fits, longer, wrong), (401, 413, 0));
    // The long body that was taken is told as well.
    let of_each = [
        ("valid", 2 * count / 10 * 8),
        ("invalid", 2 * count / 10),
        ("missing", 2 * count / 10 + 1),
    ];
    for (key, wanted) in of_each {
        assert_eq!(told.get(key), Some(&wanted), "{key}");
    }
}

/// Events as fast as they are answered: they may outrun the lines, which is counted, and never the answers.
async fn flood(arguments: &[&str], least: f64) {
    let server = Server::start(env!("CARGO_BIN_EXE_orch-doctor"), arguments).await;
    let before = server.cost();
    let fast = load(server.address, FAST, None).await;
    let after = server.cost();
    line(
        "orch-doctor, as fast as it goes",
        &fast,
        (after.0, after.1 - before.1),
    );
    println!("    of the floor's rate {:.2}", fast.rate() / least);
    let (told, said) = server.ended().await;
    println!(
        "{FAST} sent, {} answered wrongly, told: {told:?}; {said}",
        fast.wrong
    );
    assert_eq!(fast.wrong, 0);
}
