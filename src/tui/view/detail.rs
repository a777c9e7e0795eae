//! Everything about the chosen line: the question, what was seen, why it matters, who can fix it and how.

use super::{chain, evidence, path, ranges};
use crate::event::Finding;
use crate::probe::Evidence;
use crate::report::{RangeMap, Row, State, about_chain, facts};
use crate::tui::entries::Fold;
use crate::tui::model::{Chosen, Model};
use crate::tui::past;
use crate::tui::text::{commands, fit, safe, time, width, wrap};
use crate::tui::theme::{Look, Role, Shape, face};
use ratatui::text::{Line, Span};

/// Lines of text in a box of so many cells, with one free at its left.
pub(crate) struct Page {
    pub(crate) lines: Vec<Line<'static>>,
    cells: usize,
    pub(crate) look: Look,
    /// The lines of the chosen cell of a map, with what is said of it.
    pub(super) chosen: Option<(usize, usize)>,
}

impl Page {
    /// A page without lines.
    pub(crate) fn new(cells: usize, look: Look) -> Self {
        Self {
            lines: Vec::new(),
            cells: cells.saturating_sub(3).max(4),
            look,
            chosen: None,
        }
    }

    /// An empty line, unless the page begins here or has one.
    pub(crate) fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    /// The name of what stands below.
    pub(crate) fn heading(&mut self, text: &str) {
        self.gap();
        self.lines.push(Line::styled(
            format!(" {text}"),
            self.look.style(Role::Accent),
        ));
    }

    /// A text, broken into lines; those after the first start below its beginning.
    pub(crate) fn text(&mut self, first: &str, text: &str, role: Role) {
        self.labelled((first, Role::Key), text, role);
    }

    /// The same, with the beginning drawn in its own way.
    pub(crate) fn labelled(&mut self, (first, label): (&str, Role), text: &str, role: Role) {
        let indent = width(first);
        let room = self.cells.saturating_sub(indent).max(8);
        let lines = wrap(&safe(text, self.look), room);
        for (at, pieces) in commands(lines, self.look.quotes()).into_iter().enumerate() {
            let before = if at == 0 {
                format!(" {first}")
            } else {
                " ".repeat(indent + 1)
            };
            let mut spans = vec![Span::styled(before, self.look.style(label))];
            for (piece, command) in pieces {
                spans.push(Span::styled(
                    piece,
                    self.look.style(if command { Role::Accent } else { role }),
                ));
            }
            self.lines.push(Line::from(spans));
        }
    }

    /// A line as it is, cut where it is too long.
    pub(crate) fn line(&mut self, before: &str, text: &str, role: Role) {
        let room = self.cells.saturating_sub(width(before));
        let spans = vec![
            Span::styled(format!(" {before}"), self.look.style(Role::Quiet)),
            Span::styled(
                fit(&safe(text, self.look), room, self.look),
                self.look.style(role),
            ),
        ];
        self.lines.push(Line::from(spans));
    }

    /// A text beside a line that goes on below it.
    pub(crate) fn trunk(&mut self, text: &str, role: Role) {
        self.beside(self.look.either("│ ", "| "), text, role);
    }

    /// A text beside a line that is broken.
    pub(crate) fn broken(&mut self, text: &str, role: Role) {
        self.beside(self.look.either("┆ ", ": "), text, role);
    }

    /// A text with the same before each of its lines.
    fn beside(&mut self, trunk: &'static str, text: &str, role: Role) {
        for line in wrap(&safe(text, self.look), self.cells.saturating_sub(2)) {
            let spans = vec![
                Span::styled(format!(" {trunk}"), self.look.style(Role::Quiet)),
                Span::styled(line, self.look.style(role)),
            ];
            self.lines.push(Line::from(spans));
        }
    }

    /// A sign before a name.
    pub(crate) fn signed(&mut self, (shape, role): (Shape, Role), text: &str, of_text: Role) {
        let sign = format!("{} ", self.look.sign(shape, 0));
        self.labelled((&sign, role), text, of_text);
    }

    /// How many lines there are.
    pub(super) fn height(&self) -> usize {
        self.lines.len()
    }

    /// How many cells a line has.
    pub(crate) fn cells(&self) -> usize {
        self.cells
    }

    /// A line of pieces that are as wide as they have to be.
    pub(crate) fn pieces(&mut self, pieces: &[(String, Role)]) {
        let mut spans = vec![Span::raw(" ")];
        for (text, role) in pieces {
            spans.push(Span::styled(text.clone(), self.look.style(*role)));
        }
        self.lines.push(Line::from(spans));
    }

