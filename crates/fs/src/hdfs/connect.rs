//! From a path to the client of its nameservice.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    runtime::{self, Handle},
    sync::OnceCell,
};
use weft_hadoop_conf::{Environment, HadoopConf, HadoopConfError, Sources};
use weft_hadoop_rpc::Login;

use super::{client::HdfsClient, settings::Settings, user};
use crate::{FsError, Operation, Path};

/// Where Hadoop's configuration comes from, what it says, and the clients made by it.
pub(super) struct Connector {
    sources: Sources,
    /// Who calls, if not whoever the process is.
    login: Option<Login>,
    configured: OnceCell<Configured>,
    clients: Mutex<Clients>,
}

/// By authority, as paths write it, and runtime.
type Clients = HashMap<(runtime::Id, String), Arc<HdfsClient>>;

struct Configured {
    conf: HadoopConf,
    settings: Settings,
    user: String,
}

impl Connector {
    /// One that reads the configuration when it is first needed.
    pub(super) fn new(sources: Sources, login: Option<Login>) -> Self {
        Connector { sources, login, configured: OnceCell::new(), clients: Mutex::default() }
    }

    /// The client for a path.
    pub(super) async fn client(&self, operation: Operation, path: &Path) -> Result<Arc<HdfsClient>, FsError> {
        if path.scheme() != Some("hdfs") {
            let reason = "it does not lie in HDFS: write hdfs://NAMESERVICE/ before it";
            return Err(FsError::InvalidPath { text: path.to_string(), reason });
        }
        let key = (Handle::current().id(), path.authority().to_owned());
        if let Some(client) = self.lock().get(&key) {
            return Ok(Arc::clone(client));
        }
        let failed = |error| FsError::Io { operation, path: path.clone(), source: io::Error::other(error) };
        let configured = self.configured.get_or_try_init(|| self.configure()).await.map_err(failed)?;
        if path.authority().is_empty() && !configured.conf.is_set("fs.defaultFS") {
            // Where no site file was found at all, that is what is to be said.
            configured.conf.require_found().map_err(|error| failed(error.into()))?;
        }
        let nameservice = configured.conf.nameservice(path.authority()).map_err(|error| failed(error.into()))?;
        let settings = configured.settings.clone();
        let client = match &self.login {
            None => HdfsClient::shared(&nameservice, &configured.user, settings),
            Some(login) => Arc::new(HdfsClient::new(&nameservice, login.clone(), settings)),
        };
        self.lock().insert(key, Arc::clone(&client));
        Ok(client)
    }

    async fn configure(&self) -> Result<Configured, Box<dyn std::error::Error + Send + Sync>> {
        let sources = self.sources.clone();
        let read = move || {
            let conf = HadoopConf::load(&sources)?;
            let settings = Settings::of(&conf)?;
            let user = user::current(&Environment::of_process());
            Ok::<_, HadoopConfError>(Configured { conf, settings, user })
        };
        Ok(tokio::task::spawn_blocking(read).await??)
    }

    fn lock(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
