//! Each symptom from a chain that has it.

use super::super::*;
use super::facts;
use super::made::*;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use rustls_pki_types::CertificateDer;

fn all(facets: &Facets) -> (Trust, Naming, Lifetime, Strength) {
    (
        trust(facets),
        naming(facets),
        lifetime(facets, now(), 30),
        strength(facets),
    )
}

const HEALTHY: (Trust, Naming, Lifetime, Strength) = (
    Trust::Public,
    Naming::Matches,
    Lifetime::InDate,
    Strength::Strong,
);

#[test]
fn a_healthy_chain_is_healthy_in_every_respect() {
    let chain = Chain::healthy();
    let facets = chain.judged();
    assert_eq!(all(&facets), HEALTHY);
    assert_eq!(revocation(&facets), Revocation::Untold);
    assert_eq!(
        strict(&chain.served(), &host(), now(), &chain.root.roots()),
        Ok(())
    );
    assert_eq!(facts(&facets)["root"], "Test Root");
}

#[test]
fn a_served_root_and_a_wrong_order_do_no_harm() {
    let chain = Chain::healthy();
    let served = [&chain.leaf, &chain.root, &chain.middle].map(|made| made.der.clone());
    assert_eq!(all(&judged(&served, &chain.root.roots())), HEALTHY);
}

#[test]
fn a_self_signed_leaf_is_self_signed_alone_whatever_its_ca_flag() {
    for is_ca in [
        IsCa::NoCa,
        IsCa::ExplicitNoCa,
        IsCa::Ca(BasicConstraints::Unconstrained),
    ] {
        let mut params = leaf();
        params.is_ca = is_ca;
        let facets = judged(&[Made::root(params).der], &strangers());
        assert_eq!(
            all(&facets),
            (
                Trust::SelfSigned,
                Naming::Matches,
                Lifetime::InDate,
                Strength::Strong
            )
        );
    }
}

#[test]
fn a_served_private_root_is_told_from_an_open_end() {
    let chain = Chain::healthy();
    let mut served = chain.served();
    assert_eq!(trust(&judged(&served, &strangers())), Trust::UnknownIssuer);
    served.push(chain.root.der.clone());
    let facets = judged(&served, &strangers());
    assert_eq!(
        all(&facets),
        (
            Trust::PrivateRoot,
            Naming::Matches,
            Lifetime::InDate,
            Strength::Strong
        )
    );
    assert_eq!(facts(&facets)["root"], "Test Root");
}

#[test]
fn a_root_in_this_machines_store_shows_a_private_root() {
    let chain = Chain::healthy();
    let (cloud, machine) = (strangers(), chain.root.roots());
    let views = Views {
        cloud: &cloud,
        machine: Some(&machine),
        bundle: None,
        pool: &[],
    };
    let facets = judge(&chain.served(), &[], &host(), now(), &views);
    assert_eq!(trust(&facets), Trust::PrivateRoot);
    assert!(facts(&facets)["difference"].contains("Test Root is installed on this machine"));
}

#[test]
fn a_missing_intermediate_is_told_only_when_it_was_found() {
    let chain = Chain::healthy();
    let (cloud, served) = (chain.root.roots(), [chain.leaf.der.clone()]);
    let open = judged(&served, &cloud);
    assert_eq!(trust(&open), Trust::UnknownIssuer);
    assert_eq!(facts(&open)["missing_issuer"], "Test Issuing CA");
    let pool = [
        strangers().certificates()[0].clone(),
        chain.middle.der.clone(),
    ];
    let views = Views {
        cloud: &cloud,
        machine: None,
        bundle: None,
        pool: &pool,
    };
    let facets = judge(&served, &[], &host(), now(), &views);
    assert_eq!(
        all(&facets),
        (
            Trust::MissingIntermediate,
            Naming::Matches,
            Lifetime::InDate,
            Strength::Strong
        )
    );
    assert_eq!(facets.certificates.len(), 2);
    assert_eq!(facts(&facets)["found"], "Test Issuing CA");
    let pem = facets.certificates[1].pem.as_deref().unwrap();
    assert_eq!(
        Roots::from_pem("written", pem.as_bytes())
            .unwrap()
            .certificates(),
        std::slice::from_ref(&chain.middle.der)
    );
}

