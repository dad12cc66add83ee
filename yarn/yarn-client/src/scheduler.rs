//! ApplicationMasterProtocol: what an ApplicationMaster asks a ResourceManager.

use std::sync::Arc;
use std::time::Duration;

use weft_hadoop_rpc::{
    Address, Credentials, CredentialsSender, CredentialsWatch, Entropy, Login, Method, Protocol, RpcClient, RpcError,
    RpcOptions, Service, Token, TokenSelector,
};

use crate::YarnError;
use crate::proto::*;
use crate::waiting::Patience;

const PROTOCOL: Protocol = Protocol { name: "org.apache.hadoop.yarn.api.ApplicationMasterProtocolPB", version: 1 };

const REGISTER: Method<RegisterApplicationMasterRequest, RegisterApplicationMasterResponse> =
    Method::new("registerApplicationMaster");
const ALLOCATE: Method<AllocateRequest, AllocateResponse> = Method::new("allocate");
const FINISH: Method<FinishApplicationMasterRequest, FinishApplicationMasterResponse> =
    Method::new("finishApplicationMaster");

/// The kind of the token by which an ApplicationMaster is known.
pub const AM_RM_TOKEN: &str = "YARN_AM_RM_TOKEN";

/// How often is asked whether an attempt is unregistered: the ResourceManager stores its end first.
const POLL: Duration = Duration::from_millis(100);

/// Calls of one attempt to the ResourceManagers at their schedulers' addresses (port 8030 unless set).
///
/// These always want the attempt's token, in clusters without security too. When a response brings a new token, the next
/// call uses it. What to do about an answer or an exception is the business of the machine above.
#[derive(Debug)]
pub struct Scheduler {
    client: RpcClient,
    tokens: CredentialsSender,
}

impl Scheduler {
    /// A client of the schedulers at `addresses`, for the attempt that `token` stands for; `name` is what messages call it.
    pub fn new(
        addresses: Vec<Address>,
        name: impl Into<String>,
        token: Token,
        options: RpcOptions,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let tokens = CredentialsSender::new(only(token));
        let login = Login::token(name, tokens.watch(), TokenSelector::any(AM_RM_TOKEN));
        let service = Service {
            name: "the ResourceManager's scheduler".to_owned(),
            protocol: PROTOCOL,
            addresses,
            catch_up: None,
        };
        Scheduler { client: RpcClient::new(service, login, options, entropy), tokens }
    }

    /// The attempt's token among the credentials that its container was started with. It names no service, and must not
    /// be passed on to other containers.
    pub fn token_among(credentials: &Credentials) -> Option<&Token> {
        TokenSelector::any(AM_RM_TOKEN).select(credentials)
    }

    /// The token in use, as responses change it.
    pub fn tokens(&self) -> CredentialsWatch {
        self.tokens.watch()
    }

    /// Registers the attempt: where it is, and its web page (empty for none). Sets the number of the last response to 0.
    ///
    /// # Errors
    /// As of [`RpcClient::call`];
    /// [`InvalidApplicationMasterRequest`](weft_hadoop_rpc::ExceptionKind::InvalidApplicationMasterRequest) the second
    /// time.
    pub async fn register(
        &self,
        host: &str,
        rpc_port: i32,
        tracking_url: &str,
    ) -> Result<RegisterApplicationMasterResponse, RpcError> {
        let (host, tracking_url) = (host.to_owned(), tracking_url.to_owned());
        self.client.call(&REGISTER, &RegisterApplicationMasterRequest { host, rpc_port, tracking_url }).await
    }

    /// One heartbeat. Only one may be under way; a request that is repeated with the same number is answered as before.
    ///
    /// # Errors
    /// As of [`RpcClient::call`];
    /// [`ApplicationMasterNotRegistered`](weft_hadoop_rpc::ExceptionKind::ApplicationMasterNotRegistered) after a
    /// fail-over, [`ApplicationAttemptNotFound`](weft_hadoop_rpc::ExceptionKind::ApplicationAttemptNotFound) when the
    /// attempt is over.
    pub async fn allocate(&self, request: &AllocateRequest) -> Result<AllocateResponse, RpcError> {
        let mut response = self.client.call(&ALLOCATE, request).await?;
        // It comes with every response until it is used, so it is issued, and connected with, once.
        if let Some(token) = response.master_token.take() {
            self.tokens.issue(only(token.into()));
        }
        Ok(response)
    }

    /// Ends the attempt, and with it the application; waits for `limit` at most until there is a ResourceManager to be told, and until it has
    /// stored that.
    ///
    /// # Errors
    /// [`YarnError::TimedOut`]; those of calls, as for [`allocate`](Self::allocate).
    pub async fn finish(&self, request: &FinishApplicationMasterRequest, limit: Duration) -> Result<(), YarnError> {
        let patience = Patience::new("the attempt to be unregistered".to_owned(), POLL, limit);
        let client = self.client.with_call_timeout(limit);
        while !client.call(&FINISH, request).await?.unregistered() {
            patience.again(|| "it is being stored".to_owned()).await?;
        }
        Ok(())
    }
}

fn only(token: Token) -> Credentials {
    let mut credentials = Credentials::default();
    credentials.tokens.insert(String::new(), token);
    credentials
}
