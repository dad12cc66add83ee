//! The attempt from its registration to its end.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;
use weft_common::{Mono, TaskManagerId};
use weft_control::{
    ContainerCommand, ContainerEvent, ContainerHeartbeat, ContainerId, ContainerLedger, ContainerLoss,
    ContainerSettings, ReleaseReason,
};
use weft_hadoop_conf::HadoopConf;
use weft_hadoop_rpc::{Address, Entropy, ExceptionKind, RpcError, RpcOptions};
use weft_yarn_client::proto::{
    AllocateRequest, AllocateResponse, ApplicationAttemptId, BlacklistRequest, Container, FinalStatus,
    FinishApplicationMasterRequest, MasterCommand, Priority, Resource, ResourceRequest,
};
use weft_yarn_client::{ExitStatus, NodeManagers, Scheduler};

use super::answer::{answer, granted, ledger_id};
use super::calls::{Calls, Outcome};
use super::staffing::{PROFILE, Workers, Workforce};
use crate::launch::{ClusterCredentials, Files, Launch};
use crate::resources::Sizes;
use crate::settings::YarnSettings;
use crate::{ContainerEnd, ContainerRole, DeployError, resource, tail_of};

/// How long YARN may take to store the end of an application.
const FINISH: Duration = Duration::from_secs(30);
/// How many of a dead TaskManager's last lines go into the sentence about it.
const LAST_LINES: usize = 20;

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
    calls: Calls,
    outcomes: UnboundedReceiver<Outcome>,
    ledger: ContainerLedger,
    began: Instant,
    /// The number of the last response.
    response_id: i32,
    /// The last heartbeat, and the response id it was sent with.
    sent: (u64, i32),
    /// What was given, until it is started.
    granted: HashMap<ContainerId, Container>,
    /// Where containers are, and what they are called.
    names: BTreeMap<ContainerId, (String, String)>,
    workers: Workers,
    /// Containers of an earlier attempt, until the ledger has heard of them.
    inherited: Vec<Container>,
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

    async fn say_who(&self) -> Result<weft_yarn_client::proto::RegisterApplicationMasterResponse, RpcError> {
        let RestAddress { host, port } = &self.rest;
        let response = self.calls.scheduler.register(host, i32::from(*port), &self.rest.tracking_url()).await?;
        self.calls.nodes.adopt(response.tokens_from_previous_attempts.clone());
        Ok(response)
    }

    /// Has as many workers as `wanted` says, until YARN says that the attempt is over, which is told in a sentence. Whoever drops this before
    /// [finishes](Self::finish) the attempt.
    pub async fn run(&mut self, mut wanted: watch::Receiver<Workers>, workforce: &dyn Workforce) -> String {
        let inherited = std::mem::take(&mut self.inherited);
        self.name(&inherited);
        let inherited = inherited.iter().map(granted).collect();
        self.on(ContainerEvent::Registered { inherited }, workforce);
        self.staff(&wanted.borrow_and_update().clone(), workforce);
        loop {
            let due = self.ledger.next_deadline().map(|due| self.began + Duration::from_nanos(due.0));
            tokio::select! {
                Ok(()) = wanted.changed() => self.staff(&wanted.borrow_and_update().clone(), workforce),
                Some(outcome) = self.outcomes.recv() => {
                    if let Some(end) = self.heard(outcome, workforce).await {
                        return end;
                    }
                }
                () = until(due) => self.on(ContainerEvent::Tick, workforce),
            }
        }
    }

    /// Ends the application. Containers end with it.
    ///
    /// # Errors
    /// Those of calls.
    pub async fn finish(self, well: bool, diagnostics: &str) -> Result<(), DeployError> {
        let status = if well { FinalStatus::FinalSucceeded } else { FinalStatus::FinalFailed };
        let request = FinishApplicationMasterRequest {
            diagnostics: diagnostics.to_owned(),
            tracking_url: String::new(),
            final_status: status as i32,
        };
        Ok(self.calls.scheduler.finish(&request, FINISH).await?)
    }

    fn staff(&mut self, now: &Workers, workforce: &dyn Workforce) {
        for event in now.changes(&self.workers) {
            self.on(event, workforce);
        }
        self.workers = now.clone();
    }

    fn now(&self) -> Mono {
        Mono(u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    fn on(&mut self, event: ContainerEvent, workforce: &dyn Workforce) {
        let (now, mut commands) = (self.now(), Vec::new());
        self.ledger.on(now, event, &mut commands);
        for command in commands {
            self.carry_out(command, workforce);
        }
    }

    fn carry_out(&mut self, command: ContainerCommand, workforce: &dyn Workforce) {
        match command {
            ContainerCommand::Heartbeat(heartbeat) => self.beat(&heartbeat),
            ContainerCommand::Start { container, .. } => self.start(container, workforce),
            ContainerCommand::Fence { container, loss } => self.fence(container, &loss, workforce),
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

    fn start(&mut self, id: ContainerId, workforce: &dyn Workforce) {
        let failed = |cause: String| ContainerEvent::StartFailed {
            container: id,
            failure: weft_control::StartFailure::Refused,
            cause,
        };
        let Some(container) = self.granted.remove(&id) else {
            return self.on(failed("it is not known here".to_owned()), workforce);
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
            Err(error) => self.on(failed(error.to_string()), workforce),
        }
    }

    fn fence(&mut self, id: ContainerId, loss: &ContainerLoss, workforce: &dyn Workforce) {
        self.granted.remove(&id);
        let Some((name, host)) = self.names.get(&id).cloned() else { return };
        let (cause, expected) = describe(loss, &name, &host);
        match expected {
            true => tracing::info!(container = %name, %host, "{cause}"),
            false => tracing::warn!(container = %name, %host, "{cause}"),
        }
        workforce.fence(&TaskManagerId(name), &cause);
    }

    async fn heard(&mut self, outcome: Outcome, workforce: &dyn Workforce) -> Option<String> {
        match outcome {
            Outcome::Start { container, failure: None } => {
                self.on(ContainerEvent::Started { container }, workforce);
                None
            }
            Outcome::Start { container, failure: Some((failure, cause)) } => {
                tracing::warn!("a TaskManager was not started: {cause}");
                self.on(ContainerEvent::StartFailed { container, failure, cause }, workforce);
                None
            }
            Outcome::Heartbeat { number, answer: Ok(response) } => self.answered(number, *response, workforce).await,
            Outcome::Heartbeat { number, answer: Err(error) } => self.refused(number, error, workforce).await,
        }
    }

    async fn answered(&mut self, number: u64, response: AllocateResponse, workforce: &dyn Workforce) -> Option<String> {
        // What ResourceManagers say in place of an exception when they are old.
        match response.command.map(|command| command == MasterCommand::Resync as i32) {
            Some(true) => return self.register_again(workforce).await,
            Some(false) => return Some("the ResourceManager told the ApplicationMaster to end".to_owned()),
            None => {}
        }
        self.response_id = response.response_id;
        self.calls.nodes.adopt(response.node_tokens.clone());
        self.name(&response.allocated);
        self.name(&response.containers_from_previous_attempts);
        self.granted.extend(response.allocated.iter().map(|container| (ledger_id(&container.id), container.clone())));
        let ended: Vec<_> = response.completed.iter().map(|status| ledger_id(&status.container)).collect();
        self.on(ContainerEvent::Answered { number, answer: answer(&response) }, workforce);
        for id in ended {
            self.names.remove(&id);
            self.granted.remove(&id);
        }
        None
    }

    /// Keeps what containers are called and where they are.
    fn name(&mut self, containers: &[Container]) {
        for container in containers {
            self.names.insert(ledger_id(&container.id), (container.id.to_string(), container.node.host.clone()));
        }
    }

    async fn refused(&mut self, number: u64, error: RpcError, workforce: &dyn Workforce) -> Option<String> {
        if error.is(ExceptionKind::ApplicationMasterNotRegistered) {
            return self.register_again(workforce).await;
        }
        if error.is(ExceptionKind::ApplicationAttemptNotFound) {
            return Some(format!("YARN knows nothing of the attempt any more: {error}"));
        }
        // Sent again it would be refused again, until YARN gives the attempt up.
        if error.is(ExceptionKind::InvalidResourceRequest) || error.is(ExceptionKind::InvalidApplicationMasterRequest) {
            return Some(format!("YARN does not take what the ApplicationMaster asks for: {error}"));
        }
        tracing::warn!("a heartbeat to the ResourceManager was not answered: {error}");
        self.on(ContainerEvent::HeartbeatFailed { number }, workforce);
        None
    }

    /// The ResourceManager has forgotten the attempt: after its restart, or another one has taken over.
    async fn register_again(&mut self, workforce: &dyn Workforce) -> Option<String> {
        tracing::info!("the ResourceManager has forgotten this ApplicationMaster, which registers again");
        match self.say_who().await {
            Ok(response) => {
                self.response_id = 0;
                self.name(&response.containers_from_previous_attempts);
                let inherited = response.containers_from_previous_attempts.iter().map(granted).collect();
                self.on(ContainerEvent::Resynced { inherited }, workforce);
                None
            }
            Err(error) if error.is(ExceptionKind::ApplicationAttemptNotFound) => {
                Some(format!("YARN knows nothing of the attempt any more: {error}"))
            }
            Err(error) => {
                tracing::warn!("not registered again: {error}");
                self.on(ContainerEvent::HeartbeatFailed { number: self.sent.0 }, workforce);
                None
            }
        }
    }
}

/// How a container was lost, to follow the TaskManager's name; and whether that is as it should be.
fn describe(loss: &ContainerLoss, name: &str, host: &str) -> (String, bool) {
    match loss {
        ContainerLoss::Completed { status, diagnostics, .. } => {
            let (role, status) = (ContainerRole::TaskManager, ExitStatus(*status));
            let end = ContainerEnd { role, container: name, host, status, diagnostics };
            let tail = tail_of(diagnostics, LAST_LINES).map(|tail| format!("; its last lines:\n{tail}"));
            (format!("has ended: {end}{}", tail.unwrap_or_default()), false)
        }
        ContainerLoss::Released(reason) => {
            let (why, expected) = match reason {
                ReleaseReason::Idle => ("it was not used for resourcemanager.taskmanager-timeout".to_owned(), true),
                ReleaseReason::NotWanted => ("it is of an earlier attempt, and no job needs it".to_owned(), true),
                ReleaseReason::Preempted => ("YARN was about to take it away, and no job used it".to_owned(), true),
                ReleaseReason::Lost => ("its TaskManager was lost and did not come back".to_owned(), false),
                ReleaseReason::NotRegistered => (
                    "its TaskManager did not register in time (resourcemanager.taskmanager-registration.timeout)"
                        .to_owned(),
                    false,
                ),
                ReleaseReason::NotStarted { cause } => (format!("it was not started: {cause}"), false),
            };
            (format!("was given back to YARN: {why}"), expected)
        }
    }
}

/// Waits for a moment, or for ever.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
