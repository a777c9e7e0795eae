//! Every symptom from certificates made for it.

mod cloud;
mod hostile;
pub(crate) mod made;
mod symptoms;
