//! Deployments that come to nothing, on a real YARN: each says why, and leaves nothing behind.
//!
//! What is staged as the command is a shell script, so what is tested is the client.

#![allow(clippy::unwrap_used, clippy::panic)]

mod hdfs;
mod yarn;

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use weft_common::Configuration;
use weft_common::memory::HostResources;
use weft_fs::{FileSystem, LocalFileSystem, Path};
use weft_hadoop_conf::{Environment, HadoopConf, Sources};
use weft_hadoop_rpc::{Credentials, RpcOptions};
use weft_integration::Rig;
use weft_yarn::staging::{Source, Staging};
use weft_yarn::{DeployError, Deployed, Deployment, DeploymentRequest, YarnCluster, YarnSettings, names};
use weft_yarn_client::proto::{ApplicationId, ApplicationState};
use yarn::{LONG, entropy, reaches};

struct Client {
    _rig: Rig,
    cluster: YarnCluster,
    staging: Staging,
    fs: Arc<dyn FileSystem>,
    root: Path,
    /// Where scripts are.
    local: tempfile::TempDir,
    /// What was said.
    said: Mutex<Vec<String>>,
}

impl Client {
    fn new() -> Self {
        let rig = yarn::up(&[]);
        let sources = Sources::new(Environment::empty().with("HADOOP_CONF_DIR", rig.conf()));
        let conf = HadoopConf::load(&sources).unwrap();
        let user = rig.users().client.clone();
        let root = Path::parse(&format!("{}/user/{user}", conf.get("fs.defaultFS").unwrap())).unwrap();
        let fs = hdfs::file_system(&rig);
        let staging = Staging::new(fs.clone(), &root, None, entropy());
        let cluster = YarnCluster::new(conf, &user, RpcOptions::default(), entropy()).unwrap();
        Client { _rig: rig, cluster, staging, fs, root, local: tempfile::tempdir().unwrap(), said: Mutex::default() }
    }

    /// A deployment of a script with these arguments and settings.
    fn request(&self, script: &str, arguments: &[&str], set: &[&str]) -> DeploymentRequest {
        let file = self.local.path().join("command");
        std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        let mut configuration = Configuration::new();
        let memory = ["jobmanager.memory.process.size=512m", "taskmanager.memory.process.size=1g"];
        configuration.apply_dynamic(memory.iter().chain(set)).unwrap();
        let path = Path::from_local(&file).unwrap();
        let source = Source { fs: Arc::new(LocalFileSystem::new()), path };
        DeploymentRequest {
            settings: YarnSettings::from_configuration(&configuration, &HostResources::default()).unwrap(),
            configuration,
            default_name: "a test".to_owned(),
            artifacts: BTreeMap::from([(names::WEFT.to_owned(), source)]),
            archives: BTreeMap::new(),
            provided: BTreeMap::new(),
            master_arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            tokens: Credentials::default(),
        }
    }

    async fn deploy(
        &self,
        request: &DeploymentRequest,
        interrupted: impl Future<Output = String> + Send,
    ) -> Result<Deployed, DeployError> {
        let say = |line: &str| self.said.lock().unwrap().push(line.to_owned());
        let deployment = Deployment::new(self.cluster.clone(), self.staging.clone(), entropy());
        deployment.deploy(request, &say, interrupted).await
    }

    /// The applications that something is staged for.
    async fn staged(&self) -> Vec<String> {
        let directory = self.root.join(".weft/apps");
        match self.fs.list_all(&directory).await {
            Ok(entries) => entries.iter().map(|entry| entry.path.file_name().unwrap().to_owned()).collect(),
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => panic!("{error}"),
        }
    }

