//! Exports and logs that were damaged at random: every reader ends soon and never panics.

use std::time::Duration;

use ipnet::IpNet;
use orch_doctor::allowlist::evaluate::evaluate;
use orch_doctor::allowlist::logs::read_log;
use orch_doctor::allowlist::model::{Flow, Hook, Kind};
use orch_doctor::allowlist::read::read;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// One sound export of each kind; the readers' own tests hold larger ones.
const EXPORTS: &[(Kind, &str)] = &[
    (
        Kind::Windows,
        r#"[{"DisplayName":"w","Enabled":1,"Direction":"Inbound","Action":2,"Profile":"Any","Protocol":"TCP","LocalPort":{"value":["443","80-90"],"Count":2},"RemoteAddress":["203.0.113.0/255.255.255.0","LocalSubnet","1.1.1.1-1.1.1.9"]}]"#,
    ),
    (
        Kind::Iis,
        "<configuration>\n<location path=\"a\"><ipSecurity allowUnlisted=\"false\"><clear/><add ipAddress=\"203.0.113.0\" subnetMask=\"255.255.255.0\" allowed=\"true\"/><remove ipAddress=\"1.1.1.1\"/><add domainName=\"*.x\"/></ipSecurity></location></configuration>",
    ),
    (
        Kind::Nsg,
        r#"{"name":"n","securityRules":[{"access":"Allow","direction":"Inbound","priority":100,"protocol":"Tcp","sourceAddressPrefix":"Internet","sourceAddressPrefixes":["203.0.113.0/24"],"sourcePortRange":"*","destinationAddressPrefix":"VirtualNetwork","destinationPortRanges":["443","80-90"]}]}"#,
    ),
    (
        Kind::Aws,
        r#"{"SecurityGroups":[{"GroupId":"sg-1","IpPermissions":[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"203.0.113.0/24"}],"UserIdGroupPairs":[{"GroupId":"sg-1"}]}]}]} {"NetworkAcls":[{"NetworkAclId":"a","Entries":[{"CidrBlock":"0.0.0.0/0","Egress":true,"PortRange":{"From":1024,"To":65535},"Protocol":"6","RuleAction":"allow","RuleNumber":100}]}]}"#,
    ),
    (
        Kind::Asa,
        "object-group network G\n network-object 203.0.113.0 255.255.255.0\n group-object G\nobject network O\n host 10.0.0.5\n nat (in,out) static 192.0.2.1 service tcp 443 8443\naccess-list A extended permit tcp object-group G object O range 440 https log 6 interval 300\naccess-list A extended deny ip any any\naccess-group A in interface outside\n",
    ),
    (
        Kind::Asa,
        "interface Gi0/0\n ip access-group X in\nip access-list extended X\n 10 permit tcp 203.0.113.0 0.0.5.3 host 10.0.0.5 eq 443 8443\n 20 permit tcp any any established\n 30 deny ip any any (5 matches)\n",
    ),
    (
        Kind::Panos,
        "set address a ip-range 203.0.113.0-203.0.113.9\nset address-group g static [ a g ]\nset service s protocol tcp port 443,80-90\nset rulebase security rules \"r 1\" from untrust to dmz source g destination any application any service [ s service-https ] action allow\nset rulebase nat rules n from untrust destination a destination-translation translated-address 10.0.0.5 translated-port 443\nmove rulebase security rules \"r 1\" top\n",
    ),
    (
        Kind::Fortios,
        "config firewall address\nedit \"a\"\nset subnet 203.0.113.0 255.255.255.0\nnext\nend\nconfig firewall addrgrp\nedit g\nset member a g\nnext\nend\nconfig firewall vip\nedit v\nset extip 192.0.2.1\nset mappedip \"10.0.0.5\"\nset portforward enable\nset extport 8443\nset mappedport 443\nnext\nend\nconfig firewall policy\nedit 1\nset srcintf wan1\nset dstintf dmz\nset srcaddr g\nset dstaddr v all\nset action accept\nset service HTTPS\nnext\nend\n",
    ),
    (
        Kind::Cidrs,
        "cidr,note\n203.0.113.0/24,a # b\n10.0.0.1 255.255.255.0\n1.1.1.1-1.1.1.9\n",
    ),
];

/// Lines of every kind of log.
const LOGS: &str = "#Fields: date time c-ip s-port sc-status sc-substatus X-Forwarded-For\n2026-11-22 10:00:00 203.0.113.1 443 403 6 1.1.1.1,+[2001:db8::1]:443\n2026-11-22 18:45:09 203.0.113.1 2094 10.0.0.5 443 HTTP/1.1 GET / 503 - ConnLimit -\n203.0.113.1 - - [22/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1\" 200 5 \"-\" \"a\" \"203.0.113.2\"\nFeb  6 12:14:14 h haproxy[1]: 203.0.113.1:33317 [06/Feb/2026:12:14:14.655] f b/s 1/0/3/6/9 200 2 - - ---- 1/1/1/1/0 0/0 {x} {} \"GET / HTTP/1.1\"\n#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags path\n2026-11-22 10:00:00 DROP TCP 203.0.113.1 10.0.0.5 5 443 5 S RECEIVE\n";

