//! The closed list of what can be broken in the stand-in, and the root each must lead to.

use super::version::ApiVersion;
use std::str::FromStr;

/// One thing that is broken in the world, for real: nothing is merely labelled as broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The URL handed out says http.
    UrlNotHttps,
    /// The URL handed out goes on after the address.
    UrlExtraPath,
    /// The name server says that the name does not exist.
    NameUnknown,
    /// The name server knows the name, without an address.
    NameWithoutAddress,
    /// The name server fails.
    NameServerFailure,
    /// The name server refuses to answer.
    NameServerRefused,
    /// The name server does not answer.
    NameServerSilent,
    /// The port is closed.
    PortRefused,
    /// The port does not answer.
    PortSilent,
    /// The port speaks HTTP without TLS.
    TlsPlainHttp,
    /// Connections are closed as soon as they are accepted.
    TlsClosed,
    /// Connections are accepted, and then nothing is said.
    TlsSilent,
    /// The port speaks another protocol.
    TlsOtherProtocol,
    /// The server knows TLS 1.0 only.
    TlsTooOld,
    /// The server shares no cipher suite with its clients.
    TlsNoSharedCipher,
    /// The server has no site for the name it is asked for.
    TlsNameUnknown,
    /// The server wants a certificate of its client.
    TlsClientCertificate,
    /// The certificate is signed by itself.
    CertificateSelfSigned,
    /// The chain ends in the company's own root.
    CertificatePrivateRoot,
    /// The leaf is served alone, and its issuer is found nowhere.
    CertificateUnknownIssuer,
    /// The root was made anew with the same name and another key.
    CertificateBadSignature,
    /// The intermediate certificate is no certificate authority.
    CertificateChainInvalid,
    /// The leaf certificate cannot be read.
    CertificateMalformed,
    /// The certificate is for another name.
    CertificateOtherName,
    /// The certificate has a common name and nothing else.
    CertificateNoName,
    /// The certificate has expired.
    CertificateExpired,
    /// The certificate is not valid yet.
    CertificateNotYetValid,
    /// The certificate may not be used by a server.
    CertificateWrongUsage,
    /// Every path gives a web page.
    AnswersHtmlPage,
    /// Every path is sent to a sign-in page.
    AnswersLoginRedirect,
    /// The load balancer has nothing behind it.
    AnswersGatewayError,
    /// The web server admits certain addresses only.
    AnswersIpRestricted,
    /// The web server has no Orchestrator.
    AnswersNotFound,
    /// Another service answers.
    AnswersOtherService,
    /// Requests are read and never answered.
    AnswersSilent,
    /// Orchestrator cannot reach its database.
    OrchestratorDown,
    /// Orchestrator is of 2018.
    VersionTooOld,
    /// The password was changed.
    LoginRejected,
    /// The account is locked.
    LoginLockedOut,
    /// Users with a password may not sign in.
    LoginBasicAuthRestricted,
    /// Sign-ins are throttled.
    LoginThrottled,
    /// The external application has another secret.
    LoginUnknownClient,
    /// The external application was not given a scope that it asks for.
    LoginBadScope,
    /// The ready token is over.
    LoginExpiredToken,
    /// The account is not assigned to the folder.
    FolderNotVisible,
    /// The account may not list processes.
    ProcessesDenied,
    /// The account may not view jobs.
    PrivilegesMissing,
    /// The folder has no process.
    ProcessesNone,
    /// The process is nowhere.
    ProcessAbsent,
    /// The process is in another folder.
    ProcessElsewhere,
    /// The package of the process is deleted.
    ProcessDeleted,
    /// The process runs another version.
    VersionChanged,
    /// The package of this version is gone.
    VersionPackageMissing,
    /// The account may not start jobs.
    ExecuteDenied,
    /// The folder has no runtime.
    ExecuteNoRuntime,
    /// The folder has no unattended robot.
    ExecuteNoRobot,
    /// No licence is left.
    ExecuteNoLicence,
    /// No machine is connected.
    ExecuteNoHost,
    /// The account may not see webhooks.
    WebhooksViewDenied,
    /// The account may make no webhook.
    WebhooksCreateDenied,
    /// Orchestrator does not get through to the callback.
    WebhookBlocked,
    /// Something inspects TLS between Orchestrator and the callback.
    WebhookBadTls,
    /// Events lose their signature on the way.
    EventsUnsigned,
    /// Events are changed on the way.
    EventsTampered,
    /// No robot runs on this computer.
    RobotNotListening,
    /// Another web server has the robot's port.
    RobotPortTaken,
    /// The robot has other processes.
    RobotProcessMissing,
}

