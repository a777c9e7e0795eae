//! Rule sets by chance, as an administrator could have written them.

use proptest::prelude::*;
use proptest::sample::select;

/// Some of a list, joined.
fn some_of(
    list: &'static [&'static str],
    separator: &'static str,
) -> impl Strategy<Value = String> {
    proptest::sample::subsequence(list, 1..=list.len().min(3))
        .prop_map(move |chosen| chosen.join(separator))
}

const FOUR: &[&str] = &[
    "20.1.0.0/30",
    "20.1.0.0/31",
    "20.1.0.2",
    "20.1.0.1-20.1.0.4",
    "20.1.0.3-20.1.0.3",
    "20.0.0.0/8",
    "198.51.100.0/24",
    "9.9.9.9",
    "20.2.0.4/30",
    "0.0.0.0/1",
];
/// Networks that do not overlap, as elements of a set must not.
const APART: &[&str] = &[
    "20.1.0.0/31",
    "20.1.0.3",
    "20.2.0.0-20.2.0.9",
    "198.51.100.0/24",
    "9.9.9.9",
    "10.0.0.0/8",
];
const SIX: &[&str] = &[
    "2001:db8:1::/126",
    "2001:db8:1::1",
    "2001:db8::/32",
    "2001:db8:1::2-2001:db8:2::5",
    "fe80::/10",
];
const PORTS_APART: &[&str] = &["443", "80", "1000-3000", "8000-9000"];

/// One match of an nft rule.
fn nft_match() -> impl Strategy<Value = String> {
    let not = || select(&["", "", "!= "][..]);
    prop_oneof![
        6 => (not(), select(FOUR)).prop_map(|(not, net)| format!("ip saddr {not}{net}")),
        3 => (not(), some_of(APART, ", ")).prop_map(|(not, nets)| format!("ip saddr {not}{{ {nets} }}")),
        2 => (not(), select(SIX)).prop_map(|(not, net)| format!("ip6 saddr {not}{net}")),
        2 => (not(), select(&["@apps", "@few"][..])).prop_map(|(not, set)| format!("ip saddr {not}{set}")),
        4 => (not(), select(&["443", "8443", "80", "400-500", "1024-65535"][..])).prop_map(|(not, port)| format!("tcp dport {not}{port}")),
        2 => (not(), some_of(PORTS_APART, ", ")).prop_map(|(not, ports)| format!("tcp dport {not}{{ {ports} }}")),
        1 => select(&["tcp dport < 1024", "tcp dport >= 8443", "tcp dport <= 80", "th dport 443", "udp dport 443", "tcp dport != @web", "tcp dport @web"][..]).prop_map(str::to_owned),
        2 => (not(), select(&["10.0.0.5", "203.0.113.1", "10.0.0.0/8", "203.0.113.0/24"][..])).prop_map(|(not, to)| format!("ip daddr {not}{to}")),
        2 => select(&["ct state new", "ct state established,related", "ct state invalid", "ct state != new", "ct state { new, established }", "ct state new,related", "ct direction original", "ct status dnat"][..]).prop_map(str::to_owned),
        2 => select(&["iifname \"cloud0\"", "iifname \"lo\"", "iif lo", "iifname != \"cloud0\"", "iifname \"cloud*\"", "iifname { \"eth0\", \"cloud0\" }", "iifname \"srv0\"", "iif cloud0"][..]).prop_map(str::to_owned),
        1 => select(&["meta l4proto tcp", "meta l4proto { tcp, udp }", "meta l4proto udp", "ip protocol tcp", "ip protocol != tcp", "ip6 nexthdr tcp", "meta nfproto ipv4", "meta nfproto ipv6", "meta protocol ip6", "icmp type echo-request"][..]).prop_map(str::to_owned),
        1 => select(&["tcp flags & (fin|syn|rst|ack) == syn", "tcp flags syn", "tcp flags & (fin|syn) == fin|syn", "tcp flags & (fin|syn|rst|ack) != syn", "ip frag-off & 0x1fff != 0", "meta pkttype host", "meta mark 0", "meta mark 0x1", "limit rate 10000/second burst 1000 packets", "limit rate over 10000/second burst 1000 packets", "tcp sport 1024-65535", "tcp sport 1-1023"][..]).prop_map(str::to_owned),
        1 => select(&["ip saddr . tcp dport @pairs", "ip saddr . tcp dport { 20.1.0.1 . 443, 20.1.0.2 . 80, 9.9.9.9 . 8443 }", "ip saddr . ip daddr . tcp dport { 20.1.0.1 . 10.0.0.5 . 443 }", "ip saddr . tcp dport != { 20.1.0.1 . 443, 20.1.0.3 . 443 }", "meta l4proto . th dport { tcp . 443, udp . 80 }"][..]).prop_map(str::to_owned),
    ]
}

