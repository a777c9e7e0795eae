//! From where an address can be reached.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// From where an address can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Only from this machine.
    Loopback,
    /// Only within one organisation (RFC 1918).
    Private,
    /// Only behind a provider's address translation (RFC 6598, 100.64.0.0/10).
    Shared,
    /// Only on one wire.
    LinkLocal,
    /// Only within one organisation (IPv6, fc00::/7).
    UniqueLocal,
    /// Kept for documents (RFC 5737, 3849).
    Documentation,
    /// From nowhere: unspecified, multicast, reserved, or for measuring devices.
    Unusable,
    /// From everywhere.
    Public,
}

impl Scope {
    /// The scope of an address; of one that carries an IPv4 address in it, that one's.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => match carried(address) {
                Some(carried) => Self::of_v4(carried),
                None => Self::of_v6(address),
            },
        }
    }

    /// Whether the cloud cannot get there, whatever the firewalls allow.
    pub fn is_inside_only(self) -> bool {
        match self {
            Self::Loopback
            | Self::Private
            | Self::Shared
            | Self::LinkLocal
            | Self::UniqueLocal
            | Self::Unusable => true,
            Self::Documentation | Self::Public => false,
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        match address.octets() {
            [127, ..] => Self::Loopback,
            [10, ..] | [192, 168, ..] | [172, 16..=31, ..] => Self::Private,
            [100, 64..=127, ..] => Self::Shared,
            [169, 254, ..] => Self::LinkLocal,
            [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Self::Documentation,
            [0 | 224..=255, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] => Self::Unusable,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if address.is_loopback() {
            return Self::Loopback;
        }
        match address.segments() {
            [0xfe80..=0xfebf, ..] => Self::LinkLocal,
            // The last one is what site-local addresses once were.
            [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => Self::UniqueLocal,
            [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => Self::Documentation,
            [0x2000..=0x3fff, ..] => Self::Public,
            _ => Self::Unusable,
        }
    }
}

/// The IPv4 address in a mapped (::ffff:0:0/96), translated (64:ff9b::/96) or 6to4 (2002::/16) one.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let from = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(from(high, low))
        }
        [0x2002, high, low, ..] => Some(from(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn addresses_are_told_by_where_they_reach() {
        let cases = [
            ("127.0.0.1", Scope::Loopback),
            ("10.1.2.3", Scope::Private),
            ("172.15.0.1", Scope::Public),
            ("172.16.0.1", Scope::Private),
            ("172.31.255.255", Scope::Private),
            ("172.32.0.1", Scope::Public),
            ("192.168.9.9", Scope::Private),
            ("100.63.0.1", Scope::Public),
            ("100.64.0.1", Scope::Shared),
            ("100.127.255.255", Scope::Shared),
            ("100.128.0.1", Scope::Public),
            ("169.254.169.254", Scope::LinkLocal),
            ("192.0.2.1", Scope::Documentation),
            ("203.0.113.9", Scope::Documentation),
            ("198.18.0.1", Scope::Unusable),
            ("0.0.0.0", Scope::Unusable),
            ("224.0.0.1", Scope::Unusable),
            ("255.255.255.255", Scope::Unusable),
            ("20.0.0.1", Scope::Public),
            ("::1", Scope::Loopback),
            ("::", Scope::Unusable),
            ("fe80::1", Scope::LinkLocal),
            ("fd12::1", Scope::UniqueLocal),
            ("2001:db8::1", Scope::Documentation),
            ("2603:1000::1", Scope::Public),
            ("ff02::1", Scope::Unusable),
            ("::ffff:10.0.0.1", Scope::Private),
            ("64:ff9b::10.0.0.1", Scope::Private),
            ("64:ff9b::20.0.0.1", Scope::Public),
            ("2002:0a00:0001::1", Scope::Private),
        ];
        for (address, scope) in cases {
            assert_eq!(Scope::of(address.parse().unwrap()), scope, "{address}");
        }
    }
}
