//! Bytes that are random, cut, or changed: an error or an end, never a panic, and memory only for what may come.

use super::super::arrivals::Arrivals;
use super::super::batch::WriteBatch;
use super::super::handshake::answer;
use super::super::head::Head;
use super::super::queue::Outbound;
use super::super::reader::read_messages;
use super::*;
use crate::slabs::Slabs;
use crate::{FRAME_HEADER_BYTES, Frame, MAX_FRAME_BYTES};
use rand::rngs::SmallRng;
use rand::{Rng, RngCore, SeedableRng};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

/// Puts what is delivered into `kept`.
pub(super) fn keep(kept: &mut Vec<(Head, Message)>) -> impl FnMut(&mut Arrivals) -> bool {
    |arrivals| {
        kept.extend(arrivals.drain().map(|(head, _, message)| (head, message)));
        true
    }
}

fn inputs() -> u64 {
    std::env::var("WEFT_RUBBISH").ok().and_then(|count| count.parse().ok()).unwrap_or(10_000)
}

/// A number of proper messages, as bytes, with frames of both kinds.
async fn messages(dice: &mut SmallRng) -> Vec<u8> {
    let mut batch = WriteBatch::new(CompressedEdges::Only([1].into()), Slabs::default());
    for _ in 0..dice.random_range(1..6) {
        let channel = ChannelId { edge: dice.random_range(0..2), ..CHANNEL };
        let message = match dice.random_range(0..4) {
            0 => watermark(dice.random()),
            1 => Message::Credit(dice.random()),
            _ => Message::Data(frame(dice)),
        };
        batch.add(Outbound { from: 0, to: 1, envelope: envelope(channel, message) });
    }
    let mut bytes = Vec::new();
    batch.write_to(&mut bytes).await.expect("a vector takes everything");
    bytes
}

fn frame(dice: &mut SmallRng) -> Frame {
    let body: Vec<u8> = (0..dice.random_range(0..3000)).map(|at| (at / 100) as u8).collect();
    let mut header = [0; FRAME_HEADER_BYTES];
    header[8..12].copy_from_slice(&(body.len() as u32).to_le_bytes());
    header[12..].copy_from_slice(&4096u32.to_le_bytes());
    Frame::from_parts(&header, body).expect("a frame")
}

/// Cuts, changes or replaces `bytes`.
fn spoil(mut bytes: Vec<u8>, dice: &mut SmallRng) -> Vec<u8> {
    match dice.random_range(0..4) {
        0 => bytes.truncate(dice.random_range(0..=bytes.len())),
        1 => {
            bytes.resize(dice.random_range(0..500), 0);
            dice.fill_bytes(&mut bytes);
        }
        _ => {
            for _ in 0..dice.random_range(1..4) {
                let at = dice.random_range(0..bytes.len());
                bytes[at] ^= 1 << dice.random_range(0..8);
            }
        }
    }
    bytes
}

#[test]
fn spoiled_messages_are_an_error_or_an_end() {
    runtime().block_on(async {
        let mut delivered = 0;
        for seed in 0..inputs() {
            let dice = &mut SmallRng::seed_from_u64(seed);
            let bytes = spoil(messages(dice).await, dice);
            let mut kept = Vec::new();
            let slabs = Slabs::default();
            // The input ends without a farewell, which is an error in any case, unless a changed bit made one.
            let ended = read_messages(&bytes[..], &slabs, keep(&mut kept)).await;
            assert!(!matches!(ended, Ok(None)), "seed {seed}");
            delivered += kept.len();
            let most = kept.iter().map(|(_, message)| match message {
                Message::Data(frame) => frame.capacity(),
                _ => 0,
            });
            assert!(most.max().unwrap_or(0) <= MAX_FRAME_BYTES, "seed {seed} takes too much memory");
        }
        assert!(delivered as u64 > inputs() / 4, "nothing but {delivered} messages got through: too much is spoiled");
    });
}

#[test]
fn spoiled_greetings_open_nothing() {
    runtime().block_on(async {
        let greeting = super::super::greeting::Greeting {
            job: identity(1).job,
            epoch: identity(1).epoch,
            opener: identity(1).process(),
            responder: identity(2).process(),
            nonce: [1; 32],
        };
        for seed in 0..inputs() {
            let dice = &mut SmallRng::seed_from_u64(seed);
            let mut bytes = greeting.encode().to_vec();
            let mut proof = [0; 32];
            dice.fill_bytes(&mut proof);
            bytes.extend(proof);
            let bytes = if dice.random() { bytes } else { spoil(bytes, dice) };
            let mut stream = tokio::io::join(&bytes[..], tokio::io::sink());
            let answered = answer(&mut stream, &identity(2), [2; 32]).await;
            assert!(answered.is_err(), "seed {seed} got in: {answered:?}");
        }
    });
}

/// The port goes on after it all, and so does the line that it already had.
#[test]
fn rubbish_on_the_port_disturbs_nobody() {
    let runtime = runtime();
    let (one, two) = pair(&runtime, &quick());
    until("they are connected", || one.is_connected(2) && two.is_connected(1));
    for seed in 0..inputs() / 50 {
        let dice = &mut SmallRng::seed_from_u64(seed);
        let mut stream = TcpStream::connect(("127.0.0.1", two.location().port)).expect("it listens");
        let mut bytes = vec![0; dice.random_range(0..300)];
        dice.fill_bytes(&mut bytes);
        if dice.random() {
            let begin = bytes.len().min(12);
            bytes[..begin].copy_from_slice(&b"weftexch\x01\0\0\0"[..begin]);
        }
        // It may be closed already, which is what should come of it.
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(Shutdown::Write);
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket");
        let _ = stream.read_to_end(&mut Vec::new());
    }
    assert!(one.is_connected(2) && two.is_connected(1), "rubbish broke a line");
    two.port(3).send(crate::SlotAddress { worker: 1, slot: 4 }, vec![envelope(CHANNEL, watermark(1))]);
    assert_eq!(mail(&one.inbox(4)), [watermark(1)]);
}
