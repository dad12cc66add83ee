//! Keeping the right to write.
//!
//! A NameNode lets a client write its open files for a minute, and for another one each time the client renews all of them at
//! once. After that, others may take the files over. One task of a client renews, as long as any file is open.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{task::JoinHandle, time::sleep};
use weft_hadoop_rpc::hdfs::NameNode;

/// A third of the time a NameNode grants: two renewals may fail before it matters.
const INTERVAL: Duration = Duration::from_secs(20);

/// The open files of a client, and the task that renews.
#[derive(Debug, Default)]
pub(super) struct Leases {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    files: usize,
    renewal: Option<JoinHandle<()>>,
}

/// An open file. It counts as open until this is dropped.
#[derive(Debug)]
pub(super) struct Lease {
    leases: Arc<Leases>,
}

impl Leases {
    /// Counts a file that was just created.
    pub(super) fn hold(self: &Arc<Self>, name_node: &NameNode, client_name: &str) -> Lease {
        let mut state = self.lock();
        state.files += 1;
        // A task ends with the runtime that it was started on, and another may have taken that one's place.
        if state.renewal.as_ref().is_none_or(JoinHandle::is_finished) {
            state.renewal = Some(tokio::spawn(renew(name_node.clone(), client_name.to_owned())));
        }
        Lease { leases: Arc::clone(self) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut state = self.leases.lock();
        state.files = state.files.saturating_sub(1);
        if state.files == 0
            && let Some(renewal) = state.renewal.take()
        {
            renewal.abort();
        }
    }
}

async fn renew(name_node: NameNode, client_name: String) {
    loop {
        sleep(INTERVAL).await;
        // The client below repeats it at every NameNode for a minute; a writer whose lease is lost learns it from its next call.
        let _ = name_node.renew_lease(&client_name).await;
    }
}
