//! The network's part on a real network: namespaces, routers and firewalls that the test makes and removes.
//!
//! Needs root, `ip` and `nft`; a test that cannot run says so, and fails where `ORCH_DOCTOR_REQUIRE` is set.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops at what it cannot do, and says what it leaves out"
)]

#[path = "network/harder.rs"]
mod harder;
#[path = "network/names.rs"]
mod names;
#[path = "network/outward.rs"]
mod outward;
#[path = "network/program.rs"]
mod program;
#[path = "network/proxies.rs"]
mod proxies;
#[path = "support/rig.rs"]
mod rig;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use orch_doctor::dial::{Dial, Failure, Senders, dial};
use orch_doctor::names::{Resolution, resolve};
use orch_doctor::path::{Location, Options, Remark, Seen, Verdict, sweep};
use rig::{Differences, Question, Rig, Target, WORK, Work, answer, available, path_of, v4, v6};

/// Not a test: what the others run inside a namespace.
#[tokio::test]
async fn worker() {
    let Some(work) = std::env::var_os(WORK) else {
        return;
    };
    match serde_json::from_str(work.to_str().unwrap()).unwrap() {
        Work::Listen { ports } => listen(&ports).await,
        Work::Sweep { targets } => {
            let told = targets.iter().map(|target| measure(target, Senders::Asked));
            answer(&join_all(told).await);
        }
        Work::SweepUntold { targets } => {
            let untold = targets
                .iter()
                .map(|target| measure(target, Senders::Untold));
            answer(&join_all(untold).await);
        }
        Work::Resolve { questions } => answer(&join_all(questions.iter().map(look_up)).await),
        Work::Dial { targets, budget_ms } => {
            let timeout = Duration::from_millis(budget_ms);
            answer(&join_all(targets.iter().map(|target| connect(target, timeout))).await);
        }
    }
}

async fn measure(target: &Target, senders: Senders) -> Seen {
    let options = Options {
        senders,
        source: target.source,
        known_open: target.known_open,
        ..Options::within(Duration::from_secs(4))
    };
    let (routers, _heard) = tokio::sync::mpsc::unbounded_channel();
    sweep(target.address, &options, routers).await
}

async fn look_up(question: &Question) -> Resolution {
    let budget = Duration::from_millis(question.budget_ms);
    resolve(&question.name, question.server, budget).await
}

async fn connect(target: &Target, timeout: Duration) -> Option<Failure> {
    let options = Dial {
        source: target.source,
        ..Dial::within(timeout)
    };
    dial(target.address, &options).await.err()
}

async fn listen(ports: &[u16]) {
    let mut listeners = Vec::new();
    for port in ports {
        let any: SocketAddr = format!("[::]:{port}").parse().unwrap();
        listeners.push(tokio::net::TcpListener::bind(any).await.unwrap());
    }
    answer(&ports);
    let accept_all = |listener: tokio::net::TcpListener| async move {
        while let Ok(_accepted) = listener.accept().await {}
    };
    join_all(listeners.into_iter().map(accept_all)).await;
}

/// What a case is to come to: the verdict and the hops between which it happens.
type Expected = (Verdict, Option<(u8, u8)>);

fn found(location: &Location) -> Expected {
    let hops = location.between.map(|[left, right]| (left.hop, right.hop));
    (location.verdict, hops)
}

fn target(address: IpAddr, port: u16) -> Target {
    Target {
        address: SocketAddr::new(address, port),
        source: None,
        known_open: None,
    }
}

