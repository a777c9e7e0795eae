//! Orchestrator's URL as the user typed it into Apps.

use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr};

/// The host part of the URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// A name, in its ASCII form (internationalised names as punycode), without a trailing dot.
    Name(String),
    /// A literal address.
    Address(IpAddr),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// How Orchestrator's paths are laid out below the URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// An Orchestrator of its own: the API stands at the root.
    Standalone,
    /// Automation Suite: `/organization/tenant/orchestrator_`.
    AutomationSuite {
        /// The organisation's name in the path.
        organization: String,
        /// The tenant's name in the path.
        tenant: String,
    },
}

/// The layout a profile asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LayoutWanted {
    /// Told by the path.
    #[default]
    Auto,
    /// Standalone whatever the path.
    Standalone,
    /// Automation Suite.
    AutomationSuite,
}

/// Orchestrator as the URL names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The URL as typed, less surrounding blanks.
    pub typed: String,
    /// Whether the scheme is `https`.
    pub https: bool,
    /// The host.
    pub host: Host,
    /// The port, written or implied by the scheme.
    pub port: u16,
    /// Whether the port is written in the URL.
    pub port_written: bool,
    /// The path as typed, without a trailing slash; empty for none.
    pub path: String,
    /// The layout told by the path or the profile.
    pub layout: Layout,
    /// What of the path (with query and fragment) belongs to no layout; empty when all does.
    pub extra: String,
}

/// Why a URL cannot be used at all. What can be used and is wrong is a finding, not an error.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TargetError {
    /// Not a URL.
    #[error("cannot use this as Orchestrator's URL: {0}")]
    Syntax(String),
    /// Another scheme.
    #[error("cannot use a URL with the scheme {0}: Orchestrator's URL starts with https://")]
    Scheme(String),
    /// `user:password@`.
    #[error("cannot use a URL with a user name or password in it: put them into the profile")]
    UserInfo,
    /// Port 0.
    #[error("cannot use port 0 in Orchestrator's URL: a port is 1 to 65535")]
    PortZero,
    /// No host.
    #[error("cannot use a URL without a host")]
    NoHost,
}

