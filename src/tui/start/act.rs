//! What keys do on the start screen.

use super::{Begin, Field, Place, Spot, Stage, Wanted, Way, place, places};
use crate::catalog::Complaint;
use crate::config::Reference;
use crate::plan::Selection;
use crate::tui::keys::Key;
use crate::tui::model::{Ask, Effect, Mode, Model};

/// Opens the screen.
pub(crate) fn opened(model: &mut Model) {
    model.mode = Mode::Start;
    model.start.stage = Stage::Choosing;
    model.start.spot = Spot::Symptom;
    model.start.notice = None;
}

/// A key.
pub(crate) fn pressed(model: &mut Model, key: Key) -> Option<Effect> {
    model.start.notice = None;
    if key == Key::Ctrl('c') {
        return Some(Effect::Quit);
    }
    if model.start.stage == Stage::Waiting {
        return None;
    }
    match model.start.spot {
        Spot::Symptom | Spot::Place => choosing(model, key),
        Spot::Field(field) => typing(model, field, key),
        Spot::Secret => secret(model, key),
    }
}

/// A key while something is being chosen.
fn choosing(model: &mut Model, key: Key) -> Option<Effect> {
    match key {
        Key::Char('q') => return Some(Effect::Quit),
        Key::Char('?') => {
            model.page_top = 0;
            model.mode = Mode::Help;
        }
        Key::Char('t') => model.look.theme = model.look.theme.next(model.own),
        Key::Char(digit @ '1'..='5') => {
            model.start.symptom = digit as usize - '1' as usize;
            model.start.spot = Spot::Symptom;
        }
        Key::Down | Key::Char('j') => step(model, 1),
        Key::Up | Key::Char('k') => step(model, -1),
        Key::Home | Key::Char('g') => step(model, isize::MIN),
        Key::End | Key::Char('G') => step(model, isize::MAX),
        Key::Left => fault(model, -1),
        Key::Right => fault(model, 1),
        Key::Tab => forward(model),
        Key::BackTab | Key::Esc => back(model),
        Key::Enter => return entered(model),
        // Whoever types or pastes a URL here means it.
        Key::Char(character) => {
            to_new(model);
            model.start.form.url.clear();
            model.start.form.push(Field::Url, character);
        }
        Key::Ctrl(_) | Key::PageUp | Key::PageDown | Key::Backspace => {}
    }
    None
}

/// Goes on by so many lines, from one part to the next.
fn step(model: &mut Model, lines: isize) {
    let (at, count) = match model.start.spot {
        Spot::Symptom => (model.start.symptom, Complaint::ALL.len()),
        Spot::Place | Spot::Field(_) | Spot::Secret => (model.start.place, places(model).len()),
    };
    let next = at.saturating_add_signed(lines);
    let over = lines == 1 && next >= count;
    let under = lines == -1 && at == 0;
    let next = next.min(count.saturating_sub(1));
    match model.start.spot {
        Spot::Symptom if over => {
            model.start.spot = Spot::Place;
            model.start.place = 0;
        }
        Spot::Symptom => model.start.symptom = next,
        Spot::Place | Spot::Field(_) | Spot::Secret if under => model.start.spot = Spot::Symptom,
        Spot::Place | Spot::Field(_) | Spot::Secret => model.start.place = next,
    }
}

/// Another fault of the stand-in.
fn fault(model: &mut Model, by: isize) {
    let count = model.start.offers.faults.len();
    if model.start.spot == Spot::Place && place(model) == Place::Demo && count > 0 {
        let at = model.start.fault + count;
        model.start.fault = at.saturating_add_signed(by) % count;
    }
}

/// To the next part.
fn forward(model: &mut Model) {
    match model.start.spot {
        Spot::Symptom => model.start.spot = Spot::Place,
        Spot::Place if place(model) == Place::New => model.start.spot = Spot::Field(Field::Url),
        Spot::Place | Spot::Field(_) | Spot::Secret => model.start.spot = Spot::Symptom,
    }
}

