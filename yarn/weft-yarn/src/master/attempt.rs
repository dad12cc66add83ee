//! The attempt from its registration to its end.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;
use weft_common::{Mono, TaskManagerId};
use weft_control::{
    ContainerCommand, ContainerEvent, ContainerHeartbeat, ContainerId, ContainerLedger, ContainerLoss,
    ContainerSettings,
};
use weft_hadoop_conf::HadoopConf;
use weft_hadoop_rpc::{Address, Entropy, ExceptionKind, RpcError, RpcOptions};
use weft_yarn_client::proto::{
    AllocateRequest, ApplicationAttemptId, BlacklistRequest, Container, FinalStatus, FinishApplicationMasterRequest,
    Priority, RegisterApplicationMasterResponse, Resource, ResourceRequest,
};
use weft_yarn_client::{NodeManagers, Scheduler, YarnError};

use super::answer::granted;
use super::calls::{Calls, Outcome};
use super::loss::describe;
use super::staffing::{Fence, PROFILE, Workers};
use crate::launch::{ClusterCredentials, Files, Launch};
use crate::resources::Sizes;
use crate::settings::YarnSettings;
use crate::{ContainerRole, DeployError, resource};

/// How long it may take until YARN has stored the end of an application, which may have no ResourceManager just now: what was done is done, and
/// would otherwise count as failed. Longer than this no call lasts.
const FINISH: Duration = Duration::from_secs(600);

/// What an attempt is started with.
pub struct MasterSettings {
    /// Which attempt of which application.
    pub attempt: ApplicationAttemptId,
    /// Who runs the application.
    pub user: String,
    /// What is configured.
    pub settings: YarnSettings,
    /// How containers are asked for.
    pub containers: ContainerSettings,
    /// Files for workers.
    pub files: Files,
    /// What workers' command is called with.
    pub worker_program: String,
    /// Its arguments.
    pub worker_arguments: Vec<String>,
    /// This container's credentials.
    pub credentials: ClusterCredentials,
    /// How calls are made.
    pub options: RpcOptions,
    /// Where ids come from.
    pub entropy: Arc<dyn Entropy>,
}

/// Where clients reach the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestAddress {
    /// The host, by the name that others know it by.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl RestAddress {
    fn tracking_url(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }
}

/// A registered attempt.
pub struct ApplicationMaster {
    parts: MasterSettings,
    rest: RestAddress,
    size: Resource,
    pub(super) calls: Calls,
    outcomes: UnboundedReceiver<Outcome>,
    ledger: ContainerLedger,
    began: Instant,
    /// The number of the last response.
    pub(super) response_id: i32,
    /// The last heartbeat, and the response id it was sent with.
    pub(super) sent: (u64, i32),
    /// What was given, until it is started.
    pub(super) granted: HashMap<ContainerId, Container>,
    /// Where containers are, and what they are called.
    pub(super) names: BTreeMap<ContainerId, (String, String)>,
    workers: Workers,
    /// Containers of an earlier attempt, until the ledger has heard of them.
    inherited: Vec<Container>,
    /// How many heartbeats in a row were refused for their token.
    pub(super) refused: u32,
}

