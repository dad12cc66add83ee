//! `weft build`: a program for machines other than this one.

use crate::error::CliError;
use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

/// The cargo command that builds against an older glibc than this machine's.
const BUILDER: &str = "cargo-zigbuild";
/// The glibc of the oldest machines that Weft runs on.
const GLIBC: &str = "2.17";
/// What processors of the last fifteen years have; what is newer is found out at run time.
const PROCESSOR: &str = "-C target-cpu=x86-64-v2";

/// `weft build`.
#[derive(Debug, clap::Args)]
pub(crate) struct BuildArguments {
    /// Options for `cargo build`, such as `--bin word_count`.
    #[arg(value_name = "CARGO OPTION", trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<OsString>,
}

/// Becomes cargo, which builds the package of the working directory.
pub(crate) fn build(arguments: &BuildArguments) -> Result<ExitCode, CliError> {
    let is_there = env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|at| at.join(BUILDER).is_file()));
    if !is_there {
        return Err(CliError::NoBuilder);
    }
    let mut command = Command::new("cargo");
    command.arg("zigbuild").arg("--target").arg(format!("{}-unknown-linux-gnu.{GLIBC}", env::consts::ARCH));
    let has_profile = |option: &OsString| {
        option.to_str().is_some_and(|option| {
            ["--release", "-r", "--profile"].contains(&option) || option.starts_with("--profile=")
        })
    };
    if !arguments.options.iter().any(has_profile) {
        command.arg("--release");
    }
    // Who sets flags means them.
    if env::consts::ARCH == "x86_64" && env::var_os("RUSTFLAGS").is_none() {
        command.env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", PROCESSOR);
    }
    command.args(&arguments.options);
    // Returns only when it cannot.
    Err(CliError::io("run cargo")(command.exec()))
}
