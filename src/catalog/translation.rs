//! The checklist in another language: the same checks, with only their sentences replaced.

use super::check::one_line;
use super::{Catalog, CatalogError, Check, Template};
use crate::words::{Lang, Words};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The Japanese sentences of this build: `(id, text)`.
pub(super) const JAPANESE: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/checks-ja.rs"));

/// The sentences of one check.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sentences {
    pub(super) question: String,
    pub(super) why: String,
    #[serde(default)]
    pub(super) seen_as: Option<Vec<String>>,
    pub(super) outcome: BTreeMap<String, Said>,
}

/// The sentences of one outcome.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    pub(super) says: String,
    #[serde(default)]
    pub(super) r#try: Vec<String>,
}

impl Catalog {
    /// The checklist in that language; a check that has no sentences in it, as a user's own, stays in English.
    ///
    /// # Errors
    /// Sentences that do not fit their check: a fault of this build, which the tests exclude.
    pub fn in_language(mut self, lang: Lang) -> Result<Self, CatalogError> {
        self.lang = lang;
        let files = match lang {
            Lang::En => return Ok(self),
            Lang::Ja => JAPANESE,
        };
        for check in &mut self.checks {
            let text = files.iter().find(|(id, _)| *id == check.id.as_str());
            if let Some((id, text)) = text {
                translate(check, text, lang).map_err(|what| CatalogError::Content {
                    id: format!("{lang:?}/{id}").to_lowercase(),
                    what,
                })?;
            }
        }
        Ok(self)
    }

    /// The words of its language.
    pub fn words(&self) -> &'static Words {
        self.lang.words()
    }
}

/// Puts the sentences into their check. A user's own check of the same name, with other outcomes, is left alone.
fn translate(check: &mut Check, text: &str, lang: Lang) -> Result<(), String> {
    let sentences: Sentences = toml::from_str(text).map_err(|cause| cause.to_string())?;
    if !check.outcomes.keys().eq(sentences.outcome.keys()) {
        return Ok(());
    }
    check.question = one_line(&sentences.question);
    check.why = one_line(&sentences.why);
    if let Some(seen_as) = sentences.seen_as {
        check.seen_as = seen_as;
    }
    for (key, said) in sentences.outcome {
        if let Some(outcome) = check.outcomes.get_mut(&key) {
            outcome.says = Template::new(&said.says);
            outcome.remedies = said.r#try.iter().map(|step| Template::new(step)).collect();
        }
    }
    check.lang = lang;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The sentences of a check, in order, with the holes of each.
    fn sentences(check: &Check) -> Vec<(String, BTreeSet<String>)> {
        let mut found = Vec::new();
        for (key, outcome) in &check.outcomes {
            for sentence in std::iter::once(&outcome.says).chain(&outcome.remedies) {
                let holes = sentence.holes().into_iter().map(str::to_owned).collect();
                found.push((format!("{}/{key}: {}", check.id, sentence.text()), holes));
            }
        }
        found
    }

    #[test]
    fn a_check_with_other_outcomes_than_the_built_in_one_keeps_its_own_sentences() {
        let mut catalog = Catalog::built_in().unwrap();
        let own = catalog
            .checks
            .iter_mut()
            .find(|check| check.id.as_str() == "port-open")
            .unwrap();
        own.outcomes.remove("partly-open");
        let before = own.question.clone();
        let japanese = catalog.in_language(Lang::Ja).unwrap();
        let own = japanese.get("port-open").unwrap();
        assert_eq!((own.lang, &own.question), (Lang::En, &before));
        assert_eq!(japanese.get("name-resolves").unwrap().lang, Lang::Ja);
    }

    #[test]
    fn every_check_is_in_japanese_sentence_for_sentence_and_hole_for_hole() {
        let english = Catalog::built_in().unwrap();
        let japanese = english.clone().in_language(Lang::Ja).unwrap();
        let mut absent = Vec::new();
        for (english, japanese) in english.checks().iter().zip(japanese.checks()) {
            if japanese.lang != Lang::Ja {
                absent.push(japanese.id.as_str());
                continue;
            }
            for (key, outcome) in &english.outcomes {
                let told = &japanese.outcomes[key];
                let at = format!("ja/{}/{key}", english.id);
                assert_eq!(outcome.remedies.len(), told.remedies.len(), "{at}: try");
            }
            assert_eq!(
                english.seen_as.len(),
                japanese.seen_as.len(),
                "ja/{}: seen_as",
                english.id
            );
            assert_ne!(english.question, japanese.question, "not translated");
            assert_ne!(english.why, japanese.why, "not translated");
            let pairs = sentences(english).into_iter().zip(sentences(japanese));
            for ((said, wanted), (told, holes)) in pairs {
                assert_eq!(wanted, holes, "holes of {told}\n for {said}");
                assert_ne!(said, told, "not translated");
            }
            // Both languages show the same commands, so that whoever reads them can type the same.
            for ((said, _), (told, _)) in sentences(english).iter().zip(sentences(japanese)) {
                let commands = |text: &str| -> BTreeSet<String> {
                    text.split('`')
                        .skip(1)
                        .step_by(2)
                        .map(str::to_owned)
                        .collect()
                };
                assert_eq!(commands(said), commands(&told), "commands of {told}");
            }
        }
        let extra: Vec<&str> = JAPANESE
            .iter()
            .map(|(id, _)| *id)
            .filter(|id| english.get(id).is_none())
            .collect();
        assert!(extra.is_empty(), "no check of this name: {extra:?}");
        assert!(
            absent.is_empty(),
            "checks without checks/ja/<id>.toml: {absent:?}"
        );
    }
}
