//! Paths on which a plain reading would name the wrong place.

use orch_doctor::path::{Remark, Seen, Verdict};

use crate::rig::{Work, available, path_of, v4, v6};
use crate::{CLEAR, dropped, expect, found, locate, locate_at, rejected, target};

#[test]
fn a_device_that_resets_every_port_is_not_taken_for_the_host() {
    if !available("a_device_that_resets_every_port_is_not_taken_for_the_host") {
        return;
    }
    let mut rig = path_of(4);
    rig.listen(5, &[8443]);
    rig.rule(2, "meta l4proto tcp reject with tcp reset");
    let reset = (Verdict::ResetByHop, Some((2, 3)));
    expect(&rig, &[(v4(5), 8443, reset), (v6(5), 8443, reset)]);
    // Where datagrams do not pass either, nothing shows that the host is farther away, and that is said.
    rig.rule(3, "meta l4proto udp drop");
    rig.rule_at(3, "output", "drop");
    rig.rule_at(4, "output", "drop");
    let location = locate(&rig, 8443);
    assert_eq!(found(&location), CLEAR);
    assert_eq!(location.remark, Some(Remark::NothingButRefusals));
}

#[test]
fn a_firewall_that_drops_all_tcp_is_placed_by_what_else_passes() {
    if !available("a_firewall_that_drops_all_tcp_is_placed_by_what_else_passes") {
        return;
    }
    let rig = path_of(4);
    rig.rule(2, "meta l4proto tcp drop");
    let location = locate(&rig, 8443);
    assert_eq!(found(&location), dropped(2, 3));
    assert_eq!(location.between.unwrap()[1].address, Some(v4(3)));
    assert_eq!(location.remark, None);
}

#[test]
fn routes_that_lead_nowhere_are_placed_before_the_router_that_has_them() {
    if !available("routes_that_lead_nowhere_are_placed_before_the_router_that_has_them") {
        return;
    }
    let rig = path_of(3);
    for (number, kind) in ["blackhole", "unreachable", "prohibit"].iter().enumerate() {
        let routes =
            format!("route add {kind} 10.66.{number}.0/24\nroute add {kind} fd66:{number}::/64\n");
        rig.ip(2, &routes);
    }
    let address = |text: &str| text.parse().unwrap();
    let cases = [
        (address("10.66.0.9"), 8443, dropped(1, 2)),
        (address("fd66:0::9"), 8443, dropped(1, 2)),
        (address("10.66.1.9"), 8443, rejected(1, 2)),
        (address("fd66:1::9"), 8443, rejected(1, 2)),
    ];
    expect(&rig, &cases);
    let location = locate_at(&rig, address("fd66:2::9"), 8443);
    assert_eq!(found(&location), rejected(1, 2));
    assert_eq!(location.complaint.unwrap().by, Some(v6(2)));
}

#[test]
fn answers_that_come_back_another_way_do_not_mislead() {
    if !available("answers_that_come_back_another_way_do_not_mislead") {
        return;
    }
    let mut rig = path_of(4);
    rig.listen(5, &[8000, 8003, 8004]);
    // The last router sends its answers straight to the first one, past a firewall that has seen half of them.
    let near = format!(
        "ip link add b1 type veth peer name b4 netns {}; ip addr add 10.88.0.1/24 dev b1; ip link set b1 up",
        rig.node(4)
    );
    rig.shell(1, &near);
    rig.shell(4, "ip addr add 10.88.0.4/24 dev b4; ip link set b4 up; ip route replace 10.77.1.0/24 via 10.88.0.1");
    rig.rule(2, "ct state invalid drop");
    rig.rule(3, "tcp dport 8003 drop");
    rig.rule(3, "tcp dport 8013 reject with tcp reset");
    rig.rule(1, "tcp sport 8004 drop");
    let host = v4(5);
    let cases = [
        (host, 8000, CLEAR),
        (host, 8003, dropped(3, 4)),
        (host, 8013, (Verdict::ResetByHop, Some((3, 4)))),
        (host, 8005, CLEAR),
        // Its answers are lost: from here that looks like the end of the way there, and the sentence says so.
        (host, 8004, dropped(4, 5)),
    ];
    expect(&rig, &cases);
}

#[test]
fn a_router_that_speaks_rarely_is_believed_the_first_time() {
    if !available("a_router_that_speaks_rarely_is_believed_the_first_time") {
        return;
    }
    let rig = path_of(3);
    rig.rule(2, "tcp dport 8443 reject with icmpx type admin-prohibited");
    // One such word is let out and no more: whoever connects first hears it.
    rig.rule_at(
        2,
        "output",
        "icmp type destination-unreachable limit rate over 1/hour burst 1 packets drop",
    );
    let report =
        crate::program::report(&rig, "https://10.77.4.2:8443", &["--connect-timeout", "2"]);
    assert_eq!(crate::program::roots(&report), ["port-open/prohibited"]);
    let path = crate::program::row(&report, "path-clear");
    assert_eq!(path["symptom"], "rejected-by-hop");
    let between = &path["evidence"]["between"];
    assert_eq!(
        (&between[0]["hop"], &between[1]["hop"]),
        (&2.into(), &3.into()),
        "{path}"
    );
}

#[test]
fn without_an_error_queue_only_what_distances_prove_is_told() {
    if !available("without_an_error_queue_only_what_distances_prove_is_told") {
        return;
    }
    let mut rig = path_of(3);
    rig.listen(4, &[8000, 8002]);
    rig.rule(2, "tcp dport 8002 drop");
    rig.rule(2, "tcp dport 8012 reject with tcp reset");
    let targets = [8000, 8002, 8012, 8022].map(|port| target(v4(4), port));
    let seen: Vec<Seen> = rig.measure(&Work::SweepUntold {
        targets: targets.to_vec(),
    });
    let locations: Vec<_> = seen.iter().map(Seen::location).collect();
    assert_eq!(found(&locations[0]), CLEAR);
    // It vanishes; where is not told, but how far away the host is.
    assert_eq!(found(&locations[1]), (Verdict::Unlocated, None));
    assert_eq!(locations[1].remark, Some(Remark::SendersUntold));
    assert_eq!(locations[1].distance, Some(4));
    // A reset from nearer than the host is not the host's.
    assert_eq!(locations[2].verdict, Verdict::ResetByHop);
    assert_eq!(found(&locations[2]).1, Some((0, 3)));
    assert_eq!(found(&locations[3]), CLEAR);
}

#[test]
fn a_server_that_resets_at_once_has_an_open_port() {
    if !available("a_server_that_resets_at_once_has_an_open_port") {
        return;
    }
    let mut rig = path_of(1);
    rig.listen(2, &[8443]);
    // The device in front answers in the host's name, and passes on what the host then says: a reset.
    rig.sysctl(
        1,
        &[
            "net.netfilter.nf_conntrack_tcp_loose=0",
            "net.ipv4.tcp_syncookies=1",
            "net.ipv4.tcp_timestamps=1",
        ],
    );
    rig.shell(
        1,
        "nft 'table ip odp { chain r { type filter hook prerouting priority -300; tcp dport 8444 tcp flags syn notrack; }; \
         chain f { type filter hook forward priority 0; tcp dport 8444 ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm; ct state invalid drop; }; }'",
    );
    let options = ["--connect-timeout", "2"];
    let report = crate::program::report(&rig, "https://10.77.2.2:8444", &options);
    assert_eq!(crate::program::roots(&report), ["tls-agreed/closed"]);
    assert_eq!(crate::program::row(&report, "port-open")["symptom"], "open");
}
