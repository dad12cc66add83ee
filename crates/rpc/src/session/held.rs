//! Messages that are too large for their stream, held at the JobManager until they are taken.
//!
//! Both directions lead here: what the JobManager has to say is held until the TaskManager has fetched it, what a TaskManager has to say is put
//! here before the stream says so. They belong to a session and go with it. The same message said twice is held twice.

use crate::{BlobHash, BlobRef};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The most bytes that one TaskManager may have put here: several of the largest messages.
pub(super) const PUT_LIMIT: usize = 512 << 20;

/// Messages of one direction, by session and hash.
#[derive(Debug, Default)]
pub(super) struct Held {
    sessions: Mutex<HashMap<u64, Messages>>,
}

type Messages = HashMap<BlobHash, Message>;

#[derive(Debug)]
struct Message {
    bytes: Bytes,
    /// How often it was said and not yet taken.
    times: u32,
}

impl Held {
    /// Makes room for a session.
    pub(super) fn open(&self, session: u64) {
        self.lock().insert(session, Messages::new());
    }

    /// Drops a session with all it holds.
    pub(super) fn close(&self, session: u64) {
        self.lock().remove(&session);
    }

    /// Holds a message; `None` where there is no such session.
    pub(super) fn put(&self, session: u64, bytes: Bytes) -> Option<BlobRef> {
        let blob = name(&bytes);
        let mut sessions = self.lock();
        let message = sessions.get_mut(&session)?.entry(blob.hash).or_insert(Message { bytes, times: 0 });
        message.times += 1;
        Some(blob)
    }

    /// The bytes held for a session, if there is one.
    pub(super) fn size(&self, session: u64) -> Option<usize> {
        self.lock().get(&session).map(|messages| messages.values().map(|message| message.bytes.len()).sum())
    }

    /// A message, which stays.
    pub(super) fn get(&self, session: u64, hash: BlobHash) -> Option<Bytes> {
        self.lock().get(&session)?.get(&hash).map(|message| message.bytes.clone())
    }

    /// A message, which goes.
    pub(super) fn take(&self, session: u64, hash: BlobHash) -> Option<Bytes> {
        let mut sessions = self.lock();
        let messages = sessions.get_mut(&session)?;
        let message = messages.get_mut(&hash)?;
        message.times -= 1;
        match message.times {
            0 => messages.remove(&hash).map(|message| message.bytes),
            _ => Some(message.bytes.clone()),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Messages>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of bytes.
pub(super) fn name(bytes: &[u8]) -> BlobRef {
    BlobRef { hash: BlobHash(Sha256::digest(bytes).into()), length: bytes.len() as u64 }
}
