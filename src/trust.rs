//! Judges a certificate chain as the cloud does, and says why: pure, offline.
//!
//! [`judge`] turns the bytes of one handshake into [`Facets`], plain data; the readings ([`trust`], [`naming`], [`lifetime`],
//! [`strength`], [`revocation`]) and [`facts`] are made of those alone. [`strict`] is the gate before a credential leaves.

mod certificate;
mod constraints;
mod der;
mod end;
mod facets;
mod facts;
mod judge;
mod key;
mod list;
mod name;
mod ocsp;
mod parcel;
mod path;
mod product;
mod reading;
mod revocation;
mod roots;
mod rules;
mod signature;
mod table;
mod text;
mod verify;

pub use facets::{
    Asked, Certificate, End, Facets, Fault, FaultKind, Key, KeyGrade, NameState, Names, Path,
    Place, Refusal, Said, Served, Signature, Source, Usage, View,
};
pub use facts::facts;
pub use judge::{Views, judge, strict};
pub use parcel::{leads, unpacked};
pub use reading::{
    Lifetime, Naming, Revocation, Strength, Trust, lifetime, naming, revocation, strength, trust,
};
pub use revocation::{Question, questions};
pub use roots::{Roots, RootsError};

#[cfg(test)]
pub(crate) mod tests;
