//! Jobs: may one be started, would it run, and starting one.

use super::super::odata;
use super::super::random::guid;
use super::super::reply::{Reply, not_authorized};
use super::super::route::{Answer, Call, field};
use super::super::version::ApiVersion;
use super::super::world::{Folder, Job, Obstacle, Release, World};
use super::processes::{by_key, shown as release_shown};
use super::{entity, missing, page};
use serde_json::{Map, Value, json};

/// The longest input arguments.
const ARGUMENTS: usize = 10_000;

impl Obstacle {
    /// The code that ValidateDynamicJob names it by.
    fn code(self) -> &'static str {
        match self {
            Self::Runtime => "TemplateNoRuntime",
            Self::Robot => "RobotNotAssignedToFolder",
            Self::Licence => "TemplateNoLicense",
            Self::Host => "TemplateNoHostsAvailable",
        }
    }

    /// The sentence that goes with it.
    fn sentence(self) -> &'static str {
        match self {
            Self::Runtime => "No unattended runtimes configured on the machine.",
            Self::Robot => {
                "Couldn't find any user with unattended robot permissions in the current folder."
            }
            Self::Licence => "There are not enough licenses available.",
            Self::Host => "No host is available on the machine template.",
        }
    }
}

/// The process that a request to start a job means, and where.
fn wanted<'a>(world: &'a World, call: &Call<'_>) -> Result<(&'a Folder, &'a Release), Reply> {
    let folder = call.folder(world, "Jobs.Create")?;
    let body = call.object(world)?;
    let errors = world.envelope();
    let info: &Map<String, Value> = field(&body, "startInfo")
        .and_then(Value::as_object)
        .ok_or_else(|| errors.error(400, 1000, "startInfo must not be null"))?;
    if field(info, "InputArguments")
        .and_then(Value::as_str)
        .is_some_and(|text| text.chars().count() > ARGUMENTS)
    {
        let text = "The field InputArguments must be a string or array type with a maximum length of '10000'.";
        return Err(errors.error(400, 0, text));
    }
    let release = match (field(info, "ReleaseKey"), field(info, "ReleaseName")) {
        (Some(key), _) => by_key(world, folder.id, key.as_str().unwrap_or_default()),
        (None, Some(name)) => world.releases.iter().find(|release| {
            release.folder == folder.id && Some(release.name.as_str()) == name.as_str()
        }),
        (None, None) => return Err(errors.error(400, 1000, "The ReleaseKey field is required.")),
    };
    match release {
        Some(release) => Ok((folder, release)),
        None => missing(world, "Process").map(|_| unreachable!("a missing process is an error")),
    }
}

/// POST odata/Jobs/~.ValidateDynamicJob: says whether a job would run, and starts none.
pub(in super::super) fn validate(world: &World, call: &Call<'_>) -> Answer {
    wanted(world, call)?;
    let errors: Vec<&str> = world
        .obstacle
        .iter()
        .map(|obstacle| obstacle.sentence())
        .collect();
    let codes: Vec<&str> = world
        .obstacle
        .iter()
        .map(|obstacle| obstacle.code())
        .collect();
    let result = entity(
        world,
        json!({ "IsValid": errors.is_empty(), "Errors": errors, "ErrorCodes": codes }),
        &[(ApiVersion::V17, &["ErrorCodes"])],
    );
    Ok(odata::single(
        call.request,
        &call.base,
        "UiPath.Server.Configuration.OData.ValidationResultDto",
        result,
    ))
}

/// POST odata/Jobs/~.StartJobs.
pub(in super::super) fn start(world: &mut World, call: &Call<'_>) -> Answer {
    let (_, release) = wanted(world, call)?;
    let release = release.clone();
    let errors = world.envelope();
    match world.obstacle {
        Some(obstacle @ Obstacle::Runtime) => {
            return Err(errors.error(409, 2818, obstacle.sentence()));
        }
        Some(obstacle @ Obstacle::Robot) => {
            return Err(errors.error(409, 0, obstacle.sentence()));
        }
        // Without a licence or a host the job is made and waits.
        Some(Obstacle::Licence | Obstacle::Host) | None => {}
    }
    if world.is_deleted(&release) {
        return missing(world, "Process");
    }
    let id = world.number();
    let job = Job {
        id,
        release,
        at: call.request.at,
    };
    let item = shown(world, &job);
    world.jobs.push(job);
    let value =
        json!({ "@odata.context": format!("{}/odata/$metadata#Jobs", call.base), "value": [item] });
    Ok(Reply::odata(201, &value))
}

