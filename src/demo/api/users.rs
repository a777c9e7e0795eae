//! Who is signed in, what they may do, and the licence.

use super::super::odata;
use super::super::people::{ADMINISTRATOR, Person, USER};
use super::super::random::guid;
use super::super::route::{Answer, Call};
use super::super::version::ApiVersion;
use super::super::world::{TENANT, World};
use super::entity;
use super::processes::MADE;
use serde_json::{Value, json};

/// What users got later.
const LATER: [(ApiVersion, &[&str]); 2] = [
    (
        ApiVersion::V11,
        &[
            "UnattendedRobot",
            "MayHaveUnattendedSession",
            "MayHavePersonalWorkspace",
        ],
    ),
    (
        ApiVersion::V15,
        &[
            "DirectoryIdentifier",
            "UpdatePolicy",
            "AccountId",
            "LastModificationTime",
            "LastModifierUserId",
            "CreatorUserId",
        ],
    ),
];

/// GET odata/Users/~.GetCurrentUser.
pub(in super::super) fn current(world: &World, call: &Call<'_>) -> Answer {
    let person = call.person(world)?;
    let (name, kind) = match &person {
        Person::User => (USER, "User"),
        Person::Administrator => (ADMINISTRATOR, "User"),
        Person::Application(_) => (
            "orch-doctor stand-in application",
            "DirectoryExternalApplication",
        ),
    };
    let id = number(&person);
    let roles = [if person == Person::Administrator {
        "Administrator"
    } else {
        "Apps integration"
    }];
    let user = entity(
        world,
        json!({
            "Id": id, "Key": guid("user", name), "UserName": name, "Name": "Apps", "Surname": "Service", "FullName": "Apps Service",
            "Domain": null, "DirectoryIdentifier": null, "EmailAddress": "apps-svc@corp.example", "IsEmailConfirmed": true,
            "LastLoginTime": MADE, "IsActive": true, "CreationTime": MADE, "AuthenticationSource": null, "Password": null,
            "IsExternalLicensed": false, "UserRoles": [user_role(world, id, name, roles[0])], "RolesList": roles, "LoginProviders": ["Basic"],
            "OrganizationUnits": [], "TenantId": 1, "TenancyName": TENANT, "TenantDisplayName": TENANT, "TenantKey": guid("tenant", TENANT),
            "Type": kind, "ProvisionType": "Manual", "LicenseType": null, "RobotProvision": null, "UnattendedRobot": null,
            "NotificationSubscription": null, "MayHaveUserSession": true, "MayHaveRobotSession": false, "MayHaveUnattendedSession": false,
            "MayHavePersonalWorkspace": false, "BypassBasicAuthRestriction": false, "UpdatePolicy": null, "AccountId": null,
            "LastModificationTime": MADE, "LastModifierUserId": 1, "CreatorUserId": 1,
        }),
        &LATER,
    );
    Ok(odata::single(
        call.request,
        &call.base,
        "Users/$entity",
        user,
    ))
}

/// A role of a user as the interface shows it.
fn user_role(world: &World, id: i64, user: &str, role: &str) -> Value {
    entity(
        world,
        json!({ "Id": 7, "UserId": id, "RoleId": 12, "UserName": user, "RoleName": role, "RoleType": "Mixed" }),
        &[(ApiVersion::V15, &["RoleType"])],
    )
}

/// GET odata/Users/~.GetCurrentPermissions: those of the tenant and of the folder, or of all folders where none is named.
pub(in super::super) fn permissions(world: &World, call: &Call<'_>) -> Answer {
    let person = call.person(world)?;
    let folder = match call.request.folder() {
        Some(_) => Some(call.entered(world, &person)?.id),
        None => world.folders_of(&person).map(|folder| folder.id).next(),
    };
    let held = world.people.roles.held(&person, folder);
    let answer = json!({ "UserId": number(&person), "Permissions": held });
    Ok(odata::single(
        call.request,
        &call.base,
        "UiPath.Server.Configuration.OData.UserPermissionsCollection",
        answer,
    ))
}

/// The number of a person among the users.
pub(super) fn number(person: &Person) -> i64 {
    match person {
        Person::Administrator => 2,
        Person::User => 42,
        Person::Application(_) => 43,
    }
}

/// GET odata/Settings/~.GetLicense.
pub(in super::super) fn licence(world: &World, call: &Call<'_>) -> Answer {
    call.person(world)?;
    let counts = json!({ "Unattended": 10, "Attended": 5, "NonProduction": 2, "Development": 1 });
    let licence = entity(
        world,
        json!({
            "Id": 1, "HostLicenseId": null, "ExpireDate": 1_830_297_600, "GracePeriodEndDate": 1_832_889_600, "GracePeriod": 30, "Allowed": counts,
            "Used": { "Unattended": 3, "Attended": 0, "NonProduction": 0, "Development": 0 }, "AttendedConcurrent": false,
            "DevelopmentConcurrent": false, "StudioXConcurrent": false, "StudioProConcurrent": false, "VersionControl": null,
            "LicensedFeatures": [], "IsRegistered": true, "IsExpired": false, "CreationTime": MADE, "Code": "0000-STAND-IN",
            "IsCommunity": false, "SubscriptionCode": null, "UserLicensingEnabled": false, "IsProOrEnterprise": true, "SubscriptionPlan": "ENTERPRISE",
        }),
        &[
            (ApiVersion::V11, &["StudioProConcurrent", "VersionControl"]),
            (
                ApiVersion::V15,
                &["IsCommunity", "SubscriptionCode", "UserLicensingEnabled"],
            ),
            (ApiVersion::V17, &["IsProOrEnterprise", "SubscriptionPlan"]),
        ],
    );
    Ok(odata::single(
        call.request,
        &call.base,
        "UiPath.Server.Configuration.OData.LicenseDto",
        licence,
    ))
}
