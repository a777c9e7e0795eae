//! Answers a [`Flow`] from the rules of a device: true first match, over all sources at once, exact to the address.
//!
//! Sources travel in groups through the lines. A line that surely matches takes its sources out; one that may match marks them
//! with what it might have done, and only an end that is the same either way counts as decided.

mod tests_of;
mod walk;

use std::collections::HashMap;
use std::net::IpAddr;

use super::addresses::{Addresses, Family};
use super::model::{
    Answer, At, Decision, Device, Flow, Hook, Part, RuleRef, Stage, Target, Task, Translation,
};
use tests_of::Passage;
use walk::{Doubt, End, Group, Walk};

/// What the device does with each part of the sources, in the order of addresses. Every source is in exactly one part.
pub fn evaluate(device: &Device, flow: &Flow) -> Vec<Part> {
    let passing = Passing {
        device,
        flow: flow.clone(),
        translated: false,
    };
    let start = Group {
        sources: flow.sources.clone(),
        doubt: Doubt::default(),
        by: None,
    };
    let outcomes = joined(passing.through(&device.program.stages, vec![start]));
    let mut parts: Vec<Part> = outcomes
        .into_iter()
        .flat_map(|outcome| outcome.parts(device))
        .collect();
    parts.sort_by_key(|part| (part.span.first.is_ipv6(), part.span.first));
    parts
}

/// What became of some sources.
#[derive(Debug, Clone)]
struct Outcome {
    sources: Addresses,
    end: Ending,
    by: Option<At>,
    destination: Option<IpAddr>,
    port: u16,
}

/// Joins the sources that came to the same end in different ways.
fn joined(outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let mut places: HashMap<(Ending, Option<At>, Option<IpAddr>, u16), usize> = HashMap::new();
    let mut joined: Vec<Outcome> = Vec::new();
    for outcome in outcomes {
        let key = (
            outcome.end.clone(),
            outcome.by,
            outcome.destination,
            outcome.port,
        );
        let place = *places.entry(key).or_insert(joined.len());
        match joined.get_mut(place) {
            Some(known) => known.sources = known.sources.or(&outcome.sources),
            None => joined.push(outcome),
        }
    }
    joined
}

/// The answer before it is put into words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Ending {
    Allow,
    Deny,
    Undecided(Box<str>),
}

impl Outcome {
    /// The outcome for each interval of its sources.
    fn parts(self, device: &Device) -> impl Iterator<Item = Part> {
        let answer = match self.end {
            Ending::Allow => Answer::Allow,
            Ending::Deny => Answer::Deny,
            Ending::Undecided(construct) => Answer::Undecided {
                construct: construct.into(),
            },
        };
        let at = self.by;
        let by = at.and_then(|at| quote(device, at));
        let decision = Decision { answer, by };
        self.sources.spans().into_iter().map(move |span| Part {
            span,
            decision: decision.clone(),
            at,
            destination: self.destination,
            port: self.port,
        })
    }
}

/// The rule at a place, quoted.
fn quote(device: &Device, at: At) -> Option<RuleRef> {
    let chain = device.program.chains.get(at.chain)?;
    let line = match at.line {
        Some(index) => chain.lines.get(index)?,
        None => chain.policy.as_ref()?,
    };
    Some(RuleRef {
        file: device.name.clone(),
        line: line.number,
        text: line.text.to_string(),
    })
}

/// A connection on its way through the stages of one device.
#[derive(Clone)]
struct Passing<'a> {
    device: &'a Device,
    flow: Flow,
    translated: bool,
}

