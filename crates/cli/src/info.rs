//! `weft info`.

use crate::arguments::InfoArguments;
use crate::cluster;
use crate::error::CliError;
use crate::output;
use crate::program::{self, Program};
use crate::run;
use std::io;
use std::process::ExitCode;
use weft_rpc::drive::{Drive, Patience};
use weft_rpc::program::DriveSpec;
use weft_rpc::{BlobHash, BlobRef};

/// Of no file: nothing is submitted.
const NO_ARTIFACT: BlobRef = BlobRef { hash: BlobHash([0; 32]), length: 0 };

/// Prints the plan of the first job. What the program prints before that goes to standard error, so that standard output is the plan alone.
pub(crate) fn info(arguments: &InfoArguments) -> Result<ExitCode, CliError> {
    let configuration = cluster::configuration(&arguments.configuration)?;
    let program = Program::find(&arguments.program, &configuration)?;
    let mut command = program.command()?;
    command.stdout = io::stderr().into();
    let drive = Drive {
        command,
        stdin: Some(rustix::stdio::stdin()),
        spec: DriveSpec {
            configuration: program::configuration_of_jobs(&configuration, arguments.program.parallelism),
            detached: false,
        },
        program: program.spec(NO_ARTIFACT),
        patience: Patience::from_configuration(&configuration)?,
    };
    output::say(run::runtime()?.block_on(drive.plan())?);
    Ok(ExitCode::SUCCESS)
}
