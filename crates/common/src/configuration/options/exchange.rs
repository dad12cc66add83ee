//! How records travel between subtasks.

use crate::MemorySize;
use crate::configuration::choice::choice;
use crate::configuration::registry::section;
use std::time::Duration;

choice! {
    /// How records are compressed on their way to another process.
    Compression {
        /// Not at all.
        None = "NONE",
        /// Each frame for itself as an LZ4 block.
        Lz4 = "LZ4",
    }
}

section! {
    "Exchange",
    "How records travel between subtasks.";

    /// The largest record that can be sent, encoded. A larger one fails the job, naming the operator.
    MAX_RECORD_SIZE: MemorySize =
        "exchange.max-record-size".default("64 mb").must("more than 0", |s| s.bytes() > 0);

    /// After how many records a batch is full.
    BATCH_MAX_RECORDS: u32 =
        "exchange.batch.max-records".default("1024").must("at least 1", |n| *n >= 1);

    /// At which encoded size a batch is full, however few its records.
    BATCH_MAX_SIZE: MemorySize =
        "exchange.batch.max-size".default("64 kb").must("more than 0", |s| s.bytes() > 0);

    /// How much of what a function emits in one call may go to a local file when it exceeds the memory for sending. A function
    /// that returns an iterator is asked for a record when there is room instead, and never needs the file.
    SPILL_MAX_SIZE: MemorySize = "exchange.spill.max-size".default("10 gb");

    /// Whether records are compressed on their way to another process: `LZ4` costs processor time at both ends and pays where the
    /// network is slower than a few hundred megabytes a second. Within a process nothing is compressed.
    EXCHANGE_COMPRESSION: Compression = "exchange.compression".default("NONE");

    /// How long a connection between two processes of a job may take, or the wait for the other side to make it. When it is over, the
    /// tasks that need the connection fail.
    EXCHANGE_CONNECT_TIMEOUT: Duration =
        "exchange.connect-timeout".default("30 s").must("more than 0", |timeout| !timeout.is_zero());
}
