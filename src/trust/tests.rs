//! Every symptom from certificates made for it.

mod cloud;
mod fixtures;
mod hostile;
pub(crate) mod made;
mod symptoms;

use super::Facets;
use std::collections::BTreeMap;

/// The facts in English.
fn facts(facets: &Facets) -> BTreeMap<&'static str, String> {
    super::facts(facets, crate::words::Lang::En.words())
}
