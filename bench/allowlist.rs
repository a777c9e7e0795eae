//! What the allowlist costs: a hundred thousand rules against a hundred ranges, and a server's log beside `gzip -dc | wc -l` of it.
//!
//! `cargo bench --bench allowlist [-- MEGABYTES]` runs the program itself as a user does and prints wall time and memory, start of the program
//! included. The log is written for the purpose, 256 MB unless told (`-- 1024` for the gigabyte of the promise), and a quarter of it to show that
//! memory does not grow with it.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and may stop"
)]

use nix::sys::resource::{UsageWho, getrusage};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};
use tokio::time::Instant;

/// How many rules an export has.
const RULES: u32 = 100_000;

/// How many ranges are published; the last has no rule.
const RANGES: u32 = 100;

/// How often each program is run; the median counts.
const TIMES: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "cost") {
        once(&arguments[at + 1..]);
        return;
    }
    let megabytes = arguments
        .iter()
        .find_map(|argument| argument.parse::<u64>().ok())
        .unwrap_or(256);
    let folder = tempfile::tempdir().unwrap();
    println!("{:<40} {:>10} {:>9}", "", "wall ms", "RSS MB");
    rules(folder.path());
    logs(folder.path(), megabytes);
}

/// What one program cost.
#[derive(Clone, Copy)]
struct Cost {
    wall_ms: f64,
    memory_mb: f64,
}

/// Runs one program and prints what it cost, so that the memory is that of this program alone.
#[expect(clippy::cast_precision_loss, reason = "megabytes")]
fn once(command: &[String]) {
    let began = Instant::now();
    let ended = Command::new(&command[0])
        .args(&command[1..])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    let wall_ms = began.elapsed().as_secs_f64() * 1000.0;
    let memory_mb = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() as f64 / 1024.0;
    println!("{wall_ms} {memory_mb} {}", ended.code().unwrap());
}

/// The median of several runs, which must all end with this code.
fn median(command: &[&str], code: &str) -> Cost {
    let run = || {
        let output = Command::new(std::env::current_exe().unwrap())
            .arg("cost")
            .args(command)
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let parts: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(parts[2], code, "{command:?}");
        Cost {
            wall_ms: parts[0].parse().unwrap(),
            memory_mb: parts[1].parse().unwrap(),
        }
    };
    let mut costs: Vec<Cost> = (0..TIMES).map(|_| run()).collect();
    costs.sort_by(|one, other| one.wall_ms.total_cmp(&other.wall_ms));
    costs[TIMES / 2]
}

/// Prints a line of the table.
fn told(name: &str, cost: Cost) {
    println!("{name:<40} {:>10.0} {:>9.1}", cost.wall_ms, cost.memory_mb);
}

