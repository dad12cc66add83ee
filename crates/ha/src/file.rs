//! One file.
//!
//! ```text
//! magic "WEFTHA"  version: u8 = 1  kind: u8  length: u64 LE  CRC-32 of the body: u32 LE  body
//! ```
//!
//! It is written under another name, made durable and renamed, so that a file under its own name is whole; the checksum says so if a disk
//! disagrees.

use crate::HaError;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

const MAGIC: &[u8; 6] = b"WEFTHA";
const VERSION: u8 = 1;
const HEADER: usize = 20;
/// Files being written end with this.
pub(crate) const UNFINISHED: &str = ".new";

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The counter of the newest epoch.
    Epoch = 1,
    /// A job that was accepted.
    Job = 2,
    /// The end of a job.
    Outcome = 3,
}

fn encode(kind: Kind, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[VERSION, kind as u8]);
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(body).to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// The body, or what is wrong.
fn decode(path: &Path, kind: Kind, bytes: &[u8]) -> Result<Vec<u8>, HaError> {
    let damaged = |found| HaError::Damaged { path: path.to_owned(), found };
    let (header, body) = bytes.split_at_checked(HEADER).ok_or_else(|| damaged("it ends within its header"))?;
    let rest = header.strip_prefix(MAGIC.as_slice()).ok_or_else(|| damaged("it is no such file"))?;
    let [version, found_kind, rest @ ..] = rest else { return Err(damaged("it ends within its header")) };
    if *version != VERSION {
        return Err(HaError::OtherVersion { path: path.to_owned(), found: *version, known: VERSION });
    }
    if *found_kind != kind as u8 {
        return Err(damaged("it holds something else"));
    }
    let (length, sum) = rest.split_first_chunk::<8>().ok_or_else(|| damaged("it ends within its header"))?;
    if u64::from_le_bytes(*length) != body.len() as u64 {
        return Err(damaged("its length is not the one written"));
    }
    if sum != crc32fast::hash(body).to_le_bytes() {
        return Err(damaged("its checksum does not match"));
    }
    Ok(body.to_vec())
}

/// Writes a file whole or not at all, durably.
pub(crate) fn write(path: &Path, kind: Kind, body: &[u8]) -> Result<(), HaError> {
    let unfinished = path.with_extension(UNFINISHED.trim_start_matches('.'));
    let written = File::create(&unfinished).and_then(|mut file| {
        file.write_all(&encode(kind, body))?;
        file.sync_all()
    });
    written.map_err(HaError::io("write", &unfinished))?;
    fs::rename(&unfinished, path).map_err(HaError::io("rename a finished file to", path))?;
    sync_parent(path)
}

/// Reads a file; `None` where there is none.
pub(crate) fn read(path: &Path, kind: Kind) -> Result<Option<Vec<u8>>, HaError> {
    match fs::read(path) {
        Ok(bytes) => decode(path, kind, &bytes).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(HaError::io("read", path)(error)),
    }
}

/// Removes a file if it is there, durably.
pub(crate) fn remove(path: &Path) -> Result<(), HaError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(HaError::io("remove", path)(error)),
        _ => sync_parent(path),
    }
}

fn sync_parent(path: &Path) -> Result<(), HaError> {
    let Some(parent) = path.parent() else { return Ok(()) };
    File::open(parent).and_then(|parent| parent.sync_all()).map_err(HaError::io("make durable the directory", parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_bytes_of_a_file() {
        let bytes = encode(Kind::Job, b"abc");
        // The CRC-32 of "abc" is 0x352441c2.
        let expected = b"WEFTHA\x01\x02\x03\0\0\0\0\0\0\0\xc2\x41\x24\x35abc";
        assert_eq!(bytes, expected);
        assert_eq!(decode(Path::new("x"), Kind::Job, expected).unwrap(), b"abc");
    }

    #[test]
    fn whatever_bit_is_wrong_it_is_an_error() {
        let good = encode(Kind::Outcome, b"some bytes");
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(Path::new("x"), Kind::Outcome, &bad).is_err(), "bit {bit}");
        }
        for length in 0..good.len() {
            assert!(decode(Path::new("x"), Kind::Outcome, &good[..length]).is_err(), "{length} bytes");
        }
        let newer = decode(Path::new("x"), Kind::Job, b"WEFTHA\x02\x02\0\0\0\0\0\0\0\0\0\0\0\0").unwrap_err();
        assert_eq!(newer.to_string(), "x was written by another version of Weft: its format is 2, known is 1");
    }
}
