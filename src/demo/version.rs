//! The ages of Orchestrator that the stand-in can play.

use std::str::FromStr;

/// The version of Orchestrator's API, which tells its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiVersion {
    /// 2019.10.
    V9,
    /// 2020.4.
    V10,
    /// 2020.10.
    V11,
    /// 2021.10.
    V13,
    /// 2022.10.
    V15,
    /// 2023.10.
    V17,
}

impl ApiVersion {
    /// Every age, oldest first.
    pub const ALL: &'static [Self] = &[
        Self::V9,
        Self::V10,
        Self::V11,
        Self::V13,
        Self::V15,
        Self::V17,
    ];

    /// The major number in `api-supported-versions`.
    pub const fn number(self) -> u16 {
        match self {
            Self::V9 => 9,
            Self::V10 => 10,
            Self::V11 => 11,
            Self::V13 => 13,
            Self::V15 => 15,
            Self::V17 => 17,
        }
    }

    /// The product version that speaks it.
    pub const fn product(self) -> &'static str {
        match self {
            Self::V9 => "2019.10.20",
            Self::V10 => "2020.4.5",
            Self::V11 => "2020.10.16",
            Self::V13 => "2021.10.4",
            Self::V15 => "2022.10.8",
            Self::V17 => "2023.10.6",
        }
    }
}

/// A version that the stand-in cannot play.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("play API version {asked:?}: 9, 10, 11, 13, 15 and 17 are known")]
pub struct UnknownVersion {
    /// What was asked for.
    pub asked: String,
}

impl FromStr for ApiVersion {
    type Err = UnknownVersion;

    fn from_str(asked: &str) -> Result<Self, UnknownVersion> {
        Self::ALL
            .iter()
            .copied()
            .find(|version| version.number().to_string() == asked)
            .ok_or_else(|| UnknownVersion {
                asked: asked.to_owned(),
            })
    }
}
