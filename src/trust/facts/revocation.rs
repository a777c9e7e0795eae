//! What is told of a certificate's state: who says what, and why nobody says anything.

use super::Facts;
use crate::shown::shown_within;
use crate::trust::{Asked, Facets, Said, Source};
use crate::words::Words;
use crate::words::facts::Trust;

/// The most characters that the reasons may take together.
const MOST: usize = 400;

/// Who says that it is good, why it is not known, or since when it is revoked and why.
pub(super) fn of_revocation(facets: &Facets, words: &Words, out: &mut Facts) {
    let said_of = &words.facts.trust;
    let staple = Source::Staple;
    let stapled = std::iter::once((0, &staple, &facets.staple));
    let asked = facets.asked.iter().map(
        |Asked {
             certificate,
             source,
             said,
         }| (*certificate, source, said),
    );
    let answers: Vec<(usize, &Source, &Said)> = stapled.chain(asked).collect();
    for (certificate, source, said) in &answers {
        match said {
            Said::Revoked { since, reason } => {
                out.insert("revoked_name", super::named(facets, *certificate));
                out.insert("revoked_at", since.to_string());
                out.extend(reason.clone().map(|reason| ("revoked_for", reason)));
            }
            Said::Good { .. } if *certificate == 0 => {
                out.insert("told_by", where_from(source, words));
            }
            Said::Good { .. }
            | Said::Absent
            | Said::Undecided
            | Said::OtherCertificate
            | Said::Stale
            | Said::Unproven
            | Said::Malformed
            | Said::Unfetched { .. } => {}
        }
    }
    let is_good = |certificate| {
        let mut answers = answers.iter();
        answers.any(|(about, _, said)| *about == certificate && matches!(said, Said::Good { .. }))
    };
    let was_asked = |certificate| {
        facets
            .asked
            .iter()
            .any(|one| one.certificate == certificate)
    };
    let reasons = answers.iter().filter_map(|(certificate, source, said)| {
        let is_outdone = *source == &staple && was_asked(0) && **said == Said::Absent;
        if is_good(*certificate) || is_outdone {
            return None;
        }
        let reason = reason(source, said, said_of)?;
        Some(match certificate {
            0 => reason,
            above => said_of.of_another.with(&[
                ("subject", &super::named(facets, *above)),
                ("reason", &reason),
            ]),
        })
    });
    let reasons: Vec<String> = reasons.collect();
    out.insert("staple", shown_within(&reasons.join("; "), MOST));
}

/// The answer, as it stands in a sentence.
fn where_from(source: &Source, words: &Words) -> String {
    let said = &words.facts.trust;
    match source {
        Source::Staple => said.by_staple.to_string(),
        Source::Responder { url } => said.by_responder.with(&[("url", url)]),
        Source::List { url } => said.by_list.with(&[("url", url)]),
        Source::Nobody => words.facts.common.nothing.to_string(),
    }
}

/// Why an answer settles nothing.
fn reason(source: &Source, said: &Said, words: &Trust) -> Option<String> {
    let what = match source {
        Source::Staple => words.stapled.to_string(),
        Source::Responder { url } => words.response_at.with(&[("url", url)]),
        Source::List { url } => words.list_at.with(&[("url", url)]),
        Source::Nobody => {
            let why = if *said == Said::Unproven {
                &words.key_unknown
            } else {
                &words.no_source
            };
            return Some(why.to_string());
        }
    };
    let why = match said {
        Said::Good { .. } | Said::Revoked { .. } => return None,
        Said::Absent => return Some(words.no_staple.to_string()),
        Said::Undecided => &words.undecided,
        Said::OtherCertificate => &words.other_certificate,
        Said::Stale => &words.stale,
        Said::Unproven => &words.unproven_answer,
        Said::Malformed => &words.unreadable_answer,
        Said::Unfetched { why } => {
            return Some(words.unfetched.with(&[("what", &what), ("why", why)]));
        }
    };
    Some(why.with(&[("what", &what)]))
}
