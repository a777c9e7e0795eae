//! Who may sign in to the stand-in, with what, and what they may do.

use super::fault::Fault;
use super::random;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// How long a token is good for.
const TOKEN: SignedDuration = SignedDuration::from_mins(30);
/// How long an account stays locked.
const LOCK: SignedDuration = SignedDuration::from_secs(300);
/// How many wrong passwords lock an account.
const ATTEMPTS: u32 = 10;
/// The account of the profile.
pub(super) const USER: &str = "apps-svc";
/// The number of that account.
pub(super) const USER_ID: i64 = 42;
/// The id of the external application.
pub(super) const CLIENT: &str = "b6d5b1f0-2c1e-4b8e-9f0a-6f1c2d3e4f50";

/// What the account may do in the tenant.
const TENANT_ROLE: [&str; 3] = ["Packages.View", "Webhooks.View", "Webhooks.Create"];
/// What the account may do in its folders.
const FOLDER_ROLE: [&str; 3] = ["Processes.View", "Jobs.View", "Jobs.Create"];
/// The scopes the external application was given.
const SCOPES: [&str; 7] = [
    "OR.Folders.Read",
    "OR.Execution.Read",
    "OR.Jobs",
    "OR.Webhooks",
    "OR.Users.Read",
    "OR.Settings.Read",
    "OR.Administration.Read",
];

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Person {
    /// The user of the profile.
    User,
    /// The external application, with the scopes it asked for.
    Application(Vec<String>),
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
    /// The account stays locked.
    Locked,
    /// Passwords are not accepted.
    Restricted,
    /// Sign-ins are throttled.
    Throttled,
}

/// Accounts, roles and tokens.
#[derive(Debug)]
pub(super) struct People {
    /// The password that is accepted.
    password: String,
    /// The secret of the external application.
    client_secret: String,
    /// How sign-in is broken.
    gate: Gate,
    /// Wrong passwords in a row.
    failures: u32,
    /// Until when the account is locked.
    locked_until: Option<Timestamp>,
    /// What the account may do in the tenant.
    pub(super) tenant_role: BTreeSet<&'static str>,
    /// What the account may do in its folders.
    pub(super) folder_role: BTreeSet<&'static str>,
    /// The folders of the account.
    pub(super) assigned: BTreeSet<i64>,
    /// The tokens handed out.
    tokens: Vec<Token>,
    /// What tokens are made from.
    seed: String,
}

impl People {
    /// People with these secrets.
    pub(super) fn new(password: &str, client_secret: &str, seed: &str) -> Self {
        Self {
            password: password.to_owned(),
            client_secret: client_secret.to_owned(),
            gate: Gate::Open,
            failures: 0,
            locked_until: None,
            tenant_role: TENANT_ROLE.into(),
            folder_role: FOLDER_ROLE.into(),
            assigned: BTreeSet::new(),
            tokens: Vec::new(),
            seed: seed.to_owned(),
        }
    }

    /// Breaks what this fault breaks in here.
    pub(super) fn break_by(&mut self, fault: Fault) {
        match fault {
            Fault::LoginRejected => {
                self.password = random::digest(&[self.password.as_bytes(), b"changed"]);
            }
            Fault::LoginLockedOut => self.gate = Gate::Locked,
            Fault::LoginBasicAuthRestricted => self.gate = Gate::Restricted,
            Fault::LoginThrottled => self.gate = Gate::Throttled,
            Fault::ProcessesDenied => {
                self.folder_role.remove("Processes.View");
            }
            Fault::ExecuteDenied => {
                self.folder_role.remove("Jobs.Create");
            }
            _ => {}
        }
    }

