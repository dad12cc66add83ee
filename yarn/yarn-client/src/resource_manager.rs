//! ApplicationClientProtocol: what anybody asks a ResourceManager.

use std::sync::Arc;
use std::time::Duration;

use weft_hadoop_rpc::proto::rpc::{
    CancelDelegationTokenRequest, CancelDelegationTokenResponse, GetDelegationTokenRequest, GetDelegationTokenResponse,
    RenewDelegationTokenRequest, RenewDelegationTokenResponse,
};
use weft_hadoop_rpc::{
    Address, Entropy, ExceptionKind, Login, Method, Protocol, RpcClient, RpcError, RpcOptions, Service, Token,
};

use crate::YarnError;
use crate::proto::*;
use crate::waiting::Patience;

const PROTOCOL: Protocol = Protocol { name: "org.apache.hadoop.yarn.api.ApplicationClientProtocolPB", version: 1 };

/// The kind of the tokens that ResourceManagers issue to their clients.
pub const RM_DELEGATION_TOKEN: &str = "RM_DELEGATION_TOKEN";

/// How often is asked whether an application has got further.
const POLL: Duration = Duration::from_millis(200);

macro_rules! methods {
    ($($constant:ident = $name:literal: $request:ident -> $response:ident;)*) => {
        $(const $constant: Method<$request, $response> = Method::new($name);)*
    };
}

methods! {
    GET_NEW_APPLICATION = "getNewApplication": GetNewApplicationRequest -> GetNewApplicationResponse;
    SUBMIT_APPLICATION = "submitApplication": SubmitApplicationRequest -> SubmitApplicationResponse;
    GET_APPLICATION_REPORT = "getApplicationReport": GetApplicationReportRequest -> GetApplicationReportResponse;
    GET_APPLICATIONS = "getApplications": GetApplicationsRequest -> GetApplicationsResponse;
    FORCE_KILL_APPLICATION = "forceKillApplication": KillApplicationRequest -> KillApplicationResponse;
    FAIL_APPLICATION_ATTEMPT = "failApplicationAttempt":
        FailApplicationAttemptRequest -> FailApplicationAttemptResponse;
    GET_APPLICATION_ATTEMPTS = "getApplicationAttempts":
        GetApplicationAttemptsRequest -> GetApplicationAttemptsResponse;
    GET_CONTAINERS = "getContainers": GetContainersRequest -> GetContainersResponse;
    GET_CONTAINER_REPORT = "getContainerReport": GetContainerReportRequest -> GetContainerReportResponse;
    GET_CLUSTER_METRICS = "getClusterMetrics": GetClusterMetricsRequest -> GetClusterMetricsResponse;
    GET_CLUSTER_NODES = "getClusterNodes": GetClusterNodesRequest -> GetClusterNodesResponse;
    GET_QUEUE_INFO = "getQueueInfo": GetQueueInfoRequest -> GetQueueInfoResponse;
    GET_QUEUE_USER_ACLS = "getQueueUserAcls": GetQueueUserAclsInfoRequest -> GetQueueUserAclsInfoResponse;
    GET_RESOURCE_TYPE_INFO = "getResourceTypeInfo": GetAllResourceTypeInfoRequest -> GetAllResourceTypeInfoResponse;
    SIGNAL_TO_CONTAINER = "signalToContainer": SignalContainerRequest -> SignalContainerResponse;
    UPDATE_APPLICATION_PRIORITY = "updateApplicationPriority":
        UpdateApplicationPriorityRequest -> UpdateApplicationPriorityResponse;
    MOVE_APPLICATION_ACROSS_QUEUES = "moveApplicationAcrossQueues":
        MoveApplicationAcrossQueuesRequest -> MoveApplicationAcrossQueuesResponse;
    GET_DELEGATION_TOKEN = "getDelegationToken": GetDelegationTokenRequest -> GetDelegationTokenResponse;
    RENEW_DELEGATION_TOKEN = "renewDelegationToken": RenewDelegationTokenRequest -> RenewDelegationTokenResponse;
    CANCEL_DELEGATION_TOKEN = "cancelDelegationToken": CancelDelegationTokenRequest -> CancelDelegationTokenResponse;
}

/// Calls to the ResourceManagers of a cluster at their clients' addresses (port 8032 unless set). Cheap to clone.
///
/// A ResourceManager on standby refuses connections; the client then asks the next. Every call may be repeated.
#[derive(Clone, Debug)]
pub struct ResourceManager {
    client: RpcClient,
}

impl ResourceManager {
    /// A client of the ResourceManagers at `addresses`.
    pub fn new(addresses: Vec<Address>, login: Login, options: RpcOptions, entropy: Arc<dyn Entropy>) -> Self {
        let service = Service { name: "the ResourceManager".to_owned(), protocol: PROTOCOL, addresses, catch_up: None };
        ResourceManager { client: RpcClient::new(service, login, options, entropy) }
    }

