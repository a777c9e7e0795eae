//! `--revocation`: the CA is asked about the leaf and the intermediates, and what it says is believed where it proves who says it.
//!
//! The responder is OpenSSL's; a test that cannot run says so, and fails where `ORCH_DOCTOR_REQUIRE` is set.

#![expect(clippy::unwrap_used, reason = "a test stops at what it cannot do")]

#[path = "support/chains.rs"]
#[expect(dead_code, reason = "the tests of --aia use the rest of it")]
mod chains;
#[path = "support/needs.rs"]
mod needs;

use chains::{HOST, Made, Web, ca, pointless_leaf, responder_address, serve_chain};
use rcgen::{
    CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    ExtendedKeyUsagePurpose, Issuer, KeyIdMethod, RevocationReason, RevokedCertParams,
    SerialNumber, date_time_ymd,
};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

const LEAF: [u8; 3] = [0x5a, 0x10, 0x01];
const MIDDLE: [u8; 3] = [0x5a, 0x20, 0x02];

fn has_openssl() -> bool {
    needs::program("a responder of OpenSSL", "openssl", "version")
}

/// The parameters with that serial number, whose list is there.
fn numbered(mut params: CertificateParams, serial: &[u8], list: Option<&str>) -> CertificateParams {
    params.serial_number = Some(SerialNumber::from(serial.to_vec()));
    params
        .crl_distribution_points
        .extend(list.map(|url| CrlDistributionPoint {
            uris: vec![url.to_owned()],
        }));
    params
}

/// A list of the issuer that holds these serial numbers, until that year.
fn list(issuer: &Made, revoked: &[&[u8]], until: i32) -> Vec<u8> {
    let entry = |serial: &&[u8]| RevokedCertParams {
        serial_number: SerialNumber::from(serial.to_vec()),
        revocation_time: date_time_ymd(2026, 3, 4),
        reason_code: Some(RevocationReason::KeyCompromise),
        invalidity_date: None,
    };
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(until, 1, 1),
        crl_number: SerialNumber::from(7),
        issuing_distribution_point: None,
        revoked_certs: revoked.iter().map(entry).collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let issuer = Issuer::from_params(&issuer.params, &issuer.key);
    params.signed_by(&issuer).unwrap().der().to_vec()
}

/// A CA whose key may sign lists; rcgen asks for that to be said.
fn signing_ca(name: &str) -> CertificateParams {
    let mut params = ca(name, None);
    params.key_usages = vec![
        rcgen::KeyUsagePurpose::KeyCertSign,
        rcgen::KeyUsagePurpose::CrlSign,
    ];
    params
}

/// The row of certificate-unrevoked.
async fn unrevoked(server: SocketAddr, root: &Made, more: &[&str]) -> Value {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("root.pem");
    std::fs::write(&file, root.pem()).unwrap();
    let port = server.port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_orch-doctor"));
    command
        .args(["check", &format!("https://{HOST}:{port}"), "--resolve"])
        .arg(format!("{HOST}:{port}:127.0.0.1"))
        .args(["--only", "certificate-unrevoked", "--format", "json"])
        .arg("--cloud-roots")
        .arg(file)
        .args(more);
    let run = tokio::task::spawn_blocking(move || command.output().unwrap());
    let report: Value = serde_json::from_slice(&run.await.unwrap().stdout).unwrap();
    let rows = report["rows"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["check"] == "certificate-unrevoked");
    row.unwrap().clone()
}

/// What a row comes to: symptom and sentence.
fn told(row: &Value) -> (&str, &str) {
    (
        row["symptom"].as_str().unwrap(),
        row["says"].as_str().unwrap(),
    )
}

/// OpenSSL's responder of a CA, which ends with the test.
struct Responder {
    child: Child,
    url: String,
    folder: TempDir,
}

