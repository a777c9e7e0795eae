//! The canary: a password, a client secret and a token that must appear nowhere, against a server that sends them back.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(
    clippy::unnecessary_debug_formatting,
    reason = "paths are quoted for TOML"
)]

use base64::Engine as _;
use orch_doctor::demo::{Harm, Hostile, Options, Stand, start};
use orch_doctor::world::real;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TOKEN: &str = "CANARY-token-4f1d9a7be2c05386";

/// A hostile stand-in, and a folder for what is written.
struct Scene {
    stand: Stand,
    folder: tempfile::TempDir,
}

impl Scene {
    async fn new(how: &[Harm]) -> Self {
        let hostile = how.iter().map(|how| Hostile {
            how: *how,
            at: String::new(),
        });
        let options = Options {
            hostile: hostile.collect(),
            ..Options::new(real::world().clock.now())
        };
        Self {
            stand: start(options).await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Every secret of the scene, in the forms it could leak in.
    fn canaries(&self) -> Vec<String> {
        let secrets = [self.stand.password(), self.stand.client_secret(), TOKEN];
        secrets
            .into_iter()
            .flat_map(|secret| {
                let base64 = base64::engine::general_purpose::STANDARD.encode(secret);
                [secret.to_owned(), base64, secret.chars().rev().collect()]
            })
            .collect()
    }

    /// A profile that signs in in this way.
    fn profile(&self, sign_in: &str) -> PathBuf {
        let path = self.folder.path().join(format!("{sign_in}.toml"));
        std::fs::write(self.folder.path().join("token"), TOKEN).unwrap();
        let credential = match sign_in {
            "password" => format!(
                "username = {:?}\npassword = {{ file = {:?} }}",
                self.stand.username(),
                self.stand.password_file()
            ),
            "client-credentials" => format!(
                "client_id = {:?}\nclient_secret = {{ file = {:?} }}",
                self.stand.client_id(),
                self.stand.client_secret_file()
            ),
            _ => "token = { file = \"token\" }".to_owned(),
        };
        let text = format!(
            "[orchestrator]\nurl = {:?}\nsign_in = {sign_in:?}\n[credential]\n{credential}\n\
             [network]\ncloud_roots = {:?}\n\
             [[process]]\nfolder = \"Finance/Invoices\"\nname = \"InvoiceBot\"\nversion = \"1.0.7\"\n",
            self.stand.url(),
            self.stand.roots()
        );
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Runs the program, with everything it may log.
    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
            .args(arguments)
            .env("ORCH_DOCTOR_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .env("XDG_STATE_HOME", self.folder.path())
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    /// Fails if any canary is in the output or in a file that was written.
    fn assert_clean(&self, output: &Output, what: &str) {
        let mut texts = vec![
            (what.to_owned(), output.stdout.clone()),
            (what.to_owned(), output.stderr.clone()),
        ];
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            let ours = path.file_name().is_some_and(|name| name == "token");
            if path.is_file() && !ours {
                texts.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
        for (place, bytes) in texts {
            let text = String::from_utf8_lossy(&bytes);
            for canary in self.canaries() {
                assert!(!text.contains(&canary), "{what}: {canary} is in {place}");
            }
        }
    }

    /// Whether a file of the folder is there.
    fn wrote(&self, name: &str) -> bool {
        Path::new(&self.folder.path().join(name)).is_file()
    }
}

/// Runs every command that there is over one profile.
fn every_command(scene: &Scene, sign_in: &str) {
    let profile = scene.profile(sign_in);
    let profile = profile.to_str().unwrap();
    let quick = ["--connect-timeout", "2", "--deadline", "5"];
    let check = ["check", "--profile", profile];
    for arguments in [
        [&check, &quick[..], &["--format", "text"]].concat(),
        [
            &check,
            &quick[..],
            &["--format", "json", "--output", "report.json"],
        ]
        .concat(),
        [
            &check,
            &quick[..],
            &["--format", "jsonl", "--record", "run.jsonl"],
        ]
        .concat(),
        vec!["replay", "run.jsonl", "--format", "text"],
        vec!["judge", "run.jsonl", "--format", "json"],
        vec!["plan", "--profile", profile, "--format", "json"],
    ] {
        let output = scene.run(&arguments);
        scene.assert_clean(&output, &format!("{sign_in}: {}", arguments.join(" ")));
    }
    assert!(
        scene.wrote("run.jsonl") && scene.wrote("report.json"),
        "the runs wrote what they were asked to"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_comes_out_of_any_command() {
    let scene = Scene::new(&[Harm::EchoSecrets]).await;
    for sign_in in ["password", "client-credentials", "token"] {
        tokio::task::block_in_place(|| every_command(&scene, sign_in));
    }
    assert!(
        !scene.stand.log().logins.is_empty(),
        "the credential was used at all"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_follows_a_redirect() {
    for how in [Harm::RedirectAway, Harm::RedirectLoop] {
        let scene = Scene::new(&[how]).await;
        let profile = scene.profile("password");
        let arguments = [
            "check",
            "--profile",
            profile.to_str().unwrap(),
            "--connect-timeout",
            "2",
        ];
        let output = tokio::task::block_in_place(|| scene.run(&arguments));
        scene.assert_clean(&output, "a redirect");
        let stolen = scene
            .stand
            .log()
            .requests
            .iter()
            .filter(|seen| seen.path() == "/stolen")
            .count();
        assert_eq!(stolen, 0, "nothing went to another origin");
        assert!(
            scene.stand.log().requests.len() < 5,
            "a loop is not followed"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_redirects_gets_one_request() {
    let hostile = vec![Hostile {
        how: Harm::RedirectAway,
        at: "authenticate".into(),
    }];
    let options = Options {
        hostile,
        ..Options::new(real::world().clock.now())
    };
    let scene = Scene {
        stand: start(options).await.unwrap(),
        folder: tempfile::tempdir().unwrap(),
    };
    let profile = scene.profile("password");
    let arguments = ["check", "--profile", profile.to_str().unwrap()];
    let output = tokio::task::block_in_place(|| scene.run(&arguments));
    scene.assert_clean(&output, "a redirected login");
    assert_eq!(scene.stand.log().logins.len(), 1);
    assert_eq!(
        output.status.code(),
        Some(3),
        "what a redirect means for the account is not known"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_leaves_without_trust() {
    use orch_doctor::demo::Fault;
    for fault in [
        Fault::CertificateSelfSigned,
        Fault::CertificatePrivateRoot,
        Fault::CertificateUnknownIssuer,
        Fault::CertificateOtherName,
        Fault::CertificateExpired,
        Fault::CertificateNotYetValid,
        Fault::CertificateWrongUsage,
        Fault::TlsPlainHttp,
        Fault::UrlNotHttps,
    ] {
        let options = Options {
            faults: vec![fault],
            ..Options::new(real::world().clock.now())
        };
        let scene = Scene {
            stand: start(options).await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        };
        let profile = scene.stand.profile().to_str().unwrap().to_owned();
        for skip in [
            &[][..],
            &["--skip", "certificate-*"][..],
            &["--skip", "url-complete"][..],
        ] {
            let arguments = [
                &["check", "--profile", &profile, "--connect-timeout", "2"],
                skip,
            ]
            .concat();
            let output = tokio::task::block_in_place(|| scene.run(&arguments));
            scene.assert_clean(&output, "an untrusted server");
            assert!(scene.stand.log().logins.is_empty(), "{fault:?} {skip:?}");
        }
    }
}
