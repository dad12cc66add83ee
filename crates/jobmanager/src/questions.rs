//! What clients may ask a running JobManager.

use crate::job::Job;
use crate::job_manager::Shell;
use crate::message::JobManagerHandle;
use crate::view;
use tokio::sync::oneshot;
use weft_common::JobId;
use weft_rpc::view::{ClusterOverview, JobSummary, JobView};
#[cfg(feature = "process")]
use {std::collections::BTreeMap, weft_common::TaskManagerId, weft_rpc::view::AllocatedSlot};

/// Free slots of each TaskManager, and the others.
#[cfg(feature = "process")]
pub(crate) type SlotsInUse = BTreeMap<TaskManagerId, (u32, Vec<AllocatedSlot>)>;

/// The answers are made on the JobManager's thread, between two messages: they are of one moment. One that has stopped knows of nothing.
impl JobManagerHandle {
    /// The jobs that are not over.
    pub async fn jobs(&self) -> Vec<JobSummary> {
        self.look(|shell| shell.jobs.values().map(view::summary).collect()).await
    }

    /// All there is to see of a job that is not over.
    pub async fn job(&self, id: JobId) -> Option<JobView> {
        self.look(move |shell| shell.jobs.get(&id).map(|job: &Job| view::job(job, &shell.cluster))).await
    }

    /// The cluster in numbers; of jobs only those that are not over.
    pub async fn overview(&self) -> ClusterOverview {
        self.look(|shell| {
            let slots = shell.cluster.slots();
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            ClusterOverview {
                task_managers: count(shell.cluster.task_managers().count()),
                slots_total: slots.total,
                slots_available: slots.free,
                jobs_running: count(shell.jobs.len()),
                ..ClusterOverview::default()
            }
        })
        .await
    }

    /// Which slots of which TaskManager jobs have, and the free ones of each.
    #[cfg(feature = "process")]
    pub(crate) async fn slots(&self) -> SlotsInUse {
        self.look(|shell| {
            let free = shell.cluster.slots_of_each().map(|(id, slots)| (id.clone(), slots.free));
            let mut in_use: SlotsInUse = free.map(|(id, free)| (id, (free, Vec::new()))).collect();
            for job in shell.jobs.values() {
                for (slot, tasks) in job.tasks_by_slot() {
                    if let Some((_, allocated)) = in_use.get_mut(&slot.task_manager) {
                        allocated.push(AllocatedSlot { job: job.id(), tasks });
                    }
                }
            }
            in_use
        })
        .await
    }

    async fn look<T: Default + Send + 'static>(&self, look: impl FnOnce(&Shell) -> T + Send + 'static) -> T {
        let (answer, answered) = oneshot::channel();
        self.ask(move |shell| {
            // Whoever asked may have gone.
            let _ = answer.send(look(shell));
        });
        answered.await.unwrap_or_default()
    }
}