/// A job as the interface shows it.
fn shown(world: &World, job: &Job) -> Value {
    let Value::Object(release) = release_shown(world, &job.release) else {
        unreachable!("an entity is an object")
    };
    entity(
        world,
        json!({
            "Id": job.id, "Key": guid("job", &job.id.to_string()), "StartTime": null, "EndTime": null, "State": "Pending", "Robot": null,
            "Release": release, "Source": "Manual", "SourceType": "Manual", "BatchExecutionKey": guid("batch", &job.id.to_string()), "Info": null,
            "CreationTime": job.at.to_string(), "StartingScheduleId": null, "ReleaseName": job.release.name, "Type": "Unattended",
            "InputArguments": null, "OutputArguments": null, "HostMachineName": null, "HasMediaRecorded": false, "PersistenceId": null,
            "ResumeVersion": null, "StopStrategy": null, "ReleaseVersionId": job.release.id, "EntryPointPath": "Main.xaml",
            "JobPriority": "Normal", "RuntimeType": "Unattended", "RequiresUserInteraction": false, "OrganizationUnitId": job.release.folder,
            "OrganizationUnitFullyQualifiedName": null, "Reference": "", "SpecificPriorityValue": 45, "ProcessType": "Process",
            "Machine": null, "LocalSystemAccount": "",
        }),
        &[
            (
                ApiVersion::V11,
                &[
                    "JobPriority",
                    "RuntimeType",
                    "RequiresUserInteraction",
                    "OrganizationUnitId",
                    "OrganizationUnitFullyQualifiedName",
                    "Reference",
                ],
            ),
            (
                ApiVersion::V15,
                &[
                    "SpecificPriorityValue",
                    "ProcessType",
                    "Machine",
                    "LocalSystemAccount",
                ],
            ),
        ],
    )
}

/// GET odata/Jobs.
pub(in super::super) fn list(world: &World, call: &Call<'_>) -> Answer {
    let folder = call.folder(world, "Jobs.View")?;
    let items = world
        .jobs
        .iter()
        .filter(|job| job.release.folder == folder.id)
        .map(|job| shown(world, job))
        .collect();
    let release = Release {
        id: 0,
        key: String::new(),
        name: String::new(),
        package: String::new(),
        version: String::new(),
        folder: 0,
    };
    let sample = shown(
        world,
        &Job {
            id: 0,
            release,
            at: call.request.at,
        },
    );
    Ok(page(world, call, ("Jobs", "JobDto"), items, &sample))
}

/// GET odata/Jobs(id).
pub(in super::super) fn one(world: &World, call: &Call<'_>) -> Answer {
    let folder = call.folder(world, "Jobs.View")?;
    let wanted = call.id();
    match world
        .jobs
        .iter()
        .find(|job| job.release.folder == folder.id && Some(job.id) == wanted)
    {
        Some(job) => Ok(odata::single(
            call.request,
            &call.base,
            "Jobs/$entity",
            shown(world, job),
        )),
        None => missing(world, "Job"),
    }
}

/// GET odata/Machines/~.GetRuntimesForFolder(folderId=…).
pub(in super::super) fn runtimes(world: &World, call: &Call<'_>) -> Answer {
    let person = call.person(world)?;
    let folder = call
        .argument("folderId")
        .and_then(|id| id.parse::<i64>().ok())
        .filter(|id| world.people.roles.enters(&person, *id));
    let by_job =
        world.at_least(ApiVersion::V15) && world.people.roles.may(&person, "Jobs.Create", folder);
    if !by_job && !world.people.roles.may(&person, "Machines.View", folder) {
        return Err(not_authorized());
    }
    let (total, connected, available) = match world.obstacle {
        Some(Obstacle::Runtime) => (0, 0, 0),
        Some(Obstacle::Host) => (2, 0, 0),
        Some(Obstacle::Licence) => (2, 1, 0),
        Some(Obstacle::Robot) | None => (2, 1, 1),
    };
    let item = json!({ "Type": "Unattended", "Total": total, "Connected": connected, "Available": available });
    let items = if total == 0 {
        Vec::new()
    } else {
        vec![item.clone()]
    };
    Ok(page(
        world,
        call,
        ("Runtimes", "MachineRuntimeDto"),
        items,
        &item,
    ))
}
