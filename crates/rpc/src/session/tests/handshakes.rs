//! Both sides of the handshake, over memory.

use super::kit::KEY;
use crate::session::handshake::{Caller, HandshakeError, Side, answer, open};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use weft_common::trust::SecretKey;
use weft_common::{ErrorKind, LeaderEpoch};

fn side(caller: Caller, secret: Option<SecretKey>) -> Side {
    Side { caller, epoch: LeaderEpoch { counter: 2, random: 3 }, secret }
}

/// What each side makes of the other.
async fn meet(opener: Side, responder: Side) -> (Result<(), HandshakeError>, Result<(), HandshakeError>) {
    let (mut here, mut there) = duplex(1 << 10);
    let opened = async move {
        let opened = open(&mut here, &opener).await;
        drop(here);
        opened
    };
    tokio::join!(opened, answer(&mut there, &responder))
}

fn sentence(result: Result<(), HandshakeError>) -> String {
    result.unwrap_err().to_string()
}

/// A greeting of the golden form, with what is to be different.
fn greeting(change: impl FnOnce(&mut [u8; 60])) -> [u8; 60] {
    let mut greeting = [9; 60];
    greeting[..12].copy_from_slice(b"WEFTRPC\n\x01\x00\x01\x00");
    greeting[12..28].fill(0);
    change(&mut greeting);
    greeting
}

/// Answers `bytes` with a responder without a secret: what it sent, and what it made of them.
async fn say(bytes: &[u8]) -> (Vec<u8>, Result<(), HandshakeError>) {
    let (mut here, mut there): (DuplexStream, DuplexStream) = duplex(1 << 10);
    let bytes = bytes.to_vec();
    let talk = async move {
        here.write_all(&bytes).await.unwrap();
        here.shutdown().await.unwrap();
        let mut heard = Vec::new();
        here.read_to_end(&mut heard).await.unwrap();
        heard
    };
    let responder = side(Caller::TaskManager, None);
    let answered = async move { answer(&mut there, &responder).await };
    tokio::join!(talk, answered)
}

#[tokio::test]
async fn those_with_the_same_secret_meet_and_so_do_those_without() {
    for caller in [Caller::TaskManager, Caller::JobManager] {
        for secret in [Some(KEY), None] {
            let (opened, answered) = meet(side(caller, secret.clone()), side(caller, secret)).await;
            opened.unwrap();
            answered.unwrap();
        }
    }
}

#[tokio::test]
async fn both_sides_say_what_is_wrong_with_the_secret() {
    let with = |secret| side(Caller::TaskManager, secret);
    let (opened, answered) = meet(with(Some(SecretKey::new([1; 32]))), with(Some(KEY))).await;
    for error in [opened, answered] {
        assert!(matches!(error, Err(HandshakeError::OtherSecret)), "{error:?}");
    }
    let one =
        "the JobManager has a secret and the TaskManager has none: give all processes of the cluster the same, or none";
    let (opened, answered) = meet(with(None), with(Some(KEY))).await;
    assert_eq!(sentence(opened), format!("it refused: {one}"));
    assert_eq!(sentence(answered), one);
    let other =
        "the TaskManager has a secret and the JobManager has none: give all processes of the cluster the same, or none";
    let (opened, answered) = meet(with(Some(KEY)), with(None)).await;
    assert_eq!(sentence(opened), format!("it refused: {other}"));
    assert_eq!(sentence(answered), other);
}

/// An opener that only says that it knows the secret hears that it does not.
#[tokio::test]
async fn an_opener_without_proof_is_refused() {
    let (mut here, mut there) = duplex(1 << 10);
    let claims = greeting(|greeting| greeting[11] = 1);
    let pretend = async move {
        here.write_all(&claims).await.unwrap();
        let mut answer = [0; 76];
        here.read_exact(&mut answer).await.unwrap();
        // The responder's own proof, sent back to it.
        here.write_all(&answer[44..]).await.unwrap();
        here.shutdown().await.unwrap();
        let mut verdict = Vec::new();
        here.read_to_end(&mut verdict).await.unwrap();
        verdict
    };
    let responder = side(Caller::TaskManager, Some(KEY));
    let answered = async move { answer(&mut there, &responder).await };
    let (verdict, answered) = tokio::join!(pretend, answered);
    assert!(matches!(answered, Err(HandshakeError::OtherSecret)), "{answered:?}");
    assert_eq!(verdict[0], 1);
    let said = String::from_utf8(verdict[3..].to_vec()).unwrap();
    assert_eq!(said, "this TaskManager does not know the cluster's secret: give all processes of the cluster the same");
}

