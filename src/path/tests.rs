use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::dial::{Complaint, Protocol};

use super::{Carrier, Location, Outcome, Place, Remark, Sample, Seen, Verdict};

const TARGET: u16 = 8443;
const CONTROL: u16 = 64_999;
const OTHER: u16 = 443;
/// Samples of this port are datagrams.
const DATAGRAM: u16 = 33_434;

/// The router at a distance; the host is 10.0.0.9, this machine 10.0.0.100.
fn router(hop: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, hop])
}

/// Samples of one port, a word for each: `2:te` a router's answer, `2:te7` that of router 7, `2:-` silence, `3:open`,
/// `3:rst`, `3:no2` "prohibited" by router 2, `3:gone2` "host unreachable" by router 2, `3:err` not sent.
fn samples(port: u16, words: &str) -> Vec<Sample> {
    let complaint = |by: &str, code| Outcome::Complained {
        complaint: Complaint {
            protocol: Protocol::Icmp,
            class: 3,
            code,
            by: by.parse().ok().map(router),
        },
    };
    let sample = |word: &str| {
        let (hops, what) = word.split_once(':').unwrap();
        let hops = hops.parse().unwrap();
        let outcome = match what {
            "-" => Outcome::Silent,
            "open" => Outcome::Connected,
            "rst" => Outcome::Refused,
            "te" => Outcome::Expired {
                by: Some(router(hops)),
            },
            "err" => Outcome::Failed {
                error: "network unreachable".to_owned(),
            },
            _ if what.starts_with("no") => complaint(&what[2..], 13),
            _ if what.starts_with("gone") => complaint(&what[4..], 1),
            _ => Outcome::Expired {
                by: Some(router(what[2..].parse().unwrap())),
            },
        };
        Sample {
            port,
            carrier: if port == DATAGRAM {
                Carrier::Udp
            } else {
                Carrier::Tcp
            },
            hops,
            sent_ms: 0,
            answered_after_ms: (outcome != Outcome::Silent).then_some(3),
            outcome,
        }
    };
    words.split_whitespace().map(sample).collect()
}

/// What three rounds of the same answers are read as.
fn thrice(target: &str, control: &str) -> Location {
    judge(&[
        (TARGET, &[target; 3].join(" ")),
        (CONTROL, &[control; 3].join(" ")),
    ])
}

fn seen(sides: &[(u16, &str)]) -> Seen {
    let samples = sides.iter().flat_map(|(port, words)| samples(*port, words));
    Seen {
        target: (router(9), TARGET).into(),
        source: Some(router(100)),
        names_senders: true,
        max_hops: 30,
        samples: samples.collect(),
        took_ms: 0,
        names: BTreeMap::new(),
        told: None,
    }
}

fn judge(sides: &[(u16, &str)]) -> Location {
    seen(sides).location()
}

/// Verdict, hops, and whether the second place is known by its address.
fn brief(location: &Location) -> (Verdict, Option<(u8, u8)>) {
    let hops = |[left, right]: [Place; 2]| (left.hop, right.hop);
    (location.verdict, location.between.map(hops))
}

fn dropped(left: u8, right: u8) -> (Verdict, Option<(u8, u8)>) {
    (Verdict::DroppedBetween, Some((left, right)))
}

const CLEAR: (Verdict, Option<(u8, u8)>) = (Verdict::Clear, None);
const UNLOCATED: (Verdict, Option<(u8, u8)>) = (Verdict::Unlocated, None);

#[test]
fn an_open_port_is_clear() {
    let location = thrice("1:te 2:te 3:open 4:open", "1:te 2:te 3:rst 4:rst");
    assert_eq!(brief(&location), CLEAR);
    assert_eq!((location.distance, location.remark), (Some(3), None));
}

