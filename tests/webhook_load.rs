//! The webhook receiver under load: a measurement, run by hand and by CI, not with every test.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its world has to stop"
)]

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use orch_doctor::webhook::line::{Pace, Teller};
use orch_doctor::webhook::receiver::{Receiver, Setup};
use orch_doctor::webhook::signature::{Signature, SigningKey};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, MissedTickBehavior, interval};

const SECRET: &[u8] = b"correct horse";
const SENDERS: u32 = 8;

/// One event of 1 kB: every tenth is tampered with, every tenth unsigned.
fn request(number: u32, key: &SigningKey) -> (Request<Full<Bytes>>, u16) {
    let text = format!(
        r#"{{"Type":"job.created","EventId":"{number}","Jobs":[{{"Id":{number}}}],"Pad":"{}"}}"#,
        "x".repeat(930)
    );
    let signature = key.sign(text.as_bytes());
    let request = Request::post("/").header("host", "x");
    match number % 10 {
        0 => (
            request
                .header("x-uipath-signature", signature)
                .body(Full::new(text.replace("job.created", "job.stopped").into()))
                .unwrap(),
            401,
        ),
        5 => (request.body(Full::new(text.into())).unwrap(), 401),
        _ => (
            request
                .header("x-uipath-signature", signature)
                .body(Full::new(text.into()))
                .unwrap(),
            202,
        ),
    }
}

/// Sends events over one connection, at a pace or as fast as it goes; every answer must be right.
async fn sender(address: std::net::SocketAddr, first: u32, count: u32, pace: Option<Duration>) {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let key = SigningKey::new(SECRET);
    let mut ticks = pace.map(interval);
    if let Some(ticks) = &mut ticks {
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    }
    for number in first..first + count {
        if let Some(ticks) = &mut ticks {
            ticks.tick().await;
        }
        let (request, expected) = request(number, &key);
        sender.ready().await.unwrap();
        assert_eq!(
            sender.send_request(request).await.unwrap().status(),
            expected,
            "event {number}"
        );
    }
}

/// Sends so many events and reads every one; the rate.
async fn measure(count: u32, pace: Option<Duration>) -> f64 {
    let setup = Setup {
        key: Some(SigningKey::new(SECRET)),
        ..Setup::default()
    };
    let mut receiver =
        Receiver::start(TcpListener::bind("127.0.0.1:0").await.unwrap(), setup).unwrap();
    let address = receiver.address();
    let began = Instant::now();
    let each = count / SENDERS;
    let lanes: Vec<_> = (0..SENDERS)
        .map(|lane| tokio::spawn(sender(address, lane * each, each, pace)))
        .collect();
    let mut teller = Teller::new(Some(SECRET));
    let (mut valid, mut invalid, mut missing) = (0, 0, 0);
    for _ in 0..each * SENDERS {
        let event = receiver.next().await.unwrap();
        let pace = if receiver.waiting() > 1_000 {
            Pace::Hurried
        } else {
            Pace::Calm
        };
        let line = teller.tell(&event.presented, &event.body, pace);
        assert_eq!(line.signature, event.signature);
        assert_eq!(line.cause, None);
        assert!(serde_json::to_string(&line).unwrap().len() > 100);
        match line.signature {
            Signature::Valid => valid += 1,
            Signature::Invalid => invalid += 1,
            Signature::Missing => missing += 1,
            Signature::Unchecked => unreachable!("a secret is set"),
        }
    }
    for lane in lanes {
        lane.await.unwrap();
    }
    let total = each * SENDERS;
    assert_eq!(
        (valid, invalid, missing),
        (total / 10 * 8, total / 10, total / 10)
    );
    assert_eq!(receiver.counts().unseen, 0);
    f64::from(total) / began.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_is_neither_lost_nor_misjudged() {
    measure(1_600, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: cargo test --release --test webhook_load -- --ignored --nocapture"]
async fn a_thousand_events_a_second_are_neither_lost_nor_misjudged() {
    let pace = Duration::from_millis(u64::from(SENDERS));
    let kept = measure(10_000 / 80 * 80, Some(pace)).await;
    println!("paced: {kept:.0} events/s");
    assert!(kept > 980.0, "{kept}");
    println!(
        "as fast as it goes: {:.0} events/s",
        measure(40_000, None).await
    );
}
