//! What is remembered of passwords that Orchestrator rejected, so that no run helps to lock an account.
//!
//! What is kept must not help anybody to find the password. Three things see to that, and each would do for a different thief:
//!
//! - **A key that is on no disk.** The fingerprint is made with a value that this boot of the machine drew by itself, where the system has
//!   one. A copy of the file, taken from a backup or a disk, can confirm nothing. Whoever can read that value beside the file is at work on the
//!   running machine as this user, and can read the password where the profile reads it.
//! - **Few bits.** Ten bits of the fingerprint are kept. A guess that fits is one of a thousand that fit, so that none is ever confirmed; the
//!   price is that one changed password in a thousand is taken for the old one, which `--force` settles.
//! - **Salt and slowness.** Each entry has a salt of its own, and thousands of rounds stand between a guess and its fingerprint, so that there is
//!   nothing to look up.
//!
//! And what is kept is a password that did not work. Entries are dropped by the first run after their window is over.

use crate::config::{Settings, SignIn};
use crate::secret::Secret;
use crate::shown::hex;
use crate::world::Machine;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The name under which the machine keeps it.
const NAME: &str = "rejections.json";

/// Orchestrator's default lockout, seconds: as long as this a rejection is remembered.
pub const WINDOW_S: i64 = 300;

/// How many rejections a window may have before nothing more is tried.
const MOST_REJECTIONS: usize = 3;

/// How many rounds stand between a secret and its fingerprint.
const ROUNDS: u32 = 8_192;

/// The bits of the fingerprint that are kept: a guess that fits is one of about a thousand.
const KEPT_BITS: u16 = 0x03ff;

/// The most entries that are kept.
const MOST_ENTRIES: usize = 256;

/// A rejection that is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// What the account and the fingerprint are salted with.
    salt: String,
    /// Whose it is: a digest of host, port, tenant and user.
    account: String,
    /// A few bits of the secret's fingerprint.
    mark: u16,
    /// When it was rejected.
    at: Timestamp,
}

/// Why a secret is not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// How many seconds ago the latest rejection was.
    pub ago_s: i64,
    /// How many rejections of this account are remembered.
    pub rejections: usize,
    /// Whether this very secret is among them.
    pub same_secret: bool,
}

/// The rejections of one account, as one run sees them.
pub(super) struct Memory<'a> {
    machine: &'a dyn Machine,
    account: String,
    now: Timestamp,
}

impl<'a> Memory<'a> {
    /// The memory about whoever signs in; none where a rejection locks nobody out, or for the stand-in.
    pub(super) fn of(
        settings: &Settings,
        machine: &'a dyn Machine,
        now: Timestamp,
    ) -> Option<Self> {
        match &settings.sign_in {
            SignIn::Password { username } if !settings.stand_in => {
                let target = &settings.target;
                let account = [
                    target.host.to_string(),
                    target.port.to_string(),
                    target.base(),
                    settings.tenant.clone(),
                    username.clone(),
                ]
                .map(|part| part.trim().to_lowercase())
                .join("\n");
                Some(Self {
                    machine,
                    account,
                    now,
                })
            }
            SignIn::Password { .. }
            | SignIn::ClientCredentials { .. }
            | SignIn::Token
            | SignIn::None => None,
        }
    }

    /// Why the secret is better not sent; none where it may be.
    pub(super) fn withheld(&self, secret: &Secret) -> Option<Withheld> {
        let mine: Vec<Entry> = self
            .entries()
            .into_iter()
            .filter(|entry| self.is_mine(entry))
            .collect();
        let same_secret = mine.iter().any(|entry| self.fits(entry, secret));
        let latest = mine.iter().map(|entry| entry.at).max()?;
        (same_secret || mine.len() >= MOST_REJECTIONS).then(|| Withheld {
            ago_s: seconds_between(latest, self.now),
            rejections: mine.len(),
            same_secret,
        })
    }

