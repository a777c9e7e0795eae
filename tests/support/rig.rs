//! A path of routers made of network namespaces: client — 1 — 2 … — host. Gone when dropped, also after a panic.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

#[path = "needs.rs"]
pub(crate) mod needs;

use needs::left_out;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The variable that turns the test binary into a worker inside a namespace.
pub(crate) const WORK: &str = "ORCH_DOCTOR_TEST_WORK";

/// What stands before the line a worker answers with.
const ANSWER: &str = "worker answers: ";

/// Numbers the namespaces of this process.
static MADE: AtomicU32 = AtomicU32::new(0);

/// Whether namespaces can be made here. Where not, the test that asks is left out, and says so; it fails where
/// `ORCH_DOCTOR_REQUIRE` is set.
pub(crate) fn available(test: &str) -> bool {
    let programs = [("ip", "netns"), ("nft", "--version")];
    if !programs
        .iter()
        .all(|(program, argument)| needs::program(test, program, argument))
    {
        return false;
    }
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let name = format!("odt{}x{number}p", std::process::id());
    let made = succeeds(Command::new("ip").args(["netns", "add", &name]));
    succeeds(Command::new("ip").args(["netns", "del", &name]));
    made || left_out(test, "network namespaces cannot be made (not root?)")
}

/// Whether programs are there that only some tests need; like [`available`] otherwise.
pub(crate) fn installed(what: &str, programs: &[&str]) -> bool {
    let folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];
    let there = |program: &&&str| {
        folders
            .iter()
            .any(|folder| Path::new(folder).join(program).exists())
    };
    let missing = programs.iter().find(|program| !there(program));
    missing.is_none_or(|program| left_out(what, &format!("the program {program} is missing")))
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The namespaces of one test.
pub(crate) struct Rig {
    prefix: String,
    routers: u8,
    servers: Vec<Child>,
}

/// A path with this many routers between the client and the host.
pub(crate) fn path_of(routers: u8) -> Rig {
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let prefix = format!("odt{}x{number}n", std::process::id());
    let rig = Rig {
        prefix,
        routers,
        servers: Vec::new(),
    };
    rig.build();
    rig
}

/// The address with which a node answers the client.
pub(crate) fn v4(node: u8) -> IpAddr {
    format!("10.77.{node}.2").parse().unwrap()
}

/// The same, IPv6.
pub(crate) fn v6(node: u8) -> IpAddr {
    format!("fd77:{node}::2").parse().unwrap()
}

impl Rig {
    /// The namespace of a node: 0 is the client, the last one the host.
    pub(crate) fn node(&self, node: u8) -> String {
        format!("{}{node}", self.prefix)
    }

    /// The number of the host's node, which is its distance.
    pub(crate) fn host(&self) -> u8 {
        self.routers + 1
    }

    fn build(&self) {
        let host = self.host();
        let mut names = String::new();
        let mut links = String::new();
        for node in 0..=host {
            writeln!(names, "netns add {}", self.node(node)).unwrap();
        }
        for link in 1..=host {
            let (near, far) = (self.node(link - 1), self.node(link));
            writeln!(
                links,
                "link add d{link} netns {near} type veth peer name u{link} netns {far}"
            )
            .unwrap();
        }
        run(Command::new("ip").args(["-batch", "-"]), &names);
        for node in 0..=host {
            self.settings(node);
        }
        run(Command::new("ip").args(["-batch", "-"]), &links);
        for node in 0..=host {
            self.configure(node);
        }
    }

    /// A router that answers at once and without a limit, unless a test says otherwise.
    fn settings(&self, node: u8) {
        let settings = [
            "net.ipv4.ip_forward=1",
            "net.ipv6.conf.all.forwarding=1",
            "net.ipv6.conf.all.accept_dad=0",
            "net.ipv6.conf.default.accept_dad=0",
            "net.ipv4.icmp_ratelimit=0",
            "net.ipv6.icmp.ratelimit=0",
            "net.ipv4.icmp_msgs_per_sec=100000",
            "net.ipv4.icmp_msgs_burst=10000",
        ];
        self.sysctl(node, &settings);
    }

    fn configure(&self, node: u8) {
        let mut batch = "link set lo up\n".to_owned();
        if node > 0 {
            writeln!(batch, "addr add 10.77.{node}.2/24 dev u{node}\naddr add fd77:{node}::2/64 dev u{node} nodad\nlink set u{node} up").unwrap();
        }
        if node < self.host() {
            let next = node + 1;
            writeln!(batch, "addr add 10.77.{next}.1/24 dev d{next}\naddr add fd77:{next}::1/64 dev d{next} nodad\nlink set d{next} up").unwrap();
            writeln!(
                batch,
                "route add default via 10.77.{next}.2\nroute add ::/0 via fd77:{next}::2"
            )
            .unwrap();
            if node > 1 {
                writeln!(batch, "route add 10.77.1.0/24 via 10.77.{node}.1\nroute add fd77:1::/64 via fd77:{node}::1").unwrap();
            }
        } else {
            writeln!(
                batch,
                "route add default via 10.77.{node}.1\nroute add ::/0 via fd77:{node}::1"
            )
            .unwrap();
        }
        if node == 0 {
            writeln!(
                batch,
                "addr add 10.77.1.11/24 dev d1\naddr add 10.77.1.12/24 dev d1"
            )
            .unwrap();
        }
        self.ip(node, &batch);
    }

    /// Runs `ip -batch` in a node's namespace.
    pub(crate) fn ip(&self, node: u8, batch: &str) {
        run(
            Command::new("ip").args(["-n", &self.node(node), "-batch", "-"]),
            batch,
        );
    }

