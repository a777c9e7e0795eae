//! The connections of one run, and who is signed in over them.

mod connect;
mod patience;
mod shared;

use super::fetch::Errands;
use super::http::{Answer, Failure, Request, Response, Trust};
use super::line::Line;
use super::memory::Memory;
use super::route::Obstacle;
use super::sign_in::{self, Attempt, Ticket};
use super::tls::{self, Handshake, KeyProof, Secured, bytes_of};
use crate::allowlist::material::Material;
use crate::config::{Credential, Host, Settings};
use crate::dial;
use crate::names::Resolution;
use crate::proxy::Proxy;
use crate::trust::{self, Roots, Served};
use crate::veil::Veil;
use crate::world::{AnyStream, World};
use hyper::StatusCode;
use hyper::header::HeaderValue;
use shared::Shared;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell, Semaphore};

/// How many requests may be on their way at once, and so how many connections there are where one takes one at a time.
const IN_FLIGHT: usize = 8;

/// The live side of a run. What is live cannot be evidence, so it is kept here; this is the one place with locks.
pub struct Session {
    world: World,
    settings: Arc<Settings>,
    credential: Credential,
    roots: Arc<Roots>,
    bundle: Option<Arc<Roots>>,
    proxy: Option<Proxy>,
    proxy_names: OnceCell<Resolution>,
    allowlist: Option<Arc<Material>>,
    opened: Mutex<BTreeMap<SocketAddr, AnyStream>>,
    lines: Mutex<Vec<Line>>,
    chosen: Mutex<Option<SocketAddr>>,
    in_flight: Semaphore,
    ticket: Mutex<Option<Ticket>>,
    shared: Shared,
    veil: Mutex<Veil>,
    owed: Mutex<BTreeMap<u64, Request>>,
    errands: Errands,
}

/// A change that has to be undone, and has not been yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Debt(u64);

/// The files that a run judges by.
#[derive(Clone, Debug)]
pub struct Stores {
    /// Those that stand for the cloud's.
    pub cloud: Arc<Roots>,
    /// The user's own.
    pub bundle: Option<Arc<Roots>>,
    /// What the allowlist is judged from, where the profile names rules.
    pub allowlist: Option<Arc<Material>>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}

impl Session {
    /// A session with nothing open and nobody signed in.
    pub fn new(
        world: World,
        settings: Arc<Settings>,
        credential: Credential,
        stores: Stores,
    ) -> Self {
        let mut veil = Veil::default();
        let secrets = [
            &credential.sign_in,
            &credential.webhook,
            &credential.robot,
            &credential.proxy,
        ];
        secrets
            .into_iter()
            .flatten()
            .for_each(|secret| veil.cover(secret));
        Self {
            proxy: settings.network.proxy(),
            proxy_names: OnceCell::new(),
            world,
            settings,
            credential,
            roots: stores.cloud,
            bundle: stores.bundle,
            allowlist: stores.allowlist,
            opened: Mutex::default(),
            lines: Mutex::default(),
            chosen: Mutex::default(),
            in_flight: Semaphore::new(IN_FLIGHT),
            ticket: Mutex::default(),
            shared: Shared::default(),
            veil: Mutex::new(veil),
            owed: Mutex::default(),
            errands: Errands::default(),
        }
    }

    /// The token that RobotJS gave out earlier, as it goes on the wire.
    pub fn robot_token(&self) -> Option<HeaderValue> {
        self.credential
            .robot
            .as_ref()?
            .on_the_wire(crate::robot::token)
    }

    /// What takes the secrets of this run out of an answer that came on another way.
    pub async fn veil(&self) -> Veil {
        self.veil.lock().await.clone()
    }

    /// Notes what undoes a change, so that it is undone however the run ends.
    pub async fn owe(&self, undo: Request) -> Debt {
        let mut owed = self.owed.lock().await;
        let number = owed.last_key_value().map_or(0, |(number, _)| number + 1);
        owed.insert(number, undo);
        Debt(number)
    }

