//! Every symptom from certificates made for it.

mod cloud;
mod fixtures;
mod hostile;
mod made;
mod symptoms;
