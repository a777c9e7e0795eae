//! The text of a ticket for those who may change the device.

use super::{Change, Wanted, joined};

/// Who needs what, why, until when, and how to undo it.
pub(super) fn text(wanted: &Wanted<'_>, change: &Change) -> String {
    let device = wanted
        .device
        .map_or("the firewall", |placed| placed.device.name.as_str());
    let destination = wanted
        .destination
        .map_or_else(|| "the Orchestrator server".to_owned(), |to| to.to_string());
    let source = wanted.source.unwrap_or("UiPath's documentation");
    let mut text = format!(
        "Subject: Allow UiPath Apps (cloud) to reach Orchestrator through {device}\n\n\
         What: new inbound TCP connections from {} to {destination} port {} (HTTPS).\n\
         Why: UiPath Apps calls Orchestrator from these published addresses ({}); the rules of {device}, as exported, stop them.\n\
         Source: {source}, as known on {}.\n\
         Until: UiPath publishes other ranges; orch-doctor tells when the list is old.\n",
        joined(wanted.missing, ", "),
        wanted.port,
        wanted.sets.join(", "),
        wanted.on,
    );
    for (title, commands) in [
        ("Change", &change.apply),
        ("Way back", &change.rollback),
        ("Check", &change.verify),
        ("Notes", &change.notes),
    ] {
        if !commands.is_empty() {
            let commands = commands.join("\n").replace('\n', "\n    ");
            text.extend(["\n", title, ":\n    ", &commands, "\n"]);
        }
    }
    text
}
