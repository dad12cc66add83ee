//! The key and what is computed with it.

use crate::JobId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 32;
/// Bytes of a proof.
pub const PROOF_BYTES: usize = 32;

const PROOF_LABEL: &[u8] = b"weft proof 1";
const KEY_LABEL: &[u8] = b"weft key 1";
const WORKER_PURPOSE: &str = "worker";

/// Which side of a connection proves something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Who opened the connection.
    Opener,
    /// Who answered.
    Responder,
}

impl Role {
    const fn tag(self) -> u8 {
        match self {
            Role::Opener => 1,
            Role::Responder => 2,
        }
    }
}

/// 32 bytes that must stay with those who share them. Neither `Debug` nor anything else prints them.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey([u8; SecretKey::BYTES]);

impl SecretKey {
    /// Bytes of a key.
    pub const BYTES: usize = 32;

    /// The key of these bytes, which have to be random or derived.
    pub const fn new(bytes: [u8; Self::BYTES]) -> Self {
        SecretKey(bytes)
    }

    /// The bytes, for whoever hands the key on: over an inherited descriptor or into a file that only its owner reads,
    /// never into an environment, a command line or a log.
    pub const fn expose(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// A key for one purpose and subject, from which this one cannot be found.
    pub fn derive(&self, purpose: &str, subject: &[u8]) -> SecretKey {
        let mut mac = self.mac(KEY_LABEL);
        update_part(&mut mac, purpose.as_bytes());
        update_part(&mut mac, subject);
        SecretKey(mac.finalize().into_bytes().into())
    }

    /// The key of the processes that run the tasks of `job`.
    pub fn for_workers_of(&self, job: JobId) -> SecretKey {
        self.derive(WORKER_PURPOSE, &job.0.to_be_bytes())
    }

    /// Proves, as `role`, that whoever says `transcript` knows this key.
    pub fn prove(&self, role: Role, transcript: &[&[u8]]) -> [u8; PROOF_BYTES] {
        self.proof(role, transcript).finalize().into_bytes().into()
    }

    /// Whether `proof` is that of `role` for `transcript`. Takes the same time whatever the bytes are.
    pub fn verify(&self, role: Role, transcript: &[&[u8]], proof: &[u8]) -> bool {
        self.proof(role, transcript).verify_slice(proof).is_ok()
    }

    fn proof(&self, role: Role, transcript: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.mac(PROOF_LABEL);
        mac.update(&[role.tag()]);
        transcript.iter().for_each(|part| update_part(&mut mac, part));
        mac
    }

    fn mac(&self, label: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("invariant: HMAC takes keys of any length");
        mac.update(label);
        mac
    }
}

fn update_part(mac: &mut Hmac<Sha256>, part: &[u8]) {
    mac.update(&(part.len() as u64).to_le_bytes());
    mac.update(part);
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(not shown)")
    }
}
