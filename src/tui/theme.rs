//! Shapes and colours: what a state looks like, on terminals of any ability.

mod own;

pub use own::{Palette, PaletteError};

pub(crate) use crate::report::Shape;
use crate::report::State;
use crate::words::Words;
use ratatui::style::{Color, Modifier, Style};

/// A set of colours, all of them among the sixteen that every terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// For a dark background.
    #[default]
    Dark,
    /// For a light background.
    Light,
    /// No colour at all: weight and reversal alone (`NO_COLOR`).
    Mono,
    /// The user's own.
    Own(Palette),
}

/// How the screen looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Its colours.
    pub theme: Theme,
    /// Whether every character must be ASCII.
    pub ascii: bool,
    /// Its language.
    pub words: &'static Words,
}

/// What a piece of the screen is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Plain text.
    Text,
    /// Text of less weight.
    Quiet,
    /// The name of what stands below it.
    Heading,
    /// Lines between things.
    Line,
    /// A name to notice.
    Accent,
    /// Healthy.
    Pass,
    /// Worth a look.
    Warn,
    /// Not told.
    Unknown,
    /// Broken.
    Fail,
    /// Our own fault.
    Broke,
    /// Being measured.
    Running,
    /// The chosen line, where the keys go.
    Chosen,
    /// The chosen line, while the keys go elsewhere.
    Kept,
    /// A key in the footer and in the help.
    Key,
    /// A badge that must not be overlooked.
    Badge,
}

/// A state's shape, word and role.
pub(crate) fn face(state: &State) -> (Shape, &'static str, Role) {
    let shape = Shape::of(state);
    (shape, shape.word(), shape.role())
}

impl Shape {
    /// The role of what stands so.
    pub(crate) fn role(self) -> Role {
        match self {
            Self::Waiting | Self::Blocked | Self::Skipped => Role::Quiet,
            Self::Running => Role::Running,
            Self::Pass => Role::Pass,
            Self::Warn => Role::Warn,
            Self::Unknown => Role::Unknown,
            Self::Fail => Role::Fail,
            Self::Broke => Role::Broke,
        }
    }
}

impl Theme {
    /// Every theme; the user's own is among them where there is one.
    pub(crate) fn all(own: Option<Palette>) -> impl Iterator<Item = Self> {
        let built_in = [Self::Dark, Self::Light, Self::Mono];
        built_in.into_iter().chain(own.map(Self::Own))
    }

    /// The next one, round and round.
    #[must_use]
    pub(crate) fn next(self, own: Option<Palette>) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Mono,
            Self::Mono => own.map_or(Self::Dark, Self::Own),
            Self::Own(_) => Self::Dark,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Mono => "mono",
            Self::Own(_) => "own",
        }
    }

    fn colour(self, role: Role) -> Option<Color> {
        let (dark, light) = match role {
            Role::Text | Role::Heading | Role::Chosen | Role::Badge => return None,
            Role::Quiet => (Color::Gray, Color::DarkGray),
            Role::Kept | Role::Line => (Color::DarkGray, Color::Gray),
            Role::Accent | Role::Key => (Color::LightCyan, Color::Blue),
            Role::Pass => (Color::LightGreen, Color::Green),
            Role::Warn => (Color::LightYellow, Color::Yellow),
            Role::Unknown => (Color::LightBlue, Color::Blue),
            Role::Fail => (Color::LightRed, Color::Red),
            Role::Broke => (Color::LightMagenta, Color::Magenta),
            Role::Running => (Color::LightCyan, Color::Cyan),
        };
        match self {
            Self::Dark => Some(dark),
            Self::Light => Some(light),
            Self::Mono => None,
            Self::Own(palette) => palette.colour(role),
        }
    }
}

impl Palette {
    /// The colour of a role.
    fn colour(self, role: Role) -> Option<Color> {
        match role {
            Role::Text | Role::Heading | Role::Chosen | Role::Badge => None,
            Role::Quiet => Some(self.quiet),
            Role::Kept | Role::Line => Some(self.line),
            Role::Accent => Some(self.accent),
            Role::Key => Some(self.key),
            Role::Pass => Some(self.pass),
            Role::Warn => Some(self.warn),
            Role::Unknown => Some(self.unknown),
            Role::Fail => Some(self.fail),
            Role::Broke => Some(self.broke),
            Role::Running => Some(self.running),
        }
    }
}

impl Look {
    /// How a piece is drawn.
    pub(crate) fn style(self, role: Role) -> Style {
        let weight = match role {
            Role::Badge => Modifier::BOLD.union(Modifier::REVERSED),
            Role::Chosen if self.theme == Theme::Mono => Modifier::BOLD.union(Modifier::REVERSED),
            Role::Heading | Role::Fail | Role::Broke | Role::Key | Role::Chosen => Modifier::BOLD,
            Role::Kept => Modifier::UNDERLINED,
            Role::Quiet | Role::Line if self.theme == Theme::Mono => Modifier::DIM,
            Role::Text
            | Role::Quiet
            | Role::Line
            | Role::Accent
            | Role::Pass
            | Role::Warn
            | Role::Unknown
            | Role::Running => Modifier::empty(),
        };
        let style = Style::new().add_modifier(weight);
        match (role, self.theme) {
            (Role::Kept, _) => style,
            (Role::Chosen, Theme::Dark) => style.fg(Color::White).bg(Color::DarkGray),
            (Role::Chosen, Theme::Light) => style.fg(Color::Black).bg(Color::Gray),
            (Role::Chosen, Theme::Own(own)) => style.fg(own.chosen).bg(own.chosen_back),
            (Role::Badge, Theme::Dark | Theme::Light) => style.fg(Color::Magenta),
            (Role::Badge, Theme::Own(own)) => style.fg(own.badge),
            _ => match self.theme.colour(role) {
                Some(colour) => style.fg(colour),
                None => style,
            },
        }
    }

    /// The sign of a shape; `frame` turns the one that moves.
    pub(crate) fn sign(self, shape: Shape, frame: u64) -> &'static str {
        const TURNS: [&str; 8] = ["⠋", "⠙", "⠸", "⠴", "⠦", "⠇", "⠏", "⠹"];
        const PLAIN: [&str; 4] = ["|", "/", "-", "\\"];
        let turn = |signs: &[&'static str]| {
            let count = signs.len() as u64;
            signs[usize::try_from(frame % count).unwrap_or(0)]
        };
        match (shape, self.ascii) {
            (Shape::Running, false) => turn(&TURNS),
            (Shape::Running, true) => turn(&PLAIN),
            (still, ascii) => still.symbol(ascii),
        }
    }

    /// Whether commands keep their quotes, since no colour tells them apart.
    pub(crate) fn quotes(self) -> bool {
        self.theme == Theme::Mono
    }

    /// Whichever of the two the terminal can show.
    pub(crate) fn either(self, rich: &'static str, plain: &'static str) -> &'static str {
        if self.ascii { plain } else { rich }
    }
}