#[test]
fn a_private_chain_without_its_intermediate_is_no_missing_intermediate() {
    let chain = Chain::healthy();
    let (cloud, machine) = (strangers(), chain.root.roots());
    let pool = [chain.middle.der.clone()];
    let views = Views {
        cloud: &cloud,
        machine: Some(&machine),
        bundle: None,
        pool: &pool,
    };
    assert_eq!(
        trust(&judge(
            std::slice::from_ref(&chain.leaf.der),
            &[],
            &host(),
            now(),
            &views
        )),
        Trust::PrivateRoot
    );
}

#[test]
fn a_re_created_ca_is_told_from_an_unknown_one() {
    let chain = Chain::healthy();
    let again = Made::root(ca("Test Root")).roots();
    assert_eq!(trust(&judged(&chain.served(), &again)), Trust::BadSignature);
    let views = Views {
        cloud: &strangers(),
        machine: Some(&again),
        bundle: None,
        pool: &[],
    };
    assert_eq!(
        trust(&judge(&chain.served(), &[], &host(), now(), &views)),
        Trust::BadSignature
    );
}

#[test]
fn a_changed_leaf_has_a_bad_signature() {
    let chain = Chain::healthy();
    let mut served = chain.served();
    let mut bytes = served[0].to_vec();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    served[0] = CertificateDer::from(bytes);
    assert_eq!(
        trust(&judged(&served, &chain.root.roots())),
        Trust::BadSignature
    );
}

#[test]
fn of_two_roots_with_one_name_the_right_one_is_found() {
    let chain = Chain::healthy();
    let twin = Made::root(ca("Test Root"));
    let both = Roots::from_ders("both", [twin.der, chain.root.der.clone()]).unwrap();
    assert_eq!(all(&judged(&chain.served(), &both)), HEALTHY);
}

#[test]
fn an_inspection_product_is_named_when_the_chain_is_not_public() {
    let root = Made::root(ca("Zscaler Root CA"));
    let middle = root.issue(ca("Zscaler Intermediate Root CA (zscaler.net)"));
    let leaf = middle.issue(leaf());
    let served = [leaf.der.clone(), middle.der.clone(), root.der.clone()];
    let facets = judged(&served, &strangers());
    assert_eq!(trust(&facets), Trust::Intercepted);
    assert_eq!(facts(&facets)["product"], "Zscaler");
    assert_eq!(trust(&judged(&served, &root.roots())), Trust::Public);
}

#[test]
fn words_that_contain_a_products_name_are_no_product() {
    let root = Made::root(ca("Reset Squidward Avastin CA"));
    let leaf = root.issue(leaf());
    assert_eq!(
        trust(&judged(&[leaf.der, root.der], &strangers())),
        Trust::PrivateRoot
    );
}

#[test]
fn an_expired_leaf_of_a_public_ca_fails_by_date_alone() {
    let chain = Chain::with_leaf(|leaf| leaf.not_after = date_time_ymd(2026, 11, 1));
    assert_eq!(
        all(&chain.judged()),
        (
            Trust::Public,
            Naming::Matches,
            Lifetime::Expired,
            Strength::Strong
        )
    );
}

#[test]
fn an_expired_leaf_of_a_private_ca_has_two_faults() {
    let chain = Chain::with_leaf(|leaf| leaf.not_after = date_time_ymd(2026, 11, 1));
    let served = [&chain.leaf, &chain.middle, &chain.root].map(|made| made.der.clone());
    let facets = judged(&served, &strangers());
    assert_eq!(
        all(&facets),
        (
            Trust::PrivateRoot,
            Naming::Matches,
            Lifetime::Expired,
            Strength::Strong
        )
    );
}

#[test]
fn an_expired_intermediate_fails_by_date_and_is_named() {
    let chain = Chain::with_middle(|middle| middle.not_after = date_time_ymd(2026, 11, 1));
    let facets = chain.judged();
    assert_eq!(
        all(&facets),
        (
            Trust::Public,
            Naming::Matches,
            Lifetime::Expired,
            Strength::Strong
        )
    );
    assert_eq!(facts(&facets)["expires"], "Test Issuing CA");
}

#[test]
fn a_root_that_has_ended_is_named_and_a_renewed_one_beside_it_does() {
    let chain = Chain::healthy();
    let key = || KeyPair::from_pem(&chain.root.key.serialize_pem()).unwrap();
    let mut params = ca("Test Root");
    params.not_after = date_time_ymd(2026, 11, 1);
    let ended = params.self_signed(&key()).unwrap().der().clone();
    let store = Roots::from_ders("ended", [ended.clone()]).unwrap();
    let facets = judged(&chain.served(), &store);
    assert_eq!(all(&facets).2, Lifetime::Expired);
    assert_eq!(facts(&facets)["expires"], "Test Root");
    assert!(facts(&facets)["not_after"].starts_with("2026-11-01"));
    let renewed = Roots::from_ders("both", [ended, chain.root.der.clone()]).unwrap();
    assert_eq!(all(&judged(&chain.served(), &renewed)), HEALTHY);
}

