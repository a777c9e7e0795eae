//! The target as it is typed, and what is to be said of it at once.

use super::Masked;
use crate::catalog::{Catalog, Verdict};
use crate::config::address::LayoutWanted;
use crate::config::{ProcessWanted, Reference, Settings, SignIn, Target, usual_scopes};
use crate::probe::{At, Evidence, address};
use crate::run::judge;
use crate::tui::theme::Shape;
use crate::words::{Start, Words};
use jiff::Timestamp;

/// The most characters of a field.
const MOST: usize = 400;

/// The check that is about the URL alone.
const OF_THE_URL: &str = "url-complete";

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// The URL.
    Url,
    /// The tenant.
    Tenant,
    /// How the account signs in.
    SignIn,
    /// The user's name, or the application's id.
    Account,
    /// Where its secret is.
    Secret,
    /// The folder of a process.
    Folder,
    /// The process.
    Process,
    /// The version the app was built with.
    Version,
}

impl Field {
    /// What stands before it.
    pub(crate) fn label(self, words: &'static Start) -> &'static str {
        match self {
            Self::Url => &words.label_url,
            Self::Tenant => &words.label_tenant,
            Self::SignIn => &words.label_sign_in,
            Self::Account => &words.label_account,
            Self::Secret => &words.label_secret,
            Self::Folder => &words.label_folder,
            Self::Process => &words.label_process,
            Self::Version => &words.label_version,
        }
    }

    /// What to enter.
    pub(crate) fn hint(self, words: &'static Start) -> &'static str {
        match self {
            Self::Url => &words.hint_url,
            Self::Tenant => &words.hint_tenant,
            Self::SignIn => &words.hint_sign_in,
            Self::Account => &words.hint_account,
            Self::Secret => &words.hint_secret,
            Self::Folder => &words.hint_folder,
            Self::Process => &words.hint_process,
            Self::Version => &words.hint_version,
        }
    }
}

/// A way to sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Way {
    /// Not at all.
    #[default]
    None,
    /// A user's name and password.
    Password,
    /// An external application.
    Application,
    /// A token made elsewhere.
    Token,
}

impl Way {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::Password, Self::Application, Self::Token];

    /// It in words.
    pub(crate) fn title(self, words: &'static Start) -> &'static str {
        match self {
            Self::None => &words.way_none,
            Self::Password => &words.way_password,
            Self::Application => &words.way_application,
            Self::Token => &words.way_token,
        }
    }
}

/// What is to be said of a field: a sign, and a sentence.
pub(crate) type Advice = (Shape, String);

/// The target as typed.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) url: String,
    pub(crate) tenant: String,
    pub(crate) way: Way,
    pub(crate) account: String,
    pub(crate) secret: Masked,
    pub(crate) folder: String,
    pub(crate) process: String,
    pub(crate) version: String,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            url: String::new(),
            tenant: "Default".into(),
            way: Way::None,
            account: String::new(),
            secret: Masked::default(),
            folder: String::new(),
            process: String::new(),
            version: String::new(),
        }
    }
}