/// The end of an nft rule in a chain that may call those with a higher number.
fn nft_end(chain: usize) -> impl Strategy<Value = String> {
    let calls: Vec<String> = (chain..CHAINS)
        .flat_map(|to| [format!("jump c{to}"), format!("goto c{to}")])
        .collect();
    let calls = if calls.is_empty() {
        vec!["accept".to_owned()]
    } else {
        calls
    };
    prop_oneof![
        5 => Just("accept".to_owned()),
        4 => Just("drop".to_owned()),
        1 => select(&["reject", "reject with tcp reset", "return", "counter", "continue", "log prefix \"x\" accept", "counter drop", "counter accept comment \"a comment\""][..]).prop_map(str::to_owned),
        3 => select(calls),
        1 => select(&["ip saddr vmap { 20.1.0.0/31 : accept, 20.1.0.2 : drop, 9.9.9.9 : return }", "tcp dport vmap { 443 : accept, 80 : drop }", "tcp dport vmap @ports", "ct state vmap { established : accept, new : continue, invalid : drop }", "ip saddr . tcp dport vmap { 20.1.0.1 . 443 : accept, 20.1.0.2 . 443 : drop }"][..]).prop_map(str::to_owned),
    ]
}

/// How many chains can be called.
const CHAINS: usize = 4;

/// A rule.
fn nft_rule(chain: usize) -> impl Strategy<Value = String> {
    (proptest::collection::vec(nft_match(), 0..3), nft_end(chain)).prop_map(|(matches, end)| {
        // `reject with tcp reset` and maps of ports need to know that it is TCP, which an earlier match may contradict.
        format!("{} {end}", matches.join(" "))
    })
}

/// Lets the packets that follow the first one pass, both ways: the comparison is about the first.
const ANSWERS: &str = "iifname \"srv0\" accept\nct state established accept";

/// A base chain.
fn nft_base(name: &'static str, hook: &'static str) -> impl Strategy<Value = String> {
    let policy = select(&["accept", "drop"][..]);
    let priority = select(&["-150", "-10", "0", "0", "10"][..]);
    (proptest::collection::vec(nft_rule(0), 0..8), policy, priority).prop_map(move |(rules, policy, priority)| {
        let answers = if hook == "postrouting" { "oifname \"cloud0\" accept\nct state established accept" } else { ANSWERS };
        format!("chain {name} {{ type filter hook {hook} priority {priority}; policy {policy};\n{answers}\n{}\n}}\n", rules.join("\n"))
    })
}

/// A translation of destinations.
fn nft_translation() -> impl Strategy<Value = String> {
    let rule = (
        proptest::option::of(select(FOUR)),
        select(&["443", "2000", "{ 443, 80 }"][..]),
        select(
            &[
                "dnat to 10.0.0.5",
                "dnat to 10.0.0.5:8443",
                "redirect to :8443",
                "accept",
                "dnat to ip daddr map { 203.0.113.1 : 10.0.0.5 }",
                "dnat to ip daddr . tcp dport map { 203.0.113.1 . 443 : 10.0.0.5 . 80 }",
            ][..],
        ),
    );
    proptest::collection::vec(rule, 1..3).prop_map(|rules| {
        let rules: Vec<String> = rules
            .into_iter()
            .map(|(source, port, to)| format!("{} ip daddr 203.0.113.1 tcp dport {port} {to}", source.map_or_else(String::new, |source| format!("ip saddr {source}"))))
            .collect();
        format!("table ip nat {{ chain pre {{ type nat hook prerouting priority -100; policy accept;\n{}\n}} }}\n", rules.join("\n"))
    })
}

