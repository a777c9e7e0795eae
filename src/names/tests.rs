use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::proto::op::{Edns, Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::EdnsOption;
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME, PTR, SOA};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

use super::{
    Answer, AnsweredBy, Hosts, Outcome, Refusal, Resolution, Silence, System, Transport, Trouble,
    names_of, resolve, resolve_with,
};

/// What a name server on loopback does with a question.
type Zone = fn(&Message) -> Vec<Vec<u8>>;

const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(500);

fn reply(question: &Message) -> Message {
    let mut message = question.clone();
    message.edns = None;
    message.metadata.message_type = MessageType::Response;
    message.metadata.recursion_available = true;
    message
}

fn bytes(message: &Message) -> Vec<Vec<u8>> {
    vec![message.to_vec().unwrap()]
}

fn code(question: &Message, code: ResponseCode) -> Vec<Vec<u8>> {
    let mut message = reply(question);
    message.metadata.response_code = code;
    bytes(&message)
}

fn asked(question: &Message) -> (String, RecordType) {
    let query = &question.queries[0];
    (query.name().to_lowercase().to_ascii(), query.query_type())
}

fn record(name: &str, data: RData) -> Record {
    Record::from_rdata(Name::from_ascii(name).unwrap(), 300, data)
}

fn alias(from: &str, to: &str) -> Record {
    record(from, RData::CNAME(CNAME(Name::from_ascii(to).unwrap())))
}

fn address(name: &str) -> Record {
    record(name, RData::A(A::new(192, 0, 2, 9)))
}

fn with(question: &Message, answers: Vec<Record>) -> Vec<Vec<u8>> {
    let mut message = reply(question);
    message.insert_answers(answers);
    bytes(&message)
}

fn soa() -> Record {
    let name = || Name::from_ascii("test.").unwrap();
    record("test.", RData::SOA(SOA::new(name(), name(), 1, 1, 1, 1, 1)))
}

async fn serve(zone: Zone) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut packet = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut packet).await {
            let question = Message::from_vec(&packet[..length]).unwrap();
            for answer in zone(&question) {
                socket.send_to(&answer, from).await.unwrap();
            }
        }
    });
    address
}

async fn ask(zone: Zone) -> Resolution {
    resolve("orch.test", Some(serve(zone).await), LONG).await
}

fn failure(resolution: &Resolution) -> &Trouble {
    match &resolution.outcome {
        Outcome::ServerFailure { why } => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn both_families_come_with_their_lifetime_and_server() {
    let server = serve(|question| {
        if asked(question).1 == RecordType::A {
            return with(question, vec![address("orch.test.")]);
        }
        let data = RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 9));
        with(question, vec![record("orch.test.", data)])
    })
    .await;
    let found = resolve("ORCH.test", Some(server), LONG).await;
    assert_eq!(found.outcome, Outcome::Resolved);
    let shown: Vec<String> = found
        .addresses
        .iter()
        .map(|a| a.address.to_string())
        .collect();
    assert_eq!(shown, ["192.0.2.9", "2001:db8::9"]);
    assert_eq!(found.addresses[0].ttl_s, Some(300));
    assert_eq!(
        found.answered_by,
        Some(AnsweredBy::Server { address: server })
    );
    assert_eq!(found.found_as, None);
    assert_eq!(found.exchanges.len(), 2);
}

