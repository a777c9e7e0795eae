//! Certificates that rcgen cannot make: see `tests/fixtures/trust/README.md`.

use super::super::*;
use super::facts;
use super::made::*;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::path::PathBuf;

fn bytes(file: &str) -> Vec<u8> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", "trust"]
        .iter()
        .collect();
    std::fs::read(folder.join(file)).unwrap()
}

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(&bytes(&format!("{name}.pem"))).unwrap()
}

fn roots(name: &str) -> Roots {
    Roots::from_pem(name, &bytes(&format!("{name}.pem"))).unwrap()
}

fn seen(names: &[&str], root: &str) -> Facets {
    let served: Vec<_> = names.iter().map(|name| certificate(name)).collect();
    judged(&served, &roots(root))
}

fn read(facets: &Facets) -> (Trust, Naming, Lifetime, Strength) {
    (
        trust(facets),
        naming(facets),
        lifetime(facets, now(), 30),
        strength(facets),
    )
}

/// The readings of a chain whose dates and names are as they should be.
fn fine_but(trust: Trust, strength: Strength) -> (Trust, Naming, Lifetime, Strength) {
    (trust, Naming::Matches, Lifetime::InDate, strength)
}

#[test]
fn a_short_rsa_key_is_a_weak_key_alone() {
    let facets = seen(&["leaf-rsa1024"], "root");
    assert_eq!(read(&facets), fine_but(Trust::Public, Strength::WeakKey));
    assert_eq!(
        facts(&facets)["weakness"],
        "orch.example.com has the key RSA 1024"
    );
}

#[test]
fn a_short_key_of_an_intermediate_is_a_weak_key_alone() {
    let facets = seen(&["below-rsa1024", "middle-rsa1024"], "root");
    assert_eq!(read(&facets), fine_but(Trust::Public, Strength::WeakKey));
    assert_eq!(
        facts(&facets)["weakness"],
        "Fixture Short CA has the key RSA 1024"
    );
}

#[test]
fn a_short_curve_is_a_weak_key_alone() {
    assert_eq!(
        read(&seen(&["leaf-p192"], "root")),
        fine_but(Trust::Public, Strength::WeakKey)
    );
}

#[test]
fn sha_1_below_the_root_is_a_weak_signature_alone() {
    assert_eq!(
        read(&seen(&["leaf-sha1"], "root")),
        fine_but(Trust::Public, Strength::WeakSignature)
    );
    let facets = seen(&["below-sha1", "middle-sha1"], "root");
    assert_eq!(
        read(&facets),
        fine_but(Trust::Public, Strength::WeakSignature)
    );
    assert_eq!(
        facts(&facets)["weakness"],
        "Fixture SHA-1 CA is signed with SHA-1 with RSA"
    );
}

#[test]
fn sha_1_on_a_root_or_a_self_signed_leaf_is_no_fault() {
    let facets = seen(&["below-root-sha1", "root-sha1"], "root-sha1");
    assert_eq!(read(&facets), fine_but(Trust::Public, Strength::Strong));
    assert_eq!(
        read(&seen(&["self-sha1"], "root")),
        fine_but(Trust::SelfSigned, Strength::Strong)
    );
}

#[test]
fn a_signature_that_cannot_be_checked_leaves_trust_untold() {
    assert_eq!(
        read(&seen(&["leaf-md5"], "root")),
        fine_but(Trust::Untold, Strength::WeakSignature)
    );
    assert_eq!(
        read(&seen(&["below-p521"], "root-p521")),
        fine_but(Trust::Untold, Strength::Strong)
    );
}

#[test]
fn a_curve_that_cannot_be_checked_still_tells_who_signed_itself() {
    assert_eq!(
        read(&seen(&["self-p521"], "root")),
        fine_but(Trust::SelfSigned, Strength::Strong)
    );
    assert_eq!(
        trust(&seen(&["below-p521", "root-p521"], "root")),
        Trust::PrivateRoot
    );
}

