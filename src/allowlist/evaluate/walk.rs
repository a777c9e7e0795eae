//! One stage: groups of sources through a chain and the chains it calls.

use super::super::addresses::Addresses;
use super::super::model::{Action, At, ChainId, Line, Program, Translation};
use super::tests_of::{Passage, split};

/// How deep chains may call each other. The kernel allows 16.
const DEPTH: usize = 64;
/// How many lines may be tried in one stage, so that chains that call each other in a fan end.
const STEPS: u32 = 5_000_000;

/// A construct that is not understood, and where.
pub(super) type Construct = (At, Box<str>);

/// What lines that are not understood might have done already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Doubt {
    /// Might have let pass.
    pub(super) allow: Option<Construct>,
    /// Might have denied.
    pub(super) deny: Option<Construct>,
    /// Might have done something after which nothing here is known.
    pub(super) open: Option<Construct>,
}

/// Sources with the same past.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// The sources.
    pub(super) sources: Addresses,
    /// What might have happened to them.
    pub(super) doubt: Doubt,
    /// The rule that let them pass an earlier stage.
    pub(super) by: Option<At>,
}

/// How a stage ended for a group.
#[derive(Debug, Clone)]
pub(super) enum End {
    /// Passed, by a rule or because there was none.
    Allow(Option<At>),
    /// Denied.
    Deny(At),
    /// Passed with another destination.
    Translate(Translation, At),
    /// A verdict that is not understood.
    Unknown(At, Box<str>),
}

/// A group that left the stage.
pub(super) struct Ended {
    /// The group.
    pub(super) group: Group,
    /// How it ended.
    pub(super) end: End,
}

/// A walk through the chains of one stage.
pub(super) struct Walk<'a> {
    program: &'a Program,
    passage: Passage<'a>,
    /// The groups that left the stage.
    pub(super) ended: Vec<Ended>,
    steps: u32,
    /// The chains that called each other down to here.
    within: Vec<ChainId>,
}

/// What of the groups in a chain goes on with the next line, and what goes back to the caller.
#[derive(Default)]
struct Onward {
    next: Vec<Group>,
    back: Vec<Group>,
}

impl<'a> Walk<'a> {
    /// A walk that has not begun.
    pub(super) fn new(program: &'a Program, passage: Passage<'a>) -> Self {
        Self {
            program,
            passage,
            ended: Vec::new(),
            steps: 0,
            within: Vec::new(),
        }
    }

    /// Takes the groups through the chain a stage enters, its policy included.
    pub(super) fn stage(&mut self, chain: ChainId, groups: Vec<Group>) {
        let undecided = self.chain(chain, groups);
        let policy = self
            .program
            .chains
            .get(chain)
            .and_then(|chain| chain.policy.as_ref());
        let at = At { chain, line: None };
        for group in undecided {
            let end = match policy.map(|line| &line.action) {
                None => End::Allow(None),
                Some(Action::Deny) => End::Deny(at),
                Some(Action::Translate(translation)) => End::Translate(*translation, at),
                Some(Action::Unknown(construct)) => End::Unknown(at, construct.clone()),
                Some(
                    Action::Allow
                    | Action::Continue
                    | Action::Jump(_)
                    | Action::Goto(_)
                    | Action::Return,
                ) => End::Allow(Some(at)),
            };
            self.ended.push(Ended { group, end });
        }
    }

    /// Takes the groups through a chain; what it does not decide comes back.
    fn chain(&mut self, id: ChainId, groups: Vec<Group>) -> Vec<Group> {
        let Some(chain) = self.program.chains.get(id) else {
            return groups;
        };
        let mut groups = groups;
        let mut back = Vec::new();
        for (index, line) in chain.lines.iter().enumerate() {
            if groups.is_empty() {
                break;
            }
            let at = At {
                chain: id,
                line: Some(index),
            };
            self.steps += 1;
            // The kernel refuses a chain that calls itself; in a damaged export each such call would double the work.
            let circle = self.within.contains(&id);
            if circle || self.within.len() > DEPTH || self.steps > STEPS {
                let end = || End::Unknown(at, "chains that call each other too often".into());
                self.ended
                    .extend(groups.drain(..).map(|group| Ended { group, end: end() }));
                break;
            }
            let mut onward = Onward::default();
            self.within.push(id);
            for group in groups {
                self.line(line, at, group, &mut onward);
            }
            self.within.pop();
            groups = onward.next;
            merge(&mut back, onward.back);
        }
        merge(&mut back, groups);
        back
    }

