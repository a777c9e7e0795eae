//! The canary: a password, a client secret, a token, a webhook's secret and a robot's token that must appear nowhere, against servers that send
//! them back.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
#![expect(
    clippy::unnecessary_debug_formatting,
    reason = "paths are quoted for TOML"
)]

#[path = "support/client.rs"]
#[expect(dead_code, reason = "the tests of the stand-in use the rest of it")]
mod client;

use base64::Engine as _;
use orch_doctor::catalog::Catalog;
use orch_doctor::demo::{Harm, Hostile, Options, Stand, start};
use orch_doctor::event::Event;
use orch_doctor::tui::{Key, Look, Model, Msg, Opening, Size, update, view};
use orch_doctor::world::real;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const TOKEN: &str = "CANARY-token-4f1d9a7be2c05386";
const HOOK: &str = "CANARY-hook-0b7712c94de3a865";
const ROBOT: &str = "CANARY-robot-96e8d1f03c2ba754";

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
        let (user, application) = (self.stand.password(), self.stand.client_secret());
        let secrets = [user, application, TOKEN, HOOK, ROBOT];
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
            let ours = ["token", "hook-secret", "robot-token"];
            let ours = ours.map(Path::new).contains(&Path::new(&entry_name(&path)));
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

/// The last part of a path.
fn entry_name(path: &Path) -> std::ffi::OsString {
    path.file_name().unwrap().to_owned()
}

/// The profile with rules beside it.
fn with_rules(scene: &Scene, profile: &Path) -> PathBuf {
    let text = std::fs::read_to_string(profile).unwrap();
    let section = "[allowlist]\nregions = [\"europe\"]\nrules = [\"rules.txt\"]\n";
    let path = scene.folder.path().join("ruled.toml");
    std::fs::write(scene.folder.path().join("rules.txt"), "203.0.113.0/24\n").unwrap();
    std::fs::write(&path, text + section).unwrap();
    path
}

/// Draws the screen of the recorded run, on every row and in three sizes, and looks for any canary.
fn screens_are_clean(scene: &Scene) {
    let text = std::fs::read_to_string(scene.folder.path().join("run.jsonl")).unwrap();
    let events: Vec<Event> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (width, height) in [(80, 24), (160, 50), (40, 10)] {
        let opening = Opening {
            catalog: Catalog::built_in().unwrap(),
            target: String::new(),
            offers: None,
            replay: true,
            look: Look::default(),
            mouse: false,
        };
        let mut model = Model::new(&opening, Size { width, height });
        update(&mut model, Msg::Events(events.clone()));
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        for _ in 0..50 {
            terminal.draw(|frame| view(&model, frame)).unwrap();
            let drawn: String = terminal
                .backend()
                .buffer()
                .content()
                .iter()
                .map(ratatui::buffer::Cell::symbol)
                .collect();
            for canary in scene.canaries() {
                // A line is broken where the pane ends, so that a part of a secret must be found too.
                assert!(!drawn.contains(&canary[..16]), "{canary} is on the screen");
            }
            update(&mut model, Msg::Key(Key::Down));
        }
    }
}

/// Runs every command that there is over one profile.
fn every_command(scene: &Scene, sign_in: &str) {
    let profile = scene.profile(sign_in);
    let ruled = with_rules(scene, &profile);
    let ruled = ruled.to_str().unwrap();
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
        vec!["replay", "run.jsonl", "--format", "markdown"],
        vec!["replay", "run.jsonl", "--format", "html"],
        vec!["replay", "run.jsonl", "--format", "junit"],
        vec!["replay", "run.jsonl", "--format", "nagios"],
        vec!["replay", "run.jsonl", "--format", "prometheus"],
        vec!["replay", "run.jsonl", "--format", "checkmk"],
        vec!["replay", "run.jsonl", "--linear"],
        vec!["judge", "run.jsonl", "--format", "json"],
        vec!["plan", "--profile", profile, "--format", "json"],
        vec!["diff", "run.jsonl", "report.json", "--format", "json"],
        vec!["allowlist", "check", "--profile", ruled, "--format", "json"],
        vec!["allowlist", "request", "--for", "nft", "--profile", ruled],
        vec!["explain", "login-accepted"],
        vec!["list", "--format", "json"],
    ] {
        let output = scene.run(&arguments);
        let what = format!("{sign_in}: {}", arguments.join(" "));
        // 2 is what a monitoring plugin says of a problem.
        if !arguments.contains(&"nagios") {
            assert_ne!(output.status.code(), Some(2), "{what}: it must run");
        }
        scene.assert_clean(&output, &what);
    }
    screens_are_clean(scene);
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

