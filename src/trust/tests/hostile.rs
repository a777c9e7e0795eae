//! What a hostile or careless server may send: there is always an answer, and soon.

use super::super::*;
use super::facts;
use super::made::*;
use crate::shown::is_visible;
use rcgen::{DistinguishedName, DnType, KeyPair, SanType};
use rustls_pki_types::CertificateDer;
use tokio::time::Instant;

/// Judges, and guards against work that grows without bound; how fast it is, the benchmark tells.
fn soon(chain: &[CertificateDer<'_>], cloud: &Roots) -> Facets {
    let began = Instant::now();
    let facets = judged(chain, cloud);
    let took = began.elapsed();
    assert!(took.as_secs() < 30, "{took:?}");
    facets
}

#[test]
fn a_hundred_cas_of_one_name_end_soon() {
    let same = || ca("Test Root");
    let root = Made::root(same());
    let mut others: Vec<Made> = Vec::new();
    for depth in 0..99 {
        let issuer = if depth % 3 == 0 {
            &root
        } else {
            others.last().unwrap_or(&root)
        };
        others.push(issuer.issue(same()));
    }
    let leaf = others.last().unwrap().issue(leaf());
    let chain: Vec<_> = [leaf.der.clone()]
        .into_iter()
        .chain(others.iter().map(|made| made.der.clone()))
        .collect();
    let facets = soon(&chain, &strangers());
    assert_ne!(trust(&facets), Trust::Public);
    assert_eq!(facets.served, 100);
    soon(&chain, &root.roots());
}

#[test]
fn a_chain_of_a_hundred_ends_soon() {
    let root = Made::root(ca("Test Root"));
    let mut others: Vec<Made> = Vec::new();
    for depth in 0..99 {
        let issued = others
            .last()
            .unwrap_or(&root)
            .issue(ca(&format!("CA {depth}")));
        others.push(issued);
    }
    let leaf = others.last().unwrap().issue(leaf());
    let chain: Vec<_> = [leaf.der.clone()]
        .into_iter()
        .chain(others.iter().rev().map(|made| made.der.clone()))
        .collect();
    let facets = soon(&chain, &root.roots());
    assert_ne!(trust(&facets), Trust::Public);
    assert!(!facets.cloud.trusted());
}

#[test]
fn a_hundred_useless_certificates_do_not_hide_the_useful_one() {
    let chain = Chain::healthy();
    let mut served = vec![chain.leaf.der.clone()];
    served.extend((0..100).map(|number| Made::root(ca(&format!("Useless {number}"))).der));
    served.push(chain.middle.der.clone());
    let facets = soon(&served, &chain.root.roots());
    assert_eq!(trust(&facets), Trust::Public);
    assert_eq!(strict(&served, &host(), now(), &chain.root.roots()), Ok(()));
}

#[test]
fn thousands_of_names_are_compared_but_not_kept() {
    let chain = Chain::with_leaf(|leaf| {
        let name =
            |number| SanType::DnsName(format!("host-{number}.example.net").try_into().unwrap());
        leaf.subject_alt_names = (0..2_000).map(name).collect();
        leaf.subject_alt_names
            .push(SanType::DnsName(HOST.try_into().unwrap()));
    });
    let facets = soon(&chain.served(), &chain.root.roots());
    assert_eq!(
        (trust(&facets), naming(&facets)),
        (Trust::Public, Naming::Matches)
    );
    assert_eq!(
        (
            facets.certificates[0].names.len(),
            facets.certificates[0].name_count
        ),
        (50, 2_001)
    );
    assert!(serde_json::to_string(&facets).unwrap().len() < 20_000);
}

#[test]
fn a_certificate_too_large_to_be_judged_is_untold() {
    let chain = Chain::with_leaf(|leaf| {
        let name = |number| {
            SanType::DnsName(
                format!("host-{number:05}.a-rather-long-zone.example.net")
                    .try_into()
                    .unwrap(),
            )
        };
        leaf.subject_alt_names = (0..25_000).map(name).collect();
        leaf.subject_alt_names
            .push(SanType::DnsName(HOST.try_into().unwrap()));
    });
    assert!(chain.leaf.der.len() > 1_000_000);
    let facets = soon(&chain.served(), &chain.root.roots());
    assert_eq!(
        (trust(&facets), naming(&facets)),
        (Trust::Untold, Naming::Matches)
    );
}

#[test]
fn thousands_of_names_and_constraints_end_soon() {
    let root = Made::root(ca("Test Root"));
    let mut params = ca("Test Issuing CA");
    let subtree = |number| rcgen::GeneralSubtree::DnsName(format!("zone-{number}.example.net"));
    params.name_constraints = Some(rcgen::NameConstraints {
        permitted_subtrees: Vec::new(),
        excluded_subtrees: (0..1_500).map(subtree).collect(),
    });
    let middle = root.issue(params);
    let mut params = leaf();
    let name = |number| SanType::DnsName(format!("host-{number}.example.com").try_into().unwrap());
    params.subject_alt_names = (0..1_500).map(name).collect();
    let leaf = middle.issue(params);
    let facets = soon(&[leaf.der, middle.der], &root.roots());
    assert_ne!(trust(&facets), Trust::Public);
}

#[test]
fn nothing_in_a_name_reaches_the_screen_as_it_is() {
    let hostile = "evil\u{1b}[2J\u{202e}\0\r\n\u{200b}";
    let chain = Chain::with_leaf(|leaf| {
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, hostile);
        name.push(DnType::OrganizationName, "x".repeat(10_000));
        leaf.distinguished_name = name;
        leaf.subject_alt_names = vec![SanType::URI("http://evil\u{7f}/".try_into().unwrap())];
    });
    let facets = soon(&chain.served(), &chain.root.roots());
    for (name, text) in facts(&facets) {
        assert!(text.chars().all(is_visible), "{name}: {text}");
        assert!(text.chars().count() <= 200, "{name}");
    }
    let leaf = &facets.certificates[0];
    assert!(
        leaf.subject_name
            .starts_with("evil‹U+001B›[2J‹U+202E›‹U+0000›")
    );
    assert!(leaf.subject.chars().count() <= 200);
}

