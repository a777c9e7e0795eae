//! What the stand-in robot answers, and what it remembers; one task owns it.

use super::{Age, Consent, Manners, TOKEN};
use hyper::body::Bytes;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use tokio::sync::{mpsc, oneshot};

/// Jobs that are remembered.
const MOST_JOBS: usize = 100;

/// What the newest robots say they can do.
const FEATURES: [&str; 5] = [
    "JobStatus_LongPolling",
    "InstallProcess",
    "UseGivenJobId",
    "InternalArguments",
    "ClientMessage",
];

/// Which of the two listeners a question came to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Discovery,
    Session,
}

/// A question on its way to the mind.
pub(super) struct Question {
    pub(super) place: Place,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: HashMap<String, String>,
    pub(super) token: Option<String>,
    pub(super) body: Bytes,
    pub(super) reply: oneshot::Sender<Reply>,
}

/// An answer on its way back.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Value,
    pub(super) headers: Vec<(&'static str, &'static str)>,
}

impl Reply {
    /// An answer with a body.
    fn with(body: Value) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            headers: Vec::new(),
        }
    }

    /// An answer without one.
    pub(super) fn bare(status: StatusCode) -> Self {
        Self {
            status,
            body: Value::Null,
            headers: Vec::new(),
        }
    }

    /// The robot's way to say what is wrong.
    fn error(says: &str) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            ..Self::with(json!({ "response": { "Error": says } }))
        }
    }
}

/// A job and how far it got.
struct Job {
    process: String,
    arguments: Value,
    stage: Stage,
}

/// How far a job got.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Begun,
    HalfWay,
    Done,
    Cancelled,
}

/// All that the robot knows; one task owns it.
pub(super) struct Mind {
    manners: Manners,
    session: u16,
    asked_for_consent: u32,
    agreed: Option<String>,
    jobs: HashMap<String, Job>,
    tell: mpsc::UnboundedSender<String>,
}

impl Mind {
    /// A robot that nobody has asked yet, with its session on this port; what it hears it tells.
    pub(super) fn new(manners: Manners, session: u16, tell: mpsc::UnboundedSender<String>) -> Self {
        Self {
            manners,
            session,
            asked_for_consent: 0,
            agreed: None,
            jobs: HashMap::new(),
            tell,
        }
    }

    /// Answers one question after the other.
    pub(super) async fn think(mut self, mut asked: mpsc::Receiver<Question>) {
        while let Some(question) = asked.recv().await {
            let reply = match self.manners.age {
                Age::Stranger => Reply {
                    headers: vec![("server", "nginx")],
                    ..Reply::bare(StatusCode::NOT_FOUND)
                },
                Age::TooOld => Reply::bare(StatusCode::UPGRADE_REQUIRED),
                Age::Current | Age::Early if question.place == Place::Discovery => {
                    self.discover(&question)
                }
                Age::Current | Age::Early => self.serve(&question),
            };
            // Who asked may have gone away.
            let _ = question.reply.send(reply);
        }
    }

    /// Answers on the discovery port.
    fn discover(&mut self, question: &Question) -> Reply {
        let code = question.query.get("consentCode");
        let query = code
            .map(|code| format!("?consentCode={code}"))
            .unwrap_or_default();
        let _ = self
            .tell
            .send(format!("{} {}{query}", question.method, question.path));
        if question.path != "/GetPort" {
            return Reply::bare(StatusCode::NOT_FOUND);
        }
        if !self.is_agreed(question) {
            return self.ask_user(code);
        }
        let mut body = json!({ "Port": self.session });
        if self.manners.age == Age::Current {
            body["ServerFeatures"] = json!(FEATURES);
        }
        Reply {
            headers: vec![("uipathToken", TOKEN)],
            ..Reply::with(body)
        }
    }

    /// Whether consent stands: by the token, by the code that the user agreed to, or for everybody.
    fn is_agreed(&self, question: &Question) -> bool {
        self.manners.consent == Consent::Given
            || question.token.as_deref() == Some(TOKEN)
            || (self.agreed.is_some() && self.agreed.as_ref() == question.query.get("consentCode"))
    }

    /// What the user does while the page asks on and on with its code.
    fn ask_user(&mut self, code: Option<&String>) -> Reply {
        let unauthorized = Reply::bare(StatusCode::UNAUTHORIZED);
        let listed = Reply {
            headers: vec![("X-UIPATH-DOMAIN-ALLOWED", "true")],
            ..Reply::bare(StatusCode::UNAUTHORIZED)
        };
        let Some(code) = code else {
            return if self.manners.consent == Consent::Listed {
                listed
            } else {
                unauthorized
            };
        };
        self.asked_for_consent += 1;
        match self.manners.consent {
            Consent::RefusedAfter(times) if self.asked_for_consent >= times => {
                Reply::bare(StatusCode::FORBIDDEN)
            }
            Consent::AfterAsking(times) if self.asked_for_consent >= times => {
                self.agreed = Some(code.clone());
                unauthorized
            }
            Consent::Listed => {
                self.agreed = Some(code.clone());
                listed
            }
            Consent::RefusedAfter(_) | Consent::AfterAsking(_) | Consent::Given => unauthorized,
        }
    }

