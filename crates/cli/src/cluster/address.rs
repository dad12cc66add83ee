//! Where a JobManager's REST API is.

use std::fmt;
use std::str::FromStr;
use weft_common::ConfigError;
use weft_common::configuration::{Configuration, options};

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// A name or an address, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Address {
    /// What the configuration says.
    pub(super) fn configured(configuration: &Configuration) -> Result<Self, ConfigError> {
        let host = match configuration.get(&options::REST_ADDRESS)? {
            Some(host) => host,
            None => configuration.get(&options::JOB_MANAGER_RPC_ADDRESS)?,
        };
        Ok(Address { host, port: configuration.get(&options::REST_PORT)? })
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("-m takes HOST:PORT, such as localhost:8081, not `{text}`");
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        match port.parse() {
            Ok(port) if !host.is_empty() && port != 0 => Ok(Address { host: host.to_owned(), port }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Address { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_they_are_printed() {
        for text in ["localhost:8081", "10.0.0.1:1", "[::1]:65535"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        for wrong in ["localhost", ":8081", "h:0", "h:65536", "h:http", "", "yarn-cluster"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn without_an_address_of_its_own_rest_is_where_the_job_manager_is() {
        let configured =
            |text| Address::configured(&Configuration::parse_yaml("c", text).unwrap()).unwrap().to_string();
        assert_eq!(configured(""), "localhost:8081");
        assert_eq!(configured("jobmanager.rpc.address: jm"), "jm:8081");
        assert_eq!(configured("{jobmanager.rpc.address: jm, rest: {address: r, port: 9}}"), "r:9");
    }
}
