use std::io::Write;
use std::net::{TcpListener, TcpStream as StdStream};

use super::*;
use crate::test_context::Driver;

fn listener() -> (TcpListener, SocketTextSource) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    (listener, SocketTextSource::new("127.0.0.1", port))
}

/// A reader that is connected, and the peer's end.
fn connected(driver: &Driver, listener: &TcpListener, source: &SocketTextSource) -> (SocketTextReader, StdStream) {
    let mut reader = source.reader(&driver.operator(1, 0, 0)).expect("a reader");
    let mut enumerator = source.enumerator(&driver.coordinator(1)).expect("an enumerator");
    let Ok(NextSplit::Split(split)) = enumerator.next_split(0) else { panic!("there is a connection to make") };
    reader.add_split(split).expect("a split");
    (reader, listener.accept().expect("a connection").0)
}

/// The lines that come until there are `count` or the peer is gone.
fn read(driver: &Driver, reader: &mut SocketTextReader, count: usize) -> Vec<String> {
    let mut lines = Vec::new();
    while lines.len() < count {
        match driver.next(reader).expect("lines") {
            SourcePoll::Batch(batch) => lines.extend(batch.rows.iter().map(|line| line.as_str().to_owned())),
            _ => break,
        }
    }
    lines
}

#[test]
fn lines_come_as_they_are_sent_and_the_last_when_the_peer_closes() {
    let driver = Driver::new();
    let (listener, source) = listener();
    let (mut reader, mut peer) = connected(&driver, &listener, &source);
    peer.write_all(b"to be\r\nor n").expect("a connection");
    assert_eq!(read(&driver, &mut reader, 1), ["to be"]);
    assert_eq!(reader.poll().expect("no error"), SourcePoll::Pending);
    peer.write_all(b"ot\n\nto be").expect("a connection");
    drop(peer);
    assert_eq!(read(&driver, &mut reader, usize::MAX), ["or not", "", "to be"]);
    assert_eq!(reader.poll().expect("no error"), SourcePoll::End);
}

#[test]
fn another_delimiter_leaves_line_feeds_alone() {
    let driver = Driver::new();
    let (listener, source) = listener();
    let (mut reader, mut peer) = connected(&driver, &listener, &source.delimiter("||"));
    peer.write_all(b"a\nb||c|").expect("a connection");
    drop(peer);
    assert_eq!(read(&driver, &mut reader, usize::MAX), ["a\nb", "c|"]);
}

#[test]
fn a_port_without_a_listener_says_what_to_start() {
    let driver = Driver::new();
    let (listener, source) = listener();
    drop(listener);
    let error = { driver }.read_to_failure(&source);
    assert!(error.contains("nothing listens there") && error.contains(&format!("nc -lk {}", source.port)), "{error}");
}

#[test]
fn one_subtask_connects_and_a_restarted_one_again() {
    let source = SocketTextSource::new("localhost", 9000);
    let mut enumerator = source.enumerator(&Driver::new().coordinator(2)).expect("no I/O");
    let Ok(NextSplit::Split(split)) = enumerator.next_split(1) else { panic!("the first to ask gets it") };
    assert_eq!(enumerator.next_split(0).expect("no I/O"), NextSplit::NoMore);
    enumerator.add_back(vec![split.clone()]);
    assert_eq!(enumerator.next_split(0).expect("no I/O"), NextSplit::Split(split));
}

#[test]
fn the_connection_is_closed_when_the_reader_goes() {
    let driver = Driver::new();
    let (listener, source) = listener();
    let (reader, mut peer) = connected(&driver, &listener, &source);
    drop(reader);
    peer.set_read_timeout(Some(std::time::Duration::from_secs(60))).expect("a socket");
    let read = io::Read::read(&mut peer, &mut [0; 1]).expect("the end, before the timeout");
    assert_eq!(read, 0);
}
