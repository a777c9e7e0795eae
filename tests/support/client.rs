//! A plain client for tests of the stand-in: it trusts the stand-in's roots and follows nothing.

use orch_doctor::demo::Stand;
use reqwest::header::HeaderMap;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

/// A client of one stand-in.
pub(crate) struct Client {
    /// The connection pool.
    http: reqwest::Client,
    /// Where the interface begins.
    base: String,
    /// The token, once signed in.
    token: Option<String>,
    /// The folder header, once chosen.
    folder: Option<i64>,
    /// What was sent, and what came back.
    seen: RefCell<Vec<Seen>>,
    /// A stand-in that lives as long as the client.
    kept: Option<Stand>,
}

/// One request and its answer.
#[derive(Debug)]
pub(crate) struct Seen {
    /// GET, POST …
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// The names of the headers.
    pub(crate) headers: Vec<String>,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// The status of the answer.
    pub(crate) status: u16,
    /// The body of the answer.
    pub(crate) reply: Vec<u8>,
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// The time in these tests: certificates are minted and judged by it.
pub(crate) const NOW: &str = "2026-11-24T22:00:00Z";

/// A clock that stands still.
#[derive(Debug)]
struct Stopped;

impl rustls::time_provider::TimeProvider for Stopped {
    fn current_time(&self) -> Option<UnixTime> {
        let now: jiff::Timestamp = NOW.parse().ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(
            u64::try_from(now.as_second()).ok()?,
        )))
    }
}

/// What a TLS client needs to trust this stand-in.
pub(crate) fn tls(stand: &Stand, alpn: &[&str]) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    for root in CertificateDer::pem_file_iter(stand.roots()).unwrap() {
        roots.add(root.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_details(provider, Arc::new(Stopped))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    config
}

impl Client {
    /// A client that is not signed in.
    pub(crate) fn new(stand: &Stand) -> Self {
        Self::at(stand, stand.url())
    }

    /// The same for another URL of the stand-in.
    pub(crate) fn at(stand: &Stand, base: &str) -> Self {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(stand, &["h2", "http/1.1"]))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            http,
            base: base.to_owned(),
            token: None,
            folder: None,
            seen: RefCell::default(),
            kept: None,
        }
    }

    /// A client that is signed in with the password.
    pub(crate) async fn signed_in(stand: &Stand) -> Self {
        let mut client = Self::new(stand);
        let answer = client.login(stand.username(), stand.password()).await;
        client.token = Some(
            answer.json()["result"]
                .as_str()
                .expect("a token")
                .to_owned(),
        );
        client
    }

    /// A client that is signed in, and keeps its stand-in.
    pub(crate) async fn visiting(stand: Stand) -> Self {
        let mut client = Self::signed_in(&stand).await;
        client.kept = Some(stand);
        client
    }

    /// Signs in; the token is not kept.
    pub(crate) async fn login(&self, user: &str, password: &str) -> Answer {
        let body = json!({ "tenancyName": "Default", "usernameOrEmailAddress": user, "password": password });
        self.post("/api/Account/Authenticate", &body).await
    }

    /// The same client with this token.
    pub(crate) fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// The same client in the folder of this name.
    pub(crate) async fn in_folder(mut self, full: &str) -> Self {
        let folders = self
            .get("/api/FoldersNavigation/GetFoldersForCurrentUser?skip=0&take=100")
            .await
            .json();
        let found = folders["PageItems"]
            .as_array()
            .unwrap()
            .iter()
            .find(|folder| folder["FullyQualifiedName"] == full);
        self.folder = Some(found.expect("the folder")["Id"].as_i64().unwrap());
        self
    }

    /// The number of the folder chosen.
    pub(crate) fn folder(&self) -> Option<i64> {
        self.folder
    }

    /// The same client in the folder of this number.
    pub(crate) fn in_folder_id(mut self, folder: i64) -> Self {
        self.folder = Some(folder);
        self
    }

    /// GET.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(format!("{}{path}", self.base)))
            .await
    }

    /// POST of JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.http.post(format!("{}{path}", self.base));
        self.send(
            request
                .header("content-type", "application/json")
                .body(body.to_string()),
        )
        .await
    }

    /// POST of a form.
    pub(crate) async fn form(&self, path: &str, body: &str) -> Answer {
        let request = self.http.post(format!("{}{path}", self.base));
        self.send(
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.to_owned()),
        )
        .await
    }

    /// DELETE.
    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.http.delete(format!("{}{path}", self.base)))
            .await
    }

    /// GET with one more header.
    pub(crate) async fn get_with(&self, path: &str, name: &str, value: &str) -> Answer {
        self.send(
            self.http
                .get(format!("{}{path}", self.base))
                .header(name, value),
        )
        .await
    }

    /// Sends a request with what the client has.
    async fn send(&self, mut request: reqwest::RequestBuilder) -> Answer {
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(folder) = self.folder {
            request = request.header("x-uipath-organizationunitid", folder);
        }
        let request = request.build().unwrap();
        let url = request.url().clone();
        let mut seen = Seen {
            method: request.method().to_string(),
            target: url[url::Position::BeforePath..].to_owned(),
            headers: request
                .headers()
                .keys()
                .map(|name| name.as_str().to_owned())
                .collect(),
            body: request
                .body()
                .and_then(reqwest::Body::as_bytes)
                .unwrap_or_default()
                .to_vec(),
            status: 0,
            reply: Vec::new(),
        };
        let response = self.http.execute(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        seen.status = status;
        seen.reply = text.clone().into_bytes();
        self.seen.borrow_mut().push(seen);
        Answer {
            status,
            headers,
            text,
        }
    }

    /// What was sent until now, and what came back.
    pub(crate) fn take_seen(&self) -> Vec<Seen> {
        self.seen.take()
    }
}
