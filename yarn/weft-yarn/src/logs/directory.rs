//! Where the logs of an application were collected.

use weft_fs::{FileStatus, FileSystem, Path};
use weft_hadoop_conf::HadoopConf;
use weft_yarn_client::proto::ApplicationId;

use crate::DeployError;

/// What directories are called whose applications are in buckets.
const BUCKETS: &str = "bucket-";
/// How many buckets there are.
const BUCKET_COUNT: i32 = 10_000;
/// What directories of the other format end in.
const INDEXED: &str = "-ifile";
/// What files end in that are being written.
const UNFINISHED: &str = ".tmp";

/// The directories that nodes collect logs in, by the client's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDirectories {
    /// Without the name of a file system where the configuration has none.
    pub roots: Vec<String>,
}

/// What was found of an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Files to be read by [`NodeLog`](super::NodeLog), those of a node one after the other and in the order of time.
    pub files: Vec<FileStatus>,
    /// Directories of a format that is not read here.
    pub indexed: Vec<Path>,
    /// How many files are still being written.
    pub unfinished: usize,
}

impl LogDirectories {
    /// Those of a configuration: the general one, and those of single formats.
    pub fn of(conf: &HadoopConf) -> Self {
        let set = |key: &str| conf.get(key).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned);
        let general = set("yarn.nodemanager.remote-app-log-dir").unwrap_or_else(|| "/tmp/logs".to_owned());
        let formats = set("yarn.log-aggregation.file-formats").unwrap_or_else(|| "TFile".to_owned());
        let of_format = |format: &str| {
            let own = set(&format!("yarn.log-aggregation.{}.remote-app-log-dir", format.trim()));
            own.unwrap_or_else(|| general.clone())
        };
        let mut roots: Vec<_> = formats.split(',').map(of_format).collect();
        roots.sort();
        roots.dedup();
        LogDirectories { roots }
    }
}

impl Collected {
    /// Looks below one of the directories for an application of `user`, in every layout that there was.
    ///
    /// # Errors
    /// Those of the file system.
    pub async fn find(
        fs: &dyn FileSystem,
        root: &Path,
        user: &str,
        application: ApplicationId,
    ) -> Result<Self, DeployError> {
        let mut collected = Collected::default();
        for directory in entries(fs, &root.join(user)).await?.into_iter().filter(FileStatus::is_directory) {
            let name = directory.path.file_name().unwrap_or_default().to_owned();
            let above = match name.starts_with(BUCKETS) {
                true => directory.path.join(&format!("{:04}", application.id % BUCKET_COUNT)),
                false => directory.path,
            };
            let path = above.join(&application.to_string());
            let files: Vec<_> = entries(fs, &path).await?.into_iter().filter(FileStatus::is_file).collect();
            if files.is_empty() {
                continue;
            }
            if name.ends_with(INDEXED) {
                collected.indexed.push(path);
                continue;
            }
            for file in files {
                match file.path.file_name().is_some_and(|name| name.ends_with(UNFINISHED)) {
                    true => collected.unfinished += 1,
                    false => collected.files.push(file),
                }
            }
        }
        Ok(collected)
    }
}

/// What is in a directory; nothing if it is not there.
async fn entries(fs: &dyn FileSystem, directory: &Path) -> Result<Vec<FileStatus>, DeployError> {
    match fs.list_all(directory).await {
        Ok(entries) => Ok(entries),
        Err(error) if error.is_not_found() => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}
