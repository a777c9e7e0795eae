//! The sender: plays Orchestrator against a receiver, and tells whether the receiver looks at what it gets.

use super::forensics::Cause;
use super::payload::{self, Kind};
use super::signature::{HEADER, SigningKey};
use crate::words::{Lang, Phrase, Words};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Serialize;
use url::Url;

/// One thing that is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// As Orchestrator sends it.
    Valid,
    /// Signed, and changed afterwards.
    Tampered,
    /// Without the header.
    Unsigned,
    /// Signed with another secret.
    WrongSecret,
    /// The first event once more, unchanged.
    Replayed,
    /// Without a secret nothing can be signed: as Orchestrator sends it then.
    Plain,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// An HTTP status.
    Status(u16),
    /// No answer in time.
    Silent,
    /// No connection.
    Unreachable,
    /// A certificate or handshake that was not accepted.
    BadTls,
    /// The connection ended before an answer.
    Broken,
}

/// What an answer says about the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// As it should be.
    Right,
    /// Not dangerous, and better otherwise.
    Warning,
    /// A fault of the receiver.
    Wrong,
}

/// One attempt and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// What was tried.
    pub case: Case,
    /// The type of the event.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What came back.
    pub answer: Answer,
    /// What that says.
    pub judgement: Judgement,
    /// The same as a sentence.
    pub says: String,
}

/// Everything that was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// The attempts in order.
    pub attempts: Vec<Attempt>,
    /// The form of the signature that the receiver takes in place of the right one.
    pub expects: Option<Cause>,
}

impl Trial {
    /// What it comes to, in a language.
    pub fn verdict<'w>(&self, words: &'w Words) -> &'w Phrase {
        let told = &words.webhook.trial;
        let warned = |attempt: &Attempt| attempt.judgement == Judgement::Warning;
        match self.is_sound() {
            false => &told.unsound,
            true if self.attempts.iter().any(warned) => &told.warned,
            true => &told.sound,
        }
    }

    /// Whether the receiver has no fault.
    pub fn is_sound(&self) -> bool {
        !self.attempts.is_empty()
            && self
                .attempts
                .iter()
                .all(|attempt| attempt.judgement != Judgement::Wrong)
    }
}

impl Answer {
    /// Whether the receiver took the event in.
    pub const fn is_accepted(self) -> bool {
        matches!(self, Self::Status(200..=299))
    }

    /// Whether the receiver was there at all.
    const fn is_there(self) -> bool {
        match self {
            Self::Status(_) | Self::Broken => true,
            Self::Silent | Self::Unreachable | Self::BadTls => false,
        }
    }

    /// The answer in words.
    fn words(self, words: &Words) -> String {
        let told = &words.webhook.trial;
        match self {
            Self::Status(code) => told.answered.with(&[("status", &code)]),
            Self::Silent => told.silent.to_string(),
            Self::Unreachable => told.unreachable.to_string(),
            Self::BadTls => told.bad_tls.to_string(),
            Self::Broken => told.broken.to_string(),
        }
    }
}

impl Attempt {
    /// The attempt as a sentence in a language.
    pub fn told(&self, words: &Words) -> String {
        sentence(self.case, self.answer, words)
    }
}

/// What came of an attempt, as a sentence.
fn sentence(case: Case, answer: Answer, words: &Words) -> String {
    let answer = answer.words(words);
    let told = &words.webhook.trial.says;
    told.with(&[("answer", &answer), ("event", case.words(words))])
}

impl Case {
    /// What an answer to this case says about the receiver.
    fn judge(self, answer: Answer) -> Judgement {
        let should_accept = match self {
            Self::Valid | Self::Plain => true,
            Self::Tampered | Self::Unsigned | Self::WrongSecret | Self::Replayed => false,
        };
        match answer {
            _ if answer.is_accepted() == should_accept && should_accept => Judgement::Right,
            _ if answer.is_accepted() && self == Self::Replayed => Judgement::Warning,
            _ if answer.is_accepted() || should_accept => Judgement::Wrong,
            // It fell over instead of refusing.
            Answer::Status(500..)
            | Answer::Silent
            | Answer::Broken
            | Answer::Unreachable
            | Answer::BadTls => Judgement::Warning,
            Answer::Status(_) => Judgement::Right,
        }
    }

    /// The event in words.
    fn words(self, words: &Words) -> &Phrase {
        let told = &words.webhook.trial;
        match self {
            Self::Valid => &told.valid,
            Self::Tampered => &told.tampered,
            Self::Unsigned => &told.unsigned,
            Self::WrongSecret => &told.wrong_secret,
            Self::Replayed => &told.replayed,
            Self::Plain => &told.plain,
        }
    }
}

/// The keys that the attempts are signed with; no readable secret is kept.
pub struct Keys {
    right: SigningKey,
    with_line_break: SigningKey,
    wrong: SigningKey,
}

