//! Workers that talk over loopback, and bytes that nobody should send.

mod broken;
mod contract;
mod golden;
mod greetings;
mod records;
mod rubbish;

use super::*;
use crate::{ChannelId, Envelope, Inbox, Message};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use weft_common::trust::SecretKey;
use weft_common::{JobId, LeaderEpoch};
use weft_record::StreamEvent;

const KEY: SecretKey = SecretKey::new([3; 32]);

fn identity(worker: u32) -> TcpIdentity {
    let epoch = LeaderEpoch { counter: 4, random: 5 };
    TcpIdentity { job: JobId(0x51), epoch, worker, generation: 1, key: KEY }
}

fn listen() -> Listen {
    Listen { bind_host: "127.0.0.1".into(), ports: vec![0], advertised_host: "127.0.0.1".into() }
}

fn quick() -> TcpSettings {
    TcpSettings { connect_timeout: Duration::from_secs(20), ..TcpSettings::default() }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

fn worker(runtime: &Runtime, identity: TcpIdentity, settings: TcpSettings) -> TcpTransport {
    let name = format!("tm-{}", identity.worker);
    runtime.block_on(TcpTransport::bind(identity, name, &listen(), settings)).expect("loopback has free ports")
}

/// Workers 1 and 2, introduced to each other.
fn pair(runtime: &Runtime, settings: &TcpSettings) -> (TcpTransport, TcpTransport) {
    let [one, two] = [1, 2].map(|number| worker(runtime, identity(number), settings.clone()));
    one.introduce(two.location().clone());
    two.introduce(one.location().clone());
    (one, two)
}

/// Waits for something to become true.
fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

const CHANNEL: ChannelId = ChannelId { edge: 1, from: 0, to: 0, attempt: 1 };

fn envelope(channel: ChannelId, message: Message) -> Envelope {
    Envelope { channel, message }
}

fn watermark(at: i64) -> Message {
    Message::Event(StreamEvent::Watermark(at))
}

/// The next messages for a lane, once there are some.
fn mail(inbox: &Arc<Inbox>) -> Vec<Message> {
    until("mail", || !inbox.is_empty());
    let mut mail = Vec::new();
    inbox.drain(&mut mail);
    mail.into_iter().map(|envelope| envelope.message).collect()
}

/// Why the channels of a lane are broken, as it was told.
fn reason(inbox: &Arc<Inbox>) -> String {
    match &mail(inbox)[..] {
        [.., Message::Broken(reason)] => reason.clone(),
        other => panic!("not broken: {other:?}"),
    }
}
