//! The bytes that a region of a file holds.

use std::fmt;
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};
use weft_fs::FileReader;

use crate::DeployError;

/// How much is read, and given, at a time.
const PIECE: usize = 64 << 10;

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    /// Where it begins.
    pub(super) offset: u64,
    /// How many bytes it is in the file.
    pub(super) stored: u64,
    /// How many bytes it holds.
    pub(super) raw: u64,
}

/// How the bytes of a block are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Deflate,
}

impl Compression {
    /// By its name in the file.
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Compression::None),
            "gz" => Some(Compression::Deflate),
            _ => None,
        }
    }
}

/// What a file is reported as when it is not what it should be.
pub(super) fn bad(reader: &dyn FileReader, what: impl fmt::Display) -> DeployError {
    DeployError::BadLog { path: reader.path().clone(), what: what.to_string() }
}

/// A block being read, from its beginning on.
pub(super) struct Block {
    reader: Arc<dyn FileReader>,
    region: Region,
    /// Stored bytes that were not read yet.
    unread: u64,
    /// Bytes that the block still holds.
    left: u64,
    inflating: Option<Inflating>,
}

struct Inflating {
    state: Box<InflateState>,
    /// What was read and not inflated yet.
    input: Bytes,
}

impl Block {
    pub(super) fn new(
        reader: Arc<dyn FileReader>,
        region: Region,
        compression: Compression,
    ) -> Result<Self, DeployError> {
        let inflating = match compression {
            Compression::None if region.stored != region.raw => {
                let Region { offset, stored, raw } = region;
                return Err(bad(
                    &*reader,
                    format_args!("the block at {offset} is stored in {stored} bytes and has {raw}"),
                ));
            }
            Compression::None => None,
            Compression::Deflate => {
                Some(Inflating { state: InflateState::new_boxed(DataFormat::Zlib), input: Bytes::new() })
            }
        };
        Ok(Block { reader, region, unread: region.stored, left: region.raw, inflating })
    }

    pub(super) fn bad(&self, what: impl fmt::Display) -> DeployError {
        bad(&*self.reader, format_args!("{what} in the block at {}", self.region.offset))
    }

    /// The next bytes; none at its end.
    pub(super) async fn next(&mut self) -> Result<Bytes, DeployError> {
        if self.left == 0 {
            return Ok(Bytes::new());
        }
        let piece = match self.inflating.take() {
            None => self.read().await?,
            Some(mut inflating) => {
                let piece = self.inflate(&mut inflating, self.left).await?;
                if piece.len() as u64 == self.left {
                    self.check_end(&mut inflating).await?;
                }
                self.inflating = Some(inflating);
                piece
            }
        };
        if piece.is_empty() {
            return Err(self.bad(format_args!("{} bytes that are missing", self.left)));
        }
        // Neither can be more: what is stored as it is has that length, and no more than is left is inflated.
        self.left = self.left.saturating_sub(piece.len() as u64);
        Ok(piece)
    }

    /// The next stored bytes.
    async fn read(&mut self) -> Result<Bytes, DeployError> {
        let length = self.unread.min(PIECE as u64);
        let from = self.region.offset + self.region.stored - self.unread;
        let piece = self.reader.read_range(from..from + length).await?;
        self.unread -= length;
        Ok(piece)
    }

    /// At least one of the next bytes, of which there are to be so many; none where the compressed bytes end.
    async fn inflate(&mut self, inflating: &mut Inflating, left: u64) -> Result<Bytes, DeployError> {
        let mut output = BytesMut::zeroed(usize::try_from(left).unwrap_or(PIECE).min(PIECE));
        loop {
            if inflating.input.is_empty() && self.unread > 0 {
                inflating.input = self.read().await?;
            }
            let made = inflate(&mut inflating.state, &inflating.input, &mut output, MZFlush::None);
            inflating.input.advance(made.bytes_consumed);
            if made.bytes_written > 0 {
                output.truncate(made.bytes_written);
                return Ok(output.freeze());
            }
            match made.status {
                Ok(MZStatus::StreamEnd) => return Ok(Bytes::new()),
                Ok(_) | Err(MZError::Buf) if made.bytes_consumed > 0 || self.unread > 0 => {}
                Ok(_) | Err(MZError::Buf) => return Err(self.bad("bytes that are missing")),
                Err(_) => return Err(self.bad("bytes that cannot be decompressed")),
            }
        }
    }

    /// Compressed bytes end with a checksum, where the block does.
    async fn check_end(&mut self, inflating: &mut Inflating) -> Result<(), DeployError> {
        match self.inflate(inflating, 1).await?.is_empty() {
            true => Ok(()),
            false => Err(self.bad("more bytes than its index says")),
        }
    }
}
