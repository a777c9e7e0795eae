//! What an answer on the robot's port says about who gave it.

use super::call::{Heard, Page};
use hyper::header::{SERVER, UPGRADE, WWW_AUTHENTICATE};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Characters kept of a text.
const LONGEST_TEXT: usize = 200;
/// Processes and features kept.
const MOST: usize = 500;

/// What answered to the question for the port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The robot: this session listens there.
    Port {
        /// The session's port.
        port: u16,
        /// What this robot can do; older ones do not say.
        features: Vec<String>,
    },
    /// The robot: it wants its user's consent first.
    ConsentNeeded {
        /// The origin is on its list, so nobody will be asked.
        allowed: bool,
    },
    /// The robot: it says it is too old for this.
    Outdated,
    /// Something else.
    Other(Reply),
    /// Nothing in time.
    Silent,
}

/// What answered when it was no robot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// A web server of another kind.
    Http {
        /// Its status.
        status: u16,
        /// What it calls itself.
        server: Option<String>,
    },
    /// Bytes that are no HTTP.
    NotHttp,
    /// The end of the connection.
    Closed,
}

/// What a session answered to the question for its processes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listing {
    /// The names of the processes.
    Processes(Vec<String>),
    /// Consent is needed, or the token is no longer good.
    ConsentNeeded,
    /// The robot's own words for why not.
    Refused(String),
    /// Something else.
    Other(Reply),
    /// Nothing in time.
    Silent,
}

/// Reads the answer to the question for the port.
pub(super) fn answer(heard: &Heard) -> Answer {
    let page = match heard {
        Heard::Http(page) => page,
        Heard::NotHttp => return Answer::Other(Reply::NotHttp),
        Heard::Closed => return Answer::Other(Reply::Closed),
        Heard::Silent => return Answer::Silent,
    };
    let json = page.json();
    match page.status {
        200 => json
            .as_ref()
            .and_then(|json| {
                Some(Answer::Port {
                    port: port(json)?,
                    features: features(json),
                })
            })
            .unwrap_or_else(|| Answer::Other(page.other())),
        // Web servers that want a password say so in a header of their own; the robot does not.
        401 if page.could_be_robot() => Answer::ConsentNeeded {
            allowed: page.headers.contains_key(ALLOWED),
        },
        403 if page.error().is_some() => Answer::ConsentNeeded { allowed: false },
        426 if page.could_be_robot() => Answer::Outdated,
        _ => Answer::Other(page.other()),
    }
}

/// Set when the origin is on the robot's list.
const ALLOWED: &str = "x-uipath-domain-allowed";

/// Reads the answer to the question for the processes.
pub(super) fn listing(heard: &Heard) -> Listing {
    let page = match heard {
        Heard::Http(page) => page,
        Heard::NotHttp => return Listing::Other(Reply::NotHttp),
        Heard::Closed => return Listing::Other(Reply::Closed),
        Heard::Silent => return Listing::Silent,
    };
    match (page.status, page.error(), page.json()) {
        (401 | 403, _, _) => Listing::ConsentNeeded,
        (_, Some(error), _) => Listing::Refused(error),
        (200, None, Some(json)) => match json.get("response").and_then(Value::as_array) {
            Some(list) => Listing::Processes(
                list.iter()
                    .take(MOST)
                    .filter_map(|one| text(one.get("Name")?))
                    .collect(),
            ),
            None => Listing::Other(page.other()),
        },
        _ => Listing::Other(page.other()),
    }
}

/// The session's port.
fn port(json: &Value) -> Option<u16> {
    u16::try_from(json.get("Port")?.as_u64()?)
        .ok()
        .filter(|port| *port != 0)
}

/// What the robot says it can do.
fn features(json: &Value) -> Vec<String> {
    let list = json.get("ServerFeatures").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .take(MOST)
        .filter_map(text)
        .collect()
}

/// A text, cut and without control characters.
fn text(value: &Value) -> Option<String> {
    Some(shown(value.as_str()?))
}

/// A text of another program, made safe to show.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST_TEXT)
        .collect()
}

