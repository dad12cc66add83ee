//! An application from nothing to running, or to nothing again.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use weft_common::Configuration;
use weft_fs::FsError;
use weft_hadoop_rpc::{Credentials, Entropy};
use weft_yarn_client::proto::ApplicationId;

use super::cluster::YarnCluster;
use super::follow::{Follow, Outcome};
use super::managed::managed;
use super::preflight::Preflight;
use super::submission::submission;
use crate::launch::{
    ClusterCredentials, Files, Launch, LaunchFile, configuration_file, write_environment, write_manifest,
};
use crate::settings::YarnSettings;
use crate::staging::{ApplicationDirectory, BEARER_FILE, Source, Staging};
use crate::{ContainerRole, DeployError};

/// Between two reports that are asked for: for as long as an idle cluster takes to start an application, and after that.
const EARLY: Duration = Duration::from_secs(5);
const EARLY_POLL: Duration = Duration::from_millis(50);
const POLL: Duration = Duration::from_millis(250);
/// How long a submission may take to be accepted, and a kill to be done.
const SUBMISSION: Duration = Duration::from_secs(120);
const KILL: Duration = Duration::from_secs(20);

/// Where containers find what was staged, by its name in their directory.
pub mod names {
    /// The `weft` command.
    pub const WEFT: &str = "weft";
    /// The engine's configuration.
    pub const CONFIGURATION: &str = "conf/config.yaml";
    /// Hadoop's effective configuration, all of it in the file that every client of Hadoop looks for.
    pub const HADOOP: &str = "conf/core-site.xml";
    /// The list of staged files, in the ApplicationMaster's container alone.
    pub const MANIFEST: &str = "conf/files";
    /// The environment of the program, in the ApplicationMaster's container alone.
    pub const ENVIRONMENT: &str = "conf/environment";
    /// The directory of programs.
    pub const PROGRAMS: &str = "program";
}

/// What is to be deployed.
#[derive(Clone, Debug)]
pub struct DeploymentRequest {
    /// What is set.
    pub settings: YarnSettings,
    /// The engine's configuration, for every process.
    pub configuration: Configuration,
    /// What the application is called unless the configuration names it.
    pub default_name: String,
    /// Files that are staged by their content, by the name they have in containers: the `weft` command under [`names::WEFT`], programs
    /// below [`names::PROGRAMS`], files to ship.
    pub artifacts: BTreeMap<String, Source>,
    /// Archives that are staged by their content, by the name of the directory they are unpacked into.
    pub archives: BTreeMap<String, Source>,
    /// Files that the nodes reach where they are.
    pub provided: Files,
    /// What the ApplicationMaster's command is called with.
    pub master_arguments: Vec<String>,
    /// The environment of the program that runs in the cluster. It is stored for its owner alone, and is in no launch script.
    pub environment: BTreeMap<String, String>,
    /// The client's own tokens.
    pub tokens: Credentials,
}

/// An application that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// Which one.
    pub application: ApplicationId,
    /// The host of its REST API.
    pub rest_host: String,
    /// The port there.
    pub rest_port: u16,
    /// Its page at the ResourceManager's proxy.
    pub tracking_url: String,
    /// The word that its REST is to be told.
    pub bearer: String,
    /// How many bytes of artifacts were uploaded for it.
    pub uploaded: u64,
}

/// A client that deploys.
#[derive(Clone)]
pub struct Deployment {
    cluster: YarnCluster,
    staging: Staging,
    entropy: Arc<dyn Entropy>,
}

impl Deployment {
    /// To a cluster, by way of a staging directory.
    pub fn new(cluster: YarnCluster, staging: Staging, entropy: Arc<dyn Entropy>) -> Self {
        Deployment { cluster, staging, entropy }
    }

    /// Looks whether the cluster can run it, before anything is uploaded.
    ///
    /// # Errors
    /// Those of calls. What stands in the way is in the [`Preflight`].
    pub async fn preflight(&self, settings: &YarnSettings) -> Result<(ApplicationId, Preflight), DeployError> {
        let new = self.cluster.resource_manager.new_application().await?;
        let facts = self.cluster.facts(&new.maximum_capability).await?;
        Ok((new.application, Preflight::new(settings, &facts)))
    }