/// A profile that names the section's files, and a hundred ranges.
fn profile(folder: &Path, section: &str) -> String {
    let cidrs: Vec<String> = (0..RANGES)
        .map(|index| format!("\"20.200.{index}.4/30\""))
        .collect();
    let ranges = format!(
        "[[set]]\nname = \"many\"\nregion = \"many\"\ncidrs = [{}]\n",
        cidrs.join(", ")
    );
    std::fs::write(folder.join("ranges.toml"), ranges).unwrap();
    let path = folder.join("orch-doctor.toml");
    let text = format!(
        "[orchestrator]\nurl = \"https://orch.invalid:443\"\n[allowlist]\nregions = [\"many\"]\nranges = [\"ranges.toml\"]\n{section}\n"
    );
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// The addresses of a rule: those of the last hundred are the published ones, but for one.
fn source(index: u32) -> (Ipv4Addr, u8) {
    match index.checked_sub(RULES - RANGES) {
        Some(published) if published == RANGES - 1 => (Ipv4Addr::new(203, 0, 113, 9), 32),
        Some(published) => (
            Ipv4Addr::new(20, 200, u8::try_from(published).unwrap(), 4),
            30,
        ),
        None => (Ipv4Addr::from(0x1400_0000 + index * 16), 28),
    }
}

/// Whether the rule admits.
fn admits(index: u32) -> bool {
    index >= RULES - RANGES
}

/// An export as `iptables-save` writes it.
fn iptables(out: &mut impl Write) {
    writeln!(out, "*filter\n:INPUT DROP [0:0]").unwrap();
    for index in 0..RULES {
        let (address, length) = source(index);
        let action = if admits(index) { "ACCEPT" } else { "DROP" };
        writeln!(
            out,
            "-A INPUT -s {address}/{length} -p tcp -m tcp --dport 443 -j {action}"
        )
        .unwrap();
    }
    writeln!(out, "COMMIT").unwrap();
}

/// The same as `nft -j list ruleset` writes it.
fn nft(out: &mut impl Write) {
    write!(out, "{{\"nftables\": [{{\"table\": {{\"family\": \"inet\", \"name\": \"t\"}}}}, {{\"chain\": {{\"family\": \"inet\", \"table\": \"t\", \"name\": \"in\", \"type\": \"filter\", \"hook\": \"input\", \"prio\": 0, \"policy\": \"drop\"}}}}").unwrap();
    for index in 0..RULES {
        let (address, length) = source(index);
        let action = if admits(index) { "accept" } else { "drop" };
        write!(
            out,
            ", {{\"rule\": {{\"family\": \"inet\", \"table\": \"t\", \"chain\": \"in\", \"handle\": {index}, \"expr\": [{{\"match\": {{\"op\": \"==\", \"left\": {{\"payload\": {{\"protocol\": \"ip\", \"field\": \"saddr\"}}}}, \"right\": {{\"prefix\": {{\"addr\": \"{address}\", \"len\": {length}}}}}}}}}, {{\"match\": {{\"op\": \"==\", \"left\": {{\"payload\": {{\"protocol\": \"tcp\", \"field\": \"dport\"}}}}, \"right\": 443}}}}, {{\"{action}\": null}}]}}}}"
        )
        .unwrap();
    }
    writeln!(out, "]}}").unwrap();
}

/// Writes an export.
type Export = fn(&mut BufWriter<File>);

/// Judges both exports.
fn rules(folder: &Path) {
    let writers: [(&str, Export); 2] = [("iptables", iptables), ("nft", nft)];
    for (name, write) in writers {
        let mut file = BufWriter::new(File::create(folder.join(name)).unwrap());
        write(&mut file);
        file.flush().unwrap();
        let profile = profile(folder, &format!("rules = [\"{name}\"]"));
        let program = env!("CARGO_BIN_EXE_orch-doctor");
        let cost = median(&[program, "allowlist", "check", "--profile", &profile], "1");
        told(&format!("{name}, {RULES} rules × {RANGES} ranges"), cost);
        println!(
            "    of the second {:.2}, of the 200 MB {:.2}",
            cost.wall_ms / 1000.0,
            cost.memory_mb / 200.0
        );
    }
}

/// Writes a packed log of IIS of about this size; of every thousand requests one is of a published range.
fn log(path: &Path, megabytes: u64) {
    let mut gzip = Command::new("gzip")
        .arg("-c")
        .stdin(Stdio::piped())
        .stdout(File::create(path).unwrap())
        .spawn()
        .unwrap();
    let mut out = BufWriter::new(gzip.stdin.take().unwrap());
    let head = "#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\r\n";
    out.write_all(head.as_bytes()).unwrap();
    let mut written = 0;
    // The numbers of a fixed sequence, so that the log packs as real ones do and is the same every time.
    let mut state: u32 = 1;
    for number in 0_u64.. {
        if written >= megabytes << 20 {
            break;
        }
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, d] = state.to_be_bytes();
        let client = if number % 1000 == 0 {
            Ipv4Addr::new(20, 200, a % 100, 4 + b % 4)
        } else {
            Ipv4Addr::new(84, a % 32, b, c)
        };
        let line = format!(
            "2026-11-22 {:02}:{:02}:{:02} 10.0.0.5 GET /odata/Releases $filter=ProcessKey%20eq%20'Invoice{d}' 443 - {client} Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+AppleWebKit/537.36 - {} 0 0 {}\r\n",
            number / 3_600_000 % 24,
            number / 60_000 % 60,
            number / 1_000 % 60,
            if d % 16 == 0 { 401 } else { 200 },
            state % 997
        );
        out.write_all(line.as_bytes()).unwrap();
        written += u64::try_from(line.len()).unwrap();
    }
    drop(out);
    assert!(gzip.wait().unwrap().success());
}

/// Reads a log, and a quarter of one.
fn logs(folder: &Path, megabytes: u64) {
    for size in [megabytes / 4, megabytes] {
        let path = folder.join("u_ex261122.log.gz");
        log(&path, size);
        let counting = format!("gzip -dc {} | wc -l", path.display());
        let floor = median(&["sh", "-c", &counting], "0");
        let profile = profile(folder, "logs = [\"u_ex261122.log.gz\"]");
        let program = env!("CARGO_BIN_EXE_orch-doctor");
        let only = ["check", "--only", "cloud-arrives", "--profile", &profile];
        let cost = median(&[&[program], only.as_slice()].concat(), "0");
        told(&format!("gzip -dc | wc -l, {size} MB"), floor);
        told(&format!("orch-doctor, {size} MB of IIS log"), cost);
        println!("    ratio {:.2}", cost.wall_ms / floor.wall_ms);
    }
}
