//! Writing output.

use crate::configuration::registry::section;
use std::time::Duration;

section! {
    "Sinks",
    "Writing output.";

    /// How often a job whose input does not end finishes the files it is writing and begins new ones.
    SINK_ROLLING_INTERVAL: Duration =
        "sink.rolling-interval".default("1 min").must("more than 0", |d| !d.is_zero());
}
