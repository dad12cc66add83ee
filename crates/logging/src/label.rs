//! Which task a thread works on.
//!
//! A lane gives many tasks their turns, and what runs in a turn may log. To enter a span for every turn would cost more than some
//! turns; so a lane says who is working by one pointer, and only who logs looks at it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::OnceLock;

thread_local! {
    static CURRENT: RefCell<Option<Rc<TaskLabel>>> = const { RefCell::new(None) };
}

static PROCESS_JOB: OnceLock<String> = OnceLock::new();

/// Says that everything in this process is about one job, as in a worker. Said once; later words change nothing.
pub fn set_process_job(job: impl Into<String>) {
    let _ = PROCESS_JOB.set(job.into());
}

pub(crate) fn process_job() -> Option<&'static str> {
    PROCESS_JOB.get().map(String::as_str)
}

/// A task and which of its operators is at work.
#[derive(Debug)]
pub struct TaskLabel {
    task: String,
    operators: Vec<String>,
    current: Cell<usize>,
}

impl TaskLabel {
    /// A task of these operators; the first is at work.
    pub fn new(task: impl Into<String>, operators: Vec<String>) -> Rc<Self> {
        Rc::new(TaskLabel { task: task.into(), operators, current: Cell::new(0) })
    }

    /// From now on the operator of this index is at work.
    pub fn set_operator(&self, index: usize) {
        self.current.set(index);
    }

    /// The index of the operator at work.
    pub fn operator(&self) -> usize {
        self.current.get()
    }

    /// The thread works on this task until what is returned is dropped; then on what it worked on before.
    pub fn enter(self: &Rc<Self>) -> Entered {
        let before = CURRENT.with(|current| current.replace(Some(Rc::clone(self))));
        Entered { before }
    }
}

/// That a thread works on a task.
#[must_use = "the thread works on the task until this is dropped"]
pub struct Entered {
    before: Option<Rc<TaskLabel>>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let before = self.before.take();
        // A thread that ends has no label any more, and logs nothing either.
        let _ = CURRENT.try_with(|current| current.replace(before));
    }
}

/// The name of the task that this thread works on, and that of the operator where the task has several.
pub(crate) fn current() -> Option<(String, Option<String>)> {
    let of = |label: &TaskLabel| {
        let several = label.operators.len() > 1;
        let operator = label.operators.get(label.current.get()).filter(|_| several);
        (label.task.clone(), operator.cloned())
    };
    CURRENT.try_with(|current| current.borrow().as_deref().map(of)).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn labels_nest_and_outlive_panics() {
        let outer = TaskLabel::new("Source -> Map (1/2)#0", vec!["Source".into(), "Map".into()]);
        let inner = TaskLabel::new("Sink (1/2)#0", vec!["Sink".into()]);
        assert_eq!(current(), None);
        let entered = outer.enter();
        outer.set_operator(1);
        assert_eq!(current(), Some(("Source -> Map (1/2)#0".into(), Some("Map".into()))));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _entered = inner.enter();
            assert_eq!(current(), Some(("Sink (1/2)#0".into(), None)));
            std::panic::resume_unwind(Box::new(()));
        }));
        assert!(panicked.is_err());
        assert_eq!(current(), Some(("Source -> Map (1/2)#0".into(), Some("Map".into()))));
        drop(entered);
        assert_eq!(current(), None);
    }
}
