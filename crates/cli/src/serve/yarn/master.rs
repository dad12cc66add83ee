//! An ApplicationMaster: a JobManager in a container, for whose TaskManagers it asks YARN.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use super::BY_SIGTERM;
use super::container::Container;
use super::groups::Groups;
use super::last_words::LastWords;
use super::proxies;
use crate::serve::jobmanager::{authenticator, page, rest_host, rest_of};
use crate::serve::metrics;
use crate::serve::told::Told;
use crate::serve::{ProcessArgs, Started, version};
use anyhow::Context;
use tokio::sync::watch;
use weft_common::TaskManagerId;
use weft_common::configuration::options::HighAvailabilityType;
use weft_common::configuration::{Configuration, options};
use weft_common::memory::{JobManagerMemory, TaskManagerMemory};
use weft_control::ContainerSettings;
use weft_fs::{FileSystems, HdfsFileSystem, Recursive};
use weft_hadoop_conf::{HadoopConf, Sources, TimeUnit};
use weft_hadoop_rpc::RpcOptions;
use weft_jobmanager::Staffing;
use weft_jobmanager::process::{Afterwards, Application, ApplicationEnd, JobManagerProcess, ProcessSettings};
use weft_rest::{Guests, Viewers};
use weft_rpc::program::image::ProgramImage;
use weft_yarn::launch::{Files, read_environment, read_manifest};
use weft_yarn::master::{ApplicationMaster, MasterSettings, RestAddress, Workers};
use weft_yarn::{YarnSettings, names};
use weft_yarn_client::proto::FinalStatus;

/// After how long a silent ApplicationMaster is given up, unless the cluster's configuration says otherwise.
const EXPIRY: Duration = Duration::from_secs(600);

/// `weft yarn-jobmanager`
#[derive(Debug, clap::Args)]
pub(crate) struct YarnJobManagerArgs {
    /// A program to run in this cluster, which ends with it (application mode)
    #[arg(value_name = "PROGRAM")]
    program: Option<PathBuf>,
    /// The program's arguments
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// How an application, or this attempt of it, ended.
struct Ended {
    /// What YARN is told; `None`: nothing, because YARN ends this attempt, and may start another, which needs what is staged.
    status: Option<FinalStatus>,
    /// What YARN is told about it, or why it is told nothing.
    diagnostics: String,
    /// Of this process.
    exit: ExitCode,
}

impl Ended {
    fn well(diagnostics: &str) -> Self {
        Ended::told(FinalStatus::FinalSucceeded, diagnostics.to_owned(), ExitCode::SUCCESS)
    }

    /// Somebody wanted it to end.
    fn cancelled(diagnostics: String) -> Self {
        Ended::told(FinalStatus::FinalKilled, diagnostics, ExitCode::SUCCESS)
    }

    fn badly(diagnostics: String) -> Self {
        Ended::told(FinalStatus::FinalFailed, diagnostics, ExitCode::FAILURE)
    }

    fn told(status: FinalStatus, diagnostics: String, exit: ExitCode) -> Self {
        Ended { status: Some(status), diagnostics, exit }
    }

    /// A signal says so, as a NodeManager's that ends the container: for its memory, for another queue, with its node or its application.
    fn signalled(signal: &str) -> Self {
        let diagnostics = format!("the ApplicationMaster was told to end by {signal}");
        Ended { status: None, diagnostics, exit: ExitCode::from(BY_SIGTERM) }
    }

