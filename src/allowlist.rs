//! The published outgoing ranges against the firewall's rules and the server's logs: pure, offline.

pub mod addresses;
pub mod change;
pub mod evaluate;
mod iptables;
mod json;
pub mod material;
pub mod model;
mod nft;
pub mod ranges;
pub mod read;
mod services;
pub mod verdict;
