//! Reads the language of `$filter`.

use super::{Function, Operator, Term, wrong};
use serde_json::Value;

/// How deep brackets may go.
const DEPTH: usize = 40;

/// Reads a filter from left to right.
pub(super) struct Reader<'a> {
    /// What is not read yet.
    rest: &'a str,
    /// How deep the brackets are.
    depth: usize,
}

impl Reader<'_> {
    /// Reads a whole filter.
    pub(super) fn read(text: &str) -> Result<Term, String> {
        let mut reader = Reader {
            rest: text.trim(),
            depth: 0,
        };
        let term = reader.either()?;
        if reader.rest.is_empty() {
            Ok(term)
        } else {
            Err(wrong(reader.rest))
        }
    }

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
