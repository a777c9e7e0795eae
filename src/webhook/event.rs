//! One of Orchestrator's events, decoded from its body into what a person wants to know of it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// Characters kept of a text.
const LONGEST_TEXT: usize = 200;
/// Jobs kept of one event.
const MOST_JOBS: usize = 32;
/// Bytes of an unknown event that are kept as they are.
const LONGEST_RAW: usize = 16 << 10;

/// The documented families of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// A run of a process.
    Job,
    /// A robot.
    Robot,
    /// A queue.
    Queue,
    /// A transaction in a queue.
    QueueItem,
    /// A process.
    Process,
    /// A trigger.
    Schedule,
    /// A task for a person.
    Task,
    /// The test event.
    Ping,
    /// What a robot or a caller sends by itself.
    Custom,
    /// Not among the documented ones.
    Unknown,
}

/// A decoded event. Arguments of jobs are left out: they are the business of the process.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// Which family it belongs to.
    pub family: Family,
    /// Its type, as sent: `job.completed`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its identity, for telling a repetition.
    pub event_id: Option<String>,
    /// When Orchestrator says it happened.
    pub timestamp: Option<Timestamp>,
    /// The tenant's number.
    pub tenant_id: Option<i64>,
    /// The folder's number: `FolderId`, or `OrganizationUnitId` as the samples have it.
    pub folder_id: Option<i64>,
    /// The user who caused it; robots and triggers are none.
    pub user_id: Option<i64>,
    /// The jobs it speaks of.
    pub jobs: Vec<Job>,
    /// The thing it speaks of when that is no job.
    pub subject: Option<Subject>,
    /// An unknown or custom event as it was sent, when it is not too long.
    pub raw: Option<Value>,
    /// What kept it from being decoded.
    pub problem: Option<Problem>,
}

/// Why a body could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// No JSON.
    NotJson,
    /// JSON, and not an object.
    NotAnObject,
    /// An object without a type.
    NoType,
    /// An unknown or custom event that is too long to be shown.
    TooLong,
}

/// One job as an event tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Its number.
    pub id: Option<i64>,
    /// Its identity across events.
    pub key: Option<String>,
    /// The state at that moment.
    pub state: Option<String>,
    /// The process it runs.
    pub process: Option<String>,
    /// That process's version.
    pub version: Option<String>,
    /// The robot that runs it.
    pub robot: Option<String>,
    /// When it started.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What Orchestrator says about its end.
    pub info: Option<String>,
}

/// A robot, queue, process … as an event tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// Its number.
    pub id: Option<i64>,
    /// Its identity.
    pub key: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its state or status.
    pub status: Option<String>,
}

impl Family {
    /// The family of a type such as `queueItem.added`.
    fn of(kind: &str) -> Self {
        match kind
            .split('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "job" => Self::Job,
            "robot" => Self::Robot,
            "queue" => Self::Queue,
            "queueitem" => Self::QueueItem,
            "process" => Self::Process,
            "schedule" => Self::Schedule,
            "task" => Self::Task,
            "ping" => Self::Ping,
            "custom" => Self::Custom,
            _ => Self::Unknown,
        }
    }

    /// The members that hold what the event speaks of, the likeliest first.
    const fn members(self) -> &'static [&'static str] {
        match self {
            Self::Robot => &["Robot", "Robots"],
            Self::Queue => &["Queue", "Queues"],
            Self::QueueItem => &["QueueItem", "QueueItems"],
            Self::Process => &["Process", "Processes", "Release"],
            Self::Schedule => &["Schedule", "Schedules", "ProcessSchedule", "Trigger"],
            Self::Task => &["Task", "Tasks"],
            Self::Job | Self::Ping | Self::Custom | Self::Unknown => &[],
        }
    }
}

impl Event {
    /// Decodes a body; whatever it is, something can be said about it.
    pub fn decode(body: &[u8]) -> Self {
        let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        match serde_json::from_slice(text) {
            Ok(Value::Object(members)) => Self::of_members(members, body.len()),
            Ok(_) => Self::undecoded(Problem::NotAnObject),
            Err(_) => Self::undecoded(Problem::NotJson),
        }
    }

    /// An event nothing is known of but why.
    const fn undecoded(problem: Problem) -> Self {
        Self {
            family: Family::Unknown,
            kind: None,
            event_id: None,
            timestamp: None,
            tenant_id: None,
            folder_id: None,
            user_id: None,
            jobs: Vec::new(),
            subject: None,
            raw: None,
            problem: Some(problem),
        }
    }

