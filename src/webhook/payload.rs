//! Bodies as Orchestrator writes them: compact JSON, 7 digits of a second, names that are not ASCII.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde_json::{Value, json};

/// The events a sender plays, in the order of a job's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The test event.
    Ping,
    /// A job was made.
    JobCreated,
    /// A robot runs it.
    JobStarted,
    /// It ended well.
    JobCompleted,
}

impl Kind {
    /// Every one, in order.
    pub const ALL: [Self; 4] = [
        Self::Ping,
        Self::JobCreated,
        Self::JobStarted,
        Self::JobCompleted,
    ];

    /// The type as Orchestrator writes it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::JobCreated => "job.created",
            Self::JobStarted => "job.started",
            Self::JobCompleted => "job.completed",
        }
    }
}

/// The body of an event that happens now. The number keeps events of one moment apart.
pub fn body(kind: Kind, now: Timestamp, number: u32) -> Vec<u8> {
    let mut event = json!({
        "Type": kind.key(),
        "EventId": format!("{:024x}{number:08x}", now.as_nanosecond()),
        "Timestamp": time(now),
    });
    let own = match kind {
        Kind::Ping => json!({}),
        Kind::JobCreated => json!({
            "StartInfo": {
                "ReleaseKey": RELEASE_KEY, "Strategy": "ModernJobsCount", "RobotIds": [], "JobsCount": 1, "Source": "Apps",
            },
            "Jobs": [job("Pending", None, None)],
            "UserId": 4,
        }),
        Kind::JobStarted => json!({ "Job": job("Running", Some(now), None) }),
        Kind::JobCompleted => json!({ "Job": job("Successful", Some(now), Some(now)) }),
    };
    merge(&mut event, own);
    merge(
        &mut event,
        json!({ "TenantId": 1, "OrganizationUnitId": 7 }),
    );
    event.to_string().into_bytes()
}

const RELEASE_KEY: &str = "f5a1d1f6-3c04-4c31-9e57-7d0a0b8d6a10";

/// The job all of them tell of.
fn job(state: &str, started: Option<Timestamp>, ended: Option<Timestamp>) -> Value {
    json!({
        "Id": 30,
        "Key": "1c3b7e52-0f0e-4a5e-8f43-2a4cf6f9d7b1",
        "State": state,
        "StartTime": started.map(time),
        "EndTime": ended.map(time),
        "Info": ended.map(|_| "Job completed"),
        "ReleaseName": "Rechnung prüfen",
        "InputArguments": null,
        "OutputArguments": ended.map(|_| json!({})),
        "Robot": started.map(|_| json!({ "Id": 2, "Name": "ロボット1", "MachineName": "ROBOT-01" })),
        "Release": { "Id": 9, "Key": RELEASE_KEY, "ProcessKey": "InvoiceBot", "ProcessVersion": "1.0.7" },
    })
}

/// A time with the 7 digits that .NET writes.
fn time(at: Timestamp) -> String {
    DateTimePrinter::new()
        .precision(Some(7))
        .timestamp_to_string(&at)
}

/// Adds members to an object.
fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::event::{Event, Family};

    #[test]
    fn what_is_sent_is_what_is_decoded() {
        let now: Timestamp = "2026-11-22T10:00:00.5Z".parse().unwrap();
        for (number, kind) in (0..).zip(Kind::ALL) {
            let bytes = body(kind, now, number);
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert!(text.contains("\"2026-11-22T10:00:00.5000000Z\""), "{text}");
            let event = Event::decode(&bytes);
            assert_eq!(
                (event.kind.as_deref(), event.timestamp),
                (Some(kind.key()), Some(now))
            );
            assert_eq!(event.event_id.unwrap().len(), 32);
            assert_eq!(event.folder_id, Some(7));
            if event.family == Family::Job {
                assert_eq!(event.jobs[0].process.as_deref(), Some("Rechnung prüfen"));
            }
        }
    }
}
