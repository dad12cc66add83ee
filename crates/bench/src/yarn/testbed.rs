//! A YARN, and a client of it.

use super::YarnArgs;
use super::binary::strip;
use super::logs::Logs;
use crate::cluster::process::Process;
use crate::cluster::programs::Programs;
use anyhow::{Context, Result, ensure};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Runtime;
use weft_common::Configuration;
use weft_common::memory::HostResources;
use weft_fs::{FileSystem, HdfsFileSystem};
use weft_hadoop_conf::{Environment, HadoopConf, Sources};
use weft_hadoop_rpc::{Entropy, Login, RpcOptions};
use weft_integration::Rig;
use weft_yarn::staging::Staging;
use weft_yarn::{Deployment, YarnCluster, YarnSettings};

/// Megabytes of an ApplicationMaster's container.
const JOB_MANAGER: u32 = 512;
/// And of a TaskManager's.
const TASK_MANAGER: u32 = 768;

/// Daemons, the programs in a directory that their client can read, and ways to call.
pub(super) struct Testbed {
    pub(super) rig: Rig,
    pub(super) runtime: Runtime,
    pub(super) cluster: YarnCluster,
    pub(super) staging: Staging,
    pub(super) configuration: Configuration,
    pub(super) settings: YarnSettings,
    /// The command, without its symbols.
    pub(super) weft: PathBuf,
    /// The program of a job that waits.
    pub(super) job: PathBuf,
    /// Files that were made so far.
    made: AtomicU32,
}

impl Testbed {
    pub(super) fn up(args: &YarnArgs) -> Result<Self> {
        let programs = Programs::find()?;
        ensure!(programs.idle.is_file(), "there is no {}: build it with cargo build", programs.idle.display());
        let rig = Rig::up(&rig_options(args).iter().map(String::as_str).collect::<Vec<_>>())?;
        let [weft, job] = ["weft", "weft-bench-idle-job"].map(|name| rig.directory().join("tmp").join(name));
        for (program, target) in [(&programs.weft, &weft), (&programs.idle, &job)] {
            strip(program, target)?;
            open_to_all(target)?;
        }
        let user = rig.users().client.clone();
        let sources = Sources::new(Environment::empty().with("HADOOP_CONF_DIR", rig.conf()));
        let conf = HadoopConf::load(&sources)?;
        let default_fs = conf.get("fs.defaultFS").context("the rig has no file system")?;
        let home = weft_fs::Path::parse(&format!("{default_fs}/user/{user}"))?;
        let file_system: Arc<dyn FileSystem> = Arc::new(HdfsFileSystem::with_login(sources, Login::simple(&user)));
        let mut configuration = Configuration::new();
        configuration.apply_dynamic(keys())?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Ok(Testbed {
            runtime: runtime.context("starting a runtime")?,
            cluster: YarnCluster::new(conf, &user, RpcOptions::default(), entropy())?,
            staging: Staging::new(file_system, &home, None, entropy()),
            settings: YarnSettings::from_configuration(&configuration, &HostResources::default())?,
            configuration,
            weft,
            job,
            made: AtomicU32::new(0),
            rig,
        })
    }

    pub(super) fn deployment(&self) -> Deployment {
        Deployment::new(self.cluster.clone(), self.staging.clone(), entropy())
    }

    pub(super) fn logs(&self) -> Logs<'_> {
        Logs(&self.rig)
    }

    /// The command with other bytes, which nobody has uploaded: what is behind the end of a program is nobody's business.
    pub(super) fn new_weft(&self) -> Result<PathBuf> {
        let copy = self.new_file("weft");
        fs::copy(&self.weft, &copy).context("copying the weft command")?;
        open_to_all(&copy)?;
        let mut file = OpenOptions::new().append(true).open(&copy)?;
        let mut bytes = [0; 32];
        entropy().fill(&mut bytes);
        file.write_all(&bytes).context("making a weft command of other bytes")?;
        Ok(copy)
    }

    /// Starts a `weft` as the rig's client, its output in a file. What it keeps is in the rig's directory.
    pub(super) fn start(&self, weft: &Path, arguments: &[&str]) -> Result<(Process, PathBuf)> {
        let said = self.new_file("said");
        let output = File::create(&said).with_context(|| format!("making {}", said.display()))?;
        let mut command = self.rig.as_client(weft)?;
        command.args(arguments).env("TMPDIR", self.rig.directory().join("tmp"));
        command.stdout(output.try_clone()?).stderr(output);
        Ok((Process::start(&mut command)?, said))
    }

    fn new_file(&self, name: &str) -> PathBuf {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        self.rig.directory().join("tmp").join(format!("{name}-{number}"))
    }

    /// Fails when an application has left its directory behind.
    pub(super) fn nothing_is_left(&self) -> Result<()> {
        let survey = self.runtime.block_on(self.staging.survey())?;
        let left: Vec<_> = survey.applications.iter().map(|one| one.application.to_string()).collect();
        ensure!(left.is_empty(), "directories of applications that have ended were left behind: {}", left.join(", "));
        Ok(())
    }
}

/// What clusters of Weft are made with, here and for what is empty.
pub(super) fn keys() -> [String; 3] {
    [
        format!("jobmanager.memory.process.size={JOB_MANAGER}m"),
        format!("taskmanager.memory.process.size={TASK_MANAGER}m"),
        "taskmanager.numberOfTaskSlots=1".to_owned(),
    ]
}

/// Two nodes with room for half of the TaskManagers each, and for the ApplicationMaster.
fn rig_options(args: &YarnArgs) -> Vec<String> {
    let memory = args.task_managers.div_ceil(2) * TASK_MANAGER + JOB_MANAGER;
    let settings = [
        format!("yarn.resourcemanager.nodemanagers.heartbeat-interval-ms={}", args.heartbeat),
        format!("yarn.nodemanager.resource.memory-mb={memory}"),
        format!("yarn.scheduler.maximum-allocation-mb={memory}"),
        // On a busy machine the rig's short timers would end what is measured.
        "yarn.am.liveness-monitor.expiry-interval-ms=600000".to_owned(),
        "yarn.nm.liveness-monitor.expiry-interval-ms=600000".to_owned(),
    ];
    let settings = settings.iter().flat_map(|setting| ["--set".to_owned(), format!("yarn-site:{setting}")]);
    settings.chain(args.stock.then(|| "--stock".to_owned())).collect()
}

fn open_to_all(program: &Path) -> Result<()> {
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).context("opening a program to its users")
}

/// Bytes nobody can foresee: servers take two clients with one id for one client.
pub(super) fn entropy() -> Arc<dyn Entropy> {
    Arc::new(|bytes: &mut [u8]| {
        for piece in bytes.chunks_mut(256) {
            // So few come at once, and always, once the machine has started.
            let _ = rustix::rand::getrandom(piece, rustix::rand::GetRandomFlags::empty());
        }
    })
}