impl Target {
    /// Parses what the user typed.
    ///
    /// # Errors
    /// What makes the text no usable URL.
    pub fn parse(typed: &str, wanted: LayoutWanted) -> Result<Self, TargetError> {
        let typed = typed.trim();
        let url = parsed(typed)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(TargetError::Scheme(crate::shown::shown(url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::UserInfo);
        }
        let host = match url.host() {
            Some(url::Host::Domain(name)) => {
                Host::Name(name.trim_end_matches('.').to_ascii_lowercase())
            }
            Some(url::Host::Ipv4(address)) => Host::Address(IpAddr::V4(address)),
            Some(url::Host::Ipv6(address)) => Host::Address(IpAddr::V6(address)),
            None => return Err(TargetError::NoHost),
        };
        let port = url.port_or_known_default().ok_or(TargetError::PortZero)?;
        if port == 0 {
            return Err(TargetError::PortZero);
        }
        let (layout, mut extra) = layout(url.path(), wanted);
        if let Some(query) = url.query() {
            extra.push('?');
            extra.push_str(query);
        }
        if url.fragment().is_some() {
            extra.push_str("#…");
        }
        Ok(Self {
            typed: typed.to_owned(),
            https: url.scheme() == "https",
            port_written: port_written(typed),
            path: url.path().trim_end_matches('/').to_owned(),
            host,
            port,
            layout,
            extra,
        })
    }

    /// The path below which the API stands: empty, or `/organization/tenant/orchestrator_`.
    pub fn base(&self) -> String {
        match &self.layout {
            Layout::Standalone => String::new(),
            Layout::AutomationSuite {
                organization,
                tenant,
            } => format!("/{organization}/{tenant}/orchestrator_"),
        }
    }

    /// The value of the `Host` header.
    pub fn authority(&self) -> String {
        let usual = if self.https { 443 } else { 80 };
        if self.port == usual {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// The URL, where a missing scheme is told in plain words.
fn parsed(typed: &str) -> Result<url::Url, TargetError> {
    if !typed.contains("://") {
        return Err(TargetError::Syntax(format!(
            "{} has no scheme; write https:// before it",
            crate::shown::shown(typed.rsplit('@').next().unwrap_or_default())
        )));
    }
    if typed
        .split("://")
        .nth(1)
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .is_some_and(|part| part.contains('@'))
    {
        return Err(TargetError::UserInfo);
    }
    url::Url::parse(typed).map_err(|cause| match cause {
        url::ParseError::InvalidPort => {
            TargetError::Syntax("its port is not a number from 1 to 65535".into())
        }
        url::ParseError::EmptyHost => TargetError::NoHost,
        other => TargetError::Syntax(other.to_string()),
    })
}

/// Whether a port stands in the text; `url` forgets one that is the scheme's own.
fn port_written(typed: &str) -> bool {
    let rest = typed.split_once("://").map_or(typed, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let after_host = authority.rsplit(']').next().unwrap_or_default();
    after_host
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Tells the layout by the path, and what of the path is too much.
fn layout(path: &str, wanted: LayoutWanted) -> (Layout, String) {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let suite = |organization: &str, tenant: &str| Layout::AutomationSuite {
        organization: organization.to_owned(),
        tenant: tenant.to_owned(),
    };
    match (wanted, parts.as_slice()) {
        (_, []) => (Layout::Standalone, String::new()),
        (LayoutWanted::Standalone, _) => (Layout::Standalone, path.to_owned()),
        (_, [organization, tenant]) if !api_word(organization) && !tenant.ends_with('_') => {
            (suite(organization, tenant), String::new())
        }
        (_, [organization, tenant, service, rest @ ..])
            if service.eq_ignore_ascii_case("orchestrator_") =>
        {
            let extra = if rest.is_empty() {
                String::new()
            } else {
                format!("/{}", rest.join("/"))
            };
            (suite(organization, tenant), extra)
        }
        (_, _) => (Layout::Standalone, path.to_owned()),
    }
}

/// First path parts that belong to a standalone Orchestrator's own pages, and so to no organisation.
fn api_word(part: &str) -> bool {
    [
        "swagger", "odata", "api", "identity", "account", "webhooks", "portal_", "tenant",
    ]
    .iter()
    .any(|word| part.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(typed: &str) -> Target {
        Target::parse(typed, LayoutWanted::Auto).expect("a usable URL")
    }

    #[test]
    fn a_written_port_is_told_from_an_implied_one() {
        assert!(target("https://orch.example.com:443/").port_written);
        assert!(!target("https://orch.example.com").port_written);
        assert!(!target("https://[2001:db8::1]/").port_written);
        assert!(target("https://[2001:db8::1]:8443").port_written);
    }

    #[test]
    fn an_international_name_becomes_punycode() {
        assert_eq!(
            target("https://bücher.example:8443").host,
            Host::Name("xn--bcher-kva.example".into())
        );
    }

    #[test]
    fn two_parts_of_a_path_are_organisation_and_tenant() {
        let suite = target("https://suite.example.com/acme/Default/orchestrator_/");
        assert_eq!(suite.base(), "/acme/Default/orchestrator_");
        assert_eq!(suite.extra, "");
        assert_eq!(
            target("https://suite.example.com/acme/Default").base(),
            "/acme/Default/orchestrator_"
        );
    }

    #[test]
    fn what_belongs_to_no_layout_is_extra() {
        // A service of the suite is no tenant.
        assert_eq!(
            target("https://suite.example.com/acme/orchestrator_").extra,
            "/acme/orchestrator_"
        );
        assert_eq!(
            target("https://orch.example.com:8443/swagger/ui/index").extra,
            "/swagger/ui/index"
        );
        assert_eq!(
            target("https://orch.example.com:8443/odata/Folders").extra,
            "/odata/Folders"
        );
    }

    #[test]
    fn a_password_in_the_url_is_refused_and_not_repeated() {
        for typed in [
            "https://u:CANARY@host",
            "https://CANARY@host:99999",
            "u:CANARY@host",
        ] {
            let refused = Target::parse(typed, LayoutWanted::Auto)
                .expect_err("no usable URL")
                .to_string();
            assert!(!refused.contains("CANARY"), "{refused}");
        }
    }

    #[test]
    fn bad_ports_are_refused() {
        assert_eq!(
            Target::parse("https://h:0", LayoutWanted::Auto),
            Err(TargetError::PortZero)
        );
        assert!(Target::parse("https://h:70000", LayoutWanted::Auto).is_err());
    }
}
