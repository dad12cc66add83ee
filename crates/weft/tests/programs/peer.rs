//! What sends words to `socket_word_count`.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::channel;

use crate::process::Running;
use crate::run::example;
use crate::until::PATIENCE;

/// A running `socket_word_count` and the other end of its connection.
pub(crate) struct Conversation {
    pub(crate) program: Running,
    pub(crate) peer: TcpStream,
}

impl Conversation {
    /// Starts the program with these arguments and waits for it to connect.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let program = Running::start(socket_word_count(port).args(arguments));
        let (accepted, connection) = channel();
        std::thread::spawn(move || accepted.send(listener.accept()));
        let (peer, _) = connection.recv_timeout(PATIENCE).expect("the program connects").expect("it is accepted");
        Conversation { program, peer }
    }

    /// Sends a line.
    pub(crate) fn say(&mut self, line: &str) {
        self.peer.write_all(line.as_bytes()).and_then(|()| self.peer.write_all(b"\n")).expect("the program listens");
    }
}

/// `socket_word_count --host 127.0.0.1 --port <port>`
pub(crate) fn socket_word_count(port: u16) -> Command {
    let mut command = example("socket_word_count");
    command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
    command
}
