//! `webhook send` against receivers as people write them: the vendor's two samples, and others that go wrong in their own way.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its world has to stop"
)]

use base64::Engine as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use orch_doctor::webhook::forensics::Cause;
use orch_doctor::webhook::receiver::{Receiver, Setup};
use orch_doctor::webhook::sender::{Answer, Case, Judgement, Keys, Sender, Trial};
use orch_doctor::webhook::signature::SigningKey;
use orch_doctor::webhook::tls;
use rustls::RootCertStore;
use std::collections::HashSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

const SECRET: &str = "correct horse";

/// How a receiver decides, from the header's value and the body: the status it answers.
type Decide = fn(Option<&str>, &[u8]) -> u16;

fn expected(body: &[u8]) -> String {
    SigningKey::new(SECRET.as_bytes()).sign(body)
}

fn hex(value: &str) -> String {
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(value)
        .unwrap();
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The vendor's Node sample: `expectedSignature == null || expectedSignature === calculated`.
fn as_node_sample(header: Option<&str>, body: &[u8]) -> u16 {
    if header.is_none_or(|value| value == expected(body)) {
        202
    } else {
        401
    }
}

/// The vendor's C# sample: the header must be there and equal.
fn as_dotnet_sample(header: Option<&str>, body: &[u8]) -> u16 {
    if header == Some(expected(body).as_str()) {
        202
    } else {
        401
    }
}

async fn serve(decide: Decide) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service =
                hyper::service::service_fn(move |request: Request<Incoming>| async move {
                    let header = request
                        .headers()
                        .get("x-uipath-signature")
                        .map(|value| value.to_str().unwrap().to_owned());
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    let answer = Response::builder()
                        .status(decide(header.as_deref(), &body))
                        .header("location", "http://127.0.0.1:1/");
                    Ok::<_, Infallible>(answer.body(Full::new(Bytes::new())).unwrap())
                });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}

async fn trial_at(address: SocketAddr, secret: Option<&str>) -> Trial {
    let client = tls::client(tls::caller(RootCertStore::empty()), Duration::from_secs(10)).unwrap();
    let sender = Sender {
        client,
        url: format!("http://{address}/hook").parse().unwrap(),
    };
    sender
        .try_out(
            secret.map(Keys::new).as_ref(),
            "2026-11-22T10:00:00Z".parse().unwrap(),
        )
        .await
}

async fn trial(decide: Decide) -> Trial {
    trial_at(serve(decide).await, Some(SECRET)).await
}

fn wrong(trial: &Trial) -> Vec<Case> {
    trial
        .attempts
        .iter()
        .filter(|attempt| attempt.judgement == Judgement::Wrong)
        .map(|attempt| attempt.case)
        .collect()
}

#[tokio::test]
async fn the_dotnet_sample_is_sound_but_for_the_replay() {
    let trial = trial(as_dotnet_sample).await;
    assert!(trial.is_sound());
    let last = trial.attempts.last().unwrap();
    assert_eq!(
        (last.case, last.judgement),
        (Case::Replayed, Judgement::Warning)
    );
    assert_eq!(trial.attempts.len(), 8);
}

#[tokio::test]
async fn the_node_sample_is_failed_for_taking_unsigned_events() {
    let trial = trial(as_node_sample).await;
    assert!(!trial.is_sound());
    assert_eq!(wrong(&trial), [Case::Unsigned]);
}

#[tokio::test]
async fn a_receiver_that_looks_at_nothing_is_failed_thrice() {
    let trial = trial(|_, _| 200).await;
    assert_eq!(
        wrong(&trial),
        [Case::Tampered, Case::Unsigned, Case::WrongSecret]
    );
}

#[tokio::test]
async fn a_receiver_that_only_looks_for_the_header_is_failed_twice() {
    let trial = trial(|header, _| if header.is_some() { 202 } else { 401 }).await;
    assert_eq!(wrong(&trial), [Case::Tampered, Case::WrongSecret]);
}

#[tokio::test]
async fn a_receiver_that_wants_another_form_is_told_which() {
    let hex_only: Decide = |header, body| {
        if header == Some(hex(&expected(body)).as_str()) {
            200
        } else {
            403
        }
    };
    let prefixed: Decide = |header, body| {
        if header == Some(&format!("sha256={}", expected(body))) {
            200
        } else {
            403
        }
    };
    for (decide, cause) in [(hex_only, Cause::Hex), (prefixed, Cause::Sha256Prefix)] {
        let trial = trial(decide).await;
        assert_eq!(
            (wrong(&trial), trial.expects),
            (vec![Case::Valid; 4], Some(cause))
        );
    }
}

#[tokio::test]
async fn a_redirect_is_no_acceptance_and_is_not_followed() {
    let trial = trial(|_, _| 307).await;
    assert_eq!(trial.attempts[0].answer, Answer::Status(307));
    assert_eq!(wrong(&trial), [Case::Valid; 4]);
}

#[tokio::test]
async fn a_receiver_that_falls_over_at_bad_events_is_warned_of() {
    let trial = trial(|header, body| {
        if header == Some(expected(body).as_str()) {
            200
        } else {
            500
        }
    })
    .await;
    assert!(trial.is_sound());
    assert_eq!(
        trial
            .attempts
            .iter()
            .filter(|attempt| attempt.judgement == Judgement::Warning)
            .count(),
        4
    );
}

#[tokio::test]
async fn nobody_there_is_told_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let trial = trial_at(address, Some(SECRET)).await;
    assert!(!trial.is_sound());
    assert_eq!(
        trial
            .attempts
            .iter()
            .map(|attempt| attempt.answer)
            .collect::<Vec<_>>(),
        [Answer::Unreachable]
    );
}

#[tokio::test]
async fn without_a_secret_only_the_taking_in_is_judged() {
    let trial = trial_at(
        serve(|header, _| if header.is_none() { 202 } else { 500 }).await,
        None,
    )
    .await;
    assert!(trial.is_sound());
    assert_eq!(
        trial
            .attempts
            .iter()
            .map(|attempt| attempt.case)
            .collect::<HashSet<_>>()
            .len(),
        1
    );
}

#[tokio::test]
async fn our_own_receiver_is_sound_and_explains_what_it_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let setup = Setup {
        key: Some(SigningKey::new(SECRET.as_bytes())),
        ..Setup::default()
    };
    let receiver = Receiver::start(listener, setup).unwrap();
    let trial = trial_at(receiver.address(), Some(SECRET)).await;
    assert!(trial.is_sound());
    let counts = receiver.counts();
    assert_eq!((counts.accepted, counts.refused), (5, 3));
}

#[tokio::test]
async fn a_receiver_that_remembers_events_is_right_about_the_replay() {
    let seen = Arc::new(Mutex::new(HashSet::new()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let seen = seen.clone();
            let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                let seen = seen.clone();
                async move {
                    let header = request
                        .headers()
                        .get("x-uipath-signature")
                        .map(|value| value.to_str().unwrap().to_owned());
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    let signed = as_dotnet_sample(header.as_deref(), &body);
                    let status = if signed == 202 && !seen.lock().await.insert(body.clone()) {
                        409
                    } else {
                        signed
                    };
                    Ok::<_, Infallible>(
                        Response::builder()
                            .status(status)
                            .body(Full::new(Bytes::new()))
                            .unwrap(),
                    )
                }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    let trial = trial_at(address, Some(SECRET)).await;
    assert!(
        trial
            .attempts
            .iter()
            .all(|attempt| attempt.judgement == Judgement::Right),
        "{trial:?}"
    );
}
