//! Proving to each other that both know a key, without showing it.
//!
//! Processes of one cluster share a secret of 32 bytes; those that run one job's tasks get a key derived from it, which
//! opens that job's connections and nothing else. Whoever opens a connection and whoever answers prove that they have the
//! same key:
//!
//! ```text
//! opener                                              responder
//!    greeting: who it is, whom it wants, a nonce  ──────────►
//!    ◄──────────  answer: a nonce; proof of the responder
//!    proof of the opener  ──────────►
//! ```
//!
//! # The proof
//! HMAC-SHA256 under the key over, in this order:
//!
//! ```text
//! "weft proof 1"  role: u8 (1 opener, 2 responder)  { length: u64, little-endian; bytes } of every part of the transcript
//! ```
//!
//! The transcript is the greeting and the answer's nonce, as they went over the wire. Nonces are 32 random bytes that the
//! caller draws, so a proof is worth nothing on another connection. The role is part of it, so no proof can be sent back
//! to whoever made it. The lengths keep bytes from moving from one part to the next. What the greeting says (roles, epoch,
//! job, workers) is covered, so nobody in between can change it. Proofs are compared in constant time.
//!
//! # Derived keys
//! HMAC-SHA256 under the parent over `"weft key 1"`, then purpose and subject with their lengths as above.
//!
//! What is not here: nothing that travels after the greeting is encrypted or signed.

mod key;
#[cfg(test)]
mod tests;

pub use key::{NONCE_BYTES, PROOF_BYTES, Role, SecretKey};
