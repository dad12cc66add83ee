//! A token: what a server issued to be recognised by.

use std::fmt;

use bytes::Bytes;

use super::writable::{Defect, Input, put_bytes};
use crate::proto::rpc;

/// A token. The identifier is opaque; only its issuer reads it. The password is a secret, which no text shows.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Token {
    /// Whom and what the token stands for, as its issuer wrote it.
    pub identifier: Bytes,
    /// The shared secret.
    pub password: Bytes,
    /// Its sort, as `HDFS_DELEGATION_TOKEN`.
    pub kind: String,
    /// Where it is good for: `ip:port`, `host:port`, `ha-hdfs:nameservice`, or nothing.
    pub service: String,
}

impl Token {
    pub(super) fn write(&self, to: &mut Vec<u8>) {
        put_bytes(&self.identifier, to);
        put_bytes(&self.password, to);
        put_bytes(self.kind.as_bytes(), to);
        put_bytes(self.service.as_bytes(), to);
    }

    pub(super) fn read(input: &mut Input<'_>) -> Result<Self, Defect> {
        Ok(Token {
            identifier: Bytes::copy_from_slice(input.bytes()?),
            password: Bytes::copy_from_slice(input.bytes()?),
            kind: input.text()?,
            service: input.text()?,
        })
    }
}

impl From<rpc::Token> for Token {
    fn from(token: rpc::Token) -> Self {
        let rpc::Token { identifier, password, kind, service } = token;
        Token { identifier, password, kind, service }
    }
}

impl From<Token> for rpc::Token {
    fn from(token: Token) -> Self {
        let Token { identifier, password, kind, service } = token;
        rpc::Token { identifier, password, kind, service }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({} for \"{}\", {} bytes)", self.kind, self.service, self.identifier.len())
    }
}
