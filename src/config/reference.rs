//! References to secrets: where a value is, never the value.

use crate::secret::Secret;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::{fmt, path::PathBuf, process::Command};

/// Where a secret is to be found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reference {
    /// An environment variable.
    Env(String),
    /// The first line of a file.
    File(PathBuf),
    /// An entry of the desktop's key store.
    Keyring(String),
    /// The first line a program prints.
    Command(Vec<String>),
    /// Asked of the person at the terminal.
    Prompt,
}

/// Why a secret cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// The variable is not set.
    #[error("cannot read the secret from the environment variable {0}: it is not set")]
    Env(String),
    /// The file.
    #[error("cannot read the secret from the file {path}: {cause}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A key store.
    #[error("cannot read the secret {0} from the key store: `{1}` gave none")]
    Keyring(String, &'static str),
    /// A program.
    #[error("cannot read the secret from the command {0}: it failed or printed nothing")]
    Command(String),
    /// No terminal to ask at.
    #[error("cannot ask for the secret: there is no terminal")]
    Prompt,
    /// Not a reference.
    #[error("cannot use a literal secret: write env:NAME, file:PATH, keyring:NAME or prompt")]
    Literal,
}

impl Reference {
    /// Reads `env:NAME`, `file:PATH`, `keyring:NAME` or `prompt`, as options take it.
    ///
    /// # Errors
    /// The text is no reference; it is not repeated.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            Some(("keyring", name)) if !name.is_empty() => Ok(Self::Keyring(name.to_owned())),
            None if text == "prompt" => Ok(Self::Prompt),
            _ => Err(ReferenceError::Literal),
        }
    }

    /// Reads the secret.
    ///
    /// # Errors
    /// It is not there; the text names the reference, never a value.
    pub fn read(&self) -> Result<Secret, ReferenceError> {
        match self {
            Self::Env(name) => std::env::var(name)
                .map(Secret::new)
                .map_err(|_| ReferenceError::Env(name.clone())),
            Self::File(path) => {
                let text = std::fs::read_to_string(path).map_err(|cause| ReferenceError::File {
                    path: path.clone(),
                    cause,
                })?;
                Ok(first_line(&text))
            }
            Self::Keyring(name) => keyring(name),
            Self::Command(words) => printed(words)
                .ok_or_else(|| ReferenceError::Command(words.first().cloned().unwrap_or_default())),
            Self::Prompt => prompt(),
        }
    }
}

/// The first line, which is what editors and `echo` leave in a file.
fn first_line(text: &str) -> Secret {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Secret::new(text.lines().next().unwrap_or_default().to_owned())
}

/// What a program prints, if it succeeds.
fn printed(words: &[String]) -> Option<Secret> {
    let (program, arguments) = words.split_first()?;
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim_end().is_empty()).then(|| first_line(&text))
}

/// Asks the key store through the tool the platform brings, so that no key store library is needed.
fn keyring(name: &str) -> Result<Secret, ReferenceError> {
    let (tool, words): (&'static str, Vec<&str>) = if cfg!(target_os = "macos") {
        (
            "security",
            vec!["security", "find-generic-password", "-w", "-s", name],
        )
    } else {
        (
            "secret-tool",
            vec![
                "secret-tool",
                "lookup",
                "service",
                "orch-doctor",
                "name",
                name,
            ],
        )
    };
    let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    printed(&words).ok_or_else(|| ReferenceError::Keyring(name.to_owned(), tool))
}

/// Asks at the terminal without showing what is typed.
fn prompt() -> Result<Secret, ReferenceError> {
    use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
    use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
    use std::io::{IsTerminal as _, Write as _};
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(ReferenceError::Prompt);
    }
    let refused = |_| ReferenceError::Prompt;
    let mut stderr = std::io::stderr();
    write!(stderr, "Secret (not shown): ")
        .and_then(|()| stderr.flush())
        .map_err(refused)?;
    enable_raw_mode().map_err(refused)?;
    let mut typed = String::new();
    let outcome = loop {
        match read() {
            Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => match key.code {
                KeyCode::Enter => break Ok(()),
                KeyCode::Esc => break Err(ReferenceError::Prompt),
                KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    break Err(ReferenceError::Prompt);
                }
                KeyCode::Backspace => {
                    typed.pop();
                }
                KeyCode::Char(character) => typed.push(character),
                _ => {}
            },
            Ok(_) => {}
            Err(_) => break Err(ReferenceError::Prompt),
        }
    };
    disable_raw_mode().map_err(refused)?;
    writeln!(stderr).map_err(refused)?;
    outcome.map(|()| Secret::new(typed))
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Keyring(name) => write!(f, "keyring:{name}"),
            Self::Command(words) => {
                write!(f, "command:{}", words.first().map_or("", String::as_str))
            }
            Self::Prompt => f.write_str("prompt"),
        }
    }
}

/// What a reference may look like in a profile.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    env: Option<String>,
    file: Option<PathBuf>,
    keyring: Option<String>,
    command: Option<Vec<String>>,
    prompt: Option<bool>,
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const EXPECTED: &str = "expected a reference such as { env = \"NAME\" }, { file = \"PATH\" }, \
            { keyring = \"NAME\" }, { command = [\"…\"] } or { prompt = true }; a literal secret is refused";
        // The cause is dropped on purpose: it could repeat the value.
        let written =
            Written::deserialize(deserializer).map_err(|_| de::Error::custom(EXPECTED))?;
        match written {
            Written {
                env: Some(name),
                file: None,
                keyring: None,
                command: None,
                prompt: None,
            } => Ok(Self::Env(name)),
            Written {
                env: None,
                file: Some(path),
                keyring: None,
                command: None,
                prompt: None,
            } => Ok(Self::File(path)),
            Written {
                env: None,
                file: None,
                keyring: Some(name),
                command: None,
                prompt: None,
            } => Ok(Self::Keyring(name)),
            Written {
                env: None,
                file: None,
                keyring: None,
                command: Some(words),
                prompt: None,
            } if !words.is_empty() => Ok(Self::Command(words)),
            Written {
                env: None,
                file: None,
                keyring: None,
                command: None,
                prompt: Some(true),
            } => Ok(Self::Prompt),
            _ => Err(de::Error::custom(EXPECTED)),
        }
    }
}
