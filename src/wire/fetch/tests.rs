//! Where a certificate may send us, and what is taken from there.

use super::{Errand, Trouble, is_permitted};
use crate::config::{Credential, Pin, profile};
use crate::trust::tests::made::Chain;
use crate::wire::Session;
use crate::wire::session::Stores;
use crate::world::fake::{FakeNet, Port, world};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc::unbounded_channel;

const TARGET: &str = "203.0.113.7";
const SERVER: &str = "203.0.113.80:80";

fn session(net: FakeNet) -> Session {
    let mut config = profile(None, Some("https://orch.example.com")).unwrap();
    config.settings.network.resolve = vec![Pin {
        host: "pinned.example".into(),
        port: 80,
        address: "10.0.0.1".parse().unwrap(),
    }];
    let stores = Stores {
        cloud: Arc::new(Chain::healthy().root.roots()),
        bundle: None,
        allowlist: None,
    };
    Session::new(
        world(net),
        Arc::new(config.settings),
        Credential::default(),
        stores,
    )
}

/// What a fetch from there comes to, for a target in the open.
async fn fetched(net: FakeNet, url: &str) -> Result<Vec<u8>, Trouble> {
    let errand = Errand {
        url: url.into(),
        target: TARGET.parse().unwrap(),
        post: None,
    };
    let (fetched, body) = session(net).fetch(&errand).await;
    fetched.trouble.map_or(Ok(body), Err)
}

/// A world in which `ca.example` answers with these bytes, over and over where told so.
fn answering(head: &'static str, endless: bool) -> FakeNet {
    let (pipes, mut handed) = unbounded_channel::<tokio::io::DuplexStream>();
    tokio::spawn(async move {
        while let Some(mut pipe) = handed.recv().await {
            let mut asked = [0; 4096];
            let _ = pipe.read(&mut asked).await;
            let _ = pipe.write_all(head.as_bytes()).await;
            while endless && pipe.write_all(&[b'x'; 1024]).await.is_ok() {}
        }
    });
    let server: SocketAddr = SERVER.parse().unwrap();
    let mut net = FakeNet::default();
    net.names.insert("ca.example".into(), vec![server.ip()]);
    net.ports.insert(server, Port::Accepts(pipes));
    net
}

#[tokio::test(start_paused = true)]
async fn a_small_answer_is_taken() {
    let net = answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", false);
    assert_eq!(
        fetched(net, "http://ca.example/ca.cer").await,
        Ok(b"hello".to_vec())
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_ends_in_the_middle_is_none() {
    let net = answering("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", false);
    assert_eq!(
        fetched(net, "http://ca.example/ca.cer").await,
        Err(Trouble::Malformed)
    );
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_told_and_not_followed() {
    let head = "HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\u{1b}[31m\r\n\r\n";
    let came = fetched(answering(head, false), "http://ca.example/ca.cer").await;
    // A control character makes the head no HTTP at all.
    assert_eq!(came, Err(Trouble::Malformed));
    let head = "HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n\r\n";
    let came = fetched(answering(head, false), "http://ca.example/ca.cer").await;
    let to = "http://10.0.0.1/".to_owned();
    assert_eq!(came, Err(Trouble::Redirect { to }));
}

#[tokio::test(start_paused = true)]
async fn an_endless_body_is_left() {
    let net = answering("HTTP/1.1 200 OK\r\n\r\n", true);
    assert_eq!(
        fetched(net, "http://ca.example/ca.cer").await,
        Err(Trouble::TooLong)
    );
    let long = "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n";
    assert_eq!(
        fetched(answering(long, true), "http://ca.example/ca.cer").await,
        Err(Trouble::TooLong)
    );
}

#[tokio::test(start_paused = true)]
async fn an_endless_head_is_left() {
    let net = answering("HTTP/1.1 200 OK\r\nX: ", true);
    assert_eq!(
        fetched(net, "http://ca.example/ca.cer").await,
        Err(Trouble::Malformed)
    );
}

#[tokio::test(start_paused = true)]
async fn silence_ends_after_three_seconds() {
    let mut net = FakeNet::default();
    let drops: SocketAddr = SERVER.parse().unwrap();
    net.names.insert("ca.example".into(), vec![drops.ip()]);
    net.ports.insert(drops, Port::Drops);
    let began = tokio::time::Instant::now();
    let came = fetched(net, "http://ca.example/ca.cer").await;
    assert!(
        matches!(came, Err(Trouble::Silent | Trouble::NoConnection)),
        "{came:?}"
    );
    assert_eq!(began.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn only_plain_http_without_a_user_is_asked() {
    for url in [
        "https://ca.example/ca.cer",
        "ldap:///CN=ca",
        "file:///etc/passwd",
        "http://user:word@ca.example/",
        "not a url",
        "",
    ] {
        let came = fetched(FakeNet::default(), url).await;
        assert_eq!(came, Err(Trouble::NotHttp), "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_private_address_is_left_alone_however_it_is_written() {
    let mut net = FakeNet::default();
    let inside: IpAddr = "10.0.0.1".parse().unwrap();
    net.names.insert("inside.example".into(), vec![inside]);
    for url in [
        "http://10.0.0.1/",
        "http://0x0a000001/",
        "http://167772161/",
        "http://[::ffff:10.0.0.1]/",
        "http://inside.example/",
        "http://pinned.example/",
        "http://127.0.0.1:8080/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://168.63.129.16/",
        "http://0.0.0.0/",
    ] {
        let came = fetched(net.clone(), url).await;
        assert!(
            matches!(came, Err(Trouble::Inside { .. })),
            "{url}: {came:?}"
        );
    }
    let none = fetched(net, "http://nowhere.example/").await;
    assert_eq!(none, Err(Trouble::NoAddress));
}

#[test]
fn a_private_target_opens_its_own_kind_of_network_and_no_metadata() {
    let may = |address: &str, target: Option<&str>| {
        is_permitted(
            address.parse().unwrap(),
            target.map(|text| text.parse().unwrap()),
        )
    };
    let private = Some("192.168.1.5");
    assert!(may("10.0.0.1", private));
    assert!(may("20.0.0.1", private));
    assert!(!may("127.0.0.1", private));
    assert!(may("127.0.0.1", Some("127.0.0.1")));
    assert!(!may("10.0.0.1", None));
    assert!(may("20.0.0.1", None));
    for metadata in [
        "169.254.169.254",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
    ] {
        for target in [private, Some("127.0.0.1"), Some("169.254.1.1"), None] {
            assert!(!may(metadata, target), "{metadata} {target:?}");
        }
    }
}
