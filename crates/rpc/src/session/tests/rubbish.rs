//! Rubbish on the ports: nothing dies.

use super::kit::*;
use crate::session::handshake::{Caller, Side, answer};
use crate::session::*;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::net::TcpStream;
use weft_common::LeaderEpoch;

/// Random bytes, or a greeting with some of its bytes changed.
fn rubbish(rng: &mut SmallRng) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..rng.random_range(0..200)).map(|_| rng.random()).collect();
    if rng.random_bool(0.7) {
        let head = *b"WEFTRPC\n\x01\x00\x01\x00";
        let length = rng.random_range(0..=head.len());
        bytes.splice(0..0, head[..length].iter().copied());
        crate::wire::tests::spoil(rng, &mut bytes);
    }
    bytes
}

#[tokio::test]
async fn ten_thousand_greetings_of_rubbish_are_refused() {
    let mut rng = SmallRng::seed_from_u64(7);
    let responder = Side { caller: Caller::TaskManager, epoch: LeaderEpoch::default(), secret: Some(KEY) };
    for round in 0..10_000 {
        let bytes = rubbish(&mut rng);
        let (mut here, mut there) = duplex(1 << 10);
        let talk = async move {
            // The other side may have closed in between.
            let _ = here.write_all(&bytes).await;
            let _ = here.shutdown().await;
            let _ = here.read_to_end(&mut Vec::new()).await;
        };
        let answered = async {
            let answered = answer(&mut there, &responder).await;
            drop(there);
            answered
        };
        let ((), answered) = tokio::join!(talk, answered);
        assert!(answered.is_err(), "round {round}");
    }
}

/// Over the network, to a JobManager that has no secret, so that rubbish gets as far as HTTP/2.
#[tokio::test]
async fn a_job_manager_outlives_rubbish_on_its_port() {
    let settings = ServerSettings { epoch: LeaderEpoch::default(), secret: None, frame_size: FRAME_SIZE };
    let job_manager = JobManager::with(settings);
    let mut rng = SmallRng::seed_from_u64(8);
    let mut greeting = b"WEFTRPC\n\x01\x00\x01\x00".to_vec();
    greeting.extend([0; 16 + 32 + 32]);
    for round in 0..400 {
        let mut bytes = rubbish(&mut rng);
        if round % 2 == 0 {
            let preface = if round % 4 == 0 { &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..] } else { b"" };
            bytes = [&greeting[..], preface, &bytes].concat();
        }
        let mut stream = TcpStream::connect(job_manager.server.address()).await.unwrap();
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        let _ = soon(stream.read_to_end(&mut Vec::new())).await;
    }
    let mut task_manager = TaskManager::start();
    let open = ProbeServer::start(listener(), task_manager.registration.id.clone(), None).unwrap();
    task_manager.registration.rpc_port = open.address().port();
    let client = ClientSettings { secret: None, ..client_settings(job_manager.port(), FRAME_SIZE) };
    soon(task_manager.connect(client)).await.unwrap();
}
