use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

use super::{Credentials, Failure, Protocol, Proxy, connect};

fn proxy(protocol: Protocol) -> Proxy {
    Proxy {
        protocol,
        host: "proxy.test".to_owned(),
        port: 3128,
        credentials: None,
    }
}

fn with_credentials(protocol: Protocol) -> Proxy {
    let credentials = Credentials {
        user: b"ops".to_vec(),
        password: b"secret".to_vec(),
    };
    Proxy {
        credentials: Some(credentials),
        ..proxy(protocol)
    }
}

/// Reads a request up to its empty line.
async fn request(stream: &mut DuplexStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(bytes).unwrap()
}

/// What comes of an HTTP proxy's answer, and what it was asked.
async fn http(proxy: &Proxy, answer: &str) -> (Result<(), Failure>, String) {
    let (mut near, mut far) = duplex(64 * 1024);
    let speaks = async {
        let asked = request(&mut far).await;
        far.write_all(answer.as_bytes()).await.unwrap();
        drop(far);
        asked
    };
    tokio::join!(connect(&mut near, proxy, "orch.test", 8443), speaks)
}

#[tokio::test]
async fn the_stream_is_the_targets_after_a_success() {
    let (mut near, mut far) = duplex(1024);
    far.write_all(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\nfirst words")
        .await
        .unwrap();
    let proxy = proxy(Protocol::Http);
    connect(&mut near, &proxy, "2001:db8::1", 443)
        .await
        .unwrap();
    let asked = request(&mut far).await;
    assert_eq!(
        asked,
        "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n"
    );
    let mut first = [0; 11];
    near.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"first words");
}

#[tokio::test]
async fn answers_of_an_http_proxy_are_told_apart() {
    let basic = || vec!["Basic".to_owned(), "NTLM".to_owned()];
    let cases = [
        ("HTTP/1.0 200 OK\r\n\r\n", Ok(())),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            Ok(()),
        ),
        (
            "HTTP/1.1 407 No\r\nproxy-authenticate: Basic realm=\"x\"\r\nProxy-Authenticate: NTLM\r\n\r\n",
            Err(Failure::CredentialsNeeded { schemes: basic() }),
        ),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", Err(Failure::Forbidden)),
        (
            "HTTP/1.1 502 Bad\r\n\r\n",
            Err(Failure::TargetUnreachable { code: 502 }),
        ),
        (
            "HTTP/1.1 503 Bad\r\n\r\n",
            Err(Failure::TargetUnreachable { code: 503 }),
        ),
        (
            "HTTP/1.1 504 Late\r\n\r\n",
            Err(Failure::TargetUnreachable { code: 504 }),
        ),
        (
            "HTTP/1.1 405 What\r\n\r\n",
            Err(Failure::Declined { code: 405 }),
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: x\r\n\r\n",
            Err(Failure::Declined { code: 302 }),
        ),
        ("SSH-2.0-OpenSSH\r\n", Err(Failure::NotAProxy)),
        ("HTTP/1.1 banana\r\n\r\n", Err(Failure::NotAProxy)),
        ("HTTP/1.1 200 OK\r\n", Err(Failure::NotAProxy)),
        ("", Err(Failure::Closed)),
    ];
    for (answer, expected) in cases {
        let (found, asked) = http(&proxy(Protocol::Http), answer).await;
        assert_eq!(found, expected, "{answer:?}");
        assert!(!asked.contains("Authorization"));
    }
}

#[tokio::test]
async fn an_endless_answer_ends() {
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "a".repeat(40_000));
    let (found, _) = http(&proxy(Protocol::Http), &endless).await;
    assert_eq!(found, Err(Failure::NotAProxy));
}

