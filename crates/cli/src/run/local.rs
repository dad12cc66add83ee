//! A program without a cluster.

use crate::arguments::RunArguments;
use crate::error::CliError;
use crate::program::Program;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

/// Becomes the program, which runs its jobs itself.
pub(super) fn run(arguments: &RunArguments, program: &Program) -> Result<ExitCode, CliError> {
    let options_of_its_own =
        arguments.program.parallelism.is_some() || !arguments.cluster.configuration.dynamic.is_empty();
    if arguments.detached || options_of_its_own {
        let sentence =
            "-t local runs the program as it is: give -p and -D after the program, and use the shell's & instead of -d";
        return Err(CliError::Usage(sentence.to_owned()));
    }
    let mut command = Command::new(&program.path);
    command.args(&program.arguments).envs(&program.travelling);
    if let Some(directory) = &arguments.cluster.configuration.conf_dir {
        command.env("WEFT_CONF_DIR", directory);
    }
    // Returns only when it cannot.
    Err(CliError::file("run", &program.path)(command.exec()))
}
