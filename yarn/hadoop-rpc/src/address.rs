//! Where a server listens.

use std::fmt;
use std::str::FromStr;

/// A host name (or numeric address) and a port, as configuration writes it. Names with underscores are accepted: Hadoop
/// clusters have them, whatever the standards of host names say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The name or number; an IPv6 address without brackets.
    pub host: String,
    /// The port, 1 to 65535.
    pub port: u16,
}

impl Address {
    /// Joins a host and a port.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Address { host: host.into(), port }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A text that is not `host:port`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not an address: write host:port, with a port between 1 and 65535")]
pub struct NotAnAddress {
    /// The text as it was given.
    pub text: String,
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let error = || NotAnAddress { text: text.to_owned() };
        let (host, port) = text.trim().rsplit_once(':').ok_or_else(error)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match bare {
            Some(host) => host,
            None if host.contains(':') => return Err(error()),
            None => host,
        };
        let port: u16 = port.parse().map_err(|_| error())?;
        if host.is_empty() || port == 0 || host.contains(char::is_whitespace) {
            return Err(error());
        }
        Ok(Address::new(host, port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_addresses() {
        let table = [
            ("nn1.example:8020", "nn1.example", 8020),
            ("my_host:1", "my_host", 1),
            (" 127.0.0.1:65535 ", "127.0.0.1", 65535),
            ("[::1]:9000", "::1", 9000),
        ];
        for (text, host, port) in table {
            let address: Address = text.parse().unwrap();
            assert_eq!(address, Address::new(host, port), "{text}");
            assert_eq!(address.to_string(), text.trim());
        }
    }

    #[test]
    fn texts_that_are_not() {
        for text in ["", "host", "host:", ":80", "host:0", "host:65536", "::1:80", "a b:80", "host:http"] {
            let message = text.parse::<Address>().unwrap_err().to_string();
            assert!(message.contains(&format!("\"{text}\"")), "{message}");
        }
    }
}
