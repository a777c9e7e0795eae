//! TLS and HTTP over the world's connections: every request goes over a connection whose certificate was captured and judged.
//!
//! No credential leaves but over a line that is [`strict`](line::Line): one whose own handshake passed what the cloud would ask.

pub mod envelope;
pub mod fetch;
pub mod hello;
pub mod http;
pub mod line;
pub mod memory;
pub mod question;
pub mod reply;
pub mod session;
pub mod sign_in;
pub mod tls;

mod route;
mod tap;

pub use http::{Answer, Failure, Request, Response, Trust};
pub use route::{Obstacle, ProxyTrouble};
pub use session::Session;
pub use sign_in::Attempt;
pub use tls::Handshake;
