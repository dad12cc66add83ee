//! An ApplicationMaster that a test plays, without a process of its own.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use weft_hadoop_rpc::{RpcError, RpcOptions, Token};
use weft_integration::Rig;
use weft_yarn_client::{
    NodeManagers, ResourceManager, Scheduler,
    proto::{
        AllocateRequest, AllocateResponse, ApplicationAttemptId, ApplicationId, Container, ContainerId,
        ContainerLaunchContext, ContainerStatus, FinalStatus, FinishApplicationMasterRequest, NodeId, NodeManagerToken,
        Priority, Resource, ResourceRequest, StartContainerRequest,
    },
};

use super::{LONG, addresses, entropy, eventually, unmanaged};

/// A registered attempt and what it has heard.
pub(crate) struct Master {
    pub(crate) application: ApplicationId,
    pub(crate) attempt: ApplicationAttemptId,
    pub(crate) scheduler: Scheduler,
    pub(crate) nodes: NodeManagers,
    /// The number of the last response.
    pub(crate) response_id: i32,
    pub(crate) allocated: Vec<Container>,
    pub(crate) completed: Vec<ContainerStatus>,
    /// How often a token came for each node.
    pub(crate) node_tokens: HashMap<NodeId, usize>,
}

/// The token of an unmanaged application, once it waits for its master.
pub(crate) async fn token(rm: &ResourceManager, application: ApplicationId) -> (ApplicationAttemptId, Token) {
    eventually("the master's token", async || {
        let report = rm.report(application).await.unwrap();
        Some((report.current_attempt?, report.master_token?.into()))
    })
    .await
}

impl Master {
    /// Submits an unmanaged application and becomes its master.
    pub(crate) async fn new(rig: &Rig, rm: &ResourceManager) -> Master {
        Self::with_options(rig, rm, RpcOptions::default()).await
    }

    pub(crate) async fn with_options(rig: &Rig, rm: &ResourceManager, options: RpcOptions) -> Master {
        let application = rm.new_application().await.unwrap().application;
        rm.submit(unmanaged(application), LONG).await.unwrap();
        let (attempt, token) = token(rm, application).await;
        Self::register(rig, attempt, token, options).await
    }

    pub(crate) async fn register(
        rig: &Rig,
        attempt: ApplicationAttemptId,
        token: Token,
        options: RpcOptions,
    ) -> Master {
        let schedulers = addresses(rig, "rm", "scheduler");
        let scheduler = Scheduler::new(schedulers, attempt.to_string(), token, options.clone(), entropy());
        let mut master = Master {
            application: attempt.application,
            attempt,
            scheduler,
            nodes: NodeManagers::new(attempt.to_string(), options, entropy()),
            response_id: 0,
            allocated: Vec::new(),
            completed: Vec::new(),
            node_tokens: HashMap::new(),
        };
        let response = master.scheduler.register("localhost", 1, "").await.unwrap();
        assert!(response.maximum_capability.memory >= 1024);
        master.adopt(response.tokens_from_previous_attempts);
        master
    }

    fn adopt(&mut self, tokens: Vec<NodeManagerToken>) {
        for token in &tokens {
            *self.node_tokens.entry(token.node.clone()).or_default() += 1;
        }
        self.nodes.adopt(tokens);
    }

    /// One heartbeat.
    pub(crate) async fn beat(
        &mut self,
        ask: Vec<ResourceRequest>,
        release: Vec<ContainerId>,
    ) -> Result<AllocateResponse, RpcError> {
        let response_id = self.response_id;
        let request = AllocateRequest { ask, release, response_id, ..AllocateRequest::default() };
        let response = self.scheduler.allocate(&request).await?;
        self.response_id = response.response_id;
        self.adopt(response.node_tokens.clone());
        self.allocated.extend(response.allocated.clone());
        self.completed.extend(response.completed.clone());
        Ok(response)
    }

    /// Asks, and sends heartbeats until it is so.
    pub(crate) async fn until<T>(
        &mut self,
        what: &str,
        ask: Vec<ResourceRequest>,
        mut so: impl FnMut(&mut Master) -> Option<T>,
    ) -> T {
        let end = Instant::now() + LONG;
        self.beat(ask, Vec::new()).await.unwrap();
        loop {
            if let Some(answer) = so(self) {
                return answer;
            }
            assert!(Instant::now() < end, "in vain: {what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.beat(Vec::new(), Vec::new()).await.unwrap();
        }
    }

    /// Asks for containers anywhere and waits for them.
    pub(crate) async fn containers(&mut self, priority: i32, count: i32, resource: Resource) -> Vec<Container> {
        let of_priority = move |container: &Container| container.priority.priority == priority;
        let ask = anywhere(priority, count, resource);
        self.until("containers", vec![ask], |master| {
            (master.allocated.iter().filter(|container| of_priority(container)).count() >= count as usize).then_some(())
        })
        .await;
        // What was asked for once more than needed is not wanted again.
        let (found, others) = std::mem::take(&mut self.allocated).into_iter().partition(of_priority);
        self.allocated = others;
        found
    }

    /// Asks for one container anywhere and waits for it.
    pub(crate) async fn container(&mut self, priority: i32, resource: Resource) -> Container {
        self.containers(priority, 1, resource).await.swap_remove(0)
    }

    /// Starts a container with a shell command; the NodeManager must take it.
    pub(crate) async fn start(&self, container: &Container, context: ContainerLaunchContext) {
        let token = container.token.clone().unwrap();
        let node = self.nodes.get(&container.node).unwrap();
        let refused = node.start(vec![StartContainerRequest { context, token }]).await.unwrap();
        assert_eq!(refused, [], "{}", container.id);
    }

    /// How a container ended.
    pub(crate) async fn end_of(&mut self, container: ContainerId) -> ContainerStatus {
        let ended =
            move |master: &mut Master| master.completed.iter().find(|status| status.container == container).cloned();
        self.until(&format!("the end of {container}"), Vec::new(), ended).await
    }

    /// Ends the application.
    pub(crate) async fn finish(self, final_status: FinalStatus, diagnostics: &str) {
        let request = FinishApplicationMasterRequest {
            diagnostics: diagnostics.to_owned(),
            tracking_url: String::new(),
            final_status: final_status as i32,
        };
        self.scheduler.finish(&request, LONG).await.unwrap();
    }
}

/// Containers wherever there is room; the number in all that are wanted still.
pub(crate) fn anywhere(priority: i32, containers: i32, capability: Resource) -> ResourceRequest {
    on("*", priority, containers, capability)
}

pub(crate) fn on(place: &str, priority: i32, containers: i32, capability: Resource) -> ResourceRequest {
    ResourceRequest {
        priority: Priority { priority },
        resource_name: place.to_owned(),
        capability,
        containers,
        ..ResourceRequest::default()
    }
}
