//! Which of the sources meet the tests of a line: surely, maybe, not at all.

use super::super::addresses::{Addresses, Family};
use super::super::model::{Flow, Hook, Names, Ports, Test};

/// The lowest port a client that is not privileged uses.
const CLIENT_PORTS: (u16, u16) = (1024, u16::MAX);

/// The sources that meet some tests. What is in neither set does not meet them.
#[derive(Debug, Default)]
pub(super) struct Split {
    /// Those that surely do.
    pub(super) yes: Addresses,
    /// Those that may, because of the construct.
    pub(super) maybe: Addresses,
    /// The construct that is not understood.
    pub(super) construct: Option<Box<str>>,
}

/// The connection at a point of its way through the device.
#[derive(Clone, Copy)]
pub(super) struct Passage<'a> {
    /// The connection as it is there.
    pub(super) flow: &'a Flow,
    /// Whether its destination was translated before.
    pub(super) translated: bool,
}

/// Whether a test that does not look at the source holds.
enum Holds {
    Yes,
    No,
    Maybe(Box<str>),
}

/// Splits the sources by whether all tests hold.
pub(super) fn split(tests: &[Test], within: &Addresses, passage: Passage<'_>) -> Split {
    let mut construct = None;
    for test in tests {
        match holds(test, passage) {
            Holds::Yes => {}
            Holds::No => return Split::default(),
            Holds::Maybe(what) => construct = construct.or(Some(what)),
        }
    }
    let sources = sources_of(tests, within);
    if sources.is_empty() {
        return Split::default();
    }
    let mut split = if construct.is_some() {
        Split {
            maybe: sources,
            construct,
            ..Split::default()
        }
    } else {
        Split {
            yes: sources,
            ..Split::default()
        }
    };
    for test in tests {
        match test {
            Test::AnyOf(alternatives) => {
                let any = any(alternatives, &split.yes.or(&split.maybe), passage);
                split = split.narrow(any);
            }
            Test::NoneOf(alternatives) => {
                let both = split.yes.or(&split.maybe);
                let any = any(alternatives, &both, passage);
                let none = Split {
                    yes: both.minus(&any.yes).minus(&any.maybe),
                    ..any
                };
                split = split.narrow(none);
            }
            Test::Destination(set) if passage.flow.destination.is_none() => {
                split = split.narrow(unknown_destination(set));
            }
            Test::Destination(_)
            | Test::Source(_)
            | Test::Port(_)
            | Test::SourcePort(_)
            | Test::Interface(_)
            | Test::Told(_)
            | Test::Onward(_)
            | Test::Local
            | Test::Translated
            | Test::Never
            | Test::Unknown(_) => {}
        }
    }
    split
}

/// The sources that every test of the source lets through.
fn sources_of(tests: &[Test], within: &Addresses) -> Addresses {
    let mut sources: Option<Addresses> = None;
    for test in tests {
        if let Test::Source(set) = test {
            sources = Some(sources.as_ref().unwrap_or(within).and(set));
        }
    }
    sources.unwrap_or_else(|| within.clone())
}

impl Split {
    /// Those that meet both.
    fn narrow(self, other: Self) -> Self {
        let maybe = self
            .maybe
            .and(&other.yes.or(&other.maybe))
            .or(&self.yes.and(&other.maybe));
        Self {
            yes: self.yes.and(&other.yes),
            maybe,
            construct: self.construct.or(other.construct),
        }
    }
}

/// The sources for which at least one alternative holds.
fn any(alternatives: &[Vec<Test>], within: &Addresses, passage: Passage<'_>) -> Split {
    let mut found = Split::default();
    let mut remaining = within.clone();
    for tests in alternatives {
        if remaining.is_empty() {
            break;
        }
        let one = split(tests, &remaining, passage);
        if !one.yes.is_empty() {
            remaining = remaining.minus(&one.yes);
            found.yes = found.yes.or(&one.yes);
        }
        found.maybe = found.maybe.or(&one.maybe);
        found.construct = found.construct.or(one.construct);
    }
    found.maybe = found.maybe.minus(&found.yes);
    found
}

