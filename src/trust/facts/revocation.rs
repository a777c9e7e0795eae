//! What is told of a certificate's state: who says what, and why nobody says anything.

use super::Facts;
use crate::shown::shown_within;
use crate::trust::{Asked, Facets, Said, Source};

/// The most characters that the reasons may take together.
const MOST: usize = 400;

/// Who says that it is good, why it is not known, or since when it is revoked and why.
pub(super) fn of_revocation(facets: &Facets, out: &mut Facts) {
    let staple = Source::Staple;
    let stapled = std::iter::once((0, &staple, &facets.staple));
    let asked = facets.asked.iter().map(
        |Asked {
             certificate,
             source,
             said,
         }| (*certificate, source, said),
    );
    let words: Vec<(usize, &Source, &Said)> = stapled.chain(asked).collect();
    for (certificate, source, said) in &words {
        match said {
            Said::Revoked { since, reason } => {
                out.insert("revoked_name", super::named(facets, *certificate));
                out.insert("revoked_at", since.to_string());
                out.extend(reason.clone().map(|reason| ("revoked_for", reason)));
            }
            Said::Good { .. } if *certificate == 0 => {
                out.insert("told_by", where_from(source));
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
        let mut words = words.iter();
        words.any(|(about, _, said)| *about == certificate && matches!(said, Said::Good { .. }))
    };
    let was_asked = |certificate| {
        facets
            .asked
            .iter()
            .any(|one| one.certificate == certificate)
    };
    let reasons = words.iter().filter_map(|(certificate, source, said)| {
        let is_outdone = *source == &staple && was_asked(0) && **said == Said::Absent;
        if is_good(*certificate) || is_outdone {
            return None;
        }
        let reason = reason(source, said)?;
        Some(match certificate {
            0 => reason,
            above => format!("of {}, {reason}", super::named(facets, *above)),
        })
    });
    let reasons: Vec<String> = reasons.collect();
    out.insert("staple", shown_within(&reasons.join("; "), MOST));
}

/// The answer, as it stands in a sentence.
fn where_from(source: &Source) -> String {
    match source {
        Source::Staple => "the OCSP response that the server staples".into(),
        Source::Responder { url } => format!("its OCSP response at {url}"),
        Source::List { url } => format!("its revocation list at {url}"),
        Source::Nobody => "nothing".into(),
    }
}

/// Why an answer settles nothing.
fn reason(source: &Source, said: &Said) -> Option<String> {
    let what = match source {
        Source::Staple => "the stapled OCSP response".into(),
        Source::Responder { url } => format!("the OCSP response at {url}"),
        Source::List { url } => format!("the revocation list at {url}"),
        Source::Nobody => {
            let why = if *said == Said::Unproven {
                "the issuer's key is not known, and without it no answer can be checked"
            } else {
                "the certificate names neither an OCSP responder nor a revocation list"
            };
            return Some(why.into());
        }
    };
    let why = match said {
        Said::Good { .. } | Said::Revoked { .. } => return None,
        Said::Absent => return Some("the server staples no OCSP response".into()),
        Said::Undecided => "does not decide",
        Said::OtherCertificate => "is about another certificate",
        Said::Stale => "is out of date",
        Said::Unproven => "has a signature that could not be proven",
        Said::Malformed => "cannot be read",
        Said::Unfetched { why } => return Some(format!("{what} could not be had: {why}")),
    };
    Some(format!("{what} {why}"))
}
