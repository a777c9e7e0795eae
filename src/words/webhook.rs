//! The webhook lab: its lines, its screen, and why a signature differs.

use super::{Counted, Phrase};
use serde::Deserialize;
use std::collections::BTreeMap;

words! {
    /// Everything that the webhook lab says.
    Webhook {
        signatures: Signatures,
        meanings: Meanings,
        stages: Stages,
        life: Life,
        refused: Refused,
        lines: Lines,
        tally: Tally,
        list: List,
        detail: Detail,
        help: Help,
        notices: Notices,
        trial: Trial,
        keys: BTreeMap<String, Phrase>,
        key_words: BTreeMap<String, Phrase>,
        causes: BTreeMap<String, Advice>,
    }

    /// The states of a signature.
    Signatures { valid: Phrase, unchecked: Phrase, invalid: Phrase, missing: Phrase }

    /// What each of them means, and how it was answered.
    Meanings { valid: Phrase, unchecked: Phrase, invalid: Phrase, missing: Phrase }

    /// The steps of a job's life.
    Stages {
        created: Phrase, started: Phrase, suspended: Phrase, completed: Phrase, faulted: Phrase, stopped: Phrase,
    }

    /// A job's life.
    Life { job: Phrase, took: Phrase, title: Phrase, some_time: Phrase, no_time: Phrase, open: Phrase }

    /// Why an event was refused, where no cause says it, and what that may come to.
    Refused { missing: Advice, unexplained: Advice, hurried: Advice, held_back: Phrase, at: Phrase, at_short: Phrase }

    /// What is found, and what to do about it.
    Advice { says: Phrase, remedy: Phrase }

    /// The lines of `webhook listen`.
    Lines { listening: Phrase, unchecked: Phrase, no_event: Phrase, seen_before: Phrase }

    /// What was counted.
    Tally {
        events: Counted, accepted: Phrase, refused: Phrase, unusable: Phrase, unseen: Phrase, forwarded: Phrase, lost: Phrase,
        kept: Phrase,
    }

    /// The list of events.
    List {
        signature: Phrase, kind: Phrase, about: Phrase, folder: Phrase, none: Phrase, nothing_fits: Phrase, more: Phrase,
        no_secret: Phrase, no_secret_short: Phrase,
    }

    /// One event.
    Detail {
        none: Phrase, add: Phrase, play: Phrase, from: Phrase, at: Phrase, bytes: Counted, repeated: Phrase, why: Phrase,
        cause: Phrase, what_to_do: Phrase, headers: Phrase, tells: Phrase, body: Phrase, more_bytes: Phrase, kind: Phrase,
        event_id: Phrase, happened_at: Phrase, tenant: Phrase, folder: Phrase, user: Phrase, job: Phrase, name: Phrase,
        number: Phrase, key: Phrase, state: Phrase, problem: Phrase, not_json: Phrase, not_an_object: Phrase, no_type: Phrase,
        too_long: Phrase, on: Phrase, started: Phrase, ended: Phrase, info: Phrase, job_key: Phrase,
    }

    /// The pages over everything.
    Help {
        keys: Phrase, filter: Phrase, signatures: Phrase, steps: Phrase, jobs: Phrase, no_jobs: Phrase, word: Phrase,
        words: Phrase, by_type: Phrase, by_signature: Phrase, by_folder: Phrase, without: Phrase, without_it: Phrase,
    }

    /// What is said after a key.
    Notices { no_refused: Phrase, nothing_to_copy: Phrase, copied: Phrase }

    /// `webhook send`.
    Trial {
        right: Phrase, warning: Phrase, wrong: Phrase, says: Phrase, answered: Phrase, silent: Phrase, unreachable: Phrase,
        bad_tls: Phrase, broken: Phrase, valid: Phrase, tampered: Phrase, unsigned: Phrase, wrong_secret: Phrase,
        replayed: Phrase, plain: Phrase, expects: Phrase, sound: Phrase, warned: Phrase, unsound: Phrase,
    }
}