/// Whether a test that does not look at the source holds; tests that do hold here.
fn holds(test: &Test, passage: Passage<'_>) -> Holds {
    let flow = passage.flow;
    let known = |holds: bool| if holds { Holds::Yes } else { Holds::No };
    match test {
        Test::Never => Holds::No,
        Test::Unknown(construct) => Holds::Maybe(construct.clone()),
        Test::Port(ports) => known(ports.contains(flow.port)),
        Test::SourcePort(ports) => client_port(ports),
        Test::Destination(set) => flow
            .destination
            .map_or(Holds::Yes, |to| known(set.contains(to))),
        Test::Interface(names) => interface(names, flow.interface.as_deref(), "the cloud"),
        Test::Told(names) => known(
            flow.interface.is_some()
                && matches!(
                    interface(names, flow.interface.as_deref(), "the cloud"),
                    Holds::Yes
                ),
        ),
        Test::Onward(names) => match flow.hook {
            Hook::Forward => interface(names, flow.onward.as_deref(), "the server"),
            // There is none; whether a negation then holds depends on the system.
            Hook::Input => known(matches!(names, Names::NoneOf(_))),
        },
        Test::Local => match flow.hook {
            Hook::Input => Holds::Yes,
            Hook::Forward => {
                Holds::Maybe("whether the destination is the device's own address".into())
            }
        },
        Test::Translated => known(passage.translated),
        Test::Source(_) | Test::AnyOf(_) | Test::NoneOf(_) => Holds::Yes,
    }
}

/// The client's port is one that the system gave it.
fn client_port(ports: &Ports) -> Holds {
    let outside = ports.complement();
    let meets = |ports: &Ports| {
        ports.0.iter().any(|(first, last)| {
            first <= last && *first <= CLIENT_PORTS.1 && CLIENT_PORTS.0 <= *last
        })
    };
    if !meets(&outside) {
        Holds::Yes
    } else if meets(ports) {
        Holds::Maybe("a test of the client's port".into())
    } else {
        Holds::No
    }
}

/// The interface faces the cloud; which one that is may not be told. The loopback interface never does.
fn interface(names: &Names, facing: Option<&str>, side: &str) -> Holds {
    let (list, wanted) = match names {
        Names::OneOf(list) => (list, true),
        Names::NoneOf(list) => (list, false),
    };
    let matches = |name: &str| list.iter().any(|pattern| names_match(pattern, name));
    let found = match facing {
        Some(name) => matches(name),
        None if list.iter().any(|pattern| pattern == "*") => true,
        None if list.iter().all(|pattern| pattern == "lo") => false,
        None => {
            return Holds::Maybe(
                format!(
                    "interface {}: which one faces {side} is not told",
                    list.join(", ")
                )
                .into(),
            );
        }
    };
    if found == wanted {
        Holds::Yes
    } else {
        Holds::No
    }
}

/// Whether a name fits a pattern that may end in `*`.
fn names_match(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

/// What a test of the destination tells while the server's address is not known: only its family is.
fn unknown_destination(set: &Addresses) -> Split {
    let mut split = Split::default();
    for family in [Family::V4, Family::V6] {
        let whole = Addresses::of_family(family);
        if set.covers(&whole) {
            split.yes = split.yes.or(&whole);
        } else if set.meets(&whole) {
            split.maybe = split.maybe.or(&whole);
        }
    }
    if !split.maybe.is_empty() {
        let shown: Vec<String> = set.nets().iter().take(3).map(ToString::to_string).collect();
        split.construct = Some(
            format!(
                "destination {}: the server's address there is not told",
                shown.join(", ")
            )
            .into(),
        );
    }
    split
}
