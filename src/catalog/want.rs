//! What a check asks of the request.

use serde::{Deserialize, Serialize};

/// What of the request a check cannot do without; where it is absent the check is skipped with that reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Want {
    /// Something to sign in with.
    Account,
    /// A `[[process]]` in the profile.
    Process,
    /// A name for a host, no literal address.
    Name,
    /// `--public-dns`.
    PublicDns,
    /// `--source-ip`.
    SourceIps,
    /// `[allowlist] rules`.
    Rules,
    /// `[allowlist] logs`.
    Logs,
    /// `[webhook] callback`.
    Callback,
    /// `[webhook]`.
    Webhook,
    /// `--allow-changes` and a listener.
    Changes,
    /// `[robot]`.
    Robot,
    /// `[robot] processes`.
    RobotProcesses,
    /// `--baseline`.
    Baseline,
}
