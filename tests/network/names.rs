//! Names, with the name servers that people run.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use orch_doctor::names::{AnsweredBy, Outcome, Refusal, Resolution, Silence, Trouble};

use crate::rig::{Question, Rig, Work, available, installed, path_of};

/// A name server in a namespace; stopped when dropped.
pub(crate) struct Server(Child, Option<tempfile::TempDir>);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a server that writes what it does to its standard error, and waits for the line that says it is ready.
fn start(rig: &Rig, node: u8, program: &[&str], ready: &str) -> Server {
    let mut command = rig.command(node, program);
    let mut child = command
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    let found = lines.by_ref().map_while(Result::ok).find(|line| {
        said.push(line.clone());
        line.contains(ready)
    });
    let server = Server(child, None);
    assert!(found.is_some(), "{program:?} said {said:#?}");
    // What it says later must not stop it.
    std::thread::spawn(move || lines.for_each(drop));
    server
}

/// Starts a resolver that knows these records and nothing else.
pub(crate) fn resolver(rig: &Rig, node: u8, records: &str) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unbound.conf");
    let begin = UNBOUND
        .split("    access-control: 10.77.1.11")
        .next()
        .unwrap();
    let config = format!(
        "{begin}    module-config: \"iterator\"\n    {records}\nremote-control:\n    control-enable: no\n"
    );
    let own = folder.path().to_str().unwrap();
    std::fs::write(&path, config.replace('@', own)).unwrap();
    let unbound = ["unbound", "-d", "-c", path.to_str().unwrap()];
    let mut server = start(rig, node, &unbound, "start of service");
    server.1 = Some(folder);
    server
}

const UNBOUND: &str = r#"
server:
    directory: "@"
    chroot: ""
    username: ""
    pidfile: ""
    use-syslog: no
    verbosity: 1
    interface: 0.0.0.0
    interface: ::0
    access-control: 0.0.0.0/0 allow
    access-control: 10.77.1.11/32 refuse
    do-not-query-localhost: no
    module-config: "validator iterator"
    ede: yes
    trust-anchor: "bogus.test. DS 12345 13 2 0000000000000000000000000000000000000000000000000000000000000000"
    local-zone: "zone.test." static
    local-data: "orch.zone.test. 60 A 192.0.2.9"
    local-data: "orch.zone.test. 60 AAAA 2001:db8::9"
    local-data: "six.zone.test. 60 AAAA 2001:db8::9"
    local-data: "text.zone.test. 60 TXT x"
    local-data: "short.corp.test. 60 A 192.0.2.10"
    local-zone: "."  refuse
    local-zone: "bogus.test." transparent
    local-zone: "dead.test." transparent
    local-zone: "loop.test." transparent
stub-zone:
    name: "bogus.test."
    stub-addr: 127.0.0.1@5300
stub-zone:
    name: "loop.test."
    stub-addr: 127.0.0.1@5300
stub-zone:
    name: "dead.test."
    stub-addr: 127.0.0.1@5399
remote-control:
    control-enable: no
"#;

const KNOT: &str = r#"
server:
    listen: 127.0.0.1@5300
    rundir: "@"
log:
  - target: stderr
    any: info
database:
    storage: "@"
zone:
  - domain: bogus.test
    file: "@/bogus.zone"
  - domain: loop.test
    file: "@/loop.zone"
"#;

const ZONE: &str = "@ 60 SOA ns. me. 1 60 60 60 60\n@ 60 NS ns.other.\n";

/// One node with unbound, and knot behind it; its files go with the folder.
fn node() -> Option<(Rig, Vec<Server>, tempfile::TempDir)> {
    if !installed("real name servers", &["unbound", "knotd"]) {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text.replace('@', path)).unwrap();
    };
    let config = |text: &str| {
        text.replace("@5", "#5")
            .replace('@', path)
            .replace('#', "@")
    };
    std::fs::write(folder.path().join("unbound.conf"), config(UNBOUND)).unwrap();
    std::fs::write(folder.path().join("knot.conf"), config(KNOT)).unwrap();
    write("none", "");
    let bogus = format!("{ZONE}www 60 A 192.0.2.9\n");
    std::fs::write(folder.path().join("bogus.zone"), bogus).unwrap();
    let aliases =
        "a 60 CNAME b\nb 60 CNAME a\nx 60 CNAME gone\nfar 60 CNAME host\nhost 60 A 192.0.2.9\n";
    std::fs::write(folder.path().join("loop.zone"), format!("{ZONE}{aliases}")).unwrap();
    let rig = path_of(1);
    let knot = ["knotd", "-c", &format!("{path}/knot.conf")];
    let knot = start(&rig, 1, &knot, "server started");
    let unbound = ["unbound", "-d", "-c", &format!("{path}/unbound.conf")];
    let unbound = start(&rig, 1, &unbound, "start of service");
    Some((rig, vec![unbound, knot], folder))
}

