//! Names in certificates as text.

use crate::shown::shown;
use x509_parser::prelude::{AttributeTypeAndValue, X509Name};

/// A name as a person says it: the common name, else the organisation, else the whole.
pub(crate) fn short_name(name: &X509Name<'_>) -> String {
    let best = name
        .iter_common_name()
        .next()
        .or_else(|| name.iter_organizational_unit().next())
        .or_else(|| name.iter_organization().next());
    best.map_or_else(|| whole_name(name), |value| shown(&text_of(value)))
}

/// A whole name, most telling part first, as certificates are usually written down.
pub(crate) fn whole_name(name: &X509Name<'_>) -> String {
    let mut parts = Vec::new();
    for attribute in name.iter_attributes().take(20) {
        let kind = attribute.attr_type().to_id_string();
        let label = LABELS
            .iter()
            .find(|(oid, _)| *oid == kind)
            .map_or(kind.as_str(), |(_, label)| label);
        parts.push(format!("{label}={}", text_of(attribute)));
    }
    parts.reverse();
    shown(&parts.join(", "))
}

/// Short labels of name attributes.
const LABELS: [(&str, &str); 9] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "E"),
];

/// The text of a name attribute, whatever string type it has.
pub(crate) fn text_of(attribute: &AttributeTypeAndValue<'_>) -> String {
    const BMP_STRING: u32 = 30;
    const UNIVERSAL_STRING: u32 = 28;
    let bytes = attribute.as_slice();
    match attribute.attr_value().tag().0 {
        BMP_STRING => {
            let units = bytes
                .chunks(2)
                .map(|pair| u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]));
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        UNIVERSAL_STRING => {
            let units = bytes
                .chunks_exact(4)
                .map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]));
            units
                .map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            // T61String is Latin-1 in practice.
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        },
    }
}