#[tokio::test]
async fn one_family_is_enough_and_the_other_is_not_awaited_for_long() {
    let found = ask(|question| match asked(question).1 {
        RecordType::A => with(question, vec![address("orch.test.")]),
        _ => Vec::new(),
    })
    .await;
    assert_eq!(found.outcome, Outcome::Resolved);
    assert!(found.took_ms < 2000, "{}", found.took_ms);
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_told_from_one_without_an_address() {
    let absent = ask(|question| code(question, ResponseCode::NXDomain)).await;
    assert_eq!(absent.outcome, Outcome::NoSuchName);
    let empty = ask(|question| with(question, Vec::new())).await;
    assert_eq!(empty.outcome, Outcome::NoAddress);
}

#[tokio::test]
async fn errors_keep_their_code() {
    let failed = ask(|question| code(question, ResponseCode::ServFail)).await;
    assert!(matches!(
        failure(&failed),
        Trouble::Reported {
            code: 2,
            unvalidated_answers: false,
            ..
        }
    ));
    let refused = ask(|question| code(question, ResponseCode::Refused)).await;
    assert_eq!(
        refused.outcome,
        Outcome::Refused {
            how: Refusal::Reported
        }
    );
    let not_done = ask(|question| code(question, ResponseCode::NotImp)).await;
    assert!(matches!(
        failure(&not_done),
        Trouble::Reported { code: 4, .. }
    ));
}

#[tokio::test]
async fn a_bad_signature_is_told_by_the_answer_without_validation() {
    let failed = ask(|question| {
        if question.metadata.checking_disabled {
            return with(question, vec![address("orch.test.")]);
        }
        let mut message = reply(question);
        message.metadata.response_code = ResponseCode::ServFail;
        let mut edns = Edns::new();
        let text = [&6_u16.to_be_bytes()[..], b"bad\x1b sig"].concat();
        edns.options_mut().insert(EdnsOption::Unknown(15, text));
        message.set_edns(edns);
        bytes(&message)
    })
    .await;
    let Trouble::Reported {
        extended,
        unvalidated_answers,
        ..
    } = failure(&failed)
    else {
        panic!("{failed:?}");
    };
    assert!(unvalidated_answers);
    assert_eq!(
        (extended[0].code, extended[0].text.as_str()),
        (6, "bad sig")
    );
}

#[tokio::test]
async fn an_alias_loop_is_a_failure_in_one_answer_and_over_several() {
    let at_once = ask(|question| {
        with(
            question,
            vec![
                alias("orch.test.", "b.test."),
                alias("b.test.", "orch.test."),
            ],
        )
    })
    .await;
    assert_eq!(failure(&at_once), &Trouble::AliasLoop);
    let one_by_one = ask(|question| match asked(question).0.as_str() {
        "orch.test." => with(question, vec![alias("orch.test.", "b.test.")]),
        _ => with(question, vec![alias("b.test.", "orch.test.")]),
    })
    .await;
    assert_eq!(failure(&one_by_one), &Trouble::AliasLoop);
    let itself = ask(|question| with(question, vec![alias("orch.test.", "orch.test.")])).await;
    assert_eq!(failure(&itself), &Trouble::AliasLoop);
}

#[tokio::test]
async fn an_endless_chain_of_aliases_ends() {
    let endless = ask(|question| {
        let (name, _) = asked(question);
        with(
            question,
            vec![alias(
                &name,
                &format!("x{}.test.", name.len() + 1).repeat(1),
            )],
        )
    })
    .await;
    assert_eq!(failure(&endless), &Trouble::AliasLoop);
}

#[tokio::test]
async fn an_alias_to_nothing_is_no_such_name() {
    let at_once = ask(|question| {
        let mut message = reply(question);
        message.insert_answers(vec![alias("orch.test.", "gone.test.")]);
        message.metadata.response_code = ResponseCode::NXDomain;
        bytes(&message)
    })
    .await;
    assert_eq!(at_once.outcome, Outcome::NoSuchName);
    assert_eq!(at_once.aliases, ["gone.test"]);
    let one_by_one = ask(|question| match asked(question).0.as_str() {
        "orch.test." => with(question, vec![alias("orch.test.", "gone.test.")]),
        _ => code(question, ResponseCode::NXDomain),
    })
    .await;
    assert_eq!(one_by_one.outcome, Outcome::NoSuchName);
}

#[tokio::test]
async fn aliases_are_followed_where_the_server_does_not() {
    let found = ask(|question| match asked(question) {
        (name, RecordType::A) if name == "orch.test." => {
            with(question, vec![alias("orch.test.", "lb.example.")])
        }
        (name, RecordType::A) => with(question, vec![address(&name)]),
        (name, _) if name == "orch.test." => {
            let mut message = reply(question);
            message.insert_answers(vec![alias("orch.test.", "lb.example.")]);
            message.add_authority(soa());
            bytes(&message)
        }
        _ => with(question, Vec::new()),
    })
    .await;
    assert_eq!(found.outcome, Outcome::Resolved);
    assert_eq!(found.aliases, ["lb.example"]);
}

#[tokio::test]
async fn silence_and_answers_to_other_questions_are_silent() {
    let zones: [Zone; 2] = [
        |_| Vec::new(),
        |question| {
            let mut message = reply(question);
            message.metadata.id = message.metadata.id.wrapping_add(1);
            bytes(&message)
        },
    ];
    for zone in zones {
        let found = resolve("orch.test", Some(serve(zone).await), SHORT).await;
        assert_eq!(
            found.outcome,
            Outcome::Silent {
                how: Silence::NoAnswer
            }
        );
        assert!((500..900).contains(&found.took_ms), "{}", found.took_ms);
    }
}

#[tokio::test]
async fn a_true_answer_behind_a_forged_one_counts() {
    let found = ask(|question| {
        let mut forged = reply(question);
        forged.metadata.id = forged.metadata.id.wrapping_add(1);
        forged.metadata.response_code = ResponseCode::NXDomain;
        let mut both = bytes(&forged);
        both.extend(with(question, vec![address("orch.test.")]));
        both
    })
    .await;
    assert_eq!(found.outcome, Outcome::Resolved);
}

#[tokio::test]
async fn what_is_no_message_is_a_failure() {
    let found = ask(|question| {
        let mut garbage = question.metadata.id.to_be_bytes().to_vec();
        garbage.extend([0xff; 9]);
        vec![garbage]
    })
    .await;
    assert_eq!(failure(&found), &Trouble::Malformed);
}

#[tokio::test]
async fn a_server_that_points_elsewhere_is_lame() {
    let found = ask(|question| {
        let mut message = reply(question);
        message.metadata.recursion_available = false;
        bytes(&message)
    })
    .await;
    assert_eq!(failure(&found), &Trouble::Lame);
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let server = socket.local_addr().unwrap();
    drop(socket);
    let found = resolve("orch.test", Some(server), LONG).await;
    assert_eq!(
        found.outcome,
        Outcome::Refused {
            how: Refusal::PortClosed
        }
    );
}

fn cut_short(question: &Message) -> Vec<Vec<u8>> {
    let mut message = reply(question);
    message.metadata.truncation = true;
    bytes(&message)
}

#[tokio::test]
async fn a_truncated_answer_without_tcp_is_silent() {
    let found = ask(cut_short).await;
    assert_eq!(
        found.outcome,
        Outcome::Silent {
            how: Silence::OnlyTruncated
        }
    );
}

#[tokio::test]
async fn a_truncated_answer_whose_tcp_never_speaks_is_silent() {
    let server = serve(cut_short).await;
    let _accepts_and_says_nothing = TcpListener::bind(server).await.unwrap();
    let found = resolve("orch.test", Some(server), SHORT).await;
    assert!(
        matches!(found.outcome, Outcome::Silent { .. }),
        "{:?}",
        found.outcome
    );
}

#[tokio::test]
async fn a_truncated_answer_is_asked_for_again_over_tcp() {
    let server = serve(cut_short).await;
    let listener = TcpListener::bind(server).await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let length = stream.read_u16().await.unwrap();
            let mut packet = vec![0; usize::from(length)];
            stream.read_exact(&mut packet).await.unwrap();
            let question = Message::from_vec(&packet).unwrap();
            let answers = match asked(&question).1 {
                RecordType::A => vec![address("orch.test."); 1],
                _ => Vec::new(),
            };
            let answer = with(&question, answers).remove(0);
            stream
                .write_u16(u16::try_from(answer.len()).unwrap())
                .await
                .unwrap();
            stream.write_all(&answer).await.unwrap();
        }
    });
    let found = resolve("orch.test", Some(server), LONG).await;
    assert_eq!(found.outcome, Outcome::Resolved);
    assert!(
        found
            .exchanges
            .iter()
            .all(|exchange| exchange.transport == Transport::Tcp)
    );
}

