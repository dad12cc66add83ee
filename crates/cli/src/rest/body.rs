//! What is sent with a request.

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Read as _};

/// Bytes of a file that are sent at a time.
const PIECE: usize = 256 << 10;

/// A body, and its length.
pub(crate) struct Payload {
    pub(super) length: u64,
    pub(super) body: UnsyncBoxBody<Bytes, io::Error>,
}

impl Payload {
    /// Nothing.
    pub(crate) fn empty() -> Self {
        Self::bytes(Vec::new())
    }

    /// What is in memory.
    pub(crate) fn bytes(bytes: Vec<u8>) -> Self {
        let length = bytes.len() as u64;
        let body = Full::new(Bytes::from(bytes)).map_err(|never: Infallible| -> io::Error { match never {} });
        Payload { length, body: body.boxed_unsync() }
    }

    /// The first `length` bytes of a file, piece by piece.
    pub(crate) fn file(file: File, length: u64) -> Self {
        let pieces = stream::unfold((file, length), |(mut file, left)| async move {
            let piece = match read(&mut file, left).transpose()? {
                Ok(piece) => piece,
                Err(error) => return Some((Err(error), (file, 0))),
            };
            let left = left.saturating_sub(piece.len() as u64);
            Some((Ok(Frame::data(piece)), (file, left)))
        });
        Payload { length, body: StreamBody::new(pieces).boxed_unsync() }
    }
}

/// The next piece; `None` after the last.
fn read(file: &mut File, left: u64) -> io::Result<Option<Bytes>> {
    let mut piece = vec![0; PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
    let read = file.read(&mut piece)?;
    piece.truncate(read);
    Ok((read > 0).then(|| Bytes::from(piece)))
}