/// A responder that does not know the secret learns nothing and is not trusted.
#[tokio::test]
async fn a_responder_without_proof_is_not_trusted() {
    let (mut here, mut there) = duplex(1 << 10);
    let opener = side(Caller::TaskManager, Some(KEY));
    let pretend = async move {
        let mut greeting = [0; 60];
        there.read_exact(&mut greeting).await.unwrap();
        let mut answer = b"WEFTRPC\n\x01\x00\x00\x01".to_vec();
        answer.extend([5; 64]);
        there.write_all(&answer).await.unwrap();
        let mut proof = [1; 32];
        there.read_exact(&mut proof).await.unwrap();
        proof
    };
    let (opened, proof) = tokio::join!(open(&mut here, &opener), pretend);
    assert!(matches!(opened, Err(HandshakeError::OtherSecret)), "{opened:?}");
    assert_eq!(proof, [0; 32], "nothing was proved to a stranger");
}

#[tokio::test]
async fn golden_bytes() {
    let (heard, answered) = say(&[&greeting(|_| ())[..], &[0; 32]].concat()).await;
    answered.unwrap();
    assert_eq!(heard.len(), 12 + 32 + 32 + 1);
    assert_eq!(heard[..12], *b"WEFTRPC\n\x01\x00\x00\x00");
    assert_eq!(heard[44..], [0; 33]);
}

#[tokio::test]
async fn another_version_is_refused_with_both_numbers() {
    let (heard, answered) = say(&greeting(|greeting| greeting[8] = 2)).await;
    let error = answered.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::User);
    assert!(matches!(error, HandshakeError::Version { ours: 1, theirs: 2 }), "{error}");
    assert_eq!(heard[..12], *b"WEFTRPC\n\x01\x00\x01\x00");
    let said = String::from_utf8(heard[14..].to_vec()).unwrap();
    assert!(said.starts_with("this TaskManager speaks version 2 of the protocol between JobManager and TaskManagers, the JobManager version 1"), "{said}");

    // And an opener that hears of another version without a refusal.
    let (mut here, mut there) = duplex(1 << 10);
    let opener = side(Caller::TaskManager, None);
    there.write_all(b"WEFTRPC\n\x07\x00\x00\x00").await.unwrap();
    let opened = open(&mut here, &opener).await;
    assert!(matches!(opened, Err(HandshakeError::Version { ours: 1, theirs: 7 })), "{opened:?}");
}

#[tokio::test]
async fn wrong_roles_newer_leaders_and_other_protocols_are_refused() {
    let (_, answered) = say(&greeting(|greeting| greeting[10] = 2)).await;
    assert!(matches!(answered, Err(HandshakeError::Role { wanted: "TaskManager", found: 2 })), "{answered:?}");
    let (_, answered) = say(&greeting(|greeting| greeting[12] = 3)).await;
    let error = answered.unwrap_err();
    assert!(matches!(error, HandshakeError::NewerLeader { .. }), "{error}");
    assert_eq!(error.kind(), ErrorKind::Fenced);
    let (heard, answered) = say(b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(sentence(answered), "it is no process of Weft: what it says begins with \"GET / HT\"");
    assert!(heard.is_empty());

    let (mut here, mut there) = duplex(1 << 10);
    there.write_all(b"SSH-2.0-OpenSSH_9.2p1\r\n").await.unwrap();
    let opened = open(&mut here, &side(Caller::TaskManager, None)).await;
    assert_eq!(sentence(opened), "it is no process of Weft: what it says begins with \"SSH-2.0-Open\"");
}

#[tokio::test]
async fn a_handshake_that_ends_early_is_an_error() {
    let whole = [&greeting(|_| ())[..], &[0; 32]].concat();
    for length in 0..whole.len() {
        let (_, answered) = say(&whole[..length]).await;
        assert!(matches!(answered, Err(HandshakeError::Io(_))), "{length} bytes: {answered:?}");
    }
}

/// However long a refusal claims to be, a kilobyte of it is read.
#[tokio::test]
async fn a_refusal_without_end_is_cut() {
    let (mut here, mut there) = duplex(1 << 17);
    there.write_all(b"WEFTRPC\n\x01\x00\x01\x00\xff\xff").await.unwrap();
    there.write_all(&[b'x'; 1 << 16]).await.unwrap();
    let said = sentence(open(&mut here, &side(Caller::TaskManager, None)).await);
    assert_eq!(said.len(), "it refused: ".len() + 1024);
}

#[tokio::test]
async fn a_peer_that_says_nothing_has_five_seconds() {
    let (_here, mut there) = duplex(1 << 10);
    let answered = answer(&mut there, &side(Caller::TaskManager, None)).await;
    assert_eq!(sentence(answered), "it said nothing useful within 5 s");
}