/// Three routers and a host, with one firewall rule a port: the port, where, which hook, the rule, what it comes to.
const SITUATIONS: &[(u16, u8, &str, &str, Expected)] = &[
    (8000, 0, "", "", CLEAR),
    (
        8001,
        1,
        "forward",
        "drop",
        (Verdict::DroppedBetween, Some((1, 2))),
    ),
    (
        8002,
        2,
        "forward",
        "drop",
        (Verdict::DroppedBetween, Some((2, 3))),
    ),
    (
        8003,
        3,
        "forward",
        "drop",
        (Verdict::DroppedBetween, Some((3, 4))),
    ),
    (
        8004,
        4,
        "input",
        "drop",
        (Verdict::DroppedBetween, Some((3, 4))),
    ),
    (
        8011,
        1,
        "forward",
        "reject with icmpx type admin-prohibited",
        (Verdict::RejectedByHop, Some((1, 2))),
    ),
    (
        8012,
        2,
        "forward",
        "reject with icmpx type admin-prohibited",
        (Verdict::RejectedByHop, Some((2, 3))),
    ),
    (
        8013,
        3,
        "forward",
        "reject with icmpx type admin-prohibited",
        (Verdict::RejectedByHop, Some((3, 4))),
    ),
    (
        8014,
        4,
        "input",
        "reject with icmpx type port-unreachable",
        (Verdict::RejectedByHop, Some((3, 4))),
    ),
    (
        8015,
        2,
        "forward",
        "reject with icmpx type host-unreachable",
        (Verdict::RejectedByHop, Some((2, 3))),
    ),
    (
        8016,
        2,
        "prerouting",
        "drop",
        (Verdict::DroppedBetween, Some((1, 2))),
    ),
    (
        8017,
        1,
        "prerouting",
        "drop",
        (Verdict::DroppedBetween, Some((0, 1))),
    ),
    (
        8021,
        1,
        "forward",
        "reject with tcp reset",
        (Verdict::ResetByHop, Some((1, 2))),
    ),
    (
        8022,
        2,
        "forward",
        "reject with tcp reset",
        (Verdict::ResetByHop, Some((2, 3))),
    ),
    // The last router's reset and the host's own look the same.
    (8023, 3, "forward", "reject with tcp reset", CLEAR),
    (8024, 0, "", "", CLEAR),
];

/// The ports of the table that are closed.
const CLOSED: u16 = 8024;

fn situations(rig: &mut Rig) {
    let ports: Vec<u16> = SITUATIONS
        .iter()
        .map(|case| case.0)
        .filter(|port| *port != CLOSED)
        .collect();
    for (port, node, hook, rule, _) in SITUATIONS {
        if !rule.is_empty() {
            rig.rule_at(*node, hook, &format!("tcp dport {port} {rule}"));
        }
    }
    rig.listen(rig.host(), &ports);
}

fn every_situation_is_placed(rig: &Rig, address: impl Fn(u8) -> IpAddr) {
    let targets = SITUATIONS
        .iter()
        .map(|case| target(address(rig.host()), case.0))
        .collect();
    let seen: Vec<Seen> = rig.measure(&Work::Sweep { targets });
    let mut differences = Differences::default();
    for (seen, (port, node, hook, rule, expected)) in seen.iter().zip(SITUATIONS) {
        let case = format!("port {port}: {rule} at {node} {hook}");
        let location = seen.location();
        differences.expect(&case, &found(&location), expected);
        differences.expect(&format!("{case}: in time"), &(seen.took_ms < 4000), &true);
        for place in location
            .between
            .iter()
            .flatten()
            .filter(|place| place.hop > 0)
        {
            let known = Some(address(place.hop));
            differences.expect(
                &format!("{case}: address of {}", place.hop),
                &place.address,
                &known,
            );
        }
    }
}

#[test]
fn every_situation_is_placed_ipv4() {
    if !available("every_situation_is_placed_ipv4") {
        return;
    }
    let mut rig = path_of(3);
    situations(&mut rig);
    every_situation_is_placed(&rig, v4);
}

#[test]
fn every_situation_is_placed_ipv6() {
    if !available("every_situation_is_placed_ipv6") {
        return;
    }
    let mut rig = path_of(3);
    situations(&mut rig);
    every_situation_is_placed(&rig, v6);
}

/// One measurement of one port of the host.
fn locate(rig: &Rig, port: u16) -> Location {
    locate_at(rig, v4(rig.host()), port)
}

fn locate_at(rig: &Rig, address: IpAddr, port: u16) -> Location {
    locate_all(rig, vec![target(address, port)]).remove(0)
}

/// Several measurements at the same time.
fn locate_all(rig: &Rig, targets: Vec<Target>) -> Vec<Location> {
    let seen: Vec<Seen> = rig.measure(&Work::Sweep { targets });
    for seen in &seen {
        let location = seen.location();
        println!("{}: {location:?} in {} ms", seen.target, seen.took_ms);
    }
    seen.iter().map(Seen::location).collect()
}

/// Measures each at the same time, and compares what they come to.
fn expect(rig: &Rig, cases: &[(IpAddr, u16, Expected)]) {
    let targets = cases.iter().map(|case| target(case.0, case.1));
    let mut differences = Differences::default();
    for (location, case) in locate_all(rig, targets.collect()).iter().zip(cases) {
        differences.expect(
            &format!("{} port {}", case.0, case.1),
            &found(location),
            &case.2,
        );
    }
}