#[tokio::test]
async fn credentials_go_to_the_http_proxy_and_their_rejection_is_told() {
    let told = with_credentials(Protocol::Http);
    for answer in [
        "HTTP/1.1 407 No\r\n\r\n",
        "HTTP/1.0 401 Unauthorized\r\n\r\n",
    ] {
        let (found, _) = http(&told, answer).await;
        let schemes = Vec::new();
        assert_eq!(found, Err(Failure::CredentialsRejected { schemes }));
    }
    let (found, asked) = http(&told, "HTTP/1.1 407 No\r\n\r\n").await;
    assert_eq!(
        found,
        Err(Failure::CredentialsRejected {
            schemes: Vec::new()
        })
    );
    assert!(
        asked.contains("Proxy-Authorization: Basic b3BzOnNlY3JldA==\r\n"),
        "{asked}"
    );
}

/// What comes of a SOCKS proxy's answers, and all that it was sent.
async fn socks(proxy: &Proxy, host: &str, answers: &[u8]) -> (Result<(), Failure>, Vec<u8>) {
    let (mut near, mut far) = duplex(1024);
    far.write_all(answers).await.unwrap();
    far.shutdown().await.unwrap();
    let found = connect(&mut near, proxy, host, 8443).await;
    drop(near);
    let mut sent = Vec::new();
    far.read_to_end(&mut sent).await.unwrap();
    (found, sent)
}

#[tokio::test]
async fn a_socks_proxy_is_asked_for_a_name_or_an_address() {
    let plain = proxy(Protocol::Socks5h);
    let yes = [5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    let (found, sent) = socks(&plain, "orch", &yes).await;
    assert_eq!(found, Ok(()));
    assert_eq!(
        sent,
        [&[5, 1, 0, 5, 1, 0, 3, 4][..], b"orch", &[0x20, 0xfb]].concat()
    );
    let named = [5, 0, 5, 0, 0, 3, 2, b'a', b'b', 0, 0];
    let (found, sent) = socks(&plain, "192.0.2.1", &named).await;
    assert_eq!(found, Ok(()));
    assert_eq!(sent, [5, 1, 0, 5, 1, 0, 1, 192, 0, 2, 1, 0x20, 0xfb]);
    let (_, sent) = socks(&plain, "[::1]", &yes).await;
    assert_eq!(sent[6], 4);
}

#[tokio::test]
async fn answers_of_a_socks_proxy_are_told_apart() {
    let plain = proxy(Protocol::Socks5);
    let reply = |code| vec![5, 0, 5, code, 0, 1, 0, 0, 0, 0, 0, 0];
    let cases = [
        (reply(1), Failure::Declined { code: 1 }),
        (reply(2), Failure::Forbidden),
        (reply(3), Failure::TargetUnreachable { code: 3 }),
        (reply(4), Failure::TargetUnreachable { code: 4 }),
        (reply(5), Failure::TargetRefused),
        (reply(6), Failure::TargetUnreachable { code: 6 }),
        (reply(7), Failure::Declined { code: 7 }),
        (
            vec![5, 0xff],
            Failure::CredentialsNeeded {
                schemes: Vec::new(),
            },
        ),
        (vec![5, 2], Failure::NotAProxy),
        (b"HTTP/1.1 400".to_vec(), Failure::NotAProxy),
        (vec![5, 0], Failure::Closed),
        (Vec::new(), Failure::Closed),
    ];
    for (answers, expected) in cases {
        let (found, _) = socks(&plain, "192.0.2.1", &answers).await;
        assert_eq!(found, Err(expected), "{answers:?}");
    }
}

#[tokio::test]
async fn credentials_go_to_the_socks_proxy_only_when_it_asks() {
    let told = with_credentials(Protocol::Socks5);
    let (found, sent) = socks(
        &told,
        "192.0.2.1",
        &[5, 2, 1, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    )
    .await;
    assert_eq!(found, Ok(()));
    assert!(sent.starts_with(b"\x05\x02\x00\x02\x01\x03ops\x06secret\x05\x01"));
    let (found, _) = socks(&told, "192.0.2.1", &[5, 2, 1, 1]).await;
    assert_eq!(
        found,
        Err(Failure::CredentialsRejected {
            schemes: Vec::new()
        })
    );
    let (found, sent) = socks(&told, "192.0.2.1", &[5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await;
    assert_eq!(found, Ok(()));
    assert!(!sent.windows(6).any(|window| window == b"secret"));
}
