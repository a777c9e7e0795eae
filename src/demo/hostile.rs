//! What a malicious or broken server may do to an answer: for tests of the client.

use super::log::is_login;
use super::reply::{Body, Reply};
use super::request::Request;
use flate2::{Compress, Compression, FlushCompress};
use serde_json::Value;

/// One way to mistreat the client, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hostile {
    /// What is done.
    pub how: Harm,
    /// Requests whose path contains this, whatever the case; empty for all.
    pub at: String,
}

/// What is done to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// Password and token come back in headers and in the message.
    EchoSecrets,
    /// 307 to another origin, which asks for the body again.
    RedirectAway,
    /// 302 to itself, for ever.
    RedirectLoop,
    /// A body without an end.
    EndlessBody,
    /// A body that says it has a gigabyte, and sends it.
    HugeBody,
    /// JSON of a million and a half values in three million bytes.
    ManyValues,
    /// JSON of one text of a million and a half letters.
    LongText,
    /// A small compressed body that becomes endless.
    GzipBomb,
    /// One byte a second.
    SlowBody,
    /// The connection is lost in the middle of the body.
    CutBody,
    /// JSON that ends too early.
    InvalidJson,
    /// JSON with a hundred thousand brackets.
    DeepJson,
    /// Numbers for strings, strings for numbers, objects for lists.
    WrongTypes,
    /// The same keys twice.
    DuplicateKeys,
    /// A count that is not a number.
    NanCount,
    /// The next page is at another origin.
    NextLinkAway,
    /// Every process says that it is of another folder.
    OtherFolder,
    /// A firewall in front turns the request away with its own page.
    BlockPage,
    /// A gateway in front turns the request away with JSON of its own.
    GatewayJson,
    /// Nothing tells the version.
    NoVersion,
    /// The request is never answered.
    NoAnswer,
}

/// Where another origin is, by the port of this one.
pub(super) fn elsewhere(port: u16) -> String {
    format!("https://127.0.0.1:{port}/stolen")
}

/// Does harm to an answer where it is asked for.
pub(super) fn harm(all: &[Hostile], request: &Request, port: u16, reply: Reply) -> Reply {
    let path = request.path.to_ascii_lowercase();
    let here = all
        .iter()
        .filter(|hostile| path.contains(&hostile.at.to_ascii_lowercase()));
    here.filter(|_| path != "/stolen")
        .fold(reply, |reply, hostile| {
            harmed(hostile.how, request, port, reply)
        })
}

/// One harm.
fn harmed(how: Harm, request: &Request, port: u16, mut reply: Reply) -> Reply {
    let whole = match &reply.body {
        Body::Whole(bytes) => bytes.clone(),
        Body::Endless(..) | Body::Slow(_) | Body::Cut(_) | Body::Never | Body::Reach(_) => {
            return reply;
        }
    };
    reply.body = match how {
        Harm::EchoSecrets => return echo(request, reply, &whole),
        Harm::RedirectAway => return Reply::empty(307).with("location", elsewhere(port)),
        Harm::RedirectLoop => return Reply::empty(302).with("location", request.path.clone()),
        Harm::BlockPage => return block_page(),
        Harm::GatewayJson => return gateway_json(),
        Harm::EndlessBody => Body::Endless(whole, vec![b' '; 16_384]),
        Harm::HugeBody => {
            reply = reply.with("content-length", (1_u64 << 30).to_string());
            Body::Endless(Vec::new(), vec![b' '; 16_384])
        }
        Harm::ManyValues => Body::Whole(format!("[{}0]", "0,".repeat(1_500_000)).into_bytes()),
        Harm::LongText => Body::Whole(long_text()),
        Harm::GzipBomb => {
            reply = reply.with("content-encoding", "gzip");
            Body::Endless(GZIP_HEAD.to_vec(), bomb())
        }
        Harm::SlowBody => Body::Slow(whole),
        Harm::CutBody => Body::Cut(whole[..whole.len() / 2].to_vec()),
        Harm::InvalidJson => Body::Whole(whole[..whole.len() / 2].to_vec()),
        Harm::DeepJson => Body::Whole(vec![b'['; 100_000]),
        Harm::WrongTypes => Body::Whole(rewritten(&whole, twisted)),
        Harm::DuplicateKeys => Body::Whole(doubled(&whole)),
        Harm::NanCount => Body::Whole(
            String::from_utf8_lossy(&whole)
                .replacen('{', "{\"@odata.count\":NaN,\"Count\":NaN,", 1)
                .into_bytes(),
        ),
        Harm::NextLinkAway => {
            let text = format!("{{\"@odata.nextLink\":\"{}\",", elsewhere(port));
            Body::Whole(
                String::from_utf8_lossy(&whole)
                    .replacen('{', &text, 1)
                    .into_bytes(),
            )
        }
        Harm::NoVersion => {
            reply
                .headers
                .retain(|(name, _)| *name != "api-supported-versions");
            Body::Whole(whole)
        }
        Harm::OtherFolder => Body::Whole(
            String::from_utf8_lossy(&whole)
                .replace("\"OrganizationUnitId\":", "\"OrganizationUnitId\":1")
                .into_bytes(),
        ),
        Harm::NoAnswer => Body::Never,
    };
    reply
}

