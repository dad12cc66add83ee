//! `weft taskmanager`.

use std::process::ExitCode;
use std::sync::Arc;

use super::run_file::RunFile;
use super::told::Told;
use super::{ProcessArgs, metrics, secret, version};
use weft_common::configuration::{Configuration, options};
use weft_common::memory::TaskManagerMemory;
use weft_common::trust::SecretKey;
use weft_control::{Exit, WorkerMemory};
use weft_rest::{MetricsPage, task_manager_page};
use weft_taskmanager::process::{MemoryShares, ProcessSettings, TaskManagerProcess, Window};

/// `weft taskmanager`
#[derive(Debug, clap::Args)]
pub(crate) struct TaskManagerArgs {
    #[command(flatten)]
    process: ProcessArgs,
}

/// Runs a TaskManager until it ends.
pub(crate) fn taskmanager(args: &TaskManagerArgs) -> anyhow::Result<ExitCode> {
    serve(&args.process, secret::secret)?;
    Ok(ExitCode::SUCCESS)
}

/// Runs it with a secret from wherever; by whose word it has ended.
pub(super) fn serve(
    process: &ProcessArgs,
    secret: impl FnOnce(&Configuration) -> anyhow::Result<Option<SecretKey>>,
) -> anyhow::Result<String> {
    let run_file = process.run_file.as_deref().map(RunFile::claim).transpose()?;
    let started = process.start("taskmanager")?;
    let host = super::host();
    let memory = TaskManagerMemory::from_configuration(&started.configuration, &host)?;
    tracing::info!("memory of this TaskManager:\n{memory}");
    let secret = secret(&started.configuration)?;
    let bind_host = started.configuration.get(&options::TASK_MANAGER_BIND_HOST)?;
    secret::warn_if_open("this TaskManager", &bind_host, secret.as_ref());
    let io = super::io_threads()?;
    let settings = ProcessSettings {
        configuration: started.configuration.clone(),
        directory: started.scratch.path().to_owned(),
        logs: started.logs.clone(),
        logging: started.logging.clone(),
        warnings: started.warnings(),
        secret,
        memory: shares(&memory, started.configuration.get(&options::TASK_MANAGER_MEMORY_WATCH)?),
        cores: host.cores(&started.configuration)?,
    };
    if let Some(run_file) = &run_file {
        run_file.ready(&[])?;
    }
    match io.block_on(run(&started.configuration, &bind_host, settings))? {
        Exit::Wanted(cause) => {
            tracing::info!("ended: {cause}");
            Ok(cause)
        }
        Exit::GaveUp(cause) => {
            tracing::error!("ended: {cause}");
            Err(anyhow::anyhow!(cause))
        }
    }
}

/// Until it is told to end, the JobManager dismisses it, or there is no JobManager.
async fn run(configuration: &Configuration, bind_host: &str, settings: ProcessSettings) -> anyhow::Result<Exit> {
    let mut told = Told::new()?;
    let process = TaskManagerProcess::start(settings)?;
    let metrics = metrics::serve(configuration, bind_host, version(), page(process.window()))?;
    let exit = process.run(async move { told.signalled().await }).await;
    if let Some(metrics) = metrics {
        metrics.close().await;
    }
    Ok(exit)
}

/// The TaskManager's own metrics.
fn page(window: Window) -> MetricsPage {
    Arc::new(move || {
        let window = window.clone();
        Box::pin(async move {
            // It reads files of the kernel.
            let sight = tokio::task::spawn_blocking(move || window.look()).await.ok().flatten();
            sight.map_or_else(String::new, |now| task_manager_page(&now.registration, &now.memory, &now.tasks))
        })
    })
}

fn shares(memory: &TaskManagerMemory, watched: bool) -> MemoryShares {
    let names = [
        ("frameworkHeap", memory.framework_heap),
        ("taskHeap", memory.task_heap),
        ("frameworkOffHeap", memory.framework_off_heap),
        ("taskOffHeap", memory.task_off_heap),
        ("networkMemory", memory.network),
        ("managedMemory", memory.managed),
        ("jvmMetaspace", memory.metaspace),
        ("jvmOverhead", memory.overhead),
        ("totalFlinkMemory", memory.flink_size()),
        ("totalProcessMemory", memory.process_size()),
    ];
    MemoryShares {
        network_per_slot: memory.network_per_slot().bytes(),
        managed_per_slot: memory.managed_per_slot().bytes(),
        workers: watched.then(|| WorkerMemory {
            base: memory.base().bytes(),
            per_slot: memory.worker_limit(1).bytes() - memory.base().bytes(),
            container: memory.process_size().bytes(),
        }),
        by_name: names.into_iter().map(|(name, size)| (name.to_owned(), size.bytes())).collect(),
    }
}
