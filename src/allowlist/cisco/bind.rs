//! Which lists a connection passes: those of the interface where the cloud arrives, and those on its way on.

use super::super::addresses::Family;
use super::super::model::{Action, Chain, ChainId, Line, Names, Program, Stage, Task, Test};
use super::super::several::{List, agreed, facing};
use super::ace::{Way, line};
use super::config::{Binding, Config, Direction};
use super::dialect::System;
use super::list::Style;
use super::nat;

/// The stages of a configuration.
pub(super) fn program(config: &Config<'_>) -> Program {
    let mut program = Program::default();
    // Lists name real addresses since ASA 8.3, which has no `static` command any more.
    let old = config
        .nats
        .iter()
        .any(|(_, words)| words.parts[0] == "static");
    if !old {
        nat::enter(&mut program, config);
    }
    if config.bindings.is_empty() {
        unbound(&mut program, config);
    } else {
        match config.system {
            System::Asa => {
                inbound(&mut program, config, None);
                onward(&mut program, config, None);
            }
            System::Ios => {
                for family in [Family::V4, Family::V6] {
                    inbound(&mut program, config, Some(family));
                    onward(&mut program, config, Some(family));
                }
            }
        }
    }
    if old {
        nat::enter(&mut program, config);
    }
    if let Some((number, text)) = config.beside {
        let chain = unknown_chain(&mut program, text);
        if let Some(line) = program.chains[chain].lines.first_mut() {
            line.number = number;
        }
        stage(&mut program, chain, None);
    }
    program
}

/// Adds a stage.
fn stage(program: &mut Program, chain: ChainId, family: Option<Family>) {
    program.stages.push(Stage {
        chain,
        hook: None,
        family,
        task: Task::Filter,
    });
}

/// The lists of these names one after the other, with the deny at the end.
fn joined(config: &Config<'_>, names: &[&str], way: Way) -> List {
    let mut lines: Vec<Line> = config.changes.map(changed).into_iter().collect();
    let mut end = 1;
    for name in names {
        match config.lists.iter().find(|list| list.name == *name) {
            // IOS lets everything pass where a list has no entry.
            Some(list) if list.entries.is_empty() => lines.push(missing(name, "empty")),
            Some(list) if list.style != Style::Other => {
                lines.extend(
                    list.entries
                        .iter()
                        .filter_map(|words| line(config, list.style, words, way)),
                );
                end = list.entries.last().map_or(end, |words| words.number);
            }
            Some(_) => lines.push(missing(name, "of a kind that does not filter what passes")),
            None => lines.push(missing(name, "not in the export")),
        }
    }
    let name = names.join(", ");
    List {
        last: Line::policy(
            end,
            format!("the implicit deny at the end of access list {name}"),
            Action::Deny,
        ),
        name,
        lines,
    }
}

/// A command that takes something away, of a list or not: nothing here is sure.
fn changed((number, text): (usize, &str)) -> Line {
    let construct = vec![Test::Unknown(text.into())];
    Line::new(number, text, construct, Action::Unknown(text.into()))
}

/// A list whose entries are not known.
fn missing(name: &str, why: &str) -> Line {
    let construct = format!("access list {name} is {why}");
    Line::new(
        1,
        construct.clone(),
        Vec::new(),
        Action::Unknown(construct.into()),
    )
}

/// Lists that are not bound in the export: all must agree.
fn unbound(program: &mut Program, config: &Config<'_>) {
    let doubt = "which access list is bound where the cloud arrives is not told";
    let lists = |six: Option<bool>| -> Vec<List> {
        let of_family = |style: Style| match six {
            None => style != Style::Other,
            Some(true) => style == Style::IosSix,
            Some(false) => matches!(style, Style::Ios | Style::IosStandard),
        };
        let chosen = config.lists.iter().filter(|list| of_family(list.style));
        chosen
            .map(|list| joined(config, &[list.name], Way::In))
            .collect()
    };
    let families = match config.system {
        System::Asa => vec![(None, None)],
        System::Ios => vec![
            (Some(Family::V4), Some(false)),
            (Some(Family::V6), Some(true)),
        ],
    };
    for (family, six) in families {
        let lists = lists(six);
        let chain = if lists.is_empty() {
            unknown_chain(
                program,
                "no access list of this address family is in the export",
            )
        } else {
            agreed(program, lists, doubt)
        };
        stage(program, chain, family);
    }
}

