//! The way between a worker's lanes and those of other workers.

use std::collections::BTreeMap;
use std::sync::Arc;

use weft_exchange::{InProcessTransport, Inbox, SlotAddress, Transport};
use weft_rpc::WorkerAddress;

/// A worker's end of the data plane.
pub trait DataPlane: Send + Sync {
    /// What arrives for a lane.
    fn inbox(&self, lane: u32) -> Arc<Inbox>;
    /// How messages leave a lane.
    fn port(&self, lane: u32) -> Arc<dyn Transport>;
    /// Tells it where other workers are, before tasks are run that talk to them.
    fn introduce(&self, workers: &BTreeMap<u32, WorkerAddress>);
}

/// The data plane of workers that are all threads of one process.
#[derive(Clone)]
pub struct LocalDataPlane {
    /// Shared by all workers of the job.
    pub transport: Arc<InProcessTransport>,
    /// This worker's number in slot addresses.
    pub worker: u32,
}

impl DataPlane for LocalDataPlane {
    fn inbox(&self, lane: u32) -> Arc<Inbox> {
        self.transport.inbox(SlotAddress { worker: self.worker, slot: lane })
    }

    fn port(&self, _lane: u32) -> Arc<dyn Transport> {
        self.transport.clone()
    }

    fn introduce(&self, _workers: &BTreeMap<u32, WorkerAddress>) {}
}