impl Keys {
    /// The keys around a secret.
    pub fn new(secret: &str) -> Self {
        let key = |end: &str| SigningKey::new(format!("{secret}{end}").as_bytes());
        Self {
            right: key(""),
            with_line_break: key("\n"),
            wrong: key("-another"),
        }
    }
}

/// Where to send, and how.
pub struct Sender {
    /// The client, which follows no redirect.
    pub client: reqwest::Client,
    /// The receiver.
    pub url: Url,
}

impl Sender {
    /// Tries the receiver; without a secret only whether it takes events in at all.
    pub async fn try_out(&self, keys: Option<&Keys>, now: Timestamp) -> Trial {
        let mut trial = Trial::default();

        let case = if keys.is_some() {
            Case::Valid
        } else {
            Case::Plain
        };
        for (number, kind) in (0..).zip(Kind::ALL) {
            let body = payload::body(kind, now, number);
            let signature = keys.map(|keys| keys.right.sign(&body));
            if !self
                .attempt(&mut trial, (case, kind), signature, body)
                .await
                .is_there()
            {
                return trial;
            }
        }
        if let Some(keys) = keys {
            self.try_bad_ones(&mut trial, keys, now).await;
            if trial.attempts[0].judgement == Judgement::Right {
                let first = payload::body(Kind::Ping, now, 0);
                self.attempt(
                    &mut trial,
                    (Case::Replayed, Kind::Ping),
                    Some(keys.right.sign(&first)),
                    first,
                )
                .await;
            } else {
                trial.expects = self.expected_form(keys, now).await;
            }
        }
        trial
    }

    /// Sends what no receiver should take in.
    async fn try_bad_ones(&self, trial: &mut Trial, keys: &Keys, now: Timestamp) {
        const KIND: Kind = Kind::JobCompleted;
        let (tampered, signature) = tampered(&keys.right, now);
        self.attempt(trial, (Case::Tampered, KIND), Some(signature), tampered)
            .await;
        self.attempt(
            trial,
            (Case::Unsigned, KIND),
            None,
            payload::body(KIND, now, 5),
        )
        .await;

        let wrong = payload::body(KIND, now, 6);
        self.attempt(
            trial,
            (Case::WrongSecret, KIND),
            Some(keys.wrong.sign(&wrong)),
            wrong,
        )
        .await;
    }

    /// Sends one event and notes what came of it.
    async fn attempt(
        &self,
        trial: &mut Trial,
        what: (Case, Kind),
        signature: Option<String>,
        body: Vec<u8>,
    ) -> Answer {
        let (case, kind) = what;
        let answer = self.send(signature, body).await;
        trial.attempts.push(Attempt {
            case,
            kind: kind.key(),
            answer,
            judgement: case.judge(answer),
            // What is written down is English in every language.
            says: sentence(case, answer, Lang::En.words()),
        });
        answer
    }

    /// Sends one event.
    async fn send(&self, signature: Option<String>, body: Vec<u8>) -> Answer {
        let mut request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json; charset=utf-8");
        if let Some(signature) = signature {
            request = request.header(HEADER, signature);
        }
        match request.body(body).send().await {
            Ok(answer) => Answer::Status(answer.status().as_u16()),
            Err(error) => failure(&error),
        }
    }

    /// The form of the signature a receiver takes that refuses the right one.
    async fn expected_form(&self, keys: &Keys, now: Timestamp) -> Option<Cause> {
        let body = payload::body(Kind::Ping, now, 7);
        let value = keys.right.sign(&body);
        let hex = STANDARD
            .decode(&value)
            .unwrap_or_default()
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let with_line = keys.with_line_break.sign(&body);
        let url_safe = value.replace('+', "-").replace('/', "_");
        let forms = [
            (hex.clone(), Cause::Hex),
            (format!("sha256={hex}"), Cause::Sha256Prefix),
            (format!("sha256={value}"), Cause::Sha256Prefix),
            (with_line, Cause::TrailingNewline),
            (url_safe, Cause::UrlSafeBase64),
        ];
        for (form, cause) in forms {
            if form != value && self.send(Some(form), body.clone()).await.is_accepted() {
                return Some(cause);
            }
        }
        None
    }
}

/// A body that was changed after it was signed: same length, same JSON shape, another job.
fn tampered(key: &SigningKey, now: Timestamp) -> (Vec<u8>, String) {
    let body = payload::body(Kind::JobCompleted, now, 4);
    let signature = key.sign(&body);
    let text = String::from_utf8_lossy(&body).replace("\"Id\":30,", "\"Id\":31,");
    (text.into_bytes(), signature)
}

/// What kind of failure this is, by type.
fn failure(error: &reqwest::Error) -> Answer {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = source {
        let inner = cause
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        if cause.is::<rustls::Error>()
            || inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
        {
            return Answer::BadTls;
        }
        source = cause.source();
    }
    match (error.is_timeout(), error.is_connect()) {
        (true, _) => Answer::Silent,
        (false, true) => Answer::Unreachable,
        (false, false) => Answer::Broken,
    }
}