#[test]
fn an_expired_cross_certificate_does_no_harm_beside_a_valid_one() {
    let chain = Chain::healthy();
    let old_root = Made::root(ca("Old Root"));
    let mut params = ca("Test Issuing CA");
    params.not_after = date_time_ymd(2021, 9, 30);
    let key = KeyPair::from_pem(&chain.middle.key.serialize_pem()).unwrap();
    let cross = old_root.issue_for(params, key);
    let both = Roots::from_ders("both", [old_root.der.clone(), chain.root.der.clone()]).unwrap();
    let served = [chain.leaf.der.clone(), cross.der, chain.middle.der.clone()];
    assert_eq!(all(&judged(&served, &both)), HEALTHY);
}

#[test]
fn dates_that_never_meet_still_reach_the_root() {
    let chain = Chain::with_middle(|middle| {
        middle.not_before = date_time_ymd(2021, 1, 1);
        middle.not_after = date_time_ymd(2022, 1, 1);
    });
    assert_eq!(
        all(&chain.judged()),
        (
            Trust::Public,
            Naming::Matches,
            Lifetime::Expired,
            Strength::Strong
        )
    );
}

#[test]
fn a_leaf_of_tomorrow_is_not_yet_valid() {
    let chain = Chain::with_leaf(|leaf| leaf.not_before = date_time_ymd(2026, 11, 23));
    assert_eq!(
        all(&chain.judged()),
        (
            Trust::Public,
            Naming::Matches,
            Lifetime::NotYetValid,
            Strength::Strong
        )
    );
}

#[test]
fn the_last_days_are_told_in_time() {
    let facets = Chain::with_leaf(|leaf| leaf.not_after = date_time_ymd(2026, 12, 10)).judged();
    assert_eq!(lifetime(&facets, now(), 30), Lifetime::ExpiresSoon);
    assert_eq!(lifetime(&facets, now(), 10), Lifetime::InDate);
    assert_eq!(facts(&facets)["days"], "17");
    let end = "2026-12-10T00:00:00Z".parse().unwrap();
    assert_eq!(lifetime(&facets, end, 0), Lifetime::ExpiresSoon);
    assert_eq!(
        lifetime(&facets, "2026-12-10T00:00:01Z".parse().unwrap(), 0),
        Lifetime::Expired
    );
}

#[test]
fn another_name_is_a_mismatch_and_the_nearest_is_told() {
    let params =
        CertificateParams::new(["orc.example.com".to_owned(), "mail.example.net".to_owned()])
            .unwrap();
    let chain = Chain::with_leaf(|leaf| leaf.subject_alt_names = params.subject_alt_names);
    let facets = chain.judged();
    assert_eq!(
        all(&facets),
        (
            Trust::Public,
            Naming::Mismatch,
            Lifetime::InDate,
            Strength::Strong
        )
    );
    assert_eq!(facts(&facets)["nearest"], "orc.example.com");
    assert!(strict(&chain.served(), &host(), now(), &chain.root.roots()).is_err());
}

#[test]
fn a_common_name_alone_is_no_alternative_name_alone() {
    let facets = Chain::with_leaf(|leaf| leaf.subject_alt_names.clear()).judged();
    assert_eq!(
        all(&facets),
        (
            Trust::Public,
            Naming::NoAlternativeName,
            Lifetime::InDate,
            Strength::Strong
        )
    );
    assert_eq!(facts(&facets)["common_name"], HOST);
}

