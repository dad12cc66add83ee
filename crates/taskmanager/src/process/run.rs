//! The process from its start to its end.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::children::{ChildSettings, Children};
use super::link::{LastWarnings, SessionLink, tell_of_warnings};
use super::window::Window;
use crate::{TaskManager, TaskManagerParts};
use tokio::runtime::Handle;
use weft_common::configuration::{ConfigError, ConfigOption, Configuration, options};
use weft_common::trust::SecretKey;
use weft_common::{Now, TaskManagerId};
use weft_control::{Exit, TaskManagerSettings, WorkerMemory};
use weft_rpc::listener::{ListenError, NotAPortRange, PortRange, listen, machine_name};
use weft_rpc::program::{Inherited, LoggingChanges};
use weft_rpc::session::{ClientSettings, ProbeServer, SessionClient};
use weft_rpc::{Hardware, LogDirectory, RpcError, TaskManagerRegistration};
use weft_runtime::{Clock, SystemClock};

/// Bytes of programs that are kept though nobody uses them.
const ARTIFACT_LIMIT: u64 = 4 << 30;
/// Between two looks for programs that nobody has used for long.
const CLEAN_UP: Duration = Duration::from_secs(60);
/// A NodeManager's signal is there for all processes of a container at once, and each ends when it is given time to run.
const SAME_ORDER: Duration = Duration::from_secs(1);
/// How long the last words to the JobManager may take.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What a TaskManager's process is started with.
#[derive(Clone)]
pub struct ProcessSettings {
    /// The cluster's configuration.
    pub configuration: Configuration,
    /// A directory for jobs and programs. It is made, is for this process alone, and is removed with all that is in it when the process
    /// ends.
    pub directory: PathBuf,
    /// Where logs go, those of workers too.
    pub logs: LogDirectory,
    /// What the configuration comes to say about logging; workers are told.
    pub logging: LoggingChanges,
    /// What its log warned of last; the JobManager is told.
    pub warnings: LastWarnings,
    /// The cluster's secret, if it has one.
    pub secret: Option<SecretKey>,
    /// How the memory is divided.
    pub memory: MemoryShares,
    /// Cores that it counts on.
    pub cores: f64,
}

/// How a TaskManager's memory is divided, in bytes.
#[derive(Clone, Debug, Default)]
pub struct MemoryShares {
    /// Network memory that each slot has.
    pub network_per_slot: u64,
    /// Managed memory that each slot has, for whoever looks: nothing is allotted from it.
    pub managed_per_slot: u64,
    /// What workers may use; `None`: that is not watched.
    pub workers: Option<WorkerMemory>,
    /// All shares by the names of the REST API, for whoever looks.
    pub by_name: Vec<(String, u64)>,
}

