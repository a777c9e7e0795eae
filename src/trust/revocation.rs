//! Who is asked whether a certificate is revoked, and how the answer is judged; the asking itself is done elsewhere.

use super::certificate::Known;
use super::facets::{Facets, Place, Said, Source};
use super::judge::Views;
use super::table::Table;
use super::{list, ocsp};
use jiff::{SignedDuration, Timestamp};
use rustls_pki_types::CertificateDer;

/// How far a responder's clock may be off ours.
const SLACK: SignedDuration = SignedDuration::from_mins(5);

/// How long an answer without an end holds: newer ones are to be had at any time, and a week is what responders give.
const WITHOUT_END: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How many addresses of one kind are asked.
const MOST: usize = 2;

/// Who issued a certificate, proven by its signature.
#[derive(Clone, Debug)]
pub(crate) struct Issuer {
    /// Its name, whole DER.
    pub(crate) name: Vec<u8>,
    /// Its key, whole DER.
    pub(crate) key: Vec<u8>,
    /// Whether its key usage, where it has one, lets it sign revocation lists.
    pub(crate) may_sign_lists: bool,
}

/// When an answer was given, and until when it holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity {
    /// When it was given.
    pub(crate) this_update: Timestamp,
    /// When the next will be there at the latest.
    pub(crate) next_update: Option<Timestamp>,
}

impl Validity {
    /// What `good` means at that moment.
    pub(crate) fn good(self, now: Timestamp) -> Said {
        if !self.has_come(now) || self.is_over(now) {
            return Said::Stale;
        }
        Said::Good {
            this_update: self.this_update,
            next_update: self.next_update,
        }
    }

    /// What `revoked` means at that moment: it holds for ever, unless it was on hold.
    pub(crate) fn revoked(
        self,
        now: Timestamp,
        since: Timestamp,
        reason: Option<&'static str>,
    ) -> Said {
        if !self.has_come(now) || reason == Some(HOLD) && self.is_over(now) {
            return Said::Stale;
        }
        if reason == Some(REMOVED) {
            return Said::Undecided;
        }
        Said::Revoked {
            since,
            reason: reason.map(str::to_owned),
        }
    }

    fn has_come(self, now: Timestamp) -> bool {
        let earliest = self.this_update.checked_sub(SLACK);
        earliest.unwrap_or(Timestamp::MIN) <= now
    }

    fn is_over(self, now: Timestamp) -> bool {
        let end = self
            .next_update
            .or_else(|| self.this_update.checked_add(WITHOUT_END).ok());
        let latest = end.and_then(|end| end.checked_add(SLACK).ok());
        now > latest.unwrap_or(Timestamp::MAX)
    }
}

const HOLD: &str = "certificate hold";
const REMOVED: &str = "removed from the list";

/// The name of a reason (RFC 5280, 5.3.1); none for no reason in particular.
pub(crate) fn reason_name(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "key compromise",
        2 => "CA compromise",
        3 => "affiliation changed",
        4 => "superseded",
        5 => "cessation of operation",
        6 => HOLD,
        8 => REMOVED,
        9 => "privilege withdrawn",
        10 => "attribute authority compromise",
        _ => return None,
    })
}

/// One certificate whose state is asked for.
#[derive(Clone, Debug)]
pub struct Question {
    /// The certificate, as an index into [`Facets::certificates`].
    pub certificate: usize,
    /// Who may be asked, in that order; empty where nobody can be.
    pub sources: Vec<Source>,
    der: Vec<u8>,
    issuer: Option<Issuer>,
}

impl Question {
    /// What to post to that source, with its media type; nothing where a GET asks.
    pub fn post(&self, source: &Source) -> Option<(&'static str, Vec<u8>)> {
        match source {
            Source::Responder { .. } => {
                let known = Known::read(&self.der, Place::Served).ok()?;
                let body = ocsp::request(self.issuer.as_ref()?, known.x509.raw_serial())?;
                Some((ocsp::REQUEST_TYPE, body))
            }
            Source::Staple | Source::List { .. } | Source::Nobody => None,
        }
    }

