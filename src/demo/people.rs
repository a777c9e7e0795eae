//! Who may sign in to the stand-in, with what, and what they may do.

pub(super) mod roles;

use super::fault::Fault;
use super::random;
use jiff::{SignedDuration, Timestamp};
use roles::Roles;
use std::cell::Cell;

/// How long a token is good for.
const TOKEN: SignedDuration = SignedDuration::from_mins(30);
/// How long an account stays locked.
const LOCK: SignedDuration = SignedDuration::from_secs(300);
/// How many wrong passwords lock an account.
const ATTEMPTS: u32 = 10;
/// The account of the profile.
pub(super) const USER: &str = "apps-svc";
/// An account that may do everything.
pub(super) const ADMINISTRATOR: &str = "admin";
/// The id of the external application.
pub(super) const CLIENT: &str = "b6d5b1f0-2c1e-4b8e-9f0a-6f1c2d3e4f50";

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Person {
    /// The user of the profile.
    User,
    /// The administrator.
    Administrator,
    /// The external application, with the scopes it asked for.
    Application(Vec<String>),
}

/// What each start makes anew.
#[derive(Debug, Clone)]
pub(super) struct Secrets {
    /// The password of the profile's user.
    pub(super) user: String,
    /// The password of the administrator.
    pub(super) administrator: String,
    /// The secret of the external application.
    pub(super) client: String,
    /// What tokens and names are made from.
    pub(super) seed: String,
}

impl Secrets {
    /// A token of the profile's user that has ended.
    pub(super) fn ended_token(&self) -> String {
        random::digest(&[self.seed.as_bytes(), b"ended"])
    }

    /// Secrets that nobody can guess.
    pub(super) fn generate() -> Result<Self, rcgen::Error> {
        Ok(Self {
            user: random::secret()?,
            administrator: random::secret()?,
            client: random::secret()?,
            seed: random::secret()?,
        })
    }
}

/// A token that was handed out.
#[derive(Debug)]
struct Token {
    /// What is sent.
    text: String,
    /// Whom it stands for.
    person: Person,
    /// Until when.
    until: Timestamp,
    /// How many requests it is still good for.
    uses: Cell<u32>,
}

/// How a sign-in with a password ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SignIn {
    /// Here is a token.
    Token(String),
    /// Wrong tenant, user or password.
    Rejected,
    /// The account is locked.
    LockedOut,
    /// Passwords are not accepted.
    Restricted,
    /// Too many sign-ins.
    Throttled,
}

/// How a client-credentials request ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Grant {
    /// Here is a token, with these scopes.
    Token(String, String),
    /// Unknown id or wrong secret.
    InvalidClient,
    /// A scope the application was not given.
    InvalidScope,
}

/// How sign-in is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    /// Not at all.
    Open,
    /// Passwords are not accepted.
    Restricted,
    /// Sign-ins are throttled.
    Throttled,
}

/// A user with a password.
#[derive(Debug)]
struct Account {
    /// Its name.
    name: &'static str,
    /// Who it is.
    person: Person,
    /// The digest of its password.
    password: String,
    /// Wrong passwords in a row.
    failures: u32,
    /// Until when it is locked.
    locked_until: Option<Timestamp>,
}

/// Accounts, roles and tokens.
#[derive(Debug)]
pub(super) struct People {
    /// The users.
    accounts: [Account; 2],
    /// The digest of the external application's secret.
    client_secret: String,
    /// How sign-in is broken.
    gate: Gate,
    /// Who may do what.
    pub(super) roles: Roles,
    /// The tokens handed out.
    tokens: Vec<Token>,
    /// What tokens are made from.
    seed: String,
    /// How many requests the next token is good for, where not as many as come.
    pub(super) first_token_uses: Option<u32>,
}

impl Account {
    /// An account with this password.
    fn new(name: &'static str, person: Person, password: &str) -> Self {
        Self {
            name,
            person,
            password: random::digest(&[password.as_bytes()]),
            failures: 0,
            locked_until: None,
        }
    }

    /// Whether this is its password; `None` while it is locked.
    fn admits(&mut self, password: &str, now: Timestamp) -> Option<bool> {
        if self.locked_until.is_some_and(|until| now < until) {
            return None;
        }
        if self.locked_until.take().is_some() {
            self.failures = 0;
        }
        let right = random::digest(&[password.as_bytes()]) == self.password;
        self.failures = if right { 0 } else { self.failures + 1 };
        if self.failures >= ATTEMPTS {
            self.locked_until = Some(now + LOCK);
        }
        Some(right)
    }
}

impl People {
    /// People with these secrets.
    pub(super) fn new(secrets: &Secrets) -> Self {
        Self {
            accounts: [
                Account::new(USER, Person::User, &secrets.user),
                Account::new(ADMINISTRATOR, Person::Administrator, &secrets.administrator),
            ],
            client_secret: random::digest(&[secrets.client.as_bytes()]),
            gate: Gate::Open,
            roles: Roles::least(),
            tokens: vec![Token {
                text: secrets.ended_token(),
                person: Person::User,
                until: Timestamp::MIN,
                uses: Cell::new(0),
            }],
            seed: secrets.seed.clone(),
            first_token_uses: None,
        }
    }

