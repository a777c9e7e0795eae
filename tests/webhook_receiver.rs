//! The webhook receiver over real sockets: what it answers, and that nobody can hold it up.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set up its world has to stop"
)]

use orch_doctor::webhook::receiver::{Forward, Limits, Receiver, Setup};
use orch_doctor::webhook::signature::{Signature, SigningKey};
use orch_doctor::webhook::tls;
use rustls::RootCertStore;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

const GUARD: Duration = Duration::from_secs(20);
const SECRET: &[u8] = b"correct horse";
const BODY: &[u8] = br#"{"Type":"ping","EventId":"1"}"#;

fn signed_setup() -> Setup {
    Setup {
        key: Some(SigningKey::new(SECRET)),
        ..Setup::default()
    }
}

async fn receiver(setup: Setup) -> Receiver {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Receiver::start(listener, setup).unwrap()
}

/// Sends raw bytes and reads the answer's head and body until the other side closes or the answer is whole.
async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The other side may close before everything is sent.
    let _ = stream.write_all(request).await;
    answer(&mut stream).await
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4_096];
    timeout(GUARD, async {
        loop {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(count) => text.extend_from_slice(&buffer[..count]),
            }
            if text.windows(4).any(|end| end == b"\r\n\r\n") {
                return;
            }
        }
    })
    .await
    .expect("an answer in time");
    String::from_utf8_lossy(&text).into_owned()
}

fn status(answer: &str) -> u16 {
    answer
        .get(9..12)
        .and_then(|code| code.parse().ok())
        .unwrap_or(0)
}

fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn signature_line(secret: &[u8], body: &[u8]) -> String {
    format!(
        "X-UiPath-Signature: {}\r\n",
        SigningKey::new(secret).sign(body)
    )
}