    /// The same with another limit for a whole call.
    pub fn with_call_timeout(&self, call_timeout: Duration) -> Self {
        ResourceManager { client: self.client.with_call_timeout(call_timeout) }
    }

    /// Reserves an id, and tells the largest container there can be. Nothing must be cleaned up if it stays unused.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn new_application(&self) -> Result<GetNewApplicationResponse, RpcError> {
        self.client.call(&GET_NEW_APPLICATION, &GetNewApplicationRequest {}).await
    }

    /// Submits an application and waits, for `limit` at most, until the ResourceManager has accepted it. An application
    /// that a fail-over made it forget is submitted again; the id makes sure that there is only one. Gives its report.
    ///
    /// # Errors
    /// [`YarnError::NotAccepted`] with the diagnostics, as for an unknown queue; [`YarnError::TimedOut`]; those of calls.
    pub async fn submit(
        &self,
        context: ApplicationSubmissionContext,
        limit: Duration,
    ) -> Result<ApplicationReport, YarnError> {
        let application = context.application;
        let request = SubmitApplicationRequest { context };
        let patience = Patience::new(format!("{application} to be accepted"), POLL, limit);
        self.client.call(&SUBMIT_APPLICATION, &request).await?;
        loop {
            let report = match self.report(application).await {
                Ok(report) => report,
                Err(error) if error.is(ExceptionKind::ApplicationNotFound) => {
                    self.client.call(&SUBMIT_APPLICATION, &request).await?;
                    patience.again(|| "the ResourceManager had forgotten it".to_owned()).await?;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let state = report.state();
            match state {
                ApplicationState::New | ApplicationState::NewSaving | ApplicationState::Submitted => {
                    patience.again(|| format!("it is {}: {}", state.as_str_name(), report.diagnostics)).await?;
                }
                ApplicationState::Failed | ApplicationState::Killed => {
                    return Err(YarnError::NotAccepted { application, state, diagnostics: report.diagnostics });
                }
                _ => return Ok(report),
            }
        }
    }

    /// How an application stands. During a fail-over one that runs is accepted for a moment, at host "N/A" and port -1.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; [`ApplicationNotFound`](ExceptionKind::ApplicationNotFound).
    pub async fn report(&self, application: ApplicationId) -> Result<ApplicationReport, RpcError> {
        let request = GetApplicationReportRequest { application };
        Ok(self.client.call(&GET_APPLICATION_REPORT, &request).await?.report)
    }

    /// The applications that a request asks for; an empty one asks for all that the ResourceManager remembers.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn applications(&self, request: &GetApplicationsRequest) -> Result<Vec<ApplicationReport>, RpcError> {
        Ok(self.client.call(&GET_APPLICATIONS, request).await?.applications)
    }

    /// Kills an application and waits, for `limit` at most, until it is dead. One that has ended already is fine.
    ///
    /// # Errors
    /// [`YarnError::TimedOut`]; those of calls, as [`AccessControl`](ExceptionKind::AccessControl).
    pub async fn kill(&self, application: ApplicationId, reason: &str, limit: Duration) -> Result<(), YarnError> {
        let request = KillApplicationRequest { application, diagnostics: Some(reason.to_owned()) };
        let patience = Patience::new(format!("the end of {application}"), POLL, limit);
        while !self.client.call(&FORCE_KILL_APPLICATION, &request).await?.completed() {
            patience.again(|| "it is being killed".to_owned()).await?;
        }
        Ok(())
    }

    /// Makes an attempt of an application fail, so that the next one begins.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn fail_attempt(&self, attempt: ApplicationAttemptId) -> Result<(), RpcError> {
        self.client.call(&FAIL_APPLICATION_ATTEMPT, &FailApplicationAttemptRequest { attempt }).await.map(drop)
    }

    /// The attempts of an application.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn attempts(&self, application: ApplicationId) -> Result<Vec<ApplicationAttemptReport>, RpcError> {
        let request = GetApplicationAttemptsRequest { application };
        Ok(self.client.call(&GET_APPLICATION_ATTEMPTS, &request).await?.attempts)
    }

    /// The containers of an attempt that run or ended lately.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn containers(&self, attempt: ApplicationAttemptId) -> Result<Vec<ContainerReport>, RpcError> {
        Ok(self.client.call(&GET_CONTAINERS, &GetContainersRequest { attempt }).await?.containers)
    }

    /// How a container stands.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; [`ContainerNotFound`](ExceptionKind::ContainerNotFound).
    pub async fn container(&self, container: ContainerId) -> Result<ContainerReport, RpcError> {
        Ok(self.client.call(&GET_CONTAINER_REPORT, &GetContainerReportRequest { container }).await?.report)
    }

    /// How many nodes there are, by state.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn cluster_metrics(&self) -> Result<ClusterMetrics, RpcError> {
        Ok(self.client.call(&GET_CLUSTER_METRICS, &GetClusterMetricsRequest {}).await?.metrics)
    }

    /// The nodes in one of the states; with none given, all nodes.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn nodes(&self, states: &[NodeState]) -> Result<Vec<NodeReport>, RpcError> {
        let request = GetClusterNodesRequest { states: states.iter().map(|state| *state as i32).collect() };
        Ok(self.client.call(&GET_CLUSTER_NODES, &request).await?.nodes)
    }

    /// A queue and all queues below it; `root` has them all. `None` when there is no such queue and the server does not
    /// make that an exception.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn queue(&self, name: &str) -> Result<Option<QueueInfo>, RpcError> {
        let request = GetQueueInfoRequest {
            name: name.to_owned(),
            include_applications: Some(false),
            include_children: Some(true),
            recursive: Some(true),
        };
        Ok(self.client.call(&GET_QUEUE_INFO, &request).await?.queue)
    }

    /// What the caller may do in each queue.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn queue_acls(&self) -> Result<Vec<QueueUserAcls>, RpcError> {
        Ok(self.client.call(&GET_QUEUE_USER_ACLS, &GetQueueUserAclsInfoRequest {}).await?.queues)
    }

    /// The sorts of resources the cluster knows, memory and cores among them.
    ///
    /// # Errors
    /// As of [`RpcClient::call`]; [`NoSuchMethod`](ExceptionKind::NoSuchMethod) before Hadoop 3.
    pub async fn resource_types(&self) -> Result<Vec<ResourceTypeInfo>, RpcError> {
        Ok(self.client.call(&GET_RESOURCE_TYPE_INFO, &GetAllResourceTypeInfoRequest {}).await?.types)
    }

    /// Has a signal sent to a container.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn signal(&self, container: ContainerId, command: SignalCommand) -> Result<(), RpcError> {
        let request = SignalContainerRequest { container, command: command as i32 };
        self.client.call(&SIGNAL_TO_CONTAINER, &request).await.map(drop)
    }

    /// Gives an application another priority; gives the one it has then, which the cluster may limit.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn set_priority(&self, application: ApplicationId, priority: i32) -> Result<Option<i32>, RpcError> {
        let request = UpdateApplicationPriorityRequest { application, priority: Priority { priority } };
        let response = self.client.call(&UPDATE_APPLICATION_PRIORITY, &request).await?;
        Ok(response.priority.map(|priority| priority.priority))
    }

    /// Moves an application to another queue.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn move_to_queue(&self, application: ApplicationId, queue: &str) -> Result<(), RpcError> {
        let request = MoveApplicationAcrossQueuesRequest { application, queue: queue.to_owned() };
        self.client.call(&MOVE_APPLICATION_ACROSS_QUEUES, &request).await.map(drop)
    }

    /// A token that stands for the caller, which `renewer` may renew. The service is left to the caller to set.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn delegation_token(&self, renewer: &str) -> Result<Option<Token>, RpcError> {
        let request = GetDelegationTokenRequest { renewer: renewer.to_owned() };
        Ok(self.client.call(&GET_DELEGATION_TOKEN, &request).await?.token.map(Token::from))
    }

    /// Renews a token; gives its new end in milliseconds since 1970.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn renew_delegation_token(&self, token: Token) -> Result<u64, RpcError> {
        let request = RenewDelegationTokenRequest { token: token.into() };
        Ok(self.client.call(&RENEW_DELEGATION_TOKEN, &request).await?.new_expiry_time)
    }

    /// Makes a token worthless.
    ///
    /// # Errors
    /// As of [`RpcClient::call`].
    pub async fn cancel_delegation_token(&self, token: Token) -> Result<(), RpcError> {
        let request = CancelDelegationTokenRequest { token: token.into() };
        self.client.call(&CANCEL_DELEGATION_TOKEN, &request).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Callers spawn these.
    #[test]
    fn futures_move_between_threads() {
        fn is_send(_: impl Send) {}
        let ask = |rm: &ResourceManager, context: ApplicationSubmissionContext| {
            is_send(rm.kill(context.application, "", POLL));
            is_send(rm.submit(context, POLL));
        };
        let finish = |scheduler: &crate::Scheduler, request: &FinishApplicationMasterRequest| {
            is_send(scheduler.finish(request, POLL));
        };
        // That this compiles is the test.
        let _ = (ask, finish);
    }
}
