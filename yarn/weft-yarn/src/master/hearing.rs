//! What comes of calls.

use weft_control::ContainerEvent;
use weft_hadoop_rpc::{ExceptionKind, RpcError};
use weft_yarn_client::proto::{AllocateResponse, Container, MasterCommand};

use super::ApplicationMaster;
use super::answer::{answer, granted, ledger_id};
use super::calls::Outcome;
use super::staffing::Fence;

/// After how many heartbeats in a row whose token is refused, a second apart, the attempt is taken for over. A ResourceManager that takes over
/// may refuse one until it has read its state.
const REFUSALS: u32 = 30;

/// Each says in a sentence why the attempt is over, if it is.
impl ApplicationMaster {
    pub(super) async fn heard(&mut self, outcome: Outcome, fence: &Fence<'_>) -> Option<String> {
        match outcome {
            Outcome::Start { container, failure: None } => {
                self.on(ContainerEvent::Started { container }, fence);
                None
            }
            Outcome::Start { container, failure: Some((failure, cause)) } => {
                tracing::warn!("a TaskManager was not started: {cause}");
                self.on(ContainerEvent::StartFailed { container, failure, cause }, fence);
                None
            }
            Outcome::Heartbeat { number, answer: Ok(response) } => self.answered(number, *response, fence).await,
            Outcome::Heartbeat { number, answer: Err(error) } => self.refused(number, error, fence).await,
        }
    }

    async fn answered(&mut self, number: u64, response: AllocateResponse, fence: &Fence<'_>) -> Option<String> {
        // What ResourceManagers say in place of an exception when they are old.
        match response.command.map(|command| command == MasterCommand::Resync as i32) {
            Some(true) => return self.register_again(fence).await,
            Some(false) => return Some("the ResourceManager told the ApplicationMaster to end".to_owned()),
            None => {}
        }
        self.response_id = response.response_id;
        self.refused = 0;
        self.calls.nodes.adopt(response.node_tokens.clone());
        self.name(&response.allocated);
        self.name(&response.containers_from_previous_attempts);
        self.granted.extend(response.allocated.iter().map(|container| (ledger_id(&container.id), container.clone())));
        let ended: Vec<_> = response.completed.iter().map(|status| ledger_id(&status.container)).collect();
        self.on(ContainerEvent::Answered { number, answer: answer(&response) }, fence);
        for id in ended {
            self.names.remove(&id);
            self.granted.remove(&id);
        }
        None
    }

    /// Keeps what containers are called and where they are.
    pub(super) fn name(&mut self, containers: &[Container]) {
        for container in containers {
            self.names.insert(ledger_id(&container.id), (container.id.to_string(), container.node.host.clone()));
        }
    }

    async fn refused(&mut self, number: u64, error: RpcError, fence: &Fence<'_>) -> Option<String> {
        if error.is(ExceptionKind::ApplicationMasterNotRegistered) {
            return self.register_again(fence).await;
        }
        if error.is(ExceptionKind::ApplicationAttemptNotFound) {
            return Some(format!("YARN knows nothing of the attempt any more: {error}"));
        }
        // Sent again it would be refused again, until YARN gives the attempt up.
        if error.is(ExceptionKind::InvalidResourceRequest) || error.is(ExceptionKind::InvalidApplicationMasterRequest) {
            return Some(format!("YARN does not take what the ApplicationMaster asks for: {error}"));
        }
        // The newest token is tried with every heartbeat. One that stays invalid is of an attempt that YARN has forgotten or replaced.
        self.refused = if error.is(ExceptionKind::InvalidToken) { self.refused + 1 } else { 0 };
        if self.refused >= REFUSALS {
            return Some(format!("YARN takes the token of the attempt no more, which is over: {error}"));
        }
        tracing::warn!("a heartbeat to the ResourceManager was not answered: {error}");
        self.on(ContainerEvent::HeartbeatFailed { number }, fence);
        None
    }

    /// The ResourceManager has forgotten the attempt: after its restart, or another one has taken over.
    async fn register_again(&mut self, fence: &Fence<'_>) -> Option<String> {
        tracing::info!("the ResourceManager has forgotten this ApplicationMaster, which registers again");
        match self.say_who().await {
            Ok(response) => {
                self.response_id = 0;
                self.name(&response.containers_from_previous_attempts);
                let inherited = response.containers_from_previous_attempts.iter().map(granted).collect();
                self.on(ContainerEvent::Resynced { inherited }, fence);
                None
            }
            Err(error) if error.is(ExceptionKind::ApplicationAttemptNotFound) => {
                Some(format!("YARN knows nothing of the attempt any more: {error}"))
            }
            Err(error) => {
                tracing::warn!("not registered again: {error}");
                self.on(ContainerEvent::HeartbeatFailed { number: self.sent.0 }, fence);
                None
            }
        }
    }
}
