//! Checks requests and answers against Orchestrator's OpenAPI definitions, where they stand beside the project.

use serde_json::{Map, Value};
use std::path::PathBuf;

/// The definitions of one age: Swagger 2.0 or OpenAPI 3.0.
pub(crate) struct Definitions {
    /// The document.
    document: Value,
    /// The number of the API: 9 is 2019.10.
    pub(crate) number: u16,
}

/// A request, as far as a definition can judge it.
#[derive(Debug, Clone)]
pub(crate) struct Sent<'a> {
    /// GET, POST …
    pub(crate) method: &'a str,
    /// Path and query, without what stands before the interface.
    pub(crate) target: &'a str,
    /// The names of the headers, in lower case.
    pub(crate) headers: &'a [String],
    /// The body, where it is JSON and known.
    pub(crate) body: Option<&'a [u8]>,
}

/// One operation of a definition.
struct Operation<'a> {
    /// What it says.
    says: &'a Value,
    /// The parameters of the path, by name.
    path: Vec<(String, String)>,
}

/// What every collection takes, whether or not the definition says so of this one.
const ERRORS: [u16; 8] = [400, 401, 403, 404, 405, 409, 415, 500];

/// Whether the tests must not go without the definitions.
pub(crate) fn required() -> bool {
    std::env::var("ORCH_DOCTOR_REQUIRE").is_ok_and(|value| value == "1")
}

impl Definitions {
    /// The definitions of this API: 9, 11, 15 or 17; `None` where they are not beside the project.
    pub(crate) fn load(number: u16) -> Option<Self> {
        let name = match number {
            9 => "UiPath2019.10.swagger.json",
            11 => "UiPath2020.10.swagger.json",
            15 => "uipathcli-orchestrator-v15.0-20221112.yaml",
            17 => "uipathcli-orchestrator-v17.0-20240212.yaml",
            _ => return None,
        };
        let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
        let shared = std::env::var_os("ORCH_DOCTOR_SHARED")
            .map_or_else(beside, PathBuf::from)
            .join("openapi");
        if !shared.is_dir() {
            return None;
        }
        let text = std::fs::read_to_string(shared.join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let document = if name.ends_with("json") {
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
        } else {
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        Some(Self { document, number })
    }

    /// Whether the definition has this operation.
    pub(crate) fn has(&self, method: &str, target: &str) -> bool {
        self.operation(method, target).is_some()
    }

    /// What is wrong with a request by this definition.
    pub(crate) fn request(&self, sent: &Sent<'_>) -> Result<(), String> {
        let place = format!("API {}: {} {}", self.number, sent.method, sent.target);
        let operation = self
            .operation(sent.method, sent.target)
            .ok_or_else(|| format!("{place} is not defined"))?;
        let query = query(sent.target);
        let mut known = Vec::new();
        for parameter in self.parameters(operation.says) {
            let name = parameter["name"].as_str().unwrap_or_default();
            let schema = parameter.get("schema").unwrap_or(parameter);
            let required = parameter["required"] == true;
            let value = match parameter["in"].as_str() {
                Some("query") => {
                    known.push(name);
                    query
                        .iter()
                        .find(|(key, _)| key == name)
                        .map(|(_, value)| value.clone())
                }
                Some("path") => operation
                    .path
                    .iter()
                    .find(|(key, _)| key == name)
                    .map(|(_, value)| value.clone()),
                Some("header") if sent.headers.contains(&name.to_ascii_lowercase()) => continue,
                Some("header") if self.names_folder(name, sent.headers) => continue,
                Some("header") => None,
                _ => continue,
            };
            match value {
                None if required => return Err(format!("{place}: {name} is required")),
                None => {}
                Some(text) => self
                    .parameter(&text, schema)
                    .map_err(|error| format!("{place}: {name}: {error}"))?,
            }
        }
        if let Some((name, _)) = query
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()))
        {
            return Err(format!("{place}: {name} is not a parameter of it"));
        }
        match (self.body(operation.says), sent.body) {
            (Some(schema), Some(bytes)) => {
                let value = serde_json::from_slice(bytes)
                    .map_err(|error| format!("{place}: the body: {error}"))?;
                self.value(&value, schema, Strict::Sent)
                    .map_err(|error| format!("{place}: the body{error}"))
            }
            _ => Ok(()),
        }
    }

    /// Whether the folder is told by its name instead of its number.
    ///
    /// The API guides of 2020.10 to 2025.10 ("Building API requests") name the headers for it as alternatives; the definitions have the
    /// number alone.
    fn names_folder(&self, header: &str, sent: &[String]) -> bool {
        self.number >= 11
            && header.eq_ignore_ascii_case("x-uipath-organizationunitid")
            && sent
                .iter()
                .any(|name| name == "x-uipath-folderpath-encoded")
    }