impl Page {
    /// The body as JSON.
    fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body.as_deref()?).ok()
    }

    /// The robot's words for an error: `{"response":{"Error":"…"}}`.
    fn error(&self) -> Option<String> {
        text(self.json()?.get("response")?.get("Error")?)
    }

    /// Whether a refusal may be the robot's: its body is empty or JSON, as its client expects.
    fn could_be_robot(&self) -> bool {
        let asks_otherwise =
            self.headers.contains_key(WWW_AUTHENTICATE) || self.headers.contains_key(UPGRADE);
        let is_plain = self
            .body
            .as_deref()
            .is_some_and(|body| body.trim_ascii().is_empty())
            || self.json().is_some();
        !asks_otherwise && is_plain
    }

    /// The page as that of another web server.
    fn other(&self) -> Reply {
        let server = self
            .headers
            .get(SERVER)
            .and_then(|server| server.to_str().ok())
            .map(shown);
        Reply::Http {
            status: self.status,
            server,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Asking, port, processes};
    use super::*;
    use crate::veil::Veil;
    use hyper::header::HeaderValue;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    /// The other end: reads the question to its end, answers, and hands back what it read.
    async fn other_end(mut stream: DuplexStream, answer: Option<&str>) -> String {
        let mut question = Vec::new();
        while !question.ends_with(b"\r\n\r\n") {
            question.push(stream.read_u8().await.unwrap());
        }
        match answer {
            Some(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
            None => std::future::pending().await,
        }
        String::from_utf8(question).unwrap()
    }

    static NO_VEIL: Veil = Veil::nothing();

    fn asking(token: Option<&HeaderValue>) -> Asking<'_> {
        Asking {
            port: 2323,
            token,
            veil: &NO_VEIL,
            budget: Duration::from_secs(5),
        }
    }

    async fn told(answer: &str) -> Answer {
        let (near, far) = duplex(64 << 10);
        tokio::join!(port(near, asking(None)), other_end(far, Some(answer))).0
    }

    fn page(status: &str, headers: &str, body: &str) -> String {
        format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    #[tokio::test]
    async fn a_port_and_its_features_are_read() {
        let found = told(&page(
            "200 OK",
            "",
            r#"{"Port":51000,"ServerFeatures":["InstallProcess"]}"#,
        ))
        .await;
        assert_eq!(
            found,
            Answer::Port {
                port: 51_000,
                features: vec!["InstallProcess".to_owned()]
            }
        );
        let found = told(&page("200 OK", "", r#"{"Port":51000}"#)).await;
        assert_eq!(
            found,
            Answer::Port {
                port: 51_000,
                features: vec![]
            }
        );
    }

    #[tokio::test]
    async fn consent_is_told_from_a_password() {
        assert_eq!(
            told(&page("401 Unauthorized", "", "")).await,
            Answer::ConsentNeeded { allowed: false }
        );
        let allowed = page("401 Unauthorized", "X-UIPATH-DOMAIN-ALLOWED: true\r\n", "");
        assert_eq!(
            told(&allowed).await,
            Answer::ConsentNeeded { allowed: true }
        );
        let password = page(
            "401 Unauthorized",
            "WWW-Authenticate: Basic realm=\"x\"\r\nServer: Jetty\r\n",
            "",
        );
        let jetty = Reply::Http {
            status: 401,
            server: Some("Jetty".to_owned()),
        };
        assert_eq!(told(&password).await, Answer::Other(jetty));
        let html = page("401 Unauthorized", "", "<html>log in</html>");
        assert_eq!(
            told(&html).await,
            Answer::Other(Reply::Http {
                status: 401,
                server: None
            })
        );
    }

    #[tokio::test]
    async fn an_outdated_robot_is_told_from_a_web_socket() {
        assert_eq!(
            told(&page("426 Upgrade Required", "", "")).await,
            Answer::Outdated
        );
        let socket = page(
            "426 Upgrade Required",
            "Upgrade: websocket\r\n",
            "Upgrade Required",
        );
        assert_eq!(
            told(&socket).await,
            Answer::Other(Reply::Http {
                status: 426,
                server: None
            })
        );
    }

    #[tokio::test]
    async fn other_services_are_no_robot() {
        let other = |status| {
            Answer::Other(Reply::Http {
                status,
                server: None,
            })
        };
        assert_eq!(told(&page("200 OK", "", "<html>")).await, other(200));
        for body in [
            "{}",
            r#"{"Port":0}"#,
            r#"{"Port":70000}"#,
            r#"{"Port":"x"}"#,
            "[]",
            "51000",
        ] {
            assert_eq!(told(&page("200 OK", "", body)).await, other(200), "{body}");
        }
        assert_eq!(told(&page("404 Not Found", "", "")).await, other(404));
        assert_eq!(
            told("SSH-2.0-OpenSSH_9.2\r\n").await,
            Answer::Other(Reply::NotHttp)
        );
        assert_eq!(told("").await, Answer::Other(Reply::Closed));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_told_from_an_answer() {
        let (near, far) = duplex(1_024);
        let found = tokio::select! {
            found = port(near, asking(None)) => found,
            _ = other_end(far, None) => unreachable!("it never answers"),
        };
        assert_eq!(found, Answer::Silent);
    }

    #[tokio::test]
    async fn the_question_carries_a_token_and_no_consent_code() {
        let (near, far) = duplex(64 << 10);
        let answer = page(
            "200 OK",
            "",
            r#"{"response":[{"Key":"1","Name":"InvoiceBot"},{"Key":"2"}]}"#,
        );
        let token = HeaderValue::from_static("t0ken");
        let (found, question) = tokio::join!(
            processes(near, asking(Some(&token))),
            other_end(far, Some(&answer))
        );
        assert_eq!(found, Listing::Processes(vec!["InvoiceBot".to_owned()]));
        let question = question.to_ascii_lowercase();
        assert!(
            question.starts_with("get /robotprocesses http/1.1\r\n"),
            "{question}"
        );
        assert!(
            question.contains("uipathtoken: t0ken\r\n")
                && question.contains("host: localhost:2323\r\n")
        );
        assert!(!question.contains("consent"));
    }

    #[tokio::test]
    async fn a_session_says_why_it_lists_nothing() {
        let asked = async |answer: String| {
            let (near, far) = duplex(64 << 10);
            tokio::join!(processes(near, asking(None)), other_end(far, Some(&answer))).0
        };
        assert_eq!(
            asked(page("401 Unauthorized", "", "")).await,
            Listing::ConsentNeeded
        );
        let refused = page(
            "500 Error",
            "",
            r#"{"response":{"Error":"Robot is not connected"}}"#,
        );
        assert_eq!(
            asked(refused).await,
            Listing::Refused("Robot is not connected".to_owned())
        );
        assert_eq!(
            asked(page("200 OK", "", r#"{"response":[]}"#)).await,
            Listing::Processes(vec![])
        );
        assert_eq!(
            asked(page("200 OK", "", "hi")).await,
            Listing::Other(Reply::Http {
                status: 200,
                server: None
            })
        );
    }
}