#[tokio::test]
async fn an_old_server_is_asked_again_without_extensions() {
    let found = ask(|question| match (&question.edns, asked(question).1) {
        (Some(_), _) => code(question, ResponseCode::FormErr),
        (None, RecordType::A) => with(question, vec![address("orch.test.")]),
        (None, _) => with(question, Vec::new()),
    })
    .await;
    assert_eq!(found.outcome, Outcome::Resolved);
}

fn own(servers: Vec<SocketAddr>) -> System {
    System {
        servers,
        search: vec![Name::from_ascii("corp.test.").unwrap()],
        dots: 1,
        hosts: Hosts::parse("10.0.0.7 inside.test\n"),
        is_the_machines_own: true,
    }
}

#[tokio::test]
async fn the_second_server_is_asked_when_the_first_fails_or_is_silent() {
    let good: Zone = |question| match asked(question).1 {
        RecordType::A => with(question, vec![address("orch.test.")]),
        _ => with(question, Vec::new()),
    };
    let bad: [Zone; 3] = [
        |question| code(question, ResponseCode::ServFail),
        |question| code(question, ResponseCode::Refused),
        |_| Vec::new(),
    ];
    for zone in bad {
        let (first, second) = (serve(zone).await, serve(good).await);
        let found = resolve_with(
            "orch.test",
            &own(vec![first, second]),
            Duration::from_secs(2),
        )
        .await;
        assert_eq!(found.outcome, Outcome::Resolved);
        assert_eq!(
            found.answered_by,
            Some(AnsweredBy::Server { address: second })
        );
        assert!(
            found
                .exchanges
                .iter()
                .any(|exchange| exchange.server == second)
        );
    }
}

