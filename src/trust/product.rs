//! Products that stand between client and server and sign certificates of their own.

use x509_parser::prelude::X509Name;

/// A mark in an issuer's name, in lower case, and the product it gives away.
const MARKS: [(&str, &str); 40] = [
    ("zscaler", "Zscaler"),
    ("netskope", "Netskope"),
    ("goskope", "Netskope"),
    ("palo alto networks", "Palo Alto Networks"),
    ("pan-os", "Palo Alto Networks"),
    ("fortinet", "Fortinet FortiGate"),
    ("fortigate", "Fortinet FortiGate"),
    ("blue coat", "Symantec (Blue Coat) ProxySG"),
    ("bluecoat", "Symantec (Blue Coat) ProxySG"),
    ("proxysg", "Symantec (Blue Coat) ProxySG"),
    ("symantec web security", "Symantec Web Security Service"),
    ("forcepoint", "Forcepoint"),
    ("websense", "Forcepoint"),
    ("cisco umbrella", "Cisco Umbrella"),
    ("cisco secure access", "Cisco Secure Access"),
    ("opendns", "Cisco Umbrella"),
    ("ironport", "Cisco Secure Web Appliance"),
    ("sophos", "Sophos"),
    ("check point", "Check Point"),
    ("checkpoint", "Check Point"),
    ("mcafee", "McAfee (Skyhigh) Web Gateway"),
    ("skyhigh", "Skyhigh Security"),
    ("barracuda", "Barracuda"),
    ("watchguard", "WatchGuard"),
    ("kaspersky", "Kaspersky"),
    ("eset ssl filter", "ESET"),
    ("avast", "Avast"),
    ("avg technologies", "AVG"),
    ("bitdefender", "Bitdefender"),
    ("fiddler", "Fiddler"),
    ("fiddlerroot", "Fiddler"),
    ("mitmproxy", "mitmproxy"),
    ("charles proxy", "Charles"),
    ("portswigger", "Burp Suite"),
    ("squid", "Squid"),
    ("iboss", "iboss"),
    ("untangle", "Untangle"),
    ("sonicwall", "SonicWall"),
    ("menlo security", "Menlo Security"),
    ("gateway ca - cloudflare", "Cloudflare Gateway"),
];

/// The product whose mark stands in the common name, unit or organisation of an issuer.
pub(crate) fn of(issuer: &X509Name<'_>) -> Option<&'static str> {
    let named = issuer
        .iter_common_name()
        .chain(issuer.iter_organization())
        .chain(issuer.iter_organizational_unit());
    for attribute in named.take(12) {
        let text: String = super::text::text_of(attribute)
            .to_lowercase()
            .chars()
            .take(200)
            .collect();
        if let Some((_, product)) = MARKS.iter().find(|(mark, _)| stands_in(&text, mark)) {
            return Some(product);
        }
    }
    None
}

/// Whether a mark stands in a text as whole words, so that `Reset` is not ESET and `Squidward Ltd` is not Squid.
fn stands_in(text: &str, mark: &str) -> bool {
    text.match_indices(mark).any(|(start, found)| {
        let before = text[..start].chars().next_back();
        let after = text[start + found.len()..].chars().next();
        let joins = |neighbour: Option<char>| neighbour.is_some_and(char::is_alphabetic);
        !joins(before) && !joins(after)
    })
}
