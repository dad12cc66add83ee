//! Reading input.

use crate::MemorySize;
use crate::configuration::choice::choice;
use crate::configuration::registry::section;

choice! {
    /// What becomes of a line that is not UTF-8.
    InvalidUtf8 {
        /// The job fails, naming file and byte offset.
        Fail = "fail",
        /// Every malformed sequence becomes U+FFFD.
        Replace = "replace",
        /// The line is left out and counted.
        Skip = "skip",
    }
}

section! {
    "Sources",
    "Reading input. A source's own settings in the program count before these.";

    /// The longest line that text sources read. A longer one fails the job, naming file and byte offset.
    TEXT_MAX_LINE_LENGTH: MemorySize =
        "source.text.max-line-length".default("16 mb").must("more than 0", |s| s.bytes() > 0);

    /// What text sources do with a line that is not UTF-8: `fail` with file and byte offset, `replace` what is malformed, or
    /// `skip` the line and count it.
    TEXT_INVALID_UTF8: InvalidUtf8 = "source.text.invalid-utf8".default("fail");
}
