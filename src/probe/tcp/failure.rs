//! How a connection failed: in words, and how bad that is.

use crate::dial::Failure;
use crate::words::Phrase;
use crate::words::facts::Ports;
use std::net::IpAddr;

/// What stands in the way, in words.
pub(super) fn why(failure: &Failure, words: &Ports) -> String {
    let no_way = |by: Option<IpAddr>, what: &Phrase| match by {
        Some(by) => words.by_device.with(&[("by", &by), ("what", what)]),
        None => words.by_some_device.with(&[("what", what)]),
    };
    match failure {
        Failure::Refused => words.refused.to_string(),
        Failure::Silent { .. } => words.silent.to_string(),
        Failure::Prohibited { by, .. } => no_way(*by, &words.not_allowed),
        Failure::Unreachable {
            by: None,
            code: None,
        } => words.no_way_here.to_string(),
        Failure::Unreachable { by, .. } => no_way(*by, &words.no_way),
        Failure::Loop { by } => no_way(*by, &words.too_far),
        Failure::NoFamily => words.no_family.to_string(),
        Failure::Reset => words.reset.to_string(),
        Failure::SourceNotHere => words.not_here.to_string(),
        Failure::Other { error } => crate::shown::shown(error),
    }
}

/// How telling a failure is: one that names its sender before one that is silence.
pub(super) fn rank(failure: Option<&Failure>) -> u8 {
    match failure {
        None => 0,
        Some(Failure::NoFamily | Failure::SourceNotHere | Failure::Other { .. }) => 1,
        Some(Failure::Unreachable { .. } | Failure::Loop { .. }) => 2,
        Some(Failure::Silent { .. }) => 3,
        Some(Failure::Reset) => 4,
        Some(Failure::Refused) => 5,
        Some(Failure::Prohibited { .. }) => 6,
    }
}
