//! The program `orch-doctor`.

use std::process::ExitCode;

fn main() -> ExitCode {
    orch_doctor::cli::main()
}