/// What a firewall says.
fn block_page() -> Reply {
    let page = "<!DOCTYPE html><title>Request Rejected</title><body>The requested URL was rejected. Your support ID is: 42</body>";
    Reply::html(403, page).with("server", "BigIP")
}

/// What a gateway says.
fn gateway_json() -> Reply {
    Reply::json(401, &serde_json::json!({ "message": "Unauthorized" }))
}

/// A list of one process whose name is as long as a body may be.
fn long_text() -> Vec<u8> {
    let text = "\u{e9}".repeat(1_500_000);
    format!("{{\"value\":[{{\"Name\":\"{text}\"}}]}}").into_bytes()
}

/// Gives back every secret of the request.
fn echo(request: &Request, mut reply: Reply, whole: &[u8]) -> Reply {
    let secrets = if is_login(&request.path) {
        String::from_utf8_lossy(&request.body).into_owned()
    } else {
        request
            .header("authorization")
            .unwrap_or_default()
            .to_owned()
    };
    let plain: String = secrets.chars().filter(|sign| !sign.is_control()).collect();
    let text = rewritten(whole, |value| match echoed(value, &plain) {
        Value::Object(mut map) => {
            map.insert("echo".to_owned(), plain.clone().into());
            Value::Object(map)
        }
        other => other,
    });
    reply.body = Body::Whole(text);
    let line: String = plain
        .chars()
        .filter(|sign| sign.is_ascii_graphic() || *sign == ' ')
        .collect();
    reply
        .with("x-echo", line.clone())
        .with("set-cookie", format!("echo={}", line.replace(';', ",")))
        .with("www-authenticate", format!("Echo realm=\"{line}\""))
}

/// Texts that a client might show, wherever they are.
const SHOWN: [&str; 7] = [
    "message",
    "details",
    "error_description",
    "Description",
    "Authors",
    "Title",
    "connectionError",
];

/// The same JSON with a secret behind every text that might be shown.
fn echoed(value: Value, secret: &str) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(|item| echoed(item, secret)).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| match value {
                Value::String(text) if SHOWN.contains(&key.as_str()) => {
                    (key, Value::String(text + secret))
                }
                value => (key, echoed(value, secret)),
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

/// A JSON body changed by a function; another body stays.
fn rewritten(whole: &[u8], change: impl FnOnce(Value) -> Value) -> Vec<u8> {
    serde_json::from_slice(whole).map_or_else(
        |_| whole.to_vec(),
        |value| change(value).to_string().into_bytes(),
    )
}

/// The same JSON with every type wrong.
fn twisted(value: Value) -> Value {
    match value {
        Value::Null => Value::Bool(true),
        Value::Bool(_) => Value::Null,
        Value::Number(number) => Value::String(number.to_string()),
        Value::String(text) => text.len().into(),
        Value::Array(items) => items
            .into_iter()
            .enumerate()
            .map(|(at, item)| (at.to_string(), twisted(item)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, twisted(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// An object with all its keys twice.
fn doubled(whole: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(whole);
    match text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        Some(inner) if !inner.is_empty() => format!("{{{inner},{inner}}}").into_bytes(),
        _ => whole.to_vec(),
    }
}

/// A piece of a gzip stream that may be sent over and over: a megabyte of zeros in a kilobyte.
fn bomb() -> Vec<u8> {
    let mut squeeze = Compress::new(Compression::best(), false);
    let zeros = vec![0; 1 << 20];
    let mut piece = Vec::with_capacity(1 << 16);
    if squeeze
        .compress_vec(&zeros, &mut piece, FlushCompress::Full)
        .is_err()
    {
        unreachable!("zeros can be compressed");
    }
    piece
}

/// What comes once before the pieces of a gzip stream.
const GZIP_HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
