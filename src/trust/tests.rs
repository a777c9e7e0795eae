//! Every symptom from certificates made for it.

mod cloud;
mod fixtures;
mod hostile;
pub(crate) mod made;
mod symptoms;
