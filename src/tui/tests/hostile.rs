//! Text that others wrote shows, and does nothing.

use super::fixture::{began_all, event, finished, judged, press, row, screen, told};
use crate::catalog::Verdict;
use crate::event::What;
use crate::shown::is_visible;
use crate::tui::{Key, Msg, update};

const HOSTILE: [&str; 6] = [
    "\u{1b}[2J\u{1b}[31mred",
    "\u{1b}]0;title\u{7}\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{9b}31m\u{90}q\u{9c}",
    "\u{202e}txt.exe\u{2066}",
    "zero\u{200b}\u{feff}\u{e0041}width",
    "line\r\n\ttab\u{8}\u{8}back",
];

#[test]
fn nothing_hostile_reaches_a_cell() {
    for text in HOSTILE {
        let mut first = began_all();
        if let What::Began(began) = &mut first.what {
            began.host = text.into();
            began.cloud_store = text.into();
            began.settings.tenant = text.into();
            began.settings.target.typed = text.into();
        }
        let mut bad = judged("port-open", Verdict::Fail);
        if let What::Judged { finding, .. } = &mut bad.what {
            finding.says = text.into();
            finding.symptom = text.into();
            finding.remedies = vec![text.into(), format!("`{text}`")];
        }
        let broke = event(
            3,
            What::Broke {
                row: row("tls-agreed"),
                how: text.into(),
            },
        );
        let skipped = event(
            3,
            What::Skipped {
                row: row("login-accepted"),
                reason: text.into(),
            },
        );
        let mut model = told((120, 40), vec![first, bad, broke, skipped, finished()]);
        for keys in ["", "j", "G", "/", text, "?"] {
            press(&mut model, keys);
            let seen = screen(&model);
            assert!(
                seen.chars().all(|cell| cell == '\n' || is_visible(cell)),
                "{text:?} after {keys:?}"
            );
        }
        update(&mut model, Msg::Key(Key::Esc));
        update(&mut model, Msg::Saved(Err(text.into())));
        assert!(
            screen(&model)
                .chars()
                .all(|cell| cell == '\n' || is_visible(cell))
        );
    }
}