    /// Decodes the members of the object that was sent.
    fn of_members(members: Map<String, Value>, length: usize) -> Self {
        let kind = text(&members, &["Type", "EventType"]);
        let family = kind.as_deref().map_or(Family::Unknown, Family::of);
        let kept_raw = matches!(family, Family::Unknown | Family::Custom);
        let too_long = kept_raw && length > LONGEST_RAW;
        let problem = match &kind {
            None => Some(Problem::NoType),
            Some(_) if too_long => Some(Problem::TooLong),
            Some(_) => None,
        };
        Self {
            family,
            event_id: text(&members, &["EventId", "EntityKey"]),
            timestamp: time(&members, &["Timestamp", "EventTime"]),
            tenant_id: number(&members, &["TenantId"]),
            folder_id: number(&members, &["FolderId", "OrganizationUnitId"]),
            user_id: number(&members, &["UserId"]),
            jobs: if family == Family::Job {
                jobs(&members)
            } else {
                Vec::new()
            },
            subject: family
                .members()
                .iter()
                .find_map(|name| objects(member(&members, name)?).next())
                .map(Subject::of),
            kind,
            problem,
            raw: (kept_raw && !too_long).then_some(Value::Object(members)),
        }
    }
}

/// Every job of an event: `Job`, or `Jobs`, each an object or an array of objects.
fn jobs(members: &Map<String, Value>) -> Vec<Job> {
    ["Job", "Jobs"]
        .iter()
        .filter_map(|name| member(members, name))
        .flat_map(objects)
        .take(MOST_JOBS)
        .map(Job::of)
        .collect()
}

impl Job {
    /// Decodes one job.
    fn of(members: &Map<String, Value>) -> Self {
        let nothing = Map::new();
        let part = |name| {
            member(members, name)
                .and_then(Value::as_object)
                .unwrap_or(&nothing)
        };
        let (release, robot) = (part("Release"), part("Robot"));
        Self {
            id: number(members, &["Id"]),
            key: text(members, &["Key"]),
            state: text(members, &["State"]),
            process: text(members, &["ReleaseName"])
                .or_else(|| text(release, &["Name", "ProcessKey"])),
            version: text(release, &["ProcessVersion"]),
            robot: text(robot, &["Name"]),
            started: time(members, &["StartTime"]),
            ended: time(members, &["EndTime"]),
            info: text(members, &["Info"]),
        }
    }
}

impl Subject {
    /// Decodes one subject.
    fn of(members: &Map<String, Value>) -> Self {
        Self {
            id: number(members, &["Id"]),
            key: text(members, &["Key", "UniqueKey"]),
            name: text(members, &["Name", "Title", "Reference", "ProcessKey"]),
            status: text(members, &["Status", "State"]),
        }
    }
}

