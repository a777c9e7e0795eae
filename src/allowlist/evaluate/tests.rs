//! Tests of the evaluation, with programs written by hand.

use std::sync::Arc;

use super::super::model::{Action, Chain, Kind, Line, Names, Ports, Program, Test};
use super::*;

fn net(text: &str) -> Addresses {
    text.parse::<ipnet::IpNet>().unwrap().into()
}

fn from(text: &str) -> Test {
    Test::Source(Arc::new(net(text)))
}

fn unknown() -> Test {
    Test::Unknown("moon phase".into())
}

/// A device whose chains are these; the first is entered and denies at its end.
fn device(chains: Vec<Vec<(Vec<Test>, Action)>>) -> Device {
    let mut program = Program::default();
    for (number, lines) in chains.into_iter().enumerate() {
        let line = |(index, (tests, action))| {
            Line::new(index + 1, format!("{number}.{index}"), tests, action)
        };
        let lines: Vec<Line> = lines.into_iter().enumerate().map(line).collect();
        let policy = (number == 0).then(|| Line::policy(99, "policy", Action::Deny));
        program.chains.push(Chain {
            name: number.to_string(),
            lines,
            policy,
        });
    }
    program.stages.push(Stage {
        chain: 0,
        hook: None,
        family: None,
        task: Task::Filter,
    });
    Device {
        name: "fw".to_owned(),
        kind: Kind::Nft,
        program,
    }
}

fn flow(sources: &str) -> Flow {
    Flow {
        sources: net(sources),
        destination: None,
        server: None,
        port: 443,
        hook: Hook::Input,
        interface: None,
        onward: None,
    }
}

/// The answers as text: span, answer, rule.
fn told(device: &Device, sources: &str) -> Vec<String> {
    let parts = evaluate(device, &flow(sources));
    let rule = |part: &Part| {
        part.decision
            .by
            .as_ref()
            .map_or("-", |by| by.text.as_str())
            .to_owned()
    };
    let told = |part: Part| {
        let rule = rule(&part);
        let answer = match part.decision.answer {
            Answer::Allow => "allow".to_owned(),
            Answer::Deny => "deny".to_owned(),
            Answer::Undecided { construct } => format!("undecided ({construct})"),
        };
        format!("{} {answer} {rule}", part.span)
    };
    parts.into_iter().map(told).collect()
}

#[test]
fn the_first_rule_that_matches_decides_each_part_of_a_range() {
    let device = device(vec![vec![
        (vec![from("10.0.0.2/32")], Action::Deny),
        (vec![from("10.0.0.0/31")], Action::Allow),
        (vec![from("10.0.0.2/31")], Action::Allow),
    ]]);
    assert_eq!(
        told(&device, "10.0.0.0/29"),
        [
            "10.0.0.0/31 allow 0.1",
            "10.0.0.2 deny 0.0",
            "10.0.0.3 allow 0.2",
            "10.0.0.4/30 deny policy"
        ]
    );
}

#[test]
fn what_is_not_understood_matters_only_when_it_could_change_the_answer() {
    let accept = (vec![from("10.0.0.0/30")], Action::Allow);
    let doubtful = |action| (vec![unknown(), from("10.0.0.0/31")], action);
    let undecided = "10.0.0.0/31 undecided (moon phase) 0.0";
    assert_eq!(
        told(
            &device(vec![vec![doubtful(Action::Deny), accept.clone()]]),
            "10.0.0.0/30"
        ),
        [undecided, "10.0.0.2/31 allow 0.1"]
    );
    assert_eq!(
        told(
            &device(vec![vec![doubtful(Action::Allow), accept.clone()]]),
            "10.0.0.0/30"
        ),
        ["10.0.0.0/30 allow 0.1"]
    );
    assert_eq!(
        told(&device(vec![vec![doubtful(Action::Allow)]]), "10.0.0.0/31"),
        [undecided]
    );
    assert_eq!(
        told(
            &device(vec![vec![accept, doubtful(Action::Deny)]]),
            "10.0.0.0/30"
        ),
        ["10.0.0.0/30 allow 0.0"]
    );
    assert_eq!(
        told(
            &device(vec![vec![doubtful(Action::Continue)]]),
            "10.0.0.0/31"
        ),
        ["10.0.0.0/31 deny policy"]
    );
}

