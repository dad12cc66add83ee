//! `weft fs`: for people without a Hadoop client.

mod copy;
mod show;

use crate::arguments::ConfigurationArguments;
use crate::cluster;
use crate::error::CliError;
use crate::output;
use crate::run;
use std::process::ExitCode;
use std::sync::Arc;
use weft_fs::{FileSystem, FileSystems, FsError, HdfsFileSystem, Path, Recursive};

/// `weft fs`.
#[derive(Debug, clap::Args)]
pub(crate) struct FsArguments {
    /// What to do.
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

/// What to do with files. Paths are `hdfs://nameservice/path`, `hdfs://host:port/path`, `hdfs:///path`, or local.
#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists a directory, or shows a file.
    Ls {
        /// As JSON, with times in milliseconds since 1970.
        #[arg(long)]
        json: bool,
        path: String,
    },
    /// Prints files.
    Cat {
        #[arg(required = true)]
        paths: Vec<String>,
    },
    /// Writes a local file; into a directory under its own name.
    Put {
        /// Replaces what is there.
        #[arg(short)]
        force: bool,
        local: std::path::PathBuf,
        path: String,
    },
    /// Reads into a local file that is not there yet; into a directory under its own name.
    Get {
        path: String,
        #[arg(default_value = ".")]
        local: std::path::PathBuf,
    },
    /// Makes a directory.
    Mkdir {
        /// Those above it as well.
        #[arg(short)]
        parents: bool,
        path: String,
    },
    /// Moves a file or directory to a name that is free; into a directory under its own name.
    Mv { path: String, to: String },
    /// Removes a file, or a directory that is empty.
    Rm {
        /// A directory with all that is in it.
        #[arg(short, visible_short_alias = 'R')]
        recursive: bool,
        path: String,
    },
    /// Shows what lies at a path: kind, bytes, copies and time.
    Stat { path: String },
}

/// A path, and the file system it lies in.
struct Place {
    system: Arc<dyn FileSystem>,
    path: Path,
}

/// Performs an action.
pub(crate) fn fs(arguments: &FsArguments) -> Result<ExitCode, CliError> {
    let configuration = cluster::configuration(&arguments.configuration)?;
    let systems = FileSystems::local().with("hdfs", Arc::new(HdfsFileSystem::of_process(&configuration)));
    run::runtime()?.block_on(perform(&arguments.action, &systems))?;
    Ok(ExitCode::SUCCESS)
}

async fn perform(action: &Action, systems: &FileSystems) -> Result<(), CliError> {
    let at = |text: &str| place(systems, text);
    match action {
        Action::Ls { json, path } => show::list(&at(path)?, *json).await,
        Action::Cat { paths } => {
            for path in paths {
                show::print(&at(path)?).await?;
            }
            Ok(())
        }
        Action::Put { force, local, path } => copy::put(local, &at(path)?, *force).await,
        Action::Get { path, local } => copy::get(&at(path)?, local).await,
        Action::Mkdir { parents, path } => make(&at(path)?, *parents).await,
        Action::Mv { path, to } => rename(&at(path)?, at(to)?).await,
        Action::Rm { recursive, path } => remove(&at(path)?, *recursive).await,
        Action::Stat { path } => show::status(&at(path)?).await,
    }
}

/// What a path means here.
fn place(systems: &FileSystems, text: &str) -> Result<Place, CliError> {
    let directory = std::env::current_dir().map_err(CliError::io("find the working directory"))?;
    let (system, path) = systems.resolve(text, &Path::from_local(&directory)?)?;
    Ok(Place { system, path })
}

impl Place {
    /// The place of that name in it, where it is a directory; else itself.
    async fn for_file(self, name: Option<&str>) -> Result<Place, FsError> {
        let is_directory = match self.system.status(&self.path).await {
            Ok(status) => status.is_directory(),
            Err(error) if error.is_not_found() => false,
            Err(error) => return Err(error),
        };
        match name.filter(|_| is_directory) {
            Some(name) => Ok(Place { path: self.path.join(name), system: self.system }),
            None => Ok(self),
        }
    }
}

async fn make(place: &Place, parents: bool) -> Result<(), CliError> {
    if let Some(parent) = place.path.parent().filter(|_| !parents) {
        place.system.status(&parent).await?;
    }
    Ok(place.system.mkdirs(&place.path).await?)
}

async fn rename(from: &Place, to: Place) -> Result<(), CliError> {
    if from.path.scheme() != to.path.scheme() {
        let (from, to) = (&from.path, &to.path);
        return Err(CliError::Usage(format!(
            "{from} and {to} lie in different file systems: use -put or -get, then -rm"
        )));
    }
    let to = to.for_file(from.path.file_name()).await?;
    Ok(from.system.rename_no_replace(&from.path, &to.path).await?)
}

async fn remove(place: &Place, recursive: bool) -> Result<(), CliError> {
    let recursive = if recursive { Recursive::Yes } else { Recursive::No };
    // To delete what is not there is no failure of a file system; for whoever typed the name it is.
    place.system.status(&place.path).await?;
    place.system.delete(&place.path, recursive).await?;
    output::say(format_args!("Deleted {}", place.path));
    Ok(())
}
