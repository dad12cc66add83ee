//! Both ends of the socket, frames that are cut or too long, and descriptors. That it works between processes is tested in `tests/child.rs`.

use super::child::{receive_start, told};
use super::*;
use crate::wire::samples::{spec, to_program};
use crate::wire::tests::spoil;
use crate::{RpcError, WireError};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::thread;

const LIMIT: u32 = 1 << 20;

fn pair() -> (UnixStream, UnixStream) {
    UnixStream::pair().unwrap()
}

/// What the program makes of a first frame.
fn start(frame: &[u8], passed: &[BorrowedFd<'_>]) -> Result<Started, RpcError> {
    let (mut ours, theirs) = pair();
    descriptors::send(&ours, &frame[..4], passed).unwrap();
    ours.write_all(&frame[4..]).unwrap();
    drop(ours);
    receive_start(&theirs, LIMIT).map(|(started, _)| started)
}

fn first_frame(message: ToProgram) -> Vec<u8> {
    frame::encode("the program", message, LIMIT).unwrap()
}

fn coordinate() -> ToProgram {
    ToProgram::Coordinate(Box::new(CoordinateSpec { job: spec(), configuration: Default::default() }))
}

#[test]
fn golden_frames() {
    assert_eq!(first_frame(ToProgram::Stop), [2, 0, 0, 0, 0x62, 0]);
    assert_eq!(first_frame(ToProgram::FreeSlot(300)), [3, 0, 0, 0, 0x50, 0xac, 2]);
    assert_eq!(first_frame(ToProgram::Drive(DriveSpec::default())), [4, 0, 0, 0, 0x0a, 0, 0x78, 1]);
}

#[test]
fn a_worker_gets_the_listener_that_its_parent_keeps() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let work = to_program().into_iter().find(|message| matches!(message, ToProgram::Work(_))).unwrap();
    let Started::Work { listener: received, spec } = start(&first_frame(work), &[listener.as_fd()]).unwrap() else {
        panic!("not a worker");
    };
    assert_eq!(spec.worker, 4);
    assert_eq!(received.local_addr().unwrap(), listener.local_addr().unwrap());
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert_eq!(received.accept().unwrap().1, client.local_addr().unwrap());
}

