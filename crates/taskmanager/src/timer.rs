//! Tells a TaskManager when its next deadline is reached.

use std::sync::Weak;
use std::time::Duration;

use crate::TaskManager;
use tokio::sync::watch;
use weft_common::Mono;
use weft_control::TaskManagerEvent;

/// The next deadline, for the task that waits for it.
pub(crate) struct Timer(watch::Sender<Option<Mono>>);

impl Timer {
    /// No deadline yet, and nobody who waits for one.
    pub(crate) fn new() -> (Self, Waiting) {
        let (deadline, changed) = watch::channel(None);
        (Timer(deadline), Waiting(changed))
    }

    pub(crate) fn set(&self, deadline: Option<Mono>) {
        self.0.send_if_modified(|current| std::mem::replace(current, deadline) != deadline);
    }
}

/// What waits for the deadlines.
pub(crate) struct Waiting(watch::Receiver<Option<Mono>>);

impl Waiting {
    /// Waits, on `io`, until the TaskManager is gone: it must be there by now.
    pub(crate) fn start(self, io: &tokio::runtime::Handle, task_manager: Weak<TaskManager>) {
        io.spawn(wait(self.0, task_manager));
    }
}

async fn wait(mut deadline: watch::Receiver<Option<Mono>>, task_manager: Weak<TaskManager>) {
    loop {
        let due = *deadline.borrow_and_update();
        let patience = match (due, task_manager.upgrade()) {
            (_, None) => return,
            (None, _) => Duration::MAX,
            (Some(due), Some(task_manager)) => due.since(task_manager.now()),
        };
        // A time-out that is too long to be added to the present is none.
        tokio::select! {
            changed = deadline.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            () = tokio::time::sleep(patience) => {
                if let Some(task_manager) = task_manager.upgrade() {
                    task_manager.on(TaskManagerEvent::Tick);
                }
            }
        }
    }
}
