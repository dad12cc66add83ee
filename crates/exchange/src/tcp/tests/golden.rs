//! The bytes, as ever.

use super::super::batch::WriteBatch;
use super::super::greeting::{Answer, Greeting, Process};
use super::super::head::Head;
use super::super::queue::Outbound;
use super::super::reader::read_messages;
use super::rubbish::keep;
use super::*;
use crate::slabs::Slabs;
use crate::{FRAME_HEADER_BYTES, Frame};
use std::collections::BTreeMap;
use std::path::PathBuf;
use weft_common::trust::Role;
use weft_record::CheckpointBarrier;

const NAME: &str = "tcp.txt";

fn texts() -> Vec<String> {
    let other = std::env::var_os("WEFT_GOLDEN").map(|directory| PathBuf::from(directory).join(NAME));
    let other = other.and_then(|path| std::fs::read_to_string(path).ok());
    [Some(include_str!("../../../testdata/tcp.txt").to_owned()), other].into_iter().flatten().collect()
}

fn lines(text: &str) -> BTreeMap<&str, Vec<u8>> {
    let unhex = |hex: &str| -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ascii"), 16).expect("hex")).collect()
    };
    text.lines()
        .map(|line| line.split_once(' ').expect("a name and bytes"))
        .map(|(name, hex)| (name, unhex(hex)))
        .collect()
}

fn frame(body: &[u8], charge: u32) -> Frame {
    let mut header = [0; FRAME_HEADER_BYTES];
    header[8..12].copy_from_slice(&(body.len() as u32).to_le_bytes());
    header[12..].copy_from_slice(&charge.to_le_bytes());
    Frame::from_parts(&header, body.to_vec()).expect("a frame")
}

fn outbound(message: Message) -> Outbound {
    let channel = ChannelId { edge: 0x0a, from: 0x0b, to: 0x0c, attempt: 0x0d };
    Outbound { from: 0x0e, to: 0x1_000f, envelope: envelope(channel, message) }
}

/// Messages by the names of their lines, in the order in which they are written.
fn messages() -> Vec<(&'static str, Message)> {
    let barrier = StreamEvent::Barrier(CheckpointBarrier { checkpoint: 7, timestamp_ms: -1 });
    vec![
        ("records", Message::Data(frame(b"weft", 128))),
        ("event", Message::Event(barrier)),
        ("credit", Message::Credit(0x0102_0304)),
    ]
}

async fn written(fill: impl FnOnce(&mut WriteBatch)) -> Vec<u8> {
    let mut batch = WriteBatch::new(CompressedEdges::None, Slabs::default());
    fill(&mut batch);
    let mut out = Vec::new();
    batch.write_to(&mut out).await.expect("a vector takes everything");
    out
}

#[test]
fn golden_greetings() {
    let greeting = Greeting {
        job: JobId(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10),
        epoch: LeaderEpoch { counter: 4, random: 5 },
        opener: Process { worker: 1, generation: 0x11 },
        responder: Process { worker: 2, generation: 0x12 },
        nonce: [0xaa; 32],
    };
    let nonce = [0xbb; 32];
    let bytes = greeting.encode();
    let proof = KEY.prove(Role::Responder, &[&bytes, &nonce]);
    for text in texts() {
        let golden = lines(&text);
        assert_eq!(bytes[..], golden["greeting"]);
        assert_eq!(Greeting::decode(&bytes), greeting);
        assert_eq!(Answer::Proof { nonce, proof }.encode()[..], golden["answer"]);
        assert_eq!(KEY.prove(Role::Opener, &[&bytes, &nonce])[..], golden["proof"]);
        let refusal = Answer::Refused(super::super::error::Refusal::Epoch);
        assert_eq!(refusal.encode()[..], golden["refusal"]);
        assert_eq!(Answer::decode(&refusal.encode()).expect("an answer"), refusal);
    }
}

#[test]
fn golden_messages_are_written_as_ever() {
    runtime().block_on(async {
        for text in texts() {
            let golden = lines(&text);
            for (name, message) in messages() {
                assert_eq!(written(|batch| batch.add(outbound(message))).await, golden[name], "{name}");
            }
            assert_eq!(written(|batch| batch.add_farewell("bye")).await, golden["farewell"]);
        }
    });
}

/// An edge that is compressed takes fewer bytes, another does not.
#[test]
fn compressed_edges_take_fewer_bytes() {
    runtime().block_on(async {
        let body = b"weft".repeat(1000);
        let bytes = async |edges: CompressedEdges| {
            let mut batch = WriteBatch::new(edges, Slabs::default());
            batch.add(outbound(Message::Data(frame(&body, 4096))));
            let mut out = Vec::new();
            batch.write_to(&mut out).await.expect("a vector takes everything");
            out.len()
        };
        let whole = super::super::head::HEAD_BYTES + FRAME_HEADER_BYTES + body.len();
        assert_eq!(bytes(CompressedEdges::None).await, whole);
        assert_eq!(bytes(CompressedEdges::Only([0x0b].into())).await, whole);
        assert!(bytes(CompressedEdges::Only([0x0a].into())).await < 200);
        assert!(bytes(CompressedEdges::All).await < 200);
    });
}

#[test]
fn golden_messages_are_read_as_ever() {
    runtime().block_on(async {
        for text in texts() {
            let golden = lines(&text);
            let order = ["records", "compressed", "event", "credit", "farewell"];
            let bytes: Vec<u8> = order.iter().flat_map(|name| golden[name].clone()).collect();
            let mut kept = Vec::new();
            let farewell = read_messages(&bytes[..], &Slabs::default(), keep(&mut kept)).await.expect("golden");
            assert_eq!(farewell.as_deref(), Some("bye"));
            let mut expected = messages();
            expected.insert(1, ("compressed", Message::Data(frame(&[b'a'; 300], 512))));
            let outbound = outbound(Message::Credit(0));
            for ((head, message), (name, expected)) in kept.iter().zip(&expected) {
                assert_eq!(message, expected, "{name}");
                let Head { from, to, channel, .. } = *head;
                assert_eq!((from, to, channel), (outbound.from, outbound.to, outbound.envelope.channel), "{name}");
            }
            assert_eq!(kept.len(), expected.len());
        }
    });
}
