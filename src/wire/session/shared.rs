//! Answers that several measurements share, and those that are asked for before anything is known to need them.

use super::Session;
use crate::wire::http::{Answer, Request};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Mutex, OnceCell};
use tokio::task::AbortHandle;

/// The folder headers that a request may have: what it asks differs with them.
const FOLDER: [&str; 2] = ["x-uipath-organizationunitid", "x-uipath-folderpath-encoded"];

/// One answer, once it is there.
type Cell = Arc<OnceCell<Answer>>;

/// What was asked for together.
#[derive(Default)]
pub(super) struct Shared {
    answers: Mutex<BTreeMap<String, Cell>>,
    ahead: Mutex<Vec<AbortHandle>>,
}

impl Shared {
    /// Stops what is still on its way for nobody.
    pub(super) async fn stop(&self) {
        self.ahead
            .lock()
            .await
            .drain(..)
            .for_each(|task| task.abort());
    }
}

/// What tells one request from another.
fn key(request: &Request) -> String {
    let folder = FOLDER.map(|name| request.headers.get(name));
    let body = String::from_utf8_lossy(&request.body);
    format!("{} {} {folder:?} {body}", request.method, request.path)
}

impl Session {
    /// Like [`Self::api`], for a request that several measurements make: it is sent once in a run, and all get its answer.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn api_shared(&self, request: Request) -> Answer {
        let cell = Arc::clone(
            self.shared
                .answers
                .lock()
                .await
                .entry(key(&request))
                .or_default(),
        );
        cell.get_or_init(|| self.api(request)).await.clone()
    }

    /// Sends a request whose answer a later measurement may need: whoever makes the very same request gets this answer.
    pub async fn ahead(self: &Arc<Self>, request: Request) {
        let mut answers = self.shared.answers.lock().await;
        let key = key(&request);
        if answers.contains_key(&key) {
            return;
        }
        let cell = Arc::clone(answers.entry(key).or_default());
        drop(answers);
        let session = Arc::clone(self);
        let task = tokio::spawn(async move {
            // Whoever asks the same waits at the cell, or finds the answer there.
            cell.get_or_init(|| session.api(request)).await;
        });
        self.shared.ahead.lock().await.push(task.abort_handle());
    }

    /// The answer to a request that was sent ahead; nothing where it was not.
    pub async fn told_ahead(&self, request: Request) -> Option<Answer> {
        let known = self
            .shared
            .answers
            .lock()
            .await
            .contains_key(&key(&request));
        if known {
            Some(self.api_shared(request).await)
        } else {
            None
        }
    }

    /// Whether a connection takes several requests at once, so that one more costs no handshake.
    pub async fn takes_many(&self) -> bool {
        let lines = self.lines.lock().await;
        lines
            .iter()
            .any(|line| line.strict && line.share().is_some())
    }
}
