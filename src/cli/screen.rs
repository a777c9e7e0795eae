//! Runs with a screen: does what the terminal UI asks for.

use super::arguments::{CheckArguments, Colour, Common, Ear, Language, Manner, Writing};
use super::code::Code;
use super::request::{self, Request};
use super::{Refused, live, output, prompt, start};
use crate::catalog::Catalog;
use crate::demo::Stand;
use crate::event::Event;
use crate::plan::Selection;
use crate::report::{Exit, Report};
use crate::tui::{Ask, Look, Opening, Palette, Said, Theme, show};
use crate::words::Lang;
use crate::world::real;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// `tui`, and the program without a command on a terminal: on what is named, or with the choice of a target.
pub(super) async fn start(common: Common) -> Result<Code, Refused> {
    let named = common.url.is_some()
        || common.profile.is_some()
        || Path::new(request::USUAL_PROFILE).is_file();
    let request = named
        .then(|| Request::new(&common, real::world()))
        .transpose()?;
    if common.manner == Manner::Lines && !output::terminal() {
        let request = request.map_or_else(|| Request::new(&common, real::world()), Ok)?;
        let writing = Writing {
            manner: Manner::Lines,
            ..Writing::default()
        };
        let ear = Ear::default();
        let check = CheckArguments {
            common,
            writing,
            ear,
        };
        return live::headless(&request, &check).await;
    }
    run(request, &common).await
}

/// The terminal UI on a live run.
pub(super) async fn run(request: Option<Request>, common: &Common) -> Result<Code, Refused> {
    if !output::terminal() {
        return Err(Refused::new(
            "cannot open the screen: there is no terminal; `orch-doctor check` needs none",
        ));
    }
    if output::screenless(common.manner) {
        let request = request.map_or_else(|| Request::new(common, real::world()), Ok)?;
        return prompt::run(&request, common).await.map(Code::from);
    }
    let target = request.as_ref().map(|request| &request.settings.target);
    let opening = Opening {
        catalog: match &request {
            Some(request) => request.catalog.clone(),
            None => request::catalog(common.checks.as_deref())?,
        }
        .in_language(common.lang.into())?,
        target: target.map_or_else(String::new, |target| target.typed.clone()),
        offers: Some(start::offers(Path::new("."), &*real::world().machine)),
        replay: false,
        look: look((common.color, common.lang), super::theme::own(common)?),
        mouse: true,
    };
    let (screen, said) = unbounded_channel();
    let (asks, asked) = unbounded_channel();
    let stop = CancellationToken::new();
    let driver = Driver::new(common.clone(), screen, stop.clone());
    let driver = tokio::spawn(Box::pin(driver.drive(request, asked)));
    let shown = show(opening, said, asks).await;
    stop.cancel();
    let told = driver.await.unwrap_or_default();
    live::written(&told, common.record.as_deref())?;
    Ok(ended(&shown?).into())
}

/// A run on its way, and what stops it.
struct Way {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Way {
    /// Stops it, and waits for its last events.
    async fn end(self) {
        self.stop.cancel();
        let _ = self.task.await;
    }
}

/// Does what the screen asks for.
struct Driver {
    common: Common,
    screen: UnboundedSender<Said>,
    stop: CancellationToken,
    events: UnboundedSender<Event>,
    said: UnboundedReceiver<Event>,
    request: Option<Arc<Request>>,
    stand: Option<Stand>,
    way: Option<Way>,
    /// Everything that was said.
    told: Vec<Event>,
}

impl Driver {
    fn new(common: Common, screen: UnboundedSender<Said>, stop: CancellationToken) -> Self {
        let (events, said) = unbounded_channel();
        Self {
            common,
            screen,
            stop,
            events,
            said,
            request: None,
            stand: None,
            way: None,
            told: Vec::new(),
        }
    }

    /// Starts a run at once where there is a request, and another whenever it is asked for; returns everything that was said.
    async fn drive(
        mut self,
        request: Option<Request>,
        mut asked: UnboundedReceiver<Ask>,
    ) -> Vec<Event> {
        if let Some(request) = request {
            self.begin(request);
        }
        loop {
            tokio::select! {
                () = self.stop.cancelled() => break,
                Some(event) = self.said.recv() => self.pass_on(event),
                ask = asked.recv() => match ask {
                    None => break,
                    Some(ask) => self.act(ask).await,
                },
            }
        }
        self.end_run().await;
        while let Ok(event) = self.said.try_recv() {
            self.told.push(event);
        }
        self.told
    }

    /// Gives an event to the screen. It may have gone; the recording goes on.
    fn pass_on(&mut self, event: Event) {
        self.told.push(event.clone());
        let _ = self.screen.send(Said::Event(event));
    }

    async fn act(&mut self, ask: Ask) {
        match ask {
            Ask::Stop => {
                if let Some(way) = &self.way {
                    way.stop.cancel();
                }
            }
            Ask::Rerun(selection) => {
                self.end_run().await;
                self.go(selection);
            }
            Ask::Begin(begin) => match start::ready(*begin, &self.common).await {
                Ok(ready) => {
                    self.end_run().await;
                    if let Some(old) = std::mem::replace(&mut self.stand, ready.stand) {
                        old.stopped().await;
                    }
                    self.begin(ready.request);
                }
                Err(Refused(why)) => {
                    let _ = self.screen.send(Said::Refused(why));
                }
            },
        }
    }

    /// Ends the run that is under way, the events of which come before those of the next.
    async fn end_run(&mut self) {
        if let Some(way) = self.way.take() {
            way.end().await;
        }
        while let Ok(event) = self.said.try_recv() {
            self.pass_on(event);
        }
    }

    /// Begins a run of this, as it asks for.
    fn begin(&mut self, request: Request) {
        let selection = request.selection.clone();
        self.request = Some(Arc::new(request));
        self.go(selection);
    }

    /// Begins a run of these.
    fn go(&mut self, selection: Selection) {
        let Some(request) = self.request.clone() else {
            return;
        };
        let (events, stop) = (self.events.clone(), self.stop.child_token());
        let token = stop.clone();
        let task = tokio::spawn(async move { request.run(selection, events, token).await });
        self.way = Some(Way { task, stop });
    }
}

/// The terminal UI on a recorded run.
pub(super) async fn replay(
    catalog: Catalog,
    events: Vec<Event>,
    (colour, language): (Colour, Language),
) -> Result<Exit, Refused> {
    let opening = Opening {
        catalog,
        target: String::new(),
        offers: None,
        replay: true,
        look: look((colour, language), super::theme::own(&Common::default())?),
        mouse: true,
    };
    let (sender, receiver) = unbounded_channel();
    for event in events {
        // The receiver is held until the screen ends.
        let _ = sender.send(Said::Event(event));
    }
    drop(sender);
    let (asks, _asked) = unbounded_channel();
    Ok(ended(&show(opening, receiver, asks).await?))
}

/// The look that terminal and flags ask for.
pub(super) fn look((colour, language): (Colour, Language), own: Option<Palette>) -> Look {
    let style = output::style(colour, false);
    let theme = if style.colour {
        own.map_or(Theme::Dark, Theme::Own)
    } else {
        Theme::Mono
    };
    Look {
        theme,
        ascii: style.ascii,
        words: Lang::from(language).words(),
    }
}

/// The exit code of what was shown: leaving before the end is an interruption.
fn ended(report: &Report) -> Exit {
    if report.finished {
        report.exit()
    } else {
        Exit::Interrupted
    }
}
