//! What is stored and sent as a file: job specifications and outcomes.
//!
//! ```text
//! "WEFT", a word of four letters that says what it is, a version: u8
//! length of the message: u64   CRC-32 of the message: u32   the message
//! ```
//!
//! Numbers are little-endian. The version rises when a reader of the one before would misunderstand it; fields that are only added do not
//! raise it. Length and CRC are there because a message that is cut between two fields is a message.

use super::{Wire, WireError};
use crate::proto::model;
use crate::{JobOutcome, JobSpec};
use prost::Message;

const SPEC: &[u8] = b"WEFTJOBS\x01";
const OUTCOME: &[u8] = b"WEFTJEND\x01";

impl JobSpec {
    /// As the blob that every process of the job fetches, and that outlives its JobManager.
    pub fn to_bytes(&self) -> Vec<u8> {
        write(SPEC, self.clone().into_wire())
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. An error says what is wrong with it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        JobSpec::from_wire(read::<model::JobSpec>("job specification", SPEC, bytes)?)
    }
}

impl JobOutcome {
    /// As it is stored, and answered to the client that waits for it.
    pub fn to_bytes(&self) -> Vec<u8> {
        write(OUTCOME, self.clone().into_wire())
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. An error says what is wrong with it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        JobOutcome::from_wire(read::<model::JobOutcome>("outcome of a job", OUTCOME, bytes)?)
    }
}

fn write(magic: &[u8], message: impl Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    let length = (message.len() as u64).to_le_bytes();
    let checksum = crc32fast::hash(&message).to_le_bytes();
    [magic, &length, &checksum, &message].concat()
}

fn read<M: Message + Default>(what: &'static str, magic: &[u8], bytes: &[u8]) -> Result<M, WireError> {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    let Some(rest) = bytes.strip_prefix(magic) else {
        let found = text(bytes.get(..magic.len()).unwrap_or(bytes));
        return Err(WireError::Magic { what, found, wanted: text(magic) });
    };
    let cut = || WireError::Damaged { what, detail: format!("it ends after {} bytes", bytes.len()) };
    let (length, rest) = rest.split_first_chunk().ok_or_else(cut)?;
    let (checksum, message) = rest.split_first_chunk().ok_or_else(cut)?;
    if u64::from_le_bytes(*length) != message.len() as u64 {
        return Err(cut());
    }
    if u32::from_le_bytes(*checksum) != crc32fast::hash(message) {
        return Err(WireError::Damaged { what, detail: "its checksum is another".into() });
    }
    Ok(M::decode(message)?)
}