fn ask(rig: &Rig, names: &[&str], server: &str) -> Vec<Resolution> {
    let question = |name: &&str| Question {
        name: (*name).to_owned(),
        server: server.parse().ok(),
        budget_ms: 3000,
    };
    rig.measure(&Work::Resolve {
        questions: names.iter().map(question).collect(),
    })
}

#[test]
fn each_answer_of_a_real_resolver_is_told_apart() {
    if !available("each_answer_of_a_real_resolver_is_told_apart") {
        return;
    }
    let Some((rig, _servers, _folder)) = node() else {
        return;
    };
    let names = [
        "orch.zone.test",
        "six.zone.test",
        "text.zone.test",
        "gone.zone.test",
        "elsewhere.example",
        "www.bogus.test",
        "www.dead.test",
        "a.loop.test",
        "x.loop.test",
        "far.loop.test",
    ];
    let found = ask(&rig, &names, "10.77.1.2:53");
    let outcomes: Vec<&Outcome> = found.iter().map(|found| &found.outcome).collect();
    assert_eq!(found[0].addresses.len(), 2, "{:?}", found[0]);
    assert_eq!(outcomes[1], &Outcome::Resolved);
    assert_eq!(outcomes[2], &Outcome::NoAddress);
    assert_eq!(outcomes[3], &Outcome::NoSuchName);
    assert_eq!(
        outcomes[4],
        &Outcome::Refused {
            how: Refusal::Reported
        }
    );
    let Outcome::ServerFailure {
        why:
            Trouble::Reported {
                code: 2,
                extended,
                unvalidated_answers: true,
            },
    } = outcomes[5]
    else {
        panic!("{:?}", outcomes[5]);
    };
    assert!(!extended.is_empty());
    assert!(
        matches!(
            outcomes[6],
            Outcome::ServerFailure { .. } | Outcome::Silent { .. }
        ),
        "{:?}",
        outcomes[6]
    );
    assert!(
        matches!(outcomes[7], Outcome::ServerFailure { .. }),
        "{:?}",
        outcomes[7]
    );
    assert_eq!(outcomes[8], &Outcome::NoSuchName);
    assert_eq!(found[8].aliases, ["gone.loop.test"]);
    assert_eq!(outcomes[9], &Outcome::Resolved);
    assert_eq!(found[9].aliases, ["host.loop.test"]);
}

#[test]
fn a_name_server_behind_a_firewall_is_silent_and_one_that_is_off_refuses() {
    if !available("a_name_server_behind_a_firewall_is_silent_and_one_that_is_off_refuses") {
        return;
    }
    let rig = path_of(1);
    rig.rule(1, "udp dport 53 drop");
    let silent = ask(&rig, &["orch.test"], "10.77.2.2:53").remove(0);
    assert_eq!(
        silent.outcome,
        Outcome::Silent {
            how: Silence::NoAnswer
        }
    );
    assert!((3000..3600).contains(&silent.took_ms), "{}", silent.took_ms);
    let off = ask(&rig, &["orch.test"], "10.77.2.2:5353").remove(0);
    assert_eq!(
        off.outcome,
        Outcome::Refused {
            how: Refusal::PortClosed
        }
    );
    rig.rule(1, "udp dport 5354 reject with icmpx type admin-prohibited");
    let barred = ask(&rig, &["orch.test"], "10.77.2.2:5354").remove(0);
    assert!(
        matches!(barred.outcome, Outcome::Silent { .. }),
        "{:?}",
        barred.outcome
    );
}

#[test]
fn the_machines_own_way_uses_its_servers_search_domains_and_hosts() {
    if !available("the_machines_own_way_uses_its_servers_search_domains_and_hosts") {
        return;
    }
    let Some((rig, _servers, _folder)) = node() else {
        return;
    };
    let files = [
        ("resolv.conf", "nameserver 10.77.1.2\nsearch corp.test\n"),
        ("hosts", "192.0.2.77 known.test\n"),
    ];
    let _files = rig.files(0, &files);
    let found = ask(
        &rig,
        &["orch.zone.test", "short", "known.test", "gone.zone.test"],
        "",
    );
    let server = AnsweredBy::Server {
        address: "10.77.1.2:53".parse().unwrap(),
    };
    assert_eq!(found[0].answered_by, Some(server));
    assert_eq!(found[1].found_as.as_deref(), Some("short.corp.test"));
    assert_eq!(found[2].answered_by, Some(AnsweredBy::HostsFile));
    assert_eq!(found[3].outcome, Outcome::NoSuchName);
}