    /// Remembers that the secret was rejected just now.
    pub(super) fn reject(&self, secret: &Secret) {
        let Some(salt) = salt() else { return };
        let mut entries = self.entries();
        entries.retain(|entry| !(self.is_mine(entry) && self.fits(entry, secret)));
        entries.push(Entry {
            account: digest(&salt, &self.account),
            mark: self.mark(&salt, secret),
            salt,
            at: self.now,
        });
        self.keep(&entries);
    }

    /// Forgets a rejection of the secret: it was accepted after all.
    pub(super) fn accept(&self, secret: &Secret) {
        let entries = self.entries();
        let left: Vec<Entry> = entries
            .iter()
            .filter(|entry| !(self.is_mine(entry) && self.fits(entry, secret)))
            .cloned()
            .collect();
        if left != entries {
            self.keep(&left);
        }
    }

    /// What is remembered and not over; nothing where that cannot be read.
    fn entries(&self) -> Vec<Entry> {
        let kept = self.machine.kept(NAME).unwrap_or_default();
        let entries: Vec<Entry> = serde_json::from_slice(&kept).unwrap_or_default();
        entries
            .into_iter()
            .filter(|entry| seconds_between(entry.at, self.now) < WINDOW_S)
            .collect()
    }

    fn keep(&self, entries: &[Entry]) {
        let first = entries.len().saturating_sub(MOST_ENTRIES);
        if let Ok(text) = serde_json::to_vec(&entries[first..]) {
            self.machine.keep(NAME, &text);
        }
    }

    fn is_mine(&self, entry: &Entry) -> bool {
        entry.account == digest(&entry.salt, &self.account)
    }

    fn fits(&self, entry: &Entry, secret: &Secret) -> bool {
        entry.mark == self.mark(&entry.salt, secret)
    }

    /// A few bits that the secret always gives on this boot with this salt.
    fn mark(&self, salt: &str, secret: &Secret) -> u16 {
        let key = [
            salt.as_bytes(),
            self.account.as_bytes(),
            &self.machine.boot(),
        ]
        .concat();
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&key) else {
            unreachable!("a key of any length fits")
        };
        let mut state = secret.on_the_wire(|text| Sha256::digest(text.as_bytes()));
        for _ in 0..ROUNDS {
            let mut round = mac.clone();
            round.update(&state);
            state = round.finalize().into_bytes();
        }
        u16::from_be_bytes([state[0], state[1]]) & KEPT_BITS
    }
}

/// Seconds between two times, whichever is first: a clock that was set back must not open the door.
fn seconds_between(one: Timestamp, other: Timestamp) -> i64 {
    (other.as_second() - one.as_second()).abs()
}

/// A digest that tells an account again, and not whose it is.
fn digest(salt: &str, account: &str) -> String {
    hex(&Sha256::digest([salt, "\n", account].concat())[..8])
}

