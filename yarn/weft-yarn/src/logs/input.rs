//! Numbers and texts out of a block.

use bytes::{Buf, Bytes};

use super::block::Block;
use crate::DeployError;

/// A block with what of it was read and not used yet.
pub(super) struct Input {
    block: Block,
    ready: Bytes,
}

impl Input {
    pub(super) fn new(block: Block) -> Self {
        Input { block, ready: Bytes::new() }
    }

    pub(super) fn bad(&self, what: impl std::fmt::Display) -> DeployError {
        self.block.bad(what)
    }

    /// Whether nothing is left.
    pub(super) async fn is_at_end(&mut self) -> Result<bool, DeployError> {
        if self.ready.is_empty() {
            self.ready = self.block.next().await?;
        }
        Ok(self.ready.is_empty())
    }

    /// At least one byte and at most so many; an error where the block ends.
    pub(super) async fn some(&mut self, most: u64) -> Result<Bytes, DeployError> {
        if self.is_at_end().await? {
            return Err(self.bad("a record that breaks off"));
        }
        let length = usize::try_from(most).unwrap_or(usize::MAX).min(self.ready.len());
        Ok(self.ready.split_to(length))
    }

    async fn byte(&mut self) -> Result<u8, DeployError> {
        Ok(self.some(1).await?.get_u8())
    }

    /// Exactly so many bytes. The caller has bounded them.
    pub(super) async fn exactly(&mut self, length: usize) -> Result<Vec<u8>, DeployError> {
        let mut bytes = Vec::with_capacity(length.min(1 << 16));
        while bytes.len() < length {
            bytes.extend_from_slice(&self.some((length - bytes.len()) as u64).await?);
        }
        Ok(bytes)
    }

    pub(super) async fn vlong(&mut self) -> Result<i64, DeployError> {
        let first = self.byte().await?;
        let mut more = [0; 8];
        let more = &mut more[..more_of(first).min(8)];
        for byte in more.iter_mut() {
            *byte = self.byte().await?;
        }
        Ok(vlong(first, more))
    }

    /// A length or offset, at most `most`.
    pub(super) async fn size(&mut self, what: &str, most: u64) -> Result<u64, DeployError> {
        let found = self.vlong().await?;
        let size = u64::try_from(found).ok().filter(|size| *size <= most);
        size.ok_or_else(|| self.bad(format_args!("{what} of {found}, where there can be {most} at most,")))
    }

    pub(super) async fn string(&mut self, what: &str, most: u64) -> Result<String, DeployError> {
        let length = usize::try_from(self.size(what, most).await?).unwrap_or(usize::MAX);
        Ok(String::from_utf8_lossy(&self.exactly(length).await?).into_owned())
    }
}

/// How many bytes follow the first of a vlong.
fn more_of(first: u8) -> usize {
    match first.cast_signed() {
        -32.. => 0,
        -72..=-33 => 1,
        -104..=-73 => 2,
        -120..=-105 => 3,
        // -128 to -121: as many as the first says, 1 to 8, of which those below 4 are not written.
        head => usize::try_from(i16::from(head) + 129).unwrap_or(8),
    }
}

/// A vlong out of its first byte and those that follow, big-endian. The first is the number itself from -32 on. Below that it says how many
/// follow; of short ones it holds the highest bits as well: from -72 on one byte follows, and -52 stands for the highest bits 0; from -104
/// on two, around -88; from -120 on three, around -112.
pub(super) fn vlong(first: u8, more: &[u8]) -> i64 {
    let first = i64::from(first.cast_signed());
    let high = match (first, more.len()) {
        (-32.., _) => return first,
        (-120.., 1) => first + 52,
        (-120.., 2) => first + 88,
        (-120.., 3) => first + 112,
        // The first of those that follow has the sign.
        _ => {
            if more.first().is_some_and(|byte| *byte >= 0x80) {
                -1
            } else {
                0
            }
        }
    };
    more.iter().fold(high, |value, byte| value << 8 | i64::from(*byte))
}
