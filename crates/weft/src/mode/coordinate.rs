//! The host of a job's coordinators.

use std::sync::Arc;

use super::{configuration_here, configuration_of};
use weft_api::{Error, Job};
use weft_common::{ErrorKind, OperatorId};
use weft_control::CoordinatorMessage;
use weft_jobmanager::{CoordinatorCode, CoordinatorGateway, CoordinatorListener, CoordinatorThread};
use weft_rpc::OperatorEvent;
use weft_rpc::program::{ControlReader, ControlWriter, CoordinateSpec, FromProgram, ToProgram};
use weft_runtime::{JobInfo, SystemClock};

/// Serves until the parent says that the job is over, or is gone.
pub(crate) fn run(
    spec: &CoordinateSpec,
    job: Job,
    mut reader: ControlReader,
    writer: ControlWriter,
) -> Result<(), Error> {
    let failed = |what: &str, e: &dyn std::fmt::Display| Error::of(ErrorKind::Fatal, format!("cannot {what}: {e}"));
    let graph = job.graph.to_job_graph()?;
    let io = super::work::io_threads().map_err(|e| failed("start the I/O threads of the coordinators", &e))?;
    let configuration = configuration_here(&spec.configuration, &job.configuration);
    let code = CoordinatorCode {
        info: Arc::new(JobInfo { bounded: job.graph.is_bounded(), machine: None, configuration }),
        program: job.program,
        io: io.handle().clone(),
        clock: Arc::new(SystemClock),
    };
    let listener = Box::new(ToParent(writer.clone()));
    let coordinators = CoordinatorThread::spawn(spec.job.job, code, &graph, listener)
        .map_err(|e| failed("start the coordinators' thread", &e))?;
    writer.send(FromProgram::Ready).map_err(|e| failed("tell the JobManager that the coordinators are ready", &e))?;
    while let Some(message) = reader.receive().map_err(|e| failed("hear the JobManager", &e))? {
        match message {
            ToProgram::Coordinator(order) => coordinators.order(order),
            ToProgram::Logging(parents) => crate::logging::reload(&configuration_of(&parents), &job.configuration),
            ToProgram::Stop => break,
            // For drivers and workers.
            _ => {}
        }
    }
    Ok(())
}

struct ToParent(ControlWriter);

impl ToParent {
    /// When the parent is gone the process ends anyway.
    fn tell(&self, message: FromProgram) {
        if let Err(error) = self.0.send(message) {
            tracing::debug!("the JobManager does not hear the coordinators: {error}");
        }
    }
}

impl CoordinatorListener for ToParent {
    fn coordinator(&self, attempt: u32, message: CoordinatorMessage) {
        self.tell(FromProgram::Coordinator { attempt, message });
    }

    fn reply(&self, event: OperatorEvent) {
        self.tell(FromProgram::Reply(event));
    }

    fn result(&self, operator: OperatorId, payload: Vec<u8>) {
        self.tell(FromProgram::Result { operator, payload });
    }

    fn ended(&self) {
        self.tell(FromProgram::Ended);
    }
}