/// Why a TaskManager's process cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An option cannot be read.
    #[error(transparent)]
    Configuration(#[from] ConfigError),
    /// A directory cannot be made.
    #[error("cannot make a TaskManager's directories {directory} and {log_directory}: {source}")]
    Directories {
        /// Of jobs and programs.
        directory: PathBuf,
        /// Of logs.
        log_directory: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An option for ports is none.
    #[error("{key}: {source}")]
    Ports {
        /// The option's key.
        key: &'static str,
        /// Why.
        source: NotAPortRange,
    },
    /// No port to listen at.
    #[error("a TaskManager needs to be reached by its JobManager (taskmanager.bind-host, taskmanager.rpc.port): {0}")]
    Listen(ListenError),
    /// The operating system does not tell at which port this process listens.
    #[error("a TaskManager cannot tell where it listens: {0}")]
    Address(io::Error),
    /// What listens cannot be served.
    #[error("a TaskManager cannot answer its JobManager: {0}")]
    Probe(RpcError),
}

impl StartError {
    /// Who can do something about it.
    pub fn kind(&self) -> weft_common::ErrorKind {
        match self {
            StartError::Configuration(error) => error.kind(),
            StartError::Directories { .. } | StartError::Ports { .. } | StartError::Listen(_) => {
                weft_common::ErrorKind::User
            }
            StartError::Address(_) | StartError::Probe(_) => weft_common::ErrorKind::Fatal,
        }
    }
}

/// A TaskManager that is a process, or acts like one.
pub struct TaskManagerProcess {
    /// It.
    pub task_manager: Arc<TaskManager>,
    link: Arc<SessionLink>,
    children: Arc<Children>,
    directory: PathBuf,
    /// Answers the JobManager, which makes sure that it can be reached.
    _probe: ProbeServer,
    cleaning: tokio::task::AbortHandle,
}

impl TaskManagerProcess {
    /// Starts looking for the JobManager. Must be called within a tokio runtime.
    pub fn start(settings: ProcessSettings) -> Result<Self, StartError> {
        let ProcessSettings { configuration, directory, logs, logging, warnings, secret, memory, cores } = settings;
        let (io, clock) = (Handle::current(), SystemClock);
        let bind_host = configuration.get(&options::TASK_MANAGER_BIND_HOST)?;
        let host = advertised_host(&configuration, &bind_host)?;
        let rpc_ports = ports(&configuration, &options::TASK_MANAGER_RPC_PORT)?;
        let data_ports = ports(&configuration, &options::TASK_MANAGER_DATA_PORT)?;
        let listener = listen(&bind_host, &rpc_ports).map_err(StartError::Listen)?;
        let rpc_port = listener.local_addr().map_err(StartError::Address)?.port();
        let machine =
            TaskManagerSettings { memory: memory.workers, ..TaskManagerSettings::from_configuration(&configuration)? };
        let now = clock.now();
        let id = name(&configuration, &host, rpc_port, now)?;
        let directory = directory.join(directory_name(&id));
        let made = fs::create_dir_all(&directory).and_then(|()| fs::create_dir_all(logs.path()));
        let no_directories = |source| {
            let (directory, log_directory) = (directory.clone(), logs.path().to_owned());
            StartError::Directories { directory, log_directory, source }
        };
        made.map_err(no_directories)?;

        let registration = TaskManagerRegistration {
            id: id.clone(),
            host: host.clone(),
            rpc_port,
            data_port: 0,
            slots: machine.slots,
            hardware: hardware(cores, memory.managed_per_slot * u64::from(machine.slots)),
            memory: memory.by_name,
            pid: std::process::id(),
        };
        let client = SessionClient::new(ClientSettings {
            host: configuration.get(&options::JOB_MANAGER_RPC_ADDRESS)?,
            port: configuration.get(&options::JOB_MANAGER_RPC_PORT)?,
            secret: secret.clone(),
            frame_size: configuration.get(&options::FRAME_SIZE)?.as_usize(),
        });
        let first_number = first_number(now);
        let link = SessionLink::new(client, registration, logs.clone(), warnings.clone(), io.clone());
        let children = Children::new(
            ChildSettings {
                name: id.0.clone(),
                bind_host,
                host,
                data_ports,
                directory: directory.clone(),
                logs: logs.clone(),
                artifact_limit: ARTIFACT_LIMIT,
                configuration: Inherited::new(configuration.without_secrets(), logging),
                environment: configuration.get(&options::CONTAINERIZED_TASK_MANAGER_ENV)?,
                network_memory_per_slot: memory.network_per_slot,
                secret: secret.clone(),
                first_generation: first_number,
                same_order: SAME_ORDER,
            },
            link.clone(),
            io.clone(),
        )
        .map_err(no_directories)?;
        let _probe = ProbeServer::start(listener, id.clone(), secret).map_err(StartError::Probe)?;
        let cleaning = io.spawn(clean_up(children.clone())).abort_handle();
        let task_manager = TaskManager::with_parts(TaskManagerParts {
            id,
            settings: machine,
            first_number,
            link: Arc::new(link.clone()),
            workers: Arc::new(children.clone()),
            clock: Arc::new(clock),
            io: io.clone(),
        });
        io.spawn(tell_of_warnings(Arc::downgrade(&link), Arc::downgrade(&task_manager), warnings));
        task_manager.start();
        Ok(TaskManagerProcess { task_manager, link, children, directory, _probe, cleaning })
    }

    /// A look at it, for as long as it is there.
    pub fn window(&self) -> Window {
        let Self { task_manager, link, children, .. } = self;
        Window {
            task_manager: Arc::downgrade(task_manager),
            link: Arc::downgrade(link),
            children: Arc::downgrade(children),
        }
    }

    /// Waits until it has ended, by itself or because it is told to, and removes what it has left.
    pub async fn run(self, told: impl Future<Output = &'static str> + Send + 'static) -> Exit {
        let task_manager = self.task_manager.clone();
        tracing::info!(task_manager = %task_manager.id(), slots = task_manager.slots(), "started");
        let ending = tokio::spawn(async move { task_manager.end(told.await.to_owned()) });
        let exit = self.ended().await;
        ending.abort();
        exit
    }

    /// Waits until it has ended, by itself or because it was [asked to](TaskManager::end), and removes what it has left.
    pub async fn ended(self) -> Exit {
        let exit = self.link.exited().await;
        if tokio::time::timeout(LAST_WORDS, self.link.flushed()).await.is_err() {
            tracing::warn!("the JobManager did not take this TaskManager's last words");
        }
        exit
    }
}

impl Drop for TaskManagerProcess {
    fn drop(&mut self) {
        self.cleaning.abort();
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            tracing::warn!(path = %self.directory.display(), "a TaskManager's directory is left behind: {error}");
        }
    }
}