    /// Signs in with a password.
    pub(super) fn sign_in(&mut self, user: &str, password: &str, now: Timestamp) -> SignIn {
        match self.gate {
            Gate::Open => {}
            Gate::Locked => return SignIn::LockedOut,
            Gate::Restricted => return SignIn::Restricted,
            Gate::Throttled => return SignIn::Throttled,
        }
        if !user.eq_ignore_ascii_case(USER) {
            return SignIn::Rejected;
        }
        if self.locked_until.is_some_and(|until| now < until) {
            return SignIn::LockedOut;
        }
        if self.locked_until.take().is_some() {
            self.failures = 0;
        }
        if random::digest(&[password.as_bytes()]) == random::digest(&[self.password.as_bytes()]) {
            self.failures = 0;
            return SignIn::Token(self.token(Person::User, now));
        }
        self.failures += 1;
        if self.failures >= ATTEMPTS {
            self.locked_until = Some(now + LOCK);
        }
        SignIn::Rejected
    }

    /// Gives a token to the external application.
    pub(super) fn grant(
        &mut self,
        client: &str,
        secret: &str,
        scope: &str,
        now: Timestamp,
    ) -> Grant {
        if client != CLIENT
            || random::digest(&[secret.as_bytes()])
                != random::digest(&[self.client_secret.as_bytes()])
        {
            return Grant::InvalidClient;
        }
        let asked: Vec<String> = scope.split_whitespace().map(str::to_owned).collect();
        let asked = if asked.is_empty() {
            SCOPES.map(str::to_owned).to_vec()
        } else {
            asked
        };
        if !asked
            .iter()
            .all(|scope| SCOPES.iter().any(|known| covers(known, scope)))
        {
            return Grant::InvalidScope;
        }
        let scopes = asked.join(" ");
        Grant::Token(self.token(Person::Application(asked), now), scopes)
    }

    /// A token for this person.
    fn token(&mut self, person: Person, now: Timestamp) -> String {
        self.tokens.retain(|token| now < token.until);
        let number = self.tokens.len().to_be_bytes();
        let text = random::digest(&[self.seed.as_bytes(), &number, now.to_string().as_bytes()]);
        self.seed = random::digest(&[self.seed.as_bytes(), b"next"]);
        self.tokens.push(Token {
            text: text.clone(),
            person,
            until: now + TOKEN,
        });
        text
    }

    /// Whom this token stands for now.
    pub(super) fn person(&self, token: &str, now: Timestamp) -> Option<Person> {
        self.tokens
            .iter()
            .find(|known| known.text == token && now < known.until)
            .map(|known| known.person.clone())
    }

    /// Whether this person may enter the folder.
    pub(super) fn enters(&self, person: &Person, folder: i64) -> bool {
        match person {
            Person::User | Person::Application(_) => self.assigned.contains(&folder),
        }
    }

    /// Whether this person may do this in the folder, or in the tenant.
    pub(super) fn may(&self, person: &Person, permission: &str, folder: Option<i64>) -> bool {
        let by_role = self.tenant_role.contains(permission)
            || folder.is_some_and(|id| {
                self.assigned.contains(&id) && self.folder_role.contains(permission)
            });
        let by_scope = match person {
            Person::User => true,
            Person::Application(scopes) => scopes
                .iter()
                .any(|scope| covers(scope, scope_for(permission))),
        };
        by_role && by_scope
    }
}

/// Whether one scope includes another: `OR.Jobs` is both `OR.Jobs.Read` and `OR.Jobs.Write`.
fn covers(given: &str, asked: &str) -> bool {
    given == asked
        || asked
            .strip_prefix(given)
            .is_some_and(|rest| rest.starts_with('.'))
}

/// The scope that an application needs for this permission.
fn scope_for(permission: &str) -> &'static str {
    match permission {
        "Processes.View" | "Packages.View" => "OR.Execution.Read",
        "Jobs.View" => "OR.Jobs.Read",
        "Jobs.Create" => "OR.Jobs.Write",
        "Webhooks.View" => "OR.Webhooks.Read",
        "Webhooks.Create" | "Webhooks.Edit" | "Webhooks.Delete" => "OR.Webhooks.Write",
        "Machines.View" => "OR.Machines.Read",
        _ => "OR.Folders.Read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> People {
        People::new("right", "secret", "seed")
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