/// Sixteen random bytes.
fn salt() -> Option<String> {
    let mut bytes = [0; 16];
    let provider = rustls::crypto::ring::default_provider();
    provider.secure_random.fill(&mut bytes).ok()?;
    Some(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Target;
    use crate::config::address::LayoutWanted;
    use crate::world::fake::FakeMachine;

    fn settings(url: &str, tenant: &str, user: &str) -> Settings {
        Settings {
            tenant: tenant.into(),
            sign_in: SignIn::Password {
                username: user.into(),
            },
            ..Settings::for_target(Target::parse(url, LayoutWanted::Auto).unwrap())
        }
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    const URL: &str = "https://orch.example.com:8443";

    #[test]
    fn a_rejected_secret_is_withheld_for_five_minutes_and_a_changed_one_is_not() {
        let (machine, settings) = (FakeMachine::default(), settings(URL, "Default", "svc"));
        let memory = |second| Memory::of(&settings, &machine, at(second)).unwrap();
        memory(0).reject(&secret("one"));
        let withheld = memory(299).withheld(&secret("one")).unwrap();
        assert_eq!((withheld.ago_s, withheld.rejections), (299, 1));
        assert!(memory(300).withheld(&secret("one")).is_none());
        assert!(
            memory(-10).withheld(&secret("one")).is_some(),
            "a clock set back"
        );
        let mark = |text| memory(1).mark("salt", &secret(text));
        assert_ne!(mark("one"), mark("two"), "another password is another");
    }

    #[test]
    fn three_rejections_are_the_most_of_a_window() {
        let (machine, settings) = (FakeMachine::default(), settings(URL, "Default", "svc"));
        let memory = Memory::of(&settings, &machine, at(0)).unwrap();
        for tried in ["one", "two", "three"] {
            memory.reject(&secret(tried));
        }
        let withheld = memory.withheld(&secret("four")).unwrap();
        assert_eq!(withheld.rejections, 3);
    }

    #[test]
    fn another_host_tenant_or_user_is_another_account() {
        let machine = FakeMachine::default();
        let first = settings(URL, "Default", "svc");
        Memory::of(&first, &machine, at(0))
            .unwrap()
            .reject(&secret("one"));
        let asked = |settings: &Settings| {
            Memory::of(settings, &machine, at(1))
                .unwrap()
                .withheld(&secret("one"))
                .is_some()
        };
        assert!(
            asked(&settings(URL, "default", "SVC")),
            "case is no difference"
        );
        for other in [
            settings("https://other.example.com:8443", "Default", "svc"),
            settings("https://orch.example.com:8444", "Default", "svc"),
            settings(URL, "Other", "svc"),
            settings(URL, "Default", "svc2"),
        ] {
            assert!(!asked(&other));
        }
    }

    #[test]
    fn a_secret_that_was_accepted_after_all_is_forgotten() {
        let (machine, settings) = (FakeMachine::default(), settings(URL, "Default", "svc"));
        let memory = Memory::of(&settings, &machine, at(0)).unwrap();
        memory.reject(&secret("one"));
        memory.accept(&secret("one"));
        assert!(memory.withheld(&secret("one")).is_none());
    }

    #[test]
    fn what_is_kept_fits_many_guesses_and_holds_none_of_the_secret() {
        let (machine, settings) = (FakeMachine::default(), settings(URL, "Default", "svc"));
        let memory = Memory::of(&settings, &machine, at(0)).unwrap();
        memory.reject(&secret("CANARY-password"));
        let kept = String::from_utf8(machine.kept(NAME).unwrap()).unwrap();
        assert!(!kept.contains("CANARY") && !kept.contains("svc"), "{kept}");
        let entry = memory.entries().remove(0);
        assert!(entry.mark <= KEPT_BITS, "ten bits and no more");
        let elsewhere = FakeMachine::booted(b"another boot");
        elsewhere.keep(NAME, kept.as_bytes());
        let copied = Memory::of(&settings, &elsewhere, at(0)).unwrap();
        assert_ne!(
            copied.mark(&entry.salt, &secret("CANARY-password")),
            memory.mark(&entry.salt, &secret("CANARY-password")),
            "a copy on another boot gives other marks"
        );
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        let (machine, settings) = (FakeMachine::default(), settings(URL, "Default", "svc"));
        machine.keep(NAME, b"{ not json");
        let memory = Memory::of(&settings, &machine, at(0)).unwrap();
        assert!(memory.withheld(&secret("one")).is_none());
        memory.reject(&secret("one"));
        assert!(memory.withheld(&secret("one")).is_some());
    }

    #[test]
    fn nothing_is_remembered_of_the_stand_in_or_of_a_token() {
        let machine = FakeMachine::default();
        let mut settings = settings(URL, "Default", "svc");
        settings.stand_in = true;
        assert!(Memory::of(&settings, &machine, at(0)).is_none());
        settings.stand_in = false;
        settings.sign_in = SignIn::Token;
        assert!(Memory::of(&settings, &machine, at(0)).is_none());
    }
}
