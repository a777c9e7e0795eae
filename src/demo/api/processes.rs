//! Processes and the versions of their packages.

use super::super::odata;
use super::super::route::{Answer, Call};
use super::super::version::ApiVersion;
use super::super::world::{FolderKind, Release, World};
use super::{entity, missing, page};
use serde_json::{Value, json};

/// What releases got later.
const LATER: [(ApiVersion, &[&str]); 3] = [
    (
        ApiVersion::V11,
        &[
            "ProcessType",
            "SupportsMultipleEntryPoints",
            "RequiresUserInteraction",
            "FeedId",
            "JobPriority",
            "CreationTime",
            "OrganizationUnitId",
            "OrganizationUnitFullyQualifiedName",
        ],
    ),
    (
        ApiVersion::V15,
        &[
            "EntryPointId",
            "IsAttended",
            "IsCompiled",
            "SpecificPriorityValue",
            "TargetFramework",
            "RobotSize",
            "RemoteControlAccess",
            "LastModificationTime",
            "LastModifierUserId",
            "CreatorUserId",
            "Tags",
            "EntryPoint",
            "VideoRecordingSettings",
        ],
    ),
    (
        ApiVersion::V17,
        &[
            "EntryPointPath",
            "AutomationHubIdeaUrl",
            "HiddenForAttendedUser",
        ],
    ),
];

/// When everything here was made.
pub(super) const MADE: &str = "2026-03-02T08:15:00Z";

/// A release as the interface shows it.
pub(super) fn shown(world: &World, release: &Release) -> Value {
    let newest = world
        .package(&release.package)
        .and_then(|package| package.versions.last());
    let folder = world
        .folders
        .iter()
        .find(|folder| folder.id == release.folder);
    // Only a classic folder has environments.
    let environment = folder
        .filter(|folder| folder.kind == FolderKind::Classic)
        .and_then(|_| release.name.rsplit_once('_'));
    entity(
        world,
        json!({
            "Id": release.id, "Key": release.key, "Name": release.name, "ProcessKey": release.package, "ProcessVersion": release.version,
            "IsLatestVersion": newest == Some(&release.version), "IsProcessDeleted": world.is_deleted(release), "Description": "",
            "EnvironmentId": environment.map(|_| 1), "EnvironmentName": environment.map_or("", |(_, name)| name), "Environment": null, "InputArguments": null, "CurrentVersion": null,
            "ReleaseVersions": [], "Arguments": { "Input": null, "Output": null }, "ProcessSettings": null, "AutoUpdate": false,
            "ProcessType": "Process", "SupportsMultipleEntryPoints": true, "RequiresUserInteraction": false, "FeedId": null,
            "JobPriority": "Normal", "CreationTime": MADE, "OrganizationUnitId": release.folder,
            "OrganizationUnitFullyQualifiedName": folder.map(|folder| folder.full.as_str()),
            "EntryPointId": 1, "EntryPoint": null, "IsAttended": false, "IsCompiled": false, "VideoRecordingSettings": null,
            "SpecificPriorityValue": 45, "TargetFramework": "Windows", "RobotSize": null, "RemoteControlAccess": "None", "Tags": [],
            "LastModificationTime": MADE, "LastModifierUserId": 1, "CreatorUserId": 1,
            "EntryPointPath": "Main.xaml", "AutomationHubIdeaUrl": null, "HiddenForAttendedUser": false,
        }),
        &LATER,
    )
}

/// A release that shows which properties there are.
fn sample(world: &World) -> Value {
    let release = Release {
        id: 0,
        key: String::new(),
        name: String::new(),
        package: String::new(),
        version: String::new(),
        folder: 0,
    };
    shown(world, &release)
}

/// GET odata/Releases.
pub(in super::super) fn list(world: &World, call: &Call<'_>) -> Answer {
    let folder = call.folder(world, "Processes.View")?;
    let items = world
        .releases
        .iter()
        .filter(|release| release.folder == folder.id)
        .map(|release| shown(world, release))
        .collect();
    Ok(page(
        world,
        call,
        ("Releases", "ReleaseDto"),
        items,
        &sample(world),
    ))
}

/// GET odata/Releases(id).
pub(in super::super) fn one(world: &World, call: &Call<'_>) -> Answer {
    let folder = call.folder(world, "Processes.View")?;
    let wanted = call.id();
    match world
        .releases
        .iter()
        .find(|release| release.folder == folder.id && Some(release.id) == wanted)
    {
        Some(release) => Ok(odata::single(
            call.request,
            &call.base,
            "Releases/$entity",
            shown(world, release),
        )),
        None => missing(world, "Process"),
    }
}

/// GET odata/Processes/~.GetProcessVersions(processId='…').
pub(in super::super) fn versions(world: &World, call: &Call<'_>) -> Answer {
    call.permitted(world, "Packages.View")?;
    let Some(id) = call.argument("processId") else {
        return Err(world
            .envelope()
            .error(400, 1000, "Invalid OData query options."));
    };
    let items: Vec<Value> = world.package(&id).map_or_else(Vec::new, |package| {
        let newest = package.versions.last();
        let shown =
            |version: &String| package_shown(world, &package.id, version, Some(version) == newest);
        package.versions.iter().rev().map(shown).collect()
    });
    Ok(page(
        world,
        call,
        ("Processes", "ProcessDto"),
        items,
        &package_shown(world, "", "", false),
    ))
}

/// A version of a package as the interface shows it.
fn package_shown(world: &World, id: &str, version: &str, newest: bool) -> Value {
    let active = world
        .releases
        .iter()
        .any(|release| release.package == id && release.version == version);
    entity(
        world,
        json!({
            "Id": format!("{id}:{version}"), "Key": id, "Title": id, "Version": version, "Published": MADE, "IsActive": active,
            "IsLatestVersion": newest, "OldVersion": null, "Description": "", "ReleaseNotes": null, "Authors": "Finance automation",
            "ProjectType": "Process", "SupportsMultipleEntryPoints": true, "Arguments": { "Input": null, "Output": null }, "EntryPoints": [],
            "RequiresUserInteraction": false, "MainEntryPointPath": "Main.xaml", "IsAttended": false, "TargetFramework": "Windows",
            "Tags": "", "IsCompiled": false, "LicenseUrl": null, "ProjectUrl": null, "ResourceTags": [],
        }),
        &[
            (ApiVersion::V11, &["RequiresUserInteraction"]),
            (
                ApiVersion::V15,
                &[
                    "MainEntryPointPath",
                    "IsAttended",
                    "TargetFramework",
                    "Tags",
                    "IsCompiled",
                    "LicenseUrl",
                    "ProjectUrl",
                    "ResourceTags",
                ],
            ),
        ],
    )
}

/// The release of this key in this folder.
pub(super) fn by_key<'a>(world: &'a World, folder: i64, key: &str) -> Option<&'a Release> {
    world
        .releases
        .iter()
        .find(|release| release.folder == folder && release.key.eq_ignore_ascii_case(key))
}
