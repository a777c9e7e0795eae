//! The target of a rule.

use std::net::{IpAddr, SocketAddr};

use super::super::super::model::{Action, Target, Translation};
use super::{Place, Words};

/// How a chain is called.
#[derive(Clone, Copy)]
pub(super) enum Call {
    /// `-j`: and back.
    Jump,
    /// `-g`: and back to the caller.
    Goto,
}

/// What a target does. Its options are taken from the words.
pub(super) fn action(name: &str, call: Call, words: &mut Words<'_>, place: &Place<'_>) -> Action {
    if let Some(chain) = place.table.chains.get(name) {
        return match call {
            Call::Jump => Action::Jump(*chain),
            Call::Goto => Action::Goto(*chain),
        };
    }
    match name {
        "ACCEPT" => Action::Allow,
        "DROP" => Action::Deny,
        "REJECT" => {
            if words.take("--reject-with") {
                words.next();
            }
            Action::Deny
        }
        "RETURN" => Action::Return,
        "DNAT" | "REDIRECT" => translation(name, words),
        "SNAT" | "MASQUERADE" => rest(words, Action::Allow),
        "CT" if !words.words.iter().any(|word| word == "--notrack") => {
            rest(words, Action::Continue)
        }
        "LOG" | "NFLOG" | "ULOG" | "MARK" | "CONNMARK" | "CONNSECMARK" | "SECMARK" | "CLASSIFY"
        | "TCPMSS" | "TCPOPTSTRIP" | "TOS" | "DSCP" | "ECN" | "TTL" | "HL" | "SET" | "TRACE"
        | "AUDIT" | "CHECKSUM" | "RATEEST" | "IDLETIMER" | "LED" | "TEE" | "NFACCT" => {
            rest(words, Action::Continue)
        }
        _ => {
            let options = words.words.join(" ");
            rest(
                words,
                Action::Unknown(format!("-j {name} {options}").trim_end().into()),
            )
        }
    }
}

/// Passes the options of a target that do not change what it does here.
fn rest(words: &mut Words<'_>, action: Action) -> Action {
    words.words = &[];
    action
}

/// `DNAT --to-destination ADDRESS[:PORT]`, `REDIRECT [--to-ports PORT]`.
fn translation(name: &str, words: &mut Words<'_>) -> Action {
    let mut translation = Translation {
        to: if name == "DNAT" {
            Target::Same
        } else {
            Target::Itself
        },
        port: None,
    };
    let whole = format!("-j {name} {}", words.words.join(" "));
    let unknown = || Action::Unknown(whole.trim_end().into());
    while let Some(option) = words
        .words
        .first()
        .filter(|word| word.starts_with("--"))
        .cloned()
    {
        words.next();
        let values = words.values();
        match (option.as_str(), values.as_slice()) {
            ("--to-destination", [to]) => match destination(to) {
                Some((address, port)) => translation = Translation { to: address, port },
                None => return unknown(),
            },
            ("--to-ports", [port]) => match port.parse() {
                Ok(port) => translation.port = Some(port),
                Err(_) => return unknown(),
            },
            ("--random" | "--persistent", []) => {}
            _ => return unknown(),
        }
    }
    Action::Translate(translation)
}

/// `10.0.0.5`, `10.0.0.5:8443`, `:8443`, `[2001:db8::5]:8443`.
fn destination(text: &str) -> Option<(Target, Option<u16>)> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some((Target::Address(address), None));
    }
    if let Ok(both) = text.parse::<SocketAddr>() {
        return Some((Target::Address(both.ip()), Some(both.port())));
    }
    if let Some(port) = text.strip_prefix(':') {
        return port.parse().ok().map(|port| (Target::Same, Some(port)));
    }
    let address = text.strip_prefix('[')?.strip_suffix(']')?;
    address
        .parse::<IpAddr>()
        .ok()
        .map(|address| (Target::Address(address), None))
}