impl Form {
    /// The fields that matter, in order.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let mut fields = vec![Field::Url, Field::Tenant, Field::SignIn];
        match self.way {
            Way::None => return fields,
            Way::Password | Way::Application => fields.extend([Field::Account, Field::Secret]),
            Way::Token => fields.push(Field::Secret),
        }
        fields.extend([Field::Folder, Field::Process, Field::Version]);
        fields
    }

    /// The text of a field that holds plain text.
    fn text(&mut self, field: Field) -> Option<&mut String> {
        match field {
            Field::Url => Some(&mut self.url),
            Field::Tenant => Some(&mut self.tenant),
            Field::Account => Some(&mut self.account),
            Field::Folder => Some(&mut self.folder),
            Field::Process => Some(&mut self.process),
            Field::Version => Some(&mut self.version),
            Field::SignIn | Field::Secret => None,
        }
    }

    /// Takes one more character.
    pub(crate) fn push(&mut self, field: Field, character: char) {
        if field == Field::Secret {
            self.secret.push(character);
        } else if let Some(text) = self.text(field)
            && text.chars().count() < MOST
            && !character.is_control()
        {
            text.push(character);
        }
    }

    /// Takes the last character off.
    pub(crate) fn pop(&mut self, field: Field) {
        if field == Field::Secret {
            self.secret.pop();
        } else if let Some(text) = self.text(field) {
            text.pop();
        }
    }

    /// Empties the field.
    pub(crate) fn clear(&mut self, field: Field) {
        if field == Field::Secret {
            self.secret.clear();
        } else if let Some(text) = self.text(field) {
            text.clear();
        }
    }

    /// What is seen of a field; of the URL nothing that could be a password.
    pub(crate) fn shown(&self, field: Field, (dot, words): (&str, &'static Start)) -> String {
        match field {
            Field::Url => without_user(&self.url, dot),
            Field::Tenant => self.tenant.clone(),
            Field::SignIn => self.way.title(words).into(),
            Field::Account => self.account.clone(),
            Field::Secret => self.secret.shown(dot),
            Field::Folder => self.folder.clone(),
            Field::Process => self.process.clone(),
            Field::Version => self.version.clone(),
        }
    }

    /// The settings that the URL alone makes.
    fn settings_of_url(&self) -> Result<Settings, String> {
        let target = Target::parse(&self.url, LayoutWanted::Auto);
        target
            .map(Settings::for_target)
            .map_err(|cause| cause.to_string())
    }

    /// What is to be said of a field; nothing where nothing has to be.
    pub(crate) fn advice(
        &self,
        field: Field,
        catalog: &Catalog,
        words: &'static Words,
    ) -> Option<Advice> {
        let bad = |text: &str| Some((Shape::Fail, text.to_owned()));
        match field {
            // What is only begun is not wrong yet.
            Field::Url if "https://".starts_with(&self.url) => None,
            Field::Url => match self.settings_of_url() {
                Err(cause) => Some((Shape::Fail, cause)),
                Ok(settings) => judged(&settings, catalog, words),
            },
            Field::Tenant if self.tenant.trim().is_empty() => bad(&words.start.no_tenant),
            Field::Account if self.account.trim().is_empty() => bad(&words.start.missing_account),
            Field::Secret if self.secret.is_empty() => bad(&words.start.missing_secret),
            Field::Secret if self.secret.reference().is_none() => bad(&words.start.no_reference),
            Field::Folder if self.folder.is_empty() && self.names_process() => {
                bad(&words.start.missing_folder)
            }
            Field::Process if self.process.is_empty() && self.names_process() => {
                bad(&words.start.missing_process)
            }
            Field::Tenant
            | Field::SignIn
            | Field::Account
            | Field::Secret
            | Field::Folder
            | Field::Process
            | Field::Version => None,
        }
    }

    /// Whether something of a process was typed.
    fn names_process(&self) -> bool {
        [&self.folder, &self.process, &self.version]
            .iter()
            .any(|text| !text.is_empty())
    }

    /// What a run needs, or the first field in its way. What is wrong with a usable URL is a finding, and in nobody's way.
    pub(crate) fn complete(
        &self,
        catalog: &Catalog,
        words: &'static Words,
    ) -> Result<(Settings, Option<Reference>), Field> {
        let mut settings = self.settings_of_url().map_err(|_| Field::Url)?;
        let wrong = |field: &Field| {
            *field != Field::Url
                && matches!(self.advice(*field, catalog, words), Some((Shape::Fail, _)))
        };
        if let Some(field) = self.fields().into_iter().find(wrong) {
            return Err(field);
        }
        self.tenant.trim().clone_into(&mut settings.tenant);
        let account = self.account.trim().to_owned();
        settings.sign_in = match self.way {
            Way::None => return Ok((settings, None)),
            Way::Password => SignIn::Password { username: account },
            Way::Application => SignIn::ClientCredentials {
                client_id: account,
                scopes: usual_scopes(),
            },
            Way::Token => SignIn::Token,
        };
        if self.names_process() {
            let version = self.version.trim();
            settings.processes.push(ProcessWanted {
                folder: self.folder.trim().to_owned(),
                name: self.process.trim().to_owned(),
                version: (!version.is_empty()).then(|| version.to_owned()),
            });
        }
        Ok((settings, self.secret.reference()))
    }
}