    /// Takes a group through a chain that a line calls.
    fn deeper(&mut self, id: ChainId, group: Group) -> Vec<Group> {
        self.chain(id, vec![group])
    }

    /// Takes one group past one line.
    fn line(&mut self, line: &Line, at: At, group: Group, onward: &mut Onward) {
        if line.action == Action::Continue {
            onward.next.push(group);
            return;
        }
        let split = split(&line.tests, &group.sources, self.passage);
        if split.yes.is_empty() && split.maybe.is_empty() {
            onward.next.push(group);
            return;
        }
        let rest = group.sources.minus(&split.yes).minus(&split.maybe);
        let part = |sources: Addresses| Group {
            sources,
            ..group.clone()
        };
        let mut next = vec![part(rest)];
        if !split.yes.is_empty() {
            self.matched(&line.action, at, part(split.yes), onward);
        }
        if !split.maybe.is_empty() {
            let construct = (at, split.construct.unwrap_or_else(|| line.text.clone()));
            next.extend(self.doubtful(&line.action, construct, part(split.maybe)));
        }
        next.retain(|group| !group.sources.is_empty());
        merge(&mut onward.next, next);
    }

    /// The group meets all tests of a line.
    fn matched(&mut self, action: &Action, at: At, group: Group, onward: &mut Onward) {
        let end = match action {
            Action::Continue => unreachable!("a line without effect is passed before its tests"),
            Action::Return => return merge(&mut onward.back, vec![group]),
            Action::Jump(to) => {
                let undecided = self.deeper(*to, group);
                return merge(&mut onward.next, undecided);
            }
            Action::Goto(to) => {
                let undecided = self.deeper(*to, group);
                return merge(&mut onward.back, undecided);
            }
            Action::Allow => End::Allow(Some(at)),
            Action::Deny => End::Deny(at),
            Action::Translate(translation) => End::Translate(*translation, at),
            Action::Unknown(construct) => End::Unknown(at, construct.clone()),
        };
        self.ended.push(Ended { group, end });
    }

    /// The group may meet the tests of a line: it goes on, marked with what the line might have done.
    fn doubtful(&mut self, action: &Action, construct: Construct, mut group: Group) -> Vec<Group> {
        let doubt = &mut group.doubt;
        match action {
            Action::Continue => {}
            Action::Allow => mark(&mut doubt.allow, construct),
            Action::Deny => mark(&mut doubt.deny, construct),
            Action::Unknown(_) => {
                mark(&mut doubt.allow, construct.clone());
                mark(&mut doubt.deny, construct);
            }
            Action::Goto(_) | Action::Return | Action::Translate(_) => {
                mark(&mut doubt.open, construct);
            }
            Action::Jump(to) => return self.tried(*to, &construct, group),
        }
        vec![group]
    }

    /// What a chain might do to a group that may go through it: every end in it becomes a doubt.
    fn tried(&mut self, to: ChainId, construct: &Construct, group: Group) -> Vec<Group> {
        let before = self.ended.len();
        let mut groups = self.deeper(to, group);
        for ended in self.ended.split_off(before) {
            let mut group = ended.group;
            let construct = construct.clone();
            match ended.end {
                End::Allow(_) => mark(&mut group.doubt.allow, construct),
                End::Deny(_) => mark(&mut group.doubt.deny, construct),
                End::Translate(..) | End::Unknown(..) => mark(&mut group.doubt.open, construct),
            }
            groups.push(group);
        }
        groups
    }
}

/// Keeps the first construct that gives reason to doubt.
fn mark(doubt: &mut Option<Construct>, construct: Construct) {
    doubt.get_or_insert(construct);
}

/// Adds groups, joining those with the same past.
fn merge(groups: &mut Vec<Group>, more: Vec<Group>) {
    for group in more {
        match groups
            .iter_mut()
            .find(|known| known.doubt == group.doubt && known.by == group.by)
        {
            Some(known) => known.sources = known.sources.or(&group.sources),
            None => groups.push(group),
        }
    }
}
