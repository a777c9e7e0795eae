//! The published outgoing ranges against the firewall's rules and the server's logs: pure, offline.