#[test]
fn names_match_as_rfc_9525_says() {
    let cases = [
        ("*.example.com", "orch.example.com", Naming::Matches),
        ("*.example.com", "a.orch.example.com", Naming::Mismatch),
        ("*.example.com", "example.com", Naming::Mismatch),
        ("*.com", "example.com", Naming::Mismatch),
        ("o*.example.com", "orch.example.com", Naming::Mismatch),
        ("ORCH.Example.COM", "orch.example.com", Naming::Matches),
        ("orch.example.com", "ORCH.example.com.", Naming::Matches),
        (
            "xn--bcher-kva.example",
            "xn--bcher-kva.example",
            Naming::Matches,
        ),
        ("*.example", "xn--bcher-kva.example", Naming::Mismatch),
        ("192.0.2.1", "192.0.2.1.example", Naming::Mismatch),
    ];
    for (presented, asked, expected) in cases {
        let names = CertificateParams::new([presented.to_owned()])
            .unwrap()
            .subject_alt_names;
        let chain = Chain::with_leaf(|leaf| leaf.subject_alt_names = names);
        let roots = chain.root.roots();
        let views = Views {
            cloud: &roots,
            machine: None,
            bundle: None,
            pool: &[],
        };
        let facets = judge(
            &chain.served(),
            &[],
            &Served::Name(asked.to_owned()),
            now(),
            &views,
        );
        assert_eq!(naming(&facets), expected, "{presented} for {asked}");
    }
}

#[test]
fn an_address_matches_an_address_only() {
    let cases = [
        (
            rcgen::SanType::IpAddress("192.0.2.1".parse().unwrap()),
            Naming::Matches,
        ),
        (
            rcgen::SanType::IpAddress("2001:db8::1".parse().unwrap()),
            Naming::Mismatch,
        ),
        (
            rcgen::SanType::DnsName("192.0.2.1".try_into().unwrap()),
            Naming::Mismatch,
        ),
    ];
    for (name, expected) in cases {
        let chain = Chain::with_leaf(|leaf| leaf.subject_alt_names = vec![name.clone()]);
        let roots = chain.root.roots();
        let views = Views {
            cloud: &roots,
            machine: None,
            bundle: None,
            pool: &[],
        };
        let address = Served::Address("192.0.2.1".parse().unwrap());
        assert_eq!(
            naming(&judge(&chain.served(), &[], &address, now(), &views)),
            expected,
            "{name:?}"
        );
    }
}

