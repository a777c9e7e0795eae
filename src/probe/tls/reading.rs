//! What the certificates mean.

use super::Seen;
use crate::probe::{At, Symptom, symptoms};
use crate::trust::{self, Facets, Lifetime, Naming, Revocation, Strength, Trust};

/// Reads every judged address and keeps the worst, as `rank` orders them; `none` where no certificate came.
fn worst<T: Copy>(seen: &Seen, none: T, read: impl Fn(&Facets) -> T, rank: impl Fn(T) -> u8) -> T {
    seen.addresses
        .iter()
        .filter_map(|shown| shown.facets.as_ref())
        .map(read)
        .max_by_key(|symptom| rank(*symptom))
        .unwrap_or(none)
}

symptoms! {
    /// Whether the cloud trusts the issuer.
    Trusted {
        /// It does.
        Public = "public",
        /// An inspection product stands in between.
        Intercepted = "intercepted",
        /// The certificate signed itself.
        SelfSigned = "self-signed",
        /// The chain ends in a root that the cloud does not have.
        PrivateRoot = "private-root",
        /// The server does not send a certificate that was found.
        MissingIntermediate = "missing-intermediate",
        /// The chain ends open.
        UnknownIssuer = "unknown-issuer",
        /// The chain breaks a rule.
        ChainInvalid = "chain-invalid",
        /// A CA of the issuer's name did not sign it.
        BadSignature = "bad-signature",
        /// A certificate cannot be read.
        Malformed = "malformed",
        /// It cannot be told.
        Untold = "untold",
    }
}

impl From<Trust> for Trusted {
    fn from(trust: Trust) -> Self {
        match trust {
            Trust::Public => Self::Public,
            Trust::Intercepted => Self::Intercepted,
            Trust::SelfSigned => Self::SelfSigned,
            Trust::PrivateRoot => Self::PrivateRoot,
            Trust::MissingIntermediate => Self::MissingIntermediate,
            Trust::UnknownIssuer => Self::UnknownIssuer,
            Trust::ChainInvalid => Self::ChainInvalid,
            Trust::BadSignature => Self::BadSignature,
            Trust::Malformed => Self::Malformed,
            Trust::Untold => Self::Untold,
        }
    }
}

impl Symptom for Trusted {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        worst(
            seen,
            Self::Untold,
            |facets| trust::trust(facets).into(),
            |symptom| match symptom {
                Self::Public => 0,
                Self::Untold => 1,
                Self::Intercepted => 2,
                Self::UnknownIssuer => 3,
                Self::SelfSigned
                | Self::PrivateRoot
                | Self::MissingIntermediate
                | Self::ChainInvalid
                | Self::BadSignature
                | Self::Malformed => 4,
            },
        )
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        samples::trust(self)
    }
}

symptoms! {
    /// Whether the certificate is made out to the host.
    Named {
        /// It is.
        Matches = "matches",
        /// It is made out to others.
        Mismatch = "mismatch",
        /// It has no alternative name.
        NoAlternativeName = "no-alternative-name",
        /// It cannot be told.
        Untold = "untold",
    }
}

impl Symptom for Named {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let read = |facets: &Facets| match trust::naming(facets) {
            Naming::Matches => Self::Matches,
            Naming::Mismatch => Self::Mismatch,
            Naming::NoAlternativeName => Self::NoAlternativeName,
            Naming::Untold => Self::Untold,
        };
        worst(seen, Self::Untold, read, |symptom| match symptom {
            Self::Matches => 0,
            Self::Untold => 1,
            Self::Mismatch | Self::NoAlternativeName => 2,
        })
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        samples::naming(self)
    }
}

symptoms! {
    /// Whether the chain is in date.
    Dated {
        /// It is.
        InDate = "in-date",
        /// Not for long.
        ExpiresSoon = "expires-soon",
        /// No longer.
        Expired = "expired",
        /// Not yet.
        NotYetValid = "not-yet-valid",
        /// It cannot be told.
        Untold = "untold",
    }
}

impl Symptom for Dated {
    type Seen = Seen;

    fn read(seen: &Seen, at: &At<'_>) -> Self {
        let read = |facets: &Facets| match trust::lifetime(
            facets,
            facets.at,
            at.settings.trust.expires_soon_days,
        ) {
            Lifetime::InDate => Self::InDate,
            Lifetime::ExpiresSoon => Self::ExpiresSoon,
            Lifetime::Expired => Self::Expired,
            Lifetime::NotYetValid => Self::NotYetValid,
            Lifetime::Untold => Self::Untold,
        };
        worst(seen, Self::Untold, read, |symptom| match symptom {
            Self::InDate => 0,
            Self::ExpiresSoon => 1,
            Self::Untold => 2,
            Self::Expired | Self::NotYetValid => 3,
        })
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        samples::lifetime(self)
    }
}

symptoms! {
    /// Whether keys, signatures and purposes are good enough.
    Strong {
        /// They are.
        Strong = "strong",
        /// A signature rests on a broken digest.
        WeakSignature = "weak-signature",
        /// A key is too short.
        WeakKey = "weak-key",
        /// The certificate is made for something else.
        WrongUsage = "wrong-usage",
        /// It is no X.509 version 3.
        OldVersion = "old-version",
        /// It cannot be told.
        Untold = "untold",
    }
}

impl Symptom for Strong {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let read = |facets: &Facets| match trust::strength(facets) {
            Strength::Strong => Self::Strong,
            Strength::WeakSignature => Self::WeakSignature,
            Strength::WeakKey => Self::WeakKey,
            Strength::WrongUsage => Self::WrongUsage,
            Strength::OldVersion => Self::OldVersion,
            Strength::Untold => Self::Untold,
        };
        worst(seen, Self::Untold, read, |symptom| match symptom {
            Self::Strong => 0,
            Self::Untold => 1,
            Self::WeakSignature | Self::WeakKey | Self::WrongUsage | Self::OldVersion => 2,
        })
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        samples::strength(self)
    }
}

symptoms! {
    /// Whether the certificate is revoked.
    Unrevoked {
        /// The stapled answer says it is good.
        Unrevoked = "unrevoked",
        /// Nothing usable was stapled.
        Untold = "untold",
        /// It is revoked.
        Revoked = "revoked",
    }
}

impl Symptom for Unrevoked {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        let read = |facets: &Facets| match trust::revocation(facets) {
            Revocation::Unrevoked => Self::Unrevoked,
            Revocation::Untold => Self::Untold,
            Revocation::Revoked => Self::Revoked,
        };
        worst(seen, Self::Untold, read, |symptom| match symptom {
            Self::Unrevoked => 0,
            Self::Untold => 1,
            Self::Revoked => 2,
        })
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        samples::revocation(self)
    }
}

#[cfg(test)]
pub(super) mod samples;
