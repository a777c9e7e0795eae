//! Who asks, for which folder, and with what: what every function of the interface begins with.

use super::super::people::Person;
use super::super::reply::{Reply, not_authenticated, not_authorized};
use super::super::request::FolderChoice;
use super::super::version::ApiVersion;
use super::super::world::{Folder, FolderKind, TENANT, World};
use super::{Call, inside};

impl Call<'_> {
    /// Who asks; nobody is an error.
    pub(in super::super) fn person(&self, world: &World) -> Result<Person, Reply> {
        let other_tenant = self
            .request
            .header("x-uipath-tenantname")
            .is_some_and(|tenant| !tenant.eq_ignore_ascii_case(TENANT));
        let token = self
            .request
            .bearer()
            .filter(|_| !other_tenant)
            .ok_or_else(not_authenticated)?;
        world
            .people
            .person(token, self.request.at)
            .ok_or_else(not_authenticated)
    }

    /// Who asks, if they may do this in the tenant.
    pub(in super::super) fn permitted(
        &self,
        world: &World,
        permission: &str,
    ) -> Result<Person, Reply> {
        let person = self.person(world)?;
        if world.people.roles.may(&person, permission, None) {
            Ok(person)
        } else {
            Err(not_authorized())
        }
    }

    /// Which folder is asked for: until 2020.4 by number alone, and without one the first classic folder is meant.
    fn choice(&self, world: &World) -> Option<FolderChoice> {
        let numbered = self.request.header("x-uipath-organizationunitid").is_some();
        if numbered || world.at_least(ApiVersion::V11) {
            return self.request.folder();
        }
        let mut folders = world.folders.iter();
        let classic = folders.find(|folder| folder.kind == FolderKind::Classic)?;
        Some(FolderChoice::Id(classic.id))
    }

    /// The folder asked for, if this person may enter it.
    pub(in super::super) fn entered<'a>(
        &self,
        world: &'a World,
        person: &Person,
    ) -> Result<&'a Folder, Reply> {
        let errors = world.envelope();
        let missing = || {
            errors.error(
                400,
                1101,
                "An organization unit is required for this action.",
            )
        };
        let choice = self.choice(world).ok_or_else(missing)?;
        let chosen = |folder: &&Folder| match &choice {
            FolderChoice::Id(id) => folder.id == *id,
            FolderChoice::Key(key) => folder.key.eq_ignore_ascii_case(key),
            FolderChoice::Path(path) => folder.full.eq_ignore_ascii_case(path),
            FolderChoice::Unreadable => false,
        };
        let found = world
            .folders
            .iter()
            .find(chosen)
            .filter(|folder| world.people.roles.enters(person, folder.id));
        found.ok_or_else(|| {
            errors.error(
                403,
                1100,
                "Folder does not exist or the user does not have access to the folder.",
            )
        })
    }

    /// The folder asked for, if whoever asks may do this in it.
    pub(in super::super) fn folder<'a>(
        &self,
        world: &'a World,
        permission: &str,
    ) -> Result<&'a Folder, Reply> {
        let person = self.person(world)?;
        let folder = self.entered(world, &person)?;
        if world.people.roles.may(&person, permission, Some(folder.id)) {
            Ok(folder)
        } else {
            Err(not_authorized())
        }
    }

    /// The number in the brackets of the entity set.
    pub(in super::super) fn id(&self) -> Option<i64> {
        inside(self)?.trim().parse().ok()
    }

    /// A named argument of the function at the end of the path; quotes are taken off and doubled ones halved.
    pub(in super::super) fn argument(&self, name: &str) -> Option<String> {
        let inside = self.segments.last()?.inside.as_deref()?;
        let (known, value) = inside.split_once('=')?;
        if !known.trim().eq_ignore_ascii_case(name) {
            return None;
        }
        let value = value.trim();
        let text = value
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''));
        Some(text.map_or_else(|| value.to_owned(), |text| text.replace("''", "'")))
    }

    /// The body as a JSON object with the first letters of its keys as Orchestrator's clients mix them.
    pub(in super::super) fn object(
        &self,
        world: &World,
    ) -> Result<serde_json::Map<String, serde_json::Value>, Reply> {
        match serde_json::from_slice(&self.request.body) {
            Ok(serde_json::Value::Object(map)) => Ok(map),
            _ => Err(world.envelope().error(400, 1000, "Invalid request!")),
        }
    }
}
