//! Windows, Azure and AWS.

use ipnet::IpNet;

use super::{Change, Insertion, Wanted, all_cidrs, joined};

/// A note that names the rule to come before.
fn before(insertions: &[Insertion], how: &str) -> Vec<String> {
    insertions
        .iter()
        .filter_map(|insertion| insertion.stopped_by.as_ref())
        .map(|rule| {
            format!(
                "stopped by {} line {}: {} ({how})",
                rule.file, rule.line, rule.text
            )
        })
        .collect()
}

/// A name without blanks.
fn name(wanted: &Wanted<'_>) -> String {
    format!("UiPathApps-{}", wanted.on.strftime("%Y%m%d"))
}

/// Exports what `windows` rule sets are read from: the profiles, and the inbound rules that are in force, those of group policies too.
const EXPORT: &str = "& { Get-NetFirewallProfile -PolicyStore ActiveStore | Select-Object Name, Enabled, DefaultInboundAction, AllowInboundRules; \
Get-NetFirewallRule -PolicyStore ActiveStore -Direction Inbound -Enabled True | ForEach-Object { \
$port = $_ | Get-NetFirewallPortFilter; $address = $_ | Get-NetFirewallAddressFilter; $security = $_ | Get-NetFirewallSecurityFilter; \
[pscustomobject]@{ DisplayName = $_.DisplayName; Enabled = \"$($_.Enabled)\"; Direction = \"$($_.Direction)\"; Action = \"$($_.Action)\"; \
Profile = \"$($_.Profile)\"; Protocol = $port.Protocol; LocalPort = $port.LocalPort; RemotePort = $port.RemotePort; \
LocalAddress = $address.LocalAddress; RemoteAddress = $address.RemoteAddress; \
Program = ($_ | Get-NetFirewallApplicationFilter).Program; Service = ($_ | Get-NetFirewallServiceFilter).Service; \
InterfaceType = \"$(($_ | Get-NetFirewallInterfaceTypeFilter).InterfaceType)\"; InterfaceAlias = ($_ | Get-NetFirewallInterfaceFilter).InterfaceAlias; \
OverrideBlockRules = $security.OverrideBlockRules; RemoteUser = $security.RemoteUser; RemoteMachine = $security.RemoteMachine; \
Authentication = \"$($security.Authentication)\" } } } | ConvertTo-Json -Depth 4";

/// PowerShell.
pub(super) fn windows(wanted: &Wanted<'_>, insertions: &[Insertion]) -> Change {
    let cidrs = all_cidrs(wanted, insertions);
    let name = name(wanted);
    let apply = vec![format!(
        "New-NetFirewallRule -Name '{name}' -DisplayName 'UiPath Apps {}' -Description '{}' -Direction Inbound -Action Allow -Protocol TCP -LocalPort {} -RemoteAddress {} -Profile Any",
        wanted.on,
        origin(wanted),
        wanted.port,
        joined(&cidrs, ","),
    )];
    let rollback = vec![format!("Remove-NetFirewallRule -Name '{name}'")];
    let verify = vec![
        format!("Get-NetFirewallRule -Name '{name}' | Get-NetFirewallAddressFilter"),
        format!("{EXPORT} > FILE"),
    ];
    let notes = before(
        insertions,
        "in Windows a rule that blocks wins over every rule that allows: narrow or remove it when it is one",
    );
    Change {
        apply,
        rollback,
        verify,
        notes,
        ticket: String::new(),
    }
}

/// Azure CLI.
pub(super) fn azure(wanted: &Wanted<'_>, insertions: &[Insertion]) -> Change {
    let cidrs = all_cidrs(wanted, insertions);
    let name = name(wanted);
    let of = "--resource-group <resource-group> --nsg-name <nsg>";
    let destination = wanted
        .destination
        .map_or_else(|| "'*'".to_owned(), |to| to.to_string());
    let apply = vec![format!(
        "az network nsg rule create {of} --name {name} --priority <lower than that of the rule that stops it> --direction Inbound --access Allow --protocol Tcp --source-address-prefixes {} --source-port-ranges '*' --destination-address-prefixes {destination} --destination-port-ranges {} --description '{}'",
        joined(&cidrs, " "),
        wanted.port,
        origin(wanted),
    )];
    let rollback = vec![format!("az network nsg rule delete {of} --name {name}")];
    let verify = vec![
        format!("az network nsg rule show {of} --name {name}"),
        "az network nsg show --resource-group <resource-group> --name <nsg> > FILE".to_owned(),
    ];
    let notes = before(insertions, "take a priority below its number");
    Change {
        apply,
        rollback,
        verify,
        notes,
        ticket: String::new(),
    }
}

/// AWS CLI.
pub(super) fn aws(wanted: &Wanted<'_>, insertions: &[Insertion]) -> Change {
    let cidrs = all_cidrs(wanted, insertions);
    let origin = origin(wanted);
    let of = |six: bool, key: &str, list: &str| {
        let chosen: Vec<String> = cidrs
            .iter()
            .filter(|cidr| matches!(cidr, IpNet::V6(_)) == six)
            .map(|cidr| format!("{{{key}={cidr},Description=\"{origin}\"}}"))
            .collect();
        (!chosen.is_empty()).then(|| format!(",{list}=[{}]", chosen.join(",")))
    };
    let ranges: String = [
        of(false, "CidrIp", "IpRanges"),
        of(true, "CidrIpv6", "Ipv6Ranges"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let permission = format!(
        "--group-id <security-group> --ip-permissions 'IpProtocol=tcp,FromPort={port},ToPort={port}{ranges}'",
        port = wanted.port
    );
    let apply = vec![format!(
        "aws ec2 authorize-security-group-ingress {permission}"
    )];
    let rollback = vec![format!(
        "aws ec2 revoke-security-group-ingress {permission}"
    )];
    let verify =
        vec!["aws ec2 describe-security-groups --group-ids <security-group> > FILE".to_owned()];
    let notes = before(
        insertions,
        "when it is an entry of a network ACL: aws ec2 create-network-acl-entry --network-acl-id <acl> --ingress --rule-number <lower than its number> --protocol tcp --port-range From=<port>,To=<port> --cidr-block <network> --rule-action allow",
    );
    Change {
        apply,
        rollback,
        verify,
        notes,
        ticket: String::new(),
    }
}

/// Where the networks come from, in one line without quotation marks.
fn origin(wanted: &Wanted<'_>) -> String {
    format!("orch-doctor {}: {}", wanted.on, wanted.sets.join(" "))
}
