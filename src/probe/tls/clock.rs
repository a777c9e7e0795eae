//! What the server's own clock says, where a certificate is out of date by this machine's.

use crate::probe::answer::{SKEW_TOLD_S, duration};
use crate::probe::{At, Cx};
use crate::trust::{self, Facets, Lifetime};
use crate::wire::Request;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::{Dated, Seen};

/// The longest that the question may take.
const LONGEST: Duration = Duration::from_secs(2);

/// The two clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// The server's: `Date` of an answer.
    pub server: Timestamp,
    /// This machine's, when the answer came.
    pub here: Timestamp,
}

impl Clocks {
    /// Seconds by which the server's is ahead.
    fn ahead_s(self) -> i64 {
        self.server.as_second() - self.here.as_second()
    }
}

/// Asks the server for its time, without a credential, where a certificate that it served is out of date.
pub(super) async fn ask(cx: &Cx, seen: &Seen) -> Option<Clocks> {
    let out_of_date = |facets: &Facets| match trust::lifetime(facets, facets.at, 0) {
        Lifetime::Expired | Lifetime::NotYetValid => true,
        Lifetime::InDate | Lifetime::ExpiresSoon | Lifetime::Untold => false,
    };
    let mut agreed = seen.agreed().filter_map(|shown| shown.facets.as_ref());
    if !agreed.any(out_of_date) {
        return None;
    }
    let path = format!("{}/api/Status/Get", cx.settings.target.base());
    let request = Request::get(path);
    let asking = cx.session.exchange(&request);
    let response = tokio::time::timeout(LONGEST, asking).await.ok()?.ok()?;
    let date = jiff::fmt::rfc2822::parse(&response.header("date")?).ok()?;
    Some(Clocks {
        server: date.timestamp(),
        here: cx.world.clock.now(),
    })
}

impl Seen {
    /// The clock's part in what the dates mean, as the end of a sentence.
    pub(super) fn of_clock(&self, at: &At<'_>) -> String {
        let words = &at.words.facts.handshakes;
        let Some(clocks) = self.clocks else {
            return String::new();
        };
        let ahead = clocks.ahead_s();
        if ahead.abs() <= SKEW_TOLD_S {
            return words.clock_agrees.to_string();
        }
        let by = duration(ahead.unsigned_abs(), &at.words.facts.responders);
        let skew = if ahead > 0 {
            words.ahead.with(&[("by", &by)])
        } else {
            words.behind.with(&[("by", &by)])
        };
        let by_theirs = |facets: &Facets| {
            let theirs = facets.at.checked_add(SignedDuration::from_secs(ahead));
            theirs.ok().map(|theirs| trust::lifetime(facets, theirs, 0))
        };
        let deciding = self.deciding::<Dated>(at);
        let facets = deciding.and_then(|shown| shown.facets.as_ref());
        match facets.and_then(by_theirs) {
            Some(Lifetime::InDate | Lifetime::ExpiresSoon) => {
                words.clock_valid.with(&[("skew", &skew)])
            }
            Some(Lifetime::Expired | Lifetime::NotYetValid | Lifetime::Untold) | None => {
                words.clock_wrong.with(&[("skew", &skew)])
            }
        }
    }
}
