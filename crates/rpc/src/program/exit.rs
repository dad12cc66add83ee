//! How a process ended, in words.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// How a program's process ended. Prints as `exit code 3` or `killed by signal 9 (SIGKILL)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramExit {
    /// By itself.
    Code(i32),
    /// By a signal.
    Signal {
        /// Which one.
        number: i32,
        /// Whether its memory was written to a core file.
        core: bool,
    },
    /// The operating system did not tell.
    Unknown,
}

impl ProgramExit {
    /// Whether it ended by itself, with code 0.
    pub fn is_success(self) -> bool {
        self == ProgramExit::Code(0)
    }
}

impl From<ExitStatus> for ProgramExit {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => ProgramExit::Code(code),
            (None, Some(number)) => ProgramExit::Signal { number, core: status.core_dumped() },
            (None, None) => ProgramExit::Unknown,
        }
    }
}

impl fmt::Display for ProgramExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProgramExit::Code(code) => write!(f, "exit code {code}"),
            ProgramExit::Signal { number, core } => {
                write!(f, "killed by signal {number}")?;
                if let Some(name) = signal_name(*number) {
                    write!(f, " ({name})")?;
                }
                f.write_str(if *core { ", core dumped" } else { "" })
            }
            ProgramExit::Unknown => f.write_str("ended in an unknown way"),
        }
    }
}

/// Signals have the same numbers on every Linux that Weft runs on.
fn signal_name(number: i32) -> Option<&'static str> {
    Some(match number {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        10 => "SIGUSR1",
        11 => "SIGSEGV",
        12 => "SIGUSR2",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_told_in_words() {
        for (raw, words) in [
            (0, "exit code 0"),
            (3 << 8, "exit code 3"),
            (9, "killed by signal 9 (SIGKILL)"),
            (11 | 0x80, "killed by signal 11 (SIGSEGV), core dumped"),
            (40, "killed by signal 40"),
        ] {
            assert_eq!(ProgramExit::from(ExitStatus::from_raw(raw)).to_string(), words);
        }
        assert!(ProgramExit::Code(0).is_success() && !ProgramExit::Code(1).is_success());
    }
}