/// Removes programs that nobody has used for long, from time to time.
async fn clean_up(children: Arc<Children>) {
    loop {
        tokio::time::sleep(CLEAN_UP).await;
        children.artifacts.clean_up(std::time::Instant::now());
    }
}

fn advertised_host(configuration: &Configuration, bind_host: &str) -> Result<String, ConfigError> {
    let configured = configuration.get(&options::TASK_MANAGER_HOST)?;
    let loopback = matches!(bind_host, "localhost" | "127.0.0.1" | "::1");
    Ok(configured.unwrap_or_else(|| if loopback { bind_host.to_owned() } else { machine_name() }))
}

fn ports(configuration: &Configuration, option: &ConfigOption<String>) -> Result<PortRange, StartError> {
    let text = configuration.get(option)?;
    text.parse().map_err(|source| StartError::Ports { key: option.key(), source })
}

/// The name of this life of the process.
fn name(configuration: &Configuration, host: &str, port: u16, now: Now) -> Result<TaskManagerId, ConfigError> {
    let configured = configuration.get(&options::TASK_MANAGER_RESOURCE_ID)?;
    let life = (now.wall_ms as u64) << 20 ^ u64::from(std::process::id());
    Ok(TaskManagerId(configured.unwrap_or_else(|| format!("{host}:{port}-{:06x}", life % 0xff_fffd))))
}

/// A name as that of a directory.
fn directory_name(id: &TaskManagerId) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '_' };
    format!("taskmanager-{}", id.0.chars().map(safe).collect::<String>())
}

/// Greater than any number that an earlier process can have come to: it would have to count a million in each millisecond.
fn first_number(now: Now) -> u64 {
    (now.wall_ms.max(0) as u64) << 20
}

fn hardware(cores: f64, managed_memory: u64) -> Hardware {
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let physical_memory = super::memory::kib_of(&meminfo, "MemTotal:").unwrap_or_default();
    let free_memory = super::memory::kib_of(&meminfo, "MemAvailable:").unwrap_or_default();
    // REST shows whole ones; there is always one.
    Hardware { cpu_cores: (cores.ceil() as u32).max(1), physical_memory, free_memory, managed_memory }
}
