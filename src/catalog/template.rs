//! Sentences with holes.

use crate::probe::Facts;

/// A sentence with `{holes}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(String);

impl Template {
    /// Takes a sentence.
    pub fn new(text: &str) -> Self {
        Self(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The sentence with its holes open.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The names of its holes.
    pub fn holes(&self) -> Vec<&str> {
        self.pieces().filter_map(|(_, hole)| hole).collect()
    }

    /// The sentence with its holes filled; a hole without a fact stays visible.
    pub fn fill(&self, facts: &Facts) -> String {
        self.pieces().fold(String::new(), |mut said, (text, hole)| {
            join(&mut said, text);
            if let Some(hole) = hole {
                match facts.get(hole) {
                    Some(value) => join(&mut said, value),
                    None => said.extend(["{", hole, "}"]),
                }
            }
            said
        })
    }

    /// Text and the hole after it, in turn. Braces that hold no plain name are text, as in `{ env = … }`.
    fn pieces(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let mut rest = self.0.as_str();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let mut from = 0;
            while let Some(open) = rest[from..].find('{').map(|at| at + from) {
                let name = rest[open + 1..].split_once('}').map(|(name, _)| name);
                match name.filter(|name| plain(name)) {
                    Some(name) => {
                        let piece = (&rest[..open], Some(name));
                        rest = &rest[open + 2 + name.len()..];
                        return Some(piece);
                    }
                    None => from = open + 1,
                }
            }
            let piece = (rest, None);
            rest = "";
            Some(piece)
        })
    }
}

/// Whether this can be the name of a fact.
fn plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// Adds more of a sentence. The blank that sets a Latin word off in Japanese goes where Japanese stands on both sides of it.
fn join(said: &mut String, more: &str) {
    let particle = |sign: Option<char>| {
        sign.is_some_and(|sign| matches!(sign, '\u{3041}'..='\u{309f}' | '、' | '。'))
    };
    let japanese = |sign: Option<char>| {
        sign.is_some_and(|sign| matches!(sign, '\u{3001}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}'))
    };
    let before = said.strip_suffix(' ').map(|text| text.chars().next_back());
    if before.is_some_and(particle) && japanese(more.chars().next()) {
        said.pop();
    }
    let after = more.strip_prefix(' ');
    match after.filter(|after| japanese(said.chars().next_back()) && particle(after.chars().next()))
    {
        Some(after) => said.push_str(after),
        None => said.push_str(more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_and_other_braces_stay() {
        let template = Template::new("{host}:{port} wants { env = \"X\" } and {absent}");
        let facts = Facts::from([("host", "h".into()), ("port", "1".into())]);
        assert_eq!(template.holes(), ["host", "port", "absent"]);
        assert_eq!(
            template.fill(&facts),
            "h:1 wants { env = \"X\" } and {absent}"
        );
    }
}
