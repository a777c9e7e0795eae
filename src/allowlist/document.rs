//! A JSON export as a tree that knows the line of every value, and may hold several documents one after the other.

use super::model::ReadError;

/// How deep values may be nested.
const DEPTH: usize = 64;
/// How much of a value is quoted.
const QUOTED: usize = 240;

/// A value of the export.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The line it begins on, from 1.
    pub(super) line: usize,
    /// Where its text begins and ends.
    place: (usize, usize),
    /// The value.
    pub(super) content: Content,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// `null`.
    Null,
    /// `true` or `false`.
    Truth(bool),
    /// A number, as written.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object, its keys in order.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The value under a key of an object, whatever the case of its letters.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.content {
            Content::Object(fields) => fields
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(key))
                .map(|(_, node)| node),
            Content::Null
            | Content::Truth(_)
            | Content::Number(_)
            | Content::Text(_)
            | Content::List(_) => None,
        }
    }

    /// The elements of an array; of anything else none.
    pub(super) fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            Content::Null
            | Content::Truth(_)
            | Content::Number(_)
            | Content::Text(_)
            | Content::Object(_) => &[],
        }
    }

    /// A string, number or truth as text.
    pub(super) fn word(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) | Content::Number(text) => Some(text),
            Content::Truth(true) => Some("true"),
            Content::Truth(false) => Some("false"),
            Content::Null | Content::List(_) | Content::Object(_) => None,
        }
    }

    /// The text under a key.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::word)
    }

    /// All words of a value: of itself, of an array, or of what PowerShell wraps as `{"value": …, "Count": …}`; `None` when
    /// there is something else in it.
    pub(super) fn words(&self) -> Option<Vec<&str>> {
        match &self.content {
            Content::Null => Some(Vec::new()),
            Content::List(items) => items.iter().map(Self::word).collect(),
            Content::Object(_) => self.get("value").and_then(Self::words),
            Content::Truth(_) | Content::Number(_) | Content::Text(_) => {
                Some(self.word().into_iter().collect())
            }
        }
    }

    /// Its text in the export, on one line, cut where it is long.
    pub(super) fn quote(&self, text: &str) -> String {
        let written = text.get(self.place.0..self.place.1).unwrap_or_default();
        let mut quote = String::new();
        for word in written.split_ascii_whitespace() {
            if !quote.is_empty() {
                quote.push(' ');
            }
            quote.push_str(word);
            if quote.len() > QUOTED {
                let end = (0..=QUOTED).rev().find(|end| quote.is_char_boundary(*end));
                quote.truncate(end.unwrap_or(0));
                quote.push('…');
                break;
            }
        }
        quote
    }

    /// Calls for itself and every value within, outermost first.
    pub(super) fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Self)) {
        see(self);
        match &self.content {
            Content::List(items) => items.iter().for_each(|item| item.visit(see)),
            Content::Object(fields) => fields.iter().for_each(|(_, node)| node.visit(see)),
            Content::Null | Content::Truth(_) | Content::Number(_) | Content::Text(_) => {}
        }
    }
}

/// The documents in a text.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, ReadError> {
    let mut scan = Scan {
        text,
        at: 0,
        line: 1,
    };
    let mut documents = Vec::new();
    loop {
        scan.blank();
        if scan.peek().is_none() {
            return Ok(documents);
        }
        documents.push(scan.node(0)?);
    }
}

/// A place in the text.
struct Scan<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn wanted(&self, what: &str) -> ReadError {
        ReadError::at(self.line, format!("expected {what}"))
    }

    fn blank(&mut self) {
        while let Some(byte) = self.peek().filter(u8::is_ascii_whitespace) {
            self.line += usize::from(byte == b'\n');
            self.at += 1;
        }
    }

    /// Passes a byte that may stand here.
    fn passes(&mut self, byte: u8) -> bool {
        self.blank();
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn node(&mut self, depth: usize) -> Result<Node, ReadError> {
        self.blank();
        if depth > DEPTH {
            return Err(self.wanted("JSON that is nested less deeply"));
        }
        let (line, start) = (self.line, self.at);
        let content = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Content::Text(self.string()?),
            _ => self.literal()?,
        };
        let place = (start, self.at);
        Ok(Node {
            line,
            place,
            content,
        })
    }

    fn object(&mut self, depth: usize) -> Result<Content, ReadError> {
        self.at += 1;
        let mut fields = Vec::new();
        if self.passes(b'}') {
            return Ok(Content::Object(fields));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return Err(self.wanted("a JSON key"));
            }
            let key = self.string()?;
            if !self.passes(b':') {
                return Err(self.wanted("a colon"));
            }
            fields.push((key, self.node(depth + 1)?));
            if self.passes(b'}') {
                return Ok(Content::Object(fields));
            }
            if !self.passes(b',') {
                return Err(self.wanted("the end of a JSON object"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Content, ReadError> {
        self.at += 1;
        let mut items = Vec::new();
        if self.passes(b']') {
            return Ok(Content::List(items));
        }
        loop {
            items.push(self.node(depth + 1)?);
            if self.passes(b']') {
                return Ok(Content::List(items));
            }
            if !self.passes(b',') {
                return Err(self.wanted("the end of a JSON array"));
            }
        }
    }

    fn string(&mut self) -> Result<String, ReadError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None | Some(b'\n') => return Err(self.wanted("the end of a JSON string")),
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        self.text
            .get(start..self.at)
            .and_then(|token| serde_json::from_str(token).ok())
            .ok_or_else(|| self.wanted("a JSON string"))
    }

    fn literal(&mut self) -> Result<Content, ReadError> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        {
            self.at += 1;
        }
        match &self.text[start..self.at] {
            "null" => Ok(Content::Null),
            "true" => Ok(Content::Truth(true)),
            "false" => Ok(Content::Truth(false)),
            number
                if number.starts_with(|first: char| first.is_ascii_digit() || first == '-')
                    && number.parse::<f64>().is_ok() =>
            {
                Ok(Content::Number(number.to_owned()))
            }
            _ => Err(self.wanted("a JSON value")),
        }
    }
}
