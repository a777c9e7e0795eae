//! Reads an exported rule set, whichever format it is in.

use std::borrow::Cow;

use super::model::{Device, Kind, Program, ReadError};
use super::{aws, cidrs, cisco, fortios, iis, iptables, nft, nsg, panos, windows};

/// The device that an export describes; its format is told by content unless given.
pub fn read(name: &str, bytes: &[u8], kind: Option<Kind>) -> Result<Device, ReadError> {
    let text = text(bytes)?;
    let Some(kind) = kind.or_else(|| kind_of(&text)) else {
        return Err(ReadError::at(
            1,
            "expected a rule set: nft -j, iptables-save, Windows, IIS, Azure, AWS, ASA/IOS, PAN-OS, FortiOS or networks, one a line",
        ));
    };
    let program = program(kind, &text)?;
    Ok(Device {
        name: name.to_owned(),
        kind,
        program,
    })
}

/// The rules of an export of this kind.
fn program(kind: Kind, text: &str) -> Result<Program, ReadError> {
    match kind {
        Kind::Nft => nft::program(text),
        Kind::Iptables => iptables::program(text),
        Kind::Windows => windows::program(text),
        Kind::Iis => iis::program(text),
        Kind::Nsg => nsg::program(text),
        Kind::Aws => aws::program(text),
        Kind::Asa => cisco::program(text),
        Kind::Panos => panos::program(text),
        Kind::Fortios => fortios::program(text),
        Kind::Cidrs => cidrs::program(text),
    }
}

/// The text of an export: UTF-8, or UTF-16 as PowerShell's `>` writes it.
pub(super) fn text(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    let wide = |decode: fn([u8; 2]) -> u16| {
        let units = bytes[2..]
            .chunks_exact(2)
            .map(|pair| decode([pair[0], pair[1]]));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .map(Cow::Owned)
    };
    match bytes {
        [0xff, 0xfe, ..] => {
            wide(u16::from_le_bytes).map_err(|_| ReadError::at(1, "expected UTF-16 text"))
        }
        [0xfe, 0xff, ..] => {
            wide(u16::from_be_bytes).map_err(|_| ReadError::at(1, "expected UTF-16 text"))
        }
        _ => {
            let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
            std::str::from_utf8(bytes)
                .map(Cow::Borrowed)
                .map_err(|error| {
                    let line = bytes[..error.valid_up_to()]
                        .split(|byte| *byte == b'\n')
                        .count();
                    ReadError::at(line, "expected UTF-8 text")
                })
        }
    }
}

/// The format of an export, by its content.
pub fn kind_of(text: &str) -> Option<Kind> {
    let start = text.trim_start();
    if start.starts_with('{') || start.starts_with('[') {
        return json_kind(text);
    }
    if start.starts_with('<') {
        return text.contains("ipSecurity").then_some(Kind::Iis);
    }
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let begins =
        |starts: &[&str]| lines().any(|line| starts.iter().any(|start| line.starts_with(start)));
    if lines().any(|line| matches!(line, "*filter" | "*nat" | "*raw" | "*mangle" | "*security")) {
        return Some(Kind::Iptables);
    }
    if begins(&["config firewall ", "config vdom"]) {
        return Some(Kind::Fortios);
    }
    if lines().any(|line| {
        line.starts_with("set ") && (line.contains(" rules ") || line.starts_with("set address "))
    }) {
        return Some(Kind::Panos);
    }
    if begins(&[
        "access-list ",
        "ip access-list ",
        "ipv6 access-list ",
        "access-group ",
        "Extended IP access list ",
        "Standard IP access list ",
        "IPv6 access list ",
    ]) {
        return Some(Kind::Asa);
    }
    cidrs::is_list(text).then_some(Kind::Cidrs)
}

/// The format of a JSON export, by the keys in it.
fn json_kind(text: &str) -> Option<Kind> {
    let has = |keys: &[&str]| keys.iter().any(|key| text.contains(&format!("\"{key}\"")));
    if has(&["nftables"]) {
        Some(Kind::Nft)
    } else if has(&[
        "securityRules",
        "defaultSecurityRules",
        "sourceAddressPrefix",
        "sourceAddressPrefixes",
        "effectiveSecurityRules",
    ]) {
        Some(Kind::Nsg)
    } else if has(&[
        "IpPermissions",
        "SecurityGroups",
        "NetworkAcls",
        "SecurityGroupRules",
    ]) {
        Some(Kind::Aws)
    } else if has(&["DisplayName", "Direction", "RemoteAddress"]) {
        Some(Kind::Windows)
    } else {
        None
    }
}