/// What the checklist says of the URL, in its own words.
fn judged(settings: &Settings, catalog: &Catalog, words: &'static Words) -> Option<Advice> {
    let check = catalog.get(OF_THE_URL)?;
    let at = At {
        now: Timestamp::UNIX_EPOCH,
        settings,
        subject: None,
        words,
    };
    let evidence = Evidence::Address(address::taken_apart(&settings.target));
    let finding = judge(check, &evidence, &at).ok()?;
    let shape = match finding.verdict {
        Verdict::Pass => Shape::Pass,
        Verdict::Warn | Verdict::Unknown | Verdict::Fail => Shape::Warn,
    };
    let first = finding
        .remedies
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    Some((
        shape,
        format!("{} {first}", finding.says).trim_end().to_owned(),
    ))
}

/// A URL in which a user's name and password are dots.
fn without_user(url: &str, dot: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        None => url.to_owned(),
        Some(at) => {
            let start = if scheme.is_empty() {
                String::new()
            } else {
                format!("{scheme}://")
            };
            format!("{start}{}{}", dot.repeat(8), &rest[at..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    fn form(url: &str) -> Form {
        Form {
            url: url.into(),
            ..Form::default()
        }
    }

    fn advice(url: &str) -> Advice {
        let catalog = Catalog::built_in().unwrap();
        form(url)
            .advice(Field::Url, &catalog, Lang::En.words())
            .unwrap()
    }

    #[test]
    fn the_url_is_judged_as_the_checklist_judges_it() {
        assert_eq!(advice("https://orch.example.com:8443").0, Shape::Pass);
        for (url, said) in [
            (
                "http://orch.example.com:8080",
                "does not start with https://",
            ),
            ("https://orch.example.com", "has no port"),
            ("https://orch.example.com:8443/swagger/ui", "/swagger/ui"),
            ("https://cloud.uipath.com:443", "own cloud"),
        ] {
            let (shape, text) = advice(url);
            assert_eq!(shape, Shape::Warn, "{url}");
            assert!(text.contains(said), "{text}");
        }
        for url in [
            "orch.example.com",
            "https://h:99999",
            "ftp://h",
            "https://u:p@h",
        ] {
            assert_eq!(advice(url).0, Shape::Fail, "{url}");
        }
    }

    #[test]
    fn a_password_in_the_url_is_not_shown() {
        for url in [
            "https://u:CANARY@host/x",
            "u:CANARY@host",
            "https://u:CANARY@@h",
        ] {
            assert!(
                !form(url)
                    .shown(Field::Url, ("*", &Lang::En.words().start))
                    .contains("CANARY"),
                "{url}"
            );
            assert!(!advice(url).1.contains("CANARY"), "{url}");
        }
    }

    #[test]
    fn a_url_alone_is_enough() {
        let catalog = Catalog::built_in().unwrap();
        let (settings, secret) = form("https://h:1")
            .complete(&catalog, Lang::En.words())
            .unwrap();
        assert_eq!(settings.sign_in, SignIn::None);
        assert_eq!(secret, None);
    }

    #[test]
    fn what_is_missing_is_named() {
        let catalog = Catalog::built_in().unwrap();
        let mut form = form("https://h:1");
        form.way = Way::Password;
        assert_eq!(
            form.complete(&catalog, Lang::En.words()),
            Err(Field::Account)
        );
        form.account = "u".into();
        assert_eq!(
            form.complete(&catalog, Lang::En.words()),
            Err(Field::Secret)
        );
        "hunter2".chars().for_each(|one| form.secret.push(one));
        assert_eq!(
            form.complete(&catalog, Lang::En.words()),
            Err(Field::Secret),
            "a literal"
        );
        form.secret.clear();
        "env:P".chars().for_each(|one| form.secret.push(one));
        form.version = "1.0".into();
        assert_eq!(
            form.complete(&catalog, Lang::En.words()),
            Err(Field::Folder)
        );
        form.folder = "F".into();
        form.process = "P".into();
        let (settings, secret) = form.complete(&catalog, Lang::En.words()).unwrap();
        assert_eq!(settings.processes[0].version.as_deref(), Some("1.0"));
        assert_eq!(secret, Some(Reference::Env("P".into())));
    }
}
