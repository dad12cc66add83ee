//! A look at a TaskManager from beside it.

use std::sync::Weak;

use super::children::Children;
use super::link::SessionLink;
use crate::TaskManager;
use weft_rpc::TaskManagerRegistration;
use weft_rpc::view::{ProcessMemory, RunningTask};

/// What a TaskManager shows of itself. Does not keep it.
#[derive(Clone)]
pub struct Window {
    pub(super) task_manager: Weak<TaskManager>,
    pub(super) link: Weak<SessionLink>,
    pub(super) children: Weak<Children>,
}

/// A TaskManager at one moment.
#[derive(Clone, Debug)]
pub struct Sight {
    /// What it is.
    pub registration: TaskManagerRegistration,
    /// What it and its workers use of the memory.
    pub memory: ProcessMemory,
    /// What it runs.
    pub tasks: Vec<RunningTask>,
}

impl Window {
    /// Looks; `None` when the TaskManager has gone. Reads what the kernel says of this process, which takes about a millisecond.
    pub fn look(&self) -> Option<Sight> {
        let (task_manager, link) = (self.task_manager.upgrade()?, self.link.upgrade()?);
        let children = self.children.upgrade()?;
        let mut tasks = task_manager.running_tasks();
        tasks.iter_mut().for_each(|task| task.job_name = children.job_name(task.job));
        Some(Sight { registration: link.registration().clone(), memory: link.memory(&task_manager), tasks })
    }
}
