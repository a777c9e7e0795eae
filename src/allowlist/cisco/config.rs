//! Takes a configuration apart: lists, objects, interfaces and what is bound where.

use std::collections::HashMap;

use super::dialect::{System, begins, is_top, system};
use super::interfaces::{self, Interfaces};
use super::list::{AccessList, Style};

/// One line of the export, as words.
#[derive(Debug, Clone)]
pub(super) struct Words<'a> {
    /// Its number, from 1.
    pub(super) number: usize,
    /// Its text.
    pub(super) text: &'a str,
    /// The words that matter.
    pub(super) parts: Vec<&'a str>,
    /// Whether it stands indented, as what belongs to the block above does.
    pub(super) indented: bool,
}

/// Which packets of an interface a list filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    In,
    Out,
    /// Everywhere (ASA's global list).
    Global,
}

/// A list bound to an interface.
#[derive(Debug, Clone)]
pub(super) struct Binding<'a> {
    pub(super) list: &'a str,
    pub(super) interface: &'a str,
    pub(super) direction: Direction,
    pub(super) six: bool,
    pub(super) at: (usize, &'a str),
}

/// What is in an export.
pub(super) struct Config<'a> {
    pub(super) system: System,
    pub(super) lists: Vec<AccessList<'a>>,
    /// Objects and groups by name: how they begin, then their lines.
    pub(super) objects: HashMap<&'a str, Vec<Words<'a>>>,
    pub(super) bindings: Vec<Binding<'a>>,
    /// The interfaces there are.
    pub(super) interfaces: Interfaces<'a>,
    pub(super) aliases: HashMap<&'a str, &'a str>,
    /// `nat` and `static` commands, those of objects with the object's name.
    pub(super) nats: Vec<(Option<&'a str>, Words<'a>)>,
    /// A command by which answers pass although a list denies them: `ip inspect`.
    pub(super) inspects: Option<(usize, &'a str)>,
    /// Commands that filter beside the lists: zones of IOS.
    pub(super) beside: Option<(usize, &'a str)>,
    /// A command that takes away what was configured before.
    pub(super) changes: Option<(usize, &'a str)>,
}

/// The block that lines belong to.
#[derive(Clone, Copy)]
enum Block<'a> {
    None,
    Object(&'a str),
    List(usize),
    Interface,
}

/// Takes a configuration apart.
pub(super) fn read(text: &str) -> Config<'_> {
    let mut reader = Reader {
        config: Config {
            system: system(text),
            lists: Vec::new(),
            objects: HashMap::new(),
            bindings: Vec::new(),
            interfaces: interfaces::read(text),
            aliases: HashMap::new(),
            nats: Vec::new(),
            inspects: None,
            beside: None,
            changes: None,
        },
        places: HashMap::new(),
        block: Block::None,
        interface: "",
    };
    for (index, line) in text.lines().enumerate() {
        let shown = line.split("(hitcnt=").next().unwrap_or(line).trim();
        let words: Vec<&str> = shown.split_whitespace().collect();
        if words.is_empty() || shown.starts_with(['!', ':', '#']) {
            continue;
        }
        let words = Words {
            number: index + 1,
            text: shown,
            parts: words,
            indented: line.starts_with([' ', '\t']),
        };
        reader.notice(&words);
        if !(reader.within(&words)) {
            reader.top(words);
        }
    }
    reader.config
}

struct Reader<'a> {
    config: Config<'a>,
    places: HashMap<&'a str, usize>,
    block: Block<'a>,
    interface: &'a str,
}

impl<'a> Reader<'a> {
    /// Notes commands that change what lists decide, wherever they stand.
    fn notice(&mut self, line: &Words<'a>) {
        let at = Some((line.number, line.text));
        match line.parts.as_slice() {
            ["ip" | "ipv6", "inspect", _, "in" | "out", ..] => self.config.inspects = at,
            ["zone-member" | "zone-pair", "security", ..] => self.config.beside = at,
            [
                "no",
                "access-list" | "access-group" | "object" | "object-group",
                ..,
            ]
            | ["no", "ip" | "ipv6", "access-list", ..]
            | ["clear", "configure", ..] => self.config.changes = at,
            _ => {}
        }
    }

    /// Takes a line that belongs to the block before it.
    fn within(&mut self, line: &Words<'a>) -> bool {
        match self.block {
            Block::None => false,
            Block::Object(name) => self.of_object(name, line),
            Block::List(place) => self.of_list(place, line),
            Block::Interface => self.of_interface(line),
        }
    }

    /// Takes a line of an object or group.
    fn of_object(&mut self, name: &'a str, line: &Words<'a>) -> bool {
        let first = line.parts[0];
        if first == "nat"
            && line.parts.get(1).is_some_and(|word| word.starts_with('('))
            && !line.parts.contains(&"source")
        {
            self.config.nats.push((Some(name), line.clone()));
            return true;
        }
        let member = first.ends_with("-object")
            || [
                "host",
                "subnet",
                "range",
                "fqdn",
                "service",
                "description",
                "any",
                "tcp",
                "udp",
                "tcp-udp",
                "icmp",
                "ip",
            ]
            .contains(&first)
                && !is_top(line)
            || first.starts_with(|letter: char| letter.is_ascii_digit())
            || first.parse::<std::net::IpAddr>().is_ok();
        if member {
            self.config
                .objects
                .entry(name)
                .or_default()
                .push(line.clone());
        }
        member
    }