#[tokio::test]
async fn only_the_rightly_signed_event_is_taken_in() {
    let mut receiver = receiver(signed_setup()).await;
    let right = signature_line(SECRET, BODY);
    let cases = [
        (post(&right, BODY), 202, Signature::Valid),
        (
            post(
                &right
                    .to_lowercase()
                    .replace(&right[20..].to_lowercase(), &right[20..]),
                BODY,
            ),
            202,
            Signature::Valid,
        ),
        (post("", BODY), 401, Signature::Missing),
        (
            post(&signature_line(b"other", BODY), BODY),
            401,
            Signature::Invalid,
        ),
        (
            post(&right, br#"{"Type":"ping","EventId":"2"}"#),
            401,
            Signature::Invalid,
        ),
        (
            post(&format!("{right}{right}"), BODY),
            401,
            Signature::Invalid,
        ),
        (
            post("X-UiPath-Signature:\r\n", BODY),
            401,
            Signature::Invalid,
        ),
        (
            post(&signature_line(SECRET, b""), b""),
            202,
            Signature::Valid,
        ),
    ];
    for (request, code, signature) in cases {
        let text = exchange(receiver.address(), &request).await;
        assert_eq!(status(&text), code, "{}", String::from_utf8_lossy(&request));
        assert_eq!(receiver.next().await.unwrap().signature, signature);
    }
    let counts = receiver.counts();
    assert_eq!((counts.accepted, counts.refused, counts.unseen), (3, 5, 0));
}

#[tokio::test]
async fn without_a_secret_everything_is_unchecked() {
    let mut receiver = receiver(Setup::default()).await;
    for headers in ["", "X-UiPath-Signature: nonsense\r\n"] {
        assert_eq!(
            status(&exchange(receiver.address(), &post(headers, BODY)).await),
            202
        );
        assert_eq!(
            receiver.next().await.unwrap().signature,
            Signature::Unchecked
        );
    }
}

#[tokio::test]
async fn other_methods_and_other_paths_are_told_so() {
    let setup = Setup {
        path_end: Some("/hook".to_owned()),
        ..Setup::default()
    };
    let receiver = receiver(setup).await;
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let text = exchange(
            receiver.address(),
            format!("{method} /hook HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes(),
        )
        .await;
        assert_eq!(status(&text), 405, "{method}");
        assert!(text.to_ascii_lowercase().contains("allow: post"));
    }
    let text = exchange(
        receiver.address(),
        b"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    assert_eq!(status(&text), 404);
    assert_eq!(
        status(
            &exchange(
                receiver.address(),
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
            )
            .await
        ),
        400
    );
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_however_it_comes() {
    let mut receiver = receiver(signed_setup()).await;
    let most = Limits::default().body;
    let longest = vec![b'x'; most];
    let text = exchange(
        receiver.address(),
        &post(&signature_line(SECRET, &longest), &longest),
    )
    .await;
    assert_eq!(status(&text), 202);
    assert_eq!(receiver.next().await.unwrap().body.len(), most);

    let longer = vec![b'x'; most + 1];
    let text = exchange(
        receiver.address(),
        &post(&signature_line(SECRET, &longer), &longer),
    )
    .await;
    assert_eq!(status(&text), 413);

    let mut chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for part in longer.chunks(60_000) {
        chunked.extend(format!("{:x}\r\n", part.len()).into_bytes());
        chunked.extend_from_slice(part);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(status(&exchange(receiver.address(), &chunked).await), 413);

    // Who asks first is answered before anything is sent.
    let asks =
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\nExpect: 100-continue\r\n\r\n";
    assert_eq!(status(&exchange(receiver.address(), asks).await), 413);
    assert_eq!(receiver.counts().unusable, 3);
}

#[tokio::test]
async fn slow_senders_are_let_go_and_hold_up_nobody() {
    let limits = Limits {
        head: Duration::from_millis(300),
        whole: Duration::from_millis(300),
        connections: 8,
        ..Limits::default()
    };
    let mut receiver = receiver(Setup {
        limits,
        ..signed_setup()
    })
    .await;
    let address = receiver.address();
    let mut slow_head = TcpStream::connect(address).await.unwrap();
    slow_head
        .write_all(b"POST / HTTP/1.1\r\nHos")
        .await
        .unwrap();
    let mut slow_body = TcpStream::connect(address).await.unwrap();
    slow_body
        .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        .await
        .unwrap();
    let mut idle = Vec::new();
    for _ in 0..30 {
        idle.push(TcpStream::connect(address).await.unwrap());
    }
    // More connections than there is room for, and yet an event comes through.
    assert_eq!(
        status(&exchange(address, &post(&signature_line(SECRET, BODY), BODY)).await),
        202
    );
    assert_eq!(receiver.next().await.unwrap().signature, Signature::Valid);
    let _ = answer(&mut slow_head).await;
    let _ = answer(&mut slow_body).await;
    for stream in &mut idle {
        assert_eq!(answer(stream).await, "");
    }
}

#[tokio::test]
async fn a_slow_body_is_told_that_it_took_too_long() {
    let limits = Limits {
        whole: Duration::from_millis(100),
        ..Limits::default()
    };
    let receiver = receiver(Setup {
        limits,
        ..signed_setup()
    })
    .await;
    let mut slow = TcpStream::connect(receiver.address()).await.unwrap();
    slow.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        .await
        .unwrap();
    assert_eq!(status(&answer(&mut slow).await), 408);
}

#[tokio::test]
async fn a_reader_who_never_looks_changes_no_answer() {
    let limits = Limits {
        waiting: 4,
        ..Limits::default()
    };
    let mut receiver = receiver(Setup {
        limits,
        ..signed_setup()
    })
    .await;
    for round in 0..50 {
        let body = format!(r#"{{"Type":"ping","EventId":"{round}"}}"#);
        let (headers, code) = if round % 2 == 0 {
            (signature_line(SECRET, body.as_bytes()), 202)
        } else {
            (String::new(), 401)
        };
        assert_eq!(
            status(&exchange(receiver.address(), &post(&headers, body.as_bytes())).await),
            code
        );
    }
    let counts = receiver.counts();
    assert_eq!(
        (counts.accepted, counts.refused, counts.unseen),
        (25, 25, 46)
    );
    receiver.stop().await;
    let mut seen = 0;
    while receiver.next().await.is_some() {
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[tokio::test]
async fn accepted_events_go_on_byte_for_byte_and_redirects_are_not_followed() {
    let mut second = receiver(Setup {
        path_end: Some("/in".to_owned()),
        ..signed_setup()
    })
    .await;
    let client = tls::client(tls::caller(RootCertStore::empty()), GUARD).unwrap();
    let url = format!("http://{}/in", second.address()).parse().unwrap();
    let forward = Some(Forward { url, client });
    let first = receiver(Setup {
        forward,
        ..signed_setup()
    })
    .await;
    let odd = b"{ \"Type\" : \"ping\" }\r\n";
    exchange(first.address(), &post("", odd)).await;
    exchange(first.address(), &post(&signature_line(SECRET, odd), odd)).await;
    let event = timeout(GUARD, second.next()).await.unwrap().unwrap();
    assert_eq!(
        (event.signature, &event.body[..]),
        (Signature::Valid, &odd[..])
    );
    assert_eq!(second.counts().refused, 0);
}

#[tokio::test]
async fn tls_serves_both_versions_of_http() {
    let issuer_key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .self_signed(&issuer_key)
        .unwrap();
    let config = tls::server(
        certificate.pem().as_bytes(),
        issuer_key.serialize_pem().as_bytes(),
    )
    .unwrap();
    let mut receiver = receiver(Setup {
        tls: Some(config),
        ..signed_setup()
    })
    .await;
    let url = format!("https://localhost:{}/", receiver.address().port());
    for protocols in [&[b"h2".to_vec()][..], &[b"http/1.1".to_vec()][..]] {
        let roots = tls::with_roots(RootCertStore::empty(), certificate.pem().as_bytes()).unwrap();
        let mut trust = tls::caller(roots);
        trust.alpn_protocols = protocols.to_vec();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(trust)
            .no_proxy()
            .resolve("localhost", receiver.address())
            .build()
            .unwrap();
        let send = |signature: String| {
            client
                .post(&url)
                .header("X-UiPath-Signature", signature)
                .body(BODY)
                .send()
        };
        let answer = send(SigningKey::new(SECRET).sign(BODY)).await.unwrap();
        assert_eq!(answer.status(), 202);
        assert_eq!(
            answer.version() == reqwest::Version::HTTP_2,
            protocols[0] == b"h2"
        );
        assert_eq!(receiver.next().await.unwrap().signature, Signature::Valid);
        assert_eq!(send("x".to_owned()).await.unwrap().status(), 401);
        assert_eq!(receiver.next().await.unwrap().signature, Signature::Invalid);
        let longer = vec![b'x'; Limits::default().body + 1];
        assert_eq!(
            client
                .post(&url)
                .body(longer)
                .send()
                .await
                .unwrap()
                .status(),
            413
        );
    }
    // A stranger without TLS does not hurt.
    exchange(receiver.address(), &post("", BODY)).await;
    let strange = tls::client(tls::caller(RootCertStore::empty()), GUARD).unwrap();
    assert!(strange.post(&url).body(BODY).send().await.is_err());
}
