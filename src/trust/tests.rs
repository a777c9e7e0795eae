//! Every symptom from certificates made for it.

mod cloud;
mod hostile;
mod made;
mod symptoms;
