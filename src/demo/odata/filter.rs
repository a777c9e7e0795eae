//! The language of `$filter`, as far as Orchestrator's clients use it.

mod reader;

use reader::Reader;
use serde_json::Value;
use std::cmp::Ordering;

/// A filter, understood.
pub(super) struct Filter(Term);

/// One part of a filter.
enum Term {
    /// Both.
    And(Box<Term>, Box<Term>),
    /// Either.
    Or(Box<Term>, Box<Term>),
    /// The contrary.
    Not(Box<Term>),
    /// Two values compared.
    Compare(Operator, Box<Term>, Box<Term>),
    /// A function of values.
    Call(Function, Vec<Term>),
    /// A property of the item.
    Property(String),
    /// A value that is written out.
    Literal(Value),
    /// A GUID that is written out, which is no string.
    Guid(String),
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

/// A function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Function {
    /// `startswith`
    StartsWith,
    /// `endswith`
    EndsWith,
    /// `contains`
    Contains,
    /// `tolower`
    ToLower,
    /// `toupper`
    ToUpper,
}

/// What is wrong with the filter at this place.
fn wrong(at: &str) -> String {
    format!(
        "The query specified in the URI is not valid. Syntax error at '{}' in $filter.",
        at.chars().take(20).collect::<String>()
    )
}

impl Filter {
    /// Reads a filter.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Reader::read(text).map(Self)
    }

    /// The properties it names.
    pub(super) fn properties(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.0.collect(&mut found);
        found
    }

    /// Whether it keeps this item.
    pub(super) fn keeps(&self, item: &Value) -> Result<bool, String> {
        match self.0.value(item)? {
            Value::Bool(kept) => Ok(kept),
            Value::Null => Ok(false),
            _ => Err("The query specified in the URI is not valid. The $filter expression must evaluate to a single boolean value.".to_owned()),
        }
    }
}

impl Term {
    /// Collects the properties named here and below.
    fn collect<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::And(one, other) | Self::Or(one, other) | Self::Compare(_, one, other) => {
                one.collect(found);
                other.collect(found);
            }
            Self::Not(term) => term.collect(found),
            Self::Call(_, terms) => terms.iter().for_each(|term| term.collect(found)),
            Self::Property(name) => found.push(name),
            Self::Literal(_) | Self::Guid(_) => {}
        }
    }

    /// What it comes to for this item.
    fn value(&self, item: &Value) -> Result<Value, String> {
        Ok(match self {
            Self::And(one, other) => {
                (truth(&one.value(item)?)? && truth(&other.value(item)?)?).into()
            }
            Self::Or(one, other) => {
                (truth(&one.value(item)?)? || truth(&other.value(item)?)?).into()
            }
            Self::Not(term) => (!truth(&term.value(item)?)?).into(),
            Self::Compare(operator, one, other) => compared(*operator, one, other, item)?.into(),
            Self::Call(function, terms) => call(*function, terms, item)?,
            Self::Property(name) => at(item, name),
            Self::Literal(value) => value.clone(),
            Self::Guid(text) => text.clone().into(),
        })
    }
}

/// A value that must be true or false.
fn truth(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| format!("The query specified in the URI is not valid. A boolean was expected in $filter, not {value}."))
}

/// The value of a property; a path goes into nested objects.
pub(super) fn at(item: &Value, name: &str) -> Value {
    name.split('/')
        .try_fold(item, |value, part| value.get(part))
        .cloned()
        .unwrap_or(Value::Null)
}

/// The order of two values of one kind; the database ignores case.
pub(super) fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::String(one), Value::String(other)) => {
            Some(one.to_lowercase().cmp(&other.to_lowercase()))
        }
        (Value::Number(one), Value::Number(other)) => one.as_f64()?.partial_cmp(&other.as_f64()?),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        _ => None,
    }
}

