//! Three network namespaces in a row, cloud – firewall – server, made for a test and removed after it.

use super::needs::left_out;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, SocketAddr};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Addresses that packets are sent from: parts of two ranges and strangers.
pub(crate) const SOURCES: &[&str] = &[
    "20.1.0.0",
    "20.1.0.1",
    "20.1.0.2",
    "20.1.0.3",
    "20.1.0.4",
    "20.2.0.7",
    "198.51.100.9",
    "9.9.9.9",
    "2001:db8:1::1",
    "2001:db8:1::2",
    "2001:db8:2::1",
];
/// The ports that are listened on everywhere.
pub(crate) const PORTS: &[u16] = &[443, 8443, 80, 2000];
/// The firewall's own address, by family.
pub(crate) const OWN: [&str; 2] = ["203.0.113.1", "2001:db8:f::1"];
/// The server's address behind it, by family.
pub(crate) const SERVER: [&str; 2] = ["10.0.0.5", "fd00::5"];
/// The firewall's interface that faces the cloud.
pub(crate) const FACING: &str = "cloud0";
/// The firewall's interface that faces the server.
pub(crate) const ONWARD: &str = "srv0";

/// The environment variable that makes the `worker` test work.
pub(crate) const WORKER: &str = "ORCH_DOCTOR_KERNEL_WORKER";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Why there is no lab here, or a failure when the lab is required.
pub(crate) fn missing() -> Option<String> {
    let why = ["ip", "nft", "iptables-restore", "iptables-save"]
        .into_iter()
        .find(|program| {
            Command::new(program).arg("--version").output().is_err()
                && Command::new(program).arg("-V").output().is_err()
        })
        .map(|program| format!("{program} is not installed"))
        .or_else(|| {
            let name = format!(
                "orchd-try-{}-{}",
                std::process::id(),
                NEXT.fetch_add(1, Ordering::Relaxed)
            );
            let made = Command::new("ip")
                .args(["netns", "add", &name])
                .output()
                .is_ok_and(|output| output.status.success());
            let _ = Command::new("ip").args(["netns", "del", &name]).output();
            (!made).then(|| "a network namespace cannot be made (root is needed)".to_owned())
        });
    if let Some(why) = &why {
        left_out("the comparison with the kernel", why);
    }
    why
}

/// The namespaces and what runs in them.
pub(crate) struct Lab {
    cloud: String,
    firewall: String,
    server: String,
    listeners: Vec<(Child, BufReader<ChildStdout>)>,
    client: Option<(Child, ChildStdin, BufReader<ChildStdout>)>,
}

