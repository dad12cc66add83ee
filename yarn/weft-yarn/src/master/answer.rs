//! What YARN says, as the ledger hears it.

use weft_control::{CompletedContainer, ContainerId, GrantedContainer, HeartbeatAnswer, ProfileId};
use weft_yarn_client::proto::{self, AllocateResponse, Container};

/// A container's id in the ledger.
pub(super) fn ledger_id(id: &proto::ContainerId) -> ContainerId {
    let attempt = u32::try_from(id.attempt.attempt).unwrap_or(u32::MAX);
    ContainerId { attempt, number: u64::try_from(id.id).unwrap_or(u64::MAX) }
}

/// A container that was given.
pub(super) fn granted(container: &Container) -> GrantedContainer {
    GrantedContainer {
        container: ledger_id(&container.id),
        profile: ProfileId(u32::try_from(container.priority.priority).unwrap_or(0)),
        host: container.node.host.clone(),
    }
}

/// The answer to a heartbeat.
pub(super) fn answer(response: &AllocateResponse) -> HeartbeatAnswer {
    let completed = response.completed.iter().map(|status| CompletedContainer {
        container: ledger_id(&status.container),
        status: status.exit_status(),
        diagnostics: status.diagnostics.clone(),
    });
    let preempted = response.preempt.iter().flat_map(|message| {
        let strict = message.strict.iter().flat_map(|contract| &contract.containers);
        strict.chain(message.contract.iter().flat_map(|contract| &contract.containers))
    });
    HeartbeatAnswer {
        granted: response.allocated.iter().map(granted).collect(),
        completed: completed.collect(),
        inherited: response.containers_from_previous_attempts.iter().map(granted).collect(),
        preempted: preempted.map(|container| ledger_id(&container.id)).collect(),
        cluster_nodes: u32::try_from(response.cluster_nodes).unwrap_or(0),
    }
}