/// What a robot that sends back what it is asked with says to a question.
#[derive(Clone, Copy, Debug)]
enum Echo {
    /// Another web server, which names itself by the token.
    Server,
    /// A robot whose session complains with the token in its words.
    Session,
}

/// Answers questions of a page with their own token, for ever.
async fn echoing_robot(echo: Echo) -> (u16, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 8_192];
            let mut length = 0;
            while !head[..length].ends_with(b"\r\n\r\n") {
                match stream.read(&mut head[length..]).await {
                    Ok(more) if more > 0 => length += more,
                    _ => break,
                }
            }
            let text = String::from_utf8_lossy(&head[..length]).into_owned();
            let token = text
                .lines()
                .find_map(|line| line.strip_prefix("uipathtoken: "))
                .unwrap_or_default()
                .to_owned();
            let (status, server, body) = match echo {
                Echo::Server => ("404 Not Found", token.as_str(), token.clone()),
                Echo::Session if text.starts_with("GET /GetPort") => (
                    "200 OK",
                    "Microsoft-HTTPAPI/2.0",
                    format!("{{\"Port\":{port}}}"),
                ),
                Echo::Session => (
                    "500 Internal Server Error",
                    "Microsoft-HTTPAPI/2.0",
                    format!("{{\"response\":{{\"Error\":\"{token} is none\"}}}}"),
                ),
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\nserver: {server}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = tell.send(token);
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (port, told)
}