#[test]
fn a_closed_port_at_the_hosts_distance_is_clear_and_says_who_else_it_may_be() {
    let location = thrice("1:te 2:te 3:rst 4:rst", "1:te 2:te 3:rst 4:rst");
    assert_eq!(brief(&location), CLEAR);
    assert_eq!(location.remark, Some(Remark::NothingButRefusals));
    // Something else than a reset shows that the host is there.
    for met in ["1:te 2:te 3:open", "1:te 2:te 3:no9"] {
        let location = judge(&[
            (TARGET, &["1:te 2:te 3:rst 4:rst"; 3].join(" ")),
            (DATAGRAM, met),
        ]);
        assert_eq!(brief(&location), CLEAR);
        assert_eq!(location.remark, Some(Remark::HostOrLastRouterRefused));
    }
}

#[test]
fn datagrams_show_that_a_device_refuses_every_port_in_the_hosts_name() {
    let refused = "1:te 2:te 3:rst 4:rst 5:rst";
    let sides = |datagrams| [(TARGET, refused), (CONTROL, refused), (DATAGRAM, datagrams)];
    let location = judge(&sides("2:te 3:te 3:te 4:te 4:te 5:no9"));
    assert_eq!(brief(&location), (Verdict::ResetByHop, Some((2, 3))));
    // One of them may have taken another path.
    let location = judge(&sides("2:te 3:te 4:te"));
    assert_eq!(brief(&location), CLEAR);
    assert_eq!(location.remark, Some(Remark::NothingButRefusals));
}

#[test]
fn datagrams_show_how_far_the_others_get_where_all_tcp_vanishes() {
    let silent = "1:te 2:te 3:- 4:- 5:-";
    let location = judge(&[
        (TARGET, &[silent; 5].join(" ")),
        (CONTROL, &[silent; 3].join(" ")),
        (DATAGRAM, "3:te 3:te 4:te 4:te 5:no9 5:no9"),
    ]);
    assert_eq!(brief(&location), dropped(2, 3));
    assert_eq!(location.between.unwrap()[1].address, Some(router(3)));
}

#[test]
fn what_a_device_said_once_of_the_connection_is_not_forgotten() {
    let told = |by: u8, target: &str, control: &str| {
        let sides = [
            (TARGET, [target; 3].join(" ")),
            (CONTROL, [control; 3].join(" ")),
        ];
        let sides = sides
            .each_ref()
            .map(|(port, words)| (*port, words.as_str()));
        let complaint = Complaint::unreachable(router(9), 13, Some(router(by)));
        let seen = Seen {
            told: Some(complaint),
            ..seen(&sides)
        };
        let location = seen.location();
        assert_eq!(location.complaint.is_some(), location.between.is_some());
        brief(&location)
    };
    let rejected = |left, right| (Verdict::RejectedByHop, Some((left, right)));
    let control = "1:te 2:te 3:te 4:rst";
    // It lets packets in, and not out again.
    let found = told(2, "1:te 2:te 3:- 4:-", control);
    assert_eq!(found, rejected(2, 3));
    // It does not let them in.
    let found = told(2, "1:te 2:- 3:- 4:-", control);
    assert_eq!(found, rejected(1, 2));
    // The host, this machine, and a device that is known from nothing else.
    assert_eq!(told(9, "1:te 2:te 3:te 4:-", control), rejected(3, 4));
    assert_eq!(told(100, "1:- 2:- 3:- 4:-", control), rejected(0, 1));
    assert_eq!(
        told(77, "1:te 2:- 3:- 4:-", "1:te 2:- 3:- 4:rst"),
        rejected(1, 4)
    );
    // Where it stands is not known.
    assert_eq!(told(77, "1:- 2:- 3:-", "1:- 2:- 3:-"), UNLOCATED);
}

#[test]
fn a_refusal_of_which_nearer_ones_may_be_lost_is_placed_no_closer_than_known() {
    // Hops 1 and 2 are silent: the device may be either.
    let location = thrice("1:- 2:- 3:no7 4:no7", "1:- 2:te 3:te 4:rst");
    assert_eq!(brief(&location), (Verdict::RejectedByHop, Some((0, 3))));
}

