//! DNS messages: the question as bytes, and what the bytes of an answer say.

use std::net::IpAddr;

use hickory_resolver::proto::op::{Edns, Message, MessageType, Query, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use serde::{Deserialize, Serialize};

use super::Address;

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Answer {
    /// Addresses, by way of these aliases.
    Addresses {
        /// The names on the way.
        aliases: Vec<String>,
        /// The addresses.
        addresses: Vec<Address>,
    },
    /// The name that an address stands for.
    Name {
        /// The name.
        name: String,
    },
    /// Only aliases: the last one is to be asked for.
    Alias {
        /// The names on the way.
        aliases: Vec<String>,
    },
    /// Aliases that come back to themselves.
    AliasLoop {
        /// The names on the way.
        aliases: Vec<String>,
    },
    /// The name, or the last alias, does not exist.
    NoSuchName {
        /// The names on the way.
        aliases: Vec<String>,
    },
    /// It exists and has no address of this family.
    NoAddress {
        /// The names on the way.
        aliases: Vec<String>,
    },
    /// An error code.
    Error {
        /// The code: 2 is SERVFAIL, 5 is REFUSED.
        code: u16,
        /// What was added to it.
        extended: Vec<Extended>,
    },
    /// It points to other servers instead.
    Lame,
    /// It does not fit, and TCP did not bring it either.
    Truncated,
    /// It is no DNS message.
    Malformed,
    /// Nothing listens at the server's port.
    PortClosed,
    /// The question could not be sent.
    Unsendable {
        /// The system's words for the kind of error.
        error: String,
    },
    /// Nothing came.
    Silent,
}

/// What a server adds to an error (RFC 8914).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extended {
    /// Its code: 6 is a bogus signature, 7 an expired one.
    pub code: u16,
    /// Its text, cut and without control characters.
    pub text: String,
}

/// The most of a server's text that is kept.
const TEXT: usize = 200;

/// What the server may send in one packet: it passes nearly every network in one piece.
const PACKET: u16 = 1232;

/// The code of RFC 8914.
const EXTENDED_ERROR: EdnsCode = EdnsCode::Unknown(15);

/// A full name, if the text is one.
pub(super) fn name(text: &str) -> Option<Name> {
    let labels = || text.trim_end_matches('.').split('.').map(str::as_bytes);
    // What is no host name by the book may be a name all the same: `-x.example`.
    let mut name = Name::from_ascii(text)
        .or_else(|_| Name::from_labels(labels()))
        .ok()?;
    name.set_fqdn(true);
    (!name.is_root()).then_some(name)
}

/// A name for people: lower case, no final dot.
pub(super) fn shown(name: &Name) -> String {
    let text = name.to_lowercase().to_ascii();
    text.trim_end_matches('.').to_owned()
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) name: Name,
    pub(super) kind: RecordType,
    /// Whether to say that longer answers and extended errors are understood.
    pub(super) extended: bool,
    /// Whether to ask the server not to check signatures.
    pub(super) unvalidated: bool,
}

impl Question {
    /// Its number and its bytes.
    pub(super) fn encode(&self) -> (u16, Vec<u8>) {
        let mut message = Message::query();
        message.metadata.recursion_desired = true;
        message.metadata.checking_disabled = self.unvalidated;
        message.add_query(Query::query(self.name.clone(), self.kind));
        if self.extended {
            let mut edns = Edns::new();
            edns.set_max_payload(PACKET);
            message.set_edns(edns);
        }
        let bytes = message.to_vec();
        let bytes = bytes.unwrap_or_else(|_| unreachable!("a question with a valid name fits"));
        (message.metadata.id, bytes)
    }

    /// What bytes from the server say to it; nothing when they are not an answer to it.
    pub(super) fn read(&self, number: u16, bytes: &[u8]) -> Option<Read> {
        let Ok(message) = Message::from_vec(bytes) else {
            let ours = bytes.get(..2) == Some(&number.to_be_bytes());
            return ours.then_some(Read::Whole(Answer::Malformed));
        };
        let metadata = &message.metadata;
        let asked = message.queries.first();
        let same = asked.is_none_or(|q| q.name() == &self.name && q.query_type() == self.kind);
        if metadata.id != number || metadata.message_type != MessageType::Response || !same {
            return None;
        }
        if metadata.truncation {
            return Some(Read::CutShort);
        }
        Some(Read::Whole(self.judge(&message)))
    }

