use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpListener;

use super::{Complaint, Dial, Failure, Meaning, Protocol, dial};

const LONG: Dial = Dial {
    source: None,
    timeout: Duration::from_secs(10),
    max_segment: None,
};

#[tokio::test]
async fn a_listener_is_reached_from_the_chosen_source() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let source = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9));
    let options = Dial {
        source: Some(source),
        max_segment: Some(536),
        ..LONG
    };
    let stream = dial(listener.local_addr().unwrap(), &options)
        .await
        .unwrap();
    let (_, from) = listener.accept().await.unwrap();
    assert_eq!(from.ip(), source);
    assert_eq!(stream.local_addr().unwrap(), from);
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(dial(target, &LONG).await.unwrap_err(), Failure::Refused);
}

#[tokio::test]
async fn a_source_of_another_machine_is_told() {
    let options = Dial {
        source: Some("192.0.2.77".parse().unwrap()),
        ..LONG
    };
    let failure = dial("127.0.0.1:9".parse().unwrap(), &options).await;
    assert_eq!(failure.unwrap_err(), Failure::SourceNotHere);
}

#[tokio::test]
async fn a_source_of_the_other_family_is_told() {
    let options = Dial {
        source: Some("127.0.0.1".parse().unwrap()),
        ..LONG
    };
    let failure = dial("[::1]:9".parse().unwrap(), &options).await;
    assert_eq!(failure.unwrap_err(), Failure::NoFamily);
}

#[tokio::test]
async fn silence_ends_at_the_time_limit_after_three_attempts() {
    // A full accept queue drops further attempts without a word: the kernel's own silence, without a firewall.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    socket.bind(&any.into()).unwrap();
    socket.listen(0).unwrap();
    let target = socket.local_addr().unwrap().as_socket().unwrap();
    let _fills_the_queue = std::net::TcpStream::connect(target).unwrap();
    let options = Dial::within(Duration::from_millis(600));
    let Failure::Silent {
        waited_ms,
        attempts,
    } = dial(target, &options).await.unwrap_err()
    else {
        panic!("an answer from a full queue");
    };
    assert!((600..900).contains(&waited_ms), "{waited_ms}");
    assert_eq!(attempts, 3);
}

#[test]
fn icmp_codes_are_told_apart_as_promised() {
    let v4 = |class, code| {
        Complaint {
            protocol: Protocol::Icmp,
            class,
            code,
            by: None,
        }
        .meaning()
    };
    let v6 = |class, code| {
        Complaint {
            protocol: Protocol::Icmp6,
            class,
            code,
            by: None,
        }
        .meaning()
    };
    for code in [3, 9, 10, 13] {
        assert_eq!(v4(3, code), Meaning::Prohibited, "v4 code {code}");
    }
    for code in [0, 1, 2, 5, 6, 7, 11, 12] {
        assert_eq!(v4(3, code), Meaning::Unreachable, "v4 code {code}");
    }
    for code in [1, 4, 5, 6] {
        assert_eq!(v6(1, code), Meaning::Prohibited, "v6 code {code}");
    }
    for code in [0, 2, 3] {
        assert_eq!(v6(1, code), Meaning::Unreachable, "v6 code {code}");
    }
    assert_eq!(v4(11, 0), Meaning::HopLimit);
    assert_eq!(v6(3, 0), Meaning::HopLimit);
}

#[test]
fn a_failure_survives_its_file_format() {
    let failure = Failure::Prohibited {
        by: Some("192.0.2.2".parse().unwrap()),
        code: Some(13),
    };
    let text = serde_json::to_string(&failure).unwrap();
    assert_eq!(text, r#"{"kind":"prohibited","by":"192.0.2.2","code":13}"#);
    assert_eq!(serde_json::from_str::<Failure>(&text).unwrap(), failure);
}