#[test]
fn a_drop_stands_between_the_last_router_that_answered_and_the_next_one_that_can() {
    let control = "1:te 2:te 3:te 4:rst 5:rst";
    for (target, hops) in [
        ("1:- 2:- 3:- 4:- 5:-", (0, 1)),
        ("1:te 2:- 3:- 4:- 5:-", (1, 2)),
        ("1:te 2:te 3:- 4:- 5:-", (2, 3)),
        ("1:te 2:te 3:te 4:- 5:-", (3, 4)),
        ("1:te 2:- 3:te 4:- 5:-", (3, 4)),
    ] {
        let location = thrice(target, control);
        assert_eq!(brief(&location), dropped(hops.0, hops.1), "{target}");
        let host = hops.1 == 4;
        let [_, right] = location.between.unwrap();
        assert_eq!(right.address, Some(router(if host { 9 } else { hops.1 })));
        assert_eq!(
            location.remark,
            host.then_some(Remark::RouterOrHost),
            "{target}"
        );
    }
}

#[test]
fn a_router_that_never_answers_does_not_end_the_interval() {
    let location = thrice("1:te 2:- 3:- 4:- 5:-", "1:te 2:- 3:te 4:te 5:rst");
    assert_eq!(brief(&location), dropped(1, 3));
    let location = thrice("1:te 2:- 3:- 4:- 5:-", "1:te 2:- 3:- 4:- 5:rst");
    assert_eq!(brief(&location), dropped(1, 5));
    assert_eq!(location.remark, None);
}

#[test]
fn where_nothing_answers_beyond_a_hop_the_next_one_has_no_address() {
    let location = thrice("1:te 2:te 3:- 4:-", "1:te 2:te 3:- 4:-");
    assert_eq!(brief(&location), dropped(2, 3));
    assert_eq!(location.between.unwrap()[1].address, None);
    assert_eq!(location.remark, Some(Remark::NothingBeyond));
}

#[test]
fn where_no_router_answers_nothing_is_located() {
    let location = thrice("1:- 2:- 3:- 4:-", "1:- 2:- 3:- 4:-");
    assert_eq!(brief(&location), UNLOCATED);
    assert_eq!(location.remark, Some(Remark::NoHopAnswers));
    // The host answers on another port, but somewhere between here and there is no place.
    let location = thrice("1:- 2:- 3:- 4:-", "1:- 2:- 3:- 4:rst");
    assert_eq!(brief(&location), UNLOCATED);
}

#[test]
fn a_rare_answer_to_the_control_does_not_end_the_interval() {
    // The third router answers one packet of three: that it did not answer the target's may be chance.
    let target = [(
        TARGET,
        "1:te 2:te 1:te 2:te 1:te 2:te 3:- 3:- 3:- 4:- 4:- 4:-",
    )];
    let control = (CONTROL, "1:te 2:te 3:te 3:- 3:- 4:rst 4:rst 4:rst");
    assert_eq!(brief(&judge(&[target[0], control])), dropped(2, 4));
    // And where even the host's answers are rare, nothing is claimed.
    let control = (CONTROL, "1:te 2:te 3:- 4:rst 4:- 4:-");
    let target = (TARGET, "1:te 2:te 3:- 4:-");
    assert_eq!(brief(&judge(&[target, control])), UNLOCATED);
}

#[test]
fn a_reset_from_a_hop_that_is_a_router_for_others_is_not_the_hosts() {
    let location = thrice("1:te 2:te 3:rst 4:rst", "1:te 2:te 3:te 4:rst");
    assert_eq!(brief(&location), (Verdict::ResetByHop, Some((2, 3))));
    assert_eq!(location.between.unwrap()[1].address, Some(router(3)));
    // The host itself says nothing to the control: that a router stands there is enough.
    let location = thrice("1:te 2:rst 3:rst 4:rst", "1:te 2:te 3:te 4:-");
    assert_eq!(brief(&location), (Verdict::ResetByHop, Some((1, 2))));
    // The first hop resets everything to this port.
    let location = thrice("1:rst 2:rst 3:rst", "1:te 2:te 3:rst");
    assert_eq!(brief(&location), (Verdict::ResetByHop, Some((0, 1))));
}

