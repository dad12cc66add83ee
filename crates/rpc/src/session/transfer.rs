//! Blobs over the network, in chunks.
//!
//! Every chunk has a deadline, the whole has none: how long it takes is a matter of its length. Whoever receives compares hash and length with
//! what was promised before anybody sees the bytes.

use super::handle::Caller;
use super::retry::Retry;
use super::status_causes;
use crate::proto::session::{Chunk, FetchRequest};
use crate::wire::Wire;
use crate::{BlobHash, BlobRef, RpcError};
use bytes::Bytes;
use futures_util::stream;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tonic::{Code, Status, Streaming};

/// Bytes of a chunk.
pub(super) const CHUNK: usize = 256 << 10;
/// How long the next chunk may take.
pub(super) const CHUNK_DEADLINE: Duration = Duration::from_secs(30);
/// The longest blob that is fetched into memory.
const MEMORY_LIMIT: u64 = 1 << 30;

/// Where the bytes of a blob go.
trait Sink: Send {
    fn write(&mut self, bytes: Vec<u8>) -> impl Future<Output = Result<(), RpcError>> + Send;
}

impl Sink for Vec<u8> {
    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), RpcError> {
        self.extend_from_slice(&bytes);
        Ok(())
    }
}

impl Sink for Arc<File> {
    async fn write(&mut self, bytes: Vec<u8>) -> Result<(), RpcError> {
        let file = self.clone();
        off_thread("writing a blob", move || (&*file).write_all(&bytes)).await
    }
}

/// Does what may wait for a disk where nobody waits for it.
pub(super) async fn off_thread<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, RpcError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panicked| Err(io::Error::other(panicked))).map_err(RpcError::io(doing))
}

/// Fetches a blob into memory. `session`: 0 for a blob of the store, or the session that holds the message.
pub(super) async fn fetch_bytes(caller: &Caller, blob: BlobRef, session: u64) -> Result<Vec<u8>, RpcError> {
    if blob.length > MEMORY_LIMIT {
        return Err(RpcError::BlobTooLarge { blob: blob.hash, length: blob.length, limit: MEMORY_LIMIT });
    }
    let mut bytes = Vec::new();
    fetch(caller, blob, session, &mut bytes).await?;
    Ok(bytes)
}

/// Fetches a blob of the store into a new file and makes it durable.
pub(super) async fn fetch_file(caller: &Caller, blob: BlobRef, path: &Path) -> Result<(), RpcError> {
    let mut file = Arc::new(File::create_new(path).map_err(RpcError::io("making a file for a blob"))?);
    fetch(caller, blob, 0, &mut file).await?;
    off_thread("making a blob durable", move || file.sync_all()).await
}

async fn fetch(caller: &Caller, blob: BlobRef, session: u64, into: &mut impl Sink) -> Result<(), RpcError> {
    let mut arrived = Arrived { hasher: Sha256::new(), length: 0 };
    let mut retry = Retry::new();
    while let Err(error) = fetch_rest(caller, blob, session, &mut arrived, into).await {
        retry.again(error).await?;
    }
    let found = BlobRef { hash: BlobHash(arrived.hasher.finalize().into()), length: arrived.length };
    match found == blob {
        true => Ok(()),
        false => Err(RpcError::OtherBlob { wanted: blob, found }),
    }
}

struct Arrived {
    hasher: Sha256,
    length: u64,
}

/// Goes on where the try before broke off.
async fn fetch_rest(
    caller: &Caller,
    blob: BlobRef,
    session: u64,
    arrived: &mut Arrived,
    into: &mut impl Sink,
) -> Result<(), RpcError> {
    let request = FetchRequest { hash: blob.hash.0.to_vec(), offset: arrived.length, session };
    let mut client = caller.client();
    let asked = caller.in_time("the first bytes of a blob", CHUNK_DEADLINE, client.fetch(request)).await?;
    let mut chunks = asked.map_err(|status| caller.failed(blob, &status))?.into_inner();
    while arrived.length < blob.length {
        let Some(chunk) = next(caller, blob, &mut chunks).await? else { break };
        arrived.length += chunk.bytes.len() as u64;
        if arrived.length > blob.length {
            let found = BlobRef { hash: blob.hash, length: arrived.length };
            return Err(RpcError::OtherBlob { wanted: blob, found });
        }
        arrived.hasher.update(&chunk.bytes);
        into.write(chunk.bytes).await?;
    }
    Ok(())
}

async fn next(caller: &Caller, blob: BlobRef, chunks: &mut Streaming<Chunk>) -> Result<Option<Chunk>, RpcError> {
    let chunk = caller.in_time("the next bytes of a blob", CHUNK_DEADLINE, chunks.message()).await?;
    chunk.map_err(|status| caller.failed(blob, &status))
}

/// Puts bytes. `session`: 0 for a blob of the store, or the session that is to hold the message.
pub(super) async fn put_bytes(caller: &Caller, bytes: Vec<u8>, session: u64) -> Result<BlobRef, RpcError> {
    let blob = super::held::name(&bytes);
    let bytes = Bytes::from(bytes);
    let mut retry = Retry::new();
    while let Err(error) = put_once(caller, blob, bytes.clone(), session).await {
        retry.again(error).await?;
    }
    Ok(blob)
}

async fn put_once(caller: &Caller, blob: BlobRef, bytes: Bytes, session: u64) -> Result<(), RpcError> {
    let deadline = CHUNK_DEADLINE * (1 + (bytes.len() / (CHUNK * 16)) as u32);
    let chunks = stream::unfold((bytes, true), move |(mut rest, first)| async move {
        // A first chunk there is always, because it says whose it is.
        if rest.is_empty() && !first {
            return None;
        }
        let bytes = rest.split_to(rest.len().min(CHUNK)).to_vec();
        Some((Chunk { bytes, session }, (rest, false)))
    });
    let mut client = caller.client();
    let put = caller.in_time("an answer to a blob that was put", deadline, client.put(chunks)).await?;
    let found = put.map_err(|status| caller.failed(blob, &status))?.into_inner();
    let found = BlobRef::from_wire(found).map_err(|source| RpcError::Wire { peer: "the JobManager", source })?;
    match found == blob {
        true => Ok(()),
        false => Err(RpcError::OtherBlob { wanted: blob, found }),
    }
}

/// An error of a transfer in our words.
pub(super) fn error(peer: &str, blob: BlobRef, status: &Status) -> RpcError {
    match status.code() {
        Code::NotFound => RpcError::NoSuchBlob { blob: blob.hash },
        Code::InvalidArgument | Code::ResourceExhausted | Code::FailedPrecondition => {
            RpcError::BlobRefused { blob: blob.hash, reason: status.message().to_owned() }
        }
        _ => RpcError::Broken { peer: peer.to_owned(), reason: status_causes(status) },
    }
}
