//! What DataNodes answer.

/// All is well.
pub(crate) const SUCCESS: i32 = 0;
/// The right to the block has run out, or was never given.
pub(crate) const ERROR_ACCESS_TOKEN: i32 = 5;
/// The reader has verified what it read.
pub(crate) const CHECKSUM_OK: i32 = 6;

/// The protocol's name of a status.
pub(crate) fn name(status: i32) -> &'static str {
    match status {
        SUCCESS => "SUCCESS",
        1 => "ERROR",
        2 => "ERROR_CHECKSUM",
        3 => "ERROR_INVALID",
        4 => "ERROR_EXISTS",
        ERROR_ACCESS_TOKEN => "ERROR_ACCESS_TOKEN",
        CHECKSUM_OK => "CHECKSUM_OK",
        7 => "ERROR_UNSUPPORTED",
        8 => "OOB_RESTART",
        12 => "IN_PROGRESS",
        13 => "ERROR_BLOCK_PINNED",
        _ => "a status this client does not know",
    }
}
