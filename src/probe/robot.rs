//! Whether a robot answers on this machine, asked as a web page asks, and never for consent.

use super::{At, Cx, Intent, Subject, Symptom, symptoms};
use crate::config::Settings;
use crate::dial;
use crate::probe::{Asks, Facts};
use crate::robot::{self, Answer, Asking, Listing, Reply};
use crate::shown::shown;
use crate::veil::Veil;
use crate::words::facts::Robots;
use crate::world::AnyStream;
use futures_util::future::join_all;
use hyper::header::HeaderValue;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Measured once.
pub const PER: Asks = Asks::Once;

/// What answers where pages look for a robot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The discovery port.
    pub port: u16,
    /// What `localhost` stands for that is not this machine.
    pub elsewhere: Vec<IpAddr>,
    /// What answers at each loopback address, in the order in which browsers try them.
    pub sightings: Vec<Sighting>,
    /// What answers at the session's port, where one was told.
    pub session: Option<Sighted<Listing>>,
}

/// What answers at one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The address.
    pub address: IpAddr,
    /// What is there.
    pub sighted: Sighted<Answer>,
}

/// An answer, or why there was no connection for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sighted<T> {
    /// Something took the connection.
    Answered(T),
    /// Nothing did.
    Unconnected(dial::Failure),
}

/// Asks at every loopback address, then at the session's port.
pub async fn measure(cx: &Cx) -> Seen {
    let port = section(&cx.settings).port;
    let named = cx
        .world
        .net
        .resolve("localhost", None, cx.session.time())
        .await;
    let elsewhere = named
        .addresses
        .iter()
        .map(|found| found.address)
        .filter(|address| !address.is_loopback());
    let here = [
        IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V4(Ipv4Addr::LOCALHOST),
    ];
    let sightings = join_all(here.map(|address| async move {
        let address = SocketAddr::new(address, port);
        Sighting {
            address: address.ip(),
            sighted: discovery(cx, address).await,
        }
    }))
    .await;
    let mut seen = Seen {
        port,
        elsewhere: elsewhere.collect(),
        sightings,
        session: None,
    };
    if let Some((address, Answer::Port { port, .. })) = seen.first() {
        seen.session = Some(session(cx, SocketAddr::new(address, *port)).await);
    }
    seen
}

/// The robot section of the profile.
fn section(settings: &Settings) -> crate::config::Robot {
    settings.robot.clone().unwrap_or_default()
}

/// Asks the discovery service at this address.
async fn discovery(cx: &Cx, address: SocketAddr) -> Sighted<Answer> {
    let (token, veil) = (cx.session.robot_token(), cx.session.veil().await);
    match connected(cx, address).await {
        Err(failure) => Sighted::Unconnected(failure),
        Ok(stream) => {
            let asking = asking(cx, address, (token.as_ref(), &veil));
            Sighted::Answered(robot::port(stream, asking).await)
        }
    }
}

/// Asks the session at this address for its processes.
async fn session(cx: &Cx, address: SocketAddr) -> Sighted<Listing> {
    let (token, veil) = (cx.session.robot_token(), cx.session.veil().await);
    match connected(cx, address).await {
        Err(failure) => Sighted::Unconnected(failure),
        Ok(stream) => {
            let asking = asking(cx, address, (token.as_ref(), &veil));
            Sighted::Answered(robot::processes(stream, asking).await)
        }
    }
}

/// A connection to this address.
async fn connected(cx: &Cx, address: SocketAddr) -> Result<AnyStream, dial::Failure> {
    let within = dial::Dial::within(cx.session.time());
    cx.world.net.connect(address, within).await
}

/// How a question is asked there.
fn asking<'a>(
    cx: &Cx,
    address: SocketAddr,
    (token, veil): (Option<&'a HeaderValue>, &'a Veil),
) -> Asking<'a> {
    Asking {
        port: address.port(),
        token,
        veil,
        budget: cx.session.time(),
    }
}

/// A question at each loopback address; the session's port is known only on the way.
pub fn intents(settings: &Settings, _subject: Option<&Subject>) -> Vec<Intent> {
    let ask = |host: &str, port, path: &str| Intent {
        method: Some("GET"),
        path: Some(path.to_owned()),
        credential: Some("robot token, where one is given".into()),
        effect: super::Effect::Reads,
        ..Intent::to("http", &host, port)
    };
    let port = Some(section(settings).port);
    vec![
        ask("::1", port, "/GetPort"),
        ask("127.0.0.1", port, "/GetPort"),
        ask("localhost", None, "/RobotProcesses"),
    ]
}

impl Seen {
    /// What a browser comes upon first.
    fn first(&self) -> Option<(IpAddr, &Answer)> {
        self.sightings
            .iter()
            .find_map(|sighting| match &sighting.sighted {
                Sighted::Answered(answer) => Some((sighting.address, answer)),
                Sighted::Unconnected(_) => None,
            })
    }

