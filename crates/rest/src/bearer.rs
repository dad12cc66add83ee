//! The token that clients may have to show.

use crate::RestError;
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

/// Tells the token from others, taking the same time for each: it compares proofs under a key drawn at the start, not texts.
pub(crate) struct Guard {
    key: SecretKey,
    proof: [u8; PROOF_BYTES],
}

impl Guard {
    /// A guard that lets `token` pass.
    pub(crate) fn new(token: &BearerToken) -> Result<Self, RestError> {
        let mut key = [0; SecretKey::BYTES];
        getrandom::fill(&mut key).map_err(|error| RestError::Entropy { reason: error.to_string() })?;
        let key = SecretKey::new(key);
        let proof = key.prove(Role::Opener, &[token.0.as_bytes()]);
        Ok(Guard { key, proof })
    }

    /// Whether the value of an `Authorization` header shows the token.
    pub(crate) fn admits(&self, authorization: &[u8]) -> bool {
        let scheme = b"bearer ";
        let Some((shown, token)) = authorization.split_at_checked(scheme.len()) else { return false };
        shown.eq_ignore_ascii_case(scheme) && self.key.verify(Role::Opener, &[token.trim_ascii()], &self.proof)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_passes_and_nothing_else() {
        let token = BearerToken::new("s3cr3t");
        let guard = Guard::new(&token).expect("the machine has entropy");
        for shown in ["Bearer s3cr3t", "bearer s3cr3t", "Bearer  s3cr3t "] {
            assert!(guard.admits(shown.as_bytes()), "{shown}");
        }
        for shown in
            ["", "Bearer", "Bearer ", "Bearer s3cr3", "Bearer s3cr3tt", "Bearer S3CR3T", "Basic s3cr3t", "s3cr3t"]
        {
            assert!(!guard.admits(shown.as_bytes()), "{shown}");
        }
        assert!(!format!("{token:?}").contains("s3cr3t"));
    }
}