    /// Names and values, the values below each other.
    pub(crate) fn table(&mut self, rows: &[(String, String)]) {
        let widest = rows
            .iter()
            .map(|(name, _)| width(name))
            .max()
            .unwrap_or(0)
            .min(self.cells / 3);
        for (name, value) in rows {
            let name = fit(&safe(name, self.look), widest, self.look);
            let gap = (widest + 2).saturating_sub(width(&name));
            self.labelled(
                (&format!("{name}{}", " ".repeat(gap)), Role::Quiet),
                value,
                Role::Text,
            );
        }
    }
}

/// How many ranges and devices the map in the detail has, where there is one.
pub(crate) fn map_size(model: &Model) -> Option<(usize, usize)> {
    let State::Judged(finding) = &model.chosen_row()?.state else {
        return None;
    };
    let Evidence::Allowlist(seen) = model.report.evidence.get(finding.measurement.as_ref()?)?
    else {
        return None;
    };
    RangeMap::size(seen.found.as_ref()?)
}

/// The first and the last line of the chosen cell of the map.
pub(crate) fn chosen_cell(model: &Model, cells: usize) -> Option<(usize, usize)> {
    drawn(model, cells).and_then(|page| page.chosen)
}

/// All lines of the detail, in so many cells.
pub(crate) fn lines(model: &Model, cells: usize) -> Vec<Line<'static>> {
    drawn(model, cells).map_or_else(Vec::new, |page| page.lines)
}

/// The detail, in so many cells; none where there is no room.
fn drawn(model: &Model, cells: usize) -> Option<Page> {
    if cells == 0 {
        return None;
    }
    let mut page = Page::new(cells, model.look);
    match (&model.chosen, model.chosen_row()) {
        (Some(Chosen::Row(_)), Some(row)) => row_page(&mut page, model, row),
        (Some(Chosen::Fold(fold)), _) => fold_page(&mut page, model, fold),
        (Some(Chosen::Row(_)) | None, _) => {}
    }
    Some(page)
}

/// A check.
fn row_page(page: &mut Page, model: &Model, row: &Row) {
    let look = model.look;
    let words = &look.words.detail;
    let (shape, _, role) = face(&row.state);
    let word = shape.told(look.words);
    let title = format!("{} {}", look.sign(shape, model.frame), row.id.check);
    page.labelled(
        (&format!("{word}  "), role),
        &title[title.find(' ').map_or(0, |at| at + 1)..],
        Role::Heading,
    );
    if let Some(subject) = &row.id.subject {
        page.text("", &subject.to_string(), Role::Quiet);
        if let Some(version) = &subject.version {
            let version = words.version.with(&[("version", version)]);
            page.text("", &version, Role::Quiet);
        }
    }
    if let Some(before) = model.stood(row) {
        let sign = look.either("≠ ", "* ");
        let before = before.told(look.words);
        page.text(sign, &words.was.with(&[("before", &before)]), Role::Warn);
    }
    runs(page, model, row);
    page.gap();
    page.text("", &row.question, Role::Heading);
    match &row.state {
        State::Judged(finding) => judged(page, model, row, finding),
        State::Waiting => page.text("", &words.not_asked_yet, Role::Quiet),
        State::Running => page.text("", &words.asked_now, Role::Running),
        State::Blocked(by) => {
            page.heading(&words.not_asked);
            page.text("", &words.blocked.with(&[("check", by)]), Role::Text);
        }
        State::Skipped(reason) => {
            page.heading(&words.left_out);
            page.text("", reason, Role::Text);
        }
        State::Broke(how) => {
            page.heading(&words.broke);
            page.text("", how, Role::Broke);
        }
    }
    let open = !matches!(row.state, State::Judged(_));
    about_check(page, model, row, open);
}

/// How the row did in the runs so far, where there are several.
fn runs(page: &mut Page, model: &Model, row: &Row) {
    let Some(turns) = model.past.of(&row.id) else {
        return;
    };
    let look = model.look;
    if turns.iter().any(|turn| turn.took_ms.is_some()) {
        page.pieces(&past::bars(&turns, look));
    }
    page.pieces(&past::signs(&turns, look));
    let passed = turns.iter().filter(|turn| turn.shape == Shape::Pass);
    let longest = turns.iter().filter_map(|turn| turn.took_ms).max();
    let told = look.words.detail.runs.with(&[
        ("count", &turns.len()),
        ("passed", &passed.count()),
        ("longest", &time(longest.unwrap_or(0))),
    ]);
    page.text("", &told, Role::Quiet);
}

