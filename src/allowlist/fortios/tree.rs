//! The tables of a configuration: `config … edit … set … next end`.

use std::collections::HashMap;

/// One `edit` block.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    /// What stands after `edit`.
    pub(super) name: String,
    /// The line it begins on.
    pub(super) line: usize,
    /// The virtual domain it is in; empty when there are none.
    pub(super) domain: String,
    /// Its settings in order.
    pub(super) settings: Vec<(String, Vec<String>)>,
    /// Tables inside it.
    pub(super) inner: Vec<String>,
}

impl Entry {
    /// The values of a setting; empty when it is not set.
    pub(super) fn values(&self, key: &str) -> &[String] {
        self.settings
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .map_or(&[], |(_, values)| values)
    }

    /// The first value of a setting.
    pub(super) fn word(&self, key: &str) -> Option<&str> {
        self.values(key).first().map(String::as_str)
    }

    /// Whether a setting has this value.
    pub(super) fn is(&self, key: &str, value: &str) -> bool {
        self.word(key) == Some(value)
    }

    /// The entry on one line.
    pub(super) fn quote(&self) -> String {
        let mut text = format!("edit {}", self.name);
        let shown = [
            "name", "srcintf", "dstintf", "srcaddr", "dstaddr", "service", "action", "extip",
            "mappedip",
        ];
        for (key, values) in self
            .settings
            .iter()
            .filter(|(key, _)| shown.contains(&key.as_str()))
        {
            text.extend([" ", key, " ", &values.join(",")]);
        }
        text.chars().take(240).collect()
    }
}

/// All tables by name.
#[derive(Default)]
pub(super) struct Tree {
    tables: HashMap<String, Vec<Entry>>,
    places: HashMap<(String, String), usize>,
    /// Commands that change what was set before, with their lines.
    pub(super) changes: Vec<(usize, String)>,
    /// Whether virtual IPs apply by themselves, without a policy that names them.
    pub(super) central: bool,
}

impl Tree {
    /// The entries of a table.
    pub(super) fn entries(&self, table: &str) -> impl Iterator<Item = &Entry> {
        self.tables.get(table).into_iter().flatten()
    }

    /// The entry of that name.
    pub(super) fn entry(&self, table: &str, name: &str) -> Option<&Entry> {
        let place = *self.places.get(&(table.to_owned(), name.to_owned()))?;
        self.tables.get(table)?.get(place)
    }

    fn keep(&mut self, table: &str, entry: Entry) {
        let entries = self.tables.entry(table.to_owned()).or_default();
        match self.places.get(&(table.to_owned(), entry.name.clone())) {
            Some(place) if entries[*place].domain == entry.domain => {
                entries[*place].settings.extend(entry.settings);
            }
            _ => {
                self.places
                    .insert((table.to_owned(), entry.name.clone()), entries.len());
                entries.push(entry);
            }
        }
    }
}

/// Takes a configuration apart.
pub(super) fn read(text: &str) -> Tree {
    let mut tree = Tree::default();
    // Tables and entries that are open, outermost first.
    let mut tables: Vec<(String, Option<Entry>)> = Vec::new();
    for (line, words) in commands(text) {
        let rest = words.get(1..).unwrap_or_default();
        match words[0].as_str() {
            "config" => {
                let name = rest.join(" ");
                if let Some((_, Some(entry))) = tables.last_mut() {
                    entry.inner.push(name.clone());
                }
                tables.push((name, None));
            }
            "edit" => {
                close_entry(&mut tree, &mut tables);
                // Virtual domains are an outermost table, however deep the rest is nested.
                let domain = tables
                    .iter()
                    .take(2)
                    .find(|(name, _)| name == "vdom")
                    .and_then(|(_, entry)| entry.as_ref());
                let domain = domain.map(|entry| entry.name.clone()).unwrap_or_default();
                if let Some((_, entry)) = tables.last_mut() {
                    *entry = Some(Entry {
                        name: rest.join(" "),
                        line,
                        domain,
                        ..Entry::default()
                    });
                }
            }
            "set" | "append" | "unset" if !rest.is_empty() => {
                set(&mut tree, &mut tables, &words[0], rest);
            }
            "next" => close_entry(&mut tree, &mut tables),
            "end" => {
                close_entry(&mut tree, &mut tables);
                tables.pop();
            }
            "move" | "delete" | "purge" | "rename" | "clone"
                if tables.iter().any(|(name, _)| name.starts_with("firewall ")) =>
            {
                tree.changes.push((line, words.join(" ")));
            }
            _ => {}
        }
    }
    while !tables.is_empty() {
        close_entry(&mut tree, &mut tables);
        tables.pop();
    }
    tree
}

/// Takes a setting.
fn set(tree: &mut Tree, tables: &mut [(String, Option<Entry>)], command: &str, words: &[String]) {
    let values = if command == "unset" {
        Vec::new()
    } else {
        words[1..].to_vec()
    };
    match tables.last_mut() {
        Some((_, Some(entry))) => {
            let known = entry.settings.iter_mut().find(|(key, _)| *key == words[0]);
            match known {
                Some((_, old)) if command == "append" => old.extend(values),
                Some((_, old)) => *old = values,
                None => entry.settings.push((words[0].clone(), values)),
            }
        }
        Some((name, None)) if name == "system settings" && words[0] == "central-nat" => {
            tree.central = values.first().is_some_and(|value| value == "enable");
        }
        _ => {}
    }
}

/// Keeps the entry that ends here, unless it stands inside another one.
fn close_entry(tree: &mut Tree, tables: &mut [(String, Option<Entry>)]) {
    let inside = tables
        .iter()
        .rev()
        .skip(1)
        .any(|(name, entry)| entry.is_some() && name != "vdom");
    if let Some((name, entry)) = tables.last_mut() {
        // A virtual domain stays open for the tables in it.
        if let Some(entry) = entry.take().filter(|_| !inside) {
            tree.keep(name, entry);
        }
    }
}

/// The commands of a text with their lines; quoted text may run over lines.
fn commands(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut commands = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let (mut line, mut began, mut quoted) = (1, 1, false);
    let mut letters = text.chars();
    let mut comment = false;
    while let Some(letter) = letters.next() {
        let end = letter == '\n';
        line += usize::from(end);
        if comment {
            comment = !end;
            continue;
        }
        match letter {
            '\\' => word.get_or_insert_default().extend(letters.next()),
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            _ if quoted => word.get_or_insert_default().push(letter),
            '#' if words.is_empty() && word.is_none() => comment = true,
            _ if letter.is_whitespace() => {
                if words.is_empty() && word.is_some() {
                    began = line - usize::from(end);
                }
                words.extend(word.take());
                if end && !words.is_empty() {
                    commands.push((began, std::mem::take(&mut words)));
                }
            }
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    if !words.is_empty() {
        commands.push((line, words));
    }
    commands
}
