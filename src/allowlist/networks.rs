//! Addresses and ports as rule sets write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, LazyLock};

use ipnet::{IpNet, Ipv4Net};

use super::addresses::{Addresses, Span};
use super::model::{Ports, Test};

/// How many intervals a mask with holes may stand for.
const HOLES: u32 = 12;

/// An address, a network with a prefix or a mask, or `first-last`.
pub(super) fn network(text: &str) -> Option<Addresses> {
    let text = text.trim();
    if let Ok(net) = text.parse::<IpNet>() {
        return Some(net.into());
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.into());
    }
    if let Some((address, mask)) = text.split_once('/') {
        return masked(address.trim().parse().ok()?, mask.trim().parse().ok()?);
    }
    let (first, last) = text.split_once('-')?;
    range(first.trim().parse().ok()?, last.trim().parse().ok()?)
}

/// The addresses from one to another, when they are of one family and in order.
pub(super) fn range(first: IpAddr, last: IpAddr) -> Option<Addresses> {
    let in_order = first.is_ipv4() == last.is_ipv4() && first <= last;
    in_order.then(|| Span { first, last }.into())
}

/// The network of an address and a netmask without holes.
pub(super) fn masked(address: Ipv4Addr, mask: Ipv4Addr) -> Option<Addresses> {
    Ipv4Net::with_netmask(address, mask).ok().map(Into::into)
}

/// The addresses that agree with this one wherever the wildcard mask has a zero, unless these are too many intervals.
pub(super) fn wildcard(address: Ipv4Addr, wild: Ipv4Addr) -> Option<Addresses> {
    let wild = u32::from(wild);
    let base = u32::from(address) & !wild;
    let low = wild.trailing_ones();
    let tail = if low == 32 { u32::MAX } else { (1 << low) - 1 };
    let holes = wild & !tail;
    if holes.count_ones() > HOLES {
        return None;
    }
    let mut spans = Vec::new();
    let mut bits = 0u32;
    loop {
        spans.push(Span {
            first: IpAddr::V4((base | bits).into()),
            last: IpAddr::V4((base | bits | tail).into()),
        });
        // The next number whose ones all lie in the holes.
        bits = bits.wrapping_sub(holes) & holes;
        if bits == 0 {
            return Some(spans.into_iter().collect());
        }
    }
}

/// A port, `first-last`, or both, parted by commas.
pub(super) fn ports(text: &str) -> Option<Ports> {
    let one = |part: &str| -> Option<(u16, u16)> {
        let number = |text: &str| text.trim().parse::<u16>().ok();
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(part)?, number(part)?),
        };
        (first <= last).then_some((first, last))
    };
    text.split(',').map(one).collect::<Option<_>>().map(Ports)
}

/// A test of the source, which is none when every address passes.
pub(super) fn source(addresses: Addresses) -> Vec<Test> {
    if addresses.is_all() {
        return Vec::new();
    }
    vec![Test::Source(Arc::new(addresses))]
}

/// A test of the destination, which is none when every address passes.
pub(super) fn destination(addresses: Addresses) -> Vec<Test> {
    if addresses.is_all() {
        return Vec::new();
    }
    vec![Test::Destination(Arc::new(addresses))]
}

/// Addresses that are not routed on the internet: only from there can a connection come that stays in the server's own network.
static INSIDE: LazyLock<Arc<Addresses>> = LazyLock::new(|| {
    let four = [
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 168, 0, 0], 16),
    ];
    let six = [(0xfc00, 7), (0xfe80, 10)];
    let four = four.map(|(octets, prefix)| IpNet::new_assert(IpAddr::V4(octets.into()), prefix));
    let six = six.map(|(first, prefix)| {
        IpNet::new_assert(
            IpAddr::V6(Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, 0)),
            prefix,
        )
    });
    Arc::new(four.into_iter().chain(six).collect())
});

/// Whether an address is one that is not routed on the internet.
pub(super) fn is_inside(address: IpAddr) -> bool {
    INSIDE.contains(address)
}

/// Tests that no source on the internet meets, and one inside may: the device's own networks are not in the export.
pub(super) fn perhaps_inside(construct: &str) -> Vec<Test> {
    let construct = format!("{construct}: its addresses are not in the export");
    vec![
        Test::Source(INSIDE.clone()),
        Test::Unknown(construct.into()),
    ]
}

/// Tests that every source on the internet meets, and one inside may.
pub(super) fn internet(construct: &str) -> Test {
    Test::NoneOf(vec![perhaps_inside(construct)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_with_holes_is_taken_apart() {
        let set = wildcard([10, 0, 0, 1].into(), [0, 0, 2, 0].into()).expect("few intervals");
        assert_eq!(set.count(), 2);
        assert!(set.contains("10.0.2.1".parse().expect("an address")));
        assert!(wildcard([10, 0, 0, 0].into(), [255, 255, 255, 0].into()).is_none());
        assert_eq!(
            wildcard([1, 2, 3, 4].into(), [255; 4].into()).map(|set| set.count()),
            Some(1 << 32)
        );
    }

    #[test]
    fn a_range_that_runs_backwards_is_not_understood() {
        assert_eq!(network("10.0.0.9-10.0.0.1"), None);
        assert_eq!(ports("90-80"), None);
        assert_eq!(ports("80,443"), Some(Ports(vec![(80, 80), (443, 443)])));
    }
}