/// A profile with everything that the webhook and robot checks use.
fn wired_profile(scene: &Scene, robot: u16) -> String {
    let path = scene.profile("password");
    let ready: toml::Table = std::fs::read_to_string(scene.stand.profile())
        .unwrap()
        .parse()
        .unwrap();
    let webhook = ready["webhook"].as_table().unwrap();
    for (name, secret) in [("hook-secret", HOOK), ("robot-token", ROBOT)] {
        std::fs::write(scene.folder.path().join(name), secret).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let text = format!(
        "{text}[webhook]\ncallback = {}\nlisten = {}\nreachable_as = {}\nsecret = {{ file = \"hook-secret\" }}\n\
         [robot]\nport = {robot}\nprocesses = [\"InvoiceBot\"]\n",
        webhook["callback"], webhook["listen"], webhook["reachable_as"]
    );
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Makes a webhook whose secret Orchestrator tells whoever may list them.
async fn existing_webhook(scene: &Scene) {
    let (admin, password) = (
        scene.stand.administrator(),
        scene.stand.administrator_password(),
    );
    let signed_in = client::Client::new(&scene.stand)
        .login(admin, password)
        .await;
    let token = signed_in.json()["result"].as_str().unwrap().to_owned();
    let body = serde_json::json!({
        "Name": "Apps", "Url": format!("https://cloud.uipath.com/{HOOK}?code={HOOK}"), "Enabled": true, "Secret": HOOK,
        "SubscribeToAllEvents": true, "AllowInsecureSsl": false,
    });
    let made = client::Client::new(&scene.stand)
        .with_token(&token)
        .post("/odata/Webhooks", &body)
        .await;
    assert_eq!(
        (made.status, made.json()["Secret"].as_str()),
        (201, Some(HOOK))
    );
}

/// The secrets that the checks made for their own webhooks.
fn own_secrets(scene: &Scene) -> Vec<String> {
    let log = scene.stand.log();
    let made = log.requests.iter().filter(|seen| seen.method == "POST");
    let bodies = made.filter_map(|seen| serde_json::from_slice(seen.body.as_deref()?).ok());
    let secrets =
        bodies.filter_map(|body: serde_json::Value| body["Secret"].as_str().map(str::to_owned));
    secrets.filter(|secret| secret != HOOK).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_webhooks_secret_nor_a_robots_token_comes_out_of_a_check() {
    for echo in [Echo::Server, Echo::Session] {
        let scene = Scene::new(&[]).await;
        existing_webhook(&scene).await;
        let (port, mut told) = echoing_robot(echo).await;
        let profile = wired_profile(&scene, port);
        for format in [
            "text",
            "json",
            "jsonl",
            "markdown",
            "html",
            "junit",
            "nagios",
            "prometheus",
            "checkmk",
        ] {
            let arguments = [
                "check",
                "--profile",
                &profile,
                "--allow-changes",
                "--robot-token",
                "file:robot-token",
                "--record",
                "run.jsonl",
                "--format",
                format,
            ];
            let output = tokio::task::block_in_place(|| scene.run(&arguments));
            scene.assert_clean(&output, &format!("{echo:?}: check as {format}"));
            let mut texts = vec![output.stdout, output.stderr];
            texts.extend(std::fs::read(scene.folder.path().join("run.jsonl")));
            for secret in own_secrets(&scene) {
                let leaks = |text: &Vec<u8>| String::from_utf8_lossy(text).contains(&secret);
                assert!(!texts.iter().any(leaks), "a secret of our own in {format}");
            }
        }
        for command in ["replay", "judge"] {
            let output = tokio::task::block_in_place(|| {
                scene.run(&[command, "run.jsonl", "--format", "json"])
            });
            scene.assert_clean(&output, command);
        }
        assert!(!own_secrets(&scene).is_empty(), "a webhook was made at all");
        assert_eq!(
            told.recv().await.as_deref(),
            Some(ROBOT),
            "the token was used"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_of_the_webhook_lab_tells_the_secret() {
    let scene = Scene::new(&[]).await;
    wired_profile(&scene, 9);
    std::fs::write(scene.folder.path().join("body.json"), "{\"Type\":\"ping\"}").unwrap();
    let secret = ["--secret", "file:hook-secret"];
    let mut listener = Command::new(env!("CARGO_BIN_EXE_orch-doctor"))
        .args(["webhook", "listen", "--listen", "127.0.0.1:0"])
        .args(secret)
        .env("ORCH_DOCTOR_LOG", "trace")
        .current_dir(scene.folder.path())
        .stdout(std::fs::File::create(scene.folder.path().join("heard.jsonl")).unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut complaints = BufReader::new(listener.stderr.take().unwrap());
    let mut first = String::new();
    complaints.read_line(&mut first).unwrap();
    let url = format!("http://{}/", first.trim().rsplit("//").next().unwrap());
    tokio::task::block_in_place(|| {
        for arguments in [
            &["webhook", "send", &url][..],
            &["demo", "--send-events", &url],
            &["demo", "--fault", "events-tampered", "--send-events", &url],
            &["demo", "--fault", "events-unsigned", "--send-events", &url],
            &["webhook", "verify", "--body", "body.json"],
            &[
                "webhook",
                "verify",
                "--body",
                "body.json",
                "--signature",
                "bm9uc2Vuc2U=",
            ],
        ] {
            let output = scene.run(&[arguments, &secret[..]].concat());
            assert!(
                output.status.code().is_some_and(|code| code < 2),
                "{arguments:?}"
            );
            scene.assert_clean(&output, &arguments.join(" "));
        }
        for arguments in [
            &["webhook", "send", &url, "--secret", HOOK][..],
            &["demo", "--send-events", &url, "--secret", HOOK],
            &["check", scene.stand.url(), "--robot-token", ROBOT],
        ] {
            let output = scene.run(arguments);
            assert_eq!(output.status.code(), Some(2), "a literal secret is refused");
            scene.assert_clean(&output, "a literal secret");
        }
    });
    listener.kill().unwrap();
    let output = listener.wait_with_output().unwrap();
    scene.assert_clean(&output, "webhook listen");
    let heard = std::fs::read_to_string(scene.folder.path().join("heard.jsonl")).unwrap();
    for word in ["\"valid\"", "\"invalid\"", "\"missing\""] {
        assert!(heard.contains(word), "{heard}");
    }
}