/// One way to damage a text.
#[derive(Debug, Clone)]
enum Damage {
    Byte(usize, u8),
    Cut(usize, usize),
    Repeat(usize, usize, usize),
    Insert(usize, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let words = prop::sample::select(vec![
        "255.255.255.255",
        "-1",
        "99999999999999999999",
        "any",
        "[",
        "{",
        "\"",
        "<",
        "\n",
        "0.0.0.0/0",
        "::/0",
        "host",
        "range",
        "eq",
        "not",
        "é",
        "\u{0}",
        "object-group G",
        "set ",
        "edit 1\n",
        "end\n",
        "next\n",
        "true",
        "null",
        "]",
        "}",
        ">",
        "- ",
        "\\",
        "#Fields: date",
        "255.254.253.252",
    ]);
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        (any::<usize>(), 0..40usize).prop_map(|(at, length)| Damage::Cut(at, length)),
        (any::<usize>(), 1..60usize, 1..40usize)
            .prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        (any::<usize>(), words).prop_map(|(at, word)| Damage::Insert(at, word)),
    ]
}

fn apply(text: &mut Vec<u8>, damage: &Damage) {
    let within = |at: usize, length: usize| if length == 0 { 0 } else { at % length };
    match damage {
        Damage::Byte(at, byte) => {
            let at = within(*at, text.len());
            if let Some(place) = text.get_mut(at) {
                *place = *byte;
            }
        }
        Damage::Cut(at, length) => {
            let at = within(*at, text.len());
            let end = (at + length).min(text.len());
            text.drain(at..end);
        }
        Damage::Repeat(at, length, times) => {
            let at = within(*at, text.len());
            let end = (at + length).min(text.len());
            let piece = text[at..end].repeat(*times);
            text.splice(at..at, piece);
        }
        Damage::Insert(at, word) => {
            let at = within(*at, text.len());
            text.splice(at..at, word.bytes());
        }
    }
}

fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

fn flow() -> Flow {
    let net = |text: &str| text.parse::<IpNet>().unwrap_or_default();
    let sources = [net("203.0.113.0/24"), net("2001:db8::/64")];
    Flow {
        sources: sources.into_iter().collect(),
        destination: "10.0.0.5".parse().ok(),
        server: None,
        port: 443,
        hook: Hook::Forward,
        interface: None,
        onward: None,
    }
}

#[test]
fn damaged_exports_never_stop_a_reader() {
    let began = tokio::time::Instant::now();
    let case = (0..EXPORTS.len(), prop::collection::vec(damage(), 1..6));
    runner(1_000)
        .run(&case, |(which, damages)| {
            let (kind, export) = EXPORTS[which];
            let mut bytes = export.as_bytes().to_vec();
            for damage in &damages {
                apply(&mut bytes, damage);
            }
            for kind in [Some(kind), None] {
                if let Ok(device) = read("export", &bytes, kind) {
                    let parts = evaluate(&device, &flow());
                    prop_assert!(!parts.is_empty(), "every source has an answer");
                }
            }
            Ok(())
        })
        .expect("no reader panics");
    assert!(
        began.elapsed() < Duration::from_secs(120),
        "took {:?}",
        began.elapsed()
    );
}

#[test]
fn sound_exports_are_decided_for_some_source() {
    for (kind, export) in EXPORTS {
        let device = read("export", export.as_bytes(), None).expect("a sound export");
        assert_eq!(device.kind, *kind);
        assert!(!evaluate(&device, &flow()).is_empty());
    }
}

#[test]
fn damaged_logs_never_stop_the_reading() {
    let ranges: Vec<IpNet> = vec!["203.0.113.0/24".parse().expect("a network")];
    let whole = read_log(LOGS.as_bytes(), &ranges, Some(443));
    assert_eq!(
        (whole.entries, whole.unread),
        (4, 0),
        "the line of HTTP.sys is of another port by the heading above it"
    );
    let case = prop::collection::vec(damage(), 1..8);
    runner(1_000)
        .run(&case, |damages| {
            let mut bytes = LOGS.as_bytes().to_vec();
            for damage in &damages {
                apply(&mut bytes, damage);
            }
            let summary = read_log(&bytes[..], &ranges, Some(443));
            prop_assert_eq!(summary.ranges.len(), 1);
            let _ = summary.facts();
            Ok(())
        })
        .expect("no line panics");
}