/// To the part before; out of the screen, where there is something behind it.
fn back(model: &mut Model) {
    match model.start.spot {
        Spot::Symptom if model.report.began.is_some() => {
            model.start.stage = Stage::Closed;
            model.mode = Mode::Browse;
        }
        Spot::Symptom => {
            model.start.notice = Some(model.look.words.start.nothing_behind.to_string());
        }
        Spot::Place => model.start.spot = Spot::Symptom,
        Spot::Field(_) | Spot::Secret => model.start.spot = Spot::Place,
    }
}

/// To the target that is typed.
fn to_new(model: &mut Model) {
    let at = places(model).iter().position(|one| *one == Place::New);
    model.start.place = at.unwrap_or(0);
    model.start.spot = Spot::Field(Field::Url);
}

/// Enter while something is being chosen.
fn entered(model: &mut Model) -> Option<Effect> {
    if model.start.spot == Spot::Symptom {
        // Where only a URL can be meant, it is asked for at once.
        if place(model) == Place::New && places(model).first() == Some(&Place::New) {
            to_new(model);
        } else {
            model.start.spot = Spot::Place;
        }
        return None;
    }
    match place(model) {
        Place::Same => Some(again(model)),
        Place::New => {
            model.start.spot = Spot::Field(Field::Url);
            None
        }
        Place::Profile(at) => {
            let profile = model.start.offers.profiles.get(at)?.clone();
            if profile.asks {
                model.start.spot = Spot::Secret;
                return None;
            }
            Some(begin(model, Wanted::Profile(profile.path)))
        }
        Place::Recent(at) => {
            let recent = model.start.offers.recents.get(at)?.clone();
            if let Some(path) = recent.profile {
                return Some(begin(model, Wanted::Profile(path)));
            }
            model.start.form.url = recent.url;
            model.start.form.tenant = recent.tenant;
            to_new(model);
            None
        }
        Place::Demo => {
            let fault = model.start.fault().to_owned();
            Some(begin(model, Wanted::Demo(fault)))
        }
    }
}

/// Asks the same target from another symptom.
fn again(model: &mut Model) -> Effect {
    let selection = Selection {
        complaint: Some(model.start.complaint()),
        ..Selection::default()
    };
    waits(model);
    Effect::Ask(Ask::Rerun(selection))
}

/// Nothing more can be chosen until the run begins.
fn waits(model: &mut Model) {
    model.start.stage = Stage::Waiting;
    model.start.notice = None;
    model.moved = false;
    model.awaited = None;
    model.filter.clear();
    model.open.clear();
}

/// Asks for the run.
fn begin(model: &mut Model, wanted: Wanted) -> Effect {
    let secret = (!model.start.secret.is_empty()).then(|| model.start.secret.take());
    let begin = Begin {
        wanted,
        complaint: model.start.complaint(),
        secret,
    };
    waits(model);
    Effect::Ask(Ask::Begin(Box::new(begin)))
}

/// A key while the target is typed.
fn typing(model: &mut Model, field: Field, key: Key) -> Option<Effect> {
    let form = &mut model.start.form;
    match key {
        Key::Enter => return submitted(model),
        Key::Esc => model.start.spot = Spot::Place,
        Key::Down | Key::Tab => beside(model, field, 1),
        Key::Up | Key::BackTab => beside(model, field, -1),
        Key::Left | Key::Right | Key::Char(' ') if field == Field::SignIn => {
            let by = if key == Key::Left {
                Way::ALL.len() - 1
            } else {
                1
            };
            let at = Way::ALL
                .iter()
                .position(|way| *way == form.way)
                .unwrap_or(0);
            form.way = Way::ALL[(at + by) % Way::ALL.len()];
        }
        Key::Char(character) => form.push(field, character),
        Key::Backspace => form.pop(field),
        Key::Ctrl('u') => form.clear(field),
        Key::Ctrl(_)
        | Key::Left
        | Key::Right
        | Key::PageUp
        | Key::PageDown
        | Key::Home
        | Key::End => {}
    }
    None
}

