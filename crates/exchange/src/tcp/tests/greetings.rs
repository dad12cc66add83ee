//! Who gets in and who does not.

use super::super::error::{ConnectionError, Refusal};
use super::super::greeting::{Answer, GREETING_BYTES, Greeting, Process};
use super::super::handshake::{answer, open, verdict};
use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const NONCES: [[u8; 32]; 2] = [[1; 32], [2; 32]];
const RESPONDER: Process = Process { worker: 2, generation: 1 };

/// What opener and responder say about a greeting of these two.
fn greet(opener: &TcpIdentity, responder: &TcpIdentity) -> (Result<(), ConnectionError>, Result<(), ConnectionError>) {
    runtime().block_on(async {
        let (mut left, mut right) = tokio::io::duplex(64);
        let opening = async move { open(&mut left, opener, RESPONDER, NONCES[0]).await };
        let answering = async move {
            answer(&mut right, responder, NONCES[1]).await?;
            verdict(&mut right, None).await
        };
        tokio::join!(opening, answering)
    })
}

#[test]
fn workers_of_one_job_get_in() {
    let (opener, responder) = greet(&identity(1), &identity(2));
    opener.expect("let in");
    responder.expect("proved");
}

/// Both sides say why, each from where it stands.
#[test]
fn who_is_not_meant_is_refused() {
    let cases = [
        (TcpIdentity { job: JobId(9), ..identity(1) }, Refusal::Job),
        (TcpIdentity { epoch: LeaderEpoch { counter: 5, random: 5 }, ..identity(1) }, Refusal::Epoch),
        (identity(2), Refusal::Direction),
        (identity(3), Refusal::Direction),
    ];
    for (opener, expected) in cases {
        let (opener, responder) = greet(&opener, &identity(2));
        assert!(matches!(opener, Err(ConnectionError::RefusedUs(refusal)) if refusal == expected), "{opener:?}");
        assert!(matches!(responder, Err(ConnectionError::Refused(refusal)) if refusal == expected), "{responder:?}");
    }
    let (_, responder) = greet(&identity(1), &TcpIdentity { generation: 2, ..identity(2) });
    assert!(matches!(responder, Err(ConnectionError::Refused(Refusal::Process))), "{responder:?}");
}

/// The worker key of one job opens nothing of another, although greeting and job id are right.
#[test]
fn another_key_opens_nothing() {
    let cluster = SecretKey::new([8; 32]);
    let of = |job| cluster.for_workers_of(JobId(job));
    let opener = TcpIdentity { key: of(1), ..identity(1) };
    let responder = TcpIdentity { key: of(2), ..identity(2) };
    let (opener, responder) = greet(&opener, &responder);
    assert!(matches!(opener, Err(ConnectionError::Impostor)), "{opener:?}");
    assert!(matches!(responder, Err(ConnectionError::Closed)), "{responder:?}");
}

/// An opener that does not care who answers still has to prove itself.
#[test]
fn a_wrong_proof_is_refused() {
    runtime().block_on(async {
        let (mut left, mut right) = tokio::io::duplex(64);
        let opening = async {
            let identity = identity(1);
            let greeting = Greeting {
                job: identity.job,
                epoch: identity.epoch,
                opener: identity.process(),
                responder: RESPONDER,
                nonce: NONCES[0],
            };
            left.write_all(&greeting.encode()).await.expect("sent");
            let mut bytes = [0; super::super::greeting::ANSWER_BYTES];
            left.read_exact(&mut bytes).await.expect("an answer");
            let Ok(Answer::Proof { proof, .. }) = Answer::decode(&bytes) else { panic!("refused: {bytes:?}") };
            // The responder's own proof, sent back.
            left.write_all(&proof).await.expect("sent");
            left.read_u8().await.expect("a verdict")
        };
        let identity = identity(2);
        let (verdict, answered) = tokio::join!(opening, answer(&mut right, &identity, NONCES[1]));
        assert_eq!(verdict, Refusal::Proof.code());
        assert!(matches!(answered, Err(ConnectionError::Refused(Refusal::Proof))), "{answered:?}");
    });
}

#[test]
fn another_version_is_told_which_one_this_is() {
    runtime().block_on(async {
        let (mut left, mut right) = tokio::io::duplex(200);
        left.write_all(b"weftexch\x09\0\0\0").await.expect("sent");
        let answered = answer(&mut right, &identity(2), NONCES[1]).await;
        assert!(matches!(answered, Err(ConnectionError::Refused(Refusal::Version { theirs: 9 }))), "{answered:?}");
        let mut prefix = [0; 4];
        left.read_exact(&mut prefix).await.expect("an answer");
        assert_eq!(prefix, [1, 0, 1, 0]);
    });
}

/// Changing any byte of the greeting on its way spoils it.
#[test]
fn a_greeting_that_was_changed_opens_nothing() {
    let identities = [identity(1), identity(2)];
    runtime().block_on(async {
        for at in 0..GREETING_BYTES {
            let (mut opener, mut thief_near) = tokio::io::duplex(256);
            let (mut thief_far, mut responder) = tokio::io::duplex(256);
            let thief = async move {
                let mut greeting = [0; GREETING_BYTES];
                thief_near.read_exact(&mut greeting).await.expect("a greeting");
                greeting[at] ^= 1;
                thief_far.write_all(&greeting).await.expect("sent");
                let _ = tokio::io::copy_bidirectional(&mut thief_near, &mut thief_far).await;
            };
            let opening = async {
                let opened = open(&mut opener, &identities[0], RESPONDER, NONCES[0]).await;
                drop(opener);
                opened
            };
            let answering = async {
                let answered = answer(&mut responder, &identities[1], NONCES[1]).await;
                drop(responder);
                answered
            };
            let ((), opened, answered) = tokio::join!(thief, opening, answering);
            assert!(opened.is_err() && answered.is_err(), "byte {at} was changed: {opened:?} {answered:?}");
        }
    });
}

/// Others do not wait for those that say nothing to be given up.
#[test]
fn silence_keeps_nobody_out() {
    let runtime = runtime();
    let settings = TcpSettings { greeting_timeout: Duration::from_secs(600), ..quick() };
    let two = worker(&runtime, identity(2), settings);
    let address = ("127.0.0.1", two.location().port);
    let _silent: Vec<_> = (0..super::super::listener::MAX_GREETINGS * 3)
        .map(|_| std::net::TcpStream::connect(address).expect("it listens"))
        .collect();
    let one = worker(&runtime, identity(1), quick());
    one.introduce(two.location().clone());
    until("a worker gets in", || two.is_connected(1));
}

/// A connection that says nothing loses its place.
#[test]
fn silence_is_ended() {
    let runtime = runtime();
    let settings = TcpSettings { greeting_timeout: Duration::from_millis(20), ..quick() };
    let two = worker(&runtime, identity(2), settings.clone());
    let address = ("127.0.0.1", two.location().port);
    let silent: Vec<_> = (0..super::super::listener::MAX_GREETINGS + 10)
        .map(|_| std::net::TcpStream::connect(address).expect("it listens"))
        .collect();
    for mut stream in silent {
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket");
        assert_eq!(std::io::Read::read(&mut stream, &mut [0]).expect("closed"), 0, "it was told something");
    }
    let one = worker(&runtime, identity(1), quick());
    one.introduce(two.location().clone());
    until("a worker gets in", || two.is_connected(1));
}