    /// YARN says that the attempt is over.
    fn over(why: String) -> Self {
        Ended { status: None, diagnostics: why, exit: ExitCode::FAILURE }
    }
}

/// Runs the ApplicationMaster until its application ends.
pub(crate) fn yarn_jobmanager(args: &YarnJobManagerArgs) -> anyhow::Result<ExitCode> {
    let container = Container::of_process()?;
    let configured = Configuration::load_dir(&container.conf_dir())?;
    let process = ProcessArgs {
        conf_dir: Some(container.conf_dir()),
        dynamic: keys(&container, &configured)?,
        log_name: None,
        run_file: None,
    };
    let started = process.start("jobmanager")?;
    let host = crate::serve::host();
    let memory = JobManagerMemory::from_configuration(&started.configuration, &host)?;
    tracing::info!("memory of this JobManager:\n{memory}");
    let of_slots = TaskManagerMemory::from_configuration(&started.configuration, &host)?;
    let settings = ProcessSettings {
        configuration: started.configuration.clone(),
        directory: started.scratch.path().to_owned(),
        logs: started.logs.clone(),
        logging: started.logging.clone(),
        secret: Some(container.secret()?),
        exchange_pool: of_slots.network_per_slot().bytes(),
        random: crate::entropy::number,
    };
    let ended = crate::serve::io_threads()?.block_on(run(args, &container, &started, settings))?;
    tracing::info!("ended: {}", ended.diagnostics);
    Ok(ended.exit)
}

/// What an ApplicationMaster goes by, over what is configured.
fn keys(container: &Container, configured: &Configuration) -> anyhow::Result<Vec<String>> {
    let mut keys = container.keys();
    keys.extend(container.addresses(configured, &["jobmanager.bind-host", "rest.bind-address"], &["rest.address"]));
    let unset = |key: &str| configured.raw(key).is_none();
    keys.extend(unset("rest.bind-port").then(|| "rest.bind-port=0".to_owned()));
    keys.extend(unset("web.submit.enable").then(|| "web.submit.enable=false".to_owned()));
    keys.push(format!("jobmanager.rpc.address={}", container.host));
    keys.push(format!("jobmanager.rpc.bind-port={}", configured.get(&options::YARN_MASTER_PORT)?));
    keys.push(format!("high-availability.cluster-id={}", container.id.attempt.application));
    Ok(keys)
}

async fn run(
    args: &YarnJobManagerArgs,
    container: &Container,
    started: &Started,
    settings: ProcessSettings,
) -> anyhow::Result<Ended> {
    let mut told = Told::new()?;
    let configuration = &started.configuration;
    let conf = HadoopConf::load(&Sources::effective(container.file(names::HADOOP)))?;
    let process = JobManagerProcess::start(settings).await?;
    let guests =
        Guests { proxies: proxies::addresses(&conf), viewers: viewers(configuration, &conf, &container.user())? };
    let authenticators = vec![authenticator(&container.bearer()?)?, Arc::new(guests)];
    let rest = rest_of(configuration, &process, authenticators)?;
    let manifest = std::fs::read_to_string(container.file(names::MANIFEST));
    let files = read_manifest(&manifest.context("cannot read the list of staged files")?)?;
    let parts = parts(container, configuration, &conf, &process, &files)?;
    let (slots, settings) = (parts.settings.slots, parts.settings.clone());
    let address = RestAddress { host: rest_host(configuration)?, port: rest.address().port() };
    let bind_host = configuration.get(&options::JOB_MANAGER_BIND_HOST)?;
    let metrics = metrics::serve(configuration, &bind_host, version(), page(process.cluster()))?;
    tracing::info!("REST at http://{}:{}", address.host, address.port);
    let mut master = ApplicationMaster::register(&conf, parts, address).await?;
    let workers = workers(process.staffing(slots), slots);
    let words = LastWords::default();
    let fence = |task_manager: &TaskManagerId, cause: &str| {
        process.fence(task_manager, cause);
        words.hear(task_manager, cause);
    };
    let ended = match lost_with_an_earlier_attempt(container, configuration)? {
        Some(why) => Ended::badly(why),
        None => tokio::select! {
            ended = work(args, container, &process, &settings, &words, &mut told) => ended,
            over = master.run(workers, &fence) => Ended::over(over),
        },
    };
    if let Some(metrics) = metrics {
        metrics.close().await;
    }
    rest.close().await;
    // TaskManagers know this attempt's address alone. YARN ends their containers, but not where it has lost sight of the node.
    let cause = "its ApplicationMaster has ended";
    let Some(status) = ended.status else {
        process.end(Afterwards::OtherTaskManagers(cause)).await;
        return Ok(ended);
    };
    let kept = process.end(Afterwards::Nothing(cause)).await;
    master.finish(status, &ended.diagnostics).await?;
    // Now no other attempt comes that would need it.
    clean_up(&files).await;
    if let Err(error) = tokio::task::spawn_blocking(move || kept.remove()).await? {
        tracing::warn!("what was kept for another attempt is left behind, for weft yarn gc to find: {error}");
    }
    Ok(ended)
}

/// Why this attempt can only say that the application is over, if it can. YARN starts another one, however few it was told to start, when an
/// ApplicationMaster is lost for reasons of the cluster: it was preempted, or its node or the node's disks are gone.
fn lost_with_an_earlier_attempt(
    container: &Container,
    configuration: &Configuration,
) -> anyhow::Result<Option<String>> {
    let attempt = container.id.attempt.attempt;
    let without = configuration.get(&options::HA_TYPE)? == HighAvailabilityType::None;
    Ok((attempt > 1 && without).then(|| {
        format!(
            "the ApplicationMaster of attempt {} was lost, and its jobs with it: without high availability (high-availability.type) attempt \
             {attempt} knows nothing of them; submit them again",
            attempt - 1
        )
    }))
}

/// What the application is for: a program, or jobs until somebody ends it.
async fn work(
    args: &YarnJobManagerArgs,
    container: &Container,
    process: &JobManagerProcess,
    settings: &YarnSettings,
    words: &LastWords,
    told: &mut Told,
) -> Ended {
    let Some(program) = &args.program else {
        return tokio::select! {
            () = process.asked_to_end() => Ended::well("the session was stopped"),
            signal = told.signalled() => Ended::signalled(signal),
        };
    };
    let application = match application(args, program, container, settings) {
        Ok(application) => application,
        Err(error) => return Ended::badly(format!("{error:#}")),
    };
    tokio::select! {
        ended = process.run_application(application) => match ended {
            Ok(ApplicationEnd::Well) => Ended::well(""),
            Ok(ApplicationEnd::Cancelled(how)) => Ended::cancelled(how),
            Ok(ApplicationEnd::Badly { why, lost }) => Ended::badly(words.about(why, &lost).await),
            Err(refusal) => Ended::badly(refusal.to_string()),
        },
        () = process.asked_to_end() => {
            Ended::cancelled("the application was ended by a client".to_owned())
        }
        signal = told.signalled() => Ended::signalled(signal),
    }
}

/// The program, with what its client said is to travel. Variables of this process are as the node's shell has made them.
fn application(
    args: &YarnJobManagerArgs,
    program: &std::path::Path,
    container: &Container,
    settings: &YarnSettings,
) -> anyhow::Result<Application> {
    let file = container.file(names::ENVIRONMENT);
    let named = match std::fs::read_to_string(&file) {
        Ok(text) => read_environment(&text)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(error).context("cannot read the program's environment"),
    };
    let executable = container.file(&program.to_string_lossy());
    ProgramImage::read(&executable)?.check(&executable).map_err(|error| error.at(&container.host))?;
    let own = |name: &String| Some((name.clone(), std::env::var(name).ok()?));
    Ok(Application {
        executable,
        arguments: args.arguments.clone(),
        configuration: BTreeMap::new(),
        environment: settings.worker_env.clone().into_iter().chain(named.clone()).collect(),
        environment_of_main: settings.master_env.keys().filter_map(own).chain(named).collect(),
    })
}

fn parts(
    container: &Container,
    configuration: &Configuration,
    conf: &HadoopConf,
    process: &JobManagerProcess,
    files: &Files,
) -> anyhow::Result<MasterSettings> {
    let expiry = conf.duration("yarn.am.liveness-monitor.expiry-interval-ms", TimeUnit::Milliseconds)?;
    let expiry = expiry.filter(|expiry| !expiry.is_zero()).unwrap_or(EXPIRY);
    let of_master = |name: &str| std::path::Path::new(name).starts_with(names::PROGRAMS) || name == names::ENVIRONMENT;
    let of_workers = files.iter().filter(|(name, _)| !of_master(name));
    let leader = format!("jobmanager.rpc.address={}", container.host);
    let port = format!("jobmanager.rpc.port={}", process.address().port());
    let worker_arguments = ["yarn-taskmanager", "-D", &leader, "-D", &port].map(str::to_owned).to_vec();
    Ok(MasterSettings {
        attempt: container.id.attempt,
        user: container.user(),
        settings: YarnSettings::from_configuration(configuration, &crate::serve::host())?,
        containers: ContainerSettings::from_configuration(configuration, expiry)?,
        files: of_workers.map(|(name, file)| (name.clone(), file.clone())).collect(),
        worker_program: format!("./{}", names::WEFT),
        worker_arguments,
        credentials: container.credentials.clone(),
        options: RpcOptions::default(),
        entropy: Arc::new(crate::entropy::fill),
    })
}

/// Who may look by way of the proxy, if the configuration says: users are before the space, groups behind it. The owner may always look.
fn viewers(configuration: &Configuration, conf: &HadoopConf, owner: &str) -> anyhow::Result<Option<Viewers>> {
    let Some(acl) = configuration.get(&options::YARN_VIEW_ACLS)?.filter(|acl| acl.trim() != "*") else {
        return Ok(None);
    };
    let (users, groups) = acl.split_once(' ').unwrap_or((&acl, ""));
    let names =
        |list: &str| list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let mut users: BTreeSet<String> = names(users);
    users.insert(owner.to_owned());
    Ok(Some(Viewers { users, groups: names(groups), members: Arc::new(Groups::of(conf, owner)) }))
}

/// How many workers the slots make that the jobs want, and which there are.
fn workers(mut staffing: watch::Receiver<Staffing>, slots: u32) -> watch::Receiver<Workers> {
    let of = move |staffing: &Staffing| Workers {
        wanted: staffing.wanted_slots.div_ceil(slots.max(1)),
        registered: staffing.task_managers.iter().map(|(id, of)| (id.clone(), of.free == of.total)).collect(),
    };
    let (sender, receiver) = watch::channel(of(&staffing.borrow_and_update()));
    tokio::spawn(async move {
        while staffing.changed().await.is_ok() {
            let now = of(&staffing.borrow_and_update());
            if sender.send(now).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Removes what was staged for this application alone. What cannot be removed now is found by the sweep.
async fn clean_up(files: &Files) {
    let Some(directory) = files.get(names::CONFIGURATION).and_then(|file| file.path.parent()) else { return };
    let hdfs = HdfsFileSystem::new(Sources::effective(std::path::Path::new(names::HADOOP)));
    let removed = match FileSystems::local().with("hdfs", Arc::new(hdfs)).get(&directory) {
        Ok(system) => system.delete(&directory, Recursive::Yes).await.map(drop),
        Err(error) => Err(error),
    };
    if let Err(error) = removed {
        tracing::warn!("{directory} is left behind, for weft yarn gc to find: {error}");
    }
}
