//! What a certificate points to, fetched under strict rules: such an address is the server's choice.
//!
//! Plain HTTP alone, no redirect, a small body, a short time, and never an address in a private network unless the
//! target itself stands there. The address that was checked is the one that is connected to.

use super::session::Session;
use crate::names::Scope;
use crate::shown::shown;
use crate::words::facts::Errands as Said;
use crate::world::AnyStream;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HOST, LOCATION, USER_AGENT};
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell};
use url::{Host, Url};

/// The most of a body that is taken, bytes.
const LARGEST: usize = 64 << 10;

/// The longest that one fetch takes, from the name to the last byte.
const LONGEST: Duration = Duration::from_secs(3);

/// How many addresses of one name are tried.
const MOST_ADDRESSES: usize = 2;

/// Where clouds keep the metadata of their machines, credentials among it, outside of the link-local range.
const METADATA: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// What is to be fetched.
#[derive(Clone, Debug)]
pub struct Errand {
    /// Where the certificate says it is.
    pub url: String,
    /// The address of the target whose certificate says so.
    pub target: IpAddr,
    /// What is posted, and its media type; nothing is a GET.
    pub post: Option<(&'static str, Vec<u8>)>,
}

/// What came of an errand, as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// Where it was looked for, safe to show.
    pub url: String,
    /// The address that was asked, once there was one.
    pub address: Option<SocketAddr>,
    /// How many bytes came.
    pub length: usize,
    /// Why nothing came.
    pub trouble: Option<Trouble>,
}

/// Why a fetch brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Trouble {
    /// It is no plain HTTP URL.
    NotHttp,
    /// Its name has no address.
    NoAddress,
    /// It stands where the target does not: in a private network.
    Inside {
        /// The address that is left alone.
        address: IpAddr,
    },
    /// It takes no connection.
    NoConnection,
    /// It was not there in time.
    Silent,
    /// What came is not HTTP, or ended in the middle.
    Malformed,
    /// It sends elsewhere, and is not followed.
    Redirect {
        /// Where to, safe to show.
        to: String,
    },
    /// It has none.
    Status {
        /// The HTTP status.
        code: u16,
    },
    /// It is longer than what is taken.
    TooLong,
}

impl Trouble {
    /// The trouble in words.
    pub fn said(&self, words: &Said) -> String {
        match self {
            Self::NotHttp => words.not_http.to_string(),
            Self::NoAddress => words.no_address.to_string(),
            Self::Inside { address } => words.inside.with(&[("address", address)]),
            Self::NoConnection => words.unconnected.to_string(),
            Self::Silent => words.silent.with(&[("seconds", &LONGEST.as_secs())]),
            Self::Malformed => words.malformed.to_string(),
            Self::Redirect { to } => words.redirect.with(&[("to", to)]),
            Self::Status { code } => words.status.with(&[("code", code)]),
            Self::TooLong => words.too_long.with(&[("size", &(LARGEST >> 10))]),
        }
    }
}

/// What came of an errand, and the body.
type Came = (Fetched, Vec<u8>);

/// What one run fetched: each thing once.
#[derive(Default)]
pub(super) struct Errands(Mutex<BTreeMap<String, Arc<OnceCell<Came>>>>);

impl Session {
    /// Fetches what the errand asks for; the same is fetched once in a run.
    pub async fn fetch(&self, errand: &Errand) -> (Fetched, Vec<u8>) {
        let key = format!(
            "{:?} {:?} {}",
            Scope::of(errand.target),
            errand.post,
            errand.url
        );
        let cell = Arc::clone(self.errands().0.lock().await.entry(key).or_default());
        cell.get_or_init(|| self.fetch_now(errand)).await.clone()
    }

    async fn fetch_now(&self, errand: &Errand) -> Came {
        let mut fetched = Fetched {
            url: shown(&errand.url),
            address: None,
            length: 0,
            trouble: None,
        };
        let going = self.go(errand, &mut fetched.address);
        let came = tokio::time::timeout(LONGEST, going).await;
        match came.unwrap_or(Err(Trouble::Silent)) {
            Ok(body) => {
                fetched.length = body.len();
                (fetched, body)
            }
            Err(trouble) => {
                fetched.trouble = Some(trouble);
                (fetched, Vec::new())
            }
        }
    }

    /// Asks the first address that takes the connection.
    async fn go(
        &self,
        errand: &Errand,
        asked: &mut Option<SocketAddr>,
    ) -> Result<Vec<u8>, Trouble> {
        let url = Url::parse(&errand.url).map_err(|_| Trouble::NotHttp)?;
        if url.scheme() != "http" || !url.username().is_empty() || url.password().is_some() {
            return Err(Trouble::NotHttp);
        }
        for address in self.permitted(&url, errand.target).await? {
            *asked = Some(address);
            if let Ok(stream) = self.connect_exactly(address, LONGEST).await {
                return exchange(stream, &url, errand).await;
            }
        }
        Err(Trouble::NoConnection)
    }

