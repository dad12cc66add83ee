//! The calls that take time, each on a task of its own.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use weft_control::{ContainerId, StartFailure};
use weft_hadoop_rpc::RpcError;
use weft_yarn_client::proto::{
    AllocateRequest, AllocateResponse, Container, ContainerLaunchContext, StartContainerRequest,
};
use weft_yarn_client::{NodeManagers, Scheduler};

/// What came of a call.
pub(super) enum Outcome {
    Heartbeat { number: u64, answer: Result<Box<AllocateResponse>, RpcError> },
    Start { container: ContainerId, failure: Option<(StartFailure, String)> },
}

/// Makes calls.
pub(super) struct Calls {
    pub(super) scheduler: Arc<Scheduler>,
    pub(super) nodes: Arc<NodeManagers>,
    pub(super) outcomes: UnboundedSender<Outcome>,
}

impl Calls {
    pub(super) fn heartbeat(&self, number: u64, request: AllocateRequest) {
        let (scheduler, outcomes) = (self.scheduler.clone(), self.outcomes.clone());
        tokio::spawn(async move {
            let answer = scheduler.allocate(&request).await.map(Box::new);
            // Nobody listens any more when the attempt is over.
            let _ = outcomes.send(Outcome::Heartbeat { number, answer });
        });
    }

    pub(super) fn start(&self, id: ContainerId, container: Container, context: ContainerLaunchContext) {
        let (nodes, outcomes) = (self.nodes.clone(), self.outcomes.clone());
        tokio::spawn(async move {
            let failure = start(&nodes, container, context).await.err();
            let _ = outcomes.send(Outcome::Start { container: id, failure });
        });
    }
}

async fn start(
    nodes: &NodeManagers,
    container: Container,
    context: ContainerLaunchContext,
) -> Result<(), (StartFailure, String)> {
    let refused = |cause: String| (StartFailure::Refused, cause);
    let token = container.token.ok_or_else(|| refused("YARN gave no token for it".to_owned()))?;
    let node = nodes.get(&container.node).map_err(|error| refused(error.to_string()))?;
    let refusals = node.start(vec![StartContainerRequest { context, token }]).await;
    let refusals = refusals.map_err(|error| refused(error.to_string()))?;
    match refusals.into_iter().next() {
        None => Ok(()),
        Some((_, exception)) => {
            let cause = exception.to_string();
            // A ResourceManager that was restarted gives its containers out anew.
            let outdated = cause.contains("previous RM") || cause.contains("NMNotYetReady");
            Err((if outdated { StartFailure::Outdated } else { StartFailure::Refused }, cause))
        }
    }
}
