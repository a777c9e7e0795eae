//! Named sets and maps.

use std::sync::Arc;

use serde_json::Value;

use super::super::addresses::Addresses;
use super::super::json::Element;
use super::key::address_set;

/// A named set or map as exported.
pub(super) struct Named {
    /// Its elements; of a map, pairs.
    pub(super) values: Vec<Value>,
    /// The elements as addresses, when all are.
    pub(super) addresses: Option<Arc<Addresses>>,
    /// Whether rules add to it while packets pass.
    pub(super) changing: bool,
}

impl Named {
    /// Reads a `set` or `map` object.
    pub(super) fn new(object: &Value) -> Self {
        let values: Vec<Value> = match object.get("elem") {
            Some(Value::Array(values)) => values.clone(),
            _ => Vec::new(),
        };
        let addresses = address_set(values.iter()).map(Arc::new);
        let values = if addresses.is_some() && !values.is_empty() {
            Vec::new()
        } else {
            values
        };
        Self {
            values,
            addresses,
            changing: false,
        }
    }
}

/// The names of the sets that a rule adds to.
pub(super) fn changed_by(element: &Element<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if !element.text.contains("\"op\": \"add\"")
        && !element.text.contains("\"update\"")
        && !element.text.contains("\"add\"")
    {
        return names;
    }
    let Ok(value) = element.value() else {
        return names;
    };
    let statements = value
        .pointer("/rule/expr")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    for statement in statements {
        let Some(change) = statement.get("set").or_else(|| statement.get("map")) else {
            continue;
        };
        let name = change
            .get("set")
            .or_else(|| change.get("map"))
            .and_then(Value::as_str);
        names.extend(name.map(|name| name.trim_start_matches('@').to_owned()));
    }
    names
}
