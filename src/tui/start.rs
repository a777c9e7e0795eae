//! Where a run begins: what happens, where, and as whom. Nothing is sent before the user says so.

mod act;
mod form;
mod masked;

pub(crate) use act::{acted, clicked, opened, pasted, pressed};
pub(crate) use form::{Field, Form, Way};
pub(crate) use masked::Masked;

use super::model::Model;
use crate::catalog::Complaint;
use crate::config::{Reference, Settings};
use crate::secret::Secret;
use crate::words;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A profile of this folder, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileSeen {
    /// The file.
    pub path: PathBuf,
    /// The URL in it.
    pub url: String,
    /// The tenant in it.
    pub tenant: String,
    /// Who signs in.
    pub who: String,
    /// Whether the secret to sign in with is to be asked of the user.
    pub asks: bool,
}

/// A target of an earlier run: no name of a user, no secret, and nothing of the URL but where it leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Scheme, host, port, and the path of Automation Suite.
    pub url: String,
    /// The tenant.
    pub tenant: String,
    /// The profile that named it.
    pub profile: Option<PathBuf>,
}

/// What can be chosen beside a URL that is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// The profiles of this folder.
    pub profiles: Vec<ProfileSeen>,
    /// Targets of earlier runs, the last one first.
    pub recents: Vec<Recent>,
    /// What the stand-in can break, by name.
    pub faults: Vec<String>,
}

/// Where a run is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// As typed, with the reference to the secret.
    Typed(Box<Settings>, Option<Reference>),
    /// As this profile says.
    Profile(PathBuf),
    /// On the stand-in, with this broken.
    Demo(String),
}

/// A run that is to begin.
#[derive(Clone, Debug)]
pub struct Begin {
    /// Where.
    pub wanted: Wanted,
    /// The symptom that it starts from.
    pub complaint: Complaint,
    /// The secret to sign in with, where it was asked of the user.
    pub secret: Option<Secret>,
}

/// Secrets cannot be compared: two are the same where everything else is, and both or neither have one.
impl PartialEq for Begin {
    fn eq(&self, other: &Self) -> bool {
        self.wanted == other.wanted
            && self.complaint == other.complaint
            && self.secret.is_some() == other.secret.is_some()
    }
}

impl Eq for Begin {}

/// A line under "where".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The target of the run that is on the screen.
    Same,
    /// A profile of this folder.
    Profile(usize),
    /// A target of an earlier run.
    Recent(usize),
    /// Another, to be typed.
    New,
    /// The stand-in.
    Demo,
}

/// What the keys go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Spot {
    /// What happens.
    #[default]
    Symptom,
    /// Where.
    Place,
    /// A field of the target that is typed.
    Field(Field),
    /// The secret that a reference asks the user for.
    Secret,
}

/// Whether the screen is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It is not.
    #[default]
    Closed,
    /// The user chooses.
    Choosing,
    /// What was chosen is being prepared.
    Waiting,
}

/// The start screen; what was typed stays when it is left.
#[derive(Clone, Debug, Default)]
pub(crate) struct Start {
    pub(crate) offers: Offers,
    pub(crate) stage: Stage,
    pub(crate) symptom: usize,
    pub(crate) place: usize,
    pub(crate) spot: Spot,
    pub(crate) form: Form,
    pub(crate) fault: usize,
    pub(crate) secret: Masked,
    pub(crate) notice: Option<String>,
}

impl Start {
    /// The symptom that is chosen.
    pub(crate) fn complaint(&self) -> Complaint {
        let last = Complaint::ALL.len() - 1;
        Complaint::ALL[self.symptom.min(last)]
    }

    /// The fault of the stand-in that is chosen.
    pub(crate) fn fault(&self) -> &str {
        self.offers
            .faults
            .get(self.fault)
            .map_or("", String::as_str)
    }
}

/// The lines under "where".
pub(crate) fn places(model: &Model) -> Vec<Place> {
    let offers = &model.start.offers;
    let mut places = Vec::new();
    if model.report.began.is_some() {
        places.push(Place::Same);
    }
    places.extend((0..offers.profiles.len()).map(Place::Profile));
    places.extend((0..offers.recents.len()).map(Place::Recent));
    places.push(Place::New);
    if !offers.faults.is_empty() {
        places.push(Place::Demo);
    }
    places
}

/// The line under "where" that is chosen.
pub(crate) fn place(model: &Model) -> Place {
    let places = places(model);
    let at = model.start.place.min(places.len().saturating_sub(1));
    places.get(at).copied().unwrap_or(Place::New)
}

/// Keys and what they do here, for the help.
pub(crate) fn keys(words: &'static words::Start) -> [(&'static str, &'static str); 7] {
    [
        ("Enter", &words.help_enter),
        ("Up Down j k", &words.help_choose),
        ("1 2 3 4 5", &words.help_digits),
        ("Tab Shift-Tab", &words.help_tab),
        ("Left Right", &words.help_sides),
        ("Esc", &words.help_esc),
        ("Ctrl-Shift-V", &words.help_paste),
    ]
}