/// A member by its name; the exact case first.
fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).or_else(|| {
        members
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// The objects in a value that is one or is a list of them.
fn objects(value: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    let list = value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(Value::as_object)
}

/// The first of these members that is a text or a number, cut and without control characters.
fn text(members: &Map<String, Value>, names: &[&str]) -> Option<String> {
    let raw = names.iter().find_map(|name| match member(members, name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    })?;
    Some(
        raw.chars()
            .filter(|letter| !letter.is_control())
            .take(LONGEST_TEXT)
            .collect(),
    )
}

/// The first of these members that is a whole number, also when it is written as a text.
fn number(members: &Map<String, Value>, names: &[&str]) -> Option<i64> {
    names.iter().find_map(|name| match member(members, name)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

/// The first of these members that is a time; without an offset it is UTC, and .NET's year 1 is none.
fn time(members: &Map<String, Value>, names: &[&str]) -> Option<Timestamp> {
    names.iter().find_map(|name| {
        let text = member(members, name)?.as_str()?;
        let time = text.parse::<Timestamp>().ok().or_else(|| {
            let civil: jiff::civil::DateTime = text.parse().ok()?;
            Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
        })?;
        (time > Timestamp::UNIX_EPOCH).then_some(time)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &str) -> Event {
        Event::decode(body.as_bytes())
    }

    #[test]
    fn the_documented_completed_job_is_read() {
        let event = decoded(
            r#"{"Type":"job.completed","EventId":"5d0a22b7a14d47e89a5d2a5b0a9b2f6a","Timestamp":"2019-07-10T14:04:26.3816117Z",
                "Job":{"Id":30,"Key":"a1","State":"Successful","StartTime":"2019-07-10T14:04:16.31Z","EndTime":"2019-07-10T14:04:26.38Z",
                "Info":"Job completed","OutputArguments":{"secret":"x"},"Robot":{"Id":1,"Name":"R1","MachineName":"M"},
                "Release":{"Id":2,"Key":"b","ProcessKey":"InvoiceBot"}},"TenantId":1,"OrganizationUnitId":7}"#,
        );
        assert_eq!(event.family, Family::Job);
        assert_eq!(
            event.timestamp.unwrap().to_string(),
            "2019-07-10T14:04:26.3816117Z"
        );
        assert_eq!(
            (event.tenant_id, event.folder_id, event.user_id),
            (Some(1), Some(7), None)
        );
        let job = &event.jobs[0];
        assert_eq!(
            (job.id, job.process.as_deref(), job.robot.as_deref()),
            (Some(30), Some("InvoiceBot"), Some("R1"))
        );
        assert!(job.started < job.ended);
        assert!(!serde_json::to_string(&event).unwrap().contains("secret"));
    }

    #[test]
    fn jobs_may_be_an_object_or_a_list_under_either_name() {
        for member in ["Job", "Jobs"] {
            for value in [r#"{"Id":5}"#, r#"[{"Id":5}]"#] {
                let event = decoded(&format!(r#"{{"Type":"job.stopped","{member}":{value}}}"#));
                assert_eq!(
                    event.jobs.iter().map(|job| job.id).collect::<Vec<_>>(),
                    [Some(5)],
                    "{member} {value}"
                );
            }
        }
        assert!(
            decoded(r#"{"Type":"job.created","Jobs":null}"#)
                .jobs
                .is_empty()
        );
    }

    #[test]
    fn the_folder_is_read_under_both_names() {
        assert_eq!(
            decoded(r#"{"Type":"ping","FolderId":3}"#).folder_id,
            Some(3)
        );
        assert_eq!(
            decoded(r#"{"Type":"ping","OrganizationUnitId":"4"}"#).folder_id,
            Some(4)
        );
        assert_eq!(
            decoded(r#"{"Type":"ping","FolderId":null,"OrganizationUnitId":4}"#).folder_id,
            Some(4)
        );
    }

    #[test]
    fn every_documented_family_is_known() {
        let known = [
            ("job.suspended", Family::Job),
            ("robot.status", Family::Robot),
            ("queue.created", Family::Queue),
            ("queueItem.transactionFailed", Family::QueueItem),
            ("process.updated", Family::Process),
            ("schedule.failed", Family::Schedule),
            ("task.assignmentChanged", Family::Task),
            ("ping", Family::Ping),
            ("custom", Family::Custom),
            ("jobs.created", Family::Unknown),
            ("", Family::Unknown),
        ];
        for (kind, family) in known {
            assert_eq!(
                decoded(&format!(r#"{{"Type":"{kind}"}}"#)).family,
                family,
                "{kind}"
            );
        }
    }

    #[test]
    fn an_unknown_event_is_kept_as_it_is() {
        let event = decoded(r#"{"Type":"bucket.created","Bucket":{"Name":"é","List":[1,2]}}"#);
        assert_eq!(event.raw.unwrap()["Bucket"]["List"][1], 2);
        let long = format!(
            r#"{{"Type":"bucket.created","Text":"{}"}}"#,
            "x".repeat(20_000)
        );
        let event = decoded(&long);
        assert_eq!((event.raw, event.problem), (None, Some(Problem::TooLong)));
    }

    #[test]
    fn times_without_offset_are_utc_and_year_one_is_no_time() {
        let at =
            |text: &str| decoded(&format!(r#"{{"Type":"ping","Timestamp":"{text}"}}"#)).timestamp;
        assert_eq!(
            at("2026-11-22T10:00:00.1234567+02:00"),
            at("2026-11-22T08:00:00.1234567")
        );
        assert!(at("2026-11-22T08:00:00.1234567").is_some());
        assert_eq!(at("0001-01-01T00:00:00"), None);
        assert_eq!(at("yesterday"), None);
    }

    #[test]
    fn what_is_no_event_says_why() {
        assert_eq!(decoded("").problem, Some(Problem::NotJson));
        assert_eq!(decoded("<html>").problem, Some(Problem::NotJson));
        assert_eq!(decoded("[1]").problem, Some(Problem::NotAnObject));
        assert_eq!(decoded("{}").problem, Some(Problem::NoType));
        assert_eq!(
            decoded(&"[".repeat(100_000)).problem,
            Some(Problem::NotJson)
        );
        assert_eq!(decoded("\u{feff}{\"Type\":\"ping\"}").family, Family::Ping);
    }

    #[test]
    fn texts_are_cut_and_carry_no_control_characters() {
        let event = decoded(&format!(
            r#"{{"Type":"job.faulted","Job":{{"Info":"\u001b[31m{}"}}}}"#,
            "x".repeat(5_000)
        ));
        let info = event.jobs[0].info.as_ref().unwrap();
        assert!(info.starts_with("[31mxx") && info.len() == 200);
    }
}
