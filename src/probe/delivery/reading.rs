//! What an attempt at a delivery means.

#[cfg(test)]
use super::{Arrived, Obstacle};
use super::{Seen, Word};
use crate::probe::{At, Symptom, symptoms};

symptoms! {
    /// Whether an event arrived.
    Arrival {
        /// It did, rightly signed.
        Delivered = "delivered",
        /// None did.
        NotDelivered = "not-delivered",
        /// It did, without a signature.
        Unsigned = "unsigned",
        /// It did, with a signature that is not of this secret and body.
        WrongSignature = "wrong-signature",
        /// The attempt could not be made.
        Untold = "untold",
    }
}

impl Symptom for Arrival {
    type Seen = Seen;

    fn read(seen: &Seen, _at: &At<'_>) -> Self {
        match (&seen.obstacle, &seen.arrived) {
            (Some(_), _) => Self::Untold,
            (None, None) => Self::NotDelivered,
            (None, Some(arrived)) => match arrived.signature {
                Word::Valid => Self::Delivered,
                Word::Invalid => Self::WrongSignature,
                Word::Missing => Self::Unsigned,
            },
        }
    }

    #[cfg(test)]
    fn sample(self) -> Seen {
        let base = Seen {
            origin: "https://ops-01.corp.example:8765".into(),
            waited_ms: 30_000,
            removed: true,
            ..Seen::default()
        };
        let arrived = |signature, cause: Option<&str>| Seen {
            arrived: Some(Arrived {
                signature,
                cause: cause.map(Into::into),
            }),
            ..base.clone()
        };
        match self {
            Self::Delivered => arrived(Word::Valid, None),
            Self::NotDelivered => base,
            Self::Unsigned => arrived(Word::Missing, None),
            Self::WrongSignature => arrived(Word::Invalid, Some("re-serialised-body")),
            Self::Untold => Seen {
                obstacle: Some(Obstacle::Listen {
                    error: "address in use".into(),
                }),
                ..base
            },
        }
    }
}
