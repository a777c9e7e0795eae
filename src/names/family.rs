//! Both address families at once, following aliases, and what they come to together.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::proto::rr::{Name, RecordType};
use tokio::time::{Instant, sleep_until};

use super::ask::{Exchange, ask, ask_one};
use super::message::{self, Answer, Question};
use super::{AnsweredBy, Outcome, Refusal, Resolution, Silence, System, Trouble};

/// An address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// IPv4, the record type A.
    V4,
    /// IPv6, the record type AAAA.
    V6,
}

impl Family {
    fn record(self) -> RecordType {
        match self {
            Self::V4 => RecordType::A,
            Self::V6 => RecordType::AAAA,
        }
    }
}

/// More aliases in a row than this are taken for a loop, as resolvers do.
const ALIASES: usize = 16;

/// Once one family has an address, the other one has this long to follow.
const GRACE: Duration = Duration::from_millis(400);

/// What one family came to.
struct Found {
    family: Family,
    end: Answer,
    by: Option<SocketAddr>,
    aliases: Vec<String>,
    heard: Vec<Exchange>,
}

/// Asks for both families at once.
pub(super) async fn both(
    name: &Name,
    system: &System,
    until: Instant,
) -> (Resolution, Vec<Exchange>) {
    let (v4, v6) = side_by_side(name, system, until).await;
    let mut heard: Vec<Exchange> = Vec::new();
    for found in [&v4, &v6].into_iter().flatten() {
        heard.extend(found.heard.iter().cloned());
    }
    let found: Vec<&Found> = [&v4, &v6].into_iter().flatten().collect();
    let mut resolution = together(&found);
    if let Some(checked) = without_validation(&resolution.outcome, name, &found, until).await {
        if let Outcome::ServerFailure {
            why:
                Trouble::Reported {
                    unvalidated_answers,
                    ..
                },
        } = &mut resolution.outcome
        {
            *unvalidated_answers = is_answer(&checked.answer);
        }
        heard.push(checked);
    }
    (resolution, heard)
}

/// Runs both; when one has addresses, the other is not awaited for long.
async fn side_by_side(
    name: &Name,
    system: &System,
    until: Instant,
) -> (Option<Found>, Option<Found>) {
    let began = Instant::now();
    let v4 = follow(name, Family::V4, system, until);
    let v6 = follow(name, Family::V6, system, until);
    tokio::pin!(v4, v6);
    let (mut first, mut second) = (None, None);
    let mut end = until + GRACE;
    while first.is_none() || second.is_none() {
        tokio::select! {
            found = &mut v4, if first.is_none() => first = Some(found),
            found = &mut v6, if second.is_none() => second = Some(found),
            () = sleep_until(end) => break,
        }
        let has = |found: &Option<Found>| {
            found
                .as_ref()
                .is_some_and(|f| matches!(f.end, Answer::Addresses { .. }))
        };
        if has(&first) || has(&second) {
            end = end.min(Instant::now() + GRACE.max(began.elapsed()));
        }
    }
    (first, second)
}

/// Asks for one family and follows aliases that the server does not follow itself.
async fn follow(name: &Name, family: Family, system: &System, until: Instant) -> Found {
    let mut found = Found {
        family,
        end: Answer::Silent,
        by: None,
        aliases: Vec::new(),
        heard: Vec::new(),
    };
    let mut current = name.clone();
    loop {
        let question = Question {
            name: current.clone(),
            kind: family.record(),
            extended: true,
            unvalidated: false,
        };
        let heard = ask(&question, &system.servers, until).await;
        if let Some(best) = heard.iter().min_by_key(|exchange| weight(&exchange.answer)) {
            found.end = best.answer.clone();
            found.by = Some(best.server);
        }
        found.heard.extend(heard);
        found.aliases.extend(aliases(&found.end).iter().cloned());
        let Answer::Alias { aliases } = &found.end else {
            return found;
        };
        let next = aliases.last().and_then(|last| message::name(last));
        let loops = found.aliases.len() > ALIASES || repeats(&found.aliases, name);
        match next {
            Some(next) if !loops => current = next,
            _ => {
                found.end = Answer::AliasLoop {
                    aliases: found.aliases.clone(),
                };
                return found;
            }
        }
    }
}

/// Whether the aliases come back to one of themselves or to the name.
fn repeats(aliases: &[String], name: &Name) -> bool {
    let own = message::shown(name);
    let again =
        |(place, alias): (usize, &String)| *alias == own || aliases[..place].contains(alias);
    aliases.iter().enumerate().any(again)
}