const CLEAR: Expected = (Verdict::Clear, None);

fn dropped(left: u8, right: u8) -> Expected {
    (Verdict::DroppedBetween, Some((left, right)))
}

fn rejected(left: u8, right: u8) -> Expected {
    (Verdict::RejectedByHop, Some((left, right)))
}

#[test]
fn a_drop_on_a_long_path_is_placed_in_time() {
    if !available("a_drop_on_a_long_path_is_placed_in_time") {
        return;
    }
    let rig = path_of(10);
    rig.rule(7, "tcp dport 8443 drop");
    let targets = vec![target(v4(rig.host()), 8443)];
    let seen: Vec<Seen> = rig.measure(&Work::Sweep { targets });
    assert_eq!(found(&seen[0].location()), dropped(7, 8));
    assert!(seen[0].took_ms < 4000, "{}", seen[0].took_ms);
    let report = program::report(&rig, "https://10.77.11.2:8443", &["--only", "path-clear"]);
    let path = program::row(&report, "path-clear");
    assert_eq!(path["symptom"], "dropped-between");
    assert_eq!(path["evidence"]["between"][0]["hop"], 7);
    assert!(report["took_ms"].as_u64().unwrap() < 4000, "{report}");
}

#[test]
fn a_silent_router_is_not_taken_for_a_drop() {
    if !available("a_silent_router_is_not_taken_for_a_drop") {
        return;
    }
    let mut rig = path_of(4);
    rig.rule_at(2, "output", "icmp type time-exceeded drop");
    rig.listen(5, &[8000, 8003, 8005, 8002]);
    rig.rule(3, "tcp dport 8003 drop");
    rig.rule(5, "tcp dport 8005 drop");
    rig.rule(2, "tcp dport 8002 drop");
    let host = v4(5);
    let cases = [
        (host, 8000, CLEAR),
        (host, 8003, dropped(3, 4)),
        (host, 8005, dropped(4, 5)),
        // The silent router drops it itself: the interval contains it and does not pretend to more.
        (host, 8002, dropped(1, 3)),
    ];
    expect(&rig, &cases);
}

#[test]
fn limited_icmp_is_not_taken_for_a_drop() {
    if !available("limited_icmp_is_not_taken_for_a_drop") {
        return;
    }
    let mut rig = path_of(4);
    let ports: Vec<u16> = (8001..=8005).collect();
    rig.listen(5, &ports);
    for node in 1..=4 {
        rig.rule_at(
            node,
            "output",
            "icmp type time-exceeded limit rate over 1/second burst 1 packets drop",
        );
    }
    for node in 1..=5_u8 {
        let port = 8000 + u16::from(node);
        rig.rule(node, &format!("tcp dport {port} drop"));
    }
    for node in 1..=5_u8 {
        let location = locate(&rig, 8000 + u16::from(node));
        let true_left = node.min(4);
        if let Some([left, right]) = location.between {
            assert!(
                left.hop <= true_left && right.hop > true_left,
                "node {node}: {location:?}"
            );
        } else {
            assert_eq!(location.verdict, Verdict::Unlocated, "node {node}");
        }
    }
}

#[test]
fn the_usual_limit_of_icmp_leaves_the_place_right() {
    if !available("the_usual_limit_of_icmp_leaves_the_place_right") {
        return;
    }
    let mut rig = path_of(3);
    for node in 1..=3 {
        let usual = [
            "net.ipv4.icmp_ratelimit=1000",
            "net.ipv4.icmp_msgs_per_sec=1000",
            "net.ipv4.icmp_msgs_burst=50",
        ];
        rig.sysctl(node, &usual);
    }
    rig.listen(4, &[8002]);
    rig.rule(2, "tcp dport 8002 drop");
    rig.rule(2, "tcp dport 8012 reject with icmpx type admin-prohibited");
    for _ in 0..2 {
        let location = locate(&rig, 8002);
        if let Some([left, right]) = location.between {
            assert!(left.hop <= 2 && right.hop >= 3, "{location:?}");
        }
    }
    let location = locate(&rig, 8012);
    assert_eq!(location.verdict, Verdict::RejectedByHop);
    assert_eq!(location.complaint.unwrap().by, Some(v4(2)));
}

