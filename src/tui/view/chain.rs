//! The certificate chain, drawn from the server's own certificate to where it ends.

use super::detail::Page;
use crate::probe::tls::Seen;
use crate::report::{Chain, Link, Standing, chains};
use crate::tui::theme::{Role, Shape};

/// Draws each chain that was served, once.
pub(super) fn draw(page: &mut Page, seen: &Seen) {
    let words = page.look.words;
    for chain in chains(seen, words) {
        page.heading(&words.chain.title);
        page.text("", &chain.sent_by, Role::Quiet);
        one(page, &chain);
    }
}

/// One chain.
fn one(page: &mut Page, chain: &Chain) {
    let words = &page.look.words.chain;
    for (at, link) in chain.links.iter().enumerate() {
        if at > 0 {
            page.trunk(&words.signed_by, Role::Quiet);
        }
        named(page, link);
        for trouble in &link.troubles {
            page.trunk(trouble, Role::Fail);
        }
        for fact in &link.facts {
            page.trunk(fact, Role::Quiet);
        }
        if let Some(span) = &link.span {
            page.trunk(&span.drawn(page.look.ascii), Role::Quiet);
            page.trunk(&span.said, Role::Quiet);
        }
    }
    page.trunk(&words.signed_by, Role::Quiet);
    let (_, role) = named(page, &chain.end);
    for why in chain.end.troubles.iter().chain(&chain.end.facts) {
        page.text("  ", why, role);
    }
    if let Some(span) = &chain.end.span {
        page.text("  ", &span.drawn(page.look.ascii), Role::Quiet);
        page.text("  ", &span.said, Role::Quiet);
    }
    for text in chain.beside.iter().chain(&chain.views) {
        page.text("", text, Role::Quiet);
    }
    if !chain.missing.is_empty() {
        page.text("", &words.saved, Role::Text);
    }
}

/// The sign and the name of a link.
fn named(page: &mut Page, link: &Link) -> (Shape, Role) {
    let sign = match link.standing {
        Standing::Good => (Shape::Pass, Role::Pass),
        Standing::Bad => (Shape::Fail, Role::Fail),
        Standing::Open => (Shape::Unknown, Role::Unknown),
    };
    page.signed(sign, &link.name, Role::Heading);
    sign
}
