//! The webhook lab: receive, verify, explain and send Orchestrator's events.

pub mod event;
pub mod forensics;
pub mod life;
pub mod line;
pub mod payload;
pub mod receiver;
pub mod sender;
pub mod signature;
pub mod tls;
