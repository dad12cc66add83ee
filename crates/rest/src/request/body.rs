//! Bodies, read piece by piece within limits.

use crate::api_error::ApiError;
use axum::body::{Body, BodyDataStream};
use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::StreamExt;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// A body that is being read.
pub(crate) struct BodyReader {
    stream: BodyDataStream,
    limit: u64,
    left: u64,
    patience: Duration,
    began: Instant,
}

/// The slowest client that is waited for, in bytes a second, after it has had its patience once.
const SLOWEST: u64 = 4 << 10;

impl BodyReader {
    /// Reads `body`, of `limit` bytes at most, from a client that may pause for `patience`, and in all take as long as that and a second for
    /// every 4 KiB.
    pub(crate) fn new(body: Body, limit: u64, patience: Duration) -> Self {
        BodyReader { stream: body.into_data_stream(), limit, left: limit, patience, began: Instant::now() }
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        let Ok(piece) = timeout(self.patience, self.stream.next()).await else {
            let seconds = self.patience.as_secs();
            let sentence = format_args!("Nothing of the request's body came within {seconds} s.");
            return Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, sentence));
        };
        let Some(piece) = piece else { return Ok(None) };
        let broken = |error| ApiError::bad_request(format_args!("The request's body broke off: {error}"));
        let piece = piece.map_err(broken)?;
        let over = || {
            let sentence = format_args!("The request's body has more than {} bytes, the most for it.", self.limit);
            ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, sentence)
        };
        self.left = self.left.checked_sub(piece.len() as u64).ok_or_else(over)?;
        let read = Duration::from_millis((self.limit - self.left).saturating_mul(1000) / SLOWEST);
        if self.began.elapsed() > self.patience + read {
            let sentence = format_args!("The request's body came with less than {SLOWEST} bytes a second.");
            return Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, sentence));
        }
        Ok(Some(piece))
    }

    /// All that is left.
    pub(crate) async fn all(mut self) -> Result<Vec<u8>, ApiError> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// Takes what is left and drops it, so that a client who sends before it reads gets its answer.
    pub(crate) async fn drain(mut self) -> Result<(), ApiError> {
        while self.next().await?.is_some() {}
        Ok(())
    }
}
