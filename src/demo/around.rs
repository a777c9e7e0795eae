//! What stands around Orchestrator: the callback it must reach, the robot of this computer, and the port without TLS.

use super::chain::Chain;
use super::fault::Fault;
use super::listen::{Bound, Kept, bind};
use super::robot::{Age, Consent, Manners, Robot};
use super::tls;
use super::world::PROCESS;
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a caller may take to shake hands or to send its header.
const PATIENCE: Duration = Duration::from_secs(10);
/// Callers that are served at once.
const MOST: usize = 64;

/// The ports around Orchestrator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ports {
    /// Where Orchestrator would speak without TLS.
    pub(super) http: u16,
    /// Where the callback is.
    pub(super) callback: u16,
    /// Where pages look for the robot.
    pub(super) robot: u16,
    /// Where nothing listens yet: for the event of a check.
    pub(super) ear: u16,
}

/// What is bound and not served yet.
pub(super) struct Places {
    http: Bound,
    callback: Bound,
    robot: Bound,
    /// Their ports.
    pub(super) ports: Ports,
}

/// What runs and what is kept closed.
pub(super) struct Around {
    /// The robot, or what has its port.
    pub(super) _robot: Option<Robot>,
    /// The sockets that are bound and not served.
    pub(super) kept: Vec<Kept>,
}

/// Takes the ports: the callback's beside Orchestrator, the robot's on this computer alone.
pub(super) fn take(address: IpAddr) -> io::Result<Places> {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let beside = SocketAddr::new(address, 0);
    let (http, callback, robot) = (bind(beside)?, bind(beside)?, bind(here)?);
    // Free when it is looked for; who listens there is the check.
    let ear = bind(here)?.address.port();
    let ports = Ports {
        http: http.address.port(),
        callback: callback.address.port(),
        robot: robot.address.port(),
        ear,
    };
    Ok(Places {
        http,
        callback,
        robot,
        ports,
    })
}

impl Places {
    /// Serves them as the faults want it; the callback shows this chain.
    pub(super) fn serve(
        self,
        chain: &Chain,
        faults: &[Fault],
        stop: &CancellationToken,
        tasks: &TaskTracker,
    ) -> io::Result<Around> {
        let mut kept = vec![self.http.closed()];
        if faults.contains(&Fault::WebhookBlocked) {
            kept.push(self.callback.closed());
        } else {
            let acceptor = tls::acceptor(chain, &[])?;
            for listener in self.callback.open()? {
                let served = receive(listener, acceptor.clone());
                tasks.spawn(stop.clone().run_until_cancelled_owned(served));
            }
        }
        let robot = if faults.contains(&Fault::RobotNotListening) {
            kept.push(self.robot.closed());
            None
        } else {
            let sessions = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.open()?;
            Some(Robot::on(self.robot.open()?, sessions, manners(faults))?.unheard())
        };
        Ok(Around {
            _robot: robot,
            kept,
        })
    }
}

/// How the robot behaves with these faults. Without one its user has never been asked, as on a new computer.
fn manners(faults: &[Fault]) -> Manners {
    if faults.contains(&Fault::RobotPortTaken) {
        return Manners {
            age: Age::Stranger,
            ..Manners::default()
        };
    }
    if faults.contains(&Fault::RobotProcessMissing) {
        return Manners {
            consent: Consent::Given,
            processes: vec!["DunningBot".to_owned(), "Month_End".to_owned()],
            ..Manners::default()
        };
    }
    Manners {
        processes: vec![PROCESS.to_owned()],
        ..Manners::default()
    }
}

/// Accepts events as a receiver in the cloud would, and keeps nothing of them.
async fn receive(listener: TcpListener, acceptor: TlsAcceptor) {
    let mut callers = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = callers.join_next() => {}
            accepted = listener.accept(), if callers.len() < MOST => {
                let Ok((stream, _)) = accepted else { continue };
                callers.spawn(caller(stream, acceptor.clone()));
            }
        }
    }
}

/// Serves one caller; how its connection ends is its own business.
async fn caller(stream: TcpStream, acceptor: TlsAcceptor) {
    let Ok(Ok(stream)) = timeout(PATIENCE, acceptor.accept(stream)).await else {
        return;
    };
    let http = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service_fn(taken));
    drop(http.await);
}

/// Takes an event in.
async fn taken(_event: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let mut response = Response::new(Empty::new());
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}