/// Whether the comparison holds.
fn compared(operator: Operator, one: &Term, other: &Term, item: &Value) -> Result<bool, String> {
    let (left, right) = (one.value(item)?, other.value(item)?);
    let guid = matches!(one, Term::Guid(_)) || matches!(other, Term::Guid(_));
    if guid && is_text(one, other, item) {
        return Err("The query specified in the URI is not valid. A binary operator with incompatible types was detected. Found operand types 'Edm.String' and 'Edm.Guid' for operator kind 'Equal'.".to_owned());
    }
    if left.is_null() || right.is_null() {
        let same = left.is_null() && right.is_null();
        return Ok(match operator {
            Operator::Equal => same,
            Operator::NotEqual => !same,
            Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Less
            | Operator::LessOrEqual => false,
        });
    }
    let found = compare(&left, &right)
        .ok_or_else(|| format!("The query specified in the URI is not valid. A binary operator with incompatible types was detected at {left} and {right}."))?;
    Ok(match operator {
        Operator::Equal => found.is_eq(),
        Operator::NotEqual => found.is_ne(),
        Operator::Greater => found.is_gt(),
        Operator::GreaterOrEqual => found.is_ge(),
        Operator::Less => found.is_lt(),
        Operator::LessOrEqual => found.is_le(),
    })
}

/// Whether a GUID is compared with a property that is a string: the key of a release is one, that of a job is not.
fn is_text(one: &Term, other: &Term, item: &Value) -> bool {
    [one, other].into_iter().any(|term| match term {
        Term::Property(name) => item.get("ProcessKey").is_some() || name != "Key",
        _ => false,
    })
}

/// What the function gives.
fn call(function: Function, terms: &[Term], item: &Value) -> Result<Value, String> {
    let mut texts = Vec::new();
    for term in terms {
        match term.value(item)? {
            Value::String(text) => texts.push(text),
            Value::Null => return Ok(Value::Null),
            other => {
                return Err(format!(
                    "The query specified in the URI is not valid. No function signature matches the argument {other}."
                ));
            }
        }
    }
    match (function, texts.as_slice()) {
        (Function::ToLower, [text]) => Ok(text.to_lowercase().into()),
        (Function::ToUpper, [text]) => Ok(text.to_uppercase().into()),
        (Function::StartsWith, [text, part]) => Ok(text.to_lowercase().starts_with(&part.to_lowercase()).into()),
        (Function::EndsWith, [text, part]) => Ok(text.to_lowercase().ends_with(&part.to_lowercase()).into()),
        (Function::Contains, [text, part]) => Ok(text.to_lowercase().contains(&part.to_lowercase()).into()),
        _ => Err("The query specified in the URI is not valid. No function signature matches the number of arguments.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn keeps(filter: &str) -> Result<bool, String> {
        let item = json!({ "Name": "O'Neil's #1 & co", "Id": 7, "Key": "a", "ProcessKey": "P", "Deleted": false, "Note": null });
        Filter::parse(filter)?.keeps(&item)
    }

    #[test]
    fn a_quote_in_a_string_is_doubled() {
        assert_eq!(keeps("Name eq 'O''Neil''s #1 & co'"), Ok(true));
        assert!(keeps("Name eq 'O'Neil'").is_err());
    }

    #[test]
    fn and_binds_tighter_than_or() {
        assert_eq!(keeps("Id eq 7 or Id eq 8 and Id eq 9"), Ok(true));
        assert_eq!(keeps("(Id eq 7 or Id eq 8) and Id eq 9"), Ok(false));
    }

    #[test]
    fn strings_compare_without_case_as_the_database_does() {
        assert_eq!(
            keeps("contains(Name,'NEIL') and startswith(tolower(Name),'o')"),
            Ok(true)
        );
    }

    #[test]
    fn null_is_equal_to_null_alone() {
        assert_eq!(keeps("Note eq null"), Ok(true));
        assert_eq!(keeps("Note ne 'x'"), Ok(true));
        assert_eq!(keeps("Note eq 'x'"), Ok(false));
    }

    #[test]
    fn the_key_of_a_release_is_no_guid() {
        assert!(keeps("Key eq 11111111-2222-3333-4444-555555555555").is_err());
        assert_eq!(
            keeps("Key eq '11111111-2222-3333-4444-555555555555'"),
            Ok(false)
        );
    }

    #[test]
    fn brackets_without_end_are_refused() {
        assert!(Filter::parse(&"(".repeat(5_000)).is_err());
        assert!(Filter::parse(&"not ".repeat(5_000)).is_err());
    }
}