impl Passing<'_> {
    /// What becomes of the groups in these stages.
    fn through(&self, stages: &[Stage], groups: Vec<Group>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let mut groups = groups;
        for (index, stage) in stages.iter().enumerate() {
            if groups.is_empty() {
                return outcomes;
            }
            if stage.hook.is_some_and(|hook| hook != self.flow.hook)
                || (stage.task == Task::Translate && self.translated)
            {
                continue;
            }
            let (inside, mut passed) = of_family(groups, stage.family);
            let mut walk = Walk::new(
                &self.device.program,
                Passage {
                    flow: &self.flow,
                    translated: self.translated,
                },
            );
            walk.stage(stage.chain, inside);
            for ended in walk.ended {
                let sources = ended.group.sources.clone();
                match self.after_stage(ended.group, ended.end, stage.task) {
                    Next::Denied(by) => {
                        outcomes.push(self.outcome(sources, Ending::Deny, Some(by)));
                    }
                    Next::On(group) => passed.push(group),
                    Next::Translated(group, translation) => {
                        outcomes.extend(self.translate(translation, group, &stages[index + 1..]));
                    }
                }
            }
            groups = passed;
        }
        outcomes.extend(groups.into_iter().map(|group| self.at_last(group)));
        outcomes
    }

    /// What follows from the end that a stage came to.
    #[expect(clippy::unused_self, reason = "reads as a step of the passage")]
    fn after_stage(&self, mut group: Group, end: End, task: Task) -> Next {
        let doubt = &mut group.doubt;
        match end {
            End::Deny(at) => match (&doubt.open, doubt.allow.take()) {
                (None, None) => return Next::Denied(at),
                // It might have passed: what follows decides, and at best it stays undecided.
                (_, allow) => {
                    doubt.deny = doubt.deny.take().or(allow).or_else(|| doubt.open.clone());
                }
            },
            End::Unknown(at, construct) => {
                let known = doubt.deny.take();
                doubt.deny = known.or(Some((at, construct)));
            }
            End::Translate(translation, at) => {
                if doubt.allow.is_some() || doubt.deny.is_some() {
                    doubt.open = doubt
                        .open
                        .take()
                        .or(doubt.allow.take())
                        .or_else(|| doubt.deny.clone());
                }
                group.by = group.by.or(Some(at));
                return Next::Translated(group, translation);
            }
            End::Allow(at) => {
                let explicit = |at: &At| at.line.is_some();
                if task == Task::Filter
                    && at
                        .is_some_and(|at| explicit(&at) || !group.by.as_ref().is_some_and(explicit))
                {
                    group.by = at;
                }
            }
        }
        group.doubt.allow = None;
        Next::On(group)
    }

    /// What becomes of a group whose destination was translated, in the stages that follow.
    fn translate(&self, translation: Translation, group: Group, stages: &[Stage]) -> Vec<Outcome> {
        let mut onward = self.clone();
        onward.translated = true;
        onward.flow.port = translation.port.unwrap_or(self.flow.port);
        match translation.to {
            Target::Same => {}
            Target::Itself => (onward.flow.destination, onward.flow.hook) = (None, Hook::Input),
            Target::Address(to) => {
                let elsewhere = self.flow.destination != Some(to)
                    && self.flow.server != Some(to)
                    && !to.is_loopback();
                onward.flow.destination = Some(to);
                if elsewhere && self.flow.hook == Hook::Input {
                    return onward.here_or_beyond(to, &group, stages);
                }
            }
        }
        onward.through(stages, vec![group])
    }

    /// The server translates to an address that may be its own or that of a container: what holds in both cases.
    fn here_or_beyond(&self, to: IpAddr, group: &Group, stages: &[Stage]) -> Vec<Outcome> {
        let mut beyond = self.clone();
        beyond.flow.hook = Hook::Forward;
        let here = self.through(stages, vec![group.clone()]);
        let beyond = beyond.through(stages, vec![group.clone()]);
        let mut outcomes = Vec::new();
        for one in &here {
            for other in &beyond {
                let sources = one.sources.and(&other.sources);
                if sources.is_empty() {
                    continue;
                }
                let end = if one.end == other.end {
                    one.end.clone()
                } else {
                    Ending::Undecided(format!("destination translated to {to}: whether that is this machine is not told").into())
                };
                outcomes.push(Outcome {
                    sources,
                    end,
                    ..one.clone()
                });
            }
        }
        outcomes
    }

    /// The answer for a group that passed every stage.
    fn at_last(&self, group: Group) -> Outcome {
        let Group { sources, doubt, by } = group;
        match doubt.open.or(doubt.deny) {
            Some((at, construct)) => self.outcome(sources, Ending::Undecided(construct), Some(at)),
            None => self.outcome(sources, Ending::Allow, by),
        }
    }

    /// An outcome at the place where the connection stands now.
    fn outcome(&self, sources: Addresses, end: Ending, by: Option<At>) -> Outcome {
        Outcome {
            sources,
            end,
            by,
            destination: self.flow.destination,
            port: self.flow.port,
        }
    }
}

/// Where a group goes after a stage.
enum Next {
    Denied(At),
    On(Group),
    Translated(Group, Translation),
}

/// Parts the groups into those of a family (of both when `None`) and the rest.
fn of_family(groups: Vec<Group>, family: Option<Family>) -> (Vec<Group>, Vec<Group>) {
    let Some(family) = family else {
        return (groups, Vec::new());
    };
    let family = Addresses::of_family(family);
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for group in groups {
        let rest = group.sources.minus(&family);
        inside.push(Group {
            sources: group.sources.and(&family),
            ..group.clone()
        });
        outside.push(Group {
            sources: rest,
            ..group
        });
    }
    inside.retain(|group| !group.sources.is_empty());
    outside.retain(|group| !group.sources.is_empty());
    (inside, outside)
}

#[cfg(test)]
mod tests;
