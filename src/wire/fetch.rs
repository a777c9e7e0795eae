//! What a certificate points to, fetched under strict rules: such an address is the server's choice.
//!
//! Plain HTTP alone, no redirect, a small body, a short time, and never an address in a private network unless the
//! target itself stands there. The address that was checked is the one that is connected to, also by way of a proxy; an
//! HTTP proxy that connects to no such port is handed the request itself, where every address of the name may be asked.

mod way;

use super::route::ProxyTrouble;
use super::session::Session;
use crate::names::Scope;
use crate::shown::shown;
use crate::words::facts::Errands as Said;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell};
use url::Url;

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
    /// The proxy that leads there does not connect to it.
    Proxy {
        /// Why not.
        trouble: ProxyTrouble,
    },
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
            Self::Proxy { .. } => words.proxy.to_string(),
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
        self.carry(&url, errand, asked).await
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

#[cfg(test)]
mod tests;
