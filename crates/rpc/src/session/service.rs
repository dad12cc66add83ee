//! The calls that a JobManager answers.

use super::SessionId;
use super::acceptor::PeerAddress;
use super::held::PUT_LIMIT;
use super::server::Shared;
use super::sitting;
use super::transfer::{CHUNK, CHUNK_DEADLINE};
use crate::proto::model;
use crate::proto::session::job_manager_server::JobManager;
use crate::proto::session::{Chunk, FetchRequest, FromTaskManager, ToTaskManager};
use crate::wire::{Wire, read_hash};
use futures_util::stream::{BoxStream, StreamExt, unfold};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;
use tonic::{Request, Response, Status, Streaming};

/// Chunks that are read ahead of the network.
const AHEAD: usize = 4;

pub(super) struct Service {
    shared: Arc<Shared>,
}

impl Service {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Service { shared }
    }
}

#[tonic::async_trait]
impl JobManager for Service {
    type SessionStream = BoxStream<'static, Result<ToTaskManager, Status>>;
    type FetchStream = BoxStream<'static, Result<Chunk, Status>>;

    async fn session(
        &self,
        request: Request<Streaming<FromTaskManager>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let peer = request.extensions().get::<PeerAddress>().copied();
        let PeerAddress(peer) = peer.ok_or_else(|| Status::internal("a request without a connection"))?;
        let outgoing = sitting::begin(self.shared.clone(), peer, request.into_inner());
        Ok(Response::new(outgoing.boxed()))
    }

    async fn fetch(&self, request: Request<FetchRequest>) -> Result<Response<Self::FetchStream>, Status> {
        let FetchRequest { hash, offset, session } = request.into_inner();
        let wrong = |error: crate::WireError| Status::invalid_argument(error.to_string());
        let hash = read_hash("FetchRequest.hash", &hash).map_err(wrong)?;
        let unknown = || Status::not_found(format!("there is no blob {hash}"));
        if session != 0 {
            let message = self.shared.outgoing.get(session, hash).ok_or_else(unknown)?;
            return Ok(Response::new(in_chunks(message, offset).boxed()));
        }
        let blobs = self.shared.blobs.clone();
        let (sender, chunks) = mpsc::channel(AHEAD);
        let path = off_thread(move || Ok(blobs.file(hash))).await?.ok_or_else(unknown)?;
        // The thread ends with the file, or when the network takes no more.
        tokio::task::spawn_blocking(move || {
            if let Err(error) = read(&path, offset, &sender) {
                let _ = sender.blocking_send(Err(Status::data_loss(format!("reading blob {hash}: {error}"))));
            }
        });
        Ok(Response::new(received(chunks).boxed()))
    }

    async fn put(&self, request: Request<Streaming<Chunk>>) -> Result<Response<model::BlobRef>, Status> {
        let mut chunks = request.into_inner();
        let first = next(&mut chunks).await?.ok_or_else(|| Status::invalid_argument("a blob without a first chunk"))?;
        let put = match first.session {
            0 => self.put_blob(first, chunks).await?,
            session => self.put_message(SessionId(session), first, chunks).await?,
        };
        Ok(Response::new(put.into_wire()))
    }
}

impl Service {
    async fn put_message(
        &self,
        session: SessionId,
        first: Chunk,
        mut chunks: Streaming<Chunk>,
    ) -> Result<crate::BlobRef, Status> {
        let over = || Status::failed_precondition(format!("session {session} is over"));
        let held = self.shared.incoming.size(session.0).ok_or_else(over)?;
        let mut bytes = first.bytes;
        while let Some(chunk) = next(&mut chunks).await? {
            if held + bytes.len() + chunk.bytes.len() > PUT_LIMIT {
                return Err(Status::resource_exhausted(format!(
                    "session {session} may not have more than {PUT_LIMIT} bytes of messages waiting"
                )));
            }
            bytes.extend_from_slice(&chunk.bytes);
        }
        self.shared.incoming.put(session.0, bytes.into()).ok_or_else(over)
    }

    async fn put_blob(&self, first: Chunk, mut chunks: Streaming<Chunk>) -> Result<crate::BlobRef, Status> {
        let blobs = self.shared.blobs.clone();
        let path = blobs.new_file();
        let written = async {
            let at = path.clone();
            let file = Arc::new(off_thread(move || File::create_new(at)).await?);
            let mut chunk = Some(first);
            while let Some(Chunk { bytes, .. }) = chunk {
                let file = file.clone();
                off_thread(move || (&*file).write_all(&bytes)).await?;
                chunk = next(&mut chunks).await?;
            }
            Ok::<(), Status>(())
        };
        let written = written.await;
        off_thread(move || {
            Ok(match written {
                Ok(()) => blobs.keep(&path).map_err(Status::internal),
                Err(status) => {
                    // It may not have been made.
                    let _ = std::fs::remove_file(&path);
                    Err(status)
                }
            })
        })
        .await?
    }
}

async fn next(chunks: &mut Streaming<Chunk>) -> Result<Option<Chunk>, Status> {
    let late = |_| Status::deadline_exceeded("the next bytes of a blob did not come in time");
    tokio::time::timeout(CHUNK_DEADLINE, chunks.message()).await.map_err(late)?
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Status> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|panicked| Status::internal(panicked.to_string()))?;
    done.map_err(|error| Status::internal(format!("in the blob directory: {error}")))
}

/// Gives a file's bytes from `offset` on, as long as somebody takes them.
fn read(path: &Path, offset: u64, chunks: &mpsc::Sender<Result<Chunk, Status>>) -> std::io::Result<()> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    loop {
        let mut bytes = Vec::with_capacity(CHUNK);
        if Read::by_ref(&mut file).take(CHUNK as u64).read_to_end(&mut bytes)? == 0 {
            return Ok(());
        }
        if chunks.blocking_send(Ok(Chunk { bytes, session: 0 })).is_err() {
            return Ok(());
        }
    }
}

fn in_chunks(message: bytes::Bytes, offset: u64) -> impl futures_util::Stream<Item = Result<Chunk, Status>> + Send {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(message.len());
    unfold(message.slice(start..), |mut rest| async move {
        let bytes = rest.split_to(rest.len().min(CHUNK)).to_vec();
        (!bytes.is_empty()).then_some((Ok(Chunk { bytes, session: 0 }), rest))
    })
}

/// What a channel gives, as a stream.
pub(super) fn received<T: Send>(channel: mpsc::Receiver<T>) -> impl futures_util::Stream<Item = T> + Send {
    unfold(channel, |mut channel| async move { channel.recv().await.map(|item| (item, channel)) })
}