#[test]
fn a_purpose_is_needed_only_when_purposes_are_named() {
    let client = Chain::with_leaf(|leaf| {
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    assert_eq!(
        all(&client.judged()),
        (
            Trust::Public,
            Naming::Matches,
            Lifetime::InDate,
            Strength::WrongUsage
        )
    );
    let none = Chain::with_leaf(|leaf| leaf.extended_key_usages.clear());
    assert_eq!(all(&none.judged()), HEALTHY);
    let middle = Chain::with_middle(|middle| {
        middle.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    assert_eq!(
        all(&middle.judged()),
        (
            Trust::Public,
            Naming::Matches,
            Lifetime::InDate,
            Strength::WrongUsage
        )
    );
}

#[test]
fn a_ca_that_serves_is_wrong_usage() {
    let chain = Chain::with_leaf(|leaf| leaf.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    assert_eq!(
        all(&chain.judged()),
        (
            Trust::Public,
            Naming::Matches,
            Lifetime::InDate,
            Strength::WrongUsage
        )
    );
}

#[test]
fn an_issuer_that_is_no_ca_makes_the_chain_invalid() {
    for is_ca in [IsCa::NoCa, IsCa::ExplicitNoCa] {
        let chain = Chain::with_middle(|middle| middle.is_ca = is_ca);
        let facets = chain.judged();
        assert_eq!(
            all(&facets),
            (
                Trust::ChainInvalid,
                Naming::Matches,
                Lifetime::InDate,
                Strength::Strong
            )
        );
        assert!(facts(&facets)["fault"].contains("Test Issuing CA is no CA"));
    }
}

#[test]
fn an_issuer_whose_key_usage_forbids_it_makes_the_chain_invalid() {
    let chain = Chain::with_middle(|middle| {
        middle.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    });
    assert_eq!(trust(&chain.judged()), Trust::ChainInvalid);
    let fine =
        Chain::with_middle(|middle| middle.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign]);
    assert_eq!(all(&fine.judged()), HEALTHY);
}

#[test]
fn more_cas_than_allowed_make_the_chain_invalid() {
    let mut params = ca("Test Policy CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let root = Made::root(ca("Test Root"));
    let policy = root.issue(params);
    let issuing = policy.issue(ca("Test Issuing CA"));
    let leaf = issuing.issue(leaf());
    let served = [&leaf, &issuing, &policy].map(|made| made.der.clone());
    assert_eq!(trust(&judged(&served, &root.roots())), Trust::ChainInvalid);
}

#[test]
fn a_name_outside_of_the_constraints_makes_the_chain_invalid() {
    let constrained = |permitted: &str, excluded: &str| {
        let subtrees = |name: &str| match name {
            "" => Vec::new(),
            name => vec![rcgen::GeneralSubtree::DnsName(name.to_owned())],
        };
        Chain::with_middle(|middle| {
            middle.name_constraints = Some(rcgen::NameConstraints {
                permitted_subtrees: subtrees(permitted),
                excluded_subtrees: subtrees(excluded),
            });
        })
    };
    assert_eq!(all(&constrained("example.com", "").judged()), HEALTHY);
    assert_eq!(all(&constrained("", "example.net").judged()), HEALTHY);
    assert_eq!(
        trust(&constrained("example.net", "").judged()),
        Trust::ChainInvalid
    );
    assert_eq!(
        trust(&constrained("", "example.com").judged()),
        Trust::ChainInvalid
    );
    assert_eq!(
        trust(&constrained("ample.com", "").judged()),
        Trust::ChainInvalid
    );
}

#[test]
fn an_unknown_critical_extension_makes_the_chain_invalid() {
    let chain = Chain::with_leaf(|leaf| {
        let mut extension =
            rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
        extension.set_criticality(true);
        leaf.custom_extensions.push(extension);
    });
    assert_eq!(trust(&chain.judged()), Trust::ChainInvalid);
}

#[test]
fn no_certificate_is_no_verdict() {
    let facets = judged(&[], &strangers());
    assert_eq!(
        all(&facets),
        (
            Trust::Untold,
            Naming::Untold,
            Lifetime::Untold,
            Strength::Untold
        )
    );
    assert_eq!(
        strict(&[], &host(), now(), &strangers()),
        Err(Refusal::Nothing)
    );
}

#[test]
fn facets_survive_being_written_down() {
    let facets = Chain::healthy().judged();
    let text = serde_json::to_string(&facets).unwrap();
    assert_eq!(serde_json::from_str::<Facets>(&text).unwrap(), facets);
}

#[test]
fn the_version_of_mozillas_roots_is_the_one_built_in() {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).unwrap();
    let (_, after) = lock
        .split_once("name = \"webpki-roots\"\nversion = \"")
        .unwrap();
    let version = after.split('"').next().unwrap();
    assert!(
        Roots::mozilla()
            .name()
            .contains(&format!("webpki-roots {version},"))
    );
}

#[test]
fn a_file_without_a_certificate_is_no_set_of_roots() {
    assert_eq!(
        Roots::from_pem("empty", b"").unwrap_err(),
        RootsError::NoCertificate
    );
    assert_eq!(
        Roots::from_pem("text", b"no certificate here\n").unwrap_err(),
        RootsError::NoCertificate
    );
    let key = KeyPair::generate().unwrap().serialize_pem();
    assert_eq!(
        Roots::from_pem("key", key.as_bytes()).unwrap_err(),
        RootsError::NoCertificate
    );
    assert!(matches!(
        Roots::from_pem("cut", b"-----BEGIN CERTIFICATE-----\nMIIB\n"),
        Err(RootsError::Pem(_) | RootsError::NoCertificate)
    ));
}

#[test]
fn what_a_roots_own_certificate_forbids_makes_the_chain_invalid() {
    let below = |change: fn(&mut CertificateParams)| {
        let mut params = ca("Test Root");
        change(&mut params);
        let root = Made::root(params);
        let middle = root.issue(ca("Test Issuing CA"));
        let leaf = middle.issue(leaf());
        judged(&[leaf.der, middle.der], &root.roots())
    };
    assert_eq!(all(&below(|_| {})), HEALTHY);
    let no_ca = below(|root| root.is_ca = IsCa::ExplicitNoCa);
    assert_eq!(trust(&no_ca), Trust::ChainInvalid);
    assert_eq!(
        facts(&no_ca)["fault"],
        "Test Root is no CA, yet it issued a certificate"
    );
    let no_room = below(|root| root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    assert_eq!(trust(&no_room), Trust::ChainInvalid);
    let unfit = below(|root| root.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature]);
    assert_eq!(trust(&unfit), Trust::ChainInvalid);
    let expired = below(|root| root.not_after = date_time_ymd(2026, 1, 1));
    assert_eq!(
        all(&expired),
        (
            Trust::Public,
            Naming::Matches,
            Lifetime::Expired,
            Strength::Strong
        )
    );
}

#[test]
fn a_leaf_that_is_itself_in_the_clouds_store_is_trusted_as_it_is() {
    let alone = Made::root(leaf());
    assert_eq!(
        all(&judged(std::slice::from_ref(&alone.der), &alone.roots())),
        HEALTHY
    );
}

#[test]
fn a_name_in_another_spelling_is_untold() {
    let root = Made::root(ca("Test Root"));
    let mut spelled = ca("Test Root");
    spelled.distinguished_name = named("TEST  root ");
    let issuer = rcgen::Issuer::from_params(&spelled, &root.key);
    let key = KeyPair::generate().unwrap();
    let leaf = leaf().signed_by(&key, &issuer).unwrap();
    let facets = judged(&[leaf.der().clone()], &root.roots());
    assert_eq!(trust(&facets), Trust::Untold);
    assert!(!facets.cloud.trusted());
}

#[test]
fn all_views_of_a_trusted_chain_name_the_same_path() {
    let chain = Chain::healthy();
    let (cloud, machine, bundle) = (chain.root.roots(), chain.root.roots(), strangers());
    let views = Views {
        cloud: &cloud,
        machine: Some(&machine),
        bundle: Some(&bundle),
        pool: &[],
    };
    let mut served = chain.served();
    served.push(chain.root.der.clone());
    let facets = judge(&served, &[], &host(), now(), &views);
    let machine = facets.machine.as_ref().unwrap();
    assert!(machine.trusted());
    assert_eq!(machine.path, facets.cloud.path);
    assert_eq!(facets.cloud.path.as_ref().unwrap().certificates, [0, 1]);
    assert!(!facets.bundle.as_ref().unwrap().trusted());
    assert_eq!(facets.end, End::Root(2));
    assert_eq!(facets.chain, [0, 1]);
}

#[test]
fn each_product_is_known_by_the_names_it_gives_its_cas() {
    let cases = [
        ("Zscaler Root CA", Some("Zscaler")),
        ("ca.acme.goskope.com", Some("Netskope")),
        ("FGT60F1234567890", None),
        ("Fortinet_CA_SSL", Some("Fortinet FortiGate")),
        ("DO_NOT_TRUST_FiddlerRoot", Some("Fiddler")),
        ("mitmproxy", Some("mitmproxy")),
        ("PortSwigger CA", Some("Burp Suite")),
        ("Charles Proxy CA (1 Jan 2026, host)", Some("Charles")),
        ("Avast Web/Mail Shield Root", Some("Avast")),
        ("Cisco Umbrella Root CA", Some("Cisco Umbrella")),
        ("ESET SSL Filter CA", Some("ESET")),
        (
            "Kaspersky Anti-Virus Personal Root Certificate",
            Some("Kaspersky"),
        ),
        ("Sophos SSL CA_C1234", Some("Sophos")),
        ("Bitdefender Personal CA.Net-Defender", Some("Bitdefender")),
        ("Contoso Issuing CA 1", None),
        ("Asset Management CA", None),
        ("DigiCert Global Root G2", None),
    ];
    for (name, expected) in cases {
        let root = Made::root(ca(name));
        let facets = judged(&[root.issue(leaf()).der, root.der.clone()], &strangers());
        assert_eq!(facets.product.as_deref(), expected, "{name}");
        let interfered = trust(&facets) == Trust::Intercepted;
        assert_eq!(interfered, expected.is_some(), "{name}");
    }
}

#[test]
fn a_certificate_without_an_end_is_in_date() {
    let mut params = leaf();
    // RFC 5280, 4.1.2.5: the last second of the year 9999 stands for no well-defined end.
    params.not_after = date_time_ymd(9999, 12, 31) + std::time::Duration::from_secs(86_399);
    let chain = Chain::healthy();
    let endless = chain.middle.issue(params);
    let facets = judged(
        &[endless.der.clone(), chain.middle.der.clone()],
        &chain.root.roots(),
    );
    assert_eq!(lifetime(&facets, now(), 30), Lifetime::InDate);
    assert_eq!(trust(&facets), Trust::Public);
}

#[test]
fn an_ed25519_key_is_as_good_as_any() {
    let chain = Chain::healthy();
    let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let made = chain.middle.issue_for(leaf(), key);
    let facets = judged(
        &[made.der.clone(), chain.middle.der.clone()],
        &chain.root.roots(),
    );
    assert_eq!(trust(&facets), Trust::Public);
    assert_eq!(strength(&facets), Strength::Strong);
}
