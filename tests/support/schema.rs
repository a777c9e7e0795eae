//! Holds reports against the JSON Schema of the project: the part of the language that it uses.

use serde_json::Value;

/// The schema of a report.
const SCHEMA: &str = include_str!("../../src/report/schema.json");

/// What is wrong with a report, each with its place; nothing where it is as the schema says.
pub(crate) fn faults(report: &Value) -> Vec<String> {
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let mut found = Vec::new();
    compare(report, &schema, "report", &mut found);
    found
}

/// Compares a value with a schema.
fn compare(value: &Value, schema: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(constant) = schema.get("const")
        && constant != value
    {
        found.push(format!("{at} is {value}, not {constant}"));
    }
    if let Some(Value::Array(members)) = schema.get("enum")
        && !members.contains(value)
    {
        found.push(format!("{at} is {value}, none of its values"));
    }
    if let Some(kinds) = schema.get("type") {
        let fits = match kinds {
            Value::Array(kinds) => kinds.iter().any(|kind| is_of(value, kind)),
            kind => is_of(value, kind),
        };
        if !fits {
            found.push(format!("{at} is {value}, not {kinds}"));
        }
    }
    if schema
        .get("minimum")
        .and_then(Value::as_f64)
        .is_some_and(|least| value.as_f64().is_some_and(|n| n < least))
    {
        found.push(format!("{at} is {value}, too small"));
    }
    members(value, schema, at, found);
    if let (Some(items), Some(schema)) = (value.as_array(), schema.get("items")) {
        for (number, item) in items.iter().enumerate() {
            compare(item, schema, &format!("{at}[{number}]"), found);
        }
    }
}

/// Compares an object's members.
fn members(value: &Value, schema: &Value, at: &str, found: &mut Vec<String>) {
    let Some(object) = value.as_object() else {
        return;
    };
    let required = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    for name in required
        .filter_map(Value::as_str)
        .filter(|name| !object.contains_key(*name))
    {
        found.push(format!("{at} has no {name}"));
    }
    for (name, member) in object {
        match schema
            .get("properties")
            .and_then(|properties| properties.get(name))
        {
            Some(schema) => compare(member, schema, &format!("{at}.{name}"), found),
            None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                found.push(format!("{at} has {name}, which it must not"));
            }
            None => {}
        }
    }
}

/// Whether a value is of a kind.
fn is_of(value: &Value, kind: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("null") => value.is_null(),
        _ => false,
    }
}
