//! One GET of JSON from a daemon's web server.

use crate::RigError;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A daemon loads its web server's classes at the first request, which takes seconds.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Fetches `path` and parses the body.
pub(crate) fn get_json(address: SocketAddr, path: &str) -> Result<serde_json::Value, RigError> {
    let wrong = |found: String| RigError::Http { address: address.to_string(), path: path.to_owned(), found };
    let response = exchange(address, path).map_err(|error| wrong(error.to_string()))?;
    let (head, body) = response.split_once("\r\n\r\n").ok_or_else(|| wrong("no header".to_owned()))?;
    let status = head.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        return Err(wrong(status.to_owned()));
    }
    serde_json::from_str(body).map_err(|error| wrong(format!("no JSON: {error}")))
}

/// HTTP 1.0: the body is not chunked, and the connection ends after it.
fn exchange(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}
