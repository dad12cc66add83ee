//! What processes write down about themselves.

use crate::configuration::choice::choice;
use crate::configuration::registry::section;
use crate::configuration::{ConfigType, ConfigValue};
use crate::size::MemorySize;
use std::collections::BTreeMap;

choice! {
    /// How much is logged: a level and everything above it.
    LogLevel {
        /// Nothing.
        Off = "OFF",
        /// What went wrong and stays so.
        Error = "ERROR" | "FATAL",
        /// What somebody should look at.
        Warn = "WARN" | "WARNING",
        /// What happened.
        Info = "INFO",
        /// What led to it.
        Debug = "DEBUG",
        /// Everything.
        Trace = "TRACE" | "ALL",
    }
}

choice! {
    /// What a line of a log looks like.
    LogFormat {
        /// For people.
        Text = "text",
        /// An object in JSON for each line.
        Json = "json",
    }
}

fn are_levels(levels: &BTreeMap<String, String>) -> bool {
    levels.values().all(|level| LogLevel::from_value(&ConfigValue::Text(level.clone())).is_some())
}

section! {
    "Logging",
    "What processes write down about themselves. A running JobManager or TaskManager takes changes of these keys within seconds, except of the directory, and passes them on to its jobs' workers and coordinators; there, what a job is configured with goes before it.";

    /// The directory of log files, all of them beside each other. If it is not set: `log` in the directory of the installation.
    LOG_DIR: Option<String> = "env.log.dir";

    /// The lowest level that is logged: `OFF`, `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`.
    LOG_LEVEL: LogLevel = "env.log.level".default("INFO");

    /// Other levels for parts of the engine, of libraries or of a program, by the beginning of what a line names as its origin:
    /// `log.levels: {weft_exchange: DEBUG}`. The longest that fits counts.
    LOG_LEVELS: Option<BTreeMap<String, String>> = "log.levels".must("each value a level such as `DEBUG`", |levels| levels.as_ref().is_none_or(are_levels));

    /// `text` for people, or `json`: an object for each line.
    LOG_FORMAT: LogFormat = "log.format".default("text");

    /// How large a log file becomes before the next is begun; files with what workers, coordinators and programs write, too.
    LOG_FILE_MAX_SIZE: MemorySize =
        "log.file.max-size".default("10 mb").must("at least 64 kb", |size| size.bytes() >= 64 << 10);

    /// How many earlier log files of a process are kept, and of what a worker, the coordinators of a job or a program writes.
    LOG_MAX: u32 = "env.log.max".default("10");

    /// How much all log files in the directory may take together: beyond that the oldest that nobody writes are removed.
    LOG_DIRECTORY_MAX_SIZE: MemorySize = "log.directory.max-size".default("1 gb");

    /// How many files with what workers, coordinators and programs wrote are kept in the directory: beyond that the oldest of those that have
    /// ended are removed, whenever another ends.
    LOG_DIRECTORY_MAX_OUTPUTS: u32 = "log.directory.max-outputs".default("1000");
}

/// Whether a key says something about logging.
pub fn is_about_logging(key: &str) -> bool {
    SECTION.covers(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_about_logging() {
        for key in ["env.log.level", "log.levels", "log.levels.weft_exchange::tcp", "log.format"] {
            assert!(is_about_logging(key), "{key}");
        }
        for key in ["env.log.levels", "log.format.more", "env.java.opts", "rest.port"] {
            assert!(!is_about_logging(key), "{key}");
        }
    }
}
