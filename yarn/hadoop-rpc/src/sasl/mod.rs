//! How a client proves who it is, and how what is said afterwards is protected.
//!
//! The client asks which methods the server offers (NEGOTIATE), chooses the first that it can do, and begins it (INITIATE).
//! Challenges and responses follow until the server says SUCCESS, whose token proves the server to the client. What
//! protection the two agreed on holds for every frame from then on: such a frame travels inside a SASL message (WRAP),
//! whose contents form a stream of ordinary frames.
//!
//! Of the methods, TOKEN is here, by the mechanism DIGEST-MD5. [`Exchange`] is where another would be chosen: the handshake
//! and the connection know only challenges, responses and what seals and opens messages.

mod challenge;
mod cipher;
mod digest;
mod exchange;
mod layer;

pub(crate) use exchange::Exchange;
pub(crate) use layer::{Opener, Sealer, SecurityLayer};

use std::fmt;

/// What happens to frames after authentication (`hadoop.rpc.protection`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Nothing: only the log-in is protected.
    Authentication,
    /// Changes are noticed.
    Integrity,
    /// Changes are noticed and nobody else reads.
    Privacy,
}

impl Protection {
    /// Its name in SASL.
    fn qop(self) -> &'static str {
        match self {
            Protection::Authentication => "auth",
            Protection::Integrity => "auth-int",
            Protection::Privacy => "auth-conf",
        }
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protection::Authentication => "authentication",
            Protection::Integrity => "integrity",
            Protection::Privacy => "privacy",
        })
    }
}

/// How privacy is kept in DIGEST-MD5. Neither is what one would choose today; servers offer nothing better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivacyCipher {
    /// Two-key triple DES, chained.
    TripleDes,
    /// RC4 with 128 bits: many times faster.
    Rc4,
}

impl PrivacyCipher {
    /// Its name in SASL.
    fn name(self) -> &'static str {
        match self {
            PrivacyCipher::TripleDes => "3des",
            PrivacyCipher::Rc4 => "rc4",
        }
    }
}

/// What a client accepts of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acceptable {
    /// The first of the server's offers that is among these is taken.
    pub(crate) protections: Vec<Protection>,
    /// The first of these that the server offers is taken.
    pub(crate) ciphers: Vec<PrivacyCipher>,
}

impl Default for Acceptable {
    fn default() -> Self {
        Acceptable {
            protections: vec![Protection::Authentication, Protection::Integrity, Protection::Privacy],
            ciphers: vec![PrivacyCipher::TripleDes, PrivacyCipher::Rc4],
        }
    }
}

#[cfg(test)]
pub(crate) mod server;
#[cfg(test)]
mod vectors;
