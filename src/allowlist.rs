//! The published outgoing ranges against the firewall's rules and the server's logs: pure, offline.

pub mod addresses;
pub mod evaluate;
pub mod model;
pub mod read;
