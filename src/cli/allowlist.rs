//! `allowlist show`, `check`, `request` and `import`: files in, text out, nothing sent.

use super::arguments::{
    AllowlistCommand, ChangeArguments, CheckArguments, Format, ImportArguments, ShowArguments,
};
use super::code::Code;
use super::{Refused, live, output, request};
use crate::allowlist::change::{Change, For, Wanted, request as change};
use crate::allowlist::material::{Export, Material, ranges};
use crate::allowlist::model::{Hook, Kind};
use crate::allowlist::ranges::{Set, import};
use crate::allowlist::verdict::{Evidence, Found};
use crate::config::settings::RuleFile;
use crate::config::{Allowlist, Host, Settings, profile};
use crate::report::Exit;
use crate::world::real;
use ipnet::IpNet;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

/// The largest export or table that is read, bytes.
const LARGEST: u64 = 256 << 20;

/// Does what the command says.
pub(super) async fn run(command: AllowlistCommand) -> Result<Code, Refused> {
    match command {
        AllowlistCommand::Show(arguments) => show(&arguments).map(Code::from),
        AllowlistCommand::Check(arguments) => Box::pin(check(arguments)).await,
        AllowlistCommand::Request(arguments) => write_change(&arguments).map(Code::from),
        AllowlistCommand::Import(arguments) => imported(&arguments).map(Code::from),
    }
}

/// Today, in universal time.
fn today() -> Date {
    real::world().clock.now().to_zoned(TimeZone::UTC).date()
}

/// A file's bytes.
fn bytes(path: &Path) -> Result<Vec<u8>, Refused> {
    let unread = |cause: &dyn std::fmt::Display| {
        Refused::new(format!("cannot read {}: {cause}", path.display()))
    };
    let about = std::fs::metadata(path).map_err(|cause| unread(&cause))?;
    if !about.is_file() {
        return Err(unread(&"it is not a file"));
    }
    if about.len() > LARGEST {
        return Err(unread(&"it is larger than 256 MB"));
    }
    std::fs::read(path).map_err(|cause| unread(&cause))
}

/// A file's text.
fn text(path: &Path) -> Result<String, Refused> {
    String::from_utf8(bytes(path)?).map_err(|cause| {
        let at = cause.utf8_error().valid_up_to();
        Refused::new(format!(
            "cannot read {}: byte {at} is not UTF-8",
            path.display()
        ))
    })
}

/// The user's own files of ranges.
fn own_ranges(section: &Allowlist) -> Result<Vec<(String, String)>, Refused> {
    section
        .ranges
        .iter()
        .map(|path| Ok((path.display().to_string(), text(path)?)))
        .collect()
}

/// Everything that the section names, read.
pub(super) fn material(section: &Allowlist) -> Result<Material, Refused> {
    let exports = section.rules.iter().map(export).collect::<Result<_, _>>()?;
    Ok(Material::new(
        &own_ranges(section)?,
        &section.regions,
        exports,
    )?)
}

/// Makes sure that every log can be read when its turn comes.
pub(super) fn logs(section: &Allowlist) -> Result<(), Refused> {
    section.logs.iter().try_for_each(|path| {
        let unread = |cause: &dyn std::fmt::Display| {
            Refused::new(format!("cannot read the log {}: {cause}", path.display()))
        };
        let about = std::fs::metadata(path).map_err(|cause| unread(&cause))?;
        if !about.is_file() {
            return Err(unread(&"it is not a file"));
        }
        std::fs::File::open(path).map_err(|cause| unread(&cause))?;
        Ok(())
    })
}

/// One exported rule set, read.
fn export(file: &RuleFile) -> Result<Export, Refused> {
    let (path, kind, hook, interface) = match file {
        RuleFile::Path(path) => (path, None, None, None),
        RuleFile::Described {
            file,
            kind,
            hook,
            interface,
        } => (file, kind.as_deref(), hook.as_deref(), interface.clone()),
    };
    let wrong = |key: &str, known: &str| {
        Refused::new(format!(
            "cannot use the rules {}: {key} is not one of {known}",
            path.display()
        ))
    };
    let kinds = Kind::ALL.map(|(_, name)| name).join(", ");
    let kind = kind
        .map(|name| Kind::parse(name).ok_or_else(|| wrong("kind", &kinds)))
        .transpose()?;
    let hook = hook
        .map(|name| Hook::parse(name).ok_or_else(|| wrong("hook", "forward, input")))
        .transpose()?;
    Ok(Export {
        name: path.display().to_string(),
        bytes: bytes(path)?,
        kind,
        hook,
        interface,
    })
}

/// `allowlist show`.
fn show(arguments: &ShowArguments) -> Result<Exit, Refused> {
    let on = arguments.on.unwrap_or_else(today);
    let config = arguments
        .profile
        .as_deref()
        .map(|path| profile(Some(path), None))
        .transpose()?;
    let section = config
        .and_then(|config| config.settings.allowlist)
        .unwrap_or_default();
    let regions = if arguments.region.is_empty() {
        &section.regions
    } else {
        &arguments.region
    };
    let all = ranges(&own_ranges(&section)?, regions)?;
    let sets = all.show(on, regions);
    let shown = match arguments.format {
        Format::Json | Format::Jsonl => {
            serde_json::to_string_pretty(&json!({ "on": on, "sets": sets }))?
        }
        Format::Text => {
            let mut shown = format!("Must be admitted on {on}:\n");
            sets.iter().try_for_each(|set| shown_set(&mut shown, set))?;
            shown
        }
    };
    output::say(&shown);
    Ok(Exit::Healthy)
}

