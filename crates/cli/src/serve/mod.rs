//! The processes of a cluster: `weft jobmanager` and `weft taskmanager`.
//!
//! Each reads its configuration, divides its memory, logs to a file, and runs until it is told to end: by SIGTERM or SIGINT, by its
//! JobManager, by a client. What goes wrong before there is a log is said on standard error, in one sentence.

mod home;
mod jobmanager;
mod metrics;
mod run_file;
mod scratch;
mod secret;
mod taskmanager;
mod told;
#[cfg(feature = "hadoop")]
mod yarn;

pub(crate) use jobmanager::{JobManagerArgs, jobmanager};
pub(crate) use taskmanager::{TaskManagerArgs, taskmanager};
#[cfg(feature = "hadoop")]
pub(crate) use yarn::{YarnJobManagerArgs, YarnTaskManagerArgs, yarn_jobmanager, yarn_taskmanager};

use scratch::Scratch;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;
use weft_common::configuration::{Configuration, options};
use weft_common::memory::HostResources;
use weft_logging::{ConfigurationWatch, LogHandle, LogSettings, Logging};
use weft_rest::VersionInfo;
use weft_rpc::listener::machine_name;
use weft_rpc::program::LoggingChanges;
use weft_rpc::{LogDirectory, OutputLimits};

/// Between two looks at the configuration's file.
const RELOAD: Duration = Duration::from_secs(3);

/// How many threads speak to clients, other processes of the cluster and programs.
const IO_THREADS: usize = 2;

/// What both processes are started with.
#[derive(Debug, clap::Args)]
pub(crate) struct ProcessArgs {
    /// The directory with config.yaml or flink-conf.yaml. Else ../conf beside this command
    #[arg(long, value_name = "DIR", env = "WEFT_CONF_DIR", hide_env_values = true)]
    conf_dir: Option<PathBuf>,
    /// A configuration key, over those of the file. May be repeated
    #[arg(short = 'D', value_name = "KEY=VALUE")]
    dynamic: Vec<String>,
    /// The name of the log file in env.log.dir, without its end `.log`; it begins with `weft-`
    #[arg(long, value_name = "NAME")]
    log_name: Option<String>,
    /// A file to write down the process and its addresses in, locked for as long as it runs and removed when it ends
    #[arg(long, value_name = "FILE")]
    run_file: Option<PathBuf>,
}

/// A process that has its configuration and its log.
struct Started {
    configuration: Configuration,
    logs: LogDirectory,
    /// What the configuration comes to say about logging.
    logging: LoggingChanges,
    /// For this process alone; goes with it.
    scratch: Scratch,
    /// Ends with the process.
    log: Arc<LogHandle>,
}

impl Started {
    /// What the log warned of last, from now on.
    fn warnings(&self) -> watch::Receiver<Vec<String>> {
        let (sender, warnings) = watch::channel(Vec::new());
        self.log.on_warning(Arc::new(move |last| drop(sender.send_replace(last))));
        warnings
    }
}

impl ProcessArgs {
    fn start(&self, role: &str) -> anyhow::Result<Started> {
        let mut above = Configuration::new();
        above.apply_dynamic(&self.dynamic)?;
        let conf_dir = self.conf_dir.clone().or_else(home::conf_dir);
        let mut configuration = match &conf_dir {
            Some(directory) => Configuration::load_dir(directory)?,
            None => Configuration::new(),
        };
        configuration.overlay(above.clone());
        configuration.check()?;
        let log_directory = match configuration.get(&options::LOG_DIR)? {
            Some(directory) => PathBuf::from(directory),
            None => home::log_dir(),
        };
        // Programs are started in directories of their own: paths must mean the same there.
        let log_directory = absolute(log_directory)?;
        std::fs::create_dir_all(&log_directory)
            .with_context(|| format!("cannot make the log directory {} (env.log.dir)", log_directory.display()))?;
        let name = self.log_name.clone().unwrap_or_else(|| format!("weft-{role}-{}", machine_name()));
        let settings = LogSettings::from_configuration(&configuration)?;
        let log = Arc::new(Logging::start(settings, &log_directory, &name)?);
        for warning in configuration.warnings() {
            tracing::warn!("{warning}");
        }
        let temporary = configuration.get(&options::TMP_DIRS)?.and_then(|dirs| dirs.0.first().cloned());
        let temporary = absolute(temporary.map_or_else(std::env::temp_dir, PathBuf::from))?;
        let unique = format!("{}-{:08x}", std::process::id(), crate::entropy::number() as u32);
        let scratch = Scratch::make(&temporary, &format!("weft-{role}-"), &unique)?;
        let (changes, logging) = watch::channel(None);
        if let Some(conf_dir) = conf_dir {
            home::watch(ConfigurationWatch::new(conf_dir, above), Arc::downgrade(&log), changes, RELOAD)?;
        }
        let own = log.path().and_then(Path::file_stem).map_or(name, |stem| stem.to_string_lossy().into_owned());
        let logs = kept_by(LogDirectory::new(log_directory, own), &log);
        Ok(Started { configuration, logs, logging, scratch, log })
    }
}

/// Has what programs write kept like what this process writes, and the directory looked after whenever one has ended.
fn kept_by(logs: LogDirectory, log: &Arc<LogHandle>) -> LogDirectory {
    // Neither keeps the log, which ends with the process.
    let (asked, told) = (Arc::downgrade(log), Arc::downgrade(log));
    let limits = move || match asked.upgrade() {
        Some(log) => {
            let settings = log.settings();
            OutputLimits { file: settings.max_file_size.bytes(), files: settings.max_files }
        }
        None => OutputLimits::default(),
    };
    let ended = move || {
        if let Some(log) = told.upgrade() {
            log.tidy();
        }
    };
    logs.kept_by(limits, ended)
}

fn absolute(path: PathBuf) -> anyhow::Result<PathBuf> {
    std::path::absolute(&path).with_context(|| format!("cannot find the directory {}", path.display()))
}

/// Threads that speak to other processes.
fn io_threads() -> anyhow::Result<tokio::runtime::Runtime> {
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let threads = threads.worker_threads(IO_THREADS).thread_name("weft-io").enable_all();
    threads.build().context("cannot start the threads of this process")
}

/// Which engine this is.
fn version() -> VersionInfo {
    VersionInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("WEFT_COMMIT").unwrap_or("unknown").to_owned(),
        committed_at: option_env!("WEFT_COMMITTED_AT").unwrap_or_default().to_owned(),
    }
}

/// What this machine, or its container, offers.
pub(crate) fn host() -> HostResources {
    HostResources::read(|path| std::fs::read_to_string(path).ok())
}
