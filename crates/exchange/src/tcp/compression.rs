//! LZ4 for the bodies of frames.

use super::error::ConnectionError;
use std::collections::BTreeSet;

/// Bodies below this are not worth the trouble.
const MIN_BODY_BYTES: usize = 256;

/// The edges whose records are compressed on their way to another worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CompressedEdges {
    /// No edge.
    #[default]
    None,
    /// Every edge.
    All,
    /// These edges, by their number in the job.
    Only(BTreeSet<u32>),
}

impl CompressedEdges {
    pub(super) fn contains(&self, edge: u32) -> bool {
        match self {
            CompressedEdges::None => false,
            CompressedEdges::All => true,
            CompressedEdges::Only(edges) => edges.contains(&edge),
        }
    }
}

/// Appends `body` to `out` as one LZ4 block if that makes it at least an eighth smaller; says how many bytes it is then.
pub(super) fn compress(body: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    if body.len() < MIN_BODY_BYTES {
        return None;
    }
    let start = out.len();
    // With room for less than the worst case, what does not compress is given up early.
    out.resize(start + body.len() - body.len() / 8, 0);
    let compressed = out.get_mut(start..).and_then(|room| lz4_flex::block::compress_into(body, room).ok());
    out.truncate(start + compressed.unwrap_or(0));
    compressed
}

/// The body of `size` bytes that `block` stands for, in `out`, which is empty.
pub(super) fn decompress(block: &[u8], size: usize, out: &mut Vec<u8>) -> Result<(), ConnectionError> {
    out.resize(size, 0);
    match lz4_flex::block::decompress_into(block, out) {
        Ok(n) if n == size => Ok(()),
        _ => Err(ConnectionError::Compression { expected: size }),
    }
}
