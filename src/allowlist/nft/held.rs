//! What must hold for a match: keys and values become tests.

use super::super::model::{Names, Test};
use super::key::{Key, bare, bits, one_of, presence};
use super::show;
use super::value::Value;

/// The tests for keys to equal one element.
pub(super) fn equal(keys: &[Key], value: &Value<'_>) -> Option<Vec<Test>> {
    let value = bare(value);
    let parts: Vec<&Value<'_>> = match value.get("concat").and_then(Value::as_array) {
        Some(parts) => parts.iter().collect(),
        None => vec![value],
    };
    if parts.len() != keys.len() {
        return None;
    }
    let tests = keys
        .iter()
        .zip(parts)
        .map(|(key, part)| one_of(key, &[part]))
        .collect::<Option<Vec<_>>>()?;
    Some(tests.into_iter().flatten().collect())
}

/// The test that holds when none of these together do.
pub(super) fn negated(tests: Vec<Test>) -> Test {
    match tests.as_slice() {
        [Test::Source(set)] => Test::Source(set.complement().into()),
        [Test::Destination(set)] => Test::Destination(set.complement().into()),
        [Test::Port(ports)] => Test::Port(ports.complement()),
        [Test::Interface(Names::OneOf(names))] => Test::Interface(Names::NoneOf(names.clone())),
        [Test::Onward(Names::OneOf(names))] => Test::Onward(Names::NoneOf(names.clone())),
        _ => Test::NoneOf(vec![tests]),
    }
}

/// A match of some bits of a key.
pub(super) fn masked(
    key: &Key,
    mask: &Value<'_>,
    op: &str,
    right: &Value<'_>,
    left: &Value<'_>,
) -> Option<Vec<Test>> {
    let Key::Bits(is, known, _) = key else {
        return None;
    };
    let mask = bits(mask, known)?;
    let fragment = left
        .pointer("/payload/field")
        .is_some_and(|field| field.is("frag-off"));
    if fragment && mask & !0x3fff != 0 {
        return None;
    }
    let wanted = match right.get("set").and_then(Value::as_array) {
        Some(list) => list
            .iter()
            .map(|one| bits(one, known))
            .collect::<Option<Vec<_>>>()?,
        None => vec![bits(right, known)?],
    };
    let holds = match op {
        "==" => wanted.contains(&(is & mask)),
        "!=" => !wanted.contains(&(is & mask)),
        "in" => wanted.iter().any(|wanted| is & mask & wanted != 0),
        _ => return None,
    };
    Some(if holds {
        presence(key)
    } else {
        vec![Test::Never]
    })
}

/// A match of the state of address translation: of a new connection only a translated destination can show.
pub(super) fn status(op: &str, right: &Value<'_>) -> Option<Vec<Test>> {
    let names: Vec<&str> = match right {
        Value::String(name) => vec![name.as_ref()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let known = [
        "dnat",
        "snat",
        "seen-reply",
        "assured",
        "confirmed",
        "expected",
        "dying",
    ];
    if op != "in" || !names.iter().all(|name| known.contains(name)) {
        return None;
    }
    Some(vec![if names.contains(&"dnat") {
        Test::Translated
    } else {
        Test::Never
    }])
}

/// A port compared with another.
pub(super) fn compared(key: &Key, op: &str, port: u16) -> Option<Vec<Test>> {
    let range = match op {
        "<" => (0, port.checked_sub(1)?),
        "<=" => (0, port),
        ">" => (port.checked_add(1)?, u16::MAX),
        _ => (port, u16::MAX),
    };
    let ends = [range.0, range.1].map(|port| Value::Number(port.into()));
    let range = Value::Object(vec![("range".into(), Value::Array(ends.to_vec()))]);
    one_of(key, &[&range])
}

/// Whether a single connection meets a limit; `None` where its numbers stand elsewhere. It is one more than a count of none.
pub(super) fn within_limit(limit: &Value<'_>) -> Option<Vec<Test>> {
    let most = limit.get("rate").or_else(|| limit.get("val"))?.as_u64()?;
    let over = limit.get("inv").and_then(Value::as_bool).unwrap_or(false);
    let within = most > 0;
    Some(if over == within {
        vec![Test::Never]
    } else {
        Vec::new()
    })
}

/// The same for a limit kept for each element of a set.
pub(super) fn limit_in(statement: &Value<'_>) -> Vec<Test> {
    let Some((name, body)) = statement.named() else {
        return Vec::new();
    };
    let held = match name {
        "limit" | "ct count" => within_limit(body),
        "counter" | "last" => Some(Vec::new()),
        _ => None,
    };
    held.unwrap_or_else(|| vec![Test::Unknown(show::statement(statement).into())])
}
