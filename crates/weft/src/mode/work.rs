//! A worker: runs the tasks of its job that its TaskManager gives it.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{configuration_here, configuration_of};
use tokio::runtime::{Handle, Runtime};
use weft_api::{Error, Job};
use weft_common::ErrorKind;
use weft_common::trust::SecretKey;
use weft_control::{MemorySample, WorkerEnd};
use weft_exchange::tcp::{TcpIdentity, TcpSettings, TcpTransport, WorkerLocation};
use weft_exchange::{Inbox, Transport};
use weft_graph::EdgeCompression;
use weft_rpc::program::{ControlReader, ControlWriter, FromProgram, TaskReport, ToProgram, WorkSpec};
use weft_rpc::{OperatorEvent, RpcError, TaskUpdate, WorkerAddress};
use weft_runtime::{JobInfo, SystemClock};
use weft_taskmanager::{DataPlane, LocalWorker, LocalWorkerContext, Worker, WorkerListener, WorkerSettings};

/// Threads that wait for I/O on behalf of sources, sinks and connections.
const IO_THREADS: usize = 2;
/// How often the TaskManager is told what tasks have counted.
const REPORTS: Duration = Duration::from_secs(1);
/// How long lanes may take to end when the worker is told to.
const ENDING: Duration = Duration::from_millis(500);

/// The runtime on which this process waits for I/O.
pub(crate) fn io_threads() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(IO_THREADS).thread_name("weft-io").enable_all().build()
}

/// Serves until the TaskManager says that the job is over, or is gone.
pub(crate) fn run(
    spec: WorkSpec,
    listener: TcpListener,
    job: Job,
    mut reader: ControlReader,
    writer: ControlWriter,
) -> Result<(), Error> {
    let io = io_threads().map_err(|e| failed("start the I/O threads of the worker", &e))?;
    let of_job = job.configuration.clone();
    let parent = Arc::new(ToTaskManager { writer: writer.clone(), reporting: Mutex::default() });
    let worker = worker(&spec, listener, job, &parent, io.handle())?;
    report_from_time_to_time(&worker, &parent, io.handle());
    writer.send(FromProgram::Ready).map_err(|e| failed("tell the TaskManager that the worker is ready", &e))?;
    while let Some(message) = reader.receive().map_err(|e| failed("hear the TaskManager", &e))? {
        match message {
            ToProgram::Deploy(tasks) => worker.deploy(tasks),
            ToProgram::Cancel(attempt) => worker.cancel(attempt),
            ToProgram::OperatorEvent(event) => worker.operator_event(event),
            ToProgram::FreeSlot(slot) => worker.drop_slot(slot),
            ToProgram::Logging(parents) => crate::logging::reload(&configuration_of(&parents), &of_job),
            ToProgram::Stop => break,
            // For drivers and coordinators.
            _ => {}
        }
    }
    worker.shut_down(ENDING);
    Ok(())
}

fn worker(
    spec: &WorkSpec,
    listener: TcpListener,
    job: Job,
    parent: &Arc<ToTaskManager>,
    io: &Handle,
) -> Result<Arc<LocalWorker>, Error> {
    let configuration = configuration_here(&spec.configuration, &job.configuration);
    let wrong = |e: weft_common::ConfigError| Error::of(e.kind(), e);
    let identity = TcpIdentity {
        job: spec.job.job,
        epoch: spec.epoch,
        worker: spec.worker,
        generation: spec.address.generation,
        key: key(&spec.key)?,
    };
    let compressed = job.graph.edges().iter().map(|edge| is_compressed(edge.compression));
    let settings = TcpSettings::from_configuration(&configuration, compressed).map_err(wrong)?;
    let _io = io.enter();
    let transport = TcpTransport::listening(identity, location(spec.worker, &spec.address), listener, settings);
    let transport = transport.map_err(|e| failed("listen for the other workers of the job", &e))?;
    let context = LocalWorkerContext {
        worker: spec.worker,
        info: Arc::new(JobInfo {
            bounded: job.graph.is_bounded(),
            machine: Some(spec.address.host.clone()),
            configuration: configuration.clone(),
        }),
        program: job.program,
        data_plane: Arc::new(OverTcp(transport)),
        settings: WorkerSettings::from_configuration(&configuration, spec.network_memory_per_slot).map_err(wrong)?,
        clock: Arc::new(SystemClock),
        io: io.clone(),
    };
    Ok(LocalWorker::new(context, parent.clone()))
}

