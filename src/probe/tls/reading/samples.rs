//! Handshakes and certificates for each symptom, minted for it.

use super::super::Uniform;
use super::{Dated, Named, Strong, Trusted, Unrevoked};
use crate::probe::tls::{Further, Seen, Shown};
use crate::trust::tests::made::{Chain, Made, ca, host, judged, leaf, now, strangers};
use crate::trust::{Facets, Said, Views, judge};
use crate::wire::tls::{Handshake, TlsFailure};
use rcgen::{ExtendedKeyUsagePurpose, date_time_ymd};

/// One address whose handshake ended well.
fn shown(facets: Facets) -> Seen {
    let handshake = Handshake {
        protocol: Some("TLSv1.3".into()),
        cipher: Some("TLS13_AES_256_GCM_SHA384".into()),
        alpn: Some("h2".into()),
        ..Handshake::default()
    };
    let address = ([203, 0, 113, 7], 8443).into();
    Seen {
        addresses: vec![Shown {
            address,
            handshake,
            facets: Some(facets),
            further: Further::default(),
            fetched: Vec::new(),
            took_ms: 4,
        }],
        clocks: None,
    }
}

/// One address whose handshake failed before any certificate.
pub(in crate::probe::tls) fn failing(failure: TlsFailure, first_bytes: &str) -> Seen {
    let handshake = Handshake {
        failure: Some(failure),
        first_bytes: first_bytes.into(),
        ..Handshake::default()
    };
    let address = ([203, 0, 113, 7], 8443).into();
    Seen {
        addresses: vec![Shown {
            address,
            handshake,
            facets: None,
            further: Further::default(),
            fetched: Vec::new(),
            took_ms: 4,
        }],
        clocks: None,
    }
}

/// A healthy chain to a root of the cloud.
pub(in crate::probe::tls) fn public() -> Seen {
    shown(Chain::healthy().judged())
}

/// Certificates for each symptom of trust.
pub(super) fn trust(symptom: Trusted) -> Seen {
    let chain = Chain::healthy();
    let with_root = || [chain.served(), vec![chain.root.der.clone()]].concat();
    match symptom {
        Trusted::Public => public(),
        Trusted::Intercepted => {
            let root = Made::root(ca("Zscaler Root CA"));
            let served = [root.issue(leaf()).der, root.der.clone()];
            shown(judged(&served, &strangers()))
        }
        Trusted::SelfSigned => shown(judged(&[Made::root(leaf()).der], &strangers())),
        Trusted::PrivateRoot => shown(judged(&with_root(), &strangers())),
        Trusted::MissingIntermediate => {
            let (cloud, pool) = (chain.root.roots(), [chain.middle.der.clone()]);
            let views = Views {
                cloud: &cloud,
                machine: None,
                bundle: None,
                pool: &pool,
            };
            shown(judge(
                std::slice::from_ref(&chain.leaf.der),
                &[],
                &host(),
                now(),
                &views,
            ))
        }
        Trusted::UnknownIssuer => shown(judged(&chain.served(), &strangers())),
        Trusted::ChainInvalid => {
            let chain = Chain::with_middle(|middle| middle.is_ca = rcgen::IsCa::ExplicitNoCa);
            shown(chain.judged())
        }
        Trusted::BadSignature => {
            let created_again = Made::root(ca("Test Root"));
            shown(judged(&chain.served(), &created_again.roots()))
        }
        Trusted::Malformed => shown(judged(&[vec![0x30, 0x03, 0x02, 0x01].into()], &strangers())),
        Trusted::Untold => {
            // The issuer's name in other letters: some take it for the same, others do not.
            let root = Made::root(ca("Test Root"));
            let spelled = ca("TEST ROOT");
            let issuer = rcgen::Issuer::from_params(&spelled, &root.key);
            let leaf = leaf().signed_by(&chain.leaf.key, &issuer);
            let leaf = leaf.expect("a certificate").der().clone();
            shown(judged(&[leaf], &root.roots()))
        }
    }
}

