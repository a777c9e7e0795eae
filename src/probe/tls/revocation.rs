//! Asks the CA whether the certificates are revoked, where the user permits it.

use crate::probe::Cx;
use crate::trust::{self, Asked, Facets, Question, Said, Source, Views};
use crate::wire::fetch::Errand;
use rustls::pki_types::CertificateDer;
use std::net::IpAddr;

/// Asks about each certificate at once, one source after the other until one settles it.
pub(super) async fn ask(
    cx: &Cx,
    target: IpAddr,
    (chain, views): (&[CertificateDer<'_>], &Views<'_>),
    facets: &mut Facets,
) {
    if !cx.settings.trust.revocation {
        return;
    }
    let questions = trust::questions(chain, facets, views);
    let answers = questions
        .iter()
        .map(|question| answers(cx, target, question));
    let asked = futures_util::future::join_all(answers).await;
    facets.asked = asked.into_iter().flatten().collect();
}

/// What is said about one certificate.
async fn answers(cx: &Cx, target: IpAddr, question: &Question) -> Vec<Asked> {
    let asked = |source, said| Asked {
        certificate: question.certificate,
        source,
        said,
    };
    let mut answers = Vec::new();
    for source in &question.sources {
        let (Source::Responder { url } | Source::List { url }) = source else {
            continue;
        };
        let errand = Errand {
            url: url.clone(),
            target,
            post: question.post(source),
        };
        let (came, body) = cx.session.fetch(&errand).await;
        let said = match came.trouble {
            Some(trouble) => Said::Unfetched {
                why: trouble.said(&crate::words::Lang::En.words().facts.errands),
            },
            None => question.read(source, &body, cx.world.clock.now()),
        };
        let decides = said.decides();
        answers.push(asked(source.clone(), said));
        if decides {
            break;
        }
    }
    if answers.is_empty() {
        answers.push(asked(Source::Nobody, question.unasked()));
    }
    answers
}