/// One row of the list: the fault, its name, the check and symptom it leads to, what is broken.
type Row = (
    Fault,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// How many faults there are; a fault without a row does not compile.
const COUNT: usize = Fault::RobotProcessMissing as usize + 1;

/// The list, in the order of the enum (a test compares).
#[rustfmt::skip]
const ROWS: [Row; COUNT] = [
    (Fault::UrlNotHttps, "url-not-https", "url-complete", "not-https", "The URL typed into Apps begins with http."),
    (Fault::UrlExtraPath, "url-extra-path", "url-complete", "extra-path", "The URL typed into Apps ends in the path of the Swagger page."),
    (Fault::NameUnknown, "name-unknown", "name-resolves", "no-such-name", "The name server says that the name does not exist."),
    (Fault::NameWithoutAddress, "name-without-address", "name-resolves", "no-address", "The name server knows the name and has no address for it."),
    (Fault::NameServerFailure, "name-server-failure", "name-resolves", "server-failure", "The name server answers every question with a failure of its own."),
    (Fault::NameServerRefused, "name-server-refused", "name-resolves", "refused", "The name server refuses to answer questions from here."),
    (Fault::NameServerSilent, "name-server-silent", "name-resolves", "silent", "The name server takes every question and answers none."),
    (Fault::PortRefused, "port-refused", "port-open", "refused", "Nothing listens on the port."),
    (Fault::PortSilent, "port-silent", "port-open", "silent", "Connection attempts to the port are dropped."),
    (Fault::TlsPlainHttp, "tls-plain-http", "tls-agreed", "plain-http", "The port speaks HTTP without TLS."),
    (Fault::TlsClosed, "tls-closed", "tls-agreed", "closed", "The server closes each connection as soon as it is made."),
    (Fault::TlsSilent, "tls-silent", "tls-agreed", "silent", "The server accepts connections and says nothing."),
    (Fault::TlsOtherProtocol, "tls-other-protocol", "tls-agreed", "other-protocol", "An SSH server listens on the port."),
    (Fault::TlsTooOld, "tls-too-old", "tls-agreed", "too-old", "The server offers TLS 1.0 and nothing newer."),
    (Fault::TlsNoSharedCipher, "tls-no-shared-cipher", "tls-agreed", "no-shared-cipher", "The server accepts none of the cipher suites it is offered."),
    (Fault::TlsNameUnknown, "tls-name-unknown", "tls-agreed", "name-unknown", "The server has no site with this name."),
    (Fault::TlsClientCertificate, "tls-client-certificate", "tls-agreed", "client-certificate-required", "The server demands a client certificate."),
    (Fault::CertificateSelfSigned, "certificate-self-signed", "certificate-trusted", "self-signed", "The certificate is signed by itself."),
    (Fault::CertificatePrivateRoot, "certificate-private-root", "certificate-trusted", "private-root", "The chain, served whole, ends in a root that the cloud does not know."),
    (Fault::CertificateUnknownIssuer, "certificate-unknown-issuer", "certificate-trusted", "unknown-issuer", "The server sends its own certificate alone, and the issuer is found nowhere."),
    (Fault::CertificateBadSignature, "certificate-bad-signature", "certificate-trusted", "bad-signature", "The chain was issued by a root of the same name as the trusted one, with another key."),
    (Fault::CertificateChainInvalid, "certificate-chain-invalid", "certificate-trusted", "chain-invalid", "The certificate was issued with a certificate that is no authority."),
    (Fault::CertificateMalformed, "certificate-malformed", "certificate-trusted", "malformed", "The certificate that the server sends cannot be read."),
    (Fault::CertificateOtherName, "certificate-other-name", "certificate-names-host", "mismatch", "The certificate names another server."),
    (Fault::CertificateNoName, "certificate-no-name", "certificate-names-host", "no-alternative-name", "The certificate has the server's name as common name only."),
    (Fault::CertificateExpired, "certificate-expired", "certificate-in-date", "expired", "The certificate expired five days ago."),
    (Fault::CertificateNotYetValid, "certificate-not-yet-valid", "certificate-in-date", "not-yet-valid", "The certificate becomes valid in five days."),
    (Fault::CertificateWrongUsage, "certificate-wrong-usage", "certificate-strong", "wrong-usage", "The certificate is for clients, not for servers."),
    (Fault::AnswersHtmlPage, "answers-html-page", "orchestrator-answers", "html-page", "A web site answers every path with its start page."),
    (Fault::AnswersLoginRedirect, "answers-login-redirect", "orchestrator-answers", "login-redirect", "A sign-in proxy stands before Orchestrator and sends every request to its page."),
    (Fault::AnswersGatewayError, "answers-gateway-error", "orchestrator-answers", "gateway-error", "The load balancer has no server behind it."),
    (Fault::AnswersIpRestricted, "answers-ip-restricted", "orchestrator-answers", "ip-restricted", "IIS admits certain addresses only, and this is none of them."),
    (Fault::AnswersNotFound, "answers-not-found", "orchestrator-answers", "not-found", "The site has no Orchestrator: every path is unknown."),
    (Fault::AnswersOtherService, "answers-other-service", "orchestrator-answers", "other-service", "Another service, with an interface of its own, answers on the port."),
    (Fault::AnswersSilent, "answers-silent", "orchestrator-answers", "silent", "Requests are read and never answered."),
    (Fault::OrchestratorDown, "orchestrator-down", "orchestrator-healthy", "down", "Orchestrator runs and cannot reach its database."),
    (Fault::VersionTooOld, "version-too-old", "version-supported", "too-old", "Orchestrator is 2018.4, which Apps cannot use."),
    (Fault::LoginRejected, "login-rejected", "login-accepted", "rejected", "The password was changed on Orchestrator."),
    (Fault::LoginLockedOut, "login-locked-out", "login-accepted", "locked-out", "The account is locked after ten wrong passwords."),
    (Fault::LoginBasicAuthRestricted, "login-basic-auth-restricted", "login-accepted", "basic-auth-restricted", "Signing in with user name and password is restricted on Orchestrator."),
    (Fault::LoginThrottled, "login-throttled", "login-accepted", "throttled", "Sign-ins are throttled."),
    (Fault::LoginUnknownClient, "login-unknown-client", "login-accepted", "unknown-client", "The external application was registered anew, with another secret."),
    (Fault::LoginBadScope, "login-bad-scope", "login-accepted", "bad-scope", "The external application was not given the scope OR.Jobs."),
    (Fault::LoginExpiredToken, "login-expired-token", "login-accepted", "expired-token", "The profile has a token that ended a minute ago."),
    (Fault::FolderNotVisible, "folder-not-visible", "folder-visible", "not-visible", "The account is not assigned to the folder."),
    (Fault::ProcessesDenied, "processes-denied", "processes-listed", "denied", "The account's role lacks Processes.View."),
    (Fault::PrivilegesMissing, "privileges-missing", "privileges-least", "missing", "The account's role lacks Jobs.View, which Apps needs to show arguments."),
    (Fault::ProcessesNone, "processes-none", "processes-listed", "none", "The folder has no process."),
    (Fault::ProcessAbsent, "process-absent", "process-present", "absent", "The process was removed from its folder and is in no other."),
    (Fault::ProcessElsewhere, "process-elsewhere", "process-present", "elsewhere", "The process was moved to another folder."),
    (Fault::ProcessDeleted, "process-deleted", "process-present", "deleted", "The package of the process was deleted."),
    (Fault::VersionChanged, "version-changed", "version-present", "changed", "The process was updated to another version."),
    (Fault::VersionPackageMissing, "version-package-missing", "version-present", "package-missing", "The package of the version the process runs is gone from the feed."),
    (Fault::ExecuteDenied, "execute-denied", "process-executable", "denied", "The account's role lacks Jobs.Create."),
    (Fault::ExecuteNoRuntime, "execute-no-runtime", "process-executable", "no-runtime", "The folder has no machine with an unattended runtime."),
    (Fault::ExecuteNoRobot, "execute-no-robot", "process-executable", "no-robot", "The folder has no user with an unattended robot."),
    (Fault::ExecuteNoLicence, "execute-no-licence", "process-executable", "no-licence", "No unattended licence is left."),
    (Fault::ExecuteNoHost, "execute-no-host", "process-executable", "no-host", "No machine of the folder is connected."),
    (Fault::WebhooksViewDenied, "webhooks-view-denied", "webhooks-permitted", "view-denied", "The account's role lacks Webhooks.View."),
    (Fault::WebhooksCreateDenied, "webhooks-create-denied", "webhooks-permitted", "create-denied", "The account's role lacks Webhooks.Create."),
    (Fault::WebhookBlocked, "webhook-blocked", "webhook-reaches-cloud", "blocked", "Nothing lets Orchestrator through, outward, to the callback."),
    (Fault::WebhookBadTls, "webhook-bad-tls", "webhook-reaches-cloud", "bad-tls", "The callback, as Orchestrator sees it, has a certificate of an authority that it does not trust."),
    (Fault::EventsUnsigned, "events-unsigned", "webhook-delivers", "unsigned", "Events lose the header with their signature on the way."),
    (Fault::EventsTampered, "events-tampered", "webhook-delivers", "wrong-signature", "Events are changed on the way, after they were signed."),
    (Fault::RobotNotListening, "robot-not-listening", "robot-answers", "not-listening", "Nothing listens on the robot's port of this computer."),
    (Fault::RobotPortTaken, "robot-port-taken", "robot-answers", "port-taken", "Another web server has the robot's port of this computer."),
    (Fault::RobotProcessMissing, "robot-process-missing", "robot-has-process", "not-installed", "The robot of this computer, which asks nobody for consent, does not have the process."),
];

/// Every fault, in the order of the checklist.
const EVERY: [Fault; COUNT] = {
    let mut every = [Fault::UrlNotHttps; COUNT];
    let mut at = 0;
    while at < COUNT {
        every[at] = ROWS[at].0;
        at += 1;
    }
    every
};

impl Fault {
    /// Every fault, in the order of the checklist.
    pub const ALL: &'static [Self] = &EVERY;

    /// The row of this fault.
    const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The name by which it is switched on.
    pub const fn name(self) -> &'static str {
        self.row().1
    }

    /// What is broken, as one sentence.
    pub const fn breaks(self) -> &'static str {
        self.row().4
    }

    /// The age from which on it can be seen: before 2022 nothing says whether a job would run, health checks came with 2020.10 and the
    /// identity service with 2020.4.
    pub const fn since(self) -> ApiVersion {
        match self {
            Self::ExecuteNoRuntime
            | Self::ExecuteNoRobot
            | Self::ExecuteNoLicence
            | Self::ExecuteNoHost => ApiVersion::V15,
            Self::OrchestratorDown => ApiVersion::V11,
            Self::LoginUnknownClient | Self::LoginBadScope => ApiVersion::V10,
            _ => ApiVersion::V9,
        }
    }

    /// Whether only a run that may change something on Orchestrator (`--allow-changes`) finds it.
    pub const fn needs_changes(self) -> bool {
        matches!(self, Self::EventsUnsigned | Self::EventsTampered)
    }

    /// The check and the symptom that the diagnosis must name as the only root.
    pub const fn root(self) -> (&'static str, &'static str) {
        (self.row().2, self.row().3)
    }
}

/// A name that no fault has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("find a fault named {name:?}")]
pub struct UnknownFault {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        Self::ALL
            .iter()
            .copied()
            .find(|fault| fault.name() == name)
            .ok_or_else(|| UnknownFault {
                name: name.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn rows_stand_in_the_order_of_the_enum() {
        for (at, row) in ROWS.iter().enumerate() {
            assert_eq!(row.0 as usize, at, "{}", row.1);
        }
    }

    #[test]
    fn every_name_and_every_root_is_one_faults_own() {
        let names: HashSet<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        let roots: HashSet<_> = Fault::ALL.iter().map(|fault| fault.root()).collect();
        assert_eq!((names.len(), roots.len()), (COUNT, COUNT));
    }

    #[test]
    fn a_fault_is_found_by_its_name_and_by_no_other() {
        assert_eq!("port-silent".parse(), Ok(Fault::PortSilent));
        assert!("port_silent".parse::<Fault>().is_err());
    }
}