#[test]
fn a_reset_before_a_silent_hop_that_the_control_passes_is_not_the_hosts() {
    let location = thrice("1:te 2:te 3:rst 4:rst", "1:te 2:te 3:- 4:rst");
    assert_eq!(brief(&location), (Verdict::ResetByHop, Some((2, 3))));
    assert_eq!(location.between.unwrap()[1].address, None);
}

#[test]
fn a_reset_with_nothing_to_compare_it_to_is_unlocated() {
    let location = thrice("1:te 2:te 3:rst 4:rst", "1:te 2:te 3:- 4:-");
    assert_eq!(brief(&location), UNLOCATED);
    assert_eq!(location.remark, Some(Remark::DistanceUnknown));
}

#[test]
fn another_port_that_passes_shows_that_a_reset_of_all_others_is_forged() {
    let location = judge(&[
        (TARGET, "1:te 2:te 3:rst 4:rst"),
        (CONTROL, "1:te 2:te 3:rst 4:rst"),
        (OTHER, "2:te 3:te 4:open"),
    ]);
    assert_eq!(brief(&location), (Verdict::ResetByHop, Some((2, 3))));
}

#[test]
fn paths_of_different_length_are_not_taken_for_a_forged_reset() {
    let location = judge(&[
        (TARGET, "1:te 2:te 3:rst 3:te 4:rst"),
        (CONTROL, "1:te 2:te 3:te 3:rst 4:rst"),
    ]);
    assert_eq!(brief(&location), UNLOCATED);
}

#[test]
fn a_device_that_refuses_is_placed_by_its_own_address() {
    let control = "1:te 2:te 3:te 4:rst";
    let location = thrice("1:te 2:te 3:no2 4:no2", control);
    assert_eq!(brief(&location), (Verdict::RejectedByHop, Some((2, 3))));
    assert_eq!(location.complaint.unwrap().by, Some(router(2)));
    // At its entrance: its own answer as a router is only known from the control.
    let location = thrice("1:te 2:no2 3:no2 4:no2", control);
    assert_eq!(brief(&location), (Verdict::RejectedByHop, Some((1, 2))));
    // The host's own firewall.
    let location = thrice("1:te 2:te 3:te 4:no9", control);
    assert_eq!(brief(&location), (Verdict::RejectedByHop, Some((3, 4))));
    // This machine's own.
    let location = thrice("1:no100 2:no100", "1:te 2:te");
    assert_eq!(brief(&location), (Verdict::RejectedByHop, Some((0, 1))));
    let location = thrice("1:te 2:te 3:gone2 4:gone2", "1:te 2:te 3:gone2 4:gone2");
    assert_eq!(brief(&location), (Verdict::RejectedByHop, Some((2, 3))));
}

#[test]
fn a_device_that_refuses_and_never_answered_as_a_router_is_placed_no_closer_than_known() {
    // Hop 2 is silent as a router; hop 3 is another device: so it is hop 2.
    let location = thrice("1:te 2:- 3:no7 4:no7", "1:te 2:- 3:te 4:rst");
    assert_eq!(brief(&location), (Verdict::RejectedByHop, Some((2, 3))));
    assert_eq!(location.between.unwrap()[0].address, Some(router(7)));
    // Hop 2 or hop 3.
    let location = thrice("1:te 2:- 3:no7 4:no7", "1:te 2:- 3:- 4:rst");
    assert_eq!(brief(&location), (Verdict::RejectedByHop, Some((1, 3))));
    // Right behind hop 2.
    let location = thrice("1:te 2:te 3:no7 4:no7", "1:te 2:te 3:- 4:rst");
    assert_eq!(brief(&location), (Verdict::RejectedByHop, Some((2, 3))));
    assert_eq!(location.between.unwrap()[1].address, Some(router(7)));
}

#[test]
fn answers_that_contradict_each_other_are_unlocated() {
    let location = judge(&[(TARGET, "1:te 2:rst 3:no2"), (CONTROL, "1:te 2:te 3:rst")]);
    assert_eq!(brief(&location), UNLOCATED);
    assert_eq!(location.remark, Some(Remark::Contradiction));
}