#[test]
fn what_starts_nothing_is_refused() {
    let refusal = |message, passed: &[BorrowedFd<'_>]| start(&first_frame(message), passed).unwrap_err();
    let nothing = std::fs::File::open("/dev/null").unwrap();
    let work = to_program().into_iter().find(|message| matches!(message, ToProgram::Work(_))).unwrap();
    assert!(matches!(refusal(work, &[]), RpcError::NotAStart { found: "work", descriptors: 0 }));
    assert!(matches!(
        refusal(coordinate(), &[nothing.as_fd()]),
        RpcError::NotAStart { found: "coordinate", descriptors: 1 }
    ));
    let two = [nothing.as_fd(), nothing.as_fd()];
    assert!(matches!(
        refusal(ToProgram::Drive(DriveSpec::default()), &two),
        RpcError::NotAStart { descriptors: 2, .. }
    ));
}

#[test]
fn another_version_is_refused_and_the_parent_told() {
    let (mut ours, theirs) = pair();
    // The version is the last field of the frame; `stop` carries none.
    let mut frame = first_frame(coordinate());
    *frame.last_mut().unwrap() = 2;
    for (frame, version) in [(frame, 2), (first_frame(ToProgram::Stop), 0)] {
        ours.write_all(&frame).unwrap();
        let error = told(&theirs, receive_start(&theirs, LIMIT)).unwrap_err();
        assert!(matches!(error, RpcError::ProgramVersion { ours: 1, theirs } if theirs == version), "{error}");

        let head = frame::read_head("the program", &mut ours).unwrap().unwrap();
        let length = frame::announced("the program", head, LIMIT).unwrap();
        let body = frame::read_body("the program", &mut ours, length).unwrap();
        let told = frame::decode::<FromProgram>("the program", &body).unwrap();
        assert!(matches!(told, FromProgram::Failed(sentence) if sentence == error.to_string()));
    }
}

#[test]
fn frames_that_are_cut_or_too_long_are_refused() {
    let frame = first_frame(coordinate());
    for length in 1..frame.len() {
        let (mut ours, theirs) = pair();
        ours.write_all(&frame[..length]).unwrap();
        drop(ours);
        let error = receive_start(&theirs, LIMIT).unwrap_err();
        assert!(matches!(error, RpcError::Truncated { .. }), "{length} bytes: {error}");
    }
    let (mut ours, theirs) = pair();
    ours.write_all(&(LIMIT + 1).to_le_bytes()).unwrap();
    assert!(
        matches!(receive_start(&theirs, LIMIT), Err(RpcError::FrameTooLarge { length, .. }) if length == 1 << 20 | 1)
    );
    let long = frame::encode("the parent", FromProgram::Failed("x".repeat(LIMIT as usize)), LIMIT).unwrap_err();
    assert!(matches!(long, RpcError::FrameTooLarge { limit: LIMIT, .. }), "{long}");
}

/// Rubbish as a parent's first words costs the program a sentence, whatever it is.
#[test]
fn rubbish_starts_nothing() {
    let mut rng = SmallRng::seed_from_u64(5);
    let good = first_frame(coordinate());
    let mut started = 0;
    for _ in 0..2_000 {
        let mut body = good[4..].to_vec();
        if rng.random_bool(0.3) {
            body = (0..rng.random_range(1..100)).map(|_| rng.random()).collect();
        }
        spoil(&mut rng, &mut body);
        let length = if rng.random_bool(0.1) { rng.random() } else { body.len() as u32 };
        let frame = [&length.to_le_bytes(), &body[..]].concat();
        started += usize::from(start(&frame, &[]).is_ok());
    }
    assert!(started < 1_500, "{started} of 2000 spoilt messages started something");
}

#[tokio::test]
async fn both_halves_of_both_ends_talk() {
    let (parent, child) = pair();
    parent.set_nonblocking(true).unwrap();
    let (read, write) = tokio::net::UnixStream::from_std(parent).unwrap().into_split();
    let sender = ProgramSender::new(write, LIMIT);
    let mut receiver = ProgramReceiver::new(read, LIMIT);

    let echo = thread::spawn(move || {
        let mut control = Control::new(Started::Drive(DriveSpec::default()), child, LIMIT).unwrap();
        while let Some(message) = control.reader.receive().unwrap() {
            control.writer.send(FromProgram::Failed(message.name().into())).unwrap();
        }
        control.writer.send(FromProgram::Ended).unwrap();
    });
    let messages = to_program();
    messages.iter().for_each(|message| sender.send(message.clone()).unwrap());
    for message in &messages {
        assert_eq!(receiver.receive().await.unwrap(), Some(FromProgram::Failed(message.name().into())));
    }
    drop(sender);
    assert_eq!(receiver.receive().await.unwrap(), Some(FromProgram::Ended), "the closed lifeline was noticed");
    assert_eq!(receiver.receive().await.unwrap(), None);
    echo.join().unwrap();
}

#[tokio::test]
async fn a_program_that_ends_amid_a_message_is_an_error() {
    for (bytes, wanted, found) in [(&[9, 0][..], 4, 2), (&[9, 0, 0, 0, 1, 2][..], 9, 2)] {
        let (parent, mut child) = pair();
        parent.set_nonblocking(true).unwrap();
        let (read, _write) = tokio::net::UnixStream::from_std(parent).unwrap().into_split();
        child.write_all(bytes).unwrap();
        drop(child);
        let error = ProgramReceiver::new(read, LIMIT).receive().await.unwrap_err();
        assert!(
            matches!(error, RpcError::Truncated { wanted: w, found: f, .. } if w == wanted && f == found),
            "{error}"
        );
    }
}

#[tokio::test]
async fn rubbish_from_a_program_is_an_error() {
    let (parent, mut child) = pair();
    parent.set_nonblocking(true).unwrap();
    let (read, _write) = tokio::net::UnixStream::from_std(parent).unwrap().into_split();
    child.write_all(&[1, 0, 0, 0, 255]).unwrap();
    let error = ProgramReceiver::new(read, LIMIT).receive().await.unwrap_err();
    assert!(matches!(error, RpcError::Wire { source: WireError::Protobuf(_), .. }), "{error}");
}

#[tokio::test]
async fn a_stuck_program_is_found_out_before_memory_ends() {
    let (parent, _child) = pair();
    parent.set_nonblocking(true).unwrap();
    let (_read, write) = tokio::net::UnixStream::from_std(parent).unwrap().into_split();
    let sender = ProgramSender::new(write, FRAME_LIMIT);
    let message = ToProgram::Status("x".repeat(60 << 20));
    let sent = (0..10).take_while(|_| sender.send(message.clone()).is_ok()).count();
    assert!((4..=5).contains(&sent), "{sent} messages of 60 MiB were taken");
    assert!(matches!(sender.send(message), Err(RpcError::Backlog { .. })));
}