    /// The application that was said to be submitted last, once one was.
    async fn submitted(&self) -> ApplicationId {
        let end = Instant::now() + LONG;
        loop {
            if let Some(application) = self.said_last() {
                return application;
            }
            assert!(Instant::now() < end, "nothing was submitted: {:?}", self.said);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn said_last(&self) -> Option<ApplicationId> {
        let said = self.said.lock().unwrap();
        said.iter().rev().find_map(|line| line.split(' ').next()?.parse().ok())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deployments_that_come_to_nothing_leave_nothing() {
    let client = Client::new();
    what_the_cluster_cannot_run(&client).await;
    a_master_that_exits_at_once(&client).await;
    a_client_that_is_interrupted(&client).await;
    a_client_that_is_killed(&client).await;
}

async fn what_the_cluster_cannot_run(client: &Client) {
    let table = [
        (
            ["yarn.application.queue=nowhere"],
            "there is no queue nowhere: set yarn.application.queue to one of root.default",
        ),
        (["taskmanager.memory.process.size=64g"], "and the largest container is 4096 mb"),
        (["yarn.appmaster.vcores=500"], "lower yarn.appmaster.vcores"),
    ];
    for (set, part) in table {
        let refused = client.deploy(&client.request("true", &[], &set), pending()).await.unwrap_err();
        assert!(matches!(refused, DeployError::Preflight(_)) && refused.to_string().contains(part), "{refused}");
    }
    // Nothing was even begun.
    assert!(!client.fs.exists(&client.root.join(".weft")).await.unwrap());
}

/// Its last words come with the error, with all that its arguments hold.
async fn a_master_that_exits_at_once(client: &Client) {
    let arguments = ["a \"b\" c", "$HOME", "`id`", "{{X}} <LOG_DIR>", "it's", "\\"];
    let request = client.request("printf '<%s>' \"$@\" >&2; exit 3", &arguments, &[]);
    let ended = client.deploy(&request, pending()).await.unwrap_err();
    let DeployError::Ended { application, what } = &ended else { panic!("{ended}") };
    let words: String = arguments.iter().map(|argument| format!("<{argument}>")).collect();
    assert!(what.contains("(exit status 3)") && what.contains(&words), "{what}");
    assert!(what.contains(&format!("weft logs {application}")), "{what}");
    assert_eq!(client.staged().await, [""; 0]);
    // What is called by its content stays for the next.
    let survey = client.staging.survey().await.unwrap();
    assert_eq!((survey.cached.len(), survey.applications.len()), (1, 0));
}

async fn a_client_that_is_interrupted(client: &Client) {
    client.said.lock().unwrap().clear();
    let request = client.request("exec sleep 86399", &[], &[]);
    let interrupted = async {
        client.submitted().await;
        "Ctrl-C".to_owned()
    };
    let error = client.deploy(&request, interrupted).await.unwrap_err();
    assert_eq!(error.to_string(), "interrupted: Ctrl-C");
    let application = client.submitted().await;
    reaches(&client.cluster.resource_manager, application, ApplicationState::Killed).await;
    assert_eq!(client.staged().await, [""; 0]);
}

/// Nothing is undone: the sweep finds it once the application has ended.
async fn a_client_that_is_killed(client: &Client) {
    client.said.lock().unwrap().clear();
    let request = client.request("exec sleep 86399", &[], &[]);
    let application = tokio::select! {
        deployed = client.deploy(&request, pending()) => panic!("{deployed:?}"),
        application = client.submitted() => application,
    };
    assert_eq!(client.staged().await, [application.to_string()]);
    // As long as it runs it is kept.
    let day = Duration::from_secs(24 * 3600);
    let sweep = async |grace| client.cluster.plan_sweep(&client.staging, i64::MAX / 2, grace).await.unwrap();
    assert_eq!(sweep(day).await.applications, []);
    let manager = &client.cluster.resource_manager;
    manager.kill(application, "the test is over", LONG).await.unwrap();
    reaches(manager, application, ApplicationState::Killed).await;
    let plan = sweep(day).await;
    assert_eq!(plan.applications, [application]);
    client.staging.sweep(&plan).await.unwrap();
    assert_eq!(client.staged().await, [""; 0]);
}