#[tokio::test]
async fn a_search_domain_is_said() {
    let server = serve(|question| match asked(question) {
        (name, RecordType::A) if name == "orch.corp.test." => with(question, vec![address(&name)]),
        (name, _) if name == "orch.corp.test." => with(question, Vec::new()),
        _ => code(question, ResponseCode::NXDomain),
    })
    .await;
    let found = resolve_with("orch", &own(vec![server]), LONG).await;
    assert_eq!(found.outcome, Outcome::Resolved);
    assert_eq!(found.found_as.as_deref(), Some("orch.corp.test"));
}

#[tokio::test]
async fn the_hosts_file_and_the_standard_answer_without_a_question() {
    let nobody = own(Vec::new());
    let found = resolve_with("Inside.test.", &nobody, LONG).await;
    assert_eq!(found.answered_by, Some(AnsweredBy::HostsFile));
    assert_eq!(found.addresses[0].address.to_string(), "10.0.0.7");
    let here = resolve_with("app.localhost", &nobody, LONG).await;
    assert_eq!(here.answered_by, Some(AnsweredBy::Standard));
    let literal = resolve_with("[2001:db8::1]", &nobody, LONG).await;
    assert_eq!(literal.outcome, Outcome::Literal);
    assert_eq!(literal.addresses[0].address.to_string(), "2001:db8::1");
}

#[tokio::test]
async fn a_resolution_survives_its_file_format() {
    let found = ask(|question| code(question, ResponseCode::ServFail)).await;
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Resolution>(&text).unwrap(), found);
    let first = &found.exchanges[0];
    assert!(matches!(first.answer, Answer::Error { code: 2, .. }));
}

/// The names of these addresses, as a name server with this zone gives them within the time.
async fn named(zone: Zone, addresses: &[IpAddr], time: Duration) -> BTreeMap<IpAddr, String> {
    let server = serve(zone).await;
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    for address in addresses {
        tell.send(*address).unwrap();
    }
    drop(tell);
    names_of(told, Some(server), tokio::time::Instant::now() + time).await
}

fn pointer(from: &str, labels: &[&[u8]]) -> Record {
    let to = Name::from_labels(labels.iter().copied()).unwrap();
    record(from, RData::PTR(PTR(to)))
}

#[tokio::test]
async fn an_address_has_the_name_that_its_zone_gives_it_also_by_way_of_an_alias() {
    let zone: Zone = |question| {
        let name = asked(question).0;
        match name.as_str() {
            "1.2.0.192.in-addr.arpa." => with(question, vec![pointer(&name, &[b"FW-1", b"test"])]),
            // A part of a network is delegated like this (RFC 2317).
            "2.2.0.192.in-addr.arpa." => with(
                question,
                vec![
                    alias(&name, "2.0-63.2.0.192.in-addr.arpa."),
                    pointer("2.0-63.2.0.192.in-addr.arpa.", &[b"fw-2", b"test"]),
                ],
            ),
            _ if name.ends_with(".ip6.arpa.") => {
                with(question, vec![pointer(&name, &[b"six", b"test"])])
            }
            // Another address's name is no answer.
            _ => with(
                question,
                vec![pointer("9.9.9.9.in-addr.arpa.", &[b"no", b"test"])],
            ),
        }
    };
    let addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"];
    let addresses = addresses.map(|address| address.parse().unwrap());
    let found = named(zone, &addresses, LONG).await;
    let found: Vec<&str> = found.values().map(String::as_str).collect();
    assert_eq!(found, ["fw-1.test", "fw-2.test", "six.test"]);
}