    /// Answers on the session's port.
    fn serve(&mut self, question: &Question) -> Reply {
        let _ = self
            .tell
            .send(format!("{} {}", question.method, question.path));
        if !self.is_agreed(question) {
            return Reply::bare(StatusCode::UNAUTHORIZED);
        }
        let process = question.query.get("robotProcessId");
        match (question.method.as_str(), question.path.as_str()) {
            ("GET", "/RobotProcesses") => self.processes(),
            ("POST", "/InvokeRobot") => self.invoke(question),
            ("GET", "/JobStatus") => self.status(question.query.get("jobId")),
            ("GET", "/InstallProcess") if process.is_some_and(|key| self.offers(key)) => {
                Reply::with(json!({
                    "InputArgumentsSchema": [{ "Name": "in_Number", "Type": "System.Int32", "IsRequired": false, "HasDefault": true }],
                }))
            }
            ("GET", "/StopProcess") => {
                let mut running = self
                    .jobs
                    .values_mut()
                    .filter(|job| Some(&job.process) == process && job.stage != Stage::Done);
                if let Some(job) = running.next() {
                    job.stage = Stage::Cancelled;
                }
                Reply::with(json!({ "response": {} }))
            }
            ("POST", "/SendClientMessage") => Reply::with(json!({ "response": {} })),
            ("GET", "/InstallProcess") => Reply::error("Process not found."),
            _ => Reply::bare(StatusCode::NOT_FOUND),
        }
    }

    /// The key of the process at that place in the list.
    fn key(at: usize) -> String {
        format!("00000000-0000-4000-8000-{:012}", at + 1)
    }

    /// Whether there is a process of that key.
    fn offers(&self, key: &str) -> bool {
        (0..self.manners.processes.len()).any(|at| Self::key(at) == key)
    }

    /// The list of processes.
    fn processes(&self) -> Reply {
        let list: Vec<Value> = (0..)
            .zip(&self.manners.processes)
            .map(|(at, name)| json!({ "Key": Self::key(at), "Name": name, "Description": "" }))
            .collect();
        Reply::with(json!({ "response": list }))
    }

    /// Begins a job.
    fn invoke(&mut self, question: &Question) -> Reply {
        let process = question
            .query
            .get("robotProcessId")
            .cloned()
            .unwrap_or_default();
        if !self.offers(&process) {
            return Reply::error("Process not found.");
        }
        let body: Value = serde_json::from_slice(&question.body).unwrap_or_default();
        let inside = question
            .query
            .get("features")
            .is_some_and(|features| features == "internalArguments");
        let arguments = if inside {
            body.get("inputArgs").cloned().unwrap_or_default()
        } else {
            body
        };
        let id = question
            .query
            .get("jobId")
            .cloned()
            .unwrap_or_else(|| Self::key(900 + self.jobs.len()));
        if self.jobs.len() >= MOST_JOBS {
            self.jobs.clear();
        }
        self.jobs.insert(
            id.clone(),
            Job {
                process,
                arguments,
                stage: Stage::Begun,
            },
        );
        Reply::with(json!({ "response": { "JobId": id } }))
    }

    /// How a job stands; each question takes it a step on.
    fn status(&mut self, id: Option<&String>) -> Reply {
        let Some(job) = id.and_then(|id| self.jobs.get_mut(id)) else {
            return Reply::error("Job not found.");
        };
        let (state, status, output) = match job.stage {
            Stage::Begun => (0, json!(["Executing"]), Value::Null),
            Stage::HalfWay | Stage::Done => (
                1,
                json!(["Executed"]),
                json!({ "Arguments": { "out_Echo": job.arguments } }),
            ),
            Stage::Cancelled => (2, json!([]), Value::Null),
        };
        job.stage = match job.stage {
            Stage::Begun => Stage::HalfWay,
            Stage::HalfWay | Stage::Done => Stage::Done,
            Stage::Cancelled => Stage::Cancelled,
        };
        let error = if state == 2 {
            json!("The job was canceled.")
        } else {
            Value::Null
        };
        Reply::with(json!({
            "response": { "State": state, "Status": status, "Events": [], "Output": output, "Error": error },
        }))
    }
}
