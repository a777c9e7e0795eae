//! What can make a signature differ, in keys for machines and sentences for people.

use serde::{Serialize, Serializer};

/// One reason why a signature is not the one that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// The header came more than once.
    TwoSignatures,
    /// The secret with a line break at its end, or without the one it has here.
    TrailingNewline,
    /// A byte order mark before the secret.
    SecretBom,
    /// The secret as UTF-16.
    SecretUtf16,
    /// The secret as Latin-1.
    SecretCharset,
    /// Blanks around the secret.
    SecretSpaces,
    /// Quotation marks around the secret.
    SecretQuotes,
    /// The secret decoded from Base64 first.
    SecretBase64,
    /// The secret decoded from hexadecimal first.
    SecretHex,
    /// The secret decoded from its URL form first.
    SecretPercent,
    /// No secret at all.
    SecretEmpty,
    /// `sha256=` before the value.
    Sha256Prefix,
    /// Another word before the value.
    OtherPrefix,
    /// Hexadecimal digits instead of Base64.
    Hex,
    /// Base64 of the hexadecimal digits.
    Base64OfHex,
    /// The URL-safe alphabet.
    UrlSafeBase64,
    /// No `=` at the end, or spare bits set.
    LooseBase64,
    /// Percent signs or blanks from URL encoding.
    SignaturePercent,
    /// Blanks or quotation marks around the value.
    SignatureQuotes,
    /// HMAC-SHA1.
    Sha1,
    /// HMAC-SHA384.
    Sha384,
    /// HMAC-SHA512.
    Sha512,
    /// A plain SHA-256, no HMAC.
    PlainSha256,
    /// The JSON was written anew: other white space, or other escapes with it.
    ReSerialisedBody,
    /// The same JSON with other escapes in its texts.
    EscapedBody,
    /// Other line endings.
    BodyLineEndings,
    /// White space at the ends of the body.
    BodyTrailingNewline,
    /// A byte order mark before the body.
    BodyBom,
    /// Another character encoding.
    BodyCharset,
    /// Compressed on the way.
    CompressedBody,
    /// Signed over nothing.
    EmptyBody,
}

/// The words that belong to one cause.
struct Words {
    cause: Cause,
    key: &'static str,
    says: &'static str,
    remedy: &'static str,
}

/// One row of the table.
const fn words(cause: Cause, key: &'static str, says: &'static str, remedy: &'static str) -> Words {
    Words {
        cause,
        key,
        says,
        remedy,
    }
}

const SECRET: &str = "Set the same secret on both sides: type it again in Orchestrator under Tenant > Webhooks, and store it here.";
const SENDER: &str = "Look at what sends this: Orchestrator writes the padded standard Base64 of HMAC-SHA256 and nothing else. Find the gateway or script in between that writes its own header.";
const REWRITTEN: &str = "Ask who runs the proxy or gateway in front of this receiver to hand the body on byte for byte.";