#[test]
fn version_1_is_an_old_version_and_has_no_names() {
    let expected = (
        Trust::Public,
        Naming::NoAlternativeName,
        Lifetime::InDate,
        Strength::OldVersion,
    );
    assert_eq!(read(&seen(&["leaf-v1"], "root")), expected);
}

#[test]
fn an_rsa_pss_signature_is_as_good_as_any() {
    assert_eq!(
        read(&seen(&["pss-salt-32"], "root")),
        fine_but(Trust::Public, Strength::Strong)
    );
}

#[test]
fn an_rsa_pss_signature_with_a_salt_that_few_accept_is_untold() {
    assert_eq!(
        read(&seen(&["pss-salt-64"], "root")),
        fine_but(Trust::Untold, Strength::Strong)
    );
}

#[test]
fn a_weak_leaf_of_an_unknown_issuer_has_both_faults() {
    let facets = seen(&["leaf-rsa1024"], "root-p521");
    assert_eq!(
        read(&facets),
        fine_but(Trust::UnknownIssuer, Strength::WeakKey)
    );
}

/// What a staple comes to, days after it was made.
fn stapled(staple: &[u8], leaf: &str, at: &str) -> Said {
    let cloud = roots("root");
    let views = Views {
        cloud: &cloud,
        machine: None,
        bundle: None,
        pool: &[],
    };
    judge(
        &[certificate(leaf)],
        staple,
        &host(),
        at.parse().unwrap(),
        &views,
    )
    .staple
}

const WHILE_FRESH: &str = "2026-12-01T00:00:00Z";

#[test]
fn a_stapled_good_answer_is_unrevoked() {
    for file in ["good.der", "good-sha256.der", "good-responder.der"] {
        assert!(
            matches!(
                stapled(&bytes(file), "stapled", WHILE_FRESH),
                Said::Good { .. }
            ),
            "{file}"
        );
    }
}

#[test]
fn a_stapled_revoked_answer_is_revoked_with_its_reason() {
    let cloud = roots("root");
    let views = Views {
        cloud: &cloud,
        machine: None,
        bundle: None,
        pool: &[],
    };
    let served = [certificate("stapled")];
    let facets = judge(
        &served,
        &bytes("revoked.der"),
        &host(),
        WHILE_FRESH.parse().unwrap(),
        &views,
    );
    assert_eq!(revocation(&facets), Revocation::Revoked);
    assert_eq!(facts(&facets)["revoked_for"], "key compromise");
    assert_eq!(trust(&facets), Trust::Public);
}

#[test]
fn a_staple_that_proves_nothing_is_untold() {
    let good = bytes("good.der");
    assert_eq!(
        stapled(&bytes("good-impostor.der"), "stapled", WHILE_FRESH),
        Said::Unproven
    );
    assert_eq!(
        stapled(&good, "leaf-p192", WHILE_FRESH),
        Said::OtherCertificate
    );
    assert_eq!(
        stapled(&good, "stapled", "2026-11-01T00:00:00Z"),
        Said::Stale
    );
    assert_eq!(
        stapled(&good, "stapled", "2046-11-01T00:00:00Z"),
        Said::Stale
    );
    assert_eq!(stapled(b"", "stapled", WHILE_FRESH), Said::Absent);
    assert_eq!(
        stapled(&[0x30, 0x03, 0x0a, 0x01, 0x03], "stapled", WHILE_FRESH),
        Said::Undecided
    );
    assert_eq!(
        stapled(&good[..200], "stapled", WHILE_FRESH),
        Said::Malformed
    );
}

#[test]
fn a_changed_staple_proves_nothing_wherever_it_was_changed() {
    const SIGNED: std::ops::Range<usize> = 34..239;
    const SIGNATURE: std::ops::Range<usize> = 259..515;
    let good = bytes("good.der");
    for place in SIGNED.chain(SIGNATURE).step_by(3) {
        let mut changed = good.clone();
        changed[place] ^= 0x10;
        let staple = stapled(&changed, "stapled", WHILE_FRESH);
        assert!(
            !matches!(staple, Said::Good { .. } | Said::Revoked { .. }),
            "byte {place}: {staple:?}"
        );
    }
}