    /// What is wrong with an answer by this definition.
    pub(crate) fn answer(&self, sent: &Sent<'_>, status: u16, body: &[u8]) -> Result<(), String> {
        let place = format!(
            "API {}: {} {} -> {status}",
            self.number, sent.method, sent.target
        );
        let operation = self
            .operation(sent.method, sent.target)
            .ok_or_else(|| format!("{place} is not defined"))?;
        let answers = &operation.says["responses"];
        if ERRORS.contains(&status) {
            return is_error(body).map_err(|error| format!("{place}: {error}"));
        }
        let answer = answers
            .get(status.to_string())
            .ok_or_else(|| format!("{place} is not defined: {}", names(answers)))?;
        let schema = answer.get("schema").or_else(|| {
            answer["content"]
                .as_object()
                .and_then(|kinds| kinds.values().next())
                .map(|kind| &kind["schema"])
        });
        match schema {
            None if body.is_empty() => Ok(()),
            None => Err(format!("{place}: a body where none is defined")),
            Some(schema) => {
                let selected = query(sent.target).iter().any(|(name, _)| name == "$select");
                let how = if selected {
                    Strict::Selected
                } else {
                    Strict::Answered
                };
                let value =
                    serde_json::from_slice(body).map_err(|error| format!("{place}: {error}"))?;
                self.value(&value, schema, how)
                    .map_err(|error| format!("{place}: the body{error}"))
            }
        }
    }

    /// The operation of this method and path.
    fn operation(&self, method: &str, target: &str) -> Option<Operation<'_>> {
        let path = target.split('?').next().unwrap_or_default();
        let method = method.to_ascii_lowercase();
        let paths = self.document["paths"]
            .as_object()
            .unwrap_or_else(|| panic!("a definition has paths"));
        paths.iter().find_map(|(template, item)| {
            Some(Operation {
                says: item.get(&method)?,
                path: matched(template, path)?,
            })
        })
    }

    /// The parameters of an operation.
    fn parameters<'a>(&'a self, operation: &'a Value) -> impl Iterator<Item = &'a Value> {
        operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| self.resolved(parameter))
    }

    /// The schema of the body of a request.
    fn body<'a>(&'a self, operation: &'a Value) -> Option<&'a Value> {
        let old = self
            .parameters(operation)
            .find(|parameter| parameter["in"] == "body")
            .and_then(|parameter| parameter.get("schema"));
        let request = self.resolved(&operation["requestBody"]);
        let new = request["content"].as_object().and_then(|kinds| {
            kinds
                .get("application/json")
                .or_else(|| kinds.values().next())
        });
        old.or_else(|| new.and_then(|kind| kind.get("schema")))
    }

    /// What a reference points to; anything else stays.
    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(pointer) => {
                let found = self.document.pointer(pointer.trim_start_matches('#'));
                self.resolved(found.unwrap_or_else(|| panic!("{pointer} points to nothing")))
            }
            None => value,
        }
    }

    /// Whether a text can be a parameter of this schema.
    fn parameter(&self, text: &str, schema: &Value) -> Result<(), String> {
        let schema = self.resolved(schema);
        let value = match schema["type"].as_str() {
            Some("integer" | "number" | "boolean") => serde_json::from_str(text)
                .map_err(|_| format!("{text:?} is no {}", schema["type"]))?,
            Some("array") => return Ok(()),
            _ => Value::String(text.to_owned()),
        };
        self.value(&value, schema, Strict::Sent)
    }

    /// What is wrong with a value by this schema, behind where it is.
    fn value(&self, value: &Value, schema: &Value, strict: Strict) -> Result<(), String> {
        let schema = self.resolved(schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.value(value, part, Strict::Sent)?;
        }
        if let Some(choices) = schema["enum"].as_array()
            && !choices.contains(value)
            && !value.is_null()
        {
            return Err(format!(
                ": {value} is none of {}",
                Value::Array(choices.clone())
            ));
        }
        match (schema["type"].as_str(), value) {
            // The definitions never say which values may be null, and Orchestrator gives null for everything that is not there.
            (_, Value::Null) => Ok(()),
            (Some("object"), Value::Object(map)) => self.object(map, schema, strict),
            // "object" with nothing said about it is .NET's word for anything: so is the token of a sign-in.
            (Some("object"), _)
                if schema.get("properties").is_none()
                    && schema.get("additionalProperties").is_none() =>
            {
                Ok(())
            }
            (Some("array"), Value::Array(items)) => {
                items.iter().enumerate().try_for_each(|(at, item)| {
                    self.value(item, &schema["items"], strict)
                        .map_err(|error| format!("[{at}]{error}"))
                })
            }
            (Some("string"), Value::String(text)) => is_string(text, schema),
            (Some("integer"), Value::Number(number)) => is_integer(number, schema),
            (Some("number"), Value::Number(_)) | (Some("boolean"), Value::Bool(_)) | (None, _) => {
                Ok(())
            }
            (Some(kind), value) => Err(format!(": {value} is no {kind}")),
        }
    }

    /// The same for an object.
    fn object(
        &self,
        map: &Map<String, Value>,
        schema: &Value,
        strict: Strict,
    ) -> Result<(), String> {
        for name in schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            // The older definitions write some names with another first letter than Orchestrator does.
            if strict != Strict::Selected && !map.keys().any(|key| key.eq_ignore_ascii_case(name)) {
                return Err(format!(": {name} is required"));
            }
        }
        let properties = schema["properties"].as_object();
        for (key, value) in map {
            let found = properties.and_then(|properties| {
                properties
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(key))
            });
            match found {
                Some((_, inner)) => self
                    .value(value, inner, strict)
                    .map_err(|error| format!(".{key}{error}"))?,
                None if schema["additionalProperties"].is_object() => {
                    self.value(value, &schema["additionalProperties"], strict)
                        .map_err(|error| format!(".{key}{error}"))?;
                }
                None if key.starts_with("@odata.") || properties.is_none() => {}
                None if strict != Strict::Sent => return Err(format!(".{key} is not defined")),
                None => return Err(format!(".{key} is not a property")),
            }
        }
        Ok(())
    }
}