#[test]
fn a_port_that_goes_farther_than_the_control_is_placed_by_its_own_routers() {
    let location = thrice("1:te 2:te 3:te 4:- 5:-", "1:te 2:rst 3:rst 4:rst 5:rst");
    assert_eq!(brief(&location), dropped(3, 4));
    assert_eq!(location.between.unwrap()[1].address, None);
    let location = thrice("1:te 2:te 3:te 4:rst", "1:te 2:rst 3:rst 4:rst");
    assert_eq!(brief(&location), CLEAR);
}

#[test]
fn a_connection_that_stands_before_the_host_is_told() {
    let location = thrice("1:te 2:open 3:open", "1:te 2:te 3:te 4:rst");
    assert_eq!(brief(&location), CLEAR);
    assert_eq!(location.remark, Some(Remark::AnsweredBeforeHost));
}

#[test]
fn a_machine_that_cannot_send_locates_nothing() {
    let location = thrice("1:err 2:err", "1:err 2:err");
    assert_eq!(brief(&location), UNLOCATED);
    assert_eq!(location.remark, Some(Remark::NotSent));
}

#[test]
fn a_system_that_does_not_name_senders_tells_only_what_distances_prove() {
    let blind = |target: &str, control: &str| {
        let sides = [
            (TARGET, [target; 3].join(" ")),
            (CONTROL, [control; 3].join(" ")),
        ];
        let sides: Vec<(u16, &str)> = sides
            .iter()
            .map(|(port, words)| (*port, words.as_str()))
            .collect();
        let seen = Seen {
            names_senders: false,
            ..seen(&sides)
        };
        seen.location()
    };
    let drops = blind("1:- 2:- 3:- 4:-", "1:- 2:- 3:- 4:rst");
    assert_eq!(
        (drops.verdict, drops.remark),
        (Verdict::Unlocated, Some(Remark::SendersUntold))
    );
    let resets = blind("1:- 2:rst 3:rst 4:rst", "1:- 2:- 3:- 4:rst");
    assert_eq!(brief(&resets), (Verdict::ResetByHop, Some((0, 2))));
    let open = blind("1:- 2:- 3:open", "1:- 2:- 3:rst");
    assert_eq!(brief(&open), CLEAR);
}

/// The hops of the drawing: number, address, and whether the target is passed on there.
fn drawn(sides: &[(u16, &str)]) -> Vec<(u8, Option<IpAddr>, bool)> {
    seen(sides)
        .path()
        .iter()
        .map(|hop| (hop.hop, hop.address, hop.passes_target))
        .collect()
}

#[test]
fn the_path_is_drawn_from_this_machine_to_the_host() {
    let sides = [
        (TARGET, "1:te 2:te 3:- 4:-"),
        (CONTROL, "1:te 2:te 3:te 4:rst 5:rst"),
    ];
    let expected = [
        (0, Some(router(100)), true),
        (1, Some(router(1)), true),
        (2, Some(router(2)), true),
        (3, Some(router(3)), false),
        (4, Some(router(9)), false),
    ];
    assert_eq!(drawn(&sides), expected);
}

#[test]
fn a_reset_from_before_the_host_does_not_move_the_host_nearer() {
    let sides = [
        (TARGET, "1:te 2:rst 3:rst 4:rst"),
        (CONTROL, "1:te 2:te 3:te 4:rst 5:rst"),
    ];
    let expected = [
        (0, Some(router(100)), true),
        (1, Some(router(1)), true),
        (2, Some(router(2)), false),
        (3, Some(router(3)), false),
        (4, Some(router(9)), false),
    ];
    assert_eq!(drawn(&sides), expected);
}

#[test]
fn what_was_seen_survives_its_file_format() {
    let seen = seen(&[(TARGET, "1:te 2:no2 3:- 4:open 5:rst 6:err")]);
    let text = serde_json::to_string(&seen).unwrap();
    assert_eq!(serde_json::from_str::<Seen>(&text).unwrap(), seen);
}
