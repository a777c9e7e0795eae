//! Proxies that people run, between this machine and a host that only they reach.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::rig::{Rig, available, installed, path_of};

/// A proxy's process; stopped when dropped.
struct Proxy {
    process: std::process::Child,
    /// Its configuration, which it may read again.
    _folder: tempfile::TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const TINYPROXY: &str = "Port 8888\nTimeout 30\nMaxClients 20\nStartServers 1\nConnectPort 8443\nConnectPort 8444\nLogLevel Critical\n";

const DANTE: &str = "internal: 0.0.0.0 port = 1080\nexternal: u1\nexternal: d2\nsocksmethod: none\nclientmethod: none\n\
    user.privileged: root\nuser.unprivileged: nobody\n\
    client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\n\
    socks block { from: 0.0.0.0/0 to: 0.0.0.0/0 port = 8446 }\n\
    socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }\n";

/// Starts a proxy on the router and waits until it listens.
fn start(rig: &Rig, program: &[&str], config: &str, port: u16) -> Proxy {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("proxy.conf");
    std::fs::write(&path, config).unwrap();
    let mut words: Vec<&str> = program.to_vec();
    words.push(path.to_str().unwrap());
    let mut command = rig.command(1, &words);
    let process = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let proxy = Proxy {
        process,
        _folder: folder,
    };
    // The kernel's own list of listeners says when it is there.
    let listening = format!(":{port:04X} 00000000:0000 0A");
    for _ in 0..2_000 {
        let table = rig.command(1, &["cat", "/proc/net/tcp"]).output().unwrap();
        if String::from_utf8_lossy(&table.stdout).contains(&listening) {
            return proxy;
        }
    }
    panic!("{program:?} does not listen");
}

/// What a check from the client's place says of one port of the host, through the proxy.
fn symptom(rig: &Rig, url: &str, options: &[&str]) -> (String, String) {
    let mut words = vec![
        env!("CARGO_BIN_EXE_orch-doctor"),
        "check",
        url,
        "--only",
        "port-open,name-resolves",
    ];
    words.extend(["--format", "json", "--connect-timeout", "3"]);
    words.extend(options);
    let mut command: Command = rig.command(0, &words);
    let output = command
        .env_clear()
        .env("PROXY_USER", "ops:right")
        .env("WRONG", "ops:wrong")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let report: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{output:?}"));
    let row = |check: &str| {
        let rows = report["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["check"] == check).unwrap();
        println!("{check}: {} — {}", row["symptom"], row["says"]);
        row["symptom"].as_str().unwrap_or_default().to_owned()
    };
    (row("name-resolves"), row("port-open"))
}

/// A host that only the router reaches, since the router forwards nothing to it.
fn behind_a_router() -> Rig {
    let mut rig = path_of(1);
    rig.listen(2, &[8443]);
    rig.rule(1, "tcp dport { 8443, 8444 } drop");
    rig
}

#[test]
fn an_http_proxy_is_used_and_its_answers_are_told_apart() {
    if !available("an_http_proxy_is_used_and_its_answers_are_told_apart")
        || !installed("tinyproxy", &["tinyproxy"])
    {
        return;
    }
    let rig = behind_a_router();
    let proxy = ["--proxy", "http://10.77.1.2:8888"];
    let host = |port: u16| format!("https://10.77.2.2:{port}");
    let told = |port: u16, options: &[&str]| symptom(&rig, &host(port), options).1;
    assert_eq!(told(8443, &proxy), "proxy-unavailable");
    // The proxy's own name server is off, so that it knows soon that it finds nothing.
    let _files = rig.files(1, &[("resolv.conf", "nameserver 127.0.0.1\n")]);
    let open = start(&rig, &["tinyproxy", "-d", "-c"], TINYPROXY, 8888);
    assert_eq!(told(8443, &proxy), "open");
    assert_eq!(told(8444, &proxy), "proxy-fails");
    assert_eq!(told(8445, &proxy), "proxy-forbids");
    // The proxy finds the name, or does not: this machine's name servers are not asked.
    let named = symptom(&rig, "https://nowhere.invalid:8443", &proxy);
    assert_eq!(
        named,
        ("left-to-proxy".to_owned(), "proxy-fails".to_owned())
    );
    drop(open);
    let guarded = format!("{TINYPROXY}BasicAuth ops right\n");
    let _guarded = start(&rig, &["tinyproxy", "-d", "-c"], &guarded, 8888);
    assert_eq!(told(8443, &proxy), "proxy-credentials");
    let with = |user: &'static str| [proxy[0], proxy[1], "--proxy-user", user];
    assert_eq!(told(8443, &with("env:WRONG")), "proxy-credentials");
    assert_eq!(told(8443, &with("env:PROXY_USER")), "open");
}

#[test]
fn a_socks_proxy_is_used_and_its_answers_are_told_apart() {
    if !available("a_socks_proxy_is_used_and_its_answers_are_told_apart")
        || !installed("dante", &["danted"])
    {
        return;
    }
    let rig = behind_a_router();
    let _dante = start(&rig, &["danted", "-f"], DANTE, 1080);
    for scheme in ["socks5", "socks5h"] {
        let proxy = format!("{scheme}://10.77.1.2:1080");
        let options = ["--proxy", &proxy];
        let told = |port: u16| symptom(&rig, &format!("https://10.77.2.2:{port}"), &options).1;
        assert_eq!(told(8443), "open");
        assert_eq!(told(8444), "proxy-fails");
        assert_eq!(told(8446), "proxy-forbids");
    }
}

#[test]
fn each_source_address_goes_by_way_of_the_proxy_which_alone_sees_it() {
    if !available("each_source_address_goes_by_way_of_the_proxy_which_alone_sees_it")
        || !installed("tinyproxy", &["tinyproxy"])
        || !installed("dante", &["danted"])
    {
        return;
    }
    let rig = behind_a_router();
    let config = format!("{TINYPROXY}Allow 10.77.1.1\nAllow 10.77.1.11\n");
    let _tinyproxy = start(&rig, &["tinyproxy", "-d", "-c"], &config, 8888);
    let _dante = start(&rig, &["danted", "-f"], DANTE, 1080);
    let sources = |proxy: &str, sources: &[&str]| {
        let mut options = vec!["--proxy", proxy, "--connect-timeout", "3"];
        for source in sources {
            options.extend(["--source-ip", source]);
        }
        let report = crate::program::report(&rig, "https://10.77.2.2:8443", &options);
        let row = crate::program::row(&report, "sources-admitted");
        let says = row["says"].as_str().unwrap_or_default().to_owned();
        (row["symptom"].as_str().unwrap_or_default().to_owned(), says)
    };
    // The host sees the proxy whatever the source, so that all get through proves nothing of the firewalls behind it.
    for proxy in ["socks5h://10.77.1.2:1080", "socks5://10.77.1.2:1080"] {
        let (symptom, says) = sources(proxy, &["10.77.1.11", "10.77.1.12"]);
        assert_eq!(symptom, "seen-as-proxy", "{says}");
        assert!(says.contains("the host sees the proxy's address"), "{says}");
    }
    // What the proxy itself admits is seen.
    let (symptom, says) = sources("http://10.77.1.2:8888", &["10.77.1.11", "10.77.1.12"]);
    assert_eq!(symptom, "some-refused", "{says}");
    let told = "admitted from 10.77.1.11, not connected by the proxy from 10.77.1.12";
    assert!(says.contains(told), "{says}");
}

#[test]
fn sentences_behind_a_proxy_name_the_host_and_never_the_proxy_in_its_place() {
    if !available("sentences_behind_a_proxy_name_the_host_and_never_the_proxy_in_its_place")
        || !installed("dante", &["danted"])
    {
        return;
    }
    let rig = behind_a_router();
    let _dante = start(&rig, &["danted", "-f"], DANTE, 1080);
    let proxy = "socks5h://10.77.1.2:1080";
    let options = ["--proxy", proxy, "--connect-timeout", "2"];
    let report = crate::program::report(&rig, "https://10.77.2.2:8443", &options);
    let row = crate::program::row(&report, "tls-agreed");
    let says = row["says"].as_str().unwrap();
    let host = format!("10.77.2.2:8443 (through {proxy}) accepted");
    assert!(says.starts_with(&host), "{says}");
    let remedies = row["try"].to_string();
    assert!(!remedies.contains("10.77.1.2:1080"), "{remedies}");
    for row in report["rows"].as_array().unwrap() {
        let says = row["says"].as_str().unwrap_or_default();
        assert!(!says.contains("10.77.1.2:1080 accepted"), "{says}");
    }
}
