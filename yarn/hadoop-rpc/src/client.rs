//! A client of one service, however many servers it has.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use prost::Message;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::connection::{ConnectError, Connection, Purpose};
use crate::entropy::Entropy;
use crate::failover::Effort;
use crate::frame::{self, ClientId};
use crate::{Address, Login, Method, Protocol, RpcError, RpcOptions};

/// What a client talks to.
#[derive(Clone, Debug)]
pub struct Service {
    /// What messages call it, in the user's terms: `nameservice ns1`, `the ResourceManager`.
    pub name: String,
    /// The protocol spoken.
    pub protocol: Protocol,
    /// Its servers. The first is asked first; the one that answered last is asked first from then on.
    pub addresses: Vec<Address>,
    /// What is asked before a call is repeated that may have been carried out, if servers need it to recognise the repetition.
    pub catch_up: Option<CatchUp>,
}

/// A call that changes nothing and that a server answers only when it knows what its predecessors did.
///
/// A NameNode that becomes active takes calls a moment before it has read the last edits of the one before. A repeated call that arrives
/// in that moment is compared with the calls known then, is not recognised, waits for the namesystem's lock until the edits are read,
/// and is carried out again: the source of a rename is gone, what was to be deleted is not there. (`HAState.setStateInternal` enters the
/// state before it reads the edits, under the lock; `NameNodeRpcServer` asks for state and known calls without it.) A call that
/// takes the lock itself is answered after the edits.
///
/// A NameNode that was frozen for a while is no longer active, does not know it before it fails to write an edit, and takes calls until then.
/// What it did in memory alone it answers at once when it is asked for it a second time. So a call that it got no answer to goes back to it
/// only if the others, asked the same, are not active.
#[derive(Clone, Debug)]
pub struct CatchUp {
    pub(crate) method: &'static str,
    pub(crate) request: Bytes,
}

impl CatchUp {
    /// The call of this method with this request.
    pub fn new<Q: Message, A>(method: &Method<Q, A>, request: &Q) -> Self {
        CatchUp { method: method.name, request: request.encode_length_delimited_to_vec().into() }
    }
}

/// A client of one service, cheap to clone; clones share connections and the client's id.
///
/// A call goes to the server that answered last. When it cannot be reached, breaks off, is silent or says that it is on
/// standby, the call goes to the next one, and after a round of them all waits a little; the client's id and the call's
/// id stay the same, so that a server recognises a call that it has already carried out. The call ends with a result, an
/// exception of a server, or [`RpcError::Unavailable`] when its time is up.
///
/// When the login's credentials change, the next call opens a connection with the new ones.
#[derive(Clone)]
pub struct RpcClient {
    shared: Arc<Shared>,
    call_timeout: Duration,
}

pub(crate) struct Shared {
    pub(crate) service: Service,
    pub(crate) entropy: Arc<dyn Entropy>,
    purpose: Purpose,
    slots: Vec<Mutex<Slot>>,
    /// The address to ask first.
    preferred: AtomicUsize,
    next_call: AtomicU32,
}

/// The connection to one address, and who failed last to make one.
#[derive(Default)]
struct Slot {
    /// With the generation of the credentials it was made with.
    connection: Option<(u64, Arc<Connection>)>,
    /// When, and with which generation of the credentials.
    failure: Option<(Instant, u64, ConnectError)>,
}

impl RpcClient {
    /// A client that connects with its first call. `entropy` gives its id, nonces and the jitter of its waits.
    pub fn new(service: Service, login: Login, options: RpcOptions, entropy: Arc<dyn Entropy>) -> Self {
        let call_timeout = options.call_timeout;
        let shared = Shared {
            purpose: Purpose { protocol: service.protocol, login, client_id: client_id(&*entropy), options },
            slots: service.addresses.iter().map(|_| Mutex::default()).collect(),
            service,
            entropy,
            preferred: AtomicUsize::new(0),
            next_call: AtomicU32::new(0),
        };
        RpcClient { shared: Arc::new(shared), call_timeout }
    }

