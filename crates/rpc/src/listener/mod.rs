//! Where a process listens.
//!
//! Every listener has a host it binds, a range of ports of which it takes the first that is free, and a host it advertises, which is
//! configured and never read from a socket. A port that is taken is an error that names who has it, where the system tells.

mod owner;
mod port_range;

pub use port_range::{NotAPortRange, PortRange};

use owner::owners;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

/// As many owners of taken ports as an error names.
const NAMED: usize = 3;

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The host to bind is unknown.
    #[error("cannot listen at host {host}: {source}")]
    Host {
        /// The host.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// All ports are taken.
    #[error("cannot listen at {host}: no port of {ports} is free{owners}; stop what has them or give other ports")]
    Taken {
        /// The host.
        host: String,
        /// The ports that were tried.
        ports: PortRange,
        /// Who has them, as `: port 50000 is taken by …`; empty where nothing is known.
        owners: String,
    },
    /// The operating system refuses.
    #[error("cannot listen at {host} on port {port} (of {ports}): {source}")]
    Refused {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// The ports that were to be tried.
        ports: PortRange,
        /// Why.
        source: io::Error,
    },
}

/// Listens at `host`, a name or an address such as `0.0.0.0`, on the first port of the range that is free.
pub fn listen(host: &str, ports: &PortRange) -> Result<TcpListener, ListenError> {
    let unknown = |source| ListenError::Host { host: host.to_owned(), source };
    let addresses: Vec<SocketAddr> = (host, 0).to_socket_addrs().map_err(unknown)?.collect();
    if addresses.is_empty() {
        return Err(unknown(io::ErrorKind::NotFound.into()));
    }
    for port in ports.iter() {
        let at_port: Vec<SocketAddr> = addresses.iter().map(|address| SocketAddr::new(address.ip(), port)).collect();
        match TcpListener::bind(at_port.as_slice()) {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(source) => {
                return Err(ListenError::Refused { host: host.to_owned(), port, ports: ports.clone(), source });
            }
        }
    }
    let named: Vec<String> = owners(ports).into_iter().take(NAMED).collect();
    let owners = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
    Err(ListenError::Taken { host: host.to_owned(), ports: ports.clone(), owners })
}

/// What this machine calls itself: what is advertised where nothing else is configured.
pub fn machine_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "localhost".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_free_port_is_taken_and_a_taken_range_names_its_owner() {
        let taken = listen("127.0.0.1", &"0".parse().unwrap()).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = listen("127.0.0.1", &port.to_string().parse().unwrap()).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!(
                "cannot listen at 127.0.0.1: no port of {port} is free: port {port} is taken by process"
            )),
            "{error}"
        );
        assert!(error.contains(&format!(" {} ", std::process::id())), "{error}");

        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let free = other.local_addr().unwrap().port();
        drop(other);
        let range = format!("{port},{free}").parse().unwrap();
        assert_eq!(listen("127.0.0.1", &range).unwrap().local_addr().unwrap().port(), free);
    }

    #[test]
    fn a_host_that_is_none_is_named() {
        let error = listen("no host", &PortRange::any()).unwrap_err().to_string();
        assert!(error.starts_with("cannot listen at host no host: "), "{error}");
    }

    #[test]
    fn an_address_of_somebody_else_is_refused_with_its_port() {
        // Reserved for documentation: nobody has it.
        let error = listen("192.0.2.1", &"40000-40010".parse().unwrap()).unwrap_err();
        assert!(matches!(&error, ListenError::Refused { port: 40_000, .. }), "{error}");
    }
}
