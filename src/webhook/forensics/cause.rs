//! What can make a signature differ, in keys for machines; the sentences for people are in `words/`, by these keys.

use crate::words::Words;
use crate::words::webhook::Advice;
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
    /// Blanks around the secret, or characters in it that cannot be seen.
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
    /// No `=` at the end, blanks within, or spare bits set.
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
    /// The JSON was written anew: other white space, order or numbers, or other escapes with it.
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
    /// The header is there, and empty.
    EmptySignature,
    /// The secret itself stands in the header.
    SecretSent,
    /// The secret in other case.
    SecretCase,
    /// The letters of the value in other case.
    SignatureCase,
    /// Base64 of Base64.
    Base64Twice,
    /// The body as the key, the secret as the message.
    SwappedHmac,
    /// The encoding of a form.
    FormBody,
    /// A JSON text that holds the JSON.
    QuotedBody,
    /// The body in Base64.
    Base64Body,
    /// The escapes of HTML.
    HtmlBody,
    /// Inside of another JSON document.
    EnvelopedBody,
}

/// The key of every cause, in the order of the enum.
static KEYS: &[(Cause, &str)] = &[
    (Cause::TwoSignatures, "two-signatures"),
    (Cause::TrailingNewline, "trailing-newline"),
    (Cause::SecretBom, "secret-bom"),
    (Cause::SecretUtf16, "secret-utf16"),
    (Cause::SecretCharset, "secret-charset"),
    (Cause::SecretSpaces, "secret-spaces"),
    (Cause::SecretQuotes, "secret-quotes"),
    (Cause::SecretBase64, "secret-base64"),
    (Cause::SecretHex, "secret-hex"),
    (Cause::SecretPercent, "secret-percent"),
    (Cause::SecretEmpty, "secret-empty"),
    (Cause::Sha256Prefix, "sha256-prefix"),
    (Cause::OtherPrefix, "other-prefix"),
    (Cause::Hex, "hex"),
    (Cause::Base64OfHex, "base64-of-hex"),
    (Cause::UrlSafeBase64, "url-safe-base64"),
    (Cause::LooseBase64, "loose-base64"),
    (Cause::SignaturePercent, "signature-percent"),
    (Cause::SignatureQuotes, "signature-quotes"),
    (Cause::Sha1, "sha1"),
    (Cause::Sha384, "sha384"),
    (Cause::Sha512, "sha512"),
    (Cause::PlainSha256, "plain-sha256"),
    (Cause::ReSerialisedBody, "re-serialised-body"),
    (Cause::EscapedBody, "escaped-body"),
    (Cause::BodyLineEndings, "body-line-endings"),
    (Cause::BodyTrailingNewline, "body-trailing-newline"),
    (Cause::BodyBom, "body-bom"),
    (Cause::BodyCharset, "body-charset"),
    (Cause::CompressedBody, "compressed-body"),
    (Cause::EmptyBody, "empty-body"),
    (Cause::EmptySignature, "empty-signature"),
    (Cause::SecretSent, "secret-sent"),
    (Cause::SecretCase, "secret-case"),
    (Cause::SignatureCase, "signature-case"),
    (Cause::Base64Twice, "base64-twice"),
    (Cause::SwappedHmac, "swapped-hmac"),
    (Cause::FormBody, "form-encoded-body"),
    (Cause::QuotedBody, "double-encoded-body"),
    (Cause::Base64Body, "base64-body"),
    (Cause::HtmlBody, "html-escaped-body"),
    (Cause::EnvelopedBody, "enveloped-body"),
];

impl Cause {
    /// Every cause.
    pub fn all() -> impl Iterator<Item = Self> {
        KEYS.iter().map(|(cause, _)| *cause)
    }

    /// The word used in reports.
    pub fn key(self) -> &'static str {
        match KEYS.iter().find(|(cause, _)| *cause == self) {
            Some((_, key)) => key,
            None => unreachable!("every cause has its key"),
        }
    }

    /// What was found, and what to do about it and where, in a language.
    pub fn told(self, words: &'static Words) -> Option<&'static Advice> {
        words.webhook.causes.get(self.key())
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
    use crate::words::Lang;
    use std::collections::BTreeSet;

    #[test]
    fn every_cause_has_its_own_key_and_whole_sentences_in_every_language() {
        let keys: BTreeSet<_> = Cause::all().map(Cause::key).collect();
        // The last variant's number tells how many there are.
        assert_eq!(keys.len(), Cause::EnvelopedBody as usize + 1);
        for key in &keys {
            let of_a_key =
                |byte: u8| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit();
            assert!(key.bytes().all(of_a_key), "{key}");
        }
        for (lang, end) in [(Lang::En, '.'), (Lang::Ja, '。')] {
            let told: BTreeSet<_> = lang
                .words()
                .webhook
                .causes
                .keys()
                .map(|key| &**key)
                .collect();
            assert_eq!(told, keys, "[webhook.causes] of {lang:?}");
            for cause in Cause::all() {
                let told = cause.told(lang.words()).unwrap();
                for text in [&told.says, &told.remedy] {
                    assert!(text.ends_with(end) && !text.contains("  "), "{text}");
                }
            }
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
