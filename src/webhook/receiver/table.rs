//! The connections at hand: no more than so many, and the longest waited for gives way.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::{AbortHandle, Id, JoinSet};
use tokio::time::Instant;

/// Since when a connection has not completed a request.
pub(super) struct Since {
    began: Instant,
    ms: AtomicU64,
}

impl Since {
    /// Notes that a request was completed now.
    pub(super) fn touch(&self) {
        self.ms.store(self.elapsed(), Ordering::Relaxed);
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// A connection in the table.
struct Slot {
    since: Arc<Since>,
    abort: AbortHandle,
}

/// Every connection, ended with the table.
pub(super) struct Table {
    began: Instant,
    most: usize,
    slots: HashMap<Id, Slot>,
    tasks: JoinSet<()>,
}

impl Table {
    /// A table for so many connections.
    pub(super) fn new(most: usize) -> Self {
        Self {
            began: super::now(),
            most,
            slots: HashMap::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Adds a connection; at the limit the one that has not completed a request for longest is ended.
    pub(super) fn add<F: Future<Output = ()> + Send + 'static>(
        &mut self,
        serve: impl FnOnce(Arc<Since>) -> F,
    ) {
        if self.slots.len() >= self.most {
            let longest = self
                .slots
                .iter()
                .min_by_key(|(_, slot)| slot.since.ms.load(Ordering::Relaxed))
                .map(|(id, _)| *id);
            if let Some(slot) = longest.and_then(|id| self.slots.remove(&id)) {
                slot.abort.abort();
            }
        }
        let since = Arc::new(Since {
            began: self.began,
            ms: AtomicU64::new(0),
        });
        since.touch();
        let abort = self.tasks.spawn(serve(since.clone()));
        self.slots.insert(abort.id(), Slot { since, abort });
    }

    /// Waits for a connection to end and forgets it; for ever when there is none.
    pub(super) async fn settled(&mut self) {
        let ended = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => error.id(),
            None => return std::future::pending().await,
        };
        self.slots.remove(&ended);
    }
}
