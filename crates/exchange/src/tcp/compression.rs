//! LZ4 for the bodies of frames.

use super::error::ConnectionError;
use lz4_flex::block::{CompressTable, compress_into_with_table, decompress_into, get_maximum_output_size};
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
    /// Compresses those of a job's edges that are said to be, and where nothing is said, all or none of them.
    pub fn of(edges: impl IntoIterator<Item = Option<bool>>, unsaid: bool) -> Self {
        let edges: Vec<bool> = edges.into_iter().map(|said| said.unwrap_or(unsaid)).collect();
        match edges.iter().filter(|compressed| **compressed).count() {
            0 => CompressedEdges::None,
            all if all == edges.len() => CompressedEdges::All,
            _ => CompressedEdges::Only((0u32..).zip(edges).filter(|(_, yes)| *yes).map(|(edge, _)| edge).collect()),
        }
    }

    pub(super) fn contains(&self, edge: u32) -> bool {
        match self {
            CompressedEdges::None => false,
            CompressedEdges::All => true,
            CompressedEdges::Only(edges) => edges.contains(&edge),
        }
    }
}

/// Compresses bodies, with one table of matches for all of them.
#[derive(Default)]
pub(super) struct Compressor(CompressTable);

impl Compressor {
    /// Appends `body` to `out` as one LZ4 block if that makes it at least an eighth smaller; says how many bytes it is then.
    pub(super) fn compress(&mut self, body: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        if body.len() < MIN_BODY_BYTES {
            return None;
        }
        let start = out.len();
        out.resize(start + get_maximum_output_size(body.len()), 0);
        let room = out.get_mut(start..)?;
        let size = compress_into_with_table(body, room, &mut self.0).ok();
        let size = size.filter(|size| *size <= body.len() - body.len() / 8);
        out.truncate(start + size.unwrap_or(0));
        size
    }
}

/// The body of `size` bytes that `block` stands for, in `out`, which is empty.
pub(super) fn decompress(block: &[u8], size: usize, out: &mut Vec<u8>) -> Result<(), ConnectionError> {
    out.resize(size, 0);
    match decompress_into(block, out) {
        Ok(n) if n == size => Ok(()),
        _ => Err(ConnectionError::Compression { expected: size }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gets_smaller_is_compressed_and_comes_back() {
        let mut compressor = Compressor::default();
        for length in [256, 300, 5_000, 65_535, 65_536, crate::MAX_FRAME_BYTES] {
            let body: Vec<u8> = (0..length).map(|at| (at / 50) as u8).collect();
            let mut out = b"before".to_vec();
            let size = compressor.compress(&body, &mut out).expect("it repeats itself");
            assert!(size < length / 3, "{length} bytes became {size}");
            let block = out.strip_prefix(b"before").expect("appended");
            assert_eq!(block.len(), size);
            let mut back = Vec::new();
            decompress(block, length, &mut back).expect("its own block");
            assert_eq!(back, body);
            for wrong in [length - 1, length + 1] {
                assert!(decompress(block, wrong, &mut Vec::new()).is_err());
            }
        }
    }

    #[test]
    fn what_is_said_of_an_edge_goes_before_what_is_said_of_all() {
        let (yes, no, unsaid) = (Some(true), Some(false), None);
        let only = |edges: &[u32]| CompressedEdges::Only(edges.iter().copied().collect());
        assert_eq!(CompressedEdges::of([unsaid, unsaid], false), CompressedEdges::None);
        assert_eq!(CompressedEdges::of([unsaid, unsaid], true), CompressedEdges::All);
        assert_eq!(CompressedEdges::of([unsaid, yes, no], false), only(&[1]));
        assert_eq!(CompressedEdges::of([unsaid, yes, no], true), only(&[0, 1]));
        assert_eq!(CompressedEdges::of([no, no], true), CompressedEdges::None);
        assert_eq!(CompressedEdges::of([], true), CompressedEdges::None);
    }

    #[test]
    fn what_does_not_get_smaller_is_left() {
        let mut compressor = Compressor::default();
        let mut state = 1u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        for length in [0, 10, 255, 256, 70_000] {
            let body: Vec<u8> = (0..length).map(|_| noise()).collect();
            let mut out = b"before".to_vec();
            assert_eq!(compressor.compress(&body, &mut out), None);
            assert_eq!(out, b"before");
        }
    }
}
