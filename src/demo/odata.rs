//! OData's query options over a list of JSON objects: $filter, $select, $orderby, $top, $skip, $count.

mod filter;

use super::reply::{Envelope, Reply};
use super::request::Request;
use filter::Filter;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// The most that one page may hold.
const TOP: usize = 1000;

/// One collection, and what its items may be asked for.
pub(super) struct Collection<'a> {
    /// The name of the set, as in `$metadata#Releases`.
    pub(super) set: &'a str,
    /// The type named in errors.
    pub(super) kind: &'a str,
    /// The items.
    pub(super) items: Vec<Value>,
    /// The properties of an item, which an empty list has as well.
    pub(super) properties: Vec<String>,
}

/// One page of the collection, or the error a query option deserves.
pub(super) fn page(
    request: &Request,
    base: &str,
    collection: Collection<'_>,
    envelope: Envelope,
) -> Reply {
    match page_of(request, base, collection) {
        Ok(value) => Reply::odata(200, &value),
        Err(message) => envelope.error(400, 1000, &message),
    }
}

/// One object, reduced to what `$select` asks for.
pub(super) fn single(request: &Request, base: &str, context: &str, item: Value) -> Reply {
    let Value::Object(map) = item else {
        unreachable!("an entity is an object")
    };
    let mut map = match request.param("$select") {
        Some(names) => chosen(map, names),
        None => map,
    };
    map.insert(
        "@odata.context".to_owned(),
        format!("{base}/odata/$metadata#{context}").into(),
    );
    Reply::odata(200, &Value::Object(map))
}

/// The page as JSON, or a sentence about the option that is wrong.
fn page_of(request: &Request, base: &str, collection: Collection<'_>) -> Result<Value, String> {
    let Collection {
        set,
        kind,
        items,
        properties,
    } = collection;
    let known = |name: &str| known_property(&properties, kind, name);
    let mut unknown = request
        .query
        .iter()
        .filter(|(name, _)| name.starts_with('$'));
    if let Some((option, _)) =
        unknown.find(|(name, _)| !OPTIONS.contains(&name.to_ascii_lowercase().as_str()))
    {
        return Err(format!("The query parameter '{option}' is not supported."));
    }
    let mut items = filtered(request, items, known)?;
    let count = items.len();
    if let Some(text) = request.param("$orderby") {
        order(&mut items, text, known)?;
    }
    let skip = number(request, "$skip")?.unwrap_or(0);
    let top = number(request, "$top")?.unwrap_or(TOP);
    if top > TOP {
        return Err(invalid(&format!(
            "The limit of '{TOP}' for Top query has been exceeded. The value from the incoming request is '{top}'."
        )));
    }
    let page = items.into_iter().skip(skip).take(top).collect();
    let mut answer = json!({ "@odata.context": format!("{base}/odata/$metadata#{set}"), "value": selected(request, page, known)? });
    match request.param("$count") {
        Some("true") => answer["@odata.count"] = count.into(),
        Some("false") | None => {}
        Some(other) => {
            return Err(invalid(&format!(
                "'{other}' is not a valid value for $count."
            )));
        }
    }
    Ok(answer)
}

/// A sentence about a query option that is wrong.
fn invalid(text: &str) -> String {
    format!("The query specified in the URI is not valid. {text}")
}

/// Whether the items have this property.
fn known_property(properties: &[String], kind: &str, name: &str) -> Result<(), String> {
    let first = name.split('/').next().unwrap_or(name);
    if properties.iter().any(|property| property == first) {
        return Ok(());
    }
    let kind = format!("UiPath.Server.Configuration.OData.{kind}");
    Err(invalid(&format!(
        "Could not find a property named '{first}' on type '{kind}'."
    )))
}

/// The items that `$filter` keeps.
fn filtered(
    request: &Request,
    items: Vec<Value>,
    known: impl Fn(&str) -> Result<(), String>,
) -> Result<Vec<Value>, String> {
    let Some(text) = request.param("$filter") else {
        return Ok(items);
    };
    let filter = Filter::parse(text)?;
    filter.properties().into_iter().try_for_each(known)?;
    let mut kept = Vec::new();
    for item in items {
        if filter.keeps(&item)? {
            kept.push(item);
        }
    }
    Ok(kept)
}

/// The items with the properties that `$select` asks for.
fn selected(
    request: &Request,
    items: Vec<Value>,
    known: impl Fn(&str) -> Result<(), String>,
) -> Result<Vec<Value>, String> {
    let Some(names) = request.param("$select") else {
        return Ok(items);
    };
    names
        .split(',')
        .map(str::trim)
        .filter(|name| *name != "*")
        .try_for_each(known)?;
    let reduced = |item| match item {
        Value::Object(map) => Value::Object(chosen(map, names)),
        other => other,
    };
    Ok(items.into_iter().map(reduced).collect())
}

/// The options that are understood; `$expand` is read and changes nothing, as nothing here is left out without it.
const OPTIONS: [&str; 8] = [
    "$filter", "$select", "$orderby", "$top", "$skip", "$count", "$expand", "$format",
];

/// A number of zero or more.
fn number(request: &Request, name: &str) -> Result<Option<usize>, String> {
    request
        .param(name)
        .map(|text| text.trim().parse().map_err(|_| format!("The query specified in the URI is not valid. Invalid value '{text}' for {name} query option found. The {name} query option requires a non-negative integer value.")))
        .transpose()
}

/// The properties that are asked for.
fn chosen(map: Map<String, Value>, names: &str) -> Map<String, Value> {
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    if names.contains(&"*") {
        return map;
    }
    map.into_iter()
        .filter(|(name, _)| names.contains(&name.as_str()))
        .collect()
}

/// Sorts by the properties named, first one first.
fn order(
    items: &mut [Value],
    text: &str,
    known: impl Fn(&str) -> Result<(), String>,
) -> Result<(), String> {
    let mut keys = Vec::new();
    for part in text.split(',') {
        let mut words = part.split_whitespace();
        let name = words.next().ok_or_else(|| {
            "The query specified in the URI is not valid. Syntax error in $orderby.".to_owned()
        })?;
        known(name)?;
        let down = match words.next() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(word) => {
                return Err(format!(
                    "The query specified in the URI is not valid. Syntax error at '{word}' in $orderby."
                ));
            }
        };
        keys.push((name.to_owned(), down));
    }
    items.sort_by(|one, other| {
        keys.iter()
            .map(|(name, down)| {
                let found = filter::compare(&filter::at(one, name), &filter::at(other, name))
                    .unwrap_or(Ordering::Equal);
                if *down { found.reverse() } else { found }
            })
            .find(|found| found.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    Ok(())
}
