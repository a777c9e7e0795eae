//! The published outgoing ranges against the firewall's rules and the server's logs: pure, offline.

pub mod addresses;
mod aws;
pub mod change;
mod cidrs;
mod cisco;
mod document;
pub mod evaluate;
mod fortios;
mod groups;
mod iis;
mod iptables;
mod json;
pub mod logs;
pub mod material;
pub mod model;
mod networks;
mod nft;
mod nsg;
mod panos;
pub mod ranges;
pub mod read;
#[cfg(test)]
mod sample;
mod services;
mod several;
mod translation;
pub mod verdict;
mod windows;
mod zones;