#[test]
fn loss_on_one_way_leaves_the_place_right() {
    if !available("loss_on_one_way_leaves_the_place_right") {
        return;
    }
    let mut rig = path_of(3);
    situations(&mut rig);
    // One packet of five is lost on the way out, and none on the way back.
    rig.rule_at(
        1,
        "prerouting",
        "iifname \"u1\" numgen random mod 100 < 20 drop",
    );
    every_situation_is_placed(&rig, v4);
}

#[test]
fn a_firewall_that_drops_everything_is_placed_behind_the_last_hop_that_answers() {
    if !available("a_firewall_that_drops_everything_is_placed_behind_the_last_hop_that_answers") {
        return;
    }
    let mut rig = path_of(3);
    rig.listen(4, &[443]);
    rig.rule(2, "tcp dport != 443 drop");
    let location = locate(&rig, 8443);
    assert_eq!(found(&location), dropped(2, 3));
    rig.shell(2, "nft flush ruleset");
    rig.rule(2, "drop");
    let location = locate(&rig, 8443);
    assert_eq!(found(&location), dropped(2, 3));
    assert_eq!(location.between.unwrap()[1].address, None);
}

#[test]
fn a_path_on_which_nothing_answers_is_unlocated() {
    if !available("a_path_on_which_nothing_answers_is_unlocated") {
        return;
    }
    let rig = path_of(2);
    rig.rule_at(1, "prerouting", "iifname \"u1\" drop");
    assert_eq!(found(&locate(&rig, 8443)), (Verdict::Unlocated, None));
}

#[test]
fn a_host_on_the_same_wire_and_this_machine_are_told() {
    if !available("a_host_on_the_same_wire_and_this_machine_are_told") {
        return;
    }
    let mut rig = path_of(0);
    rig.listen(1, &[8000, 8001]);
    rig.rule(1, "tcp dport 8001 drop");
    rig.rule(1, "tcp dport 8002 reject with icmpx type admin-prohibited");
    rig.rule_at(0, "input", "tcp dport 9001 drop");
    rig.rule_at(
        0,
        "output",
        "tcp dport 9002 reject with icmpx type admin-prohibited",
    );
    rig.gives_up_on_neighbours_soon(0);
    let own = "10.77.1.1".parse().unwrap();
    let cases = [
        (v4(1), 8000, CLEAR),
        (v4(1), 8003, CLEAR),
        (v4(1), 8001, dropped(0, 1)),
        (v4(1), 8002, rejected(0, 1)),
        (v4(1), 9002, rejected(0, 1)),
        (own, 9000, CLEAR),
        (own, 9001, dropped(0, 0)),
        ("::1".parse().unwrap(), 9001, dropped(0, 0)),
        // A neighbour that does not exist: this machine itself says that it is not reached.
        ("10.77.1.99".parse().unwrap(), 8443, rejected(0, 1)),
    ];
    expect(&rig, &cases);
}

#[test]
fn a_host_that_is_off_is_told_by_the_last_router() {
    if !available("a_host_that_is_off_is_told_by_the_last_router") {
        return;
    }
    let rig = path_of(2);
    rig.gives_up_on_neighbours_soon(2);
    let location = locate_at(&rig, "10.77.3.99".parse().unwrap(), 8443);
    assert_eq!(found(&location), (Verdict::RejectedByHop, Some((2, 3))));
    assert_eq!(location.complaint.unwrap().by, Some(v4(2)));
}

#[test]
fn a_device_that_answers_for_the_host_is_told() {
    if !available("a_device_that_answers_for_the_host_is_told") {
        return;
    }
    let mut rig = path_of(3);
    rig.listen(2, &[8443]);
    rig.shell(2, "nft 'table ip odt { chain n { type nat hook prerouting priority -100; tcp dport 8443 redirect; }; }'");
    let location = locate(&rig, 8443);
    assert_eq!(found(&location), CLEAR);
    assert_eq!(location.remark, Some(Remark::AnsweredBeforeHost));
}

#[test]
fn a_port_forwarded_farther_than_its_address_is_placed() {
    if !available("a_port_forwarded_farther_than_its_address_is_placed") {
        return;
    }
    let mut rig = path_of(3);
    rig.listen(4, &[8443, 8444]);
    // The address belongs to the second router, which forwards two ports to the host.
    rig.shell(2, "nft 'table ip odt { chain n { type nat hook prerouting priority -100; tcp dport { 8443, 8444, 8445 } dnat to 10.77.4.2; }; }'");
    rig.rule(3, "tcp dport 8444 drop");
    let address = v4(2);
    let cases = [
        (address, 8443, CLEAR),
        (address, 8444, dropped(3, 4)),
        (address, 8445, CLEAR),
    ];
    expect(&rig, &cases);
}