#[test]
fn a_negative_serial_number_is_no_hindrance() {
    let chain = Chain::with_leaf(|leaf| {
        leaf.serial_number = Some(rcgen::SerialNumber::from_slice(&[0xFF, 0x01]));
    });
    let facets = soon(&chain.served(), &chain.root.roots());
    assert_eq!(trust(&facets), Trust::Public);
}

#[test]
fn an_extension_that_appears_twice_is_malformed() {
    let chain = Chain::with_leaf(|leaf| {
        let content = vec![
            0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01,
        ];
        leaf.custom_extensions
            .push(rcgen::CustomExtension::from_oid_content(
                &[2, 5, 29, 37],
                content,
            ));
    });
    let facets = soon(&chain.served(), &chain.root.roots());
    assert!(!facets.cloud.trusted());
    assert_eq!(trust(&facets), Trust::Malformed);
}

#[test]
fn a_huge_rsa_key_is_an_answer_and_no_hang() {
    let mut modulus = vec![0xC3; 2_048];
    modulus[2_047] |= 1;
    let key = spki(&modulus);
    let key = rcgen::SubjectPublicKeyInfo::from_der(&key).unwrap();
    let root = Made::root(ca("Test Root"));
    let issuer = rcgen::Issuer::from_params(&root.params, &root.key);
    let leaf = leaf().signed_by(&key, &issuer).unwrap();
    let facets = soon(&[leaf.der().clone()], &root.roots());
    assert_eq!(
        (trust(&facets), strength(&facets)),
        (Trust::Public, Strength::Strong)
    );
    assert_eq!(facts(&facets)["key"], "RSA 16384");
}

/// An RSA key of this modulus as subjectPublicKeyInfo.
fn spki(modulus: &[u8]) -> Vec<u8> {
    let element = |tag: u8, contents: &[u8]| {
        let length = u32::try_from(contents.len()).unwrap().to_be_bytes();
        [&[tag, 0x84][..], &length, contents].concat()
    };
    // DER wants the shortest length; these are all longer than 255 bytes and shorter than 65,536.
    let element = |tag: u8, contents: &[u8]| {
        let long = element(tag, contents);
        [&[tag, 0x82][..], &long[4..]].concat()
    };
    let number = element(0x02, &[&[0][..], modulus].concat());
    let pair = element(
        0x30,
        &[&number[..], &[0x02, 0x03, 0x01, 0x00, 0x01]].concat(),
    );
    let algorithm = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    element(
        0x30,
        &[&algorithm[..], &element(0x03, &[&[0][..], &pair].concat())].concat(),
    )
}

#[test]
fn a_cut_certificate_is_malformed_wherever_it_is_cut() {
    let chain = Chain::healthy();
    let whole = chain.leaf.der.to_vec();
    for length in (0..whole.len()).step_by(5) {
        let facets = judged(
            &[CertificateDer::from(&whole[..length])],
            &chain.root.roots(),
        );
        assert_eq!(trust(&facets), Trust::Malformed, "cut at {length}");
        assert_eq!(
            (naming(&facets), strength(&facets)),
            (Naming::Untold, Strength::Untold)
        );
    }
}

#[test]
fn a_needed_intermediate_that_cannot_be_read_is_malformed_and_a_needless_one_is_not() {
    let chain = Chain::healthy();
    let garbage = CertificateDer::from(vec![0x30, 0x03, 0x02, 0x01, 0x00]);
    let cut = [chain.leaf.der.clone(), garbage.clone()];
    assert_eq!(trust(&judged(&cut, &chain.root.roots())), Trust::Malformed);
    let more = [chain.leaf.der.clone(), chain.middle.der.clone(), garbage];
    assert_eq!(trust(&judged(&more, &chain.root.roots())), Trust::Public);
}

#[test]
fn cas_that_certify_each_other_do_not_go_round_for_ever() {
    let (first, second) = (Made::root(ca("First")), Made::root(ca("Second")));
    let copy = |made: &Made| KeyPair::from_pem(&made.key.serialize_pem()).unwrap();
    let by_second = second.issue_for(ca("First"), copy(&first));
    let by_first = first.issue_for(ca("Second"), copy(&second));
    let leaf = first.issue(leaf());
    let facets = soon(&[leaf.der, by_second.der, by_first.der], &strangers());
    assert_eq!(trust(&facets), Trust::UnknownIssuer);
}