    /// Deploys an application and follows it until its ApplicationMaster is there. `say` is given a sentence for each step. Whatever
    /// goes wrong, and when `interrupted` becomes ready, with a reason, what was done is undone: the application is killed if it was
    /// submitted, and its directory removed. What remains after a kill -9 is found by the sweep.
    ///
    /// # Errors
    /// [`DeployError::Preflight`]; [`DeployError::Interrupted`]; [`DeployError::Ended`] when the ApplicationMaster ends; those of
    /// staging and of calls.
    pub async fn deploy(
        &self,
        request: &DeploymentRequest,
        say: &(dyn Fn(&str) + Sync),
        interrupted: impl Future<Output = String> + Send,
    ) -> Result<Deployed, DeployError> {
        let asked = self.preflight(&request.settings);
        tokio::pin!(interrupted);
        let (application, preflight) = tokio::select! {
            found = self.cluster.unless_silent(asked, say) => found?,
            cause = &mut interrupted => return Err(DeployError::Interrupted(cause)),
        };
        managed(&request.configuration).iter().chain(&preflight.notes).for_each(|note| say(note));
        preflight.check()?;
        let submitted = AtomicBool::new(false);
        let steps = Steps { deployment: self, request, application, preflight: &preflight, submitted: &submitted, say };
        let result = tokio::select! {
            result = steps.all() => result,
            cause = &mut interrupted => Err(DeployError::Interrupted(cause)),
        };
        if result.is_err() {
            self.undo(application, submitted.load(Ordering::SeqCst), say).await;
        }
        result
    }

    /// Ends an application that was not deployed well. What fails here is said and left to the sweep.
    async fn undo(&self, application: ApplicationId, submitted: bool, say: &(dyn Fn(&str) + Sync)) {
        if submitted {
            let killed = self.cluster.resource_manager.kill(application, "its client gave up", KILL).await;
            if let Err(error) = killed {
                say(&format!(
                    "{application} could not be killed: {error}; yarn application -kill {application} does it"
                ));
                return;
            }
        }
        if let Err(error) = self.staging.application(application).remove().await {
            say(&format!(
                "what was staged for {application} could not be removed: {error}; weft yarn gc does it later"
            ));
        }
    }

    /// What to do about a staging directory that is not one's own.
    fn not_staged(&self, error: DeployError) -> DeployError {
        match error {
            DeployError::Fs(error @ FsError::PermissionDenied { .. }) => DeployError::Refused(format!(
                "nothing can be staged as {}: {error}; or set yarn.staging-directory to a directory of one's own",
                self.cluster.user
            )),
            error => error,
        }
    }

    /// 32 random bytes.
    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.entropy.fill(&mut bytes);
        bytes
    }
}

/// One deployment under way.
struct Steps<'a> {
    deployment: &'a Deployment,
    request: &'a DeploymentRequest,
    application: ApplicationId,
    preflight: &'a Preflight,
    /// Set before the submission is sent: from then on there may be an application.
    submitted: &'a AtomicBool,
    say: &'a (dyn Fn(&str) + Sync),
}

