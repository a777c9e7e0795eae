//! The cloud's view passes exactly when rustls, with rustls-webpki and the same roots, lets the handshake pass.

use super::super::*;
use super::made::*;
use proptest::collection::vec;
use proptest::prelude::*;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    NameConstraints, date_time_ymd,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::sync::Arc;
use std::time::Duration;

/// What rustls itself says.
fn rustls_passes(chain: &[CertificateDer<'_>], root: &CertificateDer<'static>) -> bool {
    let Some((leaf, intermediates)) = chain.split_first() else {
        return false;
    };
    let mut store = rustls::RootCertStore::empty();
    store.add(root.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider)
        .build()
        .unwrap();
    let name = ServerName::try_from(HOST).unwrap();
    let now =
        UnixTime::since_unix_epoch(Duration::from_secs(now().as_second().try_into().unwrap()));
    verifier
        .verify_server_cert(leaf, intermediates, &name, &[], now)
        .is_ok()
}

/// One way in which a certificate of the chain may be off.
#[derive(Clone, Copy, Debug)]
enum Twist {
    None,
    Expired,
    NotYet,
    Inverted,
    CaFlag,
    NoCaFlag,
    NoRoomBelow,
    ClientOnly,
    OtherNamesOnly,
    NotTheseNames,
    OtherHost,
    NoNames,
    Wildcard,
    UnknownCritical,
    SameNameAsRoot,
}

fn apply(twist: Twist, params: &mut CertificateParams) {
    let names = |name: &str| {
        CertificateParams::new([name.to_owned()])
            .unwrap()
            .subject_alt_names
    };
    let subtree = || vec![GeneralSubtree::DnsName("example.net".to_owned())];
    let here = || vec![GeneralSubtree::DnsName(HOST.to_owned())];
    match twist {
        Twist::None => {}
        Twist::Expired => params.not_after = date_time_ymd(2026, 10, 1),
        Twist::NotYet => params.not_before = date_time_ymd(2027, 1, 1),
        Twist::Inverted => {
            params.not_before = date_time_ymd(2027, 1, 1);
            params.not_after = date_time_ymd(2026, 1, 1);
        }
        Twist::CaFlag => params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
        Twist::NoCaFlag => params.is_ca = IsCa::ExplicitNoCa,
        Twist::NoRoomBelow => params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)),
        Twist::ClientOnly => params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
        Twist::OtherNamesOnly => {
            params.name_constraints = Some(NameConstraints {
                permitted_subtrees: subtree(),
                excluded_subtrees: Vec::new(),
            });
        }
        Twist::NotTheseNames => {
            params.name_constraints = Some(NameConstraints {
                permitted_subtrees: Vec::new(),
                excluded_subtrees: here(),
            });
        }
        Twist::OtherHost => params.subject_alt_names = names("orch.example.net"),
        Twist::NoNames => params.subject_alt_names.clear(),
        Twist::Wildcard => params.subject_alt_names = names("*.example.com"),
        Twist::UnknownCritical => {
            let mut extension =
                rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 7], vec![5, 0]);
            extension.set_criticality(true);
            params.custom_extensions.push(extension);
        }
        Twist::SameNameAsRoot => params.distinguished_name = named("Test Root"),
    }
}

fn twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        8 => Just(Twist::None),
        1 => Just(Twist::Expired),
        1 => Just(Twist::NotYet),
        1 => Just(Twist::Inverted),
        1 => Just(Twist::CaFlag),
        1 => Just(Twist::NoCaFlag),
        1 => Just(Twist::NoRoomBelow),
        1 => Just(Twist::ClientOnly),
        1 => Just(Twist::OtherNamesOnly),
        1 => Just(Twist::NotTheseNames),
        1 => Just(Twist::OtherHost),
        1 => Just(Twist::NoNames),
        1 => Just(Twist::Wildcard),
        1 => Just(Twist::UnknownCritical),
        1 => Just(Twist::SameNameAsRoot),
    ]
}

/// How a server may send its chain.
#[derive(Clone, Copy, Debug)]
enum Sent {
    Whole,
    WithRoot,
    Backwards,
    Twice,
    LeafAlone,
    WithStranger,
    WithGarbage,
}