impl ApplicationMaster {
    /// Registers the attempt, with clients at `rest`.
    ///
    /// # Errors
    /// The credentials have no token for it; the configuration does not say where ResourceManagers are; those of calls.
    pub async fn register(conf: &HadoopConf, parts: MasterSettings, rest: RestAddress) -> Result<Self, DeployError> {
        let token = Scheduler::token_among(parts.credentials.all()).cloned();
        let token = token.ok_or_else(|| {
            DeployError::Refused("the credentials of this container have no token for an ApplicationMaster".to_owned())
        })?;
        let managers = conf.resource_managers()?;
        let addresses = managers.iter().map(|at| Address::new(at.scheduler.host.clone(), at.scheduler.port)).collect();
        let (name, options, entropy) = (parts.attempt.to_string(), parts.options.clone(), parts.entropy.clone());
        let scheduler = Arc::new(Scheduler::new(addresses, name.clone(), token, options.clone(), entropy.clone()));
        let (sender, outcomes) = unbounded_channel();
        let nodes = Arc::new(NodeManagers::new(name, options, entropy));
        let calls = Calls { scheduler, nodes, outcomes: sender };
        let ledger = ContainerLedger::new(parts.containers.clone(), [PROFILE]);
        let mut master = ApplicationMaster {
            size: Resource::default(),
            calls,
            outcomes,
            ledger,
            began: Instant::now(),
            response_id: 0,
            sent: (0, 0),
            granted: HashMap::new(),
            names: BTreeMap::new(),
            workers: Workers::default(),
            inherited: Vec::new(),
            refused: 0,
            parts,
            rest,
        };
        let response = master.say_who().await?;
        master.inherited = response.containers_from_previous_attempts;
        let maximum = &response.maximum_capability;
        let memory = u64::try_from(maximum.memory).unwrap_or(0);
        let sizes = Sizes::new(conf, memory, u32::try_from(maximum.virtual_cores).unwrap_or(0))?;
        let size = &master.parts.settings.worker;
        master.size = resource(size, sizes.granted(size.memory_mib));
        Ok(master)
    }

    pub(super) async fn say_who(&self) -> Result<RegisterApplicationMasterResponse, RpcError> {
        let RestAddress { host, port } = &self.rest;
        let response = self.calls.scheduler.register(host, i32::from(*port), &self.rest.tracking_url()).await?;
        self.calls.nodes.adopt(response.tokens_from_previous_attempts.clone());
        Ok(response)
    }

    /// Has as many workers as `wanted` says, until YARN says that the attempt is over, which is told in a sentence. Whoever drops this before
    /// [finishes](Self::finish) the attempt.
    pub async fn run(&mut self, mut wanted: watch::Receiver<Workers>, fence: &Fence<'_>) -> String {
        let inherited = std::mem::take(&mut self.inherited);
        self.name(&inherited);
        let inherited = inherited.iter().map(granted).collect();
        self.on(ContainerEvent::Registered { inherited }, fence);
        self.staff(&wanted.borrow_and_update().clone(), fence);
        loop {
            let due = self.ledger.next_deadline().map(|due| self.began + Duration::from_nanos(due.0));
            tokio::select! {
                Ok(()) = wanted.changed() => self.staff(&wanted.borrow_and_update().clone(), fence),
                Some(outcome) = self.outcomes.recv() => {
                    if let Some(end) = self.heard(outcome, fence).await {
                        return end;
                    }
                }
                () = until(due) => self.on(ContainerEvent::Tick, fence),
            }
        }
    }

    /// Ends the application. Containers end with it.
    ///
    /// # Errors
    /// Those of calls.
    pub async fn finish(self, status: FinalStatus, diagnostics: &str) -> Result<(), DeployError> {
        let request = FinishApplicationMasterRequest {
            diagnostics: diagnostics.to_owned(),
            tracking_url: self.parts.settings.history_url.clone().unwrap_or_default(),
            final_status: status as i32,
        };
        tracing::info!("the ResourceManager is told how the application has ended, and waited for if it is away");
        match self.calls.scheduler.finish(&request, FINISH).await {
            // A ResourceManager that was restarted just now knows the attempt again once it has registered.
            Err(YarnError::Rpc(error)) if error.is(ExceptionKind::ApplicationMasterNotRegistered) => {
                self.say_who().await?;
                Ok(self.calls.scheduler.finish(&request, FINISH).await?)
            }
            finished => Ok(finished?),
        }
    }

    fn staff(&mut self, now: &Workers, fence: &Fence<'_>) {
        for event in now.changes(&self.workers) {
            self.on(event, fence);
        }
        self.workers = now.clone();
    }

