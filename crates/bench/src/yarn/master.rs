//! An ApplicationMaster of empty containers, played by this program: it asks as often as it may, so that no time is its own.

use super::empty::{self, LONG};
use super::testbed::{Testbed, entropy};
use crate::cluster::interrupt;
use crate::cluster::submission::now_ms;
use anyhow::{Context, Result, bail, ensure};
use std::collections::HashSet;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use weft_hadoop_rpc::RpcOptions;
use weft_yarn::{ContainerRole, resource};
use weft_yarn_client::proto::{
    AllocateRequest, ApplicationId, ApplicationSubmissionContext, Container, ContainerId, ContainerLaunchContext,
    FinalStatus, FinishApplicationMasterRequest, NodeState, Priority, Resource, ResourceRequest, StartContainerRequest,
};
use weft_yarn_client::{NodeManagers, Scheduler};

/// Between two heartbeats.
const PACE: Duration = Duration::from_millis(50);

/// A registered attempt.
pub(super) struct Master<'t> {
    testbed: &'t Testbed,
    application: ApplicationId,
    scheduler: Scheduler,
    nodes: NodeManagers,
    response_id: i32,
    /// What every container is started with.
    context: ContainerLaunchContext,
    size: Resource,
    /// Of the last ask: each has one of its own.
    priority: i32,
    ended: HashSet<ContainerId>,
}

/// Containers that run.
pub(super) struct Running {
    /// Before they were asked for, in milliseconds since 1970.
    pub(super) asked: i64,
    pub(super) containers: Vec<ContainerId>,
}

impl<'t> Master<'t> {
    /// Registers an application whose containers get the files of a TaskManager, and brings these files to every node.
    pub(super) fn new(testbed: &'t Testbed) -> Result<Self> {
        let (application, preflight) = testbed.runtime.block_on(testbed.deployment().preflight(&testbed.settings))?;
        let files = empty::files(testbed, application, &testbed.weft)?;
        let context = empty::context(testbed, ContainerRole::TaskManager, files)?;
        let size = resource(&testbed.settings.worker, preflight.worker);
        let (scheduler, nodes) = testbed.runtime.block_on(register(testbed, application))?;
        let ended = HashSet::new();
        let mut master =
            Master { testbed, application, scheduler, nodes, response_id: 0, context, size, priority: 0, ended };
        master.on_every_node().context("bringing files to every node")?;
        Ok(master)
    }

    /// Asks for so many containers, and starts each as soon as it is given.
    pub(super) fn run(&mut self, containers: u32) -> Result<Running> {
        let (asked, ask) = (now_ms()?, vec![self.anywhere(containers)]);
        let containers = self.testbed.runtime.block_on(self.start(ask, containers as usize))?;
        Ok(Running { asked, containers })
    }

    /// When the process of a container was started.
    pub(super) fn started(&self, container: ContainerId) -> Result<i64> {
        empty::started(self.testbed, self.application, &container.to_string())
    }

    /// Ends containers and waits for their end.
    pub(super) fn end(&mut self, running: Running) -> Result<()> {
        self.testbed.runtime.block_on(self.release(running.containers))
    }

    /// Ends the application.
    pub(super) fn finish(self) -> Result<()> {
        let request = FinishApplicationMasterRequest {
            diagnostics: "it was measured".to_owned(),
            tracking_url: String::new(),
            final_status: FinalStatus::FinalSucceeded as i32,
        };
        self.testbed.runtime.block_on(async {
            self.scheduler.finish(&request, LONG).await?;
            self.testbed.staging.application(self.application).remove().await?;
            Ok(())
        })
    }

    fn on_every_node(&mut self) -> Result<()> {
        let manager = &self.testbed.cluster.resource_manager;
        for node in self.testbed.runtime.block_on(manager.nodes(&[NodeState::NodeRunning]))? {
            // Nowhere else: the wider places are strict.
            let (host, rack) = (node.node.host, node.rack);
            let ask = self.anywhere(1);
            let at = |place: &str| ResourceRequest {
                resource_name: place.to_owned(),
                relax_locality: Some(place == host.as_str()),
                ..ask.clone()
            };
            let asks = vec![at(&host), at(&rack), at("*")];
            let containers = self.testbed.runtime.block_on(self.start(asks, 1))?;
            for container in &containers {
                self.started(*container)?;
            }
            self.testbed.runtime.block_on(self.release(containers))?;
        }
        Ok(())
    }