    /// The same client with another limit for a whole call.
    pub fn with_call_timeout(&self, call_timeout: Duration) -> Self {
        RpcClient { shared: self.shared.clone(), call_timeout }
    }

    /// What the client talks to.
    pub fn service(&self) -> &Service {
        &self.shared.service
    }

    /// Calls a method. Dropping the future gives the call up; it may be carried out all the same.
    ///
    /// # Errors
    /// See [`RpcError`].
    pub async fn call<Q, A>(&self, method: &Method<Q, A>, request: &Q) -> Result<A, RpcError>
    where
        Q: Message,
        A: Message + Default,
    {
        let request = request.encode_length_delimited_to_vec();
        let limit = self.shared.purpose.options.max_request_bytes;
        if request.len() > limit {
            return Err(RpcError::RequestTooLarge {
                method: method.name,
                service: self.shared.service.name.clone(),
                length: request.len(),
                limit,
            });
        }
        let (address, body) = Effort::new(&self.shared, method.name, self.call_timeout).make(&request).await?;
        frame::message(body).map_err(|reason| RpcError::Malformed {
            address,
            reason: format!("its reply to {} cannot be read: {reason}", method.name),
        })
    }
}

impl std::fmt::Debug for RpcClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RpcClient").field("service", &self.shared.service).finish_non_exhaustive()
    }
}

/// A random UUID of version 4, as bytes.
fn client_id(entropy: &dyn Entropy) -> ClientId {
    let mut id = [0; 16];
    entropy.fill(&mut id);
    let [.., version, _, variant, _, _, _, _, _, _, _] = &mut id;
    *version = (*version & 0x0f) | 0x40;
    *variant = (*variant & 0x3f) | 0x80;
    id
}

impl Shared {
    pub(crate) fn options(&self) -> &RpcOptions {
        &self.purpose.options
    }

    pub(crate) fn client_id(&self) -> &ClientId {
        &self.purpose.client_id
    }

    pub(crate) fn login(&self) -> &Login {
        &self.purpose.login
    }

    /// An id no other call of this client has, for as long as two thousand million calls.
    pub(crate) fn next_call_id(&self) -> i32 {
        (self.next_call.fetch_add(1, Ordering::Relaxed) & 0x7fff_ffff) as i32
    }

    /// The issue of credentials that new connections use.
    pub(crate) fn generation(&self) -> u64 {
        self.login().credentials().current().generation
    }

    pub(crate) fn preferred(&self) -> usize {
        self.preferred.load(Ordering::Relaxed)
    }

    pub(crate) fn prefer(&self, index: usize) {
        self.preferred.store(index, Ordering::Relaxed);
    }

    /// An open connection to an address. One caller connects and the others wait for it; they share its failure too, so
    /// that a hundred calls to a dead server wait for one connection and not for a hundred in turn.
    pub(crate) async fn connection(&self, index: usize, address: &Address) -> Result<Arc<Connection>, ConnectError> {
        let asked = Instant::now();
        let Some(slot) = self.slots.get(index) else {
            return Err(ConnectError::Unreachable("there is no such address".to_owned()));
        };
        let mut slot = slot.lock().await;
        // Read before connecting: a connection may be younger than its number says, never older.
        let generation = self.generation();
        if let Some((made, connection)) = &slot.connection
            && *made == generation
            && connection.is_open()
        {
            return Ok(connection.clone());
        }
        // What older credentials were refused for says nothing about these.
        if let Some((when, tried, failure)) = &slot.failure
            && *when >= asked
            && *tried == generation
        {
            return Err(failure.clone());
        }
        // Calls under way keep a connection with older credentials until they are done.
        slot.connection = None;
        match Connection::open(address, &self.purpose, &*self.entropy).await {
            Ok(connection) => {
                let connection = Arc::new(connection);
                slot.connection = Some((generation, connection.clone()));
                Ok(connection)
            }
            Err(failure) => {
                slot.failure = Some((Instant::now(), generation, failure.clone()));
                Err(failure)
            }
        }
    }
}