impl Drop for Responder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Responder {
    /// A responder that answers for that CA by that signer, with these lines as its index.
    fn start(issuer: &Made, signer: &Made, index: &[(&[u8], Option<&str>)]) -> Self {
        let folder = TempDir::new().unwrap();
        let write = |file: &str, text: &str| {
            std::fs::write(folder.path().join(file), text).unwrap();
        };
        let mut lines = String::new();
        for (serial, revoked) in index {
            let serial = orch_doctor::shown::hex(serial).to_uppercase();
            let (state, revoked) = revoked.map_or(("V", ""), |revoked| ("R", revoked));
            writeln!(
                lines,
                "{state}\t490101000000Z\t{revoked}\t{serial}\tunknown\t/CN=x"
            )
            .unwrap();
        }
        write("index.txt", &lines);
        write("ca.pem", &issuer.pem());
        write("signer.pem", &signer.pem());
        write("signer.key", &signer.key.serialize_pem());
        let mut child = Command::new("openssl")
            .args(["ocsp", "-port", "0", "-index", "index.txt", "-CA", "ca.pem"])
            .args([
                "-rsigner",
                "signer.pem",
                "-rkey",
                "signer.key",
                "-ndays",
                "3",
            ])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = printed.find_map(|line| {
            let line = line.unwrap();
            let address = line.strip_prefix("ACCEPT ")?.split(' ').next()?.to_owned();
            address.rsplit_once(':').map(|(_, port)| port.to_owned())
        });
        // What it prints later has to be read by someone.
        std::thread::spawn(move || printed.for_each(drop));
        let url = format!("http://127.0.0.1:{}/ocsp", port.unwrap());
        Self { child, url, folder }
    }
}

/// A leaf about which that responder can be asked.
fn answered_by(responder: &str) -> CertificateParams {
    let mut params = numbered(pointless_leaf(), &LEAF, None);
    params.custom_extensions.push(responder_address(responder));
    params
}