    fn anywhere(&mut self, containers: u32) -> ResourceRequest {
        self.priority += 1;
        ResourceRequest {
            priority: Priority { priority: self.priority },
            resource_name: "*".to_owned(),
            capability: self.size.clone(),
            containers: i32::try_from(containers).unwrap_or(i32::MAX),
            ..ResourceRequest::default()
        }
    }

    async fn start(&mut self, ask: Vec<ResourceRequest>, number: usize) -> Result<Vec<ContainerId>> {
        let (mut started, mut calls) = (Vec::new(), JoinSet::new());
        let mut given = self.beat(ask, Vec::new()).await?;
        let deadline = Instant::now() + LONG;
        loop {
            for container in given {
                started.push(container.id);
                let node = self.nodes.get(&container.node)?;
                let token = container.token.context("YARN gave no token for a container")?;
                let request = StartContainerRequest { context: self.context.clone(), token };
                calls.spawn(async move { node.start(vec![request]).await });
            }
            if started.len() >= number {
                break;
            }
            ensure!(Instant::now() < deadline, "YARN gave {} of {number} containers in {LONG:?}", started.len());
            interrupt::check()?;
            tokio::time::sleep(PACE).await;
            given = self.beat(Vec::new(), Vec::new()).await?;
        }
        while let Some(ended) = calls.join_next().await {
            if let Some((container, why)) = ended.context("a call ended early")??.first() {
                bail!("{container} was not started: {why}");
            }
        }
        Ok(started)
    }

    async fn release(&mut self, containers: Vec<ContainerId>) -> Result<()> {
        self.beat(Vec::new(), containers.clone()).await?;
        let deadline = Instant::now() + LONG;
        while !containers.iter().all(|container| self.ended.contains(container)) {
            ensure!(Instant::now() < deadline, "containers that were given back have not ended in {LONG:?}");
            interrupt::check()?;
            tokio::time::sleep(PACE).await;
            self.beat(Vec::new(), Vec::new()).await?;
        }
        Ok(())
    }

    /// One heartbeat; the containers that it brought.
    async fn beat(&mut self, ask: Vec<ResourceRequest>, release: Vec<ContainerId>) -> Result<Vec<Container>> {
        let response_id = self.response_id;
        let request = AllocateRequest { ask, release, response_id, ..AllocateRequest::default() };
        let response = self.scheduler.allocate(&request).await?;
        self.response_id = response.response_id;
        self.nodes.adopt(response.node_tokens);
        self.ended.extend(response.completed.iter().map(|status| status.container));
        Ok(response.allocated)
    }
}

/// Submits an application whose ApplicationMaster is nobody's container, and becomes it.
async fn register(testbed: &Testbed, application: ApplicationId) -> Result<(Scheduler, NodeManagers)> {
    let manager = &testbed.cluster.resource_manager;
    manager.submit(unmanaged(application), LONG).await?;
    let deadline = Instant::now() + LONG;
    let (attempt, token) = loop {
        let report = manager.report(application).await?;
        if let (Some(attempt), Some(token)) = (report.current_attempt, report.master_token) {
            break (attempt, token);
        }
        ensure!(Instant::now() < deadline, "{application} waits for its ApplicationMaster in vain");
        interrupt::check()?;
        tokio::time::sleep(PACE).await;
    };
    let addresses = testbed.cluster.conf.resource_managers()?.into_iter();
    let addresses = addresses.map(|at| weft_hadoop_rpc::Address::new(at.scheduler.host, at.scheduler.port)).collect();
    let (name, options) = (attempt.to_string(), RpcOptions::default());
    let scheduler = Scheduler::new(addresses, name.clone(), token.into(), options.clone(), entropy());
    let nodes = NodeManagers::new(name, options, entropy());
    let response = scheduler.register("localhost", 1, "").await?;
    nodes.adopt(response.tokens_from_previous_attempts);
    Ok((scheduler, nodes))
}

fn unmanaged(application: ApplicationId) -> ApplicationSubmissionContext {
    ApplicationSubmissionContext {
        application,
        name: Some("empty containers".to_owned()),
        queue: Some("default".to_owned()),
        master: Some(ContainerLaunchContext::default()),
        unmanaged: Some(true),
        max_attempts: Some(1),
        resource: Some(Resource::of(64, 1)),
        ..ApplicationSubmissionContext::default()
    }
}
