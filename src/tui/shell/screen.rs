//! The terminal while it is ours, and giving it back: at the end, on an error, on a panic.

use crate::tui::model::Size;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use std::io::{self, Stdout, stdout};
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What prints a panic.
type Hook = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;

/// The terminal while it shows the screen; dropping this gives it back.
pub(super) struct Screen {
    /// Where is drawn.
    pub(super) terminal: Terminal<CrosstermBackend<Stdout>>,
    ours: Arc<AtomicBool>,
    previous: Arc<Hook>,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn open(mouse: bool) -> io::Result<Self> {
        let terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        let ours = Arc::new(AtomicBool::new(true));
        let previous = guard_panics(&ours);
        // From here on dropping it puts everything back, also where one of these fails.
        let screen = Self {
            terminal,
            ours,
            previous,
        };
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        if mouse {
            execute!(stdout(), EnableMouseCapture)?;
        }
        Ok(screen)
    }

    /// How large it is.
    pub(super) fn size(&self) -> io::Result<Size> {
        let size = self.terminal.size()?;
        Ok(Size {
            width: size.width,
            height: size.height,
        })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back(&self.ours);
        if !std::thread::panicking() {
            let previous = Arc::clone(&self.previous);
            panic::set_hook(Box::new(move |info| previous(info)));
        }
    }
}

/// On a panic of the thread that draws, gives the terminal back before the panic is printed.
/// A panic elsewhere is a probe's: it becomes a row of the report, and must not tear the screen.
fn guard_panics(ours: &Arc<AtomicBool>) -> Arc<Hook> {
    let previous: Arc<Hook> = Arc::from(panic::take_hook());
    let (hook, ours, drawing) = (
        Arc::clone(&previous),
        Arc::clone(ours),
        std::thread::current().id(),
    );
    panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == drawing {
            give_back(&ours);
            hook(info);
        }
    }));
    previous
}

/// Puts the terminal back, once. Nothing can be done where the terminal has gone.
fn give_back(ours: &AtomicBool) {
    if ours.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            stdout(),
            DisableBracketedPaste,
            DisableMouseCapture,
            LeaveAlternateScreen,
            Show
        );
        let _ = disable_raw_mode();
    }
}