#[test]
fn a_router_that_renews_the_hop_limit_does_not_mislead() {
    if !available("a_router_that_renews_the_hop_limit_does_not_mislead") {
        return;
    }
    let mut rig = path_of(4);
    rig.listen(5, &[8000, 8003, 8001]);
    rig.rule_at(2, "prerouting", "ip ttl set 64");
    rig.rule(3, "tcp dport 8003 drop");
    rig.rule(1, "tcp dport 8001 drop");
    rig.rule(3, "tcp dport 8013 reject with icmpx type admin-prohibited");
    rig.rule(3, "tcp dport 8023 reject with tcp reset");
    // Behind that router distances mean nothing, so all of it is one step: from the router before it to the host.
    let host = v4(5);
    let cases = [
        (host, 8000, CLEAR),
        (host, 8003, dropped(1, 2)),
        (host, 8001, dropped(1, 2)),
        (host, 8013, rejected(1, 2)),
        (host, 8023, CLEAR),
    ];
    expect(&rig, &cases);
    let [before, after] = locate(&rig, 8003).between.unwrap();
    assert_eq!((before.address, after.address), (Some(v4(1)), Some(host)));
}

#[test]
fn packets_that_go_in_circles_are_told() {
    if !available("packets_that_go_in_circles_are_told") {
        return;
    }
    let rig = path_of(3);
    rig.ip(3, "route add 10.99.0.0/16 via 10.77.3.1\n");
    let location = locate_at(&rig, "10.99.0.1".parse().unwrap(), 8443);
    assert_eq!(location.remark, Some(Remark::Circle));
    assert_eq!(location.between.unwrap()[0].hop, 2);
}

#[test]
fn an_allowlist_lets_one_source_through_and_not_the_other() {
    if !available("an_allowlist_lets_one_source_through_and_not_the_other") {
        return;
    }
    let mut rig = path_of(3);
    rig.listen(4, &[8443]);
    rig.rule(2, "tcp dport 8443 ip saddr != 10.77.1.11 drop");
    let from = |source: &str| Target {
        source: Some(source.parse().unwrap()),
        ..target(v4(4), 8443)
    };
    let located = locate_all(&rig, vec![from("10.77.1.11"), from("10.77.1.12")]);
    assert_eq!(found(&located[0]), CLEAR);
    assert_eq!(found(&located[1]), dropped(2, 3));
}

#[test]
fn two_paths_of_different_length_do_not_mislead() {
    if !available("two_paths_of_different_length_do_not_mislead") {
        return;
    }
    let mut rig = path_of(4);
    rig.listen(5, &[8000, 8004]);
    // Router 1 sends half of the connections straight to router 3, the others by way of router 2.
    rig.shell(
        1,
        &format!(
            "ip link add s1 type veth peer name s3 netns {}\n\
             ip addr add 10.78.0.1/24 dev s1; ip link set s1 up\n\
             echo 1 > /proc/sys/net/ipv4/fib_multipath_hash_policy\n\
             ip route replace default nexthop via 10.77.2.2 nexthop via 10.78.0.2",
            rig.node(3)
        ),
    );
    rig.shell(3, "ip addr add 10.78.0.2/24 dev s3; ip link set s3 up");
    rig.rule(4, "tcp dport 8004 drop");
    rig.rule(1, "tcp dport 8001 reject with tcp reset");
    let located = locate_all(
        &rig,
        [8000, 8004, 8010, 8001]
            .map(|port| target(v4(5), port))
            .to_vec(),
    );
    assert_eq!(located[0].verdict, Verdict::Clear);
    // The closed port of the host is no reset of a router, whichever path the packets took.
    assert!(
        located[2].verdict != Verdict::ResetByHop,
        "{:?}",
        located[2]
    );
    if let Some([left, right]) = located[1].between {
        let truth = [v4(4), v4(5)];
        let told = [left.address, right.address];
        let before = [v4(1), v4(2), v4(3), "10.78.0.2".parse().unwrap(), v4(4)];
        assert!(before.contains(&told[0].unwrap()), "{told:?}");
        assert!(told[1].is_none_or(|right| right == truth[1]), "{told:?}");
    }
    let forged = found(&located[3]);
    assert!(
        [
            (Verdict::ResetByHop, Some((1, 2))),
            (Verdict::Unlocated, None)
        ]
        .contains(&forged),
        "{forged:?}"
    );
}

