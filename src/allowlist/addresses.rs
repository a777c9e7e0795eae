//! Sets of addresses, IPv4 and IPv6 alike, as sorted intervals: exact however a rule cuts a published range.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};
use serde::{Deserialize, Serialize};

/// Where IPv4 stands on the line of all addresses: `::ffff:0.0.0.0` and the 2³² addresses from there.
const V4_FIRST: u128 = 0xffff_0000_0000;
/// The last IPv4 address on the line.
const V4_LAST: u128 = 0xffff_ffff_ffff;

/// The addresses from `first` to `last`, both included and of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The lowest address.
    pub first: IpAddr,
    /// The highest address.
    pub last: IpAddr,
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let nets = Addresses::from(*self).nets();
        match nets.as_slice() {
            [one] if one.prefix_len() == one.max_prefix_len() => write!(f, "{}", one.addr()),
            [one] => write!(f, "{one}"),
            _ => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

/// Which internet protocol an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// A set of addresses: sorted intervals that neither overlap nor touch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Addresses {
    spans: Vec<(u128, u128)>,
}

impl Addresses {
    /// No address.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every address of both families.
    pub fn all() -> Self {
        Self {
            spans: vec![(0, u128::MAX)],
        }
    }

    /// Every address of one family.
    pub fn of_family(family: Family) -> Self {
        match family {
            Family::V4 => Self {
                spans: vec![(V4_FIRST, V4_LAST)],
            },
            Family::V6 => Self {
                spans: vec![(0, V4_FIRST - 1), (V4_LAST + 1, u128::MAX)],
            },
        }
    }

    /// Whether it holds no address.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Whether it holds every address of both families.
    pub fn is_all(&self) -> bool {
        self.spans == [(0, u128::MAX)]
    }

    /// How many addresses it holds (as many as can be counted).
    pub fn count(&self) -> u128 {
        self.spans.iter().fold(0, |sum: u128, (first, last)| {
            sum.saturating_add((last - first).saturating_add(1))
        })
    }

    /// Whether it holds this address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let at = number(address);
        let next = self.spans.partition_point(|(first, _)| *first <= at);
        next.checked_sub(1)
            .is_some_and(|index| at <= self.spans[index].1)
    }

    /// Whether it holds every address of `other`.
    pub fn covers(&self, other: &Self) -> bool {
        other.minus(self).is_empty()
    }

    /// Whether the two share an address.
    pub fn meets(&self, other: &Self) -> bool {
        let (small, large) = if self.spans.len() <= other.spans.len() {
            (self, other)
        } else {
            (other, self)
        };
        small.spans.iter().any(|(first, last)| {
            let at = large.spans.partition_point(|(_, end)| end < first);
            large.spans.get(at).is_some_and(|(start, _)| start <= last)
        })
    }

    /// The addresses in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let (small, large) = if self.spans.len() <= other.spans.len() {
            (self, other)
        } else {
            (other, self)
        };
        let mut spans = Vec::new();
        for &(first, last) in &small.spans {
            let at = large.spans.partition_point(|(_, end)| *end < first);
            for &(start, end) in large.spans[at..]
                .iter()
                .take_while(|(start, _)| *start <= last)
            {
                spans.push((first.max(start), last.min(end)));
            }
        }
        Self { spans }
    }

    /// The addresses in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        if other.is_empty() {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        Self::sorted(self.spans.iter().chain(&other.spans).copied().collect())
    }

    /// The addresses that are not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut spans = Vec::with_capacity(self.spans.len());
        for &(first, last) in &self.spans {
            cut_out(&mut spans, (first, last), &other.spans);
        }
        Self { spans }
    }

    /// Every address of both families that is not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self::all().minus(self)
    }

    /// The intervals, lowest first, IPv4 before IPv6; an interval never spans both families.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = Vec::with_capacity(self.spans.len());
        for family in [Family::V4, Family::V6] {
            for (first, last) in self.and(&Self::of_family(family)).spans {
                spans.push(Span {
                    first: address(first),
                    last: address(last),
                });
            }
        }
        spans
    }

    /// The fewest networks that hold exactly these addresses.
    pub fn nets(&self) -> Vec<IpNet> {
        self.spans()
            .into_iter()
            .flat_map(|span| -> Vec<IpNet> {
                match (span.first, span.last) {
                    (IpAddr::V4(first), IpAddr::V4(last)) => {
                        Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect()
                    }
                    (IpAddr::V6(first), IpAddr::V6(last)) => {
                        Ipv6Subnets::new(first, last, 0).map(IpNet::V6).collect()
                    }
                    _ => unreachable!("an interval never spans both families"),
                }
            })
            .collect()
    }

    /// Sorts and joins intervals that overlap or touch.
    fn sorted(mut spans: Vec<(u128, u128)>) -> Self {
        spans.sort_unstable();
        let mut joined: Vec<(u128, u128)> = Vec::with_capacity(spans.len());
        for (first, last) in spans {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => joined.push((first, last)),
            }
        }
        Self { spans: joined }
    }
}