/// Which way a value went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strict {
    /// To Orchestrator.
    Sent,
    /// From Orchestrator.
    Answered,
    /// From Orchestrator, without what `$select` left out.
    Selected,
}

/// The query of a target, decoded.
fn query(target: &str) -> Vec<(String, String)> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

/// The names of an object.
fn names(value: &Value) -> String {
    value
        .as_object()
        .map(|map| map.keys().cloned().collect::<Vec<_>>().join(", "))
        .unwrap_or_default()
}

/// The parameters of a path by its template; `None` when it is another path. Empty brackets of functions do not matter.
fn matched(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let template = template.strip_suffix("()").unwrap_or(template);
    let path = path.strip_suffix("()").unwrap_or(path);
    let (mut found, mut rest, mut parts) = (Vec::new(), path, template.split('{'));
    rest = rest.strip_prefix(parts.next()?)?;
    for part in parts {
        let (name, literal) = part.split_once('}')?;
        let end = if literal.is_empty() {
            rest.len()
        } else {
            rest.find(literal)?
        };
        if end == 0 || rest[..end].contains('/') {
            return None;
        }
        found.push((name.to_owned(), rest[..end].to_owned()));
        rest = &rest[end + literal.len()..];
    }
    rest.is_empty().then_some(found)
}

/// Whether a string fits.
fn is_string(text: &str, schema: &Value) -> Result<(), String> {
    let longest = schema["maxLength"].as_u64().unwrap_or(u64::MAX);
    if text.chars().count() as u64 > longest {
        return Err(format!(": longer than {longest}"));
    }
    let fits = match schema["format"].as_str() {
        Some("date-time") => text.parse::<jiff::Timestamp>().is_ok(),
        Some("uuid") => {
            let lengths = text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
            lengths
                && text
                    .chars()
                    .all(|sign| sign == '-' || sign.is_ascii_hexdigit())
        }
        Some("uri") => url::Url::parse(text).is_ok(),
        _ => true,
    };
    if fits {
        Ok(())
    } else {
        Err(format!(": {text:?} is no {}", schema["format"]))
    }
}

/// Whether a number fits.
fn is_integer(number: &serde_json::Number, schema: &Value) -> Result<(), String> {
    let fits = match schema["format"].as_str() {
        Some("int32") => number
            .as_i64()
            .is_some_and(|number| i32::try_from(number).is_ok()),
        _ => number.is_i64(),
    };
    if fits {
        Ok(())
    } else {
        Err(format!(": {number} is no {}", schema["format"]))
    }
}

/// Whether a body is one of the envelopes in which Orchestrator tells errors; the definitions say nothing of them.
fn is_error(body: &[u8]) -> Result<(), String> {
    if body.is_empty() {
        return Ok(());
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if value["message"].is_string() || value["errorMessage"].is_string() {
        Ok(())
    } else {
        Err(format!("{value} is no error"))
    }
}
