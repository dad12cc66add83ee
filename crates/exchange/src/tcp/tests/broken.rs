//! Connections that end in every way, and what comes after.

use super::*;
use crate::SlotAddress;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

const ONE: SlotAddress = SlotAddress { worker: 1, slot: 7 };
const TWO: SlotAddress = SlotAddress { worker: 2, slot: 8 };

fn again(channel: ChannelId) -> ChannelId {
    ChannelId { attempt: channel.attempt + 1, ..channel }
}

/// Worker 1 as the producer of `channel`, worker 2 as its consumer: both have used it, and both have heard each other.
fn used(one: &TcpTransport, two: &TcpTransport, channel: ChannelId) {
    two.port(TWO.slot).send(ONE, vec![envelope(channel, Message::Credit(100))]);
    assert_eq!(mail(&one.inbox(ONE.slot)), [Message::Credit(100)]);
    one.port(ONE.slot).send(TWO, vec![envelope(channel, watermark(1))]);
    assert_eq!(mail(&two.inbox(TWO.slot)), [watermark(1)]);
}

/// Passes on what it gets, until it is told to stop.
struct Cable {
    location: WorkerLocation,
    pull: mpsc::Sender<()>,
    pulled: std::thread::JoinHandle<()>,
}

impl Cable {
    fn to(end: &WorkerLocation) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let location = WorkerLocation { port: listener.local_addr().expect("bound").port(), ..end.clone() };
        let far = (end.host.clone(), end.port);
        let (pull, told) = mpsc::channel();
        let pulled = std::thread::spawn(move || {
            let (near, _) = listener.accept().expect("somebody connects");
            let far = TcpStream::connect(far).expect("the far end listens");
            for (from, to) in [(&near, &far), (&far, &near)] {
                let (mut from, mut to) = (from.try_clone().expect("a socket"), to.try_clone().expect("a socket"));
                std::thread::spawn(move || std::io::copy(&mut from, &mut to));
            }
            told.recv().expect("the test pulls");
            for end in [near, far] {
                end.shutdown(std::net::Shutdown::Both).expect("it is connected");
            }
        });
        Cable { location, pull, pulled }
    }

    fn pull(self) {
        self.pull.send(()).expect("it waits");
        self.pulled.join().expect("it was pulled");
    }
}

#[test]
fn a_pulled_cable_breaks_both_ends_and_a_new_attempt_gets_a_new_line() {
    let runtime = runtime();
    let [one, two] = [1, 2].map(|number| worker(&runtime, identity(number), quick()));
    let cable = Cable::to(two.location());
    let port = cable.location.port;
    one.introduce(cable.location.clone());
    two.introduce(one.location().clone());
    used(&one, &two, CHANNEL);
    cable.pull();
    let at_one = reason(&one.inbox(ONE.slot));
    assert!(at_one.contains(&format!("worker 2 slot 8 (tm-2 at 127.0.0.1:{port}) is lost")), "{at_one}");
    assert!(at_one.contains("without a farewell"), "{at_one}");
    let at_two = reason(&two.inbox(TWO.slot));
    assert!(at_two.contains(&format!("worker 1 slot 7 (tm-1 at 127.0.0.1:{})", one.location().port)), "{at_two}");
    // The old attempt is over for good, although there is a line again.
    one.introduce(two.location().clone());
    two.introduce(one.location().clone());
    one.port(ONE.slot).send(TWO, vec![envelope(CHANNEL, watermark(2))]);
    used(&one, &two, again(CHANNEL));
}

#[test]
fn a_worker_that_is_not_there_fails_whoever_needs_it() {
    let runtime = runtime();
    let one = worker(&runtime, identity(1), quick());
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    one.introduce(WorkerLocation {
        worker: 2,
        generation: 1,
        name: "tm-2".into(),
        host: "127.0.0.1".into(),
        port: nobody,
    });
    // Whether the first try has failed by now or not, there is no other way for the message.
    one.port(ONE.slot).send(TWO, vec![envelope(CHANNEL, watermark(1))]);
    let reason = reason(&one.inbox(ONE.slot));
    assert!(reason.contains("worker 2 slot 8 (tm-2 at 127.0.0.1:"), "{reason}");
    assert!(reason.contains("cannot connect: Connection refused"), "{reason}");
}

#[test]
fn a_worker_that_never_connects_is_given_up() {
    let runtime = runtime();
    let settings = TcpSettings { connect_timeout: Duration::from_millis(50), ..quick() };
    let two = worker(&runtime, identity(2), settings);
    two.port(TWO.slot).send(ONE, vec![envelope(CHANNEL, Message::Credit(1))]);
    let reason = reason(&two.inbox(TWO.slot));
    assert_eq!(
        reason,
        "the connection to worker 1 slot 7 (at an unknown address) is lost: it did not connect within 50 ms"
    );
}

