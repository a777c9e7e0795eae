//! The stand-in Orchestrator, from the outside: it behaves as the real one does, and every fault breaks it for real.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "support/client.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod client;

use client::{Answer, Client, NOW, tls};
use hickory_resolver::config::{NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use orch_doctor::demo::{ApiVersion, Fault, Harm, Hostile, Options, Stand, start};
use rustls::CertificateError;
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The prefix of OData functions.
const ODATA: &str = "UiPath.Server.Configuration.OData";
/// How long a thing that happens may take.
const GUARD: Duration = Duration::from_secs(10);
/// How long a thing that does not happen is waited for.
const SILENCE: Duration = Duration::from_millis(700);

/// A stand-in with these faults.
async fn with(faults: &[Fault]) -> Stand {
    start(Options {
        faults: faults.to_vec(),
        ..options()
    })
    .await
    .unwrap()
}

/// A healthy stand-in of this age.
async fn of(api_version: ApiVersion) -> Stand {
    start(Options {
        api_version,
        ..options()
    })
    .await
    .unwrap()
}

/// A stand-in that does this harm at this path.
async fn hostile(how: Harm, at: &str) -> Stand {
    start(Options {
        hostile: vec![Hostile {
            how,
            at: at.to_owned(),
        }],
        ..options()
    })
    .await
    .unwrap()
}

/// The options of a healthy stand-in.
fn options() -> Options {
    Options::new(NOW.parse().unwrap())
}

/// The port of a stand-in.
fn port(stand: &Stand) -> u16 {
    url::Url::parse(stand.suite_url()).unwrap().port().unwrap()
}

/// A TCP connection to a stand-in.
async fn connect(stand: &Stand) -> io::Result<TcpStream> {
    TcpStream::connect(("127.0.0.1", port(stand))).await
}

/// A TLS connection to a stand-in, or what went wrong.
async fn handshake(stand: &Stand) -> Result<TlsStream<TcpStream>, rustls::Error> {
    let stream = connect(stand).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let attempt = TlsConnector::from(Arc::new(tls(stand, &[]))).connect(name, stream);
    let error = match timeout(GUARD, attempt)
        .await
        .expect("an end of the handshake")
    {
        Ok(stream) => return Ok(stream),
        Err(error) => error,
    };
    Err(error
        .into_inner()
        .and_then(|inner| inner.downcast::<rustls::Error>().ok())
        .map_or_else(
            || rustls::Error::General("no TLS error".to_owned()),
            |error| *error,
        ))
}

/// How the certificate of a stand-in is judged.
async fn judged(fault: Fault) -> rustls::Error {
    handshake(&with(&[fault]).await)
        .await
        .expect_err("a certificate that is refused")
}

/// What signing in with the profile's password gives.
async fn login(fault: Fault) -> Answer {
    let stand = with(&[fault]).await;
    Client::new(&stand)
        .login(stand.username(), stand.password())
        .await
}

/// The processes of the profile's folder.
async fn processes(fault: Fault) -> Vec<Value> {
    let client = Client::visiting(with(&[fault]).await)
        .await
        .in_folder("Finance/Invoices")
        .await;
    client.get("/odata/Releases").await.json()["value"]
        .as_array()
        .unwrap()
        .clone()
}

/// The process of the profile among these.
fn wanted(processes: &[Value]) -> Option<&Value> {
    processes
        .iter()
        .find(|process| process["Name"] == "InvoiceBot")
}

/// What the dry run of a job says.
async fn dry_run(client: &Client) -> Answer {
    let found = client
        .get("/odata/Releases?$filter=Name%20eq%20'InvoiceBot'")
        .await
        .json();
    let body = json!({ "startInfo": { "ReleaseKey": found["value"][0]["Key"], "Strategy": "ModernJobsCount", "JobsCount": 1 } });
    client
        .post(&format!("/odata/Jobs/{ODATA}.ValidateDynamicJob"), &body)
        .await
}

#[tokio::test]
async fn a_password_opens_the_way_to_the_process() {
    let stand = with(&[]).await;
    let client = Client::signed_in(&stand)
        .await
        .in_folder("Finance/Invoices")
        .await;
    let found = client
        .get("/odata/Releases?$filter=Name%20eq%20'InvoiceBot'&$select=Name,ProcessVersion,Key")
        .await;
    assert_eq!(found.status, 200, "{found:?}");
    assert_eq!(found.json()["value"][0]["ProcessVersion"], "1.0.7");
    assert!(stand.log().writes().is_empty());
}

#[tokio::test]
async fn a_wrong_password_is_400_with_code_1000() {
    let stand = with(&[]).await;
    let answer = Client::new(&stand).login(stand.username(), "wrong").await;
    assert_eq!(
        (answer.status, &answer.json()["errorCode"]),
        (400, &json!(1000))
    );
}

#[tokio::test]
async fn every_answer_says_that_it_is_a_stand_in() {
    let stand = with(&[]).await;
    for path in [
        "/",
        "/nowhere",
        "/api/Status/Get",
        "/odata/Releases",
        "/swagger",
    ] {
        let answer = Client::new(&stand).get(path).await;
        assert_eq!(
            answer.headers["x-orchestrator-stand-in"], "orch-doctor demo",
            "{path}"
        );
        if answer
            .headers
            .get("content-type")
            .is_some_and(|kind| kind.to_str().unwrap().contains("html"))
        {
            assert!(answer.text.contains("orch-doctor demo"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_dry_run_exists_from_2022_on_and_is_no_write() {
    for version in ApiVersion::ALL {
        let stand = of(*version).await;
        let answer = dry_run(
            &Client::signed_in(&stand)
                .await
                .in_folder("Finance/Invoices")
                .await,
        )
        .await;
        match version {
            ApiVersion::V9 | ApiVersion::V10 | ApiVersion::V11 | ApiVersion::V13 => {
                assert_eq!(answer.status, 404);
            }
            ApiVersion::V15 | ApiVersion::V17 => {
                assert_eq!(answer.json()["IsValid"], true, "{answer:?}");
            }
        }
        assert!(stand.log().writes().is_empty());
    }
}

#[tokio::test]
async fn the_version_is_told_by_header_at_every_age_and_by_path_from_2021_on() {
    for version in ApiVersion::ALL {
        let client = Client::visiting(of(*version).await).await;
        let answer = client.get("/api/Status/Version").await;
        assert_eq!(answer.status == 404, *version <= ApiVersion::V11);
        let header = client.get("/api/Status/Get").await.headers["api-supported-versions"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            header.ends_with(&format!(" {}.0", version.number())),
            "{header}"
        );
    }
}

#[tokio::test]
async fn nobody_is_401_and_a_missing_permission_is_403() {
    let stand = with(&[]).await;
    let nobody = Client::new(&stand)
        .get(&format!("/odata/Users/{ODATA}.GetCurrentUser"))
        .await;
    assert_eq!(
        (nobody.status, &nobody.json()["message"]),
        (401, &json!("You are not authenticated!"))
    );
    let folders = Client::signed_in(&stand).await.get("/odata/Folders").await;
    assert_eq!(
        (folders.status, &folders.json()["message"]),
        (403, &json!("You are not authorized!"))
    );
}

#[tokio::test]
async fn a_folder_is_named_by_number_path_or_encoded_path_and_must_be_named() {
    let stand = with(&[]).await;
    let client = Client::signed_in(&stand).await;
    let path = "/odata/Releases?$top=1";
    assert_eq!(client.get(path).await.json()["errorCode"], 1101);
    assert_eq!(
        client
            .get_with(path, "X-UIPATH-OrganizationUnitId", "1")
            .await
            .json()["errorCode"],
        1100
    );
    assert_eq!(
        client
            .get_with(path, "X-UIPATH-FolderPath", "HR")
            .await
            .json()["errorCode"],
        1100
    );
    assert_eq!(
        client
            .get_with(path, "X-UIPATH-FolderPath", "Finance/Invoices")
            .await
            .status,
        200
    );
    let encoded: Vec<u8> = "経理/月次"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, encoded);
    assert_eq!(
        client
            .get_with(path, "X-UIPATH-FolderPath-Encoded", &encoded)
            .await
            .json()["value"][0]["Name"],
        "Dispatcher"
    );
}

#[tokio::test]
async fn a_folder_of_2500_processes_comes_in_pages_of_at_most_1000() {
    let client = Client::visiting(with(&[]).await)
        .await
        .in_folder("Load")
        .await;
    assert_eq!(
        client.get("/odata/Releases?$top=1001").await.json()["errorCode"],
        1000
    );
    let mut sizes = Vec::new();
    for skip in [0, 1000, 2000] {
        let page = client
            .get(&format!(
                "/odata/Releases?$top=1000&$skip={skip}&$count=true&$select=Id&$orderby=Id"
            ))
            .await
            .json();
        assert_eq!(page["@odata.count"], 2500);
        sizes.push(page["value"].as_array().unwrap().len());
    }
    assert_eq!(sizes, [1000, 1000, 500]);
    assert_eq!(
        client.get("/odata/Releases").await.json()["value"]
            .as_array()
            .unwrap()
            .len(),
        1000
    );
}

#[tokio::test]
async fn a_name_with_quote_and_signs_is_found() {
    let client = Client::visiting(with(&[]).await)
        .await
        .in_folder("R&D #1")
        .await;
    let found = client
        .get("/odata/Releases?$filter=Name%20eq%20'O''Brien''s%20%231%20%26%20only'")
        .await
        .json();
    assert_eq!(found["value"].as_array().unwrap().len(), 1, "{found}");
}

#[tokio::test]
async fn a_wrong_query_option_is_400_with_code_1000() {
    let client = Client::visiting(with(&[]).await)
        .await
        .in_folder("Shared")
        .await;
    for query in [
        "$filter=Nmae%20eq%20'x'",
        "$filter=Name%20eq",
        "$select=Nmae",
        "$orderby=Name%20up",
        "$top=-1",
        "$count=maybe",
        "$fliter=x",
    ] {
        let answer = client.get(&format!("/odata/Releases?{query}")).await;
        assert_eq!(
            (answer.status, &answer.json()["errorCode"]),
            (400, &json!(1000)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn the_suite_layout_serves_the_same_and_pages_for_all_else() {
    let stand = with(&[]).await;
    let suite = Client::at(&stand, stand.suite_url());
    let answer = suite.login(stand.username(), stand.password()).await;
    assert_eq!(
        (answer.status, answer.text.contains("<html")),
        (200, true),
        "the interface is below orchestrator_"
    );
    let inside = Client::at(&stand, &format!("{}/orchestrator_", stand.suite_url()));
    let token = inside
        .login(stand.username(), stand.password())
        .await
        .json()["result"]
        .as_str()
        .unwrap()
        .to_owned();
    let inside = inside
        .with_token(&token)
        .in_folder("Finance/Invoices")
        .await;
    let found = inside.get("/odata/Releases?$top=1").await.json();
    assert!(
        found["@odata.context"]
            .as_str()
            .unwrap()
            .contains("/acme/Default/orchestrator_/odata/$metadata")
    );
    let nowhere = Client::new(&stand).get("/nowhere").await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test]
async fn an_application_signs_in_at_host_and_organisation_and_sees_folders_only_by_odata() {
    let stand = with(&[]).await;
    let client = Client::new(&stand);
    let form = |secret: &str| {
        format!(
            "grant_type=client_credentials&client_id={}&client_secret={secret}&scope=OR.Execution.Read",
            stand.client_id()
        )
    };
    for place in ["/identity", "/identity_", "/acme/identity_"] {
        let answer = client
            .form(
                &format!("{place}/connect/token"),
                &form(stand.client_secret()),
            )
            .await;
        assert_eq!(answer.json()["token_type"], "Bearer", "{place}");
    }
    assert_eq!(
        client
            .form("/identity/connect/token", &form("wrong"))
            .await
            .json()["error"],
        "invalid_client"
    );
    let bad = form(stand.client_secret()).replace("OR.Execution.Read", "OR.Robots");
    assert_eq!(
        client.form("/identity/connect/token", &bad).await.json()["error"],
        "invalid_scope"
    );
    let token = client
        .form("/identity/connect/token", &form(stand.client_secret()))
        .await
        .json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let answer = Client::new(&stand)
        .with_token(&token)
        .get("/api/FoldersNavigation/GetAllFoldersForCurrentUser")
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(stand.log().accepted_logins(), 4);
}

#[tokio::test]
async fn a_port_of_its_own_tells_whether_it_can_be_reached() {
    let (stand, closed) = (with(&[]).await, with(&[Fault::PortRefused]).await);
    let client = Client::signed_in(&stand).await;
    let ask = |url: String| {
        let url: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        format!("/api/Status/VerifyHostAvailibility?url={url}")
    };
    let own = client.get(&ask(stand.suite_url().to_owned())).await.json();
    assert_eq!(
        own,
        json!({ "canConnect": true, "hasBadSsl": false, "connectionError": null })
    );
    let refused = client.get(&ask(closed.suite_url().to_owned())).await.json();
    assert_eq!(
        (&refused["canConnect"], &refused["hasBadSsl"]),
        (&json!(false), &json!(false))
    );
    let foreign = with(&[]).await;
    let foreign = client
        .get(&ask(foreign.suite_url().to_owned()))
        .await
        .json();
    assert_eq!(
        (&foreign["canConnect"], &foreign["hasBadSsl"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn a_ping_is_posted_and_signed() {
    let stand = with(&[]).await;
    let admin = Client::new(&stand)
        .login(stand.administrator(), stand.administrator_password())
        .await;
    let client = Client::new(&stand).with_token(admin.json()["result"].as_str().unwrap());
    let receiver = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/events", receiver.local_addr().unwrap());
    let body = json!({ "Name": "t", "Url": url, "Enabled": true, "Secret": "s3cret", "SubscribeToAllEvents": true, "AllowInsecureSsl": false });
    let made = client.post("/odata/Webhooks", &body).await;
    assert_eq!(
        (made.status, &made.json()["Secret"]),
        (201, &Value::from("s3cret"))
    );
    let ping = client
        .post(
            &format!("/odata/Webhooks({})/{ODATA}.Ping", made.json()["Id"]),
            &Value::Null,
        )
        .await;
    assert_eq!(ping.status, 202);
    let (mut stream, _) = timeout(GUARD, receiver.accept()).await.unwrap().unwrap();
    let mut text = String::new();
    while !text.contains("\"Type\":\"ping\"") {
        let mut piece = [0; 4096];
        let length = timeout(GUARD, stream.read(&mut piece))
            .await
            .unwrap()
            .unwrap();
        text.push_str(std::str::from_utf8(&piece[..length]).unwrap());
    }
    stream
        .write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
        .await
        .unwrap();
    assert!(
        text.starts_with("POST /events HTTP/1.1\r\n") && text.contains("\r\nx-uipath-signature: "),
        "{text}"
    );
    assert_eq!(stand.log().writes().len(), 2);
}

#[tokio::test]
async fn requests_on_one_connection_do_not_wait_for_one_another() {
    let delay = Duration::from_millis(100);
    let stand = start(Options { delay, ..options() }).await.unwrap();
    let client = Client::new(&stand);
    client.get("/api/Status/Get").await;
    let began = tokio::time::Instant::now();
    futures_util::future::join_all((0..8).map(|_| client.get("/api/Status/Get"))).await;
    let took = began.elapsed();
    assert!(took >= delay && took < delay * 8, "{took:?}");
    let log = stand.log();
    assert_eq!(
        (log.connections, log.requests[8].alpn.as_deref()),
        (1, Some("h2"))
    );
}

#[tokio::test]
async fn it_serves_both_loopback_addresses_and_ends_when_told() {
    let stand = with(&[]).await;
    let port = port(&stand);
    connect(&stand).await.unwrap();
    let six = TcpStream::connect(("::1", port)).await;
    assert!(
        six.is_ok() || six.is_err_and(|error| error.kind() != io::ErrorKind::ConnectionRefused)
    );
    let files = stand.profile().to_owned();
    timeout(GUARD, stand.stopped()).await.expect("an end");
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    assert!(!files.exists());
}

#[tokio::test]
async fn the_profile_names_what_there_is_and_no_secret() {
    let stand = with(&[]).await;
    let text = std::fs::read_to_string(stand.profile()).unwrap();
    let profile: toml::Table = text.parse().unwrap();
    assert_eq!(profile["orchestrator"]["url"].as_str(), Some(stand.url()));
    assert_eq!(profile["process"][0]["version"].as_str(), Some("1.0.7"));
    let http = u16::try_from(profile["network"]["http_port"].as_integer().unwrap()).unwrap();
    assert_eq!(
        TcpStream::connect(("127.0.0.1", http))
            .await
            .unwrap_err()
            .kind(),
        io::ErrorKind::ConnectionRefused
    );
    assert!(!text.contains(stand.password()));
    let robot = profile["robot"]["port"].as_integer();
    assert_eq!(robot, Some(i64::from(stand.robot_port())));
    assert_eq!(stand.ready_line()["robot_port"].as_i64(), robot);
    assert_ne!(stand.robot_port(), 0);
    #[cfg(unix)]
    for (path, mode) in [
        (stand.password_file(), 0o600),
        (stand.profile().parent().unwrap(), 0o700),
    ] {
        let permissions = std::fs::metadata(path).unwrap().permissions();
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777,
            mode,
            "{}",
            path.display()
        );
    }
    assert_eq!(
        std::fs::read_to_string(stand.password_file()).unwrap(),
        stand.password()
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_of_its_own_is_in_the_url_and_in_the_certificate() {
    let stand = start(Options {
        listen: "127.0.0.2:0".parse().unwrap(),
        ..options()
    })
    .await
    .unwrap();
    assert!(stand.url().starts_with("https://127.0.0.2:"));
    assert_eq!(Client::new(&stand).get("/api/Status/Get").await.status, 200);
}

#[tokio::test]
async fn url_faults_are_in_the_url() {
    assert!(
        with(&[Fault::UrlNotHttps])
            .await
            .url()
            .starts_with("http://localhost:")
    );
    assert_eq!(
        url::Url::parse(with(&[Fault::UrlExtraPath]).await.url())
            .unwrap()
            .path(),
        "/swagger/ui/index"
    );
}

#[tokio::test]
async fn name_faults_are_told_by_a_resolver() {
    use hickory_resolver::net::{DnsError, NetError};
    use hickory_resolver::proto::op::ResponseCode;
    for fault in [
        Fault::NameUnknown,
        Fault::NameWithoutAddress,
        Fault::NameServerFailure,
        Fault::NameServerRefused,
        Fault::NameServerSilent,
    ] {
        let stand = with(&[fault]).await;
        let server = stand.name_server().expect("a name server");
        let mut config = NameServerConfig::udp_and_tcp(server.ip());
        for connection in &mut config.connections {
            connection.port = server.port();
        }
        let mut builder = hickory_resolver::Resolver::builder_with_config(
            ResolverConfig::from_parts(None, vec![], vec![config]),
            TokioRuntimeProvider::default(),
        );
        *builder.options_mut() = ResolverOpts::default();
        builder.options_mut().timeout = SILENCE;
        builder.options_mut().attempts = 0;
        let host = url::Url::parse(stand.url())
            .unwrap()
            .host_str()
            .unwrap()
            .to_owned();
        let error = builder
            .build()
            .unwrap()
            .lookup_ip(format!("{host}."))
            .await
            .unwrap_err();
        let code = match &error {
            NetError::Dns(DnsError::NoRecordsFound(none)) => Some(none.response_code),
            NetError::Dns(DnsError::ResponseCode(code)) => Some(*code),
            _ => None,
        };
        let expected = match fault {
            Fault::NameUnknown => Some(ResponseCode::NXDomain),
            Fault::NameWithoutAddress => Some(ResponseCode::NoError),
            Fault::NameServerFailure => Some(ResponseCode::ServFail),
            Fault::NameServerRefused => Some(ResponseCode::Refused),
            _ => None,
        };
        assert_eq!(code, expected, "{}: {error:?}", fault.name());
    }
}

#[tokio::test]
async fn port_faults_are_told_by_a_connection() {
    let refused = with(&[Fault::PortRefused]).await;
    assert_eq!(
        connect(&refused).await.unwrap_err().kind(),
        io::ErrorKind::ConnectionRefused
    );
    if cfg!(target_os = "linux") {
        let silent = with(&[Fault::PortSilent]).await;
        assert!(timeout(SILENCE, connect(&silent)).await.is_err());
    }
}

#[tokio::test]
async fn tls_faults_are_told_by_a_handshake() {
    use rustls::{AlertDescription, Error, InvalidMessage};
    assert!(matches!(
        judged(Fault::TlsPlainHttp).await,
        Error::InvalidMessage(InvalidMessage::InvalidContentType)
    ));
    assert!(matches!(
        judged(Fault::TlsOtherProtocol).await,
        Error::InvalidMessage(InvalidMessage::InvalidContentType)
    ));
    assert!(matches!(
        judged(Fault::TlsNoSharedCipher).await,
        Error::AlertReceived(AlertDescription::HandshakeFailure)
    ));
    assert!(matches!(
        judged(Fault::TlsNameUnknown).await,
        Error::AlertReceived(AlertDescription::UnrecognisedName)
    ));
    assert!(matches!(
        judged(Fault::TlsTooOld).await,
        Error::PeerIncompatible(_)
    ));
    assert!(
        matches!(judged(Fault::TlsClosed).await, Error::General(_)),
        "no TLS error: the connection ends"
    );
    let silent = with(&[Fault::TlsSilent]).await;
    let attempt = timeout(SILENCE, handshake(&silent)).await;
    assert!(attempt.is_err());
    assert_eq!(silent.log().client_hellos, 1);
}

#[tokio::test]
async fn a_client_certificate_is_demanded() {
    let stand = with(&[Fault::TlsClientCertificate]).await;
    let mut stream = handshake(&stand)
        .await
        .expect("TLS 1.3 ends before the client's certificate is missed");
    let error = timeout(GUARD, stream.read_u8()).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("CertificateRequired"), "{error}");
}

#[tokio::test]
async fn certificate_faults_are_told_by_a_verifier() {
    use rustls::Error::InvalidCertificate;
    for fault in [
        Fault::CertificateSelfSigned,
        Fault::CertificatePrivateRoot,
        Fault::CertificateUnknownIssuer,
    ] {
        assert_eq!(
            judged(fault).await,
            InvalidCertificate(CertificateError::UnknownIssuer),
            "{}",
            fault.name()
        );
    }
    assert_eq!(
        judged(Fault::CertificateBadSignature).await,
        InvalidCertificate(CertificateError::BadSignature)
    );
    assert!(matches!(
        judged(Fault::CertificateChainInvalid).await,
        InvalidCertificate(CertificateError::Other(_))
    ));
    assert_eq!(
        judged(Fault::CertificateMalformed).await,
        InvalidCertificate(CertificateError::BadEncoding)
    );
    for fault in [Fault::CertificateOtherName, Fault::CertificateNoName] {
        assert!(
            matches!(
                judged(fault).await,
                InvalidCertificate(CertificateError::NotValidForNameContext { .. })
            ),
            "{}",
            fault.name()
        );
    }
    assert!(matches!(
        judged(Fault::CertificateExpired).await,
        InvalidCertificate(CertificateError::ExpiredContext { .. })
    ));
    assert!(matches!(
        judged(Fault::CertificateNotYetValid).await,
        InvalidCertificate(CertificateError::NotValidYetContext { .. })
    ));
    assert!(matches!(
        judged(Fault::CertificateWrongUsage).await,
        InvalidCertificate(CertificateError::InvalidPurposeContext { .. })
    ));
}

#[tokio::test]
async fn what_stands_in_orchestrators_place_answers_as_itself() {
    for (fault, status, mark) in [
        (Fault::AnswersHtmlPage, 200, "Contoso"),
        (Fault::AnswersLoginRedirect, 302, "sign-in page"),
        (Fault::AnswersGatewayError, 502, "502 Bad Gateway"),
        (Fault::AnswersIpRestricted, 403, "403.6"),
        (Fault::AnswersNotFound, 404, "File or directory not found"),
        (Fault::AnswersOtherService, 404, "inventory"),
    ] {
        let stand = with(&[fault]).await;
        let client = Client::new(&stand);
        for answer in [
            client.get("/api/Status/Get").await,
            client.login(stand.username(), stand.password()).await,
        ] {
            assert_eq!(answer.status, status, "{}", fault.name());
            assert!(
                answer.text.contains(mark),
                "{}: {}",
                fault.name(),
                answer.text
            );
        }
    }
    let silent = with(&[Fault::AnswersSilent]).await;
    assert!(
        timeout(SILENCE, Client::new(&silent).get("/api/Status/Get"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn orchestrator_without_its_database_is_down() {
    let stand = with(&[Fault::OrchestratorDown]).await;
    let client = Client::new(&stand);
    assert_eq!(client.get("/api/health").await.status, 503);
    assert_eq!(client.get("/api/Status/Get").await.status, 200);
    assert_eq!(
        client
            .login(stand.username(), stand.password())
            .await
            .status,
        500
    );
}

#[tokio::test]
async fn orchestrator_of_2018_has_no_folders() {
    let stand = with(&[Fault::VersionTooOld]).await;
    let client = Client::signed_in(&stand).await;
    assert_eq!(
        client
            .get("/api/FoldersNavigation/GetAllFoldersForCurrentUser")
            .await
            .status,
        404
    );
    assert_eq!(
        client.get("/api/Status/Get").await.headers["api-supported-versions"],
        "5.0, 6.0, 7.0"
    );
}

#[tokio::test]
async fn login_faults_differ_in_status_and_code() {
    let rejected = login(Fault::LoginRejected).await;
    assert_eq!(
        (rejected.status, &rejected.json()["errorCode"]),
        (400, &json!(1000))
    );
    let locked = login(Fault::LoginLockedOut).await;
    assert_eq!(
        (locked.status, &locked.json()["error"]["code"]),
        (400, &json!(9))
    );
    assert_eq!(login(Fault::LoginBasicAuthRestricted).await.status, 403);
    let throttled = login(Fault::LoginThrottled).await;
    assert_eq!(
        (
            throttled.status,
            throttled.headers["retry-after"].to_str().unwrap()
        ),
        (429, "60")
    );
}

#[tokio::test]
async fn folder_and_process_faults_are_in_the_lists() {
    let client = Client::visiting(with(&[Fault::FolderNotVisible]).await).await;
    let folders = client
        .get("/api/FoldersNavigation/GetAllFoldersForCurrentUser")
        .await
        .text;
    assert!(folders.contains("Finance/Archive") && !folders.contains("Finance/Invoices"));
    let denied = Client::visiting(with(&[Fault::ProcessesDenied]).await)
        .await
        .in_folder("Finance/Invoices")
        .await;
    assert_eq!(denied.get("/odata/Releases").await.status, 403);
    assert!(processes(Fault::ProcessesNone).await.is_empty());
    for fault in [Fault::ProcessAbsent, Fault::ProcessElsewhere] {
        let found = processes(fault).await;
        assert!(
            !found.is_empty() && wanted(&found).is_none(),
            "{}",
            fault.name()
        );
    }
    assert_eq!(
        wanted(&processes(Fault::ProcessDeleted).await).unwrap()["IsProcessDeleted"],
        true
    );
    assert_eq!(
        wanted(&processes(Fault::VersionChanged).await).unwrap()["ProcessVersion"],
        "1.0.8"
    );
    assert_eq!(
        wanted(&processes(Fault::VersionPackageMissing).await).unwrap()["ProcessVersion"],
        "1.0.7"
    );
    let stand = with(&[Fault::ProcessElsewhere]).await;
    let archive = Client::signed_in(&stand)
        .await
        .in_folder("Finance/Archive")
        .await;
    assert!(
        archive
            .get("/odata/Releases")
            .await
            .text
            .contains("InvoiceBot")
    );
}

#[tokio::test]
async fn package_versions_tell_what_is_left() {
    let path = format!(
        "/odata/Processes/{ODATA}.GetProcessVersions(processId='InvoiceBot')?$select=Version"
    );
    for (fault, expected) in [
        (None, "1.0.7 1.0.6 1.0.5"),
        (Some(Fault::VersionPackageMissing), "1.0.8 1.0.6"),
        (Some(Fault::ProcessDeleted), ""),
    ] {
        let client = Client::visiting(with(fault.as_slice()).await).await;
        let found = client.get(&path).await.json();
        let versions: Vec<&str> = found["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["Version"].as_str().unwrap())
            .collect();
        assert_eq!(versions.join(" "), expected);
    }
}

#[tokio::test]
async fn execution_faults_are_told_by_the_dry_run() {
    for (fault, code) in [
        (Fault::ExecuteNoRuntime, "TemplateNoRuntime"),
        (Fault::ExecuteNoRobot, "RobotNotAssignedToFolder"),
        (Fault::ExecuteNoLicence, "TemplateNoLicense"),
        (Fault::ExecuteNoHost, "TemplateNoHostsAvailable"),
    ] {
        let client = Client::visiting(with(&[fault]).await)
            .await
            .in_folder("Finance/Invoices")
            .await;
        assert_eq!(dry_run(&client).await.json()["ErrorCodes"], json!([code]));
    }
    let denied = Client::visiting(with(&[Fault::ExecuteDenied]).await)
        .await
        .in_folder("Finance/Invoices")
        .await;
    assert_eq!(dry_run(&denied).await.status, 403);
    let held = denied
        .get(&format!("/odata/Users/{ODATA}.GetCurrentPermissions"))
        .await
        .text;
    assert!(
        held.contains("Jobs.View") && !held.contains("Jobs.Create"),
        "{held}"
    );
}

#[tokio::test]
async fn secrets_come_back_where_that_is_asked_for() {
    let stand = hostile(Harm::EchoSecrets, "").await;
    let client = Client::new(&stand);
    let answer = client.login(stand.username(), stand.password()).await;
    assert!(answer.text.contains(stand.password()));
    assert!(
        answer.headers["x-echo"]
            .to_str()
            .unwrap()
            .contains(stand.password())
    );
    let token = answer.json()["result"].as_str().unwrap().to_owned();
    assert!(
        client.with_token(&token).get("/odata/Folders").await.json()["message"]
            .as_str()
            .unwrap()
            .contains(&token)
    );
}

#[tokio::test]
async fn a_redirect_points_to_another_origin_with_the_method_kept() {
    let stand = hostile(Harm::RedirectAway, "authenticate").await;
    let answer = Client::new(&stand)
        .login(stand.username(), stand.password())
        .await;
    assert_eq!(answer.status, 307);
    assert!(
        answer.headers["location"]
            .to_str()
            .unwrap()
            .starts_with("https://127.0.0.1:")
    );
}

#[tokio::test]
async fn hostile_bodies_are_hostile() {
    let body = |how| async move {
        let stand = hostile(how, "odata").await;
        Client::signed_in(&stand)
            .await
            .in_folder("Shared")
            .await
            .get("/odata/Releases")
            .await
    };
    assert!(serde_json::from_str::<Value>(&body(Harm::InvalidJson).await.text).is_err());
    assert!(serde_json::from_str::<Value>(&body(Harm::DeepJson).await.text).is_err());
    assert!(body(Harm::WrongTypes).await.json()["value"].is_object());
    assert!(body(Harm::NextLinkAway).await.json()["@odata.nextLink"].is_string());
    assert!(body(Harm::NanCount).await.text.contains("NaN"));
    assert_eq!(
        body(Harm::DuplicateKeys)
            .await
            .text
            .matches("@odata.context")
            .count(),
        2
    );
    assert_eq!(
        body(Harm::RedirectLoop).await.headers["location"],
        "/odata/Releases"
    );
}

/// The beginning of an answer over HTTP/1.1, of this many bytes, or all there is.
async fn beginning(stand: &Stand, path: &str, length: usize) -> Vec<u8> {
    let mut stream = handshake(stand).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    let mut piece = vec![0; 65_536];
    while text.len() < length {
        match timeout(GUARD, stream.read(&mut piece)).await.unwrap() {
            Ok(count @ 1..) => text.extend(&piece[..count]),
            Ok(0) | Err(_) => break,
        }
    }
    text
}

#[tokio::test]
async fn bodies_go_on_for_ever_break_off_or_come_byte_by_byte() {
    let endless = hostile(Harm::EndlessBody, "swagger").await;
    assert!(beginning(&endless, "/swagger", 4 << 20).await.len() >= 4 << 20);
    let whole = beginning(&with(&[]).await, "/swagger", usize::MAX).await;
    let cut = beginning(
        &hostile(Harm::CutBody, "swagger").await,
        "/swagger",
        usize::MAX,
    )
    .await;
    assert!(
        whole.ends_with(b"</html>\n") && !cut.ends_with(b"0\r\n\r\n") && cut.len() < whole.len()
    );
    let slow = hostile(Harm::SlowBody, "swagger").await;
    assert!(
        timeout(SILENCE, beginning(&slow, "/swagger", whole.len()))
            .await
            .is_err()
    );
    let never = hostile(Harm::NoAnswer, "swagger").await;
    assert!(
        timeout(SILENCE, beginning(&never, "/swagger", 1))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_bomb_is_valid_gzip_without_an_end() {
    let stand = hostile(Harm::GzipBomb, "status").await;
    let mut stream = handshake(&stand).await.unwrap();
    stream
        .write_all(b"GET /api/Status/Get HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut raw = vec![0; 65_536];
    stream.read_exact(&mut raw).await.unwrap();
    let start = raw
        .windows(2)
        .position(|two| two == [0x1f, 0x8b])
        .expect("the head of gzip");
    let mut packed = Vec::new();
    let mut rest = &raw[start..];
    // The first chunk is the head; the rest are pieces with their lengths before them.
    packed.extend(&rest[..10]);
    rest = &rest[10..];
    for _ in 0..3 {
        rest = &rest[2..];
        let end = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        packed.extend(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 2 + length..];
    }
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(packed.as_slice());
    let ended = io::Read::read_to_end(&mut reader, &mut unpacked);
    assert!(
        ended.is_err() && unpacked.len() == 3 << 20,
        "{ended:?} {}",
        unpacked.len()
    );
}

/// Serves until standard input ends, for clients that are no part of the tests.
#[tokio::test]
#[ignore = "serves other programs until standard input ends"]
#[expect(
    clippy::disallowed_methods,
    reason = "other programs judge the certificate by the real time"
)]
async fn serve() {
    let faults = std::env::var("FAULTS").unwrap_or_default();
    let faults: Vec<Fault> = faults
        .split_whitespace()
        .map(|name| name.parse().unwrap())
        .collect();
    let stand = start(Options {
        faults,
        ..Options::new(jiff::Timestamp::now())
    })
    .await
    .unwrap();
    println!("{}", stand.ready_line());
    tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink())
        .await
        .unwrap();
}