impl Lab {
    /// Makes it.
    pub(crate) fn new() -> Self {
        let tag = format!(
            "orchd-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let mut lab = Self {
            cloud: format!("{tag}-c"),
            firewall: format!("{tag}-f"),
            server: format!("{tag}-s"),
            listeners: Vec::new(),
            client: None,
        };
        for name in [&lab.cloud, &lab.firewall, &lab.server] {
            run("ip", &["netns", "add", name], "");
            run("ip", &["-n", name, "link", "set", "lo", "up"], "");
        }
        run(
            "ip",
            &[
                "-n",
                &lab.cloud,
                "link",
                "add",
                "up0",
                "type",
                "veth",
                "peer",
                "name",
                FACING,
                "netns",
                &lab.firewall,
            ],
            "",
        );
        run(
            "ip",
            &[
                "-n",
                &lab.server,
                "link",
                "add",
                "up0",
                "type",
                "veth",
                "peer",
                "name",
                ONWARD,
                "netns",
                &lab.firewall,
            ],
            "",
        );
        Self::script(&lab.cloud, "net.ipv4.conf.all.rp_filter=0");
        let mut cloud = String::new();
        for source in SOURCES {
            cloud += &format!(
                "addr add {source}/{} dev up0 {}\n",
                if source.contains(':') { 128 } else { 32 },
                nodad(source)
            );
        }
        cloud += "addr add 203.0.113.2/24 dev up0\naddr add 2001:db8:f::2/64 dev up0 nodad\nlink set up0 up\n";
        cloud += "route add default via 203.0.113.1\nroute add ::/0 via 2001:db8:f::1\n";
        Self::batch(&lab.cloud, &cloud);
        let firewall = "addr add 203.0.113.1/24 dev cloud0\naddr add 2001:db8:f::1/64 dev cloud0 nodad\nlink set cloud0 up\n\
             addr add 10.0.0.1/24 dev srv0\naddr add fd00::1/64 dev srv0 nodad\nlink set srv0 up\n\
             route add default via 203.0.113.2\nroute add ::/0 via 2001:db8:f::2\n";
        Self::script(&lab.firewall, "net.ipv4.conf.all.rp_filter=0");
        Self::script(&lab.firewall, "net.ipv4.ip_forward=1");
        Self::script(&lab.firewall, "net.ipv6.conf.all.forwarding=1");
        Self::batch(&lab.firewall, firewall);
        Self::batch(
            &lab.server,
            "addr add 10.0.0.5/24 dev up0\naddr add fd00::5/64 dev up0 nodad\nlink set up0 up\nroute add default via 10.0.0.1\nroute add ::/0 via fd00::1\n",
        );
        // Rules may drop what neighbours are found with.
        for (name, interface, own) in [
            (&lab.cloud, "up0", "c"),
            (&lab.firewall, FACING, "f"),
            (&lab.firewall, ONWARD, "e"),
            (&lab.server, "up0", "5"),
        ] {
            run(
                "ip",
                &[
                    "-n",
                    name,
                    "link",
                    "set",
                    interface,
                    "address",
                    &format!("02:00:00:00:00:0{own}"),
                ],
                "",
            );
        }
        Self::batch(
            &lab.cloud,
            "neigh replace 2001:db8:f::1 lladdr 02:00:00:00:00:0f dev up0 nud permanent\n",
        );
        Self::batch(
            &lab.firewall,
            "neigh replace 2001:db8:f::2 lladdr 02:00:00:00:00:0c dev cloud0 nud permanent\n\
             neigh replace fd00::5 lladdr 02:00:00:00:00:05 dev srv0 nud permanent\n",
        );
        Self::batch(
            &lab.server,
            "neigh replace fd00::1 lladdr 02:00:00:00:00:0e dev up0 nud permanent\n",
        );
        for name in [lab.firewall.clone(), lab.server.clone()] {
            let mut listener = worker(&name, "listen");
            let mut output = BufReader::new(listener.stdout.take().unwrap());
            wait_for(&mut output, "READY");
            // Its output stays open: the test harness writes a word to it now and then.
            lab.listeners.push((listener, output));
        }
        let mut client = worker(&lab.cloud, "connect");
        let (input, output) = (
            client.stdin.take().unwrap(),
            BufReader::new(client.stdout.take().unwrap()),
        );
        lab.client = Some((client, input, output));
        lab
    }

    fn script(name: &str, setting: &str) {
        let (key, value) = setting.split_once('=').unwrap();
        let path = format!("/proc/sys/{}", key.replace('.', "/"));
        run(
            "ip",
            &[
                "netns",
                "exec",
                name,
                "sh",
                "-c",
                &format!("echo {value} > {path}"),
            ],
            "",
        );
    }

    fn batch(name: &str, commands: &str) {
        run("ip", &["-n", name, "-batch", "-"], commands);
    }

    /// Runs a program on the firewall; what it wrote, or its complaint.
    pub(crate) fn on_firewall(
        &self,
        program: &str,
        arguments: &[&str],
        input: &str,
    ) -> Result<String, String> {
        let all: Vec<&str> = ["netns", "exec", &self.firewall, program]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        attempt("ip", &all, input)
    }

    /// Loads an nft script in place of all rules; the kernel's own export of it.
    pub(crate) fn load_nft(&self, script: &str) -> Result<String, String> {
        self.on_firewall("nft", &["-f", "-"], &format!("flush ruleset\n{script}"))?;
        self.on_firewall("nft", &["-j", "list", "ruleset"], "")
    }

    /// Loads saved iptables rules of one family in place of all rules; the kernel's own export of them.
    pub(crate) fn load_iptables(&self, six: bool, rules: &str) -> Result<String, String> {
        let (restore, save) = if six {
            ("ip6tables-restore", "ip6tables-save")
        } else {
            ("iptables-restore", "iptables-save")
        };
        self.on_firewall("nft", &["flush", "ruleset"], "")?;
        self.on_firewall(restore, &[], rules)?;
        self.on_firewall(save, &[], "")
    }

