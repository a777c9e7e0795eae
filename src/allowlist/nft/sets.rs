//! Named sets and maps.

use std::sync::Arc;

use super::super::addresses::Addresses;
use super::super::json::Element;
use super::key::address_set;
use super::value::Value;

/// A named set or map as exported.
#[derive(Default)]
pub(super) struct Named<'a> {
    /// Its elements; of a map, pairs.
    pub(super) values: Vec<Value<'a>>,
    /// The elements as addresses, when all are.
    pub(super) addresses: Option<Arc<Addresses>>,
    /// Why it may hold more when packets pass.
    pub(super) more: Option<&'static str>,
    /// Why it may hold less.
    pub(super) less: Option<&'static str>,
}

impl<'a> Named<'a> {
    /// Adds the elements of a `set`, `map` or `element` object.
    pub(super) fn add(&mut self, object: &Value<'a>) {
        let values = object.get("elem").and_then(Value::as_array);
        let values = values.unwrap_or_default();
        if values.iter().any(expires) {
            self.less = Some("its elements expire");
        }
        self.values.extend_from_slice(values);
    }

    /// Takes note of a rule that changes it.
    pub(super) fn changed(&mut self, change: Change) {
        match change {
            Change::Fills => self.more = Some("filled while packets pass"),
            Change::Empties => self.less = Some("emptied while packets pass"),
        }
    }

    /// Takes the elements for addresses, where all of them are; then those are all that is kept.
    pub(super) fn settle(&mut self) {
        self.addresses = address_set(self.values.iter()).map(Arc::new);
        if self.addresses.is_some() && !self.values.is_empty() {
            self.values = Vec::new();
        }
    }
}

/// What a rule does to a set.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// Adds elements, or renews them.
    Fills,
    /// Takes elements out.
    Empties,
}

/// Whether an element, or the key of a pair, is in the set for a time only.
fn expires(value: &Value<'_>) -> bool {
    let key = value.as_array().and_then(<[_]>::first).unwrap_or(value);
    key.pointer("/elem/expires").is_some()
}

/// The names of the sets that a rule changes, and how.
pub(super) fn changed_by(element: &Element<'_>) -> Vec<(String, Change)> {
    let mut names = Vec::new();
    let may = ["\"update\"", "\"add\"", "\"delete\""];
    if !may.iter().any(|word| element.text.contains(word)) {
        return names;
    }
    let Ok(value) = element.value::<Value<'_>>() else {
        return names;
    };
    let statements = value.pointer("/rule/expr").and_then(Value::as_array);
    for statement in statements.unwrap_or_default() {
        let Some(change) = statement.get("set").or_else(|| statement.get("map")) else {
            continue;
        };
        let name = change
            .get("set")
            .or_else(|| change.get("map"))
            .and_then(Value::as_str);
        let empties = change.get("op").is_some_and(|op| op.is("delete"));
        let change = if empties {
            Change::Empties
        } else {
            Change::Fills
        };
        names.extend(name.map(|name| (name.trim_start_matches('@').to_owned(), change)));
    }
    names
}
