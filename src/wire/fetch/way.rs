//! The way to a place: straight, or by a proxy; and the one request that is made there.

use super::{Errand, LARGEST, LONGEST, MOST_ADDRESSES, Trouble, is_permitted};
use crate::config;
use crate::proxy::{self, Credentials, Protocol, Proxy};
use crate::shown::shown;
use crate::wire::route::{Obstacle, ProxyTrouble, Wanted};
use crate::wire::session::Session;
use crate::world::AnyStream;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{
    ACCEPT, CONNECTION, CONTENT_TYPE, HOST, HeaderValue, LOCATION, PROXY_AUTHORIZATION, USER_AGENT,
};
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

/// Where a URL leads.
struct Place {
    /// The addresses that may be asked.
    permitted: Vec<SocketAddr>,
    /// Whether there is no other.
    alone: bool,
}

impl Session {
    /// Asks the first address that takes the connection.
    pub(super) async fn carry(
        &self,
        url: &Url,
        errand: &Errand,
        asked: &mut Option<SocketAddr>,
    ) -> Result<Vec<u8>, Trouble> {
        let place = self.place(url, errand.target).await?;
        let host = url.host_str().unwrap_or_default();
        let proxy = self.settings().network.proxy_for_fetch(host);
        let mut trouble = Trouble::NoConnection;
        for address in place.permitted {
            *asked = Some(address);
            let wanted = Wanted {
                address,
                port: address.port(),
                time: LONGEST,
                max_segment: None,
                exactly: true,
                source: None,
            };
            match self.reach_by(proxy.as_ref(), wanted).await {
                Ok(stream) => return exchange(stream, request(url, errand, &Form::Path)?).await,
                Err(Obstacle::Network(_)) => {}
                Err(Obstacle::Proxy(refused)) => {
                    let proxy = proxy.as_ref().filter(|_| place.alone);
                    if let Some(proxy) = proxy.filter(|proxy| connects_nowhere(proxy, &refused)) {
                        let stream = self.to_proxy(proxy, wanted).await;
                        let stream = stream.map_err(|trouble| Trouble::Proxy { trouble })?;
                        let form = Form::Whole(self.credentials_for(proxy));
                        return exchange(stream, request(url, errand, &form)?).await;
                    }
                    trouble = Trouble::Proxy { trouble: refused };
                }
            }
        }
        Err(trouble)
    }

    /// The addresses of the URL's host.
    async fn place(&self, url: &Url, target: IpAddr) -> Result<Place, Trouble> {
        let port = url.port_or_known_default().unwrap_or(80);
        let found: Vec<IpAddr> = match url.host() {
            Some(Host::Ipv4(address)) => vec![address.into()],
            Some(Host::Ipv6(address)) => vec![address.into()],
            Some(Host::Domain(name)) => self.addresses_of(name, port).await,
            None => return Err(Trouble::NotHttp),
        };
        let first = *found.first().ok_or(Trouble::NoAddress)?;
        let target = self.knows_target().then_some(target);
        let count = found.len();
        let mut permitted: Vec<_> = found
            .into_iter()
            .filter(|address| is_permitted(*address, target))
            .map(|address| SocketAddr::new(address, port))
            .collect();
        if permitted.is_empty() {
            return Err(Trouble::Inside { address: first });
        }
        let alone = permitted.len() == count;
        permitted.truncate(MOST_ADDRESSES);
        Ok(Place { permitted, alone })
    }

    /// Whether the target's address is known: where a proxy looks its name up it is not, and then it opens nothing.
    fn knows_target(&self) -> bool {
        let resolves = |proxy: &Proxy| proxy.protocol.resolves_names();
        match self.settings().target.host {
            config::Host::Address(_) => true,
            config::Host::Name(_) => !self.proxy().is_some_and(resolves),
        }
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

/// Whether an HTTP proxy refuses to connect to a port like this, as most do that know CONNECT for TLS alone.
fn connects_nowhere(proxy: &Proxy, refused: &ProxyTrouble) -> bool {
    proxy.protocol == Protocol::Http
        && matches!(
            refused,
            ProxyTrouble::Said {
                failure: proxy::Failure::Forbidden | proxy::Failure::Declined { .. }
            }
        )
}

/// One request and its answer.
async fn exchange(
    stream: AnyStream,
    request: hyper::Request<Full<Bytes>>,
) -> Result<Vec<u8>, Trouble> {
    let broken = |_| Trouble::Malformed;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(16 << 10)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let asking = async {
        let answer = sender.send_request(request).await;
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

/// How the place is named in the request.
enum Form {
    /// By its path: to the place itself.
    Path,
    /// By the whole URL (RFC 9112, 3.2.2): to a proxy, with what tells it who asks.
    Whole(Option<Credentials>),
}

/// What is sent.
fn request(
    url: &Url,
    errand: &Errand,
    form: &Form,
) -> Result<hyper::Request<Full<Bytes>>, Trouble> {
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let request = hyper::Request::builder()
        .header(HOST, host)
        .header(USER_AGENT, "orch-doctor")
        .header(ACCEPT, "*/*")
        .header(CONNECTION, "close");
    let request = match form {
        Form::Path => request.uri(path),
        Form::Whole(who) => {
            let request = request.uri(format!("http://{host}{path}"));
            match who {
                Some(who) => {
                    let value = HeaderValue::try_from(who.authorization());
                    let mut value = value.map_err(|_| Trouble::NotHttp)?;
                    value.set_sensitive(true);
                    request.header(PROXY_AUTHORIZATION, value)
                }
                None => request,
            }
        }
    };
    let request = match &errand.post {
        Some((kind, body)) => request
            .method(Method::POST)
            .header(CONTENT_TYPE, *kind)
            .body(Full::from(body.clone())),
        None => request.body(Full::default()),
    };
    request.map_err(|_| Trouble::NotHttp)
}
