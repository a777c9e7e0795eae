//! Tests of the arithmetic of addresses, against sets of numbers.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// A small set of addresses, as intervals and as single numbers.
fn small() -> impl Strategy<Value = (Addresses, BTreeSet<u8>)> {
    proptest::collection::vec((any::<u8>(), any::<u8>()), 0..6).prop_map(|pairs| {
        let spans: Vec<(u8, u8)> = pairs
            .into_iter()
            .map(|(one, other)| (one.min(other), one.max(other)))
            .collect();
        let numbers = spans
            .iter()
            .flat_map(|(first, last)| *first..=*last)
            .collect();
        let span = |(first, last): (u8, u8)| Span {
            first: ip(first),
            last: ip(last),
        };
        (spans.into_iter().map(span).collect(), numbers)
    })
}

fn ip(last: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, last])
}

fn numbers(addresses: &Addresses) -> BTreeSet<u8> {
    (0..=u8::MAX)
        .filter(|number| addresses.contains(ip(*number)))
        .collect()
}

proptest! {
    #[test]
    fn sets_of_intervals_behave_as_sets((a, a_numbers) in small(), (b, b_numbers) in small()) {
        prop_assert_eq!(numbers(&a), a_numbers.clone());
        prop_assert_eq!(numbers(&a.and(&b)), a_numbers.intersection(&b_numbers).copied().collect());
        prop_assert_eq!(numbers(&a.or(&b)), a_numbers.union(&b_numbers).copied().collect());
        prop_assert_eq!(numbers(&a.minus(&b)), a_numbers.difference(&b_numbers).copied().collect());
        prop_assert_eq!(a.meets(&b), !a_numbers.is_disjoint(&b_numbers));
        prop_assert_eq!(a.covers(&b), b_numbers.is_subset(&a_numbers));
        prop_assert_eq!(a.count(), a_numbers.len() as u128);
        prop_assert_eq!(&a.complement().complement(), &a);
        prop_assert_eq!(&a.nets().into_iter().collect::<Addresses>(), &a);
        prop_assert_eq!(&a.spans().into_iter().collect::<Addresses>(), &a);
    }
}

#[test]
fn a_wide_ipv6_network_does_not_mean_ipv4() {
    let all: Addresses = "::/0".parse::<IpNet>().unwrap().into();
    assert!(!all.contains("10.0.0.1".parse().unwrap()));
    assert_eq!(all, Addresses::of_family(Family::V6));
    let four: Addresses = "0.0.0.0/0".parse::<IpNet>().unwrap().into();
    assert_eq!(all.or(&four), Addresses::all());
    assert_eq!(all.or(&four).nets().len(), 1 + all.nets().len());
}

#[test]
fn an_address_written_as_mapped_is_the_ipv4_address() {
    let mapped: Addresses = "::ffff:10.0.0.0/126".parse::<IpNet>().unwrap().into();
    assert_eq!(mapped.nets(), ["10.0.0.0/30".parse::<IpNet>().unwrap()]);
}
