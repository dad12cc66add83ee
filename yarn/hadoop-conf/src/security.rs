//! What the cluster asks for: who one is, and how calls and data are protected.

use crate::{HadoopConf, HadoopConfError, units};
use std::fmt;

#[cfg(test)]
mod tests;

/// How a user proves who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// Not at all: what the client says is believed.
    Simple,
    /// By a Kerberos ticket, or a token got with one.
    Kerberos,
}

/// How what is sent over a SASL connection is protected; a later one includes an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// Both sides prove who they are; nothing after that is protected. SASL calls it `auth`.
    Authentication,
    /// What is sent cannot be changed unnoticed. SASL calls it `auth-int`.
    Integrity,
    /// What is sent cannot be read by others. SASL calls it `auth-conf`.
    Privacy,
}

impl Protection {
    /// The name of the quality of protection in SASL.
    pub fn qop(self) -> &'static str {
        match self {
            Protection::Authentication => "auth",
            Protection::Integrity => "auth-int",
            Protection::Privacy => "auth-conf",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [Protection::Authentication, Protection::Integrity, Protection::Privacy];
        all.into_iter().find(|protection| protection.to_string().eq_ignore_ascii_case(text))
    }

    fn parse_list(text: &str) -> Option<Vec<Self>> {
        let protections: Option<Vec<_>> = units::list(text).into_iter().map(Self::parse).collect();
        protections.filter(|list| !list.is_empty())
    }
}

const PROTECTIONS: &str =
    "a protection: write authentication, integrity or privacy, or several with commas between them";

impl HadoopConf {
    /// How users prove who they are (`hadoop.security.authentication`).
    pub fn authentication(&self) -> Result<Authentication, HadoopConfError> {
        let read = |text: &str| match text.to_ascii_lowercase().as_str() {
            "simple" => Some(Authentication::Simple),
            "kerberos" => Some(Authentication::Kerberos),
            _ => None,
        };
        let found =
            self.typed("hadoop.security.authentication", read, "a way to authenticate: write simple or kerberos")?;
        Ok(found.unwrap_or(Authentication::Simple))
    }

    /// The protections of calls that this client accepts, the preferred one first (`hadoop.rpc.protection`). They
    /// matter on every SASL connection, also where authentication is simple, since those with a token are such.
    pub fn rpc_protection(&self) -> Result<Vec<Protection>, HadoopConfError> {
        let found = self.typed("hadoop.rpc.protection", Protection::parse_list, PROTECTIONS)?;
        Ok(found.unwrap_or_else(|| vec![Protection::Authentication]))
    }

    /// The protections of data on its way to and from DataNodes (`dfs.data.transfer.protection`); none if it is not
    /// set, which means that there is no SASL on those connections.
    pub fn data_transfer_protection(&self) -> Result<Vec<Protection>, HadoopConfError> {
        let found = self.typed("dfs.data.transfer.protection", Protection::parse_list, PROTECTIONS)?;
        Ok(found.unwrap_or_default())
    }
}

impl fmt::Display for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Authentication::Simple => "simple",
            Authentication::Kerberos => "kerberos",
        })
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