/// A whole rule set for `nft -f`.
pub(crate) fn nft() -> impl Strategy<Value = String> {
    let called: Vec<_> = (0..CHAINS)
        .map(|chain| proptest::collection::vec(nft_rule(chain + 1), 0..5))
        .collect();
    let second = proptest::option::weighted(0.3, nft_base("second", "input"));
    let early = proptest::option::weighted(0.3, nft_base("early", "prerouting"));
    let late = proptest::option::weighted(0.2, nft_base("late", "postrouting"));
    let translation = proptest::option::weighted(0.3, nft_translation());
    (called, nft_base("input", "input"), nft_base("forward", "forward"), second, early, late, translation).prop_map(
        |(called, input, forward, second, early, late, translation)| {
            let mut script = String::from(
                "table inet filter {\n\
                 set apps { type ipv4_addr; flags interval; elements = { 20.1.0.0/31, 20.2.0.0/16 } }\n\
                 set few { type ipv4_addr; elements = { 20.1.0.2, 9.9.9.9 } }\n\
                 set web { type inet_service; flags interval; elements = { 80, 440-450 } }\n\
                 set pairs { type ipv4_addr . inet_service; elements = { 20.1.0.0 . 443, 9.9.9.9 . 80 } }\n",
            );
            for (number, rules) in called.iter().enumerate().rev() {
                script += &format!("chain c{number} {{\n{}\n}}\n", rules.join("\n"));
            }
            script += "map ports { type inet_service : verdict; elements = { 443 : goto c0, 80 : accept, 2000 : drop } }\n";
            // A map that calls c0 would close a circle when used in the called chains.
            for number in 0..CHAINS {
                debug_assert!(script.contains(&format!("chain c{number}")));
            }
            for chain in [Some(input), Some(forward), second, early, late].into_iter().flatten() {
                script += &chain;
            }
            script += "}\n";
            script += &translation.unwrap_or_default();
            script
        },
    )
}

/// One match of an iptables rule, by family.
fn iptables_match(six: bool) -> impl Strategy<Value = String> {
    let not = || select(&["", "", "! "][..]);
    let nets: &'static [&'static str] = if six {
        &[
            "2001:db8:1::/126",
            "2001:db8:1::1/128",
            "2001:db8::/32",
            "2001:db8:2::/48",
        ]
    } else {
        &[
            "20.1.0.0/30",
            "20.1.0.0/31",
            "20.1.0.2",
            "20.0.0.0/8",
            "198.51.100.0/24",
            "9.9.9.9/32",
            "20.1.0.0/255.255.255.252",
        ]
    };
    let ranges: &'static [&'static str] = if six {
        &["2001:db8:1::1-2001:db8:1::1", "2001:db8:1::2-2001:db8:2::5"]
    } else {
        &["20.1.0.1-20.1.0.3", "20.1.0.3-20.2.0.9"]
    };
    let destinations: &'static [&'static str] = if six {
        &["fd00::5", "2001:db8:f::/64"]
    } else {
        &["10.0.0.5", "203.0.113.0/24"]
    };
    prop_oneof![
        6 => (not(), select(nets)).prop_map(|(not, net)| format!("{not}-s {net}")),
        2 => (not(), select(destinations)).prop_map(|(not, net)| format!("{not}-d {net}")),
        4 => (not(), select(&["443", "8443", "80", "400:500", "1024:", ":1023"][..])).prop_map(|(not, port)| format!("-p tcp -m tcp {not}--dport {port}")),
        2 => (not(), select(&["443,80", "80,440:450,2000"][..])).prop_map(|(not, ports)| format!("-p tcp -m multiport {not}--dports {ports}")),
        1 => select(&["-p udp -m udp --dport 443", "-p tcp", "! -p tcp", "-p udp", "! -p udp", "-p tcp -m tcp --syn", "-p tcp -m tcp ! --syn", "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", "-p tcp -m tcp --tcp-flags ALL NONE", "-p tcp -m tcp --sport 1024:65535"][..]).prop_map(str::to_owned),
        2 => select(&["-m conntrack --ctstate NEW", "-m conntrack --ctstate RELATED,ESTABLISHED", "-m conntrack ! --ctstate NEW", "-m state --state NEW,ESTABLISHED", "-m conntrack --ctstate INVALID", "-m conntrack --ctstate DNAT"][..]).prop_map(str::to_owned),
        2 => (not(), select(&["-i cloud0", "-i lo", "-i cloud+", "-i srv0"][..])).prop_map(|(not, interface)| format!("{not}{interface}")),
        2 => (not(), select(ranges)).prop_map(|(not, range)| format!("-m iprange {not}--src-range {range}")),
        1 => select(&["-m limit --limit 10000/sec --limit-burst 1000", "-m mark --mark 0x0", "-m pkttype --pkt-type broadcast"][..]).prop_map(str::to_owned),
        1 => select(&["-m comment --comment \"a -j DROP comment\"", "-m limit --limit 10000/sec --limit-burst 1000", "-m addrtype --dst-type MULTICAST", "-m mark --mark 0x1", "-m mark --mark 0x0/0xff", "-m pkttype --pkt-type unicast"][..]).prop_map(str::to_owned),
    ]
}