/// A chain that decides nothing because of a construct.
fn unknown_chain(program: &mut Program, construct: &str) -> ChainId {
    program.chains.push(Chain {
        name: construct.to_owned(),
        lines: vec![Line::new(
            1,
            construct,
            Vec::new(),
            Action::Unknown(construct.into()),
        )],
        policy: None,
    });
    program.chains.len() - 1
}

/// The bindings of a direction and family.
fn bindings<'a, 'b>(
    config: &'b Config<'a>,
    direction: Direction,
    family: Option<Family>,
) -> Vec<&'b Binding<'a>> {
    let fits = |binding: &&Binding<'_>| {
        binding.direction == direction
            && family.is_none_or(|family| binding.six == (family == Family::V6))
    };
    config.bindings.iter().filter(fits).collect()
}

/// The interfaces that may face the cloud unless it is told which one does.
fn outside<'a>(config: &Config<'a>, inbound: &[&Binding<'a>]) -> Vec<&'a str> {
    let facing = config.interfaces.facing(config.system);
    if !facing.is_empty() {
        return facing;
    }
    let mut named: Vec<&str> = Vec::new();
    for binding in inbound {
        if !named.contains(&binding.interface) {
            named.push(binding.interface);
        }
    }
    let asa = config.system == System::Asa;
    if asa
        && let Some(outside) = named
            .iter()
            .find(|name| name.eq_ignore_ascii_case("outside"))
    {
        return vec![outside];
    }
    // The others have no list, and the cloud may arrive there.
    for name in config.interfaces.names(config.system) {
        if !named.contains(&name) {
            named.push(name);
        }
    }
    if asa && named.iter().all(|name| name.eq_ignore_ascii_case("inside")) {
        named.push("");
    }
    named
}

/// The rules where the cloud arrives at an interface.
fn arriving(
    config: &Config<'_>,
    interface: &str,
    inbound: &[&Binding<'_>],
    global: &[&str],
) -> List {
    let own = inbound
        .iter()
        .filter(|binding| binding.interface == interface)
        .map(|binding| binding.list);
    let names: Vec<&str> = own.chain(global.iter().copied()).collect();
    if !names.is_empty() {
        return joined(config, &names, Way::In);
    }
    let (construct, action): (_, fn(Box<str>) -> Action) = match config.system {
        System::Asa => (
            format!("no access list is bound inward at {interface}: security levels decide"),
            Action::Unknown,
        ),
        System::Ios => (
            format!("no access list is bound inward at {interface}"),
            |_| Action::Allow,
        ),
    };
    List {
        name: interface.to_owned(),
        lines: config.changes.map(changed).into_iter().collect(),
        last: Line::policy(1, construct.clone(), action(construct.into())),
    }
}

/// The list where the cloud arrives.
fn inbound(program: &mut Program, config: &Config<'_>, family: Option<Family>) {
    let global: Vec<&str> = bindings(config, Direction::Global, family)
        .iter()
        .map(|binding| binding.list)
        .collect();
    let inbound = bindings(config, Direction::In, family);
    if inbound.is_empty() {
        if !global.is_empty() {
            let list = joined(config, &global, Way::In);
            let chain = agreed(program, vec![list], "");
            stage(program, chain, family);
        } else if config.system == System::Asa {
            let chain = unknown_chain(
                program,
                "no access list is bound where the cloud arrives: security levels decide",
            );
            stage(program, chain, family);
        }
        return;
    }
    let mut named: Vec<(String, ChainId)> = Vec::new();
    for binding in &inbound {
        let list = arriving(config, binding.interface, &inbound, &global);
        let chain = agreed(program, vec![list], "");
        named.push((binding.interface.to_owned(), chain));
    }
    let lists = outside(config, &inbound)
        .iter()
        .map(|interface| arriving(config, interface, &inbound, &global))
        .collect();
    let unless_told = agreed(
        program,
        lists,
        "which interface faces the cloud is not told",
    );
    let elsewhere = Action::Unknown(
        "no access list is bound inward at the interface that faces the cloud".into(),
    );
    let chain = facing(program, &named, unless_told, &elsewhere);
    stage(program, chain, family);
}

/// Lists that a connection or its answers may pass elsewhere: what they deny is open, what they permit is no matter.
fn onward(program: &mut Program, config: &Config<'_>, family: Option<Family>) {
    let inbound = bindings(config, Direction::In, family);
    let facing = match outside(config, &inbound).as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let outward = bindings(config, Direction::Out, family);
    let ios = config.system == System::Ios;
    let only = inbound.is_empty() && outward.len() == 1 && ios;
    for binding in outward {
        let list = joined(config, &[binding.list], Way::In);
        let list = if only { list } else { doubted(list, binding) };
        let elsewhere = when(binding, facing, Side::Elsewhere);
        enter(program, list, elsewhere, family);
        if ios {
            let list = inspected(joined(config, &[binding.list], Way::Reply), config);
            enter(program, list, when(binding, facing, Side::Here), family);
        }
    }
    // IOS filters the answers where they enter.
    for binding in inbound.iter().filter(|_| ios) {
        let list = doubted(joined(config, &[binding.list], Way::Reply), binding);
        enter(
            program,
            list,
            when(binding, facing, Side::Elsewhere),
            family,
        );
    }
}

/// Whether an interface is the one that faces the cloud.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Here,
    Elsewhere,
}

/// A test that the interface of a binding faces the cloud, or that another one does.
fn when(binding: &Binding<'_>, facing: Option<&str>, side: Side) -> Test {
    let name = vec![binding.interface.to_owned()];
    let (here, elsewhere) = (
        Test::Told(Names::OneOf(name.clone())),
        Test::Told(Names::NoneOf(name)),
    );
    let unless_told = if facing == Some(binding.interface) {
        Side::Here
    } else {
        Side::Elsewhere
    };
    match (side, unless_told, facing) {
        (Side::Here, Side::Here, _) => Test::NoneOf(vec![vec![elsewhere]]),
        (Side::Here, Side::Elsewhere, _) => here,
        (Side::Elsewhere, Side::Here, _) => elsewhere,
        // Without any interface to assume, lists bound inward may each be the one that decided already.
        (Side::Elsewhere, Side::Elsewhere, None) if binding.direction == Direction::In => elsewhere,
        (Side::Elsewhere, Side::Elsewhere, _) => Test::NoneOf(vec![vec![here]]),
    }
}

/// A list of which it is not known whether the connection passes it.
fn doubted(mut list: List, binding: &Binding<'_>) -> List {
    let (number, text) = binding.at;
    let construct = format!(
        "{text} (line {number}, {}): whether the connection passes there is not told",
        binding.interface
    );
    for line in list.lines.iter_mut().chain([&mut list.last]) {
        if line.action == Action::Deny {
            line.action = Action::Unknown(construct.as_str().into());
        }
    }
    list
}

/// A list of answers that inspection may let pass whatever the list says.
fn inspected(mut list: List, config: &Config<'_>) -> List {
    if let Some((number, text)) = config.inspects {
        let construct =
            format!("{text} (line {number}): whether it lets the answers pass is not told");
        for line in list.lines.iter_mut().chain([&mut list.last]) {
            if line.action == Action::Deny {
                line.action = Action::Unknown(construct.as_str().into());
            }
        }
    }
    list
}

/// Adds a list that is passed when a test holds.
fn enter(program: &mut Program, list: List, condition: Test, family: Option<Family>) {
    let name = list.name.clone();
    let chain = agreed(program, vec![list], "");
    let line = Line::new(1, name.clone(), vec![condition], Action::Goto(chain));
    program.chains.push(Chain {
        name,
        lines: vec![line],
        policy: None,
    });
    let entry = program.chains.len() - 1;
    stage(program, entry, family);
}
