//! Reads DER element by element, where no parser of ours knows the structure; and writes it.

use x509_parser::asn1_rs::{Class, FromDer as _};

/// One DER element: its class, tag number, contents, and the whole with its header.
pub(crate) struct Element<'a> {
    /// Universal, or one that the context gives a meaning to.
    pub(crate) class: Class,
    /// The number of its tag.
    pub(crate) tag: u32,
    /// What is in it.
    pub(crate) contents: &'a [u8],
    /// The same with its header.
    pub(crate) whole: &'a [u8],
}

/// Reads elements one after the other.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next element.
    pub(crate) fn next(&mut self) -> Option<Element<'a>> {
        let before = self.0;
        let (rest, header) = x509_parser::asn1_rs::Header::from_der(before).ok()?;
        let length = header.length().definite().ok()?;
        let contents = rest.get(..length)?;
        self.0 = &rest[length..];
        let whole = &before[..before.len() - self.0.len()];
        Some(Element {
            class: header.class(),
            tag: header.tag().0,
            contents,
            whole,
        })
    }

    /// The next element if it is of this universal type.
    pub(crate) fn expect(&mut self, tag: u32) -> Option<Element<'a>> {
        self.next()
            .filter(|element| element.class == Class::Universal && element.tag == tag)
    }

    /// The next element if it carries this context tag.
    pub(crate) fn context(&mut self, tag: u32) -> Option<Element<'a>> {
        let saved = self.0;
        match self.next() {
            Some(element) if element.class == Class::ContextSpecific && element.tag == tag => {
                Some(element)
            }
            _ => {
                self.0 = saved;
                None
            }
        }
    }
}

/// SEQUENCE.
pub(crate) const SEQUENCE: u32 = 16;
/// OCTET STRING.
pub(crate) const OCTETS: u32 = 4;
/// INTEGER.
pub(crate) const INTEGER: u32 = 2;
/// BIT STRING.
pub(crate) const BITS: u32 = 3;
/// ENUMERATED.
pub(crate) const ENUMERATED: u32 = 10;
/// OBJECT IDENTIFIER.
pub(crate) const OID: u32 = 6;
/// GeneralizedTime.
pub(crate) const TIME: u32 = 24;

/// The contents with the header of this universal type before them.
pub(crate) fn wrapped(tag: u32, contents: &[u8]) -> Vec<u8> {
    const CONSTRUCTED: u8 = 0x20;
    let length = contents.len().to_be_bytes();
    let first = length.iter().position(|byte| *byte != 0);
    let significant = &length[first.unwrap_or(length.len() - 1)..];
    let tag = u8::try_from(tag).unwrap_or_else(|_| unreachable!("the types here are below 31"));
    let mut out = Vec::with_capacity(contents.len() + 10);
    out.push(if u32::from(tag) == SEQUENCE {
        tag | CONSTRUCTED
    } else {
        tag
    });
    match (significant, u8::try_from(significant.len())) {
        ([short], _) if *short < 0x80 => out.push(*short),
        (_, Ok(count)) => {
            out.push(0x80 | count);
            out.extend_from_slice(significant);
        }
        (_, Err(_)) => unreachable!("a length has at most eight bytes"),
    }
    out.extend_from_slice(contents);
    out
}