    fn judge(&self, message: &Message) -> Answer {
        let code = message.metadata.response_code;
        let (names, ends) = chain(&self.name, &message.answers);
        let aliases: Vec<String> = names.iter().map(shown).collect();
        let last = names.last().unwrap_or(&self.name);
        match (code, ends) {
            (ResponseCode::NoError | ResponseCode::NXDomain, Ends::Loops) => {
                Answer::AliasLoop { aliases }
            }
            (ResponseCode::NXDomain, Ends::At) => Answer::NoSuchName { aliases },
            (ResponseCode::NoError, Ends::At) => {
                let addresses = self.addresses(last, &message.answers);
                let settled = has_soa(&message.authorities);
                if let Some(name) = self.pointed(last, &message.answers) {
                    Answer::Name { name }
                } else if !addresses.is_empty() {
                    Answer::Addresses { aliases, addresses }
                } else if !aliases.is_empty() && !settled {
                    Answer::Alias { aliases }
                } else if is_lame(message) {
                    Answer::Lame
                } else {
                    Answer::NoAddress { aliases }
                }
            }
            (code, _) => Answer::Error {
                code: code.into(),
                extended: extended(message),
            },
        }
    }

    /// The name that an address stands for, among the records.
    fn pointed(&self, of: &Name, records: &[Record]) -> Option<String> {
        records.iter().find_map(|record| match &record.data {
            RData::PTR(found) if self.kind == RecordType::PTR && record.name == *of => {
                Some(shown(&found.0)).filter(|name| !name.is_empty())
            }
            _ => None,
        })
    }

    /// The addresses of a name among the records.
    fn addresses(&self, of: &Name, records: &[Record]) -> Vec<Address> {
        let address = |record: &Record| {
            let address: IpAddr = match (&record.data, self.kind) {
                (RData::A(found), RecordType::A) => found.0.into(),
                (RData::AAAA(found), RecordType::AAAA) => found.0.into(),
                _ => return None,
            };
            (record.name == *of).then_some(Address {
                address,
                ttl_s: Some(record.ttl),
            })
        };
        records.iter().filter_map(address).collect()
    }
}

/// What bytes are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// A whole answer.
    Whole(Answer),
    /// One that did not fit.
    CutShort,
}

/// How a chain of aliases ends.
enum Ends {
    At,
    Loops,
}

/// The names that aliases lead to, one after the other.
fn chain(from: &Name, records: &[Record]) -> (Vec<Name>, Ends) {
    let mut names: Vec<Name> = Vec::new();
    loop {
        let last = names.last().unwrap_or(from);
        let next = records.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == *last => Some(target.0.clone()),
            _ => None,
        });
        let Some(next) = next else {
            return (names, Ends::At);
        };
        let seen = next == *from || names.contains(&next);
        names.push(next);
        if seen {
            return (names, Ends::Loops);
        }
    }
}

fn has_soa(records: &[Record]) -> bool {
    records
        .iter()
        .any(|record| matches!(record.data, RData::SOA(_)))
}

/// Whether a server that neither resolves nor is responsible points elsewhere, or answers with nothing at all.
fn is_lame(message: &Message) -> bool {
    let metadata = &message.metadata;
    !metadata.authoritative && !metadata.recursion_available && !has_soa(&message.authorities)
}

/// What the server added to its error.
fn extended(message: &Message) -> Vec<Extended> {
    let Some(edns) = &message.edns else {
        return Vec::new();
    };
    let options = edns.options().get_all(EXTENDED_ERROR);
    let read = |option: &EdnsOption| {
        let EdnsOption::Unknown(_, bytes) = option else {
            return None;
        };
        let (code, text) = bytes.split_first_chunk::<2>()?;
        let text = String::from_utf8_lossy(text);
        Some(Extended {
            code: u16::from_be_bytes(*code),
            text: text
                .chars()
                .filter(|c| !c.is_control())
                .take(TEXT)
                .collect(),
        })
    };
    options.into_iter().filter_map(read).collect()
}
