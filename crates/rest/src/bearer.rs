//! The token that clients may have to show.

use crate::{Asked, Authenticator, Challenge, RestError};
use axum::http::{HeaderValue, header};
use futures_util::future::{BoxFuture, ready};
use std::fmt;
use weft_common::trust::{PROOF_BYTES, Role, SecretKey};

/// A token shown as `Authorization: Bearer …`. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerToken(String);

impl BearerToken {
    /// The token of this text.
    pub fn new(token: impl Into<String>) -> Self {
        BearerToken(token.into())
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(not shown)")
    }
}

/// Admits who shows the token. It takes the same time for each that is shown: it compares proofs under a key drawn at the start, not texts.
pub struct Bearer {
    key: SecretKey,
    proof: [u8; PROOF_BYTES],
}

impl Bearer {
    /// Lets `token` pass. Fails when the machine has no entropy.
    pub fn new(token: &BearerToken) -> Result<Self, RestError> {
        let mut key = [0; SecretKey::BYTES];
        getrandom::fill(&mut key).map_err(|error| RestError::Entropy { reason: error.to_string() })?;
        let key = SecretKey::new(key);
        let proof = key.prove(Role::Opener, &[token.0.as_bytes()]);
        Ok(Bearer { key, proof })
    }

    /// Whether the value of an `Authorization` header shows the token.
    fn is_shown(&self, authorization: &[u8]) -> bool {
        let scheme = b"bearer ";
        let Some((shown, token)) = authorization.split_at_checked(scheme.len()) else { return false };
        shown.eq_ignore_ascii_case(scheme) && self.key.verify(Role::Opener, &[token.trim_ascii()], &self.proof)
    }
}

impl Authenticator for Bearer {
    fn admits<'a>(&'a self, asked: &'a Asked<'a>) -> BoxFuture<'a, bool> {
        let shown = asked.headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
        Box::pin(ready(shown.is_some_and(|shown| self.is_shown(shown))))
    }

    fn challenge(&self) -> Option<Challenge> {
        let sentence = "This cluster wants a bearer token: send it as Authorization: Bearer TOKEN.";
        Some(Challenge { scheme: "Bearer", sentence })
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_passes_and_nothing_else() {
        let token = BearerToken::new("s3cr3t");
        let guard = Bearer::new(&token).expect("the machine has entropy");
        for shown in ["Bearer s3cr3t", "bearer s3cr3t", "Bearer  s3cr3t "] {
            assert!(guard.is_shown(shown.as_bytes()), "{shown}");
        }
        for shown in
            ["", "Bearer", "Bearer ", "Bearer s3cr3", "Bearer s3cr3tt", "Bearer S3CR3T", "Basic s3cr3t", "s3cr3t"]
        {
            assert!(!guard.is_shown(shown.as_bytes()), "{shown}");
        }
        assert!(!format!("{token:?}").contains("s3cr3t"));
    }
}
