//! Folders: those of the current user, and all of them for who may see them.

use super::super::reply::{Reply, not_authorized};
use super::super::route::{Answer, Call};
use super::super::version::ApiVersion;
use super::super::world::{Folder, FolderKind, World};
use super::{entity, missing, page};
use serde_json::{Value, json};

/// The most that one page of folders may hold.
const TAKE: i64 = 100;

/// A folder as the interface shows it.
fn shown(world: &World, folder: &Folder) -> Value {
    let parent = folder
        .parent
        .and_then(|id| world.folders.iter().find(|known| known.id == id));
    let (provision, permissions) = match folder.kind {
        FolderKind::Classic => ("Manual", "InheritFromTenant"),
        FolderKind::Modern | FolderKind::Personal => ("Automatic", "FineGrained"),
    };
    let (personal, feed, kind) = match folder.kind {
        FolderKind::Classic | FolderKind::Modern => (false, "Processes", "Standard"),
        FolderKind::Personal => (true, "PersonalWorkspace", "Personal"),
    };
    entity(
        world,
        json!({
            "Id": folder.id, "Key": folder.key, "DisplayName": folder.name, "FullyQualifiedName": folder.full, "Description": null,
            "ProvisionType": provision, "PermissionModel": permissions, "ParentId": folder.parent,
            "ParentKey": parent.map(|parent| parent.key.as_str()), "IsPersonal": personal, "FeedType": feed, "FolderType": kind,
        }),
        &[
            (
                ApiVersion::V11,
                &["Key", "ParentKey", "IsPersonal", "FeedType"],
            ),
            (ApiVersion::V17, &["FolderType"]),
        ],
    )
}

/// A number from the query, or what is taken without one.
fn number(world: &World, call: &Call<'_>, name: &str, otherwise: i64) -> Result<i64, Reply> {
    let Some(text) = call.request.param(name) else {
        return Ok(otherwise);
    };
    text.parse().map_err(|_| {
        world.envelope().error(
            400,
            1000,
            &format!("The value '{text}' is not valid for {name}."),
        )
    })
}

/// GET api/FoldersNavigation/GetFoldersForCurrentUser.
pub(in super::super) fn mine(world: &World, call: &Call<'_>) -> Answer {
    let person = password_only(world, call)?;
    let (skip, take) = (
        number(world, call, "skip", 0)?,
        number(world, call, "take", TAKE)?,
    );
    for (name, value, most) in [("take", take, TAKE), ("skip", skip, i64::from(i32::MAX))] {
        if !(0..=most).contains(&value) {
            return Err(world.envelope().error(
                400,
                1009,
                &format!("The field {name} must be between 0 and {most}"),
            ));
        }
    }
    let text = call
        .request
        .param("searchText")
        .unwrap_or_default()
        .to_lowercase();
    let found: Vec<&Folder> = world
        .folders_of(&person)
        .filter(|folder| folder.name.to_lowercase().contains(&text))
        .collect();
    let one_page = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    let items: Vec<Value> = found
        .iter()
        .skip(one_page(skip))
        .take(one_page(take))
        .map(|folder| shown(world, folder))
        .collect();
    Ok(Reply::json(
        200,
        &json!({ "PageItems": items, "Count": found.len() }),
    ))
}

/// GET api/FoldersNavigation/GetAllFoldersForCurrentUser: with the folders above, which cannot be entered.
pub(in super::super) fn all_mine(world: &World, call: &Call<'_>) -> Answer {
    let person = password_only(world, call)?;
    let own: Vec<i64> = world.folders_of(&person).map(|folder| folder.id).collect();
    let is_above = |folder: &Folder| {
        world.folders.iter().any(|below| {
            own.contains(&below.id) && below.full.starts_with(&format!("{}/", folder.full))
        })
    };
    let items: Vec<Value> = world
        .folders
        .iter()
        .filter(|folder| own.contains(&folder.id) || is_above(folder))
        .map(|folder| {
            let mut item = shown(world, folder);
            item["IsSelectable"] = own.contains(&folder.id).into();
            item["HasChildren"] = is_above(folder).into();
            item["Level"] = folder.full.matches('/').count().into();
            item
        })
        .collect();
    Ok(Reply::json(200, &items.into()))
}

/// Who asks, if it is a user: these two do not take an application's token.
fn password_only(world: &World, call: &Call<'_>) -> Result<super::super::people::Person, Reply> {
    use super::super::people::Person;
    match call.person(world)? {
        person @ (Person::User | Person::Administrator) => Ok(person),
        Person::Application(_) => Err(Reply::json(
            403,
            &json!({ "errorMessage": "OAuth authentication is not supported." }),
        )),
    }
}

/// GET odata/Folders.
pub(in super::super) fn list(world: &World, call: &Call<'_>) -> Answer {
    let person = call.person(world)?;
    if !["Units.View", "SubFolders.View"]
        .iter()
        .any(|permission| world.people.roles.may(&person, permission, None))
    {
        return Err(not_authorized());
    }
    let items: Vec<Value> = world
        .folders
        .iter()
        .map(|folder| shown(world, folder))
        .collect();
    let sample = items.first().cloned().unwrap_or_default();
    Ok(page(world, call, ("Folders", "FolderDto"), items, &sample))
}

/// GET api/PackageFeeds/GetFolderFeed: every folder takes its packages from the tenant's feed.
pub(in super::super) fn feed(world: &World, call: &Call<'_>) -> Answer {
    let person = call.person(world)?;
    let id = number(world, call, "folderId", 0)?;
    if world.people.roles.enters(&person, id) {
        Ok(Reply::json(200, &Value::Null))
    } else {
        missing(world, "Folder")
    }
}