    /// Port, address, and who answered.
    pub fn facts(&self, at: &At<'_>) -> Facts {
        let words = &at.words.facts;
        let elsewhere: Vec<String> = self.elsewhere.iter().map(ToString::to_string).collect();
        let mut facts = Facts::from([
            ("robot_port", self.port.to_string()),
            ("elsewhere", elsewhere.join(", ")),
            ("robot_address", "localhost".into()),
            ("who", words.common.nothing.to_string()),
            ("closed_port", self.port.to_string()),
            ("allowed", String::new()),
        ]);
        let Some((address, answer)) = self.first() else {
            return facts;
        };
        facts.insert("robot_address", address.to_string());
        match answer {
            Answer::Port { port, .. } => {
                facts.insert("closed_port", port.to_string());
            }
            Answer::ConsentNeeded { allowed: true } => {
                facts.insert("allowed", words.robots.allowed.to_string());
            }
            Answer::Other(reply) => {
                facts.insert("who", who(reply, &words.robots));
            }
            Answer::ConsentNeeded { allowed: false } | Answer::Outdated | Answer::Silent => {}
        }
        facts
    }
}

/// Another service in words.
fn who(reply: &Reply, words: &Robots) -> String {
    match reply {
        Reply::Http {
            server: Some(server),
            status,
        } => words
            .named
            .with(&[("name", &shown(server)), ("status", status)]),
        Reply::Http {
            server: None,
            status,
        } => words.web_server.with(&[("status", status)]),
        Reply::NotHttp => words.not_http.to_string(),
        Reply::Closed => words.closes.to_string(),
    }
}

symptoms! {
    /// Whether a robot answers.
    Hail {
        /// It does.
        Answers = "answers",
        /// It does, and its user has to agree first.
        ConsentNeeded = "consent-needed",
        /// It does, and it is too old for some of what Apps asks.
        Outdated = "outdated",
        /// It does, and `localhost` does not lead to it.
        NotLoopback = "not-loopback",
        /// Nothing listens.
        NotListening = "not-listening",
        /// Something else does.
        PortTaken = "port-taken",
        /// The connection was taken, and nothing said.
        Untold = "untold",
    }
}

impl Symptom for Hail {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let Some((_, answer)) = seen.first() else {
            let refused = seen.sightings.iter().any(|sighting| {
                matches!(
                    sighting.sighted,
                    Sighted::Unconnected(dial::Failure::Refused)
                )
            });
            return if refused {
                Self::NotListening
            } else {
                Self::Untold
            };
        };
        let of_robot = match (answer, &seen.session) {
            (Answer::Other(_), _)
            | (Answer::Port { .. }, Some(Sighted::Answered(Listing::Other(_)))) => {
                return Self::PortTaken;
            }
            (Answer::Silent, _)
            | (Answer::Port { .. }, Some(Sighted::Answered(Listing::Silent))) => {
                return Self::Untold;
            }
            (Answer::Port { .. }, Some(Sighted::Unconnected(_))) => return Self::NotListening,
            (Answer::Outdated, _) => Self::Outdated,
            (Answer::Port { features, .. }, _) if features.is_empty() => Self::Outdated,
            (Answer::Port { .. }, _) => Self::Answers,
            (Answer::ConsentNeeded { .. }, _) => Self::ConsentNeeded,
        };
        if seen.elsewhere.is_empty() {
            of_robot
        } else {
            Self::NotLoopback
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let with = |sighted| Seen {
            port: 2323,
            sightings: vec![Sighting {
                address: Ipv4Addr::LOCALHOST.into(),
                sighted,
            }],
            ..Seen::default()
        };
        let answered = |answer| with(Sighted::Answered(answer));
        let port = |features: &[&str]| Answer::Port {
            port: 51_000,
            features: features
                .iter()
                .map(|feature| (*feature).to_owned())
                .collect(),
        };
        let session = Some(Sighted::Answered(Listing::Processes(vec![])));
        match self {
            Self::Answers => Seen {
                session,
                ..answered(port(&["InstallProcess"]))
            },
            Self::ConsentNeeded => answered(Answer::ConsentNeeded { allowed: false }),
            Self::Outdated => Seen {
                session,
                ..answered(port(&[]))
            },
            Self::NotLoopback => Seen {
                elsewhere: vec![Ipv4Addr::new(10, 0, 0, 5).into()],
                ..answered(Answer::ConsentNeeded { allowed: false })
            },
            Self::NotListening => with(Sighted::Unconnected(dial::Failure::Refused)),
            Self::PortTaken => answered(Answer::Other(Reply::Http {
                status: 404,
                server: Some("nginx".into()),
            })),
            Self::Untold => answered(Answer::Silent),
        }
    }
}
