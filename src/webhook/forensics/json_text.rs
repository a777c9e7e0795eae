//! A JSON text as tokens, so that it can be written anew with its order, numbers and duplicates kept.

/// One token; texts and scalars stand as they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Open(u8),
    Close(u8),
    Comma,
    Colon,
    Text(&'a str),
    Scalar(&'a str),
}

/// An order of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// By their names, as many programs sort them.
    ByName,
    /// As Orchestrator writes its events.
    Documented,
}

/// How deep a body may nest before it is left alone.
const DEEPEST: usize = 64;

/// A well-formed JSON text.
pub(super) struct JsonText<'a> {
    tokens: Vec<Token<'a>>,
    /// White space before each token.
    gaps: Vec<&'a str>,
    /// White space after the last token.
    end: &'a str,
}

/// Where white space goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Where it was.
    Kept,
    /// Nowhere.
    Compact,
    /// One blank after `:` and `,`.
    Spaced,
    /// A line for each member.
    Lines {
        /// What one level is moved in by.
        indent: &'static str,
        /// What ends a line.
        end: &'static str,
    },
}

/// How characters in texts are escaped; each is the habit of a family of writers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// As they were.
    Kept,
    /// Only what JSON demands (JavaScript, Newtonsoft).
    Least,
    /// And everything beyond ASCII, lower case (Python, Newtonsoft's EscapeNonAscii).
    Ascii,
    /// The same in upper case (Jackson).
    AsciiUpper,
    /// And what HTML minds, upper case (System.Text.Json).
    DotNet,
    /// Everything beyond ASCII, and `/` (PHP).
    Php,
    /// `<`, `>` and `&` (Go).
    Go,
}

/// The members of Orchestrator's events in its own order: programs that sort members lose it.
const DOCUMENTED: &[&str] = &[
    "Type",
    "EventId",
    "Timestamp",
    "StartInfo",
    "Job",
    "Jobs",
    "Robot",
    "Robots",
    "Queue",
    "Queues",
    "QueueItem",
    "QueueItems",
    "Process",
    "Schedule",
    "Task",
    "Id",
    "Key",
    "State",
    "Status",
    "Name",
    "MachineName",
    "StartTime",
    "EndTime",
    "Info",
    "Source",
    "SourceType",
    "BatchExecutionKey",
    "ReleaseKey",
    "Strategy",
    "RobotIds",
    "JobsCount",
    "ReleaseName",
    "ProcessKey",
    "ProcessVersion",
    "Description",
    "IsLatestVersion",
    "InputArguments",
    "OutputArguments",
    "Release",
    "TenantId",
    "FolderId",
    "OrganizationUnitId",
    "UserId",
];

impl<'a> JsonText<'a> {
    /// The same text with the members of its objects in another order, without white space.
    pub(super) fn reordered(&self, order: Order) -> Self {
        let mut tokens = Vec::with_capacity(self.tokens.len());
        value(&self.tokens, &mut 0, order, &mut tokens);
        let gaps = vec![""; tokens.len()];
        Self {
            tokens,
            gaps,
            end: "",
        }
    }

    /// Splits a text into tokens; nothing when it is no JSON object or array.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut gaps = Vec::new();
        let mut open = Vec::new();
        let mut rest = text;
        loop {
            let tail = rest.trim_start_matches([' ', '\t', '\r', '\n']);
            let gap = &rest[..rest.len() - tail.len()];
            if tail.is_empty() {
                return (open.is_empty() && !tokens.is_empty()).then_some(Self {
                    tokens,
                    gaps,
                    end: gap,
                });
            }
            let (token, length) = token(tail)?;
            match token {
                Token::Open(kind) => open.push(kind),
                Token::Close(kind) if open.pop() == Some(kind - 2) => {}
                Token::Close(_) => return None,
                Token::Comma | Token::Colon | Token::Text(_) | Token::Scalar(_) => {}
            }
            if open.len() > DEEPEST || (open.is_empty() && !matches!(token, Token::Close(_))) {
                return None;
            }
            tokens.push(token);
            gaps.push(gap);
            rest = &tail[length..];
        }
    }

    /// Writes it anew.
    pub(super) fn write(&self, layout: Layout, escapes: Escapes) -> String {
        let mut out = String::with_capacity(self.tokens.len() * 8);
        let mut depth = 0;
        for (at, token) in self.tokens.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| self.tokens[at]);
            if matches!(token, Token::Close(_)) {
                depth -= 1;
            }
            self.space(&mut out, at, (before, *token, depth), layout);
            match token {
                Token::Open(kind) => {
                    out.push(char::from(*kind));
                    depth += 1;
                }
                Token::Close(kind) => out.push(char::from(*kind)),
                Token::Comma => out.push(','),
                Token::Colon => out.push(':'),
                Token::Text(text) => escape(&mut out, text, escapes),
                Token::Scalar(text) => out.push_str(text),
            }
        }
        if layout == Layout::Kept {
            out.push_str(self.end);
        }
        out
    }

    /// Writes the white space that stands before a token.
    fn space(
        &self,
        out: &mut String,
        at: usize,
        around: (Option<Token<'_>>, Token<'_>, usize),
        layout: Layout,
    ) {
        let (before, token, depth) = around;
        match layout {
            Layout::Kept => out.push_str(self.gaps[at]),
            Layout::Compact => {}
            Layout::Spaced => {
                if matches!(before, Some(Token::Comma | Token::Colon)) {
                    out.push(' ');
                }
            }
            Layout::Lines { indent, end } => {
                let empty = matches!((before, token), (Some(Token::Open(_)), Token::Close(_)));
                if matches!(before, Some(Token::Colon)) {
                    out.push(' ');
                } else if !empty
                    && (matches!(before, Some(Token::Open(_) | Token::Comma))
                        || matches!(token, Token::Close(_)))
                {
                    out.push_str(end);
                    (0..depth).for_each(|_| out.push_str(indent));
                }
            }
        }
    }
}

