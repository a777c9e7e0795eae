//! Takes a JSON export apart element by element, so that each keeps its line and only one is held in full.

use super::model::ReadError;

/// A JSON value as it stands in the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// The line it begins on, from 1.
    pub(super) line: usize,
    /// Its text.
    pub(super) text: &'a str,
}

impl<'a> Element<'a> {
    /// The value, read as what it is wanted as.
    pub(super) fn value<T: serde::Deserialize<'a>>(&self) -> Result<T, ReadError> {
        serde_json::from_str(self.text).map_err(|error| {
            ReadError::at(self.line + error.line().saturating_sub(1), "expected JSON")
        })
    }
}

/// The elements of an array: the whole document when `key` is `None`, else the first array under that key.
pub(super) fn elements<'a>(
    text: &'a str,
    key: Option<&str>,
) -> Result<Vec<Element<'a>>, ReadError> {
    let start = match key {
        None => text.find('['),
        Some(key) => text
            .find(&format!("\"{key}\""))
            .and_then(|at| text[at..].find('[').map(|offset| at + offset)),
    };
    let Some(start) = start else {
        return Err(ReadError::at(1, "expected a JSON array"));
    };
    let mut scan = Scan {
        text,
        at: start + 1,
        line: 1 + newlines(&text[..start]),
    };
    let mut elements = Vec::new();
    loop {
        scan.skip(|byte| byte.is_ascii_whitespace() || byte == b',');
        match scan.peek() {
            Some(b']') => return Ok(elements),
            None => return Err(ReadError::at(scan.line, "expected the end of a JSON array")),
            Some(_) => elements.push(scan.element()?),
        }
    }
}

/// How many lines end in a text.
fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// A place in the text.
struct Scan<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Scan<'a> {
    /// The byte here.
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes bytes of a kind.
    fn skip(&mut self, kind: impl Fn(u8) -> bool) {
        while let Some(byte) = self.peek().filter(|byte| kind(*byte)) {
            self.line += usize::from(byte == b'\n');
            self.at += 1;
        }
    }

    /// The value that begins here.
    fn element(&mut self) -> Result<Element<'a>, ReadError> {
        let (from, line) = (self.at, self.line);
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.string()?,
                b'{' | b'[' => depth += 1,
                b'}' | b']' | b',' if depth == 0 => break,
                b'}' | b']' => depth -= 1,
                b'\n' => self.line += 1,
                _ => {}
            }
            self.at += 1;
        }
        if depth > 0 {
            return Err(ReadError::at(line, "expected the end of a JSON value"));
        }
        if self.at == from {
            return Err(ReadError::at(line, "expected a JSON value"));
        }
        Ok(Element {
            line,
            text: self.text[from..self.at].trim_end(),
        })
    }

    /// Passes a string up to its closing quote.
    fn string(&mut self) -> Result<(), ReadError> {
        let line = self.line;
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => return Ok(()),
                // Whatever is escaped is no closing quote; the end of a line it may be.
                b'\\' => {
                    self.at += 1;
                    self.line += usize::from(self.peek() == Some(b'\n'));
                }
                b'\n' => self.line += 1,
                _ => {}
            }
            self.at += 1;
        }
        Err(ReadError::at(line, "expected the end of a JSON string"))
    }
}
