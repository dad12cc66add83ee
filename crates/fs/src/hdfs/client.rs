//! What the files of one nameservice share in a process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::{
    runtime::{self, Handle},
    sync::OnceCell,
};
use weft_hadoop_conf::Nameservice;
use weft_hadoop_rpc::{Address, Login, RpcOptions, hdfs::NameNode};

use super::{
    dead_nodes::DeadNodes,
    failure,
    leases::Leases,
    settings::{ENCRYPTED_TRANSFER, Settings},
};
use crate::{FsError, Operation, Path};

/// Calls to a nameservice's NameNodes, and what was learnt of its DataNodes.
pub(super) struct HdfsClient {
    pub(super) name_node: NameNode,
    pub(super) settings: Settings,
    pub(super) login: Login,
    /// The holder of leases.
    pub(super) name: String,
    pub(super) leases: Arc<Leases>,
    pub(super) dead_nodes: DeadNodes,
    /// Whether the cluster encrypts data on its way, once it was asked.
    encrypts: OnceCell<bool>,
}

/// What makes two clients the same. Connections and leases are kept by tasks, which end with their runtime; so clients of
/// different runtimes share nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    runtime: runtime::Id,
    addresses: Vec<Address>,
    user: String,
    settings: Settings,
}

/// Those that are in use. A second client would double connections, leases and what is to be learnt of dead DataNodes.
static CLIENTS: Mutex<Option<HashMap<Key, Weak<HdfsClient>>>> = Mutex::new(None);

impl HdfsClient {
    /// The one client of this runtime for a nameservice, a user who is believed, and settings.
    pub(super) fn shared(nameservice: &Nameservice, user: &str, settings: Settings) -> Arc<Self> {
        let runtime = Handle::current().id();
        let key = Key { runtime, addresses: addresses_of(nameservice), user: user.to_owned(), settings };
        let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
        let clients = clients.get_or_insert_default();
        if let Some(client) = clients.get(&key).and_then(Weak::upgrade) {
            return client;
        }
        clients.retain(|_, client| client.strong_count() > 0);
        let client = Arc::new(HdfsClient::new(nameservice, Login::simple(user), key.settings.clone()));
        clients.insert(key, Arc::downgrade(&client));
        client
    }

    /// A client that nobody else has.
    pub(super) fn new(nameservice: &Nameservice, login: Login, settings: Settings) -> Self {
        let what = if nameservice.is_logical() { "nameservice" } else { "the NameNode" };
        let name = format!("{what} {}", nameservice.name);
        let (addresses, options) = (addresses_of(nameservice), RpcOptions::default());
        let name_node = NameNode::new(name, addresses, login.clone(), options, Arc::new(random));
        let mut id = [0; 8];
        random(&mut id);
        HdfsClient {
            name_node,
            settings,
            login,
            name: format!("weft_{:016x}", u64::from_le_bytes(id)),
            leases: Arc::default(),
            dead_nodes: DeadNodes::default(),
            encrypts: OnceCell::new(),
        }
    }

    /// Refuses to exchange data with DataNodes in a way that this version does not know.
    pub(super) async fn check_data_transfer(&self, operation: Operation, path: &Path) -> Result<(), FsError> {
        let asked = self.encrypts.get_or_try_init(|| async {
            self.name_node.server_defaults().await.map(|defaults| defaults.encrypt_data_transfer())
        });
        let encrypts = *asked.await.map_err(|error| failure::of_call(operation, path, error))?;
        let reason = self.settings.unsupported.or(encrypts.then_some(ENCRYPTED_TRANSFER));
        reason.map_or(Ok(()), |reason| Err(FsError::Unsupported { operation, path: path.clone(), reason }))
    }
}

fn addresses_of(nameservice: &Nameservice) -> Vec<Address> {
    let address =
        |node: &weft_hadoop_conf::NameNode| Address::new(node.rpc_address.host.clone(), node.rpc_address.port);
    nameservice.namenodes.iter().map(address).collect()
}

/// Bytes nobody can guess, from the operating system.
pub(super) fn random(bytes: &mut [u8]) {
    // The system call fails only where there is no such device, and then nothing that needs entropy could be started.
    let _ = getrandom::fill(bytes);
}
