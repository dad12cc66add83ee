//! `weft -v`.

use crate::output;
use std::process::ExitCode;

/// The commit that this was built of, where the build said so.
const COMMIT: &str = match option_env!("WEFT_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

pub(crate) fn version() -> ExitCode {
    output::say(format_args!("Version: {}, Commit ID: {COMMIT}", env!("CARGO_PKG_VERSION")));
    ExitCode::SUCCESS
}
