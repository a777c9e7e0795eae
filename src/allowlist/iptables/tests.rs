//! Tests of the matches, one by one: what each says of a new TCP connection from 20.1.0.1 to 10.0.0.5 port 443.

use super::super::addresses::Addresses;
use super::super::evaluate::evaluate;
use super::super::model::{Answer, Flow};
use super::super::read::read;
use super::*;

/// Whether a rule with these matches accepts the connection; none when it is not decided.
fn accepts(matches: &str) -> Option<bool> {
    let text = format!("*filter\n:INPUT DROP [0:0]\n-A INPUT {matches} -j ACCEPT\nCOMMIT\n");
    let device = read("fw", text.as_bytes(), None).unwrap();
    let flow = Flow {
        sources: Addresses::from("20.1.0.1".parse::<std::net::IpAddr>().unwrap()),
        destination: "10.0.0.5".parse().ok(),
        server: None,
        port: 443,
        hook: Hook::Input,
        interface: Some("eth0".to_owned()),
        onward: None,
    };
    match evaluate(&device, &flow)[0].decision.answer {
        Answer::Allow => Some(true),
        Answer::Deny => Some(false),
        Answer::Undecided { .. } => None,
    }
}

#[test]
fn matches_that_hold() {
    for matches in [
        "",
        "-p tcp",
        "-p 6",
        "-p all",
        "! -p udp",
        "-s 20.1.0.0/30",
        "-s 20.1.0.0/255.255.255.252",
        "! -s 20.1.0.2",
        "-d 10.0.0.0/8",
        "-i eth0",
        "-i eth+",
        "! -i lo",
        "-p tcp -m tcp --dport 443",
        "-p tcp --dport 400:500",
        "-p tcp --dport 443:",
        "-p tcp -m tcp --dport https",
        "-p tcp -m multiport --dports 80,440:450",
        "-p tcp -m multiport ! --dports 80,8443",
        "-p tcp --syn",
        "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN",
        "-p tcp -m tcp --sport 1024:65535",
        "! -f",
        "-m conntrack --ctstate NEW",
        "-m state --state NEW,ESTABLISHED",
        "-m conntrack ! --ctstate INVALID",
        "-m limit --limit 5/min --limit-burst 7",
        "-m hashlimit --hashlimit-upto 5/sec --hashlimit-mode srcip --hashlimit-name x",
        "-m connlimit --connlimit-upto 5 --connlimit-mask 32 --connlimit-saddr",
        "-m recent --set --name x --mask 255.255.255.255 --rsource",
        "-m comment --comment \"-s 1.2.3.4 ! x\"",
        "-m iprange --src-range 20.1.0.0-20.1.0.1",
        "-m iprange ! --src-range 20.1.0.2-20.1.0.9",
        "-m addrtype --dst-type LOCAL",
        "-m addrtype ! --dst-type BROADCAST",
        "-m mark --mark 0x0",
        "-m mark ! --mark 0x1",
        "-m mark --mark 0x0/0xff",
        "-m pkttype --pkt-type unicast",
        "-m policy --dir in --pol none",
    ] {
        assert_eq!(accepts(matches), Some(true), "{matches}");
    }
}

#[test]
fn matches_that_do_not_hold() {
    for matches in [
        "-p udp",
        "! -p tcp",
        "-p icmp -m icmp --icmp-type 8",
        "-s 20.1.0.2",
        "! -s 20.1.0.0/30",
        "-d 10.0.0.6",
        "-i eth1",
        "-i lo",
        "! -i eth+",
        "-p tcp --dport 80",
        "-p tcp ! --dport 443",
        "-p tcp -m multiport --dports 80,8000:9000",
        "-p tcp ! --syn",
        "-p tcp -m tcp --tcp-flags ALL NONE",
        "-p tcp -m tcp --sport :1023",
        "-f",
        "-m conntrack --ctstate RELATED,ESTABLISHED",
        "-m conntrack ! --ctstate NEW",
        "-m conntrack --ctstate DNAT",
        "-m hashlimit --hashlimit-above 5/sec --hashlimit-name x",
        "-m connlimit --connlimit-above 5",
        "-m iprange --src-range 20.1.0.2-20.1.0.9",
        "-m addrtype --dst-type MULTICAST",
        "-m addrtype ! --dst-type LOCAL",
        "-m mark --mark 0x1",
        "-m pkttype --pkt-type broadcast",
        "-m policy --dir in --pol ipsec",
    ] {
        assert_eq!(accepts(matches), Some(false), "{matches}");
    }
}

#[test]
fn matches_that_are_not_understood() {
    for matches in [
        "-m geoip --src-cc IE",
        "-m set --match-set absent src",
        "-m recent --rcheck --name x --rsource",
        "-m time --timestart 08:00",
        "-m string --string x --algo bm",
        "-p tcp -m tcp --sport 2000:3000",
        "-m mac --mac-source 00:11:22:33:44:55",
        "-m statistic --mode random --probability 0.5",
        "-m owner --uid-owner 0",
        "-m socket",
        "-m rpfilter",
        "-m socket -p tcp",
        "-m time -p tcp -m tcp --dport 443",
    ] {
        assert_eq!(accepts(matches), None, "{matches}");
    }
}

/// What a whole file says of 20.1.0.1.
fn judged(text: &str) -> Answer {
    let device = read("fw", text.as_bytes(), None).unwrap();
    let flow = Flow {
        sources: Addresses::from("20.1.0.1".parse::<std::net::IpAddr>().unwrap()),
        destination: "10.0.0.5".parse().ok(),
        server: None,
        port: 443,
        hook: Hook::Input,
        interface: None,
        onward: None,
    };
    evaluate(&device, &flow).remove(0).decision.answer
}

// ipset(8): with `netmask` a set stores networks and lists their first address; an entry with `timeout` goes by itself.
#[test]
fn a_set_that_is_not_what_it_seems_is_not_understood() {
    let with = |create: &str, add: &str| {
        judged(&format!(
            "create apps {create}\nadd apps {add}\n*filter\n:INPUT DROP [0:0]\n-A INPUT -m set --match-set apps src -j ACCEPT\nCOMMIT\n"
        ))
    };
    let open = |answer| matches!(answer, Answer::Undecided { .. });
    assert_eq!(with("hash:ip family inet", "20.1.0.1"), Answer::Allow);
    assert_eq!(with("hash:ip family inet", "20.1.0.0"), Answer::Deny);
    assert!(open(with("hash:ip family inet netmask 24", "20.1.0.0")));
    assert!(open(with(
        "hash:ip family inet timeout 600",
        "20.1.0.1 timeout 599"
    )));
    assert_eq!(
        with("hash:ip family inet timeout 600", "20.1.0.1 timeout 0"),
        Answer::Allow
    );
}

// iptables/xtables-save.c and nft-shared.c: what the program writes where it cannot show every rule.
#[test]
fn rules_that_the_file_tells_of_but_does_not_hold_leave_it_open() {
    let with = |comment: &str| {
        judged(&format!(
            "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n{comment}\n"
        ))
    };
    assert_eq!(with("# Completed on Tue Nov 24"), Answer::Allow);
    for comment in [
        "# Table `security' is incompatible, use 'nft' tool.",
        "# Warning: iptables-legacy tables present, use iptables-legacy-save to see them",
    ] {
        assert!(
            matches!(with(comment), Answer::Undecided { .. }),
            "{comment}"
        );
    }
}