/// The words of every cause, in the order of the enum.
static TABLE: &[Words] = &[
    words(
        Cause::TwoSignatures,
        "two-signatures",
        "The signature header came more than once, and one of its values is right.",
        "Remove the second X-UiPath-Signature: a proxy that adds headers must replace, not append.",
    ),
    words(
        Cause::TrailingNewline,
        "trailing-newline",
        "The secrets of the two sides differ by a line break at the end.",
        "Store the secret without a line break (printf, not echo), or type it again in Orchestrator under Tenant > Webhooks.",
    ),
    words(
        Cause::SecretBom,
        "secret-bom",
        "The secrets of the two sides differ by a byte order mark at the start.",
        "Save the file with the secret as UTF-8 without a byte order mark.",
    ),
    words(
        Cause::SecretUtf16,
        "secret-utf16",
        "One side used the secret as UTF-16, the other as UTF-8.",
        "Save the file with the secret as UTF-8: PowerShell's > writes UTF-16.",
    ),
    words(
        Cause::SecretCharset,
        "secret-charset",
        "One side used the secret as Latin-1, the other as UTF-8.",
        "Choose a secret of plain ASCII letters and digits.",
    ),
    words(
        Cause::SecretSpaces,
        "secret-spaces",
        "The secrets of the two sides differ by blanks around them.",
        "Remove the blanks around the secret, in Orchestrator under Tenant > Webhooks and here.",
    ),
    words(
        Cause::SecretQuotes,
        "secret-quotes",
        "The secrets of the two sides differ by quotation marks around them.",
        "Remove the quotation marks around the secret, in Orchestrator under Tenant > Webhooks and here.",
    ),
    words(
        Cause::SecretBase64,
        "secret-base64",
        "One side decoded the secret from Base64 before it used it.",
        SECRET,
    ),
    words(
        Cause::SecretHex,
        "secret-hex",
        "One side decoded the secret from hexadecimal before it used it.",
        SECRET,
    ),
    words(
        Cause::SecretPercent,
        "secret-percent",
        "One side used the secret in its URL form (%2B for +).",
        SECRET,
    ),
    words(
        Cause::SecretEmpty,
        "secret-empty",
        "The signature was made with an empty secret.",
        SECRET,
    ),
    words(
        Cause::Sha256Prefix,
        "sha256-prefix",
        "The value begins with sha256=, which Orchestrator does not write.",
        SENDER,
    ),
    words(
        Cause::OtherPrefix,
        "other-prefix",
        "A word stands before the value, which Orchestrator does not write.",
        SENDER,
    ),
    words(
        Cause::Hex,
        "hex",
        "The value is the right one in hexadecimal digits instead of Base64.",
        SENDER,
    ),
    words(
        Cause::Base64OfHex,
        "base64-of-hex",
        "The value is Base64 of the hexadecimal digits instead of Base64 of the bytes.",
        SENDER,
    ),
    words(
        Cause::UrlSafeBase64,
        "url-safe-base64",
        "The value is the right one in URL-safe Base64 (- and _ for + and /).",
        SENDER,
    ),
    words(
        Cause::LooseBase64,
        "loose-base64",
        "The value is the right one in Base64 without its padding, or with spare bits set.",
        SENDER,
    ),
    words(
        Cause::SignaturePercent,
        "signature-percent",
        "The value went through a URL encoding (%2B or a blank for +).",
        SENDER,
    ),
    words(
        Cause::SignatureQuotes,
        "signature-quotes",
        "The right value stands between blanks or quotation marks.",
        SENDER,
    ),
    words(
        Cause::Sha1,
        "sha1",
        "The value is an HMAC with SHA-1 instead of SHA-256.",
        SENDER,
    ),
    words(
        Cause::Sha384,
        "sha384",
        "The value is an HMAC with SHA-384 instead of SHA-256.",
        SENDER,
    ),
    words(
        Cause::Sha512,
        "sha512",
        "The value is an HMAC with SHA-512 instead of SHA-256.",
        SENDER,
    ),
    words(
        Cause::PlainSha256,
        "plain-sha256",
        "The value is a plain SHA-256 of the body, no HMAC: anyone could have made it.",
        SENDER,
    ),
    words(
        Cause::ReSerialisedBody,
        "re-serialised-body",
        "The JSON is the same and its white space is not: something on the way rewrote the body.",
        REWRITTEN,
    ),
    words(
        Cause::EscapedBody,
        "escaped-body",
        "The JSON is the same and its \\u escapes are not: something on the way rewrote the body.",
        REWRITTEN,
    ),
    words(
        Cause::BodyLineEndings,
        "body-line-endings",
        "Something on the way changed the line endings of the body.",
        REWRITTEN,
    ),
    words(
        Cause::BodyTrailingNewline,
        "body-trailing-newline",
        "Something added or removed white space at the ends of the body.",
        "Keep the body as it was received: an editor that saves a final line break, or a proxy, changed it.",
    ),
    words(
        Cause::BodyBom,
        "body-bom",
        "Something added or removed a byte order mark before the body.",
        REWRITTEN,
    ),
    words(
        Cause::BodyCharset,
        "body-charset",
        "Something on the way changed the character encoding of the body.",
        REWRITTEN,
    ),
    words(
        Cause::CompressedBody,
        "compressed-body",
        "The body arrived compressed, and was signed before that.",
        "Turn off request compression in the proxy in front of this receiver, or decompress before the signature is checked.",
    ),
    words(
        Cause::EmptyBody,
        "empty-body",
        "The signature was made over an empty body.",
        SENDER,
    ),
];

impl Cause {
    /// Every cause.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.cause)
    }

    /// The row of this cause.
    fn row(self) -> &'static Words {
        match TABLE.iter().find(|row| row.cause == self) {
            Some(row) => row,
            None => unreachable!("every cause has its row"),
        }
    }

    /// The word used in reports.
    pub fn key(self) -> &'static str {
        self.row().key
    }

    /// What was found, as one sentence.
    pub fn says(self) -> &'static str {
        self.row().says
    }

    /// What to do about it, and where.
    pub fn remedy(self) -> &'static str {
        self.row().remedy
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_cause_has_its_own_key_and_whole_sentences() {
        let keys: BTreeSet<_> = Cause::all().map(Cause::key).collect();
        // The last variant's number tells how many there are.
        assert_eq!(keys.len(), Cause::EmptyBody as usize + 1);
        for cause in Cause::all() {
            assert!(
                cause
                    .key()
                    .bytes()
                    .all(|byte| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit())
            );
            assert!(
                cause.says().ends_with('.') && !cause.says().contains("  "),
                "{}",
                cause.key()
            );
        }
    }

    #[test]
    fn the_keys_others_rely_on_stay() {
        let keys = [
            Cause::TrailingNewline,
            Cause::Hex,
            Cause::Sha256Prefix,
            Cause::ReSerialisedBody,
        ]
        .map(Cause::key);
        assert_eq!(
            keys,
            [
                "trailing-newline",
                "hex",
                "sha256-prefix",
                "re-serialised-body"
            ]
        );
    }
}