/// To the field below or above.
fn beside(model: &mut Model, field: Field, by: isize) {
    let fields = model.start.form.fields();
    let at = fields.iter().position(|one| *one == field).unwrap_or(0);
    if by < 0 && at == 0 {
        model.start.spot = Spot::Place;
        return;
    }
    let next = at.saturating_add_signed(by).min(fields.len() - 1);
    model.start.spot = Spot::Field(fields[next]);
}

/// Enter while the target is typed.
fn submitted(model: &mut Model) -> Option<Effect> {
    match model.start.form.complete(&model.catalog, model.look.words) {
        Err(field) => {
            model.start.spot = Spot::Field(field);
            let advice = model
                .start
                .form
                .advice(field, &model.catalog, model.look.words);
            let missing = &model.look.words.start.missing_url;
            let text = advice.map_or_else(|| missing.to_string(), |(_, text)| text);
            model.start.notice = Some(text);
            None
        }
        Ok((_, Some(Reference::Prompt))) if model.start.secret.is_empty() => {
            model.start.spot = Spot::Secret;
            None
        }
        Ok((settings, reference)) => {
            let wanted = Wanted::Typed(Box::new(settings), reference);
            Some(begin(model, wanted))
        }
    }
}

/// A key while a secret is typed.
fn secret(model: &mut Model, key: Key) -> Option<Effect> {
    match key {
        Key::Enter if model.start.secret.is_empty() => {
            model.start.notice = Some(model.look.words.start.nothing_typed.to_string());
        }
        Key::Enter => {
            return match place(model) {
                Place::Profile(at) => {
                    let path = model.start.offers.profiles.get(at)?.path.clone();
                    Some(begin(model, Wanted::Profile(path)))
                }
                Place::New | Place::Same | Place::Recent(_) | Place::Demo => submitted(model),
            };
        }
        Key::Esc => {
            model.start.secret.clear();
            model.start.spot = Spot::Place;
        }
        Key::Backspace => model.start.secret.pop(),
        Key::Ctrl('u') => model.start.secret.clear(),
        Key::Char(character) => model.start.secret.push(character),
        Key::Ctrl(_)
        | Key::Up
        | Key::Down
        | Key::Left
        | Key::Right
        | Key::PageUp
        | Key::PageDown
        | Key::Home
        | Key::End
        | Key::Tab
        | Key::BackTab => {}
    }
    None
}

/// Text that was pasted: into the field that is typed, or else as the URL.
pub(crate) fn pasted(model: &mut Model, text: &str) {
    if model.start.stage == Stage::Waiting {
        return;
    }
    model.start.notice = None;
    let line = text.trim().lines().next().unwrap_or_default();
    match model.start.spot {
        Spot::Secret => line.chars().for_each(|one| model.start.secret.push(one)),
        Spot::Field(field) => line
            .chars()
            .for_each(|one| model.start.form.push(field, one)),
        Spot::Symptom | Spot::Place => {
            to_new(model);
            model.start.form.clear(Field::Url);
            line.chars()
                .for_each(|one| model.start.form.push(Field::Url, one));
        }
    }
}

/// A click on a line.
pub(crate) fn clicked(model: &mut Model, spot: Spot, at: usize) {
    if model.start.stage == Stage::Waiting {
        return;
    }
    model.start.spot = spot;
    match spot {
        Spot::Symptom => model.start.symptom = at.min(Complaint::ALL.len() - 1),
        Spot::Place => {
            model.start.place = at;
            if place(model) == Place::New {
                model.start.spot = Spot::Field(Field::Url);
            }
        }
        Spot::Field(_) | Spot::Secret => {}
    }
}

/// What came of the wish for a run: nothing, for this reason.
pub(crate) fn acted(model: &mut Model, refused: String) {
    if model.start.stage == Stage::Waiting {
        model.start.stage = Stage::Choosing;
        model.start.spot = match model.start.spot {
            Spot::Secret => Spot::Place,
            spot @ (Spot::Symptom | Spot::Place | Spot::Field(_)) => spot,
        };
        model.start.notice = Some(refused);
    } else {
        model.notice = Some(refused);
    }
}
