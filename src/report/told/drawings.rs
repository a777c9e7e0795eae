//! What is drawn of a check: each chain, way and map once, where it is asked about first.

use super::{Drawn, about_chain, evidence, safe};
use crate::catalog::{Catalog, Verdict};
use crate::probe::tcp::{Drawing, Step};
use crate::probe::{Evidence, Measurement, Probe};
use crate::report::chain::{Chain, Link, chains};
use crate::report::{RangeMap, Report, Row};
use crate::words::Words;
use std::collections::BTreeMap;

/// At which row each measurement's drawing and evidence stand.
pub(super) struct Drawings<'a> {
    drawn_at: BTreeMap<&'a Measurement, usize>,
    told_at: BTreeMap<&'a Measurement, usize>,
}

impl<'a> Drawings<'a> {
    pub(super) fn of(report: &'a Report, catalog: &Catalog) -> Self {
        let measured = |row: &'a Row| row.finding()?.measurement.as_ref();
        let mut drawn_at = BTreeMap::new();
        let mut told_at = BTreeMap::new();
        let draws = |row: &Row, measurement: &Measurement| {
            measurement.probe != Probe::Tls || about_chain(catalog, row)
        };
        let all = report.rows.iter().enumerate();
        let failing = all
            .clone()
            .filter(|(_, row)| row.verdict() == Some(Verdict::Fail));
        for (at, row) in failing.chain(all.clone()) {
            if let Some(measurement) = measured(row)
                && draws(row, measurement)
            {
                drawn_at.entry(measurement).or_insert(at);
            }
        }
        for (at, row) in all {
            if let Some(measurement) = measured(row) {
                told_at.entry(measurement).or_insert(at);
            }
        }
        Self { drawn_at, told_at }
    }

    /// What is drawn at a row.
    pub(super) fn drawn(&self, report: &Report, (at, row): (usize, &Row), words: &Words) -> Drawn {
        let Some(finding) = row.finding() else {
            return Drawn::default();
        };
        let here = finding.measurement.as_ref();
        if here.and_then(|measurement| self.drawn_at.get(measurement)) != Some(&at) {
            return Drawn::default();
        }
        let evidence = evidence(report, finding);
        let mut drawn = Drawn {
            way: report.way(row, words).map(safe_way),
            ..Drawn::default()
        };
        if let Some(Evidence::Tls(seen)) = evidence {
            drawn.chains = chains(seen, words).into_iter().map(safe_chain).collect();
        }
        if let Some(Evidence::Allowlist(seen)) = evidence {
            drawn.map = seen
                .found
                .as_ref()
                .and_then(|found| RangeMap::of(found, words, None));
        }
        drawn
    }

    /// What was measured, at the first row that was read from it.
    pub(super) fn evidence(
        &self,
        report: &'a Report,
        measurement: &Measurement,
        at: usize,
    ) -> Option<&'a Evidence> {
        (self.told_at.get(measurement) == Some(&at))
            .then(|| report.evidence.get(measurement))
            .flatten()
    }
}

/// The chain as it may be shown.
fn safe_chain(chain: Chain) -> Chain {
    let all = |texts: Vec<String>| texts.iter().map(|text| safe(text)).collect::<Vec<String>>();
    let link = |link: Link| Link {
        standing: link.standing,
        name: safe(&link.name),
        troubles: all(link.troubles),
        facts: all(link.facts),
        span: link.span,
    };
    Chain {
        sent_by: safe(&chain.sent_by),
        links: chain.links.into_iter().map(link).collect(),
        end: link(chain.end),
        beside: all(chain.beside),
        views: all(chain.views),
        missing: chain.missing,
    }
}

/// The way as it may be shown.
fn safe_way(way: Drawing) -> Drawing {
    let steps = way.steps.into_iter().map(|step| Step {
        mark: step.mark,
        title: safe(&step.title),
        note: safe(&step.note),
    });
    Drawing {
        of: safe(&way.of),
        steps: steps.collect(),
    }
}
