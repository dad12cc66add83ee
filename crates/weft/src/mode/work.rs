//! A worker.

use std::net::TcpListener;

use weft_api::{Error, Job};
use weft_rpc::program::{ControlReader, ControlWriter, WorkSpec};

/// Threads that wait for I/O on behalf of sources, sinks and connections.
const IO_THREADS: usize = 2;

/// The runtime on which this process waits for I/O.
pub(crate) fn io_threads() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(IO_THREADS).thread_name("weft-io").enable_all().build()
}

pub(crate) fn run(
    _spec: WorkSpec,
    _listener: TcpListener,
    _job: Job,
    _reader: ControlReader,
    _writer: ControlWriter,
) -> Result<(), Error> {
    Ok(())
}
