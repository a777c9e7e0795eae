//! The published outgoing ranges against the firewall's rules and the server's logs: pure, offline.

pub mod addresses;
pub mod evaluate;
mod iptables;
mod json;
pub mod model;
mod nft;
pub mod read;
mod services;