/// Addresses on their way into a set: sorted once, however many there are.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    spans: Vec<(u128, u128)>,
}

impl Gathered {
    /// Adds these.
    pub fn add(&mut self, more: &Addresses) {
        self.spans.extend_from_slice(&more.spans);
    }

    /// The set of all that were added.
    #[must_use]
    pub fn whole(self) -> Addresses {
        Addresses::sorted(self.spans)
    }
}

/// Adds to `spans` what of one interval lies outside the sorted intervals `holes`.
fn cut_out(spans: &mut Vec<(u128, u128)>, (first, last): (u128, u128), holes: &[(u128, u128)]) {
    let at = holes.partition_point(|(_, end)| *end < first);
    let mut from = first;
    for &(start, end) in holes[at..].iter().take_while(|(start, _)| *start <= last) {
        if start > from {
            spans.push((from, start - 1));
        }
        match end.checked_add(1) {
            Some(next) if next <= last => from = next,
            _ => return,
        }
    }
    spans.push((from, last));
}

/// The place of an address on the line of all addresses.
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => V4_FIRST + u128::from(u32::from(four)),
        IpAddr::V6(six) => u128::from(six),
    }
}

/// The address at a place on the line.
fn address(number: u128) -> IpAddr {
    let six = Ipv6Addr::from(number);
    six.to_ipv4_mapped().map_or(IpAddr::V6(six), IpAddr::V4)
}

impl From<IpAddr> for Addresses {
    fn from(address: IpAddr) -> Self {
        let at = number(address);
        Self {
            spans: vec![(at, at)],
        }
    }
}

impl From<Span> for Addresses {
    fn from(span: Span) -> Self {
        let (first, last) = (number(span.first), number(span.last));
        if first > last {
            return Self::none();
        }
        // A wide IPv6 range lies around the place where IPv4 stands, and does not mean IPv4.
        let spans = Self {
            spans: vec![(first, last)],
        };
        if span.first.is_ipv6() && (first < V4_FIRST || last > V4_LAST) {
            return spans.and(&Self::of_family(Family::V6));
        }
        spans
    }
}

impl From<Ipv4Net> for Addresses {
    fn from(net: Ipv4Net) -> Self {
        Span {
            first: IpAddr::V4(net.network()),
            last: IpAddr::V4(net.broadcast()),
        }
        .into()
    }
}

impl From<Ipv6Net> for Addresses {
    fn from(net: Ipv6Net) -> Self {
        Span {
            first: IpAddr::V6(net.network()),
            last: IpAddr::V6(net.broadcast()),
        }
        .into()
    }
}

impl From<IpNet> for Addresses {
    fn from(net: IpNet) -> Self {
        match net {
            IpNet::V4(four) => four.into(),
            IpNet::V6(six) => six.into(),
        }
    }
}

impl<T: Into<Addresses>> FromIterator<T> for Addresses {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::sorted(
            items
                .into_iter()
                .flat_map(|item| item.into().spans)
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests;
