//! DIGEST-MD5 (RFC 2831, the variant `md5-sess`) with a token: the name is its identifier and the password its password,
//! both in base64.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::challenge::directives;
use super::layer::{SecurityLayer, equal};
use super::{Acceptable, PrivacyCipher, Protection};
use crate::Token;

/// Only one request is ever made with a nonce.
const COUNT: &str = "00000001";
/// What stands for the body of a request where messages are protected.
const NO_BODY: &str = ":00000000000000000000000000000000";
/// The longest protected message either side sends unless it says otherwise.
const MAX_BUFFER: usize = 65536;

/// The client's side of one exchange.
#[derive(Debug)]
pub(super) struct DigestMd5 {
    answer: Answer,
}

/// What the client answered, kept for checking the server's proof.
#[derive(Debug)]
struct Answer {
    session: [u8; 16],
    nonce: String,
    client_nonce: String,
    uri: String,
    protection: Protection,
    cipher: Option<PrivacyCipher>,
    max_message: usize,
}

/// What a server asks.
struct Challenge {
    realm: String,
    nonce: String,
    protections: Vec<String>,
    ciphers: Vec<String>,
    max_buffer: usize,
}

impl DigestMd5 {
    /// Answers a server's challenge: the response to send, and the exchange that waits for the server's proof. `uri` is
    /// the protocol and the server's id, `client_nonce` a text nobody can foresee.
    ///
    /// # Errors
    /// What is wrong with the challenge, or what the two cannot agree on.
    pub(super) fn answer(
        token: &Token,
        challenge: &[u8],
        uri: String,
        client_nonce: String,
        acceptable: &Acceptable,
    ) -> Result<(Vec<u8>, DigestMd5), String> {
        let challenge = Challenge::parse(challenge)?;
        let protection = challenge.protection(acceptable)?;
        let cipher = match protection {
            Protection::Privacy => Some(challenge.cipher(acceptable)?),
            _ => None,
        };
        let name = STANDARD.encode(&token.identifier);
        let password = STANDARD.encode(&token.password);
        let secret = md5(&format!("{name}:{}:{password}", challenge.realm));
        let session = Md5::new().chain_update(secret).chain_update(format!(":{}:{client_nonce}", challenge.nonce));
        let answer = Answer {
            session: session.finalize().into(),
            nonce: challenge.nonce,
            client_nonce,
            uri,
            protection,
            cipher,
            max_message: challenge.max_buffer,
        };
        let text = answer.text(&name, &challenge.realm);
        Ok((text.into_bytes(), DigestMd5 { answer }))
    }

    /// Checks the server's proof that it knows the password too; gives the protection agreed on, if any.
    pub(super) fn finish(self, proof: &[u8]) -> Result<Option<SecurityLayer>, String> {
        let text = std::str::from_utf8(proof).map_err(|_| "the server's proof is not a text".to_owned())?;
        let directives = directives(text)?;
        let found = directives.iter().find(|(key, _)| key == "rspauth").map_or("", |(_, value)| value);
        let Answer { session, cipher, protection, max_message, .. } = &self.answer;
        if !equal(found.as_bytes(), self.answer.proof("").as_bytes()) {
            return Err("the server does not know the token's password: it may be another server than it claims".into());
        }
        let protected = *protection != Protection::Authentication;
        Ok(protected.then(|| SecurityLayer::new(session, *cipher, *max_message)))
    }
}

/// What a server that tests play must know.
#[cfg(test)]
impl DigestMd5 {
    pub(super) fn session(&self) -> &[u8; 16] {
        &self.answer.session
    }

    pub(super) fn server_proof(&self) -> String {
        self.answer.proof("")
    }
}

impl Answer {
    /// The hash that proves knowledge of the password: the client's with "AUTHENTICATE", the server's with nothing.
    fn proof(&self, role: &str) -> String {
        let protected = self.protection != Protection::Authentication;
        let action = format!("{role}:{}{}", self.uri, if protected { NO_BODY } else { "" });
        let Answer { nonce, client_nonce, protection, .. } = self;
        let (session, action) = (hex(&self.session), hex(&md5(&action)));
        hex(&md5(&format!("{session}:{nonce}:{COUNT}:{client_nonce}:{}:{action}", protection.qop())))
    }

    fn text(&self, name: &str, realm: &str) -> String {
        let Answer { nonce, client_nonce, uri, protection, .. } = self;
        let mut text = format!(
            "charset=utf-8,username=\"{name}\",realm=\"{}\",nonce=\"{}\",nc={COUNT},cnonce=\"{client_nonce}\",\
             digest-uri=\"{}\",maxbuf={MAX_BUFFER},response={},qop={}",
            quoted(realm),
            quoted(nonce),
            quoted(uri),
            self.proof("AUTHENTICATE"),
            protection.qop()
        );
        if let Some(cipher) = self.cipher {
            // Writing to a string does not fail.
            let _ = write!(text, ",cipher=\"{}\"", cipher.name());
        }
        text
    }
}

impl Challenge {
    fn parse(challenge: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(challenge).map_err(|_| "the server's challenge is not a text".to_owned())?;
        let directives = directives(text).map_err(|error| format!("the server's challenge is malformed: {error}"))?;
        let find = |key: &str| directives.iter().find(|(found, _)| found == key).map(|(_, value)| value.clone());
        let list = |key: &str, default: &str| {
            let value = find(key).unwrap_or_else(|| default.to_owned());
            value.split(',').map(|entry| entry.trim().to_owned()).collect()
        };
        Ok(Challenge {
            realm: find("realm").unwrap_or_default(),
            nonce: find("nonce").ok_or("the server's challenge has no nonce")?,
            protections: list("qop", Protection::Authentication.qop()),
            ciphers: list("cipher", ""),
            max_buffer: find("maxbuf").and_then(|value| value.parse().ok()).unwrap_or(MAX_BUFFER).min(MAX_BUFFER),
        })
    }

    fn protection(&self, acceptable: &Acceptable) -> Result<Protection, String> {
        let accepted = |offer: &String| acceptable.protections.iter().find(|accepted| accepted.qop() == *offer);
        self.protections.iter().find_map(accepted).copied().ok_or_else(|| {
            let wanted: Vec<_> = acceptable.protections.iter().map(Protection::to_string).collect();
            format!(
                "the server offers protection {} and this client is set to {}: set hadoop.rpc.protection alike on both",
                self.protections.join(", "),
                wanted.join(", ")
            )
        })
    }

    fn cipher(&self, acceptable: &Acceptable) -> Result<PrivacyCipher, String> {
        let offered = |cipher: &&PrivacyCipher| self.ciphers.iter().any(|offer| offer == cipher.name());
        acceptable.ciphers.iter().find(offered).copied().ok_or_else(|| {
            format!(
                "the server offers the ciphers {} for privacy and this client has 3des and rc4",
                self.ciphers.join(", ")
            )
        })
    }
}

fn md5(text: &str) -> [u8; 16] {
    Md5::digest(text).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn quoted(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"")
}
