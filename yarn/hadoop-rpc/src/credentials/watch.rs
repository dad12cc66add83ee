//! Credentials that change while clients use them.

use std::sync::Arc;

use tokio::sync::watch;

use super::Credentials;

/// Credentials with the number of their issue.
#[derive(Clone, Debug)]
pub struct Issued {
    /// 0 for the first, one more with every change.
    pub generation: u64,
    /// What was issued.
    pub credentials: Arc<Credentials>,
}

/// Tells every client of new credentials.
#[derive(Debug)]
pub struct CredentialsSender(watch::Sender<Issued>);

impl CredentialsSender {
    /// Issues the first credentials.
    pub fn new(credentials: Credentials) -> Self {
        CredentialsSender(watch::Sender::new(Issued { generation: 0, credentials: Arc::new(credentials) }))
    }

    /// What clients hold.
    pub fn watch(&self) -> CredentialsWatch {
        CredentialsWatch(self.0.subscribe())
    }

    /// Issues credentials in place of the last ones; the same ones again are no new issue. Gives the number.
    pub fn issue(&self, credentials: Credentials) -> u64 {
        self.0.send_if_modified(|issued| {
            let changed = *issued.credentials != credentials;
            if changed {
                *issued = Issued { generation: issued.generation + 1, credentials: Arc::new(credentials) };
            }
            changed
        });
        self.0.borrow().generation
    }
}

/// The newest credentials, whenever they are asked for. Clients open new connections with them and let calls under way end
/// on the old ones.
#[derive(Clone, Debug)]
pub struct CredentialsWatch(watch::Receiver<Issued>);

impl CredentialsWatch {
    /// Credentials that never change.
    pub fn fixed(credentials: Credentials) -> Self {
        CredentialsSender::new(credentials).watch()
    }

    /// The newest issue.
    pub fn current(&self) -> Issued {
        self.0.borrow().clone()
    }

    /// Waits for an issue that this watch has not given yet; `None` when there will be none.
    pub async fn changed(&mut self) -> Option<Issued> {
        self.0.changed().await.ok()?;
        Some(self.0.borrow_and_update().clone())
    }
}
