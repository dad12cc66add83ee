//! What is said on standard output, which scripts read, and on standard error, which people read.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

/// A line on standard output. Who has closed it wants no more, so that is no failure.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// A line on standard error.
pub(crate) fn note(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// A line on standard error about what went wrong here.
pub(crate) fn complain(what: impl Display) {
    note(format_args!("weft: {what}"));
}

/// Whether a person watches: neither standard output nor standard error goes elsewhere.
pub(crate) fn is_watched() -> bool {
    io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// A line on a terminal that the next one, of whomever, is written over. Empty to wipe it.
pub(crate) fn passing(line: impl Display) {
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "\x1b[2K{line}\r");
    let _ = stderr.flush();
}
