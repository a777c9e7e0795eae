//! The language that the user reads.

use crate::words::Lang;
use clap::{Args, ValueEnum};

/// The language of sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Language {
    /// English
    #[default]
    En,
    /// Japanese
    Ja,
}

/// What is read by people.
#[derive(Debug, Args)]
pub(in crate::cli) struct Told {
    /// The language of sentences; keys, JSON and commands never change
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Ja => Self::Ja,
        }
    }
}