/// Copies the value at this place with its members in order, and moves behind it.
fn value<'a>(from: &[Token<'a>], at: &mut usize, order: Order, into: &mut Vec<Token<'a>>) {
    let Some(first) = from.get(*at).copied() else {
        return;
    };
    *at += 1;
    into.push(first);
    let Token::Open(kind) = first else { return };
    let mut members: Vec<Vec<Token<'a>>> = vec![Vec::new()];
    while let Some(token) = from.get(*at).copied() {
        match token {
            Token::Close(_) => break,
            Token::Comma => {
                members.push(Vec::new());
                *at += 1;
            }
            Token::Open(_) | Token::Colon | Token::Text(_) | Token::Scalar(_) => {
                if let Some(member) = members.last_mut() {
                    value(from, at, order, member);
                }
            }
        }
    }
    if kind == b'{' {
        members.sort_by_key(|member| rank(member.first(), order));
    }
    for (place, member) in members.into_iter().enumerate() {
        if place > 0 {
            into.push(Token::Comma);
        }
        into.extend(member);
    }
    into.extend(from.get(*at).copied());
    *at += 1;
}

/// Where a member belongs; those that are not documented come last, by name.
fn rank<'a>(name: Option<&Token<'a>>, order: Order) -> (usize, &'a str) {
    let name = match name {
        Some(Token::Text(name)) => name.trim_matches('"'),
        _ => "",
    };
    match order {
        Order::ByName => (0, name),
        Order::Documented => (
            DOCUMENTED
                .iter()
                .position(|known| *known == name)
                .unwrap_or(DOCUMENTED.len()),
            name,
        ),
    }
}

/// The first token of a text and its length.
fn token(text: &str) -> Option<(Token<'_>, usize)> {
    match text.as_bytes()[0] {
        kind @ (b'{' | b'[') => Some((Token::Open(kind), 1)),
        kind @ (b'}' | b']') => Some((Token::Close(kind), 1)),
        b',' => Some((Token::Comma, 1)),
        b':' => Some((Token::Colon, 1)),
        b'"' => {
            let mut skip = false;
            let end = text.bytes().enumerate().skip(1).find(|(_, byte)| {
                let ends = !skip && *byte == b'"';
                skip = !skip && *byte == b'\\';
                ends
            })?;
            Some((Token::Text(&text[..=end.0]), end.0 + 1))
        }
        byte if byte == b'-' || byte.is_ascii_alphanumeric() => {
            let end = text
                .find(|letter: char| !(letter.is_ascii_alphanumeric() || "+-.".contains(letter)))
                .unwrap_or(text.len());
            Some((Token::Scalar(&text[..end]), end))
        }
        _ => None,
    }
}

/// Writes a text (with its quotation marks) under other habits of escaping.
fn escape(out: &mut String, text: &str, escapes: Escapes) {
    let plain = (escapes != Escapes::Kept)
        .then(|| serde_json::from_str::<String>(text).ok())
        .flatten();
    // A lone surrogate cannot be decoded: such a text stays as it is.
    let Some(plain) = plain else {
        return out.push_str(text);
    };
    out.push('"');
    for letter in plain.chars() {
        let short = match letter {
            '"' if escapes != Escapes::DotNet => Some("\\\""),
            '\\' => Some("\\\\"),
            '\n' => Some("\\n"),
            '\r' => Some("\\r"),
            '\t' => Some("\\t"),
            '\u{8}' => Some("\\b"),
            '\u{c}' => Some("\\f"),
            '/' if escapes == Escapes::Php => Some("\\/"),
            _ => None,
        };
        match short {
            Some(short) => out.push_str(short),
            None if is_escaped(letter, escapes) => numeric(out, letter, escapes),
            None => out.push(letter),
        }
    }
    out.push('"');
}