/// One set for people.
fn shown_set(shown: &mut String, set: &Set) -> std::fmt::Result {
    let cidrs: Vec<String> = set.cidrs.iter().map(ToString::to_string).collect();
    let cidrs = if set.known {
        cidrs.join("  ")
    } else {
        "not known here: look at the page and import its table".to_owned()
    };
    let seen = set
        .seen
        .map_or_else(String::new, |seen| format!(", read {seen}"));
    let until = set
        .valid_until
        .map_or_else(String::new, |until| format!(" until {until}"));
    let from = set
        .valid_from
        .map_or_else(String::new, |from| format!(" from {from}"));
    writeln!(
        shown,
        "\n{} · {}{from}{until}{seen}\n  {cidrs}",
        set.region, set.name
    )?;
    set.source
        .as_ref()
        .map_or(Ok(()), |source| writeln!(shown, "  {source}"))
}

/// `allowlist check`: the one check of the list.
async fn check(mut arguments: CheckArguments) -> Result<Code, Refused> {
    if arguments.common.only.is_empty() {
        arguments.common.only = vec!["allowlist-complete".to_owned()];
    }
    live::check(arguments).await
}

/// `allowlist import`.
fn imported(arguments: &ImportArguments) -> Result<Exit, Refused> {
    let origin = import::Origin {
        seen: today(),
        valid_from: arguments.valid_from,
        source: arguments.source.clone(),
        service: arguments.service.clone(),
    };
    let sets = import::sets(&text(&arguments.table)?, &origin);
    if sets.is_empty() {
        return Err(Refused::new(format!(
            "cannot find a table of regions and networks in {}",
            arguments.table.display()
        )));
    }
    output::say(&import::file(&sets));
    Ok(Exit::Healthy)
}

/// `allowlist request`: exit 0 when nothing is missing, 1 when there is a change to make.
fn write_change(arguments: &ChangeArguments) -> Result<Exit, Refused> {
    let settings = request::config(&arguments.common)?.settings;
    let Some(section) = settings
        .allowlist
        .as_ref()
        .filter(|section| !section.rules.is_empty())
    else {
        return Err(Refused::new(
            "cannot write a change: the profile has no [allowlist] rules",
        ));
    };
    let system = arguments.system.as_deref().map(system).transpose()?;
    let material = material(section)?;
    let on = today();
    let evidence = material
        .judge(
            on,
            &destinations(&settings),
            section.destination,
            settings.target.port,
        )
        .evidence;
    let mut changes = Vec::new();
    for (index, placed) in material.devices.iter().enumerate() {
        let missing: Vec<&Found> = evidence
            .missing
            .iter()
            .filter(|found| found.device == Some(index))
            .collect();
        if missing.is_empty() {
            continue;
        }
        let cidrs: Vec<IpNet> = missing
            .iter()
            .flat_map(|found| found.cidrs.iter().copied())
            .collect();
        let sets: Vec<String> = missing
            .iter()
            .filter_map(|found| found.set.clone())
            .collect();
        let source = sets
            .first()
            .and_then(|name| material.ranges.sets.iter().find(|set| set.name == *name))
            .and_then(|set| set.source.as_deref());
        let wanted = Wanted {
            device: Some(placed),
            missing: &cidrs,
            destination: section
                .destination
                .or_else(|| destinations(&settings).first().copied()),
            port: settings.target.port,
            sets: &sets,
            source,
            on,
        };
        let system = system.map_or_else(|| usual(placed.device.kind), Ok)?;
        changes.push((placed.device.name.clone(), change(system, &wanted)));
    }
    told(arguments.format, &changes, &evidence)
}

/// The addresses of the URL that are known without asking.
fn destinations(settings: &Settings) -> Vec<IpAddr> {
    let pins: Vec<IpAddr> = crate::probe::names::pinned(settings);
    match &settings.target.host {
        Host::Address(address) if pins.is_empty() => vec![*address],
        Host::Address(_) | Host::Name(_) => pins,
    }
}

/// The system of that name.
fn system(name: &str) -> Result<For, Refused> {
    let known = For::ALL
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(system, _)| *system);
    known.ok_or_else(|| {
        Refused::new(format!(
            "cannot write for that system: --for takes {}",
            For::ALL.map(|(_, name)| name).join(", ")
        ))
    })
}

/// The system whose exports are of this kind.
fn usual(kind: Kind) -> Result<For, Refused> {
    match kind {
        Kind::Nft => Ok(For::Nft),
        Kind::Iptables => Ok(For::Iptables),
        Kind::Windows => Ok(For::Windows),
        Kind::Nsg => Ok(For::Azure),
        Kind::Aws => Ok(For::Aws),
        Kind::Asa => Ok(For::Asa),
        Kind::Panos => Ok(For::Panos),
        Kind::Fortios => Ok(For::Fortios),
        Kind::Iis | Kind::Cidrs => Err(Refused::new(
            "cannot tell the system to write for: give --for",
        )),
    }
}

/// Writes the changes.
fn told(
    format: Format,
    changes: &[(String, Change)],
    evidence: &Evidence,
) -> Result<Exit, Refused> {
    let text = match format {
        Format::Json | Format::Jsonl => {
            let changes: Vec<_> = changes
                .iter()
                .map(|(device, change)| json!({ "device": device, "change": change }))
                .collect();
            serde_json::to_string_pretty(
                &json!({ "changes": changes, "undecided": evidence.undecided }),
            )?
        }
        Format::Text if changes.is_empty() => {
            "Nothing is missing: there is no change to request.".to_owned()
        }
        Format::Text => changes
            .iter()
            .map(|(_, change)| change.ticket.as_str())
            .collect::<Vec<_>>()
            .join("\n"),
    };
    output::say(&text);
    Ok(if changes.is_empty() {
        Exit::Healthy
    } else {
        Exit::Unhealthy
    })
}
