//! Credentials: tokens and secrets under names, and the files that carry them.
//!
//! A credentials file begins with `HDTS` and a byte for its format.
//!
//! * Format 0, which Hadoop writes: the number of tokens, each a name and a token; the number of secrets, each a name and
//!   bytes. Numbers are VInts; a token is its identifier, password, kind and service, each behind its length.
//! * Format 1: one protobuf message behind its length.
//!
//! Both are read; format 0 is written, for every Hadoop reads it. A container finds such a file where
//! `HADOOP_TOKEN_FILE_LOCATION` says; a launch context carries the same bytes.

mod selector;
mod token;
mod watch;
mod writable;

pub use selector::TokenSelector;
pub use token::Token;
pub use watch::{CredentialsSender, CredentialsWatch, Issued};

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use prost::Message;

use crate::proto::rpc::{CredentialsEntry, CredentialsFile};
use writable::{Defect, Input, put_bytes, put_vint};

const MAGIC: [u8; 4] = *b"HDTS";

/// How a credentials file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialsFormat {
    /// Format 0, for every Hadoop.
    Writable,
    /// Format 1, for Hadoop 3.
    Protobuf,
}

/// Bytes that are not a credentials file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read credentials: {reason}: expected a token file as Hadoop writes it")]
pub struct NotCredentials {
    /// What was found.
    pub reason: String,
}

/// Tokens and secrets, each under a name. A value: who holds one sees no later ones, see [`CredentialsWatch`].
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Credentials {
    /// Tokens by their alias, as a rule the service they are for.
    pub tokens: BTreeMap<String, Token>,
    /// Other secrets by name.
    pub secrets: BTreeMap<String, Bytes>,
}

impl Credentials {
    /// Reads a credentials file of either format.
    ///
    /// # Errors
    /// [`NotCredentials`] for anything that is not exactly such a file.
    pub fn read(file: &[u8]) -> Result<Self, NotCredentials> {
        let found = match file {
            [b'H', b'D', b'T', b'S', 0, rest @ ..] => Self::read_writable(rest),
            [b'H', b'D', b'T', b'S', 1, rest @ ..] => Self::read_protobuf(rest),
            [b'H', b'D', b'T', b'S', format, ..] => Err(format!("format {format} is unknown")),
            _ => Err("it does not begin with HDTS".to_owned()),
        };
        found.map_err(|reason| NotCredentials { reason })
    }

    fn read_writable(bytes: &[u8]) -> Result<Self, Defect> {
        let mut input = Input(bytes);
        let mut credentials = Credentials::default();
        // A count may be anything: entries are read one by one and none is allocated for in advance.
        for _ in 0..input.length()? {
            let alias = input.text()?;
            credentials.tokens.insert(alias, Token::read(&mut input)?);
        }
        for _ in 0..input.length()? {
            let alias = input.text()?;
            credentials.secrets.insert(alias, Bytes::copy_from_slice(input.bytes()?));
        }
        if input.0.is_empty() { Ok(credentials) } else { Err(format!("{} bytes follow", input.0.len())) }
    }

    fn read_protobuf(mut bytes: &[u8]) -> Result<Self, Defect> {
        let file = CredentialsFile::decode_length_delimited(&mut bytes).map_err(|error| error.to_string())?;
        if !bytes.is_empty() {
            return Err(format!("{} bytes follow", bytes.len()));
        }
        let tokens = file.tokens.into_iter().map(|entry| (entry.alias, entry.token.unwrap_or_default().into()));
        let secrets = file.secrets.into_iter().map(|entry| (entry.alias, entry.secret.unwrap_or_default()));
        Ok(Credentials { tokens: tokens.collect(), secrets: secrets.collect() })
    }

    /// The bytes of a credentials file.
    pub fn write(&self, format: CredentialsFormat) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        match format {
            CredentialsFormat::Writable => {
                file.push(0);
                self.write_writable(&mut file);
            }
            CredentialsFormat::Protobuf => {
                file.push(1);
                file.extend(self.to_message().encode_length_delimited_to_vec());
            }
        }
        file
    }

    fn write_writable(&self, file: &mut Vec<u8>) {
        put_vint(self.tokens.len() as i64, file);
        for (alias, token) in &self.tokens {
            put_bytes(alias.as_bytes(), file);
            token.write(file);
        }
        put_vint(self.secrets.len() as i64, file);
        for (alias, secret) in &self.secrets {
            put_bytes(alias.as_bytes(), file);
            put_bytes(secret, file);
        }
    }

    fn to_message(&self) -> CredentialsFile {
        let tokens = self.tokens.iter().map(|(alias, token)| CredentialsEntry {
            alias: alias.clone(),
            token: Some(token.clone().into()),
            secret: None,
        });
        let secrets = self.secrets.iter().map(|(alias, secret)| CredentialsEntry {
            alias: alias.clone(),
            token: None,
            secret: Some(secret.clone()),
        });
        CredentialsFile { tokens: tokens.collect(), secrets: secrets.collect() }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secrets: Vec<_> = self.secrets.keys().collect();
        f.debug_struct("Credentials").field("tokens", &self.tokens).field("secrets", &secrets).finish()
    }
}

#[cfg(test)]
mod tests;