/// What connecting to each port of the table comes to, with the devices' addresses of one family and its ICMP codes:
/// prohibited, port and host unreachable.
fn ways_not_to_connect(
    device: fn(u8) -> IpAddr,
    codes: [u8; 3],
) -> Vec<(SocketAddr, Option<Failure>)> {
    let prohibited = |hop, code| Failure::Prohibited {
        by: Some(device(hop)),
        code: Some(code),
    };
    let unreachable = Failure::Unreachable {
        by: Some(device(2)),
        code: Some(codes[2]),
    };
    let silent = Failure::Silent {
        waited_ms: BUDGET_MS,
        attempts: 3,
    };
    let ways = [
        (8000, None),
        (8002, Some(silent)),
        (8012, Some(prohibited(2, codes[0]))),
        (8014, Some(prohibited(4, codes[1]))),
        (8015, Some(unreachable)),
        (8022, Some(Failure::Refused)),
        (CLOSED, Some(Failure::Refused)),
    ];
    let host = device(4);
    ways.map(|(port, failure)| (SocketAddr::new(host, port), failure))
        .to_vec()
}

const BUDGET_MS: u64 = 2000;

/// Connects to all at the same time, and compares what comes of it.
fn expect_failures(rig: &Rig, cases: &[(SocketAddr, Option<Failure>)]) {
    let targets = cases
        .iter()
        .map(|case| target(case.0.ip(), case.0.port()))
        .collect();
    let budget_ms = BUDGET_MS;
    let failures: Vec<Option<Failure>> = rig.measure(&Work::Dial { targets, budget_ms });
    let mut differences = Differences::default();
    for (mut failure, (address, expected)) in failures.into_iter().zip(cases) {
        if let Some(Failure::Silent { waited_ms, .. }) = &mut failure {
            assert!(
                (BUDGET_MS..BUDGET_MS + 400).contains(waited_ms),
                "{waited_ms}"
            );
            *waited_ms = BUDGET_MS;
        }
        differences.expect(&address.to_string(), &failure, expected);
    }
}

#[test]
fn each_way_not_to_connect_is_told_apart() {
    if !available("each_way_not_to_connect_is_told_apart") {
        return;
    }
    let mut rig = path_of(3);
    situations(&mut rig);
    let mut cases = ways_not_to_connect(v4, [13, 3, 1]);
    cases.extend(ways_not_to_connect(v6, [1, 4, 3]));
    expect_failures(&rig, &cases);
}

#[test]
fn what_routers_and_this_machine_say_of_a_route_is_told() {
    if !available("what_routers_and_this_machine_say_of_a_route_is_told") {
        return;
    }
    let rig = path_of(3);
    rig.ip(
        3,
        "route add prohibit 10.99.1.0/24\nroute add unreachable 10.99.2.0/24\n",
    );
    rig.ip(3, "route add 10.99.3.0/24 via 10.77.3.1\n");
    rig.ip(0, "route del ::/0 via fd77:1::2\n");
    let by = Some(v4(3));
    let cases = [
        ("[2001:db8::1]:8443", Failure::NoFamily),
        ("10.99.1.1:8443", Failure::Prohibited { by, code: Some(13) }),
        ("10.99.2.1:8443", Failure::Unreachable { by, code: Some(1) }),
    ];
    let cases = cases.map(|(address, failure)| (address.parse().unwrap(), Some(failure)));
    expect_failures(&rig, &cases);
    let circles = vec![target("10.99.3.1".parse().unwrap(), 8443)];
    let budget_ms = BUDGET_MS;
    let failures: Vec<Option<Failure>> = rig.measure(&Work::Dial {
        targets: circles,
        budget_ms,
    });
    assert!(
        matches!(failures[..], [Some(Failure::Loop { by: Some(_) })]),
        "{failures:?}"
    );
}

#[test]
fn loss_does_not_make_an_open_port_silent() {
    if !available("loss_does_not_make_an_open_port_silent") {
        return;
    }
    let mut rig = path_of(1);
    rig.listen(2, &[8000]);
    rig.rule_at(
        1,
        "prerouting",
        "iifname \"u1\" numgen random mod 100 < 20 drop",
    );
    let targets = vec![target(v4(2), 8000); 30];
    let failures: Vec<Option<Failure>> = rig.measure(&Work::Dial {
        targets,
        budget_ms: 5000,
    });
    assert!(failures.iter().all(Option::is_none), "{failures:?}");
}