    /// Breaks what this fault breaks in here.
    pub(super) fn break_by(&mut self, fault: Fault) {
        match fault {
            Fault::LoginRejected => self.accounts[0].password.push_str("changed"),
            Fault::LoginLockedOut => self.accounts[0].locked_until = Some(Timestamp::MAX),
            Fault::LoginBasicAuthRestricted => self.gate = Gate::Restricted,
            Fault::LoginThrottled => self.gate = Gate::Throttled,
            Fault::LoginUnknownClient => self.client_secret.push_str("changed"),
            Fault::LoginBadScope => self.roles.withhold_scope("OR.Jobs"),
            Fault::ProcessesDenied => self.roles.remove("Processes.View"),
            Fault::PrivilegesMissing => self.roles.remove("Jobs.View"),
            Fault::ExecuteDenied => self.roles.remove("Jobs.Create"),
            Fault::WebhooksViewDenied => self.roles.remove("Webhooks.View"),
            Fault::WebhooksCreateDenied => self.roles.remove("Webhooks.Create"),
            _ => {}
        }
    }

    /// Signs in with a password.
    pub(super) fn sign_in(&mut self, user: &str, password: &str, now: Timestamp) -> SignIn {
        match self.gate {
            Gate::Open => {}
            Gate::Restricted => return SignIn::Restricted,
            Gate::Throttled => return SignIn::Throttled,
        }
        let found = self
            .accounts
            .iter_mut()
            .find(|account| user.eq_ignore_ascii_case(account.name));
        let Some(account) = found else {
            return SignIn::Rejected;
        };
        match account.admits(password, now) {
            None => SignIn::LockedOut,
            Some(false) => SignIn::Rejected,
            Some(true) => {
                let person = account.person.clone();
                SignIn::Token(self.token(person, now))
            }
        }
    }

    /// Gives a token to the external application.
    pub(super) fn grant(
        &mut self,
        client: &str,
        secret: &str,
        scope: &str,
        now: Timestamp,
    ) -> Grant {
        if client != CLIENT || random::digest(&[secret.as_bytes()]) != self.client_secret {
            return Grant::InvalidClient;
        }
        match self.roles.granted(scope) {
            None => Grant::InvalidScope,
            Some(scopes) => {
                let scope = scopes.join(" ");
                Grant::Token(self.token(Person::Application(scopes), now), scope)
            }
        }
    }

    /// A token for this person.
    fn token(&mut self, person: Person, now: Timestamp) -> String {
        self.tokens.retain(|token| now < token.until);
        let text = random::digest(&[self.seed.as_bytes(), now.to_string().as_bytes()]);
        self.seed = random::digest(&[self.seed.as_bytes(), b"next"]);
        self.tokens.push(Token {
            text: text.clone(),
            person,
            until: now + TOKEN,
            uses: Cell::new(self.first_token_uses.take().unwrap_or(u32::MAX)),
        });
        text
    }

    /// Whom this token stands for now.
    pub(super) fn person(&self, token: &str, now: Timestamp) -> Option<Person> {
        let known = self
            .tokens
            .iter()
            .find(|known| known.text == token && now < known.until)?;
        known.uses.set(known.uses.get().checked_sub(1)?);
        Some(known.person.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> People {
        let text = str::to_owned;
        People::new(&Secrets {
            user: text("right"),
            administrator: text("other"),
            client: text("secret"),
            seed: text("seed"),
        })
    }

    #[test]
    fn ten_wrong_passwords_lock_for_five_minutes() {
        let (mut people, now) = (people(), Timestamp::UNIX_EPOCH);
        for _ in 0..9 {
            assert_eq!(people.sign_in(USER, "wrong", now), SignIn::Rejected);
        }
        assert!(matches!(
            people.sign_in(USER, "right", now),
            SignIn::Token(_)
        ));
        for _ in 0..10 {
            assert_eq!(people.sign_in(USER, "wrong", now), SignIn::Rejected);
        }
        assert_eq!(
            people.sign_in(USER, "right", now + SignedDuration::from_secs(299)),
            SignIn::LockedOut
        );
        assert!(matches!(
            people.sign_in(USER, "right", now + LOCK),
            SignIn::Token(_)
        ));
    }

    #[test]
    fn a_token_is_good_for_thirty_minutes() {
        let (mut people, now) = (people(), Timestamp::UNIX_EPOCH);
        let SignIn::Token(token) = people.sign_in("APPS-SVC", "right", now) else {
            unreachable!("the password is right")
        };
        assert_eq!(
            people.person(&token, now + SignedDuration::from_secs(1799)),
            Some(Person::User)
        );
        assert_eq!(people.person(&token, now + TOKEN), None);
    }

    #[test]
    fn an_application_gets_the_scopes_it_was_given_and_no_other() {
        let (mut people, now) = (people(), Timestamp::UNIX_EPOCH);
        assert!(matches!(
            people.grant(CLIENT, "secret", "OR.Jobs.Read", now),
            Grant::Token(..)
        ));
        assert_eq!(
            people.grant(CLIENT, "secret", "OR.Robots", now),
            Grant::InvalidScope
        );
        assert_eq!(
            people.grant(CLIENT, "wrong", "OR.Jobs", now),
            Grant::InvalidClient
        );
    }
}
