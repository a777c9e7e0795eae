//! Time passes: what is being asked is seen to move, and a watch comes round.

use super::ask;
use crate::tui::model::{Effect, Model, Watch};
use crate::tui::start::Stage;

/// Milliseconds between two runs of a watch, unless told.
const EVERY_MS: u64 = 30_000;

/// Takes in that time passed. Only what can be seen counts as a change.
pub(super) fn tick(model: &mut Model, ms: u64) -> Option<Effect> {
    if model.running() {
        model.revision += 1;
        model.frame = model.frame.wrapping_add(1);
        model.quiet_ms += ms;
        return None;
    }
    if model.start.stage != Stage::Closed {
        return None;
    }
    let watch = model.watch.as_mut()?;
    let seen = watch.left_ms.div_ceil(1_000);
    watch.left_ms = watch.left_ms.saturating_sub(ms);
    if watch.left_ms.div_ceil(1_000) != seen {
        model.revision += 1;
    }
    if watch.left_ms > 0 {
        return None;
    }
    watch.left_ms = watch.every_ms;
    let moved = model.moved;
    let effect = ask::rerun_all(model);
    model.moved = moved;
    effect
}

/// Begins to watch, or ends it.
pub(super) fn switch(model: &mut Model) {
    match model.watch {
        Some(_) => every(model, 0),
        None => every(model, EVERY_MS),
    }
}

/// Watches at that pace; 0 ends it.
pub(super) fn every(model: &mut Model, every_ms: u64) {
    let words = &model.look.words.notices;
    if model.replay {
        model.notice = Some(words.unchanging.to_string());
    } else if every_ms == 0 {
        model.watch = None;
        model.notice = Some(words.watch_ended.to_string());
    } else {
        model.watch = Some(Watch {
            every_ms,
            left_ms: every_ms,
        });
        let seconds = every_ms / 1_000;
        model.notice = Some(words.watch.with(&[("seconds", &seconds)]));
    }
}
