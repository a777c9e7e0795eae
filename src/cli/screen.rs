//! Runs with a screen: drives what the terminal UI asks for.

use super::Refused;
use super::arguments::{Colour, Common};
use super::request::Request;
use super::{live, output};
use crate::catalog::Catalog;
use crate::event::Event;
use crate::report::Exit;
use crate::world::real;

/// `tui`, and the program without a command on a terminal.
pub(super) async fn start(common: Common) -> Result<Exit, Refused> {
    let request = Request::new(&common, real::world())?;
    run(request, &common).await
}

/// The terminal UI on a live run.
pub(super) async fn run(request: Request, common: &Common) -> Result<Exit, Refused> {
    let arguments = super::arguments::CheckArguments {
        common: Common {
            color: common.color,
            ..Common::default()
        },
        ..Default::default()
    };
    live::headless(&request, &arguments).await
}

/// The terminal UI on a recorded run.
#[expect(clippy::unused_async, reason = "the screen is asynchronous")]
pub(super) async fn replay(
    catalog: Catalog,
    events: Vec<Event>,
    colour: Colour,
) -> Result<Exit, Refused> {
    let mut report = crate::report::Report::default();
    for event in &events {
        report.apply(event, &catalog);
    }
    output::report(&report, &super::arguments::Writing::default(), colour)?;
    Ok(report.exit())
}
