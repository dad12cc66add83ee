//! Checksums of block data: one of each chunk of bytes, 512 as a rule, four bytes each, big-endian.

use bytes::{BufMut, Bytes, BytesMut};

use super::TransferError;

/// The largest chunk a DataNode may announce. Java's own limit is the packet's; this is far above what anybody sets.
const MAX_CHUNK: u32 = 1 << 20;

/// Bytes of one checksum.
const SUM: usize = 4;

/// How a block's data is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChecksumKind {
    /// Not at all.
    None,
    /// The polynomial of Ethernet and zip: what Hadoop wrote before version 2.
    Crc32,
    /// Castagnoli's polynomial, for which processors have an instruction.
    Crc32c,
}

/// The kind, and the bytes that each sum covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checksum {
    kind: ChecksumKind,
    chunk: usize,
}

impl Checksum {
    /// What this client writes, as every Hadoop since version 2 does by default.
    pub(crate) const WRITTEN: Checksum = Checksum { kind: ChecksumKind::Crc32c, chunk: 512 };

    /// From the numbers of the protocol.
    pub(crate) fn from_wire(kind: i32, chunk: u32) -> Result<Self, TransferError> {
        let kind = match kind {
            0 => ChecksumKind::None,
            1 => ChecksumKind::Crc32,
            2 => ChecksumKind::Crc32c,
            _ => return Err(TransferError::malformed("checksum", format!("its type is {kind}"))),
        };
        if !(1..=MAX_CHUNK).contains(&chunk) {
            return Err(TransferError::malformed("checksum", format!("it covers {chunk} bytes")));
        }
        Ok(Self { kind, chunk: chunk as usize })
    }

    /// The number of the kind in the protocol.
    pub(crate) fn wire_kind(self) -> i32 {
        match self.kind {
            ChecksumKind::None => 0,
            ChecksumKind::Crc32 => 1,
            ChecksumKind::Crc32c => 2,
        }
    }

    /// The bytes that each sum covers.
    pub(crate) fn chunk(self) -> usize {
        self.chunk
    }

    /// The bytes of the sums of so many bytes of data.
    pub(crate) fn sums_length(self, data: usize) -> usize {
        match self.kind {
            ChecksumKind::None => 0,
            ChecksumKind::Crc32 | ChecksumKind::Crc32c => data.div_ceil(self.chunk) * SUM,
        }
    }

    /// Appends the sums of data that lies in pieces and begins at a chunk.
    pub(crate) fn append_sums(self, pieces: &[Bytes], sums: &mut BytesMut) {
        if self.kind == ChecksumKind::None {
            return;
        }
        let (mut sum, mut filled) = (0, 0);
        for piece in pieces {
            let mut rest = &piece[..];
            while !rest.is_empty() {
                let (part, behind) = rest.split_at(rest.len().min(self.chunk - filled));
                sum = self.extend(sum, part);
                filled += part.len();
                rest = behind;
                if filled == self.chunk {
                    sums.put_u32(sum);
                    (sum, filled) = (0, 0);
                }
            }
        }
        if filled > 0 {
            sums.put_u32(sum);
        }
    }

    /// Compares data that begins at a chunk with its sums. The error is the offset of the first chunk that differs.
    pub(crate) fn verify(self, data: &[u8], sums: &[u8]) -> Result<(), usize> {
        if self.kind == ChecksumKind::None {
            return Ok(());
        }
        let (sums, _) = sums.as_chunks::<SUM>();
        let mut chunks = data.chunks(self.chunk).zip(sums).enumerate();
        match chunks.find(|(_, (chunk, sum))| self.extend(0, chunk) != u32::from_be_bytes(**sum)) {
            Some((index, _)) => Err(index * self.chunk),
            None if sums.len() < data.len().div_ceil(self.chunk) => Err(sums.len() * self.chunk),
            None => Ok(()),
        }
    }

    fn extend(self, sum: u32, bytes: &[u8]) -> u32 {
        match self.kind {
            ChecksumKind::None => 0,
            ChecksumKind::Crc32 => {
                let mut hasher = crc32fast::Hasher::new_with_initial(sum);
                hasher.update(bytes);
                hasher.finalize()
            }
            ChecksumKind::Crc32c => crc32c::crc32c_append(sum, bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_standards() {
        // The check values that every catalogue of CRCs gives for these nine bytes.
        let data = [Bytes::from_static(b"1234"), Bytes::from_static(b"56789")];
        for (kind, expected) in [(2, 0xE306_9283_u32), (1, 0xCBF4_3926)] {
            let checksum = Checksum::from_wire(kind, 512).unwrap();
            let mut sums = BytesMut::new();
            checksum.append_sums(&data, &mut sums);
            assert_eq!(sums[..], expected.to_be_bytes());
            assert_eq!(checksum.verify(b"123456789", &sums), Ok(()));
            assert_eq!(checksum.verify(b"123456780", &sums), Err(0));
        }
    }

    #[test]
    fn each_chunk_has_its_sum_however_the_data_is_cut() {
        let checksum = Checksum::from_wire(2, 16).unwrap();
        let data: Vec<u8> = (0..100).collect();
        let mut whole = BytesMut::new();
        checksum.append_sums(&[Bytes::from(data.clone())], &mut whole);
        assert_eq!(whole.len(), checksum.sums_length(100));
        for cut in 0..=100 {
            let pieces = [Bytes::copy_from_slice(&data[..cut]), Bytes::copy_from_slice(&data[cut..])];
            let mut sums = BytesMut::new();
            checksum.append_sums(&pieces, &mut sums);
            assert_eq!(sums, whole, "cut at {cut}");
        }
        let mut damaged = data.clone();
        damaged[50] ^= 1;
        assert_eq!(checksum.verify(&damaged, &whole), Err(48));
        assert_eq!(checksum.verify(&data, &whole[..24]), Err(96), "a sum is missing");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (kind, chunk) in [(3, 512), (-1, 512), (2, 0), (2, u32::MAX)] {
            assert!(Checksum::from_wire(kind, chunk).is_err(), "{kind} {chunk}");
        }
        let none = Checksum::from_wire(0, 512).unwrap();
        assert_eq!((none.sums_length(1000), none.verify(b"x", b"")), (0, Ok(())));
    }
}
