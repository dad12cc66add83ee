//! A place where an operation waits for the test.

use std::sync::Arc;

use tokio::sync::watch;

/// Holds operations back until it is opened. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    arrivals: Arc<watch::Sender<usize>>,
    open: Arc<watch::Sender<bool>>,
}

impl Gate {
    /// A gate that is shut.
    pub fn new() -> Self {
        Self { arrivals: Arc::new(watch::Sender::new(0)), open: Arc::new(watch::Sender::new(false)) }
    }

    /// Waits until this many operations have come to the gate.
    pub async fn reached(&self, operations: usize) {
        let mut arrivals = self.arrivals.subscribe();
        let _never_closed = arrivals.wait_for(|arrived| *arrived >= operations).await;
    }

    /// Lets all through, those waiting and those to come.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    pub(super) async fn pass(&self) {
        self.arrivals.send_modify(|arrived| *arrived += 1);
        let mut open = self.open.subscribe();
        let _never_closed = open.wait_for(|open| *open).await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}
