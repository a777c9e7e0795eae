//! The webhook lab: receive, verify, explain and send Orchestrator's events.
