//! What a test that cannot run here says of itself, so that none passes in silence.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Says that something is left out, and why; fails where `ORCH_DOCTOR_REQUIRE` is set. Never true.
pub(crate) fn left_out(what: &str, reason: &str) -> bool {
    assert!(
        std::env::var_os("ORCH_DOCTOR_REQUIRE").is_none(),
        "{what}: required, and cannot run: {reason}"
    );
    // Straight to stderr: the test runner keeps what passing tests print.
    let _ = writeln!(std::io::stderr(), "left out: {what}: {reason}");
    false
}

/// Whether the program can be started with that argument; where not, `what` is left out.
pub(crate) fn program(what: &str, program: &str, argument: &str) -> bool {
    let mut command = Command::new(program);
    let quiet = command
        .arg(argument)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok() || left_out(what, &format!("the program {program} is missing"))
}