#[tokio::test(flavor = "multi_thread")]
async fn the_responder_is_asked_only_where_that_is_permitted() {
    if !has_openssl() {
        return;
    }
    let root = Made::root("Root of All");
    let responder = Responder::start(&root, &root, &[(&LEAF, None)]);
    let server = serve_chain(&root.issue(answered_by(&responder.url)), &[], Vec::new()).await;

    let row = unrevoked(server, &root, &[]).await;
    assert_eq!(told(&row).0, "untold");
    assert!(told(&row).1.contains("staples no OCSP response"), "{row}");
    let remedies = row["try"].to_string();
    assert!(remedies.contains("--revocation"), "{row}");

    let row = unrevoked(server, &root, &["--revocation"]).await;
    let (symptom, says) = told(&row);
    assert_eq!(symptom, "unrevoked", "{row}");
    assert!(says.contains(&responder.url), "{says}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_is_told_with_its_day_and_reason() {
    if !has_openssl() {
        return;
    }
    let root = Made::root("Root of All");
    let revoked = Some("260304050607Z,keyCompromise");
    let responder = Responder::start(&root, &root, &[(&LEAF, revoked)]);
    let server = serve_chain(&root.issue(answered_by(&responder.url)), &[], Vec::new()).await;
    let row = unrevoked(server, &root, &["--revocation"]).await;
    let (symptom, says) = told(&row);
    assert_eq!(symptom, "revoked", "{row}");
    assert!(says.contains("2026-03-04 05:06 UTC"), "{says}");
    assert!(says.contains("key compromise"), "{says}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_responder_is_believed_when_its_ca_made_it_one() {
    if !has_openssl() {
        return;
    }
    let root = Made::root("Root of All");
    let mut params = CertificateParams::default();
    params.not_after = date_time_ymd(2099, 1, 1);
    let bare = root.issue(params.clone());
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
    let appointed = root.issue(params.clone());
    let mut over = params.clone();
    over.not_after = date_time_ymd(2021, 1, 1);
    let over = root.issue(over);
    let foreign = Made::root("Root of All").issue(params);
    let unknown_to_it: [(&[u8], Option<&str>); 1] = [(&MIDDLE, None)];
    let good: [(&[u8], Option<&str>); 1] = [(&LEAF, None)];
    for (signer, index, symptom, part) in [
        (&appointed, good, "unrevoked", "is good"),
        (&bare, good, "untold", "could not be proven"),
        (&over, good, "untold", "could not be proven"),
        (&foreign, good, "untold", "could not be proven"),
        (&appointed, unknown_to_it, "untold", "does not decide"),
    ] {
        let responder = Responder::start(&root, signer, &index);
        let server = serve_chain(&root.issue(answered_by(&responder.url)), &[], Vec::new()).await;
        let row = unrevoked(server, &root, &["--revocation"]).await;
        assert_eq!(told(&row).0, symptom, "{row}");
        assert!(told(&row).1.contains(part), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_staple_that_settles_it_spares_the_question() {
    if !has_openssl() {
        return;
    }
    let web = Web::start().await;
    let root = Made::root("Root of All");
    let leaf = root.issue(answered_by(&web.url("/ocsp")));
    let responder = Responder::start(&root, &root, &[(&LEAF, None)]);
    std::fs::write(responder.folder.path().join("leaf.pem"), leaf.pem()).unwrap();
    let made = Command::new("openssl")
        .args([
            "ocsp",
            "-issuer",
            "ca.pem",
            "-cert",
            "leaf.pem",
            "-noverify",
        ])
        .args(["-url", &responder.url, "-respout", "staple.der"])
        .current_dir(responder.folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let staple = std::fs::read(responder.folder.path().join("staple.der")).unwrap();
    let server = serve_chain(&leaf, &[], staple).await;
    let row = unrevoked(server, &root, &["--revocation"]).await;
    assert_eq!(told(&row).0, "unrevoked", "{row}");
    assert!(told(&row).1.contains("staples"), "{row}");
    assert_eq!(web.asked(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_settles_it_where_it_is_the_issuers_and_in_date() {
    let web = Web::start().await;
    let root = Made::root("Root of All");
    let middle = root.issue(signing_ca("Issuing CA"));
    let stranger = Made::root("Issuing CA");
    web.file("/good", &list(&middle, &[&MIDDLE], 2099));
    web.file("/revoked", &list(&middle, &[&MIDDLE, &LEAF], 2099));
    web.file("/over", &list(&middle, &[], 2021));
    web.file("/stranger", &list(&stranger, &[&LEAF], 2099));
    web.file("/other", &list(&root, &[&LEAF], 2099));
    web.file("/noise", b"\x30\x82\xff\xff a list of nothing");
    web.file("/long", &vec![0x30; 65 << 10]);
    for (path, symptom, part) in [
        ("/good", "unrevoked", "its revocation list at"),
        (
            "/revoked",
            "revoked",
            "2026-03-04 00:00 UTC (key compromise)",
        ),
        ("/over", "untold", "is out of date"),
        ("/stranger", "untold", "could not be proven"),
        ("/other", "untold", "about another certificate"),
        ("/noise", "untold", "cannot be read"),
        ("/long", "untold", "longer than 64 KB"),
        ("/none", "untold", "status 404"),
    ] {
        let leaf = middle.issue(numbered(pointless_leaf(), &LEAF, Some(&web.url(path))));
        let server = serve_chain(&leaf, &[&middle], Vec::new()).await;
        let row = unrevoked(server, &root, &["--revocation"]).await;
        assert_eq!(told(&row).0, symptom, "{path}: {row}");
        assert!(told(&row).1.contains(part), "{path}: {row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn intermediates_are_asked_about_as_the_leaf_is() {
    let web = Web::start().await;
    let root = Made::root("Root of All");
    for (revoked, symptom, part) in [
        (&[][..], "unrevoked", "is good"),
        (&[&MIDDLE[..]][..], "revoked", "Issuing CA"),
    ] {
        let path = format!("/root-{symptom}");
        web.file(&path, &list(&root, revoked, 2099));
        let params = numbered(signing_ca("Issuing CA"), &MIDDLE, Some(&web.url(&path)));
        let middle = root.issue(params);
        let path = format!("/leaf-{symptom}");
        web.file(&path, &list(&middle, &[], 2099));
        let leaf = middle.issue(numbered(pointless_leaf(), &LEAF, Some(&web.url(&path))));
        let server = serve_chain(&leaf, &[&middle], Vec::new()).await;
        let row = unrevoked(server, &root, &["--revocation"]).await;
        assert_eq!(told(&row).0, symptom, "{row}");
        assert!(told(&row).1.contains(part), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_tells_of_the_questions_and_asks_none() {
    for (more, expected) in [
        (&[][..], &[][..]),
        (&["--revocation"][..], &["POST", "GET"]),
    ] {
        let run = Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
            .args(["plan", "https://orch.example.com", "--format", "json"])
            .args(["--only", "certificate-unrevoked"])
            .args(more)
            .output()
            .unwrap();
        let plan: Value = serde_json::from_slice(&run.stdout).unwrap();
        let steps = plan.as_array().unwrap().iter();
        let methods: Vec<&str> = steps
            .filter(|step| step["kind"] == "http")
            .map(|step| step["method"].as_str().unwrap())
            .collect();
        assert_eq!(methods, expected, "{plan}");
    }
}
