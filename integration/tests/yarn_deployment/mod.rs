//! A client of a real YARN that deploys shell scripts: what is tested with it is the client.

#![allow(dead_code, reason = "each test program uses a part")]

use std::collections::BTreeMap;
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
use weft_yarn_client::proto::{ApplicationId, ApplicationState, GetApplicationsRequest};

use crate::hdfs;
use crate::yarn::{self, LONG, entropy};

/// A client, and the rig it is a client of.
pub(crate) struct Client {
    pub(crate) rig: Rig,
    pub(crate) cluster: YarnCluster,
    pub(crate) staging: Staging,
    pub(crate) fs: Arc<dyn FileSystem>,
    pub(crate) root: Path,
    /// Where scripts are.
    local: tempfile::TempDir,
    /// What was said.
    pub(crate) said: Mutex<Vec<String>>,
}

impl Client {
    pub(crate) fn new(options: &[&str]) -> Self {
        let rig = yarn::up(options);
        let sources = Sources::new(Environment::empty().with("HADOOP_CONF_DIR", rig.conf()));
        let conf = HadoopConf::load(&sources).unwrap();
        let user = rig.users().client.clone();
        let root = Path::parse(&format!("{}/user/{user}", conf.get("fs.defaultFS").unwrap())).unwrap();
        let fs = hdfs::file_system(&rig);
        let staging = Staging::new(fs.clone(), &root, None, entropy());
        let cluster = YarnCluster::new(conf, &user, RpcOptions::default(), entropy()).unwrap();
        Client { rig, cluster, staging, fs, root, local: tempfile::tempdir().unwrap(), said: Mutex::default() }
    }

    /// A deployment of a script with these arguments and settings.
    pub(crate) fn request(&self, script: &str, arguments: &[&str], set: &[&str]) -> DeploymentRequest {
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
            environment: BTreeMap::new(),
            tokens: Credentials::default(),
        }
    }

    pub(crate) async fn deploy(
        &self,
        request: &DeploymentRequest,
        interrupted: impl Future<Output = String> + Send,
    ) -> Result<Deployed, DeployError> {
        let say = |line: &str| self.said.lock().unwrap().push(line.to_owned());
        let deployment = Deployment::new(self.cluster.clone(), self.staging.clone(), entropy());
        deployment.deploy(request, &say, interrupted).await
    }

    /// The applications that something is staged for.
    pub(crate) async fn staged(&self) -> Vec<String> {
        let directory = self.root.join(".weft/apps");
        match self.fs.list_all(&directory).await {
            Ok(entries) => entries.iter().map(|entry| entry.path.file_name().unwrap().to_owned()).collect(),
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => panic!("{error}"),
        }
    }

    /// Waits until YARN has nothing to do any more: all applications are over, no node has a container, and no process of one lives.
    pub(crate) async fn nothing_runs(&self) {
        let manager = &self.cluster.resource_manager;
        let over = [ApplicationState::Finished, ApplicationState::Failed, ApplicationState::Killed];
        yarn::eventually("all applications are over", async || {
            let all = manager.applications(&GetApplicationsRequest::default()).await.ok()?;
            all.iter().all(|report| over.contains(&report.state())).then_some(())
        })
        .await;
        let nodes: Vec<_> = self.rig.names("nm").collect();
        yarn::eventually("no node has a container", async || {
            let mut known = nodes.iter().map(|node| self.rig.web(node, "/ws/v1/node/containers").unwrap());
            known.all(|known| known["containers"]["container"].is_null()).then_some(())
        })
        .await;
        // Containers' directories are below the NodeManagers'.
        let data = self.rig.directory().join("data");
        let lives = |entry: std::fs::DirEntry| {
            std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| {
                cwd.starts_with(&data) && cwd.iter().any(|part| part.to_string_lossy().starts_with("application_"))
            })
        };
        yarn::eventually("no process lives", async || {
            (!std::fs::read_dir("/proc").unwrap().flatten().any(lives)).then_some(())
        })
        .await;
    }

    /// The application that was said to be submitted last, once one was.
    pub(crate) async fn submitted(&self) -> ApplicationId {
        let end = Instant::now() + LONG;
        loop {
            if let Some(application) = self.said_last() {
                return application;
            }
            assert!(Instant::now() < end, "nothing was submitted: {:?}", self.said);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) fn said_last(&self) -> Option<ApplicationId> {
        let said = self.said.lock().unwrap();
        said.iter().rev().find_map(|line| line.split(' ').next()?.parse().ok())
    }
}
