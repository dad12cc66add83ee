//! A server before a made-up cluster.

use crate::client::{self, Answer};
use crate::fake_cluster::FakeCluster;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use tokio::runtime::Runtime;
use weft_rest::{RestServer, RestSettings, VersionInfo};

/// A running server. Dropped, it is closed, and its runtime ends.
pub(crate) struct Served {
    pub(crate) cluster: Arc<FakeCluster>,
    pub(crate) address: SocketAddr,
    server: Option<RestServer>,
    runtime: Runtime,
}

impl Served {
    /// With the usual settings.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// With settings that `change` has changed.
    pub(crate) fn with(change: impl FnOnce(&mut RestSettings)) -> Self {
        let mut settings = settings();
        change(&mut settings);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let cluster = Arc::new(FakeCluster::new());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = {
            let _inside = runtime.enter();
            RestServer::start(listener, settings, cluster.clone()).unwrap()
        };
        Served { cluster, address: server.address(), server: Some(server), runtime }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, b"")
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        client::ask(self.address, method, path, "", body)
    }

    /// Ends the server and waits for it.
    pub(crate) fn close(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.close());
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.close();
    }
}

/// Of a version that is made up.
pub(crate) fn settings() -> RestSettings {
    RestSettings::new(VersionInfo { version: "0.1.0".into(), commit: "abc1234".into(), committed_at: String::new() })
}