    fn now(&self) -> Mono {
        Mono(u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    pub(super) fn on(&mut self, event: ContainerEvent, fence: &Fence<'_>) {
        let (now, mut commands) = (self.now(), Vec::new());
        self.ledger.on(now, event, &mut commands);
        for command in commands {
            self.carry_out(command, fence);
        }
    }

    fn carry_out(&mut self, command: ContainerCommand, fence: &Fence<'_>) {
        match command {
            ContainerCommand::Heartbeat(heartbeat) => self.beat(&heartbeat),
            ContainerCommand::Start { container, .. } => self.start(container, fence),
            ContainerCommand::Fence { container, loss } => self.fence(container, &loss, fence),
            ContainerCommand::StartsPaused { failures, .. } => {
                tracing::warn!(
                    failures,
                    "TaskManagers fail to start too often within a minute: none is asked for until later \
                     (resourcemanager.start-worker.max-failure-rate, resourcemanager.start-worker.retry-interval)"
                );
            }
            ContainerCommand::HostAvoided { host, .. } => {
                tracing::warn!(%host, "TaskManagers fail to start there again and again: it is not used for a while");
            }
        }
    }

    fn beat(&mut self, heartbeat: &ContainerHeartbeat) {
        let (last, its_response) = self.sent;
        // One that is repeated must look as it did: YARN answers it as before.
        let response_id = if heartbeat.number == last { its_response } else { self.response_id };
        self.sent = (heartbeat.number, response_id);
        let ask = heartbeat.asks.iter().map(|ask| ResourceRequest {
            priority: Priority { priority: i32::try_from(ask.profile.0).unwrap_or(i32::MAX) },
            resource_name: "*".to_owned(),
            capability: self.size.clone(),
            containers: i32::try_from(ask.containers).unwrap_or(i32::MAX),
            node_label_expression: self.parts.settings.worker_label.clone(),
            ..ResourceRequest::default()
        });
        let blacklist = BlacklistRequest { additions: heartbeat.block.clone(), removals: heartbeat.unblock.clone() };
        let request = AllocateRequest {
            ask: ask.collect(),
            release: heartbeat.releases.iter().filter_map(|id| self.proto_id(*id)).collect(),
            blacklist: Some(blacklist),
            response_id,
            ..AllocateRequest::default()
        };
        self.calls.heartbeat(heartbeat.number, request);
    }

    fn proto_id(&self, id: ContainerId) -> Option<weft_yarn_client::proto::ContainerId> {
        let (name, _) = self.names.get(&id)?;
        name.parse().ok()
    }

    fn start(&mut self, id: ContainerId, fence: &Fence<'_>) {
        let failed = |cause: String| ContainerEvent::StartFailed {
            container: id,
            failure: weft_control::StartFailure::Refused,
            cause,
        };
        let Some(container) = self.granted.remove(&id) else {
            return self.on(failed("it is not known here".to_owned()), fence);
        };
        let launch = Launch {
            role: ContainerRole::TaskManager,
            user: self.parts.user.clone(),
            program: self.parts.worker_program.clone(),
            arguments: self.parts.worker_arguments.clone(),
            files: self.parts.files.clone(),
            variables: BTreeMap::new(),
            user_variables: self.parts.settings.worker_env.clone(),
        };
        match launch.context(&self.parts.credentials.for_worker()) {
            Ok(context) => {
                tracing::info!(container = %container.id, node = %container.node, "a TaskManager is started");
                self.calls.start(id, container, context);
            }
            Err(error) => self.on(failed(error.to_string()), fence),
        }
    }

    fn fence(&mut self, id: ContainerId, loss: &ContainerLoss, fence: &Fence<'_>) {
        self.granted.remove(&id);
        let Some((name, host)) = self.names.get(&id).cloned() else { return };
        let (cause, expected) = describe(loss, &name, &host);
        match expected {
            true => tracing::info!(container = %name, %host, "{cause}"),
            false => tracing::warn!(container = %name, %host, "{cause}"),
        }
        fence(&TaskManagerId(name), &cause);
    }
}

/// Waits for a moment, or for ever.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