/// Whether a program wants an edge compressed, if it says so.
fn is_compressed(said: EdgeCompression) -> Option<bool> {
    match said {
        EdgeCompression::Undefined => None,
        EdgeCompression::None => Some(false),
        EdgeCompression::Lz4 => Some(true),
    }
}

/// The key of the job's data plane. A cluster without a secret has the key that everybody knows.
fn key(bytes: &[u8]) -> Result<SecretKey, Error> {
    if bytes.is_empty() {
        return Ok(SecretKey::new([0; SecretKey::BYTES]));
    }
    let wrong =
        |_| failed("use the key of the job", &format!("it has {} bytes, not {}", bytes.len(), SecretKey::BYTES));
    bytes.try_into().map(SecretKey::new).map_err(wrong)
}

fn location(worker: u32, address: &WorkerAddress) -> WorkerLocation {
    let WorkerAddress { name, generation, host, port } = address.clone();
    WorkerLocation { worker, generation, name, host, port }
}

/// Until the worker is gone, or nobody hears it.
fn report_from_time_to_time(worker: &Arc<LocalWorker>, parent: &Arc<ToTaskManager>, io: &Handle) {
    let (worker, parent) = (Arc::downgrade(worker), parent.clone());
    io.spawn(async move {
        let (mut time, mut told) = (tokio::time::interval(REPORTS), Vec::new());
        loop {
            time.tick().await;
            let Some(worker) = worker.upgrade() else { return };
            if parent.report(&worker, &mut told).is_err() {
                return;
            }
        }
    });
}

fn failed(what: &str, error: &dyn std::fmt::Display) -> Error {
    Error::of(ErrorKind::Fatal, format!("cannot {what}: {error}"))
}

/// The data plane between worker processes.
struct OverTcp(TcpTransport);

impl DataPlane for OverTcp {
    fn inbox(&self, lane: u32) -> Arc<Inbox> {
        self.0.inbox(lane)
    }

    fn port(&self, lane: u32) -> Arc<dyn Transport> {
        self.0.port(lane)
    }

    fn introduce(&self, workers: &BTreeMap<u32, WorkerAddress>) {
        workers.iter().for_each(|(worker, address)| self.0.introduce(location(*worker, address)));
    }
}

struct ToTaskManager {
    writer: ControlWriter,
    /// Held from looking at counters until they are told: the last counts of a task must not be followed by earlier ones.
    reporting: Mutex<()>,
}

impl ToTaskManager {
    /// Says what all tasks have counted, if that is something new.
    fn report(&self, worker: &LocalWorker, told: &mut Vec<TaskReport>) -> Result<(), RpcError> {
        let _reporting = self.reporting.lock().unwrap_or_else(PoisonError::into_inner);
        let reports = worker.reports();
        if reports == *told {
            return Ok(());
        }
        told.clone_from(&reports);
        self.writer.send(FromProgram::Metrics(reports))
    }

    /// When the parent is gone the process ends anyway.
    fn tell(&self, message: FromProgram) {
        if let Err(error) = self.writer.send(message) {
            tracing::debug!("the TaskManager does not hear the worker: {error}");
        }
    }
}

impl WorkerListener for ToTaskManager {
    /// Said once, before any task.
    fn ready(&self) {}

    /// The process's end says so.
    fn ended(&self, _end: WorkerEnd, _last_words: Option<String>) {}

    fn task_update(&self, update: TaskUpdate) {
        self.tell(FromProgram::Task(update));
    }

    fn operator_event(&self, event: OperatorEvent) {
        self.tell(FromProgram::OperatorEvent(event));
    }

    /// Of tasks that are over: what they counted does not change any more.
    fn task_reports(&self, reports: Vec<TaskReport>) {
        let _reporting = self.reporting.lock().unwrap_or_else(PoisonError::into_inner);
        self.tell(FromProgram::Metrics(reports));
    }

    /// The TaskManager looks at the process itself.
    fn memory(&self, _sample: MemorySample) {}
}
