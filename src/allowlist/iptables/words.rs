//! Splits a saved rule into its words.

/// The words of a rule, quotation marks resolved; `None` when one is not closed.
pub(super) fn split(rule: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut within, mut quoted) = (false, false);
    let mut letters = rule.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => word.extend(letters.next()),
            '"' => {
                quoted = !quoted;
                within = true;
            }
            letter if letter.is_whitespace() && !quoted => {
                if within {
                    words.push(std::mem::take(&mut word));
                }
                within = false;
            }
            letter => {
                word.push(letter);
                within = true;
            }
        }
    }
    if within {
        words.push(word);
    }
    (!quoted).then_some(words)
}
