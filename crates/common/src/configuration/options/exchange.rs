//! How records travel between subtasks.

use crate::MemorySize;
use crate::configuration::registry::section;

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
}