fn sent(how: Sent, leaf: &Made, others: &[Made], root: &Made) -> Vec<CertificateDer<'static>> {
    let mut above: Vec<_> = others.iter().rev().map(|made| made.der.clone()).collect();
    match how {
        Sent::Whole => {}
        Sent::WithRoot => above.push(root.der.clone()),
        Sent::Backwards => above.reverse(),
        Sent::Twice => above.extend(above.clone()),
        Sent::LeafAlone => above.clear(),
        Sent::WithStranger => above.insert(0, Made::root(ca("Test Root")).der),
        Sent::WithGarbage => above.insert(0, CertificateDer::from(vec![0x30, 0x80, 0x01])),
    }
    above.insert(0, leaf.der.clone());
    above
}

fn how() -> impl Strategy<Value = Sent> {
    prop_oneof![
        3 => Just(Sent::Whole),
        1 => Just(Sent::WithRoot),
        1 => Just(Sent::Backwards),
        1 => Just(Sent::Twice),
        1 => Just(Sent::LeafAlone),
        1 => Just(Sent::WithStranger),
        1 => Just(Sent::WithGarbage),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_clouds_view_passes_exactly_when_rustls_does(
        middles in vec(vec(twist(), 0..2), 0..4),
        end in vec(twist(), 0..3),
        how in how(),
        known_root in prop::bool::weighted(0.8),
    ) {
        let root = Made::root(ca("Test Root"));
        let mut others: Vec<Made> = Vec::new();
        for (depth, twists) in middles.iter().enumerate() {
            let mut params = ca(&format!("Test CA {depth}"));
            for twist in twists {
                apply(*twist, &mut params);
            }
            let issued = others.last().unwrap_or(&root).issue(params);
            others.push(issued);
        }
        let mut params = leaf();
        for twist in &end {
            apply(*twist, &mut params);
        }
        let leaf = others.last().unwrap_or(&root).issue(params);
        let chain = sent(how, &leaf, &others, &root);
        let cloud = if known_root { root.der.clone() } else { Made::root(ca("Another Root")).der };
        let roots = Roots::from_ders("cloud", [cloud.clone()]).unwrap();

        let facets = judged(&chain, &roots);
        let passes = rustls_passes(&chain, &cloud);
        prop_assert_eq!(strict(&chain, &host(), now(), &roots).is_ok(), passes);
        prop_assert_eq!(facets.cloud.trusted() && naming(&facets) == Naming::Matches, passes);
        let readings = (trust(&facets), naming(&facets), lifetime(&facets, now(), 0), strength(&facets));
        let healthy = (Trust::Public, Naming::Matches, Lifetime::InDate, Strength::Strong);
        prop_assert_eq!(readings == healthy, passes, "{:?}, {:?}", readings, facets.cloud.refusal);
    }

    #[test]
    fn whatever_bytes_come_there_is_an_answer(
        bytes in vec(vec(any::<u8>(), 0..200), 0..4),
        staple in vec(any::<u8>(), 0..100),
    ) {
        let chain: Vec<_> = bytes.into_iter().map(CertificateDer::from).collect();
        let roots = Roots::mozilla();
        let facets = judge(&chain, &staple, &host(), now(), &Views { cloud: &roots, machine: None, bundle: None, pool: &[] });
        let expected = if chain.is_empty() { Trust::Untold } else { Trust::Malformed };
        prop_assert_eq!(trust(&facets), expected);
    }

    #[test]
    fn a_certificate_with_changed_bytes_never_passes_as_healthy(place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let chain = Chain::healthy();
        let mut served = chain.served();
        let mut bytes = served[0].to_vec();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        served[0] = CertificateDer::from(bytes);
        let facets = judged(&served, &chain.root.roots());
        let passes = rustls_passes(&served, &chain.root.der);
        prop_assert_eq!(facets.cloud.trusted() && naming(&facets) == Naming::Matches, passes);
        prop_assert!(passes || trust(&facets) != Trust::Public, "{:?}", facets);
    }
}