fn aliases(answer: &Answer) -> &[String] {
    match answer {
        Answer::Addresses { aliases, .. }
        | Answer::Alias { aliases }
        | Answer::AliasLoop { aliases }
        | Answer::NoSuchName { aliases }
        | Answer::NoAddress { aliases } => aliases,
        Answer::Name { .. }
        | Answer::Error { .. }
        | Answer::Lame
        | Answer::Truncated
        | Answer::Malformed
        | Answer::PortClosed
        | Answer::Unsendable { .. }
        | Answer::Silent => &[],
    }
}

/// Which of several answers says most: the smallest.
fn weight(answer: &Answer) -> u8 {
    match answer {
        Answer::Addresses { .. } => 0,
        Answer::Alias { .. } => 1,
        Answer::AliasLoop { .. } => 2,
        Answer::NoSuchName { .. } => 3,
        Answer::NoAddress { .. } => 9,
        Answer::Error { code, .. } if *code != REFUSED => 4,
        Answer::Error { .. } => 5,
        // A name is no answer to a question for addresses.
        Answer::Lame | Answer::Malformed | Answer::Name { .. } => 4,
        Answer::PortClosed => 6,
        Answer::Truncated => 7,
        Answer::Silent | Answer::Unsendable { .. } => 8,
    }
}

/// The response code of a server that does not serve us.
const REFUSED: u16 = 5;

/// What the families come to together: any address counts, else what says most. That one family has no address says
/// least, because the other one's failure is then the reason.
fn together(found: &[&Found]) -> Resolution {
    let Some(best) = found.iter().min_by_key(|found| weight(&found.end)) else {
        return Resolution::failed(Outcome::Silent {
            how: Silence::NoAnswer,
        });
    };
    let mut resolution = Resolution::failed(outcome(&best.end));
    let answered = !matches!(best.end, Answer::Silent | Answer::Unsendable { .. });
    resolution.answered_by = best
        .by
        .filter(|_| answered)
        .map(|address| AnsweredBy::Server { address });
    resolution.aliases.clone_from(&best.aliases);
    for found in found {
        if let Answer::Addresses { addresses, .. } = &found.end {
            resolution.addresses.extend(addresses);
        }
    }
    resolution
}

fn outcome(answer: &Answer) -> Outcome {
    let failure = |why| Outcome::ServerFailure { why };
    match answer {
        Answer::Addresses { .. } => Outcome::Resolved,
        Answer::NoSuchName { .. } => Outcome::NoSuchName,
        Answer::NoAddress { .. } => Outcome::NoAddress,
        Answer::Alias { .. } | Answer::AliasLoop { .. } => failure(Trouble::AliasLoop),
        Answer::Error { code, .. } if *code == REFUSED => Outcome::Refused {
            how: Refusal::Reported,
        },
        Answer::Error { code, extended } => failure(Trouble::Reported {
            code: *code,
            extended: extended.clone(),
            unvalidated_answers: false,
        }),
        Answer::Lame => failure(Trouble::Lame),
        Answer::Malformed | Answer::Name { .. } => failure(Trouble::Malformed),
        Answer::PortClosed => Outcome::Refused {
            how: Refusal::PortClosed,
        },
        Answer::Truncated => Outcome::Silent {
            how: Silence::OnlyTruncated,
        },
        Answer::Unsendable { .. } => Outcome::Silent {
            how: Silence::Unsendable,
        },
        Answer::Silent => Outcome::Silent {
            how: Silence::NoAnswer,
        },
    }
}

/// Asks once more without validation where the server failed: an answer then means that DNSSEC is the reason.
async fn without_validation(
    outcome: &Outcome,
    name: &Name,
    found: &[&Found],
    until: Instant,
) -> Option<Exchange> {
    let Outcome::ServerFailure {
        why: Trouble::Reported { code: 2, .. },
    } = outcome
    else {
        return None;
    };
    let failed = found
        .iter()
        .find(|f| matches!(f.end, Answer::Error { .. }))?;
    let server = failed.by?;
    let question = Question {
        name: name.clone(),
        kind: failed.family.record(),
        extended: true,
        unvalidated: true,
    };
    let until = until.min(Instant::now() + GRACE * 2);
    Some(ask_one(question, server, until).await)
}

fn is_answer(answer: &Answer) -> bool {
    matches!(
        answer,
        Answer::Addresses { .. }
            | Answer::Alias { .. }
            | Answer::NoAddress { .. }
            | Answer::NoSuchName { .. }
    )
}
