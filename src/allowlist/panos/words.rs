//! The words of a set command.

/// The words of a line: quoted text is one word, brackets are words of their own.
pub(super) fn of(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted: Option<char> = None;
    let mut begun = false;
    for letter in line.trim().chars() {
        match quoted {
            Some(quote) if letter == quote => quoted = None,
            Some(_) => word.push(letter),
            None if letter == '"' || (letter == '\'' && !begun) => {
                quoted = Some(letter);
                begun = true;
            }
            None if letter.is_whitespace() || letter == '[' || letter == ']' => {
                if begun {
                    words.push(std::mem::take(&mut word));
                    begun = false;
                }
                if letter == '[' || letter == ']' {
                    words.push(letter.to_string());
                }
            }
            None => {
                word.push(letter);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// Where a command applies (`shared`, a virtual system, a device group), and the command without that.
pub(super) fn scope(words: &[String]) -> (String, &[String]) {
    let mut rest = words;
    let mut scope = String::new();
    loop {
        match rest {
            [shared, more @ ..] if shared == "shared" => {
                rest = more;
            }
            [kind, name, more @ ..] if kind == "vsys" || kind == "device-group" => {
                scope = format!("{kind} {name}");
                rest = more;
            }
            // The path of a virtual system in full: "devices localhost.localdomain vsys vsys1".
            [config, more @ ..] if config == "config" => rest = more,
            [kind, _, more @ ..] if kind == "devices" => rest = more,
            _ => return (scope, rest),
        }
    }
}

/// The values at the head of the words: one, or those in brackets; and what comes after.
pub(super) fn values(words: &[String]) -> (Vec<String>, &[String]) {
    match words {
        [open, rest @ ..] if open == "[" => {
            let end = rest
                .iter()
                .position(|word| word == "]")
                .unwrap_or(rest.len());
            (
                rest[..end].to_vec(),
                rest.get(end + 1..).unwrap_or_default(),
            )
        }
        [one, rest @ ..] => (vec![one.clone()], rest),
        [] => (Vec::new(), words),
    }
}