/// Certificates for each symptom of naming.
pub(super) fn naming(symptom: Named) -> Seen {
    match symptom {
        Named::Matches => public(),
        Named::Mismatch => shown(
            Chain::with_leaf(|leaf| {
                leaf.subject_alt_names = vec![rcgen::SanType::DnsName(
                    "old.example.com".try_into().expect("a name"),
                )];
            })
            .judged(),
        ),
        Named::NoAlternativeName => {
            shown(Chain::with_leaf(|leaf| leaf.subject_alt_names.clear()).judged())
        }
        Named::Untold => failing(TlsFailure::Closed, ""),
    }
}

/// Certificates for each symptom of dates.
pub(super) fn lifetime(symptom: Dated) -> Seen {
    let dated = |from: (i32, u8, u8), to: (i32, u8, u8)| {
        shown(
            Chain::with_leaf(|leaf| {
                leaf.not_before = date_time_ymd(from.0, from.1, from.2);
                leaf.not_after = date_time_ymd(to.0, to.1, to.2);
            })
            .judged(),
        )
    };
    match symptom {
        Dated::InDate => public(),
        Dated::ExpiresSoon => dated((2026, 9, 1), (2026, 12, 1)),
        Dated::Expired => dated((2025, 9, 1), (2026, 9, 1)),
        Dated::NotYetValid => dated((2026, 12, 1), (2027, 12, 1)),
        Dated::Untold => failing(TlsFailure::Closed, ""),
    }
}

/// Certificates for each symptom of strength; the weak ones that rcgen cannot make are a healthy chain with one facet changed.
pub(super) fn strength(symptom: Strong) -> Seen {
    let changed = |change: &dyn Fn(&mut crate::trust::Certificate)| {
        let mut facets = Chain::healthy().judged();
        facets.certificates.first_mut().into_iter().for_each(change);
        shown(facets)
    };
    match symptom {
        Strong::Strong => public(),
        Strong::WeakSignature => changed(&|leaf| {
            leaf.signature.weak = true;
            leaf.signature.algorithm = "sha1WithRSAEncryption".into();
        }),
        Strong::WeakKey => changed(&|leaf| {
            leaf.key.grade = crate::trust::KeyGrade::Weak;
            leaf.key.kind = "RSA".into();
            leaf.key.bits = 1024;
        }),
        Strong::WrongUsage => shown(
            Chain::with_leaf(|leaf| {
                leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            })
            .judged(),
        ),
        Strong::OldVersion => changed(&|leaf| leaf.version = 1),
        Strong::Untold => failing(TlsFailure::Closed, ""),
    }
}

/// Certificates for each symptom of revocation.
pub(super) fn revocation(symptom: Unrevoked) -> Seen {
    let stapled = |staple| {
        let mut facets = Chain::healthy().judged();
        facets.staple = staple;
        shown(facets)
    };
    match symptom {
        Unrevoked::Unrevoked => stapled(Said::Good {
            this_update: now(),
            next_update: None,
        }),
        Unrevoked::Untold => stapled(Said::Absent),
        Unrevoked::Revoked => stapled(Said::Revoked {
            since: now(),
            reason: Some("keyCompromise".into()),
        }),
    }
}

/// Certificates for each symptom of uniformity.
pub(in crate::probe::tls) fn uniformity(symptom: Uniform) -> Seen {
    let mut seen = shown(Chain::healthy().judged());
    match symptom {
        Uniform::Uniform => {}
        Uniform::Differing => {
            let older = Chain::with_leaf(|leaf| leaf.not_after = date_time_ymd(2027, 2, 1));
            let mut other = shown(older.judged()).addresses;
            other[0].address.set_ip([203, 0, 113, 8].into());
            seen.addresses.extend(other);
            // Keys are drawn anew each time; the sentence must not change with them.
            for (shown, print) in seen.addresses.iter_mut().zip(["1b2c", "a9f0"]) {
                let facets = shown.facets.iter_mut();
                facets.for_each(|facets| facets.certificates[0].fingerprint = print.repeat(16));
            }
        }
        Uniform::Untold => return failing(TlsFailure::Closed, ""),
    }
    seen
}