#[tokio::test]
async fn a_hostile_name_does_nothing_to_the_screen() {
    let zone: Zone = |question| {
        let name = asked(question).0;
        let hostile: [&[u8]; 3] = [
            b"\x1b[2J\x1b]0;owned\x07",
            "\u{202e}evil\u{200b}\n\r".as_bytes(),
            b"<script>\x00\x9b",
        ];
        with(question, vec![pointer(&name, &hostile)])
    };
    let address = "192.0.2.1".parse().unwrap();
    let found = named(zone, &[address], LONG).await.remove(&address);
    let found = found.unwrap();
    assert!(found.chars().all(|c| c.is_ascii_graphic()), "{found:?}");
    assert!(found.len() < 250, "{found}");
}

#[tokio::test]
async fn a_silent_name_server_holds_nobody_up_and_a_flood_of_addresses_is_cut() {
    let many: Vec<IpAddr> = (1..=250)
        .map(|last| IpAddr::from([192, 0, 2, last]))
        .collect();
    let began = tokio::time::Instant::now();
    let none = named(|_| Vec::new(), &many[..3], LONG).await;
    assert_eq!(none.len(), 0);
    assert!(began.elapsed() < Duration::from_millis(700));
    let zone: Zone = |question| {
        with(
            question,
            vec![pointer(&asked(question).0, &[b"a", b"test"])],
        )
    };
    assert_eq!(named(zone, &many, LONG).await.len(), 32);
}

#[tokio::test]
async fn one_familys_failure_is_not_blamed_on_signatures_that_only_the_other_has() {
    let found = ask(|question| match asked(question).1 {
        RecordType::A => {
            let mut message = reply(question);
            message.insert_authorities(vec![soa()]);
            bytes(&message)
        }
        _ => code(question, ResponseCode::ServFail),
    })
    .await;
    let Trouble::Reported {
        unvalidated_answers,
        ..
    } = failure(&found)
    else {
        panic!("{found:?}");
    };
    assert!(!unvalidated_answers);
}

#[tokio::test]
async fn an_old_server_is_asked_in_the_old_form_whatever_error_it_gives_the_new_one() {
    for error in [
        ResponseCode::FormErr,
        ResponseCode::NotImp,
        ResponseCode::ServFail,
    ] {
        static ERROR: std::sync::atomic::AtomicU16 = std::sync::atomic::AtomicU16::new(0);
        ERROR.store(error.into(), std::sync::atomic::Ordering::Relaxed);
        let found = ask(|question| {
            let error = ERROR.load(std::sync::atomic::Ordering::Relaxed);
            if question.edns.is_some() {
                return code(question, ResponseCode::from(0, error.to_be_bytes()[1]));
            }
            with(question, vec![address("orch.test.")])
        })
        .await;
        assert_eq!(found.outcome, Outcome::Resolved, "{error:?}");
    }
}

#[tokio::test]
async fn a_name_that_hosts_may_not_have_is_asked_for_and_one_that_cannot_be_is_not() {
    let server = serve(|question| {
        let name = question.queries[0].name().clone();
        let data = RData::A(A::new(192, 0, 2, 9));
        with(question, vec![Record::from_rdata(name, 300, data)])
    })
    .await;
    let found = resolve("-x.orch_1.test", Some(server), LONG).await;
    assert_eq!(found.outcome, Outcome::Resolved);
    for name in ["orch..test", &format!("{}.test", "a".repeat(64))] {
        let found = resolve(name, Some(server), LONG).await;
        assert_eq!(found.outcome, Outcome::NoSuchName, "{name}");
        assert_eq!(found.exchanges, [], "{name}");
    }
}
