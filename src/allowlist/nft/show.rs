//! Writes a rule of the JSON export as `nft` itself would, for people.

use super::value::Value;

/// A rule with its place: `inet filter input: ip saddr @apps accept # handle 12`.
pub(super) fn rule(rule: &Value<'_>) -> String {
    let text = |key: &str| rule.get(key).and_then(Value::as_str).unwrap_or("?");
    let statements: Vec<String> = rule
        .get("expr")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(statement)
        .collect();
    let handle = rule
        .get("handle")
        .and_then(Value::as_u64)
        .map_or_else(String::new, |handle| format!(" # handle {handle}"));
    format!(
        "{} {} {}: {}{handle}",
        text("family"),
        text("table"),
        text("chain"),
        statements.join(" ")
    )
}

/// A statement.
pub(super) fn statement(statement: &Value<'_>) -> String {
    let Some((name, body)) = statement.named() else {
        return statement.to_string();
    };
    match (name, body) {
        ("match", body) => match body.get("op").and_then(Value::as_str) {
            Some("==" | "in") | None => format!("{} {}", part(body, "left"), part(body, "right")),
            Some(op) => format!("{} {op} {}", part(body, "left"), part(body, "right")),
        },
        ("jump" | "goto", body) => format!(
            "{name} {}",
            body.get("target").and_then(Value::as_str).unwrap_or("?")
        ),
        ("vmap", body) => format!("{} vmap {}", part(body, "key"), part(body, "data")),
        ("dnat" | "snat", body) => {
            let address = part(body, "addr");
            let port = body
                .get("port")
                .map_or_else(String::new, |port| format!(":{}", value(port)));
            format!("{name} to {address}{port}")
        }
        ("redirect", body) => {
            let port = body
                .get("port")
                .map_or_else(String::new, |port| format!(" to :{}", value(port)));
            format!("redirect{port}")
        }
        ("limit", body) => {
            let over = if body.get("inv").and_then(Value::as_bool) == Some(true) {
                "over "
            } else {
                ""
            };
            format!(
                "limit rate {over}{}/{}",
                part(body, "rate"),
                part(body, "per")
            )
        }
        ("xt", body) => match body.get("name").and_then(Value::as_str) {
            Some(extension) => format!(
                "xt {} {extension}",
                body.get("type")
                    .and_then(Value::as_str)
                    .unwrap_or("extension")
            ),
            None => "xt (an extension of iptables)".to_owned(),
        },
        (
            "accept" | "drop" | "return" | "continue" | "counter" | "log" | "reject" | "masquerade"
            | "notrack",
            _,
        )
        | (_, Value::Null) => name.to_owned(),
        (_, body) => format!("{name} {body}"),
    }
}

/// A part of a statement.
fn part(body: &Value<'_>, key: &str) -> String {
    body.get(key).map_or_else(String::new, value)
}

/// A value or a key.
fn value(shown: &Value<'_>) -> String {
    match shown {
        Value::String(text) => text.clone().into_owned(),
        Value::Array(list) => list.iter().map(value).collect::<Vec<_>>().join(","),
        Value::Object(_) => match shown.named() {
            Some((name, body)) => object_value(name, body),
            None => String::new(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Fraction(_) => shown.to_string(),
    }
}

/// An expression by its name.
fn object_value(name: &str, body: &Value<'_>) -> String {
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or("?");
    let joined = |separator: &str| {
        body.as_array()
            .into_iter()
            .flatten()
            .map(value)
            .collect::<Vec<_>>()
            .join(separator)
    };
    match name {
        "payload" => format!("{} {}", text("protocol"), text("field")),
        "meta" if matches!(text("key"), "iif" | "iifname" | "oif" | "oifname") => {
            text("key").to_owned()
        }
        "meta" => format!("meta {}", text("key")),
        "ct" => format!("ct {}", text("key")),
        "prefix" => format!(
            "{}/{}",
            text("addr"),
            body.get("len").map_or_else(String::new, value)
        ),
        "range" => joined("-"),
        "concat" => joined(" . "),
        "&" => joined(" & "),
        "|" => joined("|"),
        "elem" => body.get("val").map_or_else(String::new, value),
        "set" => {
            let shown: Vec<String> = body
                .as_array()
                .into_iter()
                .flatten()
                .take(6)
                .map(element)
                .collect();
            let more = body.as_array().map_or(0, <[_]>::len).saturating_sub(6);
            let rest = if more > 0 {
                format!(", and {more} more")
            } else {
                String::new()
            };
            format!("{{ {}{rest} }}", shown.join(", "))
        }
        "map" => format!(
            "{} map {}",
            body.get("key").map_or_else(String::new, value),
            body.get("data").map_or_else(String::new, value)
        ),
        _ => format!("{name} {body}"),
    }
}

/// An element of a set, or a pair of a map.
fn element(shown: &Value<'_>) -> String {
    match shown.as_array() {
        Some([from, to])
            if to.as_object().is_some_and(|to| {
                to.iter()
                    .all(|(_, body)| *body == Value::Null || body.get("target").is_some())
            }) =>
        {
            format!("{} : {}", value(from), statement(to))
        }
        Some([from, to]) => format!("{} : {}", value(from), value(to)),
        _ => value(shown),
    }
}