#[test]
fn what_is_sent_before_the_introduction_is_kept() {
    let runtime = runtime();
    let [one, two] = [1, 2].map(|number| worker(&runtime, identity(number), quick()));
    one.port(ONE.slot).send(TWO, vec![envelope(CHANNEL, watermark(1))]);
    two.port(TWO.slot).send(ONE, vec![envelope(CHANNEL, Message::Credit(5))]);
    one.introduce(two.location().clone());
    assert_eq!(mail(&two.inbox(TWO.slot)), [watermark(1)]);
    assert_eq!(mail(&one.inbox(ONE.slot)), [Message::Credit(5)]);
}

#[test]
fn a_channel_at_its_end_is_not_told_that_the_connection_ended() {
    let runtime = runtime();
    let (one, two) = pair(&runtime, &quick());
    let open = ChannelId { edge: 2, ..CHANNEL };
    used(&one, &two, CHANNEL);
    used(&one, &two, open);
    one.port(ONE.slot).send(TWO, vec![envelope(CHANNEL, Message::Event(StreamEvent::EndOfInput))]);
    assert_eq!(mail(&two.inbox(TWO.slot)), [Message::Event(StreamEvent::EndOfInput)]);
    two.port(TWO.slot).send(ONE, vec![envelope(CHANNEL, Message::Credit(1))]);
    assert_eq!(mail(&one.inbox(ONE.slot)), [Message::Credit(1)]);
    runtime.block_on(one.close("the job is over"));
    until("the line is down", || !two.is_connected(1));
    for (inbox, peer) in [(one.inbox(ONE.slot), TWO), (two.inbox(TWO.slot), ONE)] {
        let mut told = Vec::new();
        inbox.drain(&mut told);
        let [only] = &told[..] else { panic!("one channel is open: {told:?}") };
        let Message::Broken(reason) = &only.message else { panic!("not broken: {told:?}") };
        assert_eq!(only.channel, open);
        assert!(reason.contains(&peer.to_string()) && reason.ends_with("the job is over"), "{reason}");
    }
}

#[test]
fn closing_writes_everything_first() {
    let runtime = runtime();
    let (one, two) = pair(&runtime, &quick());
    used(&one, &two, CHANNEL);
    let many: Vec<_> = (0..10_000).map(|at| envelope(CHANNEL, watermark(at))).collect();
    one.port(ONE.slot).send(TWO, many.clone());
    runtime.block_on(one.close("the job is over"));
    until("the line is down", || !two.is_connected(1));
    let mut got = Vec::new();
    two.inbox(TWO.slot).drain(&mut got);
    assert!(matches!(got.pop(), Some(Envelope { message: Message::Broken(_), .. })));
    assert_eq!(got, many);
}

#[test]
fn a_newer_process_takes_over_and_the_older_is_refused() {
    let runtime = runtime();
    let (one, two) = pair(&runtime, &quick());
    used(&one, &two, CHANNEL);
    let newer = worker(&runtime, TcpIdentity { generation: 2, ..identity(1) }, quick());
    two.introduce(newer.location().clone());
    let told = reason(&two.inbox(TWO.slot));
    assert!(told.contains("another process took its place"), "{told}");
    newer.introduce(two.location().clone());
    used(&newer, &two, again(CHANNEL));
    assert!(reason(&one.inbox(ONE.slot)).contains("worker 2 slot 8"));
    // The older one does not give up, and gets nowhere.
    one.introduce(two.location().clone());
    one.port(ONE.slot).send(TWO, vec![envelope(again(CHANNEL), watermark(9))]);
    let told = reason(&one.inbox(ONE.slot));
    assert!(told.contains("a newer process has its number"), "{told}");
    used(&newer, &two, ChannelId { edge: 5, ..CHANNEL });
}

#[test]
fn a_newer_process_that_connects_before_it_is_introduced_takes_over_too() {
    let runtime = runtime();
    let (one, two) = pair(&runtime, &quick());
    used(&one, &two, CHANNEL);
    let newer = worker(&runtime, TcpIdentity { generation: 2, ..identity(1) }, quick());
    newer.introduce(two.location().clone());
    let told = reason(&two.inbox(TWO.slot));
    assert!(told.contains("another process took its place"), "{told}");
    two.introduce(newer.location().clone());
    used(&newer, &two, again(CHANNEL));
    assert!(reason(&one.inbox(ONE.slot)).contains("worker 2 slot 8"));
}

#[test]
fn a_taken_port_is_skipped_and_a_taken_range_is_an_error() {
    let runtime = runtime();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port();
    let bind = |ports| {
        let listen = Listen { ports, ..listen() };
        runtime.block_on(TcpTransport::bind(identity(1), "tm".into(), &listen, quick()))
    };
    let error = bind(vec![port]).expect_err("it is taken").to_string();
    assert!(error.contains(&format!("port {port}")) && error.contains("127.0.0.1"), "{error}");
    assert_ne!(bind(vec![port, 0]).expect("the second is free").location().port, port);
    assert!(bind(vec![]).is_err());
}