/// Whether two matches can stand in one rule.
fn fits(matches: &[String]) -> bool {
    let count = |text: &str| matches.iter().filter(|one| one.contains(text)).count();
    [
        "-p ",
        "-s ",
        "-d ",
        "-i ",
        "-m conntrack",
        "-m iprange",
        "-m state",
    ]
    .into_iter()
    .all(|text| count(text) <= 1)
}

/// A rule of a chain.
fn iptables_rule(
    six: bool,
    chain: &str,
    calls_from: usize,
) -> impl Strategy<Value = String> + use<> {
    let name = chain.to_owned();
    let calls: Vec<String> = (calls_from..CHAINS)
        .flat_map(|to| [format!("-j c{to}"), format!("-g c{to}")])
        .collect();
    let calls = if calls.is_empty() {
        vec!["-j RETURN".to_owned()]
    } else {
        calls
    };
    let end = prop_oneof![
        5 => Just("-j ACCEPT".to_owned()),
        4 => Just("-j DROP".to_owned()),
        1 => select(&["-j REJECT", "-j RETURN", "-j LOG --log-prefix \"denied: \"", ""][..]).prop_map(str::to_owned),
        3 => select(calls),
    ];
    (proptest::collection::vec(iptables_match(six), 0..3), end)
        .prop_filter("one of each kind", |(matches, _)| fits(matches))
        .prop_map(move |(matches, end)| format!("-A {name} {} {end}\n", matches.join(" ")))
}

/// A whole rule set for `iptables-restore`.
pub(crate) fn iptables(six: bool) -> impl Strategy<Value = String> {
    let policy = || select(&["ACCEPT", "DROP"][..]);
    let rules = |chain: &str, from: usize, most: usize| {
        proptest::collection::vec(iptables_rule(six, chain, from), 0..most)
    };
    let called: Vec<_> = (0..CHAINS)
        .map(|chain| rules(&format!("c{chain}"), chain + 1, 5))
        .collect();
    let translation: &'static [&'static str] = if six {
        &[
            "-p tcp --dport 443 -j DNAT --to-destination [fd00::5]:8443",
            "-p tcp --dport 80 -j REDIRECT --to-ports 8443",
        ]
    } else {
        &[
            "-p tcp --dport 443 -j DNAT --to-destination 10.0.0.5:8443",
            "-s 20.1.0.0/31 -p tcp --dport 443 -j DNAT --to-destination 10.0.0.5",
            "-p tcp --dport 80 -j REDIRECT --to-ports 8443",
        ]
    };
    let own = if six { "2001:db8:f::1" } else { "203.0.113.1" };
    let nat = proptest::option::weighted(0.3, proptest::collection::vec(select(translation), 1..3));
    let raw = proptest::option::weighted(0.2, rules("PREROUTING", CHAINS, 3));
    (policy(), policy(), rules("INPUT", 0, 9), rules("FORWARD", 0, 9), called, nat, raw).prop_map(move |(input_policy, forward_policy, input, forward, called, nat, raw)| {
        let mut text = String::new();
        if let Some(raw) = raw {
            text += &format!("*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -i srv0 -j ACCEPT\n{}COMMIT\n", raw.concat().replace("-j REJECT", "-j DROP").replace("--ctstate DNAT", "--ctstate NEW"));
        }
        if let Some(nat) = nat {
            text += "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n";
            for rule in nat {
                text += &format!("-A PREROUTING -d {own} {rule}\n");
            }
            text += "COMMIT\n";
        }
        text += &format!("*filter\n:INPUT {input_policy} [0:0]\n:FORWARD {forward_policy} [0:0]\n:OUTPUT ACCEPT [0:0]\n");
        for number in 0..CHAINS {
            text += &format!(":c{number} - [0:0]\n");
        }
        text + "-A FORWARD -i srv0 -j ACCEPT\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n" + &input.concat() + &forward.concat() + &called.concat().concat() + "COMMIT\n"
    })
}
