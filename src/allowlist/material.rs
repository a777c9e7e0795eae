//! What the allowlist is judged from, read once: the ranges and the devices.

use jiff::civil::Date;
use std::net::IpAddr;

use super::model::{Hook, Kind, ReadError};
use super::ranges::{Ranges, RangesError};
use super::read::read;
use super::verdict::{Asked, Placed, Verdict, judge};

/// An exported rule set as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Its file: what the device is called.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its format, when told.
    pub kind: Option<Kind>,
    /// Where connections are judged in it, when told.
    pub hook: Option<Hook>,
    /// The interface that faces the cloud, when told.
    pub interface: Option<String>,
}

/// The ranges that must be admitted and the devices that may do so, outermost first.
#[derive(Debug, Clone)]
pub struct Material {
    /// All sets known of.
    pub ranges: Ranges,
    /// The regions chosen.
    pub regions: Vec<String>,
    /// The devices.
    pub devices: Vec<Placed>,
}

/// Material that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaterialError {
    /// A file of ranges.
    #[error("cannot use the ranges in {file}, line {}, column {}: {}", cause.line, cause.column, cause.what)]
    Ranges {
        /// The file.
        file: String,
        /// Why.
        cause: RangesError,
    },
    /// An exported rule set.
    #[error("cannot use the rules in {file}, line {}: {}", cause.line, cause.what)]
    Rules {
        /// The file.
        file: String,
        /// Why.
        cause: ReadError,
    },
    /// A region that no set is of.
    #[error("cannot find ranges of the region {region}; there are {known}")]
    Region {
        /// The region.
        region: String,
        /// Those there are.
        known: String,
    },
}

/// The built-in ranges with the user's own files over them, for regions that exist.
pub fn ranges(own: &[(String, String)], regions: &[String]) -> Result<Ranges, MaterialError> {
    let mut ranges = Ranges::built_in();
    for (file, text) in own {
        ranges.add(text).map_err(|cause| MaterialError::Ranges {
            file: file.clone(),
            cause,
        })?;
    }
    match regions.iter().find(|region| !ranges.has_region(region)) {
        None => Ok(ranges),
        Some(region) => {
            let known = ranges.regions().into_iter().collect::<Vec<_>>().join(", ");
            Err(MaterialError::Region {
                region: region.clone(),
                known,
            })
        }
    }
}

impl Material {
    /// Reads ranges and exports. Unless told, the last export is the server's own, and those before it pass connections on.
    pub fn new(
        own: &[(String, String)],
        regions: &[String],
        exports: Vec<Export>,
    ) -> Result<Self, MaterialError> {
        let ranges = ranges(own, regions)?;
        let last = exports.len().saturating_sub(1);
        let place = |(index, export): (usize, Export)| {
            let device = read(&export.name, &export.bytes, export.kind).map_err(|cause| {
                MaterialError::Rules {
                    file: export.name.clone(),
                    cause,
                }
            })?;
            let usual = if index == last {
                Hook::Input
            } else {
                Hook::Forward
            };
            Ok(Placed {
                device,
                hook: export.hook.unwrap_or(usual),
                interface: export.interface,
                onward: None,
            })
        };
        let devices = exports
            .into_iter()
            .enumerate()
            .map(place)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            ranges,
            regions: regions.to_vec(),
            devices,
        })
    }

    /// Judges the devices on a day, for connections to these addresses of the server's name, its own address where it differs, and the port.
    pub fn judge(
        &self,
        on: Date,
        destinations: &[IpAddr],
        server: Option<IpAddr>,
        port: u16,
    ) -> Verdict {
        judge(&Asked {
            ranges: &self.ranges,
            regions: &self.regions,
            on,
            devices: &self.devices,
            destinations,
            server,
            port,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export(name: &str, hook: Option<Hook>) -> Export {
        Export {
            name: name.to_owned(),
            bytes: b"*filter\n:INPUT DROP\n:FORWARD DROP\nCOMMIT\n".to_vec(),
            kind: None,
            hook,
            interface: None,
        }
    }

    #[test]
    fn the_last_device_is_the_server_unless_told() {
        let hooks = |exports| -> Vec<Hook> {
            Material::new(&[], &[], exports)
                .unwrap()
                .devices
                .iter()
                .map(|placed| placed.hook)
                .collect()
        };
        assert_eq!(
            hooks(vec![export("a", None), export("b", None)]),
            [Hook::Forward, Hook::Input]
        );
        assert_eq!(
            hooks(vec![
                export("a", Some(Hook::Input)),
                export("b", Some(Hook::Forward))
            ]),
            [Hook::Input, Hook::Forward]
        );
    }

    #[test]
    fn an_error_names_the_file_and_the_line_and_nothing_of_it() {
        let broken = Export {
            bytes: b"*filter\n:INPUT DROP\nCANARY\nCOMMIT\n".to_vec(),
            ..export("fw.save", None)
        };
        let said = Material::new(&[], &[], vec![broken])
            .unwrap_err()
            .to_string();
        assert!(
            said.starts_with("cannot use the rules in fw.save, line 3: expected"),
            "{said}"
        );
        assert!(!said.contains("CANARY"));
        let said = Material::new(&[], &["mars".to_owned()], Vec::new())
            .unwrap_err()
            .to_string();
        assert!(
            said.contains("mars") && said.contains("europe-community"),
            "{said}"
        );
    }
}
