//! A client that shares no code with the server: HTTP/1.0 over a plain socket, one request a connection.

use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than anything in these tests may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The one sentence of an error.
    pub(crate) fn error(&self) -> String {
        let json = self.json();
        let errors = json["errors"].as_array().unwrap_or_else(|| panic!("no errors in {json}"));
        assert_eq!(errors.len(), 1, "{json}");
        errors[0].as_str().unwrap().to_owned()
    }

    fn read(bytes: &[u8]) -> Answer {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {:?}", bytes.escape_ascii().to_string()));
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer {
            status: status.unwrap_or_else(|| panic!("no status in {head}")),
            head,
            body: bytes[end + 4..].to_vec(),
        }
    }
}

/// A connection to the server.
pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// All that comes until the server closes the connection; a reset is a close, too.
pub(crate) fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return bytes,
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return bytes,
            Err(error) => panic!("{error} after {} bytes", bytes.len()),
        }
    }
}

/// Asks, with lines of a head that end with `\r\n`.
pub(crate) fn ask(address: SocketAddr, method: &str, path: &str, head: &str, body: &[u8]) -> Answer {
    let mut stream = connect(address);
    let length = body.len();
    let request = format!("{method} {path} HTTP/1.0\r\nHost: test\r\nContent-Length: {length}\r\n{head}\r\n");
    // A server that refuses may answer and close before it has read everything.
    let _ = stream.write_all(&[request.as_bytes(), body].concat());
    Answer::read(&read_to_end(&mut stream))
}