    /// Takes an entry of a list.
    fn of_list(&mut self, place: usize, line: &Words<'a>) -> bool {
        let (number, words) = match line.parts.as_slice() {
            ["sequence", number, rest @ ..] | [number, rest @ ..]
                if !rest.is_empty() && number.parse::<u32>().is_ok() =>
            {
                (number.parse().ok(), rest)
            }
            words => (None, words),
        };
        // Takes an entry away.
        let removed = matches!(words, ["no", first, ..] if first.parse::<u32>().is_ok()
            || ["permit", "deny", "sequence", "remark"].contains(first));
        let entry = matches!(
            words[0],
            "permit" | "deny" | "remark" | "evaluate" | "dynamic" | "reflect" | "description"
        ) || removed;
        let setting = matches!(words[0], "statistics" | "hardware" | "counters" | "exit");
        if setting && line.indented {
            return true;
        }
        // What is not understood within a list is an entry that is not.
        let entry = entry || (line.indented && !begins(line));
        if entry {
            // What takes an entry away may stand anywhere in the order.
            let number = if removed { Some(0) } else { number };
            let words = Words {
                parts: words.to_vec(),
                ..line.clone()
            };
            self.config.lists[place].add(number, words);
        }
        entry
    }

    /// Takes a line of an interface.
    fn of_interface(&mut self, line: &Words<'a>) -> bool {
        match line.parts.as_slice() {
            ["nameif", name, ..] => self.interface = name,
            ["ip" | "ipv4", "access-group", list, way, ..] => self.bind(list, way, false, line),
            ["ipv6", "traffic-filter" | "access-group", list, way, ..] => {
                self.bind(list, way, true, line);
            }
            ["ip" | "ipv6", "address" | "nat" | "mtu" | "enable", ..]
            | [
                "no" | "security-level" | "description" | "shutdown" | "speed" | "duplex"
                | "negotiation" | "encapsulation" | "vlan" | "switchport" | "standby",
                ..,
            ] => {}
            _ => return line.indented && !begins(line),
        }
        true
    }

    fn bind(&mut self, list: &'a str, way: &str, six: bool, line: &Words<'a>) {
        let direction = if matches!(way, "out" | "egress") {
            Direction::Out
        } else {
            Direction::In
        };
        self.config.bindings.push(Binding {
            list,
            interface: self.interface,
            direction,
            six,
            at: (line.number, line.text),
        });
    }

    /// Takes a line that begins something.
    fn top(&mut self, line: Words<'a>) {
        self.block = Block::None;
        match line.parts.as_slice() {
            ["access-list", name, ..] => self.entry(name, &line),
            ["ip" | "ipv4", "access-list", "standard", name, ..] => {
                self.list(name, Style::IosStandard);
            }
            ["ip" | "ipv4", "access-list", "extended", name, ..]
            | ["ip" | "ipv4", "access-list", name]
            | ["Extended", "IP", "access", "list", name, ..] => self.list(name, Style::Ios),
            ["ipv6", "access-list", name, ..] | ["IPv6", "access", "list", name, ..] => {
                self.list(name, Style::IosSix);
            }
            ["Standard", "IP", "access", "list", name, ..] => self.list(name, Style::IosStandard),
            ["object" | "object-group", _, _, ..] => {
                let name = match line.parts.as_slice() {
                    ["object-group", "ip" | "ipv6", _, name, ..] => name,
                    words => words[2],
                };
                self.block = Block::Object(name);
                // ASA prints an object once more before its translation.
                let lines = self.config.objects.entry(name).or_default();
                if lines.is_empty() {
                    lines.push(line);
                }
            }
            ["interface", name, ..] => {
                self.interface = name;
                self.block = Block::Interface;
            }
            // A configuration that lost its indentation.
            [
                "ip" | "ipv4" | "ipv6",
                "access-group" | "traffic-filter",
                ..,
            ] if !self.interface.is_empty() => {
                self.of_interface(&line);
                self.block = Block::Interface;
            }
            ["access-group", list, "global", ..] => self.config.bindings.push(Binding {
                list,
                interface: "",
                direction: Direction::Global,
                six: false,
                at: (line.number, line.text),
            }),
            ["access-group", list, way, "interface", name, rest @ ..]
                if !rest.contains(&"control-plane") =>
            {
                self.interface = name;
                let (list, way) = (*list, *way);
                self.bind(list, way, false, &line);
            }
            ["name", address, alias, ..] => {
                self.config.aliases.insert(alias, address);
            }
            ["nat" | "static", first, ..] if first.starts_with('(') => {
                self.config.nats.push((None, line));
            }
            _ => {}
        }
    }

    /// The list of that name, made when it is new.
    fn place(&mut self, name: &'a str, style: Style) -> usize {
        let lists = &mut self.config.lists;
        *self.places.entry(name).or_insert_with(|| {
            lists.push(AccessList::new(name, style));
            lists.len() - 1
        })
    }

    fn list(&mut self, name: &'a str, style: Style) {
        let place = self.place(name, style);
        self.block = Block::List(place);
    }

    /// An entry on a line of its own: `access-list NAME …`.
    fn entry(&mut self, name: &'a str, line: &Words<'a>) {
        let (at, words) = match &line.parts[2..] {
            ["line", at, rest @ ..] => (at.parse().ok(), rest),
            words => (None, words),
        };
        let number = name.parse::<u32>().ok();
        let style = match words.first() {
            Some(&"extended" | &"advanced") => Style::Asa,
            Some(&"standard" | &"webtype" | &"ethertype") => Style::Other,
            Some(&"permit" | &"deny") => match (self.config.system, number) {
                (System::Ios, Some(1..=99 | 1300..=1999)) => Style::IosStandard,
                (System::Ios, _) => Style::Ios,
                (System::Asa, _) => Style::Asa,
            },
            _ => return,
        };
        let place = self.place(name, style);
        if self.config.lists[place].style == style {
            let skip = usize::from(words[0] == "extended");
            let words = Words {
                parts: words[skip..].to_vec(),
                ..line.clone()
            };
            self.config.lists[place].add_at(at, words);
        }
    }
}