    /// Sets kernel settings of a node.
    pub(crate) fn sysctl(&self, node: u8, settings: &[&str]) {
        let mut script = String::new();
        for setting in settings {
            let (name, value) = setting.split_once('=').unwrap();
            let path = format!("/proc/sys/{}", name.replace('.', "/"));
            // A few settings exist for the whole machine only, and are then not there.
            writeln!(script, "[ ! -e {path} ] || echo {value} > {path}").unwrap();
        }
        self.shell(node, &script);
    }

    /// Runs a shell script in a node's namespace.
    pub(crate) fn shell(&self, node: u8, script: &str) {
        run(
            Command::new("ip").args(["netns", "exec", &self.node(node), "sh"]),
            script,
        );
    }

    /// Lets a node give up on a neighbour that does not answer after 0.6 s: the usual 3 s are as long as a sweep lasts.
    pub(crate) fn gives_up_on_neighbours_soon(&self, node: u8) {
        self.shell(
            node,
            "for every in /proc/sys/net/ipv4/neigh/*/retrans_time_ms; do echo 200 > $every; done",
        );
    }

    /// Adds a firewall rule at a node: in its forward chain, or at the host in its input chain.
    pub(crate) fn rule(&self, node: u8, rule: &str) {
        let hook = if node == self.host() {
            "input"
        } else {
            "forward"
        };
        self.rule_at(node, hook, rule);
    }

    /// Adds a firewall rule at a hook of a node.
    pub(crate) fn rule_at(&self, node: u8, hook: &str, rule: &str) {
        let rules = format!(
            "table inet odt {{ chain {hook} {{ type filter hook {hook} priority 0; policy accept; {rule}\n }}\n }}\n"
        );
        run(
            Command::new("ip").args(["netns", "exec", &self.node(node), "nft", "-f", "-"]),
            &rules,
        );
    }

    /// A command that runs at a node.
    pub(crate) fn command(&self, node: u8, program: &[&str]) -> Command {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.node(node)])
            .args(program);
        command.stdin(Stdio::null());
        command
    }

    /// Puts files where a node's namespace sees them in /etc.
    pub(crate) fn files(&self, node: u8, files: &[(&str, &str)]) -> Files {
        let folder = Path::new("/etc/netns").join(self.node(node));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in files {
            std::fs::write(folder.join(name), text).unwrap();
        }
        Files(folder)
    }

    /// Listens at a node on these ports, both families, until the rig is gone.
    pub(crate) fn listen(&mut self, node: u8, ports: &[u16]) {
        let mut child = self.worker(
            node,
            &Work::Listen {
                ports: ports.to_vec(),
            },
            Identity::Root,
        );
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(
            lines.any(|line| line.unwrap().starts_with(ANSWER)),
            "no listener"
        );
        // The pipe must stay open: the harness of the worker writes to it at the end.
        std::mem::forget(lines);
        self.servers.push(child);
    }

    /// Measures inside the client's namespace as a user without any privilege.
    pub(crate) fn measure<T: DeserializeOwned>(&self, work: &Work) -> T {
        let child = self.worker(0, work, Identity::Nobody);
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let answer = text.lines().find_map(|line| line.strip_prefix(ANSWER));
        let answer = answer.unwrap_or_else(|| panic!("the worker said: {text}"));
        serde_json::from_str(answer).unwrap()
    }

    fn worker(&self, node: u8, work: &Work, identity: Identity) -> Child {
        let own = std::env::current_exe().unwrap();
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.node(node)]);
        if identity == Identity::Nobody {
            command.args([
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
            ]);
            command.args(["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]);
        }
        command.arg(own).args(["--exact", "worker", "--nocapture"]);
        command.env(WORK, serde_json::to_string(work).unwrap());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let _ = server.kill();
            let _ = server.wait();
        }
        for node in 0..=self.host() {
            succeeds(Command::new("ip").args(["netns", "del", &self.node(node)]));
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Identity {
    Root,
    Nobody,
}

/// What a worker is to do.
#[derive(Serialize, serde::Deserialize)]
pub(crate) enum Work {
    Listen {
        ports: Vec<u16>,
    },
    Sweep {
        targets: Vec<Target>,
    },
    /// The same as on a system without an error queue.
    SweepUntold {
        targets: Vec<Target>,
    },
    Resolve {
        questions: Vec<Question>,
    },
    Dial {
        targets: Vec<Target>,
        budget_ms: u64,
    },
}

/// One thing to measure.
#[derive(Clone, Serialize, serde::Deserialize)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) source: Option<IpAddr>,
    pub(crate) known_open: Option<u16>,
}

/// A name to resolve.
#[derive(Serialize, serde::Deserialize)]
pub(crate) struct Question {
    pub(crate) name: String,
    pub(crate) server: Option<SocketAddr>,
    pub(crate) budget_ms: u64,
}

/// Files that a namespace sees in /etc; gone when dropped.
pub(crate) struct Files(PathBuf);

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Answers the test that started this worker.
pub(crate) fn answer<T: Serialize>(what: &T) {
    // The harness has begun a line of its own.
    println!("\n{ANSWER}{}", serde_json::to_string(what).unwrap());
}

/// Runs a command with text on its standard input; it must succeed.
fn run(command: &mut Command, input: &str) {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success(), "{command:?} with {input}");
}

/// Keeps the names of cases with what they came to, for one message at the end.
#[derive(Default)]
pub(crate) struct Differences(BTreeMap<String, String>);

impl Differences {
    pub(crate) fn expect<T: PartialEq + std::fmt::Debug>(
        &mut self,
        case: &str,
        found: &T,
        expected: &T,
    ) {
        if found != expected {
            let text = format!("found {found:?}, expected {expected:?}");
            self.0.insert(case.to_owned(), text);
        }
    }
}

impl Drop for Differences {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "{:#?}", self.0);
        }
    }
}
