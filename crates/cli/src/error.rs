//! What can go wrong for a command line.

use crate::rest::RestError;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use weft_common::ConfigError;
use weft_rpc::drive::DriveError;
use weft_rpc::program::image::ImageError;

/// The exit code of a command line that cannot be understood, or asks for what there is not.
pub(crate) const USAGE: u8 = 2;

/// Why a verb was not performed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The command line asks for what there is not.
    #[error("{0}")]
    Usage(String),
    /// The configuration is wrong.
    #[error(transparent)]
    Configuration(#[from] ConfigError),
    /// A file is no program that can run here.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The cluster does not answer, or refuses.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// The program cannot be driven.
    #[error(transparent)]
    Drive(#[from] DriveError),
    /// The file with the token is open to others.
    #[error("{} can be read by others than its owner (mode {mode:o}): anybody could use the token; run chmod 600 on it", path.display())]
    OpenToken {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// What builds programs is not installed.
    #[error(
        "cargo-zigbuild is not installed, without which programs need this machine's glibc: `pip install cargo-zigbuild` brings it with its          linker; or build with `cargo build --release` for machines like this one"
    )]
    NoBuilder,
    /// A file system refused.
    #[cfg(feature = "hadoop")]
    #[error(transparent)]
    File(#[from] weft_fs::FsError),
    /// A cluster on YARN was not deployed, or not found.
    #[cfg(feature = "hadoop")]
    #[error(transparent)]
    Deploy(Box<weft_yarn::DeployError>),
    /// What clusters keep for successors cannot be looked at.
    #[cfg(feature = "hadoop")]
    #[error(transparent)]
    HighAvailability(#[from] weft_ha::HaError),
    /// Hadoop's configuration does not say what is needed.
    #[cfg(feature = "hadoop")]
    #[error(transparent)]
    Hadoop(#[from] weft_hadoop_conf::HadoopConfError),
    /// A call to YARN failed.
    #[cfg(feature = "hadoop")]
    #[error(transparent)]
    Call(#[from] weft_hadoop_rpc::RpcError),
    /// YARN did not do what was asked.
    #[cfg(feature = "hadoop")]
    #[error(transparent)]
    Yarn(#[from] weft_yarn_client::YarnError),
    /// A process of a cluster did not start, or did not end well.
    #[error("{0:#}")]
    Process(#[from] anyhow::Error),
    /// The operating system refused something.
    #[error("cannot {doing}{}: {source}", of(path.as_deref()))]
    Io {
        /// What was to be done.
        doing: &'static str,
        /// To which file.
        path: Option<PathBuf>,
        /// What it said.
        source: io::Error,
    },
}

#[cfg(feature = "hadoop")]
impl From<weft_yarn::DeployError> for CliError {
    fn from(error: weft_yarn::DeployError) -> Self {
        CliError::Deploy(Box::new(error))
    }
}

fn of(path: Option<&Path>) -> String {
    path.map(|path| format!(" {}", path.display())).unwrap_or_default()
}

impl CliError {
    /// 2 where another command line is needed, else 1.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            CliError::Usage(_) => ExitCode::from(USAGE),
            _ => ExitCode::FAILURE,
        }
    }

    /// For `map_err`: what the operating system was asked for.
    pub(crate) fn io<E: Into<io::Error>>(doing: &'static str) -> impl FnOnce(E) -> CliError {
        move |source| CliError::Io { doing, path: None, source: source.into() }
    }

    /// The same, about a file.
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CliError {
        move |source| CliError::Io { doing, path: Some(path.to_owned()), source }
    }
}
