//! What is shown over the whole screen: the keys, or the jobs.

use super::filter::filters;
use super::keys::TABLE;
use super::model::{Mode, Model, SIGNATURES, face};
use super::{event, jobs};
use crate::tui::keys::named;
use crate::tui::text::width;
use crate::tui::theme::Role;
use crate::tui::view::detail::Page;
use crate::webhook::life::Stage;
use crate::webhook::signature::Signature;
use crate::words::Phrase;
use crate::words::webhook::Meanings;
use ratatui::text::Line;

/// All of its lines; nothing where no page is open.
pub(super) fn lines(model: &Model, cells: usize) -> Option<Vec<Line<'static>>> {
    match model.mode {
        Mode::Help => Some(help(model, cells)),
        Mode::Jobs => Some(jobs::lines(model, cells)),
        Mode::Browse | Mode::Filter => None,
    }
}

/// The keys, from the table of keys.
fn help(model: &Model, cells: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(cells, model.look);
    let words = model.look.words;
    let told = &words.webhook.help;
    let widest = TABLE.iter().map(|binding| width(&named(binding))).max();
    let indent = widest.unwrap_or(0).min(cells / 2) + 2;
    let row = |first: &str, role: Role, text: &str, page: &mut Page| {
        let gap = " ".repeat(indent.saturating_sub(width(first)));
        page.labelled((&format!("{first}{gap}"), role), text, Role::Text);
    };
    page.heading(&told.keys);
    for binding in TABLE {
        row(&named(binding), Role::Key, binding.help(words), &mut page);
    }
    page.heading(&told.filter);
    for (typed, help) in filters(told) {
        row(typed, Role::Key, help, &mut page);
    }
    page.heading(&told.signatures);
    for signature in SIGNATURES {
        let (shape, role) = face(signature);
        let first = format!("{} {}", page.look.sign(shape, 0), signature.word(words));
        let meaning = meaning(signature, &words.webhook.meanings);
        row(&first, role, meaning, &mut page);
    }
    page.heading(&told.steps);
    let steps = [
        Stage::Created,
        Stage::Started,
        Stage::Suspended,
        Stage::Completed,
        Stage::Faulted,
        Stage::Stopped,
    ];
    for stage in steps {
        let (sign, role) = event::step(stage, page.look);
        row(sign, role, stage.word(words), &mut page);
    }
    page.lines
}

/// What a state of the signature means, and how it was answered.
fn meaning(signature: Signature, words: &Meanings) -> &Phrase {
    match signature {
        Signature::Valid => &words.valid,
        Signature::Unchecked => &words.unchecked,
        Signature::Invalid => &words.invalid,
        Signature::Missing => &words.missing,
    }
}
