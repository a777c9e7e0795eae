//! A real pseudo-terminal with a program on it, and what a user would see.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up.
const GUARD: Duration = Duration::from_secs(60);

/// `O_NOCTTY`: the terminal becomes the program's, not the test's.
const NO_CONTROL: i32 = 0o400;

/// What the shell's user saw before.
const BEFORE: &str = "$ orch-doctor\r\n";

/// A terminal with a program on it.
pub(crate) struct Pty {
    master: File,
    /// Kept open, so that the terminal outlives the program.
    slave: Option<File>,
    child: Child,
    arriving: Receiver<Vec<u8>>,
    /// What a user sees.
    pub(crate) seen: vt100::Parser,
    /// Everything that was written to the terminal.
    pub(crate) raw: Vec<u8>,
    /// When the program was started.
    pub(crate) began: Instant,
    /// How the terminal stood before.
    before: String,
    /// What it showed before.
    shown_before: String,
}

/// A program to start on a terminal.
pub(crate) struct Start<'a> {
    pub(crate) program: &'a str,
    pub(crate) arguments: &'a [&'a str],
    pub(crate) folder: &'a Path,
    pub(crate) variables: &'a [(&'a str, &'a str)],
    /// Columns and rows.
    pub(crate) size: (u16, u16),
}

/// The settings of a terminal, every one of them.
fn settings(termios: &Termios) -> String {
    format!("{termios:?}")
}

impl Pty {
    /// Starts a program on a new terminal that is the controlling one of its session.
    pub(crate) fn start(start: &Start<'_>) -> Self {
        let master =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(NO_CONTROL)
            .open(name.to_str().unwrap())
            .unwrap();
        let master = File::from(master);
        resized(&master, start.size);
        let before = settings(&tcgetattr(&slave).unwrap());
        let mut seen = vt100::Parser::new(cells(start.size.1), cells(start.size.0), 100);
        seen.process(BEFORE.as_bytes());
        let shown_before = seen.screen().contents_formatted();
        let (sender, arriving) = channel();
        let mut reader = master.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let mut command = Command::new("setsid");
        command
            .args(["--ctty", start.program])
            .args(start.arguments)
            .current_dir(start.folder)
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("NO_COLOR")
            .envs(start.variables.iter().copied())
            .stdin(slave.try_clone().unwrap())
            .stdout(slave.try_clone().unwrap())
            .stderr(slave.try_clone().unwrap());
        #[expect(
            clippy::disallowed_methods,
            reason = "a guard against hanging, not a measurement"
        )]
        let began = Instant::now();
        Self {
            child: command.spawn().unwrap(),
            master,
            slave: Some(slave),
            arriving,
            seen,
            raw: Vec::new(),
            began,
            before,
            shown_before,
        }
    }

    /// Takes in what was written since; false once nothing more can come.
    fn read(&mut self) -> bool {
        let left = GUARD.saturating_sub(self.began.elapsed());
        match self.arriving.recv_timeout(left) {
            Ok(bytes) => {
                self.seen.process(&bytes);
                self.raw.extend(bytes);
                true
            }
            Err(_) => false,
        }
    }

    /// What is on the screen, as text.
    pub(crate) fn text(&self) -> String {
        self.seen.screen().contents()
    }

    /// Waits until the screen shows something.
    pub(crate) fn until(&mut self, what: &str) {
        self.until_that(what, |pty| pty.text().contains(what));
    }

    /// Waits until something is so.
    pub(crate) fn until_that(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            assert!(self.read(), "{what} is not seen in\n{}", self.text());
        }
    }

    /// Types.
    pub(crate) fn press(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).unwrap();
    }

    /// Makes the terminal larger or smaller.
    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        self.seen
            .screen_mut()
            .set_size(cells(size.1), cells(size.0));
        resized(&self.master, size);
    }

    /// Sends the program a signal: `-TERM`.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the program's end, and takes in everything that it wrote.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        if let Some(slave) = self.slave.take() {
            let now = settings(&tcgetattr(&slave).unwrap());
            assert_eq!(self.before, now, "the settings of the terminal");
        }
        while self.read() {}
        status
    }

    /// Asserts that the terminal is as it was, but for this many lines that were written after.
    pub(crate) fn is_given_back(&mut self) {
        let screen = self.seen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert_eq!(
            screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "the mouse is the terminal's again"
        );
        assert!(!screen.bracketed_paste() && !screen.application_cursor());
        assert!(
            screen.contents().starts_with(BEFORE.trim_end()),
            "what stood there stands there"
        );
    }

    /// Whether the screen is to the last byte what it was before.
    pub(crate) fn is_untouched(&self) -> bool {
        self.seen.screen().contents_formatted() == self.shown_before
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A number of cells.
fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

/// Sets the size of a terminal.
fn resized(master: &File, (columns, rows): (u16, u16)) {
    let size = Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(master, size).unwrap();
}
