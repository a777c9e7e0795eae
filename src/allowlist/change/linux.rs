//! nftables and iptables.

use ipnet::IpNet;

use super::super::addresses::Family;
use super::super::model::{Hook, Kind};
use super::{Change, Insertion, Place, Wanted, chain_name, hook, joined, of_family, tag};

/// The families with the words for them.
const FAMILIES: [(Family, &str, &str); 2] = [
    (Family::V4, "ip", "iptables"),
    (Family::V6, "ip6", "ip6tables"),
];

/// `nft` commands.
pub(super) fn nft(wanted: &Wanted<'_>, insertions: &[Insertion]) -> Change {
    let tag = tag(wanted);
    let (mut apply, mut rollback) = (Vec::new(), Vec::new());
    let mut verify = Vec::new();
    for insertion in insertions {
        let default = if hook(wanted) == Hook::Input {
            "inet filter input"
        } else {
            "inet filter forward"
        };
        let chain = chain_name(wanted, insertion).unwrap_or(default);
        let handle = insertion
            .stopped_by
            .as_ref()
            .and_then(|rule| rule.text.rsplit_once("# handle "));
        let place = match (insertion.place, handle) {
            (Place::Before(_), Some((_, handle))) => format!("insert rule {chain} handle {handle}"),
            (Place::Before(_), None) | (Place::End, _) => format!("add rule {chain}"),
            (Place::Start, _) => format!("insert rule {chain}"),
        };
        for (family, word, _) in FAMILIES {
            let cidrs = of_family(&insertion.cidrs, family);
            if !cidrs.is_empty() {
                apply.push(format!(
                    "nft '{place} {} counter accept comment \"{tag}\"'",
                    nft_match(&cidrs, word, insertion)
                ));
            }
        }
        let undo = format!(
            "nft -a list chain {chain} | awk '/{tag}/ {{ print $NF }}' | while read -r handle; do nft delete rule {chain} handle \"$handle\"; done"
        );
        if !rollback.contains(&undo) {
            verify.push(format!("nft -a list chain {chain} | grep '{tag}'"));
            rollback.push(undo);
        }
    }
    let file = export(wanted, Kind::Nft);
    verify.push(format!("nft -j list ruleset > {file}"));
    let notes = vec![
        "the commands change the running rules; add the same to the file that is loaded at boot"
            .to_owned(),
    ];
    Change {
        apply,
        rollback,
        verify,
        notes,
        ticket: String::new(),
    }
}

/// The matches of an added nft rule.
fn nft_match(cidrs: &[IpNet], word: &str, insertion: &Insertion) -> String {
    let sources = if cidrs.len() == 1 {
        joined(cidrs, "")
    } else {
        format!("{{ {} }}", joined(cidrs, ", "))
    };
    let destination = insertion
        .destination
        .map_or_else(String::new, |to| format!(" {word} daddr {to}"));
    format!(
        "{word} saddr {sources}{destination} tcp dport {}",
        insertion.port
    )
}

/// `iptables` and `ip6tables` commands.
pub(super) fn iptables(wanted: &Wanted<'_>, insertions: &[Insertion]) -> Change {
    let tag = tag(wanted);
    let (mut apply, mut rollback, mut verify) = (Vec::new(), Vec::new(), Vec::new());
    for insertion in insertions {
        let default = if hook(wanted) == Hook::Input {
            "filter INPUT"
        } else {
            "filter FORWARD"
        };
        let (table, chain) = chain_name(wanted, insertion)
            .and_then(|name| name.split_once(' '))
            .unwrap_or_else(|| default.split_once(' ').unwrap_or_default());
        for (family, _, program) in FAMILIES {
            let cidrs = of_family(&insertion.cidrs, family);
            for (offset, cidr) in cidrs.iter().enumerate() {
                let destination = insertion
                    .destination
                    .map_or_else(String::new, |to| format!(" -d {to}"));
                let port = insertion.port;
                let rule = format!(
                    "-s {cidr}{destination} -p tcp -m tcp --dport {port} -m comment --comment \"{tag}\" -j ACCEPT"
                );
                apply.push(match insertion.place {
                    Place::Before(index) => format!(
                        "{program} -t {table} -I {chain} {} {rule}",
                        index + 1 + offset
                    ),
                    Place::Start => {
                        format!("{program} -t {table} -I {chain} {} {rule}", 1 + offset)
                    }
                    Place::End => format!("{program} -t {table} -A {chain} {rule}"),
                });
                rollback.push(format!("{program} -t {table} -D {chain} {rule}"));
            }
            let show = format!("{program} -t {table} -S {chain} | grep '{tag}'");
            if !cidrs.is_empty() && !verify.contains(&show) {
                verify.push(show);
            }
        }
    }
    verify.push(format!(
        "iptables-save > {}",
        export(wanted, Kind::Iptables)
    ));
    let notes = vec!["the commands change the running rules; save them the way this system loads them at boot (iptables-save, netfilter-persistent save)".to_owned()];
    Change {
        apply,
        rollback,
        verify,
        notes,
        ticket: String::new(),
    }
}

/// The file to export to again.
fn export(wanted: &Wanted<'_>, kind: Kind) -> String {
    let known = wanted
        .device
        .filter(|placed| placed.device.kind == kind)
        .map(|placed| placed.device.name.clone());
    known.unwrap_or_else(|| "FILE".to_owned())
}
