//! The language of `$filter`, as far as Orchestrator's clients use it.

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

/// How deep brackets may go.
const DEPTH: usize = 40;

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
        let mut reader = Reader {
            rest: text.trim(),
            depth: 0,
        };
        let term = reader.either()?;
        if reader.rest.is_empty() {
            Ok(Self(term))
        } else {
            Err(wrong(reader.rest))
        }
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

/// Reads a filter from left to right.
struct Reader<'a> {
    /// What is not read yet.
    rest: &'a str,
    /// How deep the brackets are.
    depth: usize,
}

impl Reader<'_> {
    /// Takes a word, if it comes next and ends there.
    fn word(&mut self, word: &str) -> bool {
        let Some(after) = self.rest.strip_prefix(word) else {
            return false;
        };
        if after.starts_with(|next: char| next.is_alphanumeric() || next == '_') {
            return false;
        }
        self.rest = after.trim_start();
        true
    }

    /// Takes a sign, or says what stands there.
    fn sign(&mut self, sign: char) -> Result<(), String> {
        self.rest = self
            .rest
            .strip_prefix(sign)
            .ok_or_else(|| wrong(self.rest))?
            .trim_start();
        Ok(())
    }

    /// `… or …`
    fn either(&mut self) -> Result<Term, String> {
        let mut term = self.both()?;
        while self.word("or") {
            term = Term::Or(Box::new(term), Box::new(self.both()?));
        }
        Ok(term)
    }

    /// `… and …`
    fn both(&mut self) -> Result<Term, String> {
        let mut term = self.comparison()?;
        while self.word("and") {
            term = Term::And(Box::new(term), Box::new(self.comparison()?));
        }
        Ok(term)
    }

    /// `not …`, `… eq …`
    fn comparison(&mut self) -> Result<Term, String> {
        if self.word("not") {
            self.deeper()?;
            let term = self.comparison()?;
            self.depth -= 1;
            return Ok(Term::Not(Box::new(term)));
        }
        let left = self.operand()?;
        let operators = [
            ("eq", Operator::Equal),
            ("ne", Operator::NotEqual),
            ("gt", Operator::Greater),
            ("ge", Operator::GreaterOrEqual),
            ("lt", Operator::Less),
            ("le", Operator::LessOrEqual),
        ];
        for (word, operator) in operators {
            if self.word(word) {
                return Ok(Term::Compare(
                    operator,
                    Box::new(left),
                    Box::new(self.operand()?),
                ));
            }
        }
        Ok(left)
    }

    /// Goes one bracket deeper.
    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEPTH {
            Err("The query specified in the URI is not valid. The node count limit has been exceeded in $filter.".to_owned())
        } else {
            Ok(())
        }
    }

    /// A bracket, a literal, a function or a property.
    fn operand(&mut self) -> Result<Term, String> {
        if self.rest.starts_with('(') {
            self.sign('(')?;
            self.deeper()?;
            let term = self.either()?;
            self.depth -= 1;
            self.sign(')')?;
            return Ok(term);
        }
        if self.rest.starts_with('\'') {
            return self.string();
        }
        let end = self
            .rest
            .find(|next: char| !(next.is_alphanumeric() || "_/.-:+@".contains(next)))
            .unwrap_or(self.rest.len());
        let (token, after) = self.rest.split_at(end);
        if token.is_empty() {
            return Err(wrong(self.rest));
        }
        let before = self.rest;
        self.rest = after.trim_start();
        if after.starts_with('(') {
            return self.function(token, before);
        }
        literal(token).ok_or_else(|| wrong(before))
    }

    /// A string; a quote in it is doubled.
    fn string(&mut self) -> Result<Term, String> {
        let inner = &self.rest[1..];
        let mut text = String::new();
        let mut signs = inner.char_indices().peekable();
        while let Some((at, sign)) = signs.next() {
            if sign != '\'' {
                text.push(sign);
            } else if signs.next_if(|(_, next)| *next == '\'').is_some() {
                text.push('\'');
            } else {
                self.rest = inner[at + 1..].trim_start();
                return Ok(Term::Literal(text.into()));
            }
        }
        Err("The query specified in the URI is not valid. There is an unterminated string literal in $filter.".to_owned())
    }

    /// The arguments of a function.
    fn function(&mut self, name: &str, before: &str) -> Result<Term, String> {
        let function = match name {
            "startswith" => Function::StartsWith,
            "endswith" => Function::EndsWith,
            "contains" => Function::Contains,
            "tolower" => Function::ToLower,
            "toupper" => Function::ToUpper,
            _ => return Err(wrong(before)),
        };
        self.sign('(')?;
        self.deeper()?;
        let mut terms = vec![self.either()?];
        while self.rest.starts_with(',') {
            self.sign(',')?;
            terms.push(self.either()?);
        }
        self.depth -= 1;
        self.sign(')')?;
        Ok(Term::Call(function, terms))
    }
}

/// A literal or the name of a property.
fn literal(token: &str) -> Option<Term> {
    let term = match token {
        "true" => Term::Literal(true.into()),
        "false" => Term::Literal(false.into()),
        "null" => Term::Literal(Value::Null),
        _ if is_guid(token) => Term::Guid(token.to_owned()),
        _ if token.starts_with(|first: char| first.is_ascii_digit() || first == '-') => match token
            .parse::<i64>(
        ) {
            Ok(number) => Term::Literal(number.into()),
            Err(_) => match token.parse::<f64>() {
                Ok(number) => Term::Literal(number.into()),
                Err(_) => Term::Literal(token.parse::<jiff::Timestamp>().ok()?.to_string().into()),
            },
        },
        _ if token.contains([':', '+', '-', '.']) => return None,
        _ => Term::Property(token.to_owned()),
    };
    Some(term)
}

/// Whether this is a GUID as OData writes it.
fn is_guid(token: &str) -> bool {
    let parts: Vec<&str> = token.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts
            .iter()
            .all(|part| part.chars().all(|sign| sign.is_ascii_hexdigit()))
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