/// What a finding says.
fn judged(page: &mut Page, model: &Model, row: &Row, finding: &Finding) {
    let words = &page.look.words.detail;
    page.heading(&words.seen);
    page.text("", &finding.says, Role::Text);
    let facts = facts(&model.report, &model.catalog, row);
    if !facts.is_empty() {
        page.gap();
        page.table(&facts);
    }
    let evidence = finding
        .measurement
        .as_ref()
        .and_then(|measurement| model.report.evidence.get(measurement));
    if let Some(Evidence::Tls(seen)) = evidence
        && about_chain(&model.catalog, row)
    {
        chain::draw(page, seen);
    }
    if let Some(drawing) = model.report.way(row, model.look.words) {
        path::draw(page, &drawing);
    }
    if let Some(Evidence::Allowlist(seen)) = evidence
        && let Some(map) = seen
            .found
            .as_ref()
            .and_then(|found| RangeMap::of(found, model.look.words, model.cell))
    {
        ranges::draw(page, &map);
    }
    if let Some(owner) = finding.owner {
        page.heading(&words.who);
        page.text("", owner.title(page.look.words), Role::Heading);
    }
    if !finding.remedies.is_empty() {
        page.heading(&words.steps);
        for (step, remedy) in finding.remedies.iter().enumerate() {
            page.text(&format!("{}. ", step + 1), remedy, Role::Text);
        }
    }
    about_check(page, model, row, true);
    page.heading(&words.sure);
    let grade = capital(finding.grade.told(page.look.words));
    page.text("", &words.sure_is.with(&[("grade", &grade)]), Role::Text);
    if let Some(evidence) = evidence {
        page.heading(&words.evidence);
        let took = words.measured.with(&[
            ("symptom", &finding.symptom),
            ("time", &time(finding.took_ms)),
        ]);
        page.text("", &took, Role::Quiet);
        evidence::tree(page, evidence);
    }
    docs(page, model, row);
}

/// Why the check is asked; for those that were not judged the document's address as well.
fn about_check(page: &mut Page, model: &Model, row: &Row, wanted: bool) {
    let Some(check) = model.catalog.get(row.id.check.as_str()).filter(|_| wanted) else {
        return;
    };
    let words = &page.look.words.detail;
    page.heading(&words.why);
    page.text("", &check.why, Role::Text);
    if !check.seen_as.is_empty() {
        let seen_as = words.seen_as.with(&[("words", &check.seen_as.join("; "))]);
        page.text("", &seen_as, Role::Quiet);
    }
    if !matches!(row.state, State::Judged(_)) {
        docs(page, model, row);
    }
}

/// The document's address.
fn docs(page: &mut Page, model: &Model, row: &Row) {
    if let Some(check) = model.catalog.get(row.id.check.as_str())
        && !check.docs.is_empty()
    {
        page.heading(&page.look.words.detail.document);
        page.text("", &check.docs, Role::Text);
    }
}

/// Checks that were not asked, with what each would have asked.
fn fold_page(page: &mut Page, model: &Model, fold: &Fold) {
    let words = &page.look.words.detail;
    let inside = |row: &&Row| match (&row.state, fold) {
        (State::Blocked(by), Fold::Because(check)) => by == check,
        (State::Skipped(_), Fold::Skipped) => true,
        (
            State::Waiting
            | State::Running
            | State::Judged(_)
            | State::Blocked(_)
            | State::Skipped(_)
            | State::Broke(_),
            _,
        ) => false,
    };
    let rows: Vec<&Row> = model.report.rows.iter().filter(inside).collect();
    match fold {
        Fold::Because(check) => {
            let title = words.were_not_asked.of(rows.len());
            page.text("", &title, Role::Heading);
            let why = words.because.with(&[("check", check)]);
            page.text("", &why, Role::Text);
        }
        Fold::Skipped => {
            let title = words.were_left_out.of(rows.len());
            page.text("", &title, Role::Heading);
        }
    }
    for row in rows {
        page.gap();
        let subject = row
            .id
            .subject
            .as_ref()
            .map(|subject| format!("  {subject}"))
            .unwrap_or_default();
        page.text("", &format!("{}{subject}", row.id.check), Role::Accent);
        page.text("", &row.question, Role::Text);
        if let State::Skipped(reason) = &row.state {
            let reason = words.left_out_for.with(&[("reason", reason)]);
            page.text("", &reason, Role::Quiet);
        }
    }
}

/// The text with a capital first letter.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next()
        .map(|first| first.to_uppercase().chain(rest).collect())
        .unwrap_or_default()
}
