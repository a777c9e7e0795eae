//! What fills the holes of sentences: the words that readings of evidence use.

use super::{Counted, Phrase};
use serde::Deserialize;

words! {
    /// Pieces of sentences, by what they are about.
    Facts {
        common: Common,
        answers: Answers,
        errands: Errands,
        outside: Outside,
        names: Names,
        sources: Sources,
        allowlist: Allowlist,
        logs: Logs,
        login: Login,
        folders: Folders,
        execute: Execute,
        delivery: Delivery,
        robots: Robots,
        privileges: Privileges,
        changes: Changes,
        hooks: Hooks,
        responders: Responders,
        handshakes: Handshakes,
        trust: Trust,
        ports: Ports,
        hops: Hops,
        comparison: Comparison,
    }

    /// Pieces that several sentences share.
    Common {
        more: Phrase, nothing: Phrase, none: Phrase, no_answer: Phrase, unknown: Phrase, quoted: Phrase,
        processes: Counted, at_least: Counted, some_processes: Phrase,
    }

    /// What an answer of Orchestrator said, or what came in its place.
    Answers {
        coded: Phrase, message: Phrase, unusable: Phrase, unconnected: Phrase, not_trusted: Phrase, silent: Phrase,
        closed: Phrase, not_http: Phrase, no_health: Phrase, health: Phrase,
    }

    /// What came of fetching what a certificate points to.
    Errands {
        failed: Phrase, astray: Phrase, not_http: Phrase, no_address: Phrase, inside: Phrase, unconnected: Phrase,
        silent: Phrase, malformed: Phrase, redirect: Phrase, status: Phrase, too_long: Phrase, proxy: Phrase,
    }

    /// The name as seen from outside.
    Outside {
        same: Phrase, differs: Phrase, no_address: Phrase, server: Phrase, some_server: Phrase, silent: Phrase,
        refused: Phrase, failed: Phrase, unasked: Phrase,
    }

    /// Trouble with a name.
    Names {
        dnssec: Phrase, servfail: Phrase, code: Phrase, circle: Phrase, lame: Phrase, malformed: Phrase,
        refused: Phrase, closed: Phrase, silent: Phrase, truncated: Phrase, unsendable: Phrase,
    }

    /// Connections from several addresses.
    Sources {
        answer: Phrase, refused: Phrase, silent: Phrase, prohibited: Phrase, unreachable: Phrase, reset: Phrase,
        not_here: Phrase, other: Phrase, by_proxy: Phrase,
    }

    /// The rules of devices.
    Allowlist {
        all_regions: Phrase, unread: Phrase, source: Phrase, last_device: Phrase, device: Phrase, no_rule: Phrase,
        no_line: Phrase, line: Phrase, construct: Phrase, set_unknown: Phrase, sets_unknown: Phrase, old: Phrase,
        no_set: Phrase,
    }

    /// What the server's logs show.
    Logs {
        times: Counted, published: Phrase, iis: Phrase, firewall: Phrase, untold: Phrase, iis_place: Phrase,
        firewall_place: Phrase, untold_place: Phrase, damage: Phrase, among_unknown: Phrase, among_nothing: Phrase,
        among_one: Phrase, among_span: Phrase, among: Phrase,
    }

    /// Signing in.
    Login {
        a_while: Phrase, minutes: Phrase, same_rejected: Phrase, three_rejected: Phrase,
    }

    /// Folders that an account sees, and where a process is.
    Folders {
        no_folder: Phrase, one_folder: Phrase, many_folders: Phrase, nowhere: Phrase, any_version: Phrase,
    }

    /// Whether a process may be run.
    Execute {
        no_permission: Phrase, somewhere: Phrase, dry_run: Phrase, permissions: Phrase,
    }

    /// A test event.
    Delivery {
        listen: Phrase, may_not_remove: Phrase, address: Phrase, refused: Phrase, unanswered: Phrase,
        create: Phrase, ping: Phrase, remains: Phrase,
    }

    /// The robot on this computer.
    Robots {
        allowed: Phrase, named: Phrase, web_server: Phrase, not_http: Phrase, closes: Phrase, useless: Phrase,
    }

    /// What the account may do.
    Privileges {
        role: Phrase, other_lists: Phrase, by_scopes: Phrase, rights: Phrase, code: Phrase, machines: Phrase,
        settings: Phrase, events: Phrase, contents: Phrase, records: Phrase, other: Phrase, no_risk: Phrase,
    }

    /// What is different from an earlier run.
    Changes {
        unknown_time: Phrase, more: Phrase, joint: Phrase, url: Phrase, address: Phrase, issuer: Phrase,
        certificate: Phrase, server: Phrase, api: Phrase, folder_number: Phrase, folder: Phrase, version: Phrase,
        key: Phrase, in_folder: Phrase, lost: Phrase, gained: Phrase, both: Phrase,
    }

    /// Webhooks.
    Hooks {
        named: Phrase, numbered: Phrase, count: Counted, none_of_them: Phrase, of_them: Phrase,
    }

    /// Who answers in place of Orchestrator.
    Responders {
        no_status: Phrase, not_http: Phrase, nowhere: Phrase, ahead: Phrase, behind: Phrase, days: Phrase,
        standalone: Phrase, suite: Phrase, either: Phrase, before_19_10: Phrase, from_19_10: Phrase,
        from_21_4: Phrase, from_22_4: Phrase, from_23_10: Phrase, cloud: Phrase, iis: Phrase, not_started: Phrase,
        http_sys: Phrase, swagger: Phrase, sign_in: Phrase, own_page: Phrase, proxy: Phrase, portal: Phrase,
        waf: Phrase, titled: Phrase, says: Phrase, named: Phrase, unnamed: Phrase, gate: Phrase,
        gateway: Phrase, moved: Phrase, plain: Phrase, wall: Phrase,
    }

    /// A handshake, and certificates that do not tell.
    Handshakes {
        would_agree: Phrase, answered: Phrase, no_tls: Phrase, bytes: Phrase, wrong_key: Phrase, alert: Phrase,
        no_alert: Phrase, plain_http: Phrase, smtp_or_ftp: Phrase, unknown_protocol: Phrase, subject: Phrase,
        issuer: Phrase, root: Phrase, last_served: Phrase, fault: Phrase, found: Phrase, product: Phrase,
        malformed: Phrase, fingerprint: Phrase, names: Phrase, common_name: Phrase, weakness: Phrase, key: Phrase,
        revoked_at: Phrase, revoked_for: Phrase, cloud_store: Phrase, told_by: Phrase, clock_agrees: Phrase,
        clock_valid: Phrase, clock_wrong: Phrase, ahead: Phrase, behind: Phrase, through: Phrase,
        whereabouts: Phrase, until: Phrase, unreadable: Phrase, addresses_more: Phrase, addresses_and: Phrase,
    }

    /// What is wrong with certificates.
    Trust {
        no_ca: Phrase, may_not_sign: Phrase, path_length: Phrase, name_constraint: Phrase,
        critical_extension: Phrase, malformed: Phrase, unproven: Phrase, spelling: Phrase, disputed: Phrase,
        root_not_here: Phrase, intermediate_here: Phrase, root_here: Phrase, old_version: Phrase, weak_key: Phrase,
        weak_signature: Phrase, no_handshake: Phrase, other_purpose: Phrase, of_ca: Phrase, no_staple: Phrase,
        by_staple: Phrase, by_responder: Phrase, by_list: Phrase, stapled: Phrase, response_at: Phrase,
        list_at: Phrase, key_unknown: Phrase, no_source: Phrase, undecided: Phrase, other_certificate: Phrase,
        stale: Phrase, unproven_answer: Phrase, unreadable_answer: Phrase, unfetched: Phrase, of_another: Phrase,
    }

    /// What stands in the way of a connection.
    Ports {
        attempts: Phrase, far_side: Phrase, refused: Phrase, silent: Phrase, by_device: Phrase,
        by_some_device: Phrase, not_allowed: Phrase, no_way: Phrase, no_way_here: Phrase, too_far: Phrase,
        no_family: Phrase, reset: Phrase, not_here: Phrase, host_itself: Phrase, device: Phrase,
        machine_or_device: Phrase, some_device: Phrase, name_absent: Phrase, name_empty: Phrase,
        name_failed: Phrase, name_refused: Phrase, name_silent: Phrase, proxy_silent: Phrase,
        proxy_refuses: Phrase, proxy_absent: Phrase, proxy_prohibited: Phrase, proxy_reset: Phrase,
        proxy_no_way: Phrase, wants_account: Phrase, rejects_account: Phrase, forbids: Phrase,
        host_unreached: Phrase, host_refuses: Phrase, declines: Phrase, socks_reply: Phrase, not_proxy: Phrase,
        proxy_closes: Phrase, proxy_broken: Phrase, this_machine: Phrase, other_scheme: Phrase, or: Phrase,
    }

    /// The way of the packets.
    Hops {
        unknown: Phrase, here_at: Phrase, here: Phrase, at: Phrase, mute: Phrase, rejected: Phrase,
        prohibited: Phrase, unreachable: Phrase, circles: Phrase, router_or_host: Phrase, nothing_beyond: Phrase,
        host_or_last_router: Phrase, answered_before_host: Phrase, circle: Phrase, distance_unknown: Phrase,
        no_hop_answers: Phrase, senders_untold: Phrase, contradiction: Phrase, not_sent: Phrase, by_proxy: Phrase,
        not_looked: Phrase, ends_between: Phrase, one_of: Phrase, hops: Phrase, here_named: Phrase, hop: Phrase,
        hop_address: Phrase, passes: Phrase, unsure: Phrase, other_ports: Phrase, no_port: Phrase,
        ends_here: Phrase, says: Phrase, host: Phrase, accepts: Phrase, and_yet: Phrase, distance_untold: Phrase,
        stops_here: Phrase, none_leaves: Phrase, stops_untold: Phrase, stopped_at: Phrase, stopped_between: Phrase,
        resets: Phrase, rejects: Phrase, vanish: Phrase, under_1_ms: Phrase, joint: Phrase,
        own_or_hosts_firewall: Phrase, host_or_own_firewall: Phrase, nothing_but_refusals: Phrase,
        next_door: Phrase, hops_away: Phrase,
    }

    /// `diff` for people.
    Comparison {
        between: Phrase, sentence: Phrase, pass: Phrase, warn: Phrase, unknown: Phrase, fail: Phrase,
    }
}
