//! The command line: verbs and their options.
//!
//! Clients of the field know options such as `-sae` and `-cm`, which clap would read as several of one letter. They are aliases of long options
//! here, and are [rewritten](rewrite) to them first.

mod later;
mod older;
mod rewrite;
mod target;
mod verbs;

pub(crate) use target::Target;
pub(crate) use verbs::{
    CancelArguments, ClusterArguments, ConfigurationArguments, InfoArguments, ListArguments, LogsArguments,
    ProgramArguments, RunArguments, Verb,
};

use crate::error::CliError;
use crate::output;
use clap::{CommandFactory as _, Parser as _};
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs Weft programs on a cluster, and shows and ends their jobs.
#[derive(Debug, clap::Parser)]
#[command(name = "weft", arg_required_else_help = true, after_help = verbs::EXAMPLES)]
pub(crate) struct Parsed {
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
    /// Shows version and commit.
    #[arg(short, long)]
    pub(crate) version: bool,
}

/// Why a command line is not followed.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// What clap says: a mistake, or a help text that was asked for.
    Clap(clap::Error),
    /// What comes later.
    Later(CliError),
}

impl Refusal {
    /// Says it where it belongs.
    pub(crate) fn tell(self) -> ExitCode {
        match self {
            Refusal::Clap(error) => {
                // Who has closed the output wants no help.
                let _ = error.print();
                u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
            }
            Refusal::Later(error) => {
                output::complain(&error);
                error.exit_code()
            }
        }
    }
}

/// Reads a command line, which begins with the command's own name.
pub(crate) fn parse(arguments: Vec<OsString>) -> Result<Parsed, Refusal> {
    let rewritten = rewrite::rewrite(arguments, &Parsed::command()).map_err(Refusal::Later)?;
    Parsed::try_parse_from(rewritten).map_err(Refusal::Clap)
}

#[cfg(test)]
mod tests;
