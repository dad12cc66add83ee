//! Somebody who belongs to no cluster, at an address that is nobody's.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::time::Duration;

/// How long a process may keep a connection on which nothing comes that it understands. Handshakes end after 10 s.
const LONGEST: Duration = Duration::from_secs(30);

/// A connection to a port of this machine from an address that is nobody's.
pub(crate) fn from_elsewhere(port: u16) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddrV4::new(Ipv4Addr::new(127, 0, 9, 9), 0).into()).unwrap();
        let to = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        socket.connect(to.into()).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream
}

/// All that comes back from a port for what a stranger says there, until its owner ends the connection.
pub(crate) fn answer(port: u16, says: &[u8]) -> Vec<u8> {
    let mut stream = from_elsewhere(port);
    stream.set_read_timeout(Some(LONGEST)).unwrap();
    // It may have been refused before it has said everything.
    let _ = stream.write_all(says);
    let mut said = Vec::new();
    if let Err(error) = stream.read_to_end(&mut said) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "port {port} keeps a stranger: {error}");
    }
    said
}

/// The ports at which a process listens.
pub(crate) fn doors(pid: i32) -> BTreeSet<u16> {
    let links = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let links = links.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    let sockets: BTreeSet<String> = links.map(|link| link.to_string_lossy().into_owned()).collect();
    let tables = ["tcp", "tcp6"].map(|table| std::fs::read_to_string(format!("/proc/{pid}/net/{table}")));
    let tables: String = tables.into_iter().map(Result::unwrap_or_default).collect();
    let listening = tables.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, local, _, "0A", _, _, _, _, _, inode, ..] = fields[..] else { return None };
        let port = u16::from_str_radix(local.rsplit_once(':')?.1, 16).ok()?;
        sockets.contains(&format!("socket:[{inode}]")).then_some(port)
    });
    listening.collect()
}
