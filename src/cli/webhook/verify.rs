//! `webhook verify`: one event that was kept, judged as a receiver would.

use super::{Refused, read, secret};
use crate::cli::arguments::VerifyArguments;
use crate::cli::output;
use crate::report::Exit;
use crate::webhook::line::{Pace, Teller};
use crate::webhook::signature::{Presented, Signature};
use std::io::Read as _;
use std::path::Path;

/// The longest body that is read from stdin: what a receiver takes, and some more to say that it is longer.
const LONGEST: u64 = 16 << 20;

/// Does what the arguments say.
pub(super) fn run(arguments: &VerifyArguments) -> Result<Exit, Refused> {
    let secret = secret(&arguments.secret)?;
    let body = body(&arguments.body)?;
    let presented = match &arguments.signature {
        Some(value) => Presented::One(value.clone()),
        None => Presented::Nothing,
    };
    let mut teller = secret.on_the_wire(|secret| Teller::new(Some(secret.as_bytes())));
    let line = teller.tell(&presented, &body, Pace::Calm);
    output::say(&serde_json::to_string(&line)?);
    Ok(match line.signature {
        Signature::Valid => Exit::Healthy,
        Signature::Invalid | Signature::Missing | Signature::Unchecked => Exit::Unhealthy,
    })
}

/// The body, byte for byte; `-` is stdin.
fn body(path: &Path) -> Result<Vec<u8>, Refused> {
    if path != Path::new("-") {
        return read(path);
    }
    let mut body = Vec::new();
    let read = std::io::stdin().lock().take(LONGEST).read_to_end(&mut body);
    read.map_err(|cause| Refused::new(format!("cannot read the body from stdin: {cause}")))?;
    Ok(body)
}
