//! The names that somebody gave to addresses: they help people to find a device, and prove nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use hickory_resolver::proto::rr::{Name, RecordType};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use super::ask::ask;
use super::message::{Answer, Question};
use super::system::System;
use crate::shown::shown;

/// No more addresses than this are asked about: as many as a path has hops.
const MOST: usize = 32;

/// A name that does not come within this time is left out.
const PATIENCE: Duration = Duration::from_millis(800);

/// Names that are on their way when the last address is known have this long to arrive.
const GRACE: Duration = Duration::from_millis(200);

/// Asks for the name of each address as soon as it is known, until there are no more of them, and never beyond `end`.
/// The given server is asked, or else this machine's way is taken: its hosts file, then its name servers.
///
/// The names are what strangers wrote, made safe to show.
pub async fn names_of(
    mut addresses: UnboundedReceiver<IpAddr>,
    server: Option<SocketAddr>,
    end: Instant,
) -> BTreeMap<IpAddr, String> {
    let system = System::read();
    let system = &match server {
        Some(server) => system.with_server(server),
        None => system,
    };
    let mut names = BTreeMap::new();
    let mut asked = BTreeSet::new();
    let mut under_way = FuturesUnordered::new();
    let mut until = end;
    let mut more = true;
    while more || !under_way.is_empty() {
        tokio::select! {
            address = addresses.recv(), if more => match address {
                Some(address) if asked.len() < MOST && asked.insert(address) => {
                    under_way.push(async move { (address, name_of(address, system).await) });
                }
                Some(_) => {}
                None => {
                    more = false;
                    until = until.min(Instant::now() + GRACE);
                }
            },
            Some((address, name)) = under_way.next() => {
                names.extend(name.map(|name| (address, name)));
            }
            () = sleep_until(until) => break,
        }
    }
    names
}

/// The name of an address.
async fn name_of(address: IpAddr, system: &System) -> Option<String> {
    if let Some(name) = system.hosts.name(address) {
        return Some(shown(name));
    }
    let question = Question {
        name: Name::from(address),
        kind: RecordType::PTR,
        extended: true,
        unvalidated: false,
    };
    let heard = ask(&question, &system.servers, Instant::now() + PATIENCE).await;
    heard.into_iter().find_map(|exchange| {
        let Answer::Name { name } = exchange.answer else {
            return None;
        };
        Some(shown(&name))
    })
}
