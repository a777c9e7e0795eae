use super::*;
use std::collections::BTreeSet;

const CATALOGUES: [(&str, &str); 2] = [
    ("en.toml", include_str!("../../words/en.toml")),
    ("ja.toml", include_str!("../../words/ja.toml")),
];

/// The holes of a text.
pub(crate) fn holes(text: &str) -> BTreeSet<String> {
    let after = text.split('{').skip(1);
    after
        .filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
        .collect()
}

#[test]
fn every_language_has_every_word_and_no_other() {
    for (name, text) in CATALOGUES {
        let read: Result<Words, _> = toml::from_str(text);
        assert!(read.is_ok(), "{name}: {}", read.unwrap_err());
    }
    assert_ne!(Lang::En.words(), Lang::Ja.words());
}

/// Every text of a catalogue by its place; a number of things counts as one text.
fn texts(value: &toml::Value, at: &str, found: &mut BTreeMap<String, String>) {
    match value {
        toml::Value::String(text) => drop(found.insert(at.to_owned(), text.clone())),
        toml::Value::Table(members) => {
            for (name, value) in members {
                texts(value, &format!("{at}.{name}"), found);
            }
        }
        other => panic!("{at} is {other}"),
    }
}

#[test]
fn every_word_has_the_same_holes_in_every_language() {
    let [english, other] = CATALOGUES.map(|(_, text)| {
        let mut found = BTreeMap::new();
        texts(&toml::Value::Table(text.parse().unwrap()), "", &mut found);
        found
    });
    for (at, text) in &other {
        if [".keys.", ".key_words.", ".complaints."]
            .iter()
            .any(|of_code| at.contains(of_code))
        {
            continue;
        }
        let (mut ours, mut theirs) = (holes(text), holes(&english[at]));
        // Where English spells out one, another language may write the number.
        if at.rsplit('.').next() == Some("one") {
            ours.remove("count");
            theirs.remove("count");
        }
        assert_eq!(ours, theirs, "{at}: {text}");
        assert!(!text.is_empty(), "{at} is empty");
    }
}

#[test]
fn what_fills_a_hole_is_not_read_for_holes() {
    let phrase = Phrase("{a}, {b} and {c}".into());
    assert_eq!(phrase.with(&[("a", &"{b}"), ("b", &2)]), "{b}, 2 and {c}");
}

#[test]
fn reasons_are_told_in_the_readers_language() {
    let ja = &Lang::Ja.words().skipped;
    assert_eq!(ja.told("left out by --skip"), *ja.left_out);
    let told =
        ja.told("it needs login-accepted, which was not asked: the profile has no [credential]");
    assert!(
        told.contains("login-accepted") && told.contains(&*ja.account),
        "{told}"
    );
    assert_eq!(
        ja.told("something of another version"),
        "something of another version"
    );
}
