//! Names of folders and processes, as people take them to be the same.

use icu_normalizer::ComposingNormalizerBorrowed;

/// The name as Windows and browsers write it: letters composed with their accents (NFC), no blanks around it.
pub(super) fn composed(name: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(name.trim())
        .into_owned()
}

/// Whether two names are the same to Orchestrator, whose database heeds neither case nor blanks at the end, and to whoever reads them.
pub(super) fn alike(one: &str, other: &str) -> bool {
    composed(one).to_lowercase() == composed(other).to_lowercase()
}

/// The one of that name: exactly, or else one that is alike.
pub(super) fn find<'a, T>(all: &'a [T], name: &str, of: impl Fn(&T) -> &str) -> Option<&'a T> {
    let exact = all.iter().find(|item| of(item) == name);
    exact.or_else(|| all.iter().find(|item| alike(of(item), name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_blanks_make_no_other_name() {
        assert!(alike("Caf\u{e9}", "CAFE\u{301} "));
        assert!(!alike("Cafe", "Caf\u{e9}"));
        assert_eq!(composed("Menu\u{308} "), "Men\u{fc}");
    }

    #[test]
    fn the_exact_one_comes_first() {
        let all = ["bot", "Bot"];
        assert_eq!(find(&all, "Bot", |name| name), Some(&"Bot"));
        assert_eq!(find(&all, "BOT", |name| name), Some(&"bot"));
        assert_eq!(find(&all, "other", |name| name), None);
    }
}
