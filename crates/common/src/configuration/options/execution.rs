//! How a program runs.

use crate::configuration::choice::choice;
use crate::configuration::registry::section;
use std::time::Duration;

choice! {
    /// Whether results are updated as input arrives, or given once at its end.
    RuntimeMode {
        /// Everything runs at once and emits as it goes; input may be without end.
        Streaming = "STREAMING",
        /// Input must end; stages may run one after the other and emit only final results.
        Batch = "BATCH",
        /// Batch if all sources are bounded, else streaming.
        Automatic = "AUTOMATIC",
    }
}

section! {
    "Execution",
    "How a program runs.";

    /// `STREAMING` emits results as input arrives, `BATCH` only when it has ended, `AUTOMATIC` decides by whether all sources
    /// are bounded.
    RUNTIME_MODE: RuntimeMode = "execution.runtime-mode".default("STREAMING");

    /// How long a batch of records that is not full may wait before it is sent on. Shorter is less delay, longer is more
    /// throughput; with 0 a slot sends on what it has after every round over its tasks.
    BUFFER_TIMEOUT: Duration = "execution.buffer-timeout.interval"
        .default("100 ms")
        .deprecated(&["execution.buffer-timeout"]);

    /// Whether the client waits for the job to end.
    ATTACHED: bool = "execution.attached"
        .default("false")
        .no_effect_yet("`weft run` waits unless it is given `-d`, `execute` waits, and `execute_async` does not");

    /// Whether `weft run` cancels the jobs it waits for also when it is told to end or its terminal is closed, as with `-sae`. Ctrl-C does so
    /// anyway.
    SHUTDOWN_ON_ATTACHED_EXIT: bool = "execution.shutdown-on-attached-exit".default("false");
}
