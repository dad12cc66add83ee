//! A YARN, as a client sees it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use weft_hadoop_conf::HadoopConf;
use weft_hadoop_rpc::{Address, Entropy, Login, RpcOptions};
use weft_yarn_client::ResourceManager;
use weft_yarn_client::proto::{
    ApplicationReport, ApplicationState, ApplicationsScope, GetApplicationsRequest, NodeState, Resource,
};

use super::preflight::ClusterFacts;
use crate::DeployError;
use crate::resources::{Sizes, makes_queues};

/// After how long it is said who does not answer.
const SILENCE: Duration = Duration::from_secs(3);

/// The ResourceManagers of a configuration, and who asks them.
#[derive(Clone, Debug)]
pub struct YarnCluster {
    /// Calls to them.
    pub resource_manager: ResourceManager,
    /// Hadoop's configuration.
    pub conf: HadoopConf,
    /// Who calls.
    pub user: String,
}

impl YarnCluster {
    /// The cluster of a configuration, asked as `user`. Nothing is connected to yet.
    ///
    /// # Errors
    /// The configuration does not say where the ResourceManagers are.
    pub fn new(
        conf: HadoopConf,
        user: &str,
        options: RpcOptions,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, DeployError> {
        let managers = conf.resource_managers()?;
        let addresses = managers.iter().map(|manager| Address::new(manager.client.host.clone(), manager.client.port));
        let login = Login::simple(user);
        let resource_manager = ResourceManager::new(addresses.collect(), login, options, entropy);
        Ok(YarnCluster { resource_manager, conf, user: user.to_owned() })
    }

    /// Waits for an answer, and says whose it is when it takes long.
    pub async fn unless_silent<T>(&self, answer: impl Future<Output = T>, say: &(dyn Fn(&str) + Sync)) -> T {
        let mut answer = pin!(answer);
        match timeout(SILENCE, answer.as_mut()).await {
            Ok(answer) => answer,
            Err(_) => {
                let managers = self.conf.resource_managers().unwrap_or_default();
                let clients = managers.iter().map(|manager| format!("{}:{}", manager.client.host, manager.client.port));
                let addresses = clients.collect::<Vec<_>>().join(", ");
                say(&format!(
                    "no answer yet from the ResourceManager at {addresses}; a call is given up after a minute"
                ));
                answer.await
            }
        }
    }

    /// What has to be known before an application is submitted; `maximum` is the largest container there can be.
    ///
    /// # Errors
    /// Those of calls.
    pub async fn facts(&self, maximum: &Resource) -> Result<ClusterFacts, DeployError> {
        let manager = &self.resource_manager;
        let (queue, nodes, rights) =
            tokio::join!(manager.queue("root"), manager.nodes(&[NodeState::NodeRunning]), manager.queue_acls());
        let memory = u64::try_from(maximum.memory).unwrap_or(0);
        let sizes = Sizes::new(&self.conf, memory, u32::try_from(maximum.virtual_cores).unwrap_or(0))?;
        let makes_queues = makes_queues(&self.conf)?;
        Ok(ClusterFacts { root: queue?, makes_queues, rights: rights?, nodes: nodes?, sizes })
    }

    /// The application of an id, or the one of that name that runs.
    ///
    /// # Errors
    /// [`DeployError::Refused`] when there is none of that name, or several, with their ids; those of calls, as for an id that the
    /// ResourceManager does not know.
    pub async fn find(&self, id_or_name: &str) -> Result<ApplicationReport, DeployError> {
        if let Ok(application) = id_or_name.parse() {
            return Ok(self.resource_manager.report(application).await?);
        }
        let states = [ApplicationState::Running, ApplicationState::Accepted, ApplicationState::Submitted];
        let request = GetApplicationsRequest {
            states: states.iter().map(|state| *state as i32).collect(),
            users: vec![self.user.clone()],
            scope: Some(ApplicationsScope::Own as i32),
            ..GetApplicationsRequest::default()
        };
        let applications = self.resource_manager.applications(&request).await?;
        one_of_name(applications, id_or_name)
    }
}

fn one_of_name(applications: Vec<ApplicationReport>, name: &str) -> Result<ApplicationReport, DeployError> {
    let mut of_name: Vec<_> = applications.into_iter().filter(|application| application.name == name).collect();
    match (of_name.pop(), of_name.len()) {
        (Some(found), 0) => Ok(found),
        (Some(last), _) => {
            let ids: Vec<_> = of_name.iter().chain([&last]).map(|one| one.application.to_string()).collect();
            Err(DeployError::Refused(format!("several applications are called {name}: name one of {}", ids.join(", "))))
        }
        (None, _) => Err(DeployError::Refused(format!(
            "no application of yours that runs is called {name}: start one with weft yarn-session -nm {name}, or see yarn application -list"
        ))),
    }
}