#[test]
fn a_chain_that_may_be_entered_casts_doubt_only_where_it_decides() {
    let device = device(vec![
        vec![
            (vec![unknown()], Action::Jump(1)),
            (vec![from("10.0.0.0/30")], Action::Allow),
        ],
        vec![
            (vec![from("10.0.0.0/32")], Action::Deny),
            (vec![from("10.0.0.1/32")], Action::Allow),
            (vec![from("10.0.0.4/32")], Action::Allow),
        ],
    ]);
    assert_eq!(
        told(&device, "10.0.0.0/29"),
        [
            "10.0.0.0 undecided (moon phase) 0.0",
            "10.0.0.1-10.0.0.3 allow 0.1",
            "10.0.0.4 undecided (moon phase) 0.0",
            "10.0.0.5-10.0.0.7 deny policy"
        ]
    );
}

#[test]
fn return_goes_back_and_goto_does_not() {
    let jumping = device(vec![
        vec![(vec![], Action::Jump(1)), (vec![], Action::Allow)],
        vec![
            (vec![from("10.0.0.0/32")], Action::Return),
            (vec![from("10.0.0.0/31")], Action::Deny),
        ],
    ]);
    assert_eq!(
        told(&jumping, "10.0.0.0/30"),
        [
            "10.0.0.0 allow 0.1",
            "10.0.0.1 deny 1.1",
            "10.0.0.2/31 allow 0.1"
        ]
    );
    let going = device(vec![
        vec![(vec![], Action::Goto(1)), (vec![], Action::Allow)],
        vec![(vec![from("10.0.0.1/32")], Action::Allow)],
    ]);
    assert_eq!(
        told(&going, "10.0.0.0/31"),
        ["10.0.0.0 deny policy", "10.0.0.1 allow 1.0"]
    );
}

#[test]
fn chains_that_call_each_other_end_undecided() {
    let device = device(vec![
        vec![(vec![], Action::Jump(1))],
        vec![(vec![], Action::Jump(0))],
    ]);
    assert!(told(&device, "10.0.0.0/31")[0].contains("undecided"));
}

#[test]
fn alternatives_are_exact_and_their_negation_too() {
    let pair = vec![
        vec![from("10.0.0.0/32"), Test::Port(Ports::one(443))],
        vec![from("10.0.0.1/32"), Test::Port(Ports::one(80))],
    ];
    let any = device(vec![vec![(vec![Test::AnyOf(pair.clone())], Action::Allow)]]);
    assert_eq!(
        told(&any, "10.0.0.0/31"),
        ["10.0.0.0 allow 0.0", "10.0.0.1 deny policy"]
    );
    let none = device(vec![vec![(vec![Test::NoneOf(pair)], Action::Allow)]]);
    assert_eq!(
        told(&none, "10.0.0.0/31"),
        ["10.0.0.0 deny policy", "10.0.0.1 allow 0.0"]
    );
}

#[test]
fn the_loopback_interface_never_faces_the_cloud() {
    let lo = |names| device(vec![vec![(vec![Test::Interface(names)], Action::Allow)]]);
    assert_eq!(
        told(&lo(Names::OneOf(vec!["lo".to_owned()])), "10.0.0.0/32"),
        ["10.0.0.0 deny policy"]
    );
    assert_eq!(
        told(&lo(Names::NoneOf(vec!["lo".to_owned()])), "10.0.0.0/32"),
        ["10.0.0.0 allow 0.0"]
    );
}

#[test]
fn a_later_stage_that_denies_settles_an_earlier_doubt() {
    let mut device = device(vec![
        vec![(vec![unknown()], Action::Allow)],
        vec![(vec![from("10.0.0.0/32")], Action::Deny)],
    ]);
    device.program.stages.push(Stage {
        chain: 1,
        hook: None,
        family: None,
        task: Task::Filter,
    });
    assert_eq!(
        told(&device, "10.0.0.0/31"),
        ["10.0.0.0 deny 1.0", "10.0.0.1 undecided (moon phase) 0.0"]
    );
}

#[test]
fn a_chain_that_does_not_exist_is_passed_as_if_empty() {
    let device = device(vec![vec![
        (vec![], Action::Jump(7)),
        (vec![], Action::Allow),
    ]]);
    assert_eq!(told(&device, "10.0.0.0/32"), ["10.0.0.0 allow 0.1"]);
}