    /// Undoes one change now; the answer of Orchestrator, if it is still to be undone.
    pub async fn pay(&self, debt: Debt) -> Option<Answer> {
        let undo = self.owed.lock().await.get(&debt.0).cloned()?;
        let answer = self.api(undo).await;
        if matches!(&answer, Ok(response) if response.status.is_success() || response.status == StatusCode::NOT_FOUND)
        {
            self.owed.lock().await.remove(&debt.0);
        }
        Some(answer)
    }

    /// Undoes every change that is left: at the end of a run, whatever ended it.
    pub async fn settle(&self) {
        self.shared.stop().await;
        let left: Vec<Debt> = self.owed.lock().await.keys().copied().map(Debt).collect();
        for debt in left {
            if let Some(Err(failure)) = self.pay(debt).await {
                tracing::warn!(?failure, "cannot undo a change on Orchestrator");
            }
        }
    }

    /// The roots that stand for the cloud's.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }

    /// The user's own bundle.
    pub fn bundle(&self) -> Option<&Roots> {
        self.bundle.as_deref()
    }

    /// What the allowlist is judged from.
    pub fn allowlist(&self) -> Option<&Material> {
        self.allowlist.as_deref()
    }

    /// Opens a TCP connection to the address and keeps it for the handshake.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn open(&self, address: SocketAddr) -> Result<(), Obstacle> {
        match self.connect(address, self.time()).await {
            Ok(stream) => {
                self.opened.lock().await.insert(address, stream);
                Ok(())
            }
            // The port was open: only a connection that stands is reset, where an attempt is refused.
            Err(Obstacle::Network(dial::Failure::Reset)) => Ok(()),
            Err(obstacle) => Err(obstacle),
        }
    }

    /// Makes a handshake with the address, over the connection kept for it where there is one.
    ///
    /// Where it ends well the connection is kept for requests.
    pub async fn shake(&self, address: SocketAddr, time: Duration) -> Handshake {
        let kept = self.opened.lock().await.remove(&address);
        let began = self.world.clock.elapsed();
        let stream = match kept {
            Some(stream) => stream,
            None => match self.connect(address, time).await {
                Ok(stream) => stream,
                Err(_) => {
                    return Handshake {
                        failure: Some(tls::TlsFailure::Closed),
                        ..Handshake::default()
                    };
                }
            },
        };
        let left = time.saturating_sub(self.world.clock.elapsed().saturating_sub(began));
        let (seen, secured) = tls::handshake(stream, &self.settings.target.host, left).await;
        if let Some(line) = self.line_over(secured, &seen, address).await {
            self.lines.lock().await.push(line);
            self.chosen.lock().await.get_or_insert(address);
        }
        seen
    }

    /// Sends a request over a fitting line and reads the answer.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn exchange(&self, request: &Request) -> Answer {
        let _turn = self
            .in_flight
            .acquire()
            .await
            .map_err(|_| Failure::NoConnection)?;
        let time = Duration::from_millis(self.settings.network.request_timeout_ms);
        let authority = self.settings.target.authority();
        for last in [false, true] {
            let mut line = self.lease(request.trust).await?;
            let sent = line.send(request, &authority, time).await;
            if line.reusable().await {
                self.lines.lock().await.push(line);
            }
            match sent {
                Ok(response) => return Ok(self.veiled(response).await),
                Err((_, true)) if !last => {}
                Err((failure, _)) => return Err(failure),
            }
        }
        unreachable!("the last turn returns")
    }

    /// Signs in once and keeps the token for [`Self::api`].
    pub async fn sign_in(&self) -> Attempt {
        let (attempt, ticket) = self.attempt().await;
        if let Some(ticket) = &ticket {
            self.veil.lock().await.cover(ticket.secret());
        }
        *self.ticket.lock().await = ticket;
        attempt
    }

    /// One attempt, which heeds earlier ones.
    async fn attempt(&self) -> (Attempt, Option<Ticket>) {
        let now = self.world.clock.now();
        let memory = Memory::of(&self.settings, &*self.world.machine, now);
        sign_in::remembered_attempt(self, &self.settings, &self.credential, memory).await
    }

    /// Sends a request as whoever is signed in; a token that ended is renewed once, and a short wait that is asked for is waited once.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn api(&self, request: Request) -> Answer {
        let answer = self.bearing_it(request.clone()).await;
        match patience::pause(&request, &answer) {
            None => answer,
            Some(pause) => {
                tokio::time::sleep(pause).await;
                self.bearing_it(request).await
            }
        }
    }

    async fn bearing_it(&self, request: Request) -> Answer {
        let Some((number, bearing)) = self.bearing(request.clone()).await else {
            return Err(Failure::NotTrusted);
        };
        let answer = self.exchange(&bearing).await;
        if !matches!(&answer, Ok(response) if response.status == StatusCode::UNAUTHORIZED) {
            return answer;
        }
        self.renew(number).await;
        match self.bearing(request).await {
            Some((other, bearing)) if other != number => self.exchange(&bearing).await,
            _ => answer,
        }
    }

    /// The request with the token, and which token that is.
    async fn bearing(&self, request: Request) -> Option<(u32, Request)> {
        let ticket = self.ticket.lock().await;
        let ticket = ticket.as_ref()?;
        Some((ticket.number(), ticket.bear(request, &self.settings)))
    }

    /// Gets a new token in the place of the one of that number, unless someone did already.
    async fn renew(&self, number: u32) {
        let mut ticket = self.ticket.lock().await;
        if ticket
            .as_ref()
            .is_some_and(|ticket| ticket.number() == number && ticket.renewable())
        {
            let (_, fresh) = self.attempt().await;
            if let Some(fresh) = fresh {
                self.veil.lock().await.cover(fresh.secret());
                *ticket = Some(fresh.after(number));
            }
        }
    }

    /// What DNS, TCP and TLS of one connection may take together.
    pub fn time(&self) -> Duration {
        Duration::from_millis(self.settings.network.connect_timeout_ms)
    }

    /// A line that the request may go over: a kept one, or a new one to the address that answered first.
    async fn lease(&self, trust: Trust) -> Result<Line, Failure> {
        let fits = |line: &Line| trust == Trust::Any || line.strict;
        {
            let mut lines = self.lines.lock().await;
            if let Some(shared) = lines.iter().filter(|line| fits(line)).find_map(Line::share) {
                return Ok(shared);
            }
            let lone = lines
                .iter()
                .position(|line| fits(line) && line.share().is_none());
            if let Some(at) = lone {
                return Ok(lines.swap_remove(at));
            }
        }
        let address = (*self.chosen.lock().await).ok_or(Failure::NoConnection)?;
        let stream = self
            .connect(address, self.time())
            .await
            .map_err(|_| Failure::NoConnection)?;
        let (seen, secured) = tls::handshake(stream, &self.settings.target.host, self.time()).await;
        let line = self
            .line_over(secured, &seen, address)
            .await
            .ok_or(Failure::NoConnection)?;
        if !fits(&line) {
            return Err(Failure::NotTrusted);
        }
        if let Some(shared) = line.share() {
            self.lines.lock().await.push(line);
            return Ok(shared);
        }
        Ok(line)
    }

    /// HTTP over the connection, judged by its own handshake.
    async fn line_over(
        &self,
        secured: Option<Secured>,
        seen: &Handshake,
        address: SocketAddr,
    ) -> Option<Line> {
        let strict = self.passes(seen);
        Line::over(secured?, address, strict).await
    }

    /// Whether the handshake passes what the cloud would ask: the key, chain, name and dates.
    fn passes(&self, seen: &Handshake) -> bool {
        let chain: Vec<_> = seen.chain.iter().map(|der| bytes_of(der).into()).collect();
        let host = served(&self.settings.target.host);
        seen.key == KeyProof::Unquestioned
            && trust::strict(&chain, &host, self.world.clock.now(), &self.roots).is_ok()
    }

    /// The answer without anything secret in it.
    async fn veiled(&self, mut response: Response) -> Response {
        let veil = self.veil().await;
        veil.over_headers(&mut response.headers);
        // The token has to be read from the answer of the sign-in; it is veiled by the next answers.
        response.body = veil.over(response.body.into()).into();
        response
    }
}

/// The host as certificates are compared with it.
pub fn served(host: &Host) -> Served {
    match host {
        Host::Name(name) => Served::Name(name.clone()),
        Host::Address(address) => Served::Address(*address),
    }
}

#[cfg(test)]
mod tests;
