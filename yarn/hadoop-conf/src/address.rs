//! Where a server listens.

use std::fmt;

/// A host and a port. The host is a name or a number, not resolved; names with underscores are names like any others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The host's name or number; a number of IP version 6 without its brackets.
    pub host: String,
    /// The port, never 0.
    pub port: u16,
}

impl Address {
    /// Reads `host:port`, or `host` with a default port. A scheme before and slashes after it are passed over. Nothing
    /// if the text is anything else.
    ///
    /// ```
    /// use weft_hadoop_conf::Address;
    /// let address = Address::parse("vm_v01", 8020);
    /// assert_eq!(address, Some(Address { host: "vm_v01".to_owned(), port: 8020 }));
    /// assert_eq!(Address::parse("[::1]:9000", 8020).unwrap().to_string(), "[::1]:9000");
    /// assert_eq!(Address::parse("host:port", 8020), None);
    /// ```
    pub fn parse(text: &str, default_port: u16) -> Option<Address> {
        let text = text.trim();
        let text = text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/');
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => bracketed(rest)?,
            None => plain(text)?,
        };
        let port = match port {
            Some(port) => parse_port(port)?,
            None => default_port,
        };
        is_host(host).then(|| Address { host: host.to_owned(), port })
    }
}

/// What follows a `[`: a number of IP version 6, and perhaps a port.
fn bracketed(text: &str) -> Option<(&str, Option<&str>)> {
    let (host, rest) = text.split_once(']')?;
    let port = if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) };
    host.contains(':').then_some((host, port))
}

fn plain(text: &str) -> Option<(&str, Option<&str>)> {
    match text.split_once(':') {
        None => Some((text, None)),
        // A number of IP version 6 without brackets leaves open where its port begins.
        Some((_, port)) if port.contains(':') => None,
        Some((host, port)) => Some((host, Some(port))),
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0)
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "/@?#,[]\\\"".contains(c))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let table = [
            ("host", Some("host:8020")),
            (" host:9000 ", Some("host:9000")),
            ("vm_v01:13101", Some("vm_v01:13101")),
            ("10.0.0.1:1", Some("10.0.0.1:1")),
            ("hdfs://host:9000/", Some("host:9000")),
            ("http://host", Some("host:8020")),
            ("[::1]:9000", Some("[::1]:9000")),
            ("[fe80::1]", Some("[fe80::1]:8020")),
            ("::1", None),
            ("[::1", None),
            ("[::1]9000", None),
            ("[host]:1", None),
            ("", None),
            (":9000", None),
            ("host:", None),
            ("host:0", None),
            ("host:65536", None),
            ("host:+80", None),
            ("host:port", None),
            ("a b:1", None),
            ("user@host:1", None),
            ("one:1,two:2", None),
        ];
        for (text, expected) in table {
            let found = Address::parse(text, 8020).map(|address| address.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