    /// Which of the connections are accepted. All are tried at once.
    pub(crate) fn connect(
        &mut self,
        attempts: &[(IpAddr, SocketAddr)],
        patience: Duration,
    ) -> Vec<bool> {
        let (_, input, output) = self.client.as_mut().unwrap();
        writeln!(input, "{}", patience.as_millis()).unwrap();
        for (source, destination) in attempts {
            writeln!(input, "{source} {destination}").unwrap();
        }
        writeln!(input, "go").unwrap();
        input.flush().unwrap();
        let line = wait_for(output, "RESULT ");
        line.split_whitespace().map(|word| word == "open").collect()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for (child, _) in &mut self.listeners {
            let _ = child.kill();
            let _ = child.wait();
        }
        if let Some((child, _, _)) = &mut self.client {
            let _ = child.kill();
            let _ = child.wait();
        }
        for name in [&self.cloud, &self.firewall, &self.server] {
            let _ = Command::new("ip").args(["netns", "del", name]).output();
        }
    }
}

fn nodad(address: &str) -> &'static str {
    if address.contains(':') { "nodad" } else { "" }
}

fn run(program: &str, arguments: &[&str], input: &str) -> String {
    attempt(program, arguments, input)
        .unwrap_or_else(|error| panic!("{program} {arguments:?}: {error}"))
}

fn attempt(program: &str, arguments: &[&str], input: &str) -> Result<String, String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .map_err(|error| error.to_string())?;
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// This test program again, inside a namespace.
fn worker(namespace: &str, role: &str) -> Child {
    Command::new("ip")
        .args(["netns", "exec", namespace])
        .arg(std::env::current_exe().unwrap())
        .args(["worker", "--exact", "--ignored", "--nocapture"])
        .env(WORKER, role)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn wait_for(output: &mut impl BufRead, start: &str) -> String {
    loop {
        let mut line = String::new();
        assert!(output.read_line(&mut line).unwrap() > 0, "the worker ended");
        // The test harness may write its own words before ours on the same line.
        if let Some(at) = line.find(start) {
            return line[at + start.len()..].trim().to_owned();
        }
    }
}

/// What a worker does, by its role.
pub(crate) fn work(role: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    match role {
        "listen" => runtime.block_on(listen()),
        _ => runtime.block_on(connect()),
    }
}

async fn listen() {
    for port in PORTS {
        for any in ["0.0.0.0", "::"] {
            let any: IpAddr = any.parse().unwrap();
            let socket = socket2::Socket::new(
                socket2::Domain::for_address(SocketAddr::new(any, *port)),
                socket2::Type::STREAM,
                None,
            )
            .unwrap();
            if any.is_ipv6() {
                socket.set_only_v6(true).unwrap();
            }
            socket.set_reuse_address(true).unwrap();
            socket.bind(&SocketAddr::new(any, *port).into()).unwrap();
            socket.listen(1024).unwrap();
            socket.set_nonblocking(true).unwrap();
            let listener = tokio::net::TcpListener::from_std(socket.into()).unwrap();
            tokio::spawn(async move {
                loop {
                    drop(listener.accept().await);
                }
            });
        }
    }
    println!("READY");
    std::future::pending::<()>().await;
}

async fn connect() {
    let mut lines = std::io::stdin().lines();
    while let Some(Ok(patience)) = lines.next() {
        let patience = Duration::from_millis(patience.parse().unwrap());
        let mut tasks = Vec::new();
        for line in lines.by_ref() {
            let line = line.unwrap();
            if line == "go" {
                break;
            }
            let (source, destination) = line.split_once(' ').unwrap();
            let (source, destination): (IpAddr, SocketAddr) =
                (source.parse().unwrap(), destination.parse().unwrap());
            tasks.push(tokio::spawn(async move {
                let socket = if source.is_ipv4() {
                    tokio::net::TcpSocket::new_v4()
                } else {
                    tokio::net::TcpSocket::new_v6()
                }
                .unwrap();
                socket.bind(SocketAddr::new(source, 0)).unwrap();
                let stream = tokio::time::timeout(patience, socket.connect(destination)).await;
                matches!(stream, Ok(Ok(_)))
            }));
        }
        let mut words = Vec::new();
        for task in tasks {
            words.push(if task.await.unwrap() {
                "open"
            } else {
                "closed"
            });
        }
        println!("RESULT {}", words.join(" "));
    }
}