    /// What that source's answer says at that moment.
    pub fn read(&self, source: &Source, answer: &[u8], now: Timestamp) -> Said {
        let known = Known::read(&self.der, Place::Served);
        let (Ok(known), Some(issuer)) = (known, &self.issuer) else {
            return Said::Unproven;
        };
        match source {
            Source::Staple | Source::Responder { .. } => {
                ocsp::read(answer, &known.x509, issuer, now)
            }
            Source::List { .. } => list::read(answer, &known, issuer, now),
            Source::Nobody => Said::Absent,
        }
    }

    /// What is known where nobody can be asked.
    pub fn unasked(&self) -> Said {
        match self.issuer {
            Some(_) => Said::Absent,
            None => Said::Unproven,
        }
    }
}

/// What to ask about the leaf, unless its staple settles it, and the served certificates that it leads over; roots are not asked about.
pub fn questions(
    chain: &[CertificateDer<'_>],
    facets: &Facets,
    views: &Views<'_>,
) -> Vec<Question> {
    let mut table = Table::of(chain);
    if !facets.cloud.trusted() {
        table.find(views);
    }
    let mut questions = Vec::new();
    for index in &facets.chain {
        let Some(certificate) = facets.certificates.get(*index) else {
            continue;
        };
        let settled = *index == 0 && facets.staple.decides();
        if settled || certificate.self_signed || certificate.malformed.is_some() {
            continue;
        }
        let Some(der) = chain.get(*index) else {
            continue;
        };
        let responders = nearest(&certificate.ocsp_urls).map(|url| Source::Responder { url });
        let lists = nearest(&certificate.crl_urls).map(|url| Source::List { url });
        // Of a CA that points nowhere there is nothing to know; a leaf that does is told of.
        if *index > 0 && certificate.ocsp_urls.is_empty() && certificate.crl_urls.is_empty() {
            continue;
        }
        let issuer = table.issuer_of(*index, views);
        let sources = match issuer {
            Some(_) => responders.chain(lists).collect(),
            None => Vec::new(),
        };
        questions.push(Question {
            certificate: *index,
            sources,
            der: der.to_vec(),
            issuer,
        });
    }
    questions
}

/// The addresses to ask: those that can be fetched first.
fn nearest(urls: &[String]) -> impl Iterator<Item = String> {
    let is_http = |url: &&String| {
        url.get(..5)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:"))
    };
    let others = urls.iter().filter(move |url| !is_http(url));
    let ordered: Vec<String> = urls
        .iter()
        .filter(is_http)
        .chain(others)
        .take(MOST)
        .cloned()
        .collect();
    ordered.into_iter()
}

#[cfg(test)]
mod tests {
    use super::{HOLD, REMOVED, Validity};
    use crate::trust::Said;
    use jiff::Timestamp;

    const THIS: &str = "2026-11-20T10:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn until(next: Option<&str>) -> Validity {
        Validity {
            this_update: at(THIS),
            next_update: next.map(at),
        }
    }

    #[test]
    fn a_good_answer_holds_from_its_time_to_the_next() {
        let validity = until(Some("2026-11-21T10:00:00Z"));
        let good = |now| matches!(validity.good(at(now)), Said::Good { .. });
        assert!(!good("2026-11-20T09:54:59Z"));
        assert!(good("2026-11-20T09:55:00Z"));
        assert!(good("2026-11-21T10:05:00Z"));
        assert!(!good("2026-11-21T10:05:01Z"));
    }

    #[test]
    fn a_good_answer_without_a_next_holds_a_week() {
        let good = |now| matches!(until(None).good(at(now)), Said::Good { .. });
        assert!(good("2026-11-27T10:00:00Z"));
        assert!(!good("2026-11-27T10:06:00Z"));
    }

    #[test]
    fn a_revocation_holds_for_ever_but_a_hold_does_not() {
        let validity = until(Some("2026-11-21T10:00:00Z"));
        let later = at("2030-01-01T00:00:00Z");
        let said = |now, reason| validity.revoked(now, at(THIS), reason);
        assert!(matches!(said(later, None), Said::Revoked { .. }));
        assert_eq!(said(later, Some(HOLD)), Said::Stale);
        assert!(matches!(said(at(THIS), Some(HOLD)), Said::Revoked { .. }));
        assert_eq!(said(at(THIS), Some(REMOVED)), Said::Undecided);
        assert_eq!(said(at("2026-11-19T00:00:00Z"), None), Said::Stale);
    }
}