impl Steps<'_> {
    async fn all(&self) -> Result<Deployed, DeployError> {
        let directory = self.deployment.staging.application(self.application);
        directory.create().await.map_err(|error| self.deployment.not_staged(error))?;
        let (mut files, uploaded) = self.stage(&directory).await?;
        let bearer: String = self.deployment.random().iter().map(|byte| format!("{byte:02x}")).collect();
        self.describe(&directory, &mut files, &bearer).await?;
        let launch = Launch {
            role: ContainerRole::JobManager,
            user: self.deployment.cluster.user.clone(),
            program: format!("./{}", names::WEFT),
            arguments: self.request.master_arguments.clone(),
            files,
            variables: BTreeMap::new(),
            user_variables: self.request.settings.master_env.clone(),
        };
        let secret = self.deployment.random();
        let credentials = ClusterCredentials::new(self.request.tokens.clone(), &secret, &bearer);
        let master = launch.context(&credentials)?;
        let (settings, name, size) = (&self.request.settings, &self.request.default_name, self.preflight.master);
        let context = submission(settings, self.application, name, size, master);
        self.submitted.store(true, Ordering::SeqCst);
        let began = Instant::now();
        self.deployment.cluster.resource_manager.submit(context, SUBMISSION).await?;
        self.follow(began, bearer, uploaded).await
    }

    /// Stages what is called by its content: first all names are listed, then all files looked for.
    async fn stage(&self, directory: &ApplicationDirectory) -> Result<(Files, u64), DeployError> {
        let mut named = Vec::new();
        for (archive, sources) in [(false, &self.request.artifacts), (true, &self.request.archives)] {
            for (name, source) in sources {
                let artifact = source.name().await?;
                let file_name = source.path.file_name().unwrap_or_default();
                named.push((name, source, archive, if archive { artifact.archive(file_name) } else { artifact }));
            }
        }
        let all: Vec<_> = named.iter().map(|(.., artifact)| *artifact).collect();
        directory.list_artifacts(&all).await?;
        let (mut files, mut uploaded) = (self.request.provided.clone(), 0);
        let (mut used, mut publicity) = (BTreeSet::new(), self.deployment.staging.publicity());
        for (name, source, archive, artifact) in named {
            if !used.insert(artifact) {
                // The same bytes under another name: nodes show a file under one name only.
                let copy = directory.copy(source, artifact.suffix).await?;
                files.insert(name.clone(), LaunchFile { archive, ..copy });
                continue;
            }
            let staged = self.deployment.staging.stage(artifact, source).await?;
            if staged.uploaded > 0 {
                (self.say)(&format!("uploaded {name}, {} bytes", staged.uploaded));
            }
            uploaded += staged.uploaded;
            let visibility = publicity.visibility(&staged.file.path).await?;
            files.insert(name.clone(), LaunchFile { archive, visibility, ..staged.file });
        }
        Ok((files, uploaded))
    }

    /// Stages what belongs to this application: its configuration, and last the list of all files.
    async fn describe(
        &self,
        directory: &ApplicationDirectory,
        files: &mut Files,
        bearer: &str,
    ) -> Result<(), DeployError> {
        let hadoop = self.deployment.cluster.conf.write_effective()?;
        let configuration = configuration_file(&self.request.configuration);
        // Each takes some round trips to NameNode and DataNodes: at once.
        let (_, configuration, hadoop) = tokio::try_join!(
            directory.put(BEARER_FILE, Bytes::from(bearer.to_owned())),
            directory.put("config.yaml", configuration.into()),
            directory.put("core-site.xml", hadoop.xml.into()),
        )?;
        files.insert(names::CONFIGURATION.to_owned(), configuration);
        files.insert(names::HADOOP.to_owned(), hadoop);
        if !self.request.environment.is_empty() {
            let environment = write_environment(&self.request.environment)?;
            files.insert(names::ENVIRONMENT.to_owned(), directory.put("environment", environment.into()).await?);
        }
        let manifest = write_manifest(files)?;
        files.insert(names::MANIFEST.to_owned(), directory.put("files", manifest.into()).await?);
        Ok(())
    }

    async fn follow(&self, began: Instant, bearer: String, uploaded: u64) -> Result<Deployed, DeployError> {
        let manager = &self.deployment.cluster.resource_manager;
        let mut follow = Follow::new();
        loop {
            let queue = match follow.wants_queue(began.elapsed()) {
                true => manager.queue(&self.request.settings.application.queue).await.ok().flatten(),
                false => None,
            };
            let report = manager.report(self.application).await?;
            let seen = follow.see(began.elapsed(), &report, queue.as_ref());
            seen.lines.iter().for_each(|line| (self.say)(line));
            match seen.outcome {
                Some(Outcome::Running { host, port, tracking_url }) => {
                    let (application, rest_host, rest_port) = (self.application, host, port);
                    return Ok(Deployed { application, rest_host, rest_port, tracking_url, bearer, uploaded });
                }
                Some(Outcome::Ended { what, .. }) => {
                    return Err(DeployError::Ended { application: self.application, what });
                }
                None => tokio::time::sleep(if began.elapsed() < EARLY { EARLY_POLL } else { POLL }).await,
            }
        }
    }
}
