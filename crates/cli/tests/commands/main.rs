//! The `weft` command as a process, against a server of this file's own and with programs that are this very file: a program is one of the tests
//! that are ignored, with the arguments `--exact NAME --ignored`.

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "what fails here is a failed test")]

mod ask;
mod build;
#[cfg(feature = "hadoop")]
mod doctor;
#[cfg(feature = "hadoop")]
mod files;
mod help;
mod programs;
mod rig;
mod run;
mod server;
