//! Whether a rule admits more than what is published around a range.

use std::net::IpAddr;

use ipnet::IpNet;

use super::super::addresses::{Addresses, Span};
use super::super::model::RuleRef;
use super::Found;
use super::series::{Path, Way};

/// The rules that let some sources through, one a device.
type Rules = Vec<Option<RuleRef>>;

/// The networks admitted around the published ones by the very rules that admit these.
///
/// A rule is too wide when it admits a neighbour of a published range that is not published itself. What other rules, or
/// other elements of the same list, admit elsewhere is somebody else's matter.
pub(super) fn around(
    path: &Path<'_>,
    ways: &[Way],
    required: &Addresses,
    published: &Addresses,
) -> Vec<Found> {
    let blocks: Vec<Span> = published.spans();
    let candidates: Vec<(Span, Rules)> = ways
        .iter()
        .filter(|way| way.is_allowed())
        .flat_map(|way| {
            let admitted = way.sources.and(required);
            let touched = blocks
                .iter()
                .filter(move |block| admitted.meets(&Addresses::from(**block)));
            touched.map(|block| (*block, rules(way)))
        })
        .collect();
    // Most rules end where the range does: only around those that do not is looked further.
    let beside = |(block, _): &(Span, Rules)| {
        let (below, above) = neighbours(*block);
        below.into_iter().chain(above).map(Addresses::from)
    };
    let near: Addresses = candidates.iter().flat_map(beside).collect();
    let answers = path.ways(&near.minus(published));
    let wide: Vec<(Span, Rules)> = candidates
        .into_iter()
        .filter(|(block, by)| {
            let (below, above) = neighbours(*block);
            below
                .into_iter()
                .chain(above)
                .any(|address| admits(&answers, address, by))
        })
        .collect();
    if wide.is_empty() {
        return Vec::new();
    }
    let probes: Addresses = wide.iter().flat_map(|(block, _)| probes(*block)).collect();
    let answers = path.ways(&probes.minus(published));
    let mut found: Vec<Found> = Vec::new();
    for (block, by) in &wide {
        let known = |address: IpAddr| published.contains(address) || admits(&answers, address, by);
        let widest = supernets(*block)
            .filter(|net| known(net.network()) && known(net.broadcast()))
            .last();
        let cidrs = widest.map_or_else(|| Addresses::from(*block).nets(), |net| vec![net]);
        let rule = by.iter().rev().flatten().next().cloned();
        if !found
            .iter()
            .any(|known| known.cidrs == cidrs && known.by == rule)
        {
            found.push(Found {
                cidrs,
                set: None,
                device: None,
                by: rule,
                construct: None,
            });
        }
    }
    found
}

/// Whether an address is admitted by these very rules.
fn admits(answers: &[Way], address: IpAddr, by: &Rules) -> bool {
    answers
        .iter()
        .any(|way| way.is_allowed() && way.sources.contains(address) && rules(way) == *by)
}

/// The rules of a way.
fn rules(way: &Way) -> Rules {
    way.decisions
        .iter()
        .map(|decision| decision.by.clone())
        .collect()
}

/// The addresses just outside a block.
fn neighbours(block: Span) -> (Option<IpAddr>, Option<IpAddr>) {
    match (block.first, block.last) {
        (IpAddr::V4(first), IpAddr::V4(last)) => {
            let below = u32::from(first)
                .checked_sub(1)
                .map(|at| IpAddr::V4(at.into()));
            (
                below,
                u32::from(last)
                    .checked_add(1)
                    .map(|at| IpAddr::V4(at.into())),
            )
        }
        (IpAddr::V6(first), IpAddr::V6(last)) => {
            let below = u128::from(first)
                .checked_sub(1)
                .map(|at| IpAddr::V6(at.into()));
            (
                below,
                u128::from(last)
                    .checked_add(1)
                    .map(|at| IpAddr::V6(at.into())),
            )
        }
        _ => unreachable!("an interval never spans both families"),
    }
}

/// The networks around a block, narrowest first.
fn supernets(block: Span) -> impl Iterator<Item = IpNet> {
    let last = Addresses::from(block.last);
    std::iter::successors(Some(IpNet::from(block.first)), IpNet::supernet)
        .filter(move |net| Addresses::from(*net).covers(&last))
        .skip(1)
}

/// The addresses that tell how far a rule reaches around a block.
fn probes(block: Span) -> Vec<Addresses> {
    let (below, above) = neighbours(block);
    let ends = supernets(block).flat_map(|net| [net.network(), net.broadcast()]);
    below
        .into_iter()
        .chain(above)
        .chain(ends)
        .map(Addresses::from)
        .collect()
}