    /// The addresses of the URL's host that may be asked.
    async fn permitted(&self, url: &Url, target: IpAddr) -> Result<Vec<SocketAddr>, Trouble> {
        let port = url.port_or_known_default().unwrap_or(80);
        let found: Vec<IpAddr> = match url.host() {
            Some(Host::Ipv4(address)) => vec![address.into()],
            Some(Host::Ipv6(address)) => vec![address.into()],
            Some(Host::Domain(name)) => self.addresses_of(name, port).await,
            None => return Err(Trouble::NotHttp),
        };
        let first = *found.first().ok_or(Trouble::NoAddress)?;
        // Behind a proxy the target's own address is not known, so it opens nothing.
        let target = self.proxy().is_none().then_some(target);
        let permitted = found
            .into_iter()
            .filter(|address| is_permitted(*address, target));
        let permitted: Vec<_> = permitted
            .map(|address| SocketAddr::new(address, port))
            .take(MOST_ADDRESSES)
            .collect();
        if permitted.is_empty() {
            return Err(Trouble::Inside { address: first });
        }
        Ok(permitted)
    }

    async fn addresses_of(&self, name: &str, port: u16) -> Vec<IpAddr> {
        let network = &self.settings().network;
        let pins = network.resolve.iter();
        let pinned: Vec<IpAddr> = pins
            .filter(|pin| pin.host.eq_ignore_ascii_case(name) && pin.port == port)
            .map(|pin| pin.address)
            .collect();
        if !pinned.is_empty() {
            return pinned;
        }
        let found = self.world().net.resolve(name, network.dns, LONGEST).await;
        found.addresses.iter().map(|found| found.address).collect()
    }
}

/// Whether a certificate of a target there may send us to this address.
fn is_permitted(address: IpAddr, target: Option<IpAddr>) -> bool {
    if METADATA.contains(&address) {
        return false;
    }
    let target = target.map(Scope::of);
    match Scope::of(address) {
        Scope::Public | Scope::Documentation => true,
        Scope::Private | Scope::Shared | Scope::UniqueLocal => matches!(
            target,
            Some(
                Scope::Private
                    | Scope::Shared
                    | Scope::UniqueLocal
                    | Scope::Loopback
                    | Scope::LinkLocal
            )
        ),
        Scope::Loopback => target == Some(Scope::Loopback),
        // Clouds keep the credentials of their machines on this wire.
        Scope::LinkLocal | Scope::Unusable => false,
    }
}

/// One request and its answer.
async fn exchange(stream: AnyStream, url: &Url, errand: &Errand) -> Result<Vec<u8>, Trouble> {
    let broken = |_| Trouble::Malformed;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(16 << 10)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let asking = async {
        let answer = sender.send_request(request(url, errand)?).await;
        let answer = answer.map_err(broken)?;
        if let Some(to) = answer.headers().get(LOCATION)
            && answer.status().is_redirection()
        {
            let to = shown(&String::from_utf8_lossy(to.as_bytes()));
            return Err(Trouble::Redirect { to });
        }
        if answer.status() != StatusCode::OK {
            let code = answer.status().as_u16();
            return Err(Trouble::Status { code });
        }
        let body = Limited::new(answer.into_body(), LARGEST).collect().await;
        match body {
            Ok(body) => Ok(body.to_bytes().to_vec()),
            Err(cause) if cause.is::<http_body_util::LengthLimitError>() => Err(Trouble::TooLong),
            Err(_) => Err(Trouble::Malformed),
        }
    };
    let driving = async {
        // How it ended is told by the answer.
        let _ = connection.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        answer = asking => answer,
        () = driving => unreachable!("it is pending for ever"),
    }
}

/// What is sent.
fn request(url: &Url, errand: &Errand) -> Result<hyper::Request<Full<Bytes>>, Trouble> {
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let request = hyper::Request::builder()
        .uri(path)
        .header(HOST, host)
        .header(USER_AGENT, "orch-doctor")
        .header(ACCEPT, "*/*")
        .header(CONNECTION, "close");
    let request = match &errand.post {
        Some((kind, body)) => request
            .method(Method::POST)
            .header(CONTENT_TYPE, *kind)
            .body(Full::from(body.clone())),
        None => request.body(Full::default()),
    };
    request.map_err(|_| Trouble::NotHttp)
}

#[cfg(test)]
mod tests;