/// Whether a writer of this habit writes the character as `\uXXXX`.
fn is_escaped(letter: char, escapes: Escapes) -> bool {
    let beyond = match escapes {
        Escapes::Kept | Escapes::Least => false,
        Escapes::Ascii | Escapes::AsciiUpper | Escapes::Php => !letter.is_ascii(),
        Escapes::DotNet => !letter.is_ascii() || "\"&'+<>`\u{7f}".contains(letter),
        Escapes::Go => "&<>\u{2028}\u{2029}".contains(letter),
    };
    beyond || letter < ' '
}

/// Writes `\uXXXX`, twice for what lies beyond the first plane.
fn numeric(out: &mut String, letter: char, escapes: Escapes) {
    for unit in letter.encode_utf16(&mut [0; 2]) {
        let digits = match escapes {
            Escapes::DotNet | Escapes::AsciiUpper => format!("\\u{unit:04X}"),
            Escapes::Kept | Escapes::Least | Escapes::Ascii | Escapes::Php | Escapes::Go => {
                format!("\\u{unit:04x}")
            }
        };
        out.push_str(&digits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: Layout = Layout::Lines {
        indent: "  ",
        end: "\n",
    };

    fn written(text: &str, layout: Layout, escapes: Escapes) -> String {
        JsonText::parse(text).expect("JSON").write(layout, escapes)
    }

    #[test]
    fn order_numbers_and_duplicates_are_kept() {
        let text = " {\"b\" : 1.50e+2,\n\"a\":[ true,null , {} ,[]],\"b\":\"x\"}\n";
        assert_eq!(
            written(text, Layout::Compact, Escapes::Kept),
            r#"{"b":1.50e+2,"a":[true,null,{},[]],"b":"x"}"#
        );
        assert_eq!(
            written(text, Layout::Spaced, Escapes::Kept),
            r#"{"b": 1.50e+2, "a": [true, null, {}, []], "b": "x"}"#
        );
        assert_eq!(written(text, Layout::Kept, Escapes::Kept), text);
    }

    #[test]
    fn lines_are_what_other_writers_write() {
        let text = r#"{"a":[1,{"b":{}}],"c":[]}"#;
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(
            written(text, LINES, Escapes::Kept),
            serde_json::to_string_pretty(&value).unwrap()
        );
    }

    #[test]
    fn every_habit_of_escaping_is_known() {
        let text = "{\"k\":\"é\\u00e9/<\\\"\\n😀\"}";
        let of = |escapes| written(text, Layout::Compact, escapes);
        assert_eq!(of(Escapes::Kept), text);
        assert_eq!(of(Escapes::Least), "{\"k\":\"éé/<\\\"\\n😀\"}");
        assert_eq!(
            of(Escapes::Ascii),
            "{\"k\":\"\\u00e9\\u00e9/<\\\"\\n\\ud83d\\ude00\"}"
        );
        assert_eq!(
            of(Escapes::AsciiUpper),
            "{\"k\":\"\\u00E9\\u00E9/<\\\"\\n\\uD83D\\uDE00\"}"
        );
        assert_eq!(
            of(Escapes::DotNet),
            "{\"k\":\"\\u00E9\\u00E9/\\u003C\\u0022\\n\\uD83D\\uDE00\"}"
        );
        assert_eq!(
            of(Escapes::Php),
            "{\"k\":\"\\u00e9\\u00e9\\/<\\\"\\n\\ud83d\\ude00\"}"
        );
        assert_eq!(of(Escapes::Go), "{\"k\":\"éé/\\u003c\\\"\\n😀\"}");
        // A quotation mark inside is an escape of its own, and a lone surrogate stays.
        assert_eq!(
            written(r#"["\ud800"]"#, Layout::Compact, Escapes::Ascii),
            r#"["\ud800"]"#
        );
    }

    #[test]
    fn members_can_be_put_in_order_at_every_level() {
        let sorted = r#"{"EventId":"1","Job":{"Id":3,"Key":[{"b":1,"a":{}}]},"Type":"ping","X":[],"A":null}"#;
        let text = JsonText::parse(sorted).unwrap();
        let written = |order| text.reordered(order).write(Layout::Compact, Escapes::Kept);
        let documented = r#"{"Type":"ping","EventId":"1","Job":{"Id":3,"Key":[{"a":{},"b":1}]},"A":null,"X":[]}"#;
        assert_eq!(written(Order::Documented), documented);
        let by_name = r#"{"A":null,"EventId":"1","Job":{"Id":3,"Key":[{"a":{},"b":1}]},"Type":"ping","X":[]}"#;
        assert_eq!(written(Order::ByName), by_name);
    }

    #[test]
    fn what_is_no_json_is_left_alone() {
        let deep = "[".repeat(70) + &"]".repeat(70);
        for text in [
            "", "  ", "\"text\"", "{\"a\":1", "{]", "{}}", "{} {}x", "<html>", "{\"a}", &deep,
        ] {
            assert!(JsonText::parse(text).is_none(), "{text}");
        }
    }
}
