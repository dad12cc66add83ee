//! `weft jobmanager`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::run_file::RunFile;
use super::told::Told;
use super::{ProcessArgs, Started, metrics, secret, version};
use crate::output::note;
use anyhow::{Context, bail};
use weft_common::configuration::{Configuration, options};
use weft_common::memory::{JobManagerMemory, TaskManagerMemory};
use weft_common::trust::SecretKey;
use weft_jobmanager::process::{Afterwards, Application, ApplicationEnd, JobManagerProcess, ProcessSettings};
use weft_rest::{
    Authenticator, Bearer, BearerToken, ClusterSnapshot, MetricsPage, RestServer, RestSettings, job_manager_page,
};
use weft_rpc::listener::{PortRange, listen};
use weft_rpc::program::image::ProgramImage;
use weft_rpc::view::ClusterGateway;

/// `weft jobmanager`
#[derive(Debug, clap::Args)]
pub(crate) struct JobManagerArgs {
    #[command(flatten)]
    process: ProcessArgs,
    /// A program to run in this cluster, which ends with it (application mode)
    #[arg(value_name = "PROGRAM")]
    program: Option<PathBuf>,
    /// The program's arguments
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Runs a JobManager until it ends.
pub(crate) fn jobmanager(args: &JobManagerArgs) -> anyhow::Result<ExitCode> {
    if let Some(program) = &args.program {
        ProgramImage::read(program)?.check(program)?;
    }
    let run_file = args.process.run_file.as_deref().map(RunFile::claim).transpose()?.map(Arc::new);
    let started = args.process.start("jobmanager")?;
    let host = super::host();
    let memory = JobManagerMemory::from_configuration(&started.configuration, &host)?;
    tracing::info!("memory of this JobManager:\n{memory}");
    let of_slots = TaskManagerMemory::from_configuration(&started.configuration, &host)?;
    let secret = secret::secret(&started.configuration)?;
    let io = super::io_threads()?;
    let settings = ProcessSettings {
        configuration: started.configuration.clone(),
        directory: started.scratch.path().to_owned(),
        logs: started.logs.clone(),
        logging: started.logging.clone(),
        secret: secret.clone(),
        exchange_pool: of_slots.network_per_slot().bytes(),
        random: crate::entropy::number,
    };
    io.block_on(run(args, &started, settings, secret.as_ref(), run_file))
}

async fn run(
    args: &JobManagerArgs,
    started: &Started,
    settings: ProcessSettings,
    secret: Option<&SecretKey>,
    run_file: Option<Arc<RunFile>>,
) -> anyhow::Result<ExitCode> {
    // From now on a signal is an order to end, whatever is being waited for.
    let mut told = Told::new()?;
    let configuration = &started.configuration;
    let process = tokio::select! {
        process = JobManagerProcess::start_telling(settings, tell_of_waiting(run_file.clone())) => process?,
        cause = told.signalled() => {
            tracing::info!("ended while waiting to lead: {cause}");
            return Ok(ExitCode::SUCCESS);
        }
    };
    let bind_host = configuration.get(&options::JOB_MANAGER_BIND_HOST)?;
    secret::warn_if_open("this JobManager", &bind_host, secret);
    let rest = rest(configuration, &process)?;
    let host = rest_host(configuration)?;
    let metrics = metrics::serve(configuration, &bind_host, version(), page(process.cluster()))?;
    let url = format!("http://{host}:{}", rest.address().port());
    tracing::info!("REST at {url}");
    if let Some(run_file) = &run_file {
        let rpc = format!("{}:{}", configuration.get(&options::JOB_MANAGER_RPC_ADDRESS)?, process.address().port());
        run_file.ready(&[("rest", url), ("rpc", rpc)])?;
    }
    let program = async {
        match &args.program {
            Some(program) => application(args, program, &process).await,
            None => std::future::pending().await,
        }
    };
    let (result, afterwards) = tokio::select! {
        result = program => (result, Afterwards::Nothing("the application of the cluster has ended")),
        () = process.asked_to_end() => {
            (Ok(ExitCode::SUCCESS), Afterwards::Nothing("the cluster was shut down by a client"))
        }
        cause = told.signalled() => {
            tracing::info!("told to end: {cause}");
            (Ok(ExitCode::SUCCESS), Afterwards::Successor)
        }
    };
    if let Some(metrics) = metrics {
        metrics.close().await;
    }
    rest.close().await;
    process.end(afterwards).await;
    result
}

/// Says what is waited for where people and scripts look.
fn tell_of_waiting(run_file: Option<Arc<RunFile>>) -> impl FnOnce(&str) + Send + 'static {
    move |sentence| {
        note(sentence);
        if let Some(Err(error)) = run_file.map(|run_file| run_file.waits(sentence)) {
            tracing::warn!("{error:#}");
        }
    }
}

/// Runs the program that the cluster is for.
async fn application(args: &JobManagerArgs, program: &Path, process: &JobManagerProcess) -> anyhow::Result<ExitCode> {
    let application = Application {
        executable: program.to_owned(),
        arguments: args.arguments.clone(),
        configuration: BTreeMap::new(),
        environment: BTreeMap::new(),
        environment_of_main: BTreeMap::new(),
    };
    match process.run_application(application).await {
        Ok(ApplicationEnd::Well) => Ok(ExitCode::SUCCESS),
        Ok(ApplicationEnd::Cancelled(why) | ApplicationEnd::Badly { why, .. }) => {
            bail!("the application {} did not end well: {why}", program.display())
        }
        Err(refusal) => Err(anyhow::anyhow!(refusal.to_string())),
    }
}

/// The JobManager's own metrics.
pub(super) fn page(cluster: Arc<dyn ClusterGateway>) -> MetricsPage {
    Arc::new(move || {
        let cluster = cluster.clone();
        Box::pin(async move { job_manager_page(&ClusterSnapshot::of(&*cluster).await) })
    })
}

/// Starts REST, which asks for the configured token, if there is one.
fn rest(configuration: &Configuration, process: &JobManagerProcess) -> anyhow::Result<RestServer> {
    let bearer = configuration.get(&options::REST_TOKEN_FILE)?.map(|path| token(Path::new(&path))).transpose()?;
    let bind_host = configuration.get(&options::REST_BIND_ADDRESS)?;
    secret::warn_if_rest_is_open(&bind_host, bearer.is_some(), configuration.get(&options::WEB_SUBMIT_ENABLE)?);
    let authenticators = bearer.iter().map(authenticator).collect::<anyhow::Result<_>>()?;
    rest_of(configuration, process, authenticators)
}

/// Admits who shows a token.
pub(super) fn authenticator(token: &BearerToken) -> anyhow::Result<Arc<dyn Authenticator>> {
    Ok(Arc::new(Bearer::new(token)?))
}

/// Starts REST, which answers whom one of these admits.
pub(super) fn rest_of(
    configuration: &Configuration,
    process: &JobManagerProcess,
    authenticators: Vec<Arc<dyn Authenticator>>,
) -> anyhow::Result<RestServer> {
    let ports = match configuration.get(&options::REST_BIND_PORT)? {
        Some(ports) => ports,
        None => configuration.get(&options::REST_PORT)?.to_string(),
    };
    let ports: PortRange = ports.parse().context("rest.bind-port")?;
    let bind_host = configuration.get(&options::REST_BIND_ADDRESS)?;
    let listener = listen(&bind_host, &ports).context("REST (rest.bind-address, rest.bind-port)")?;
    let settings = RestSettings {
        advertised_host: rest_host(configuration)?,
        submit_enabled: configuration.get(&options::WEB_SUBMIT_ENABLE)?,
        cancel_enabled: configuration.get(&options::WEB_CANCEL_ENABLE)?,
        authenticators,
        ..RestSettings::new(version())
    };
    Ok(RestServer::start(listener, settings, process.cluster())?)
}

/// The host under which clients reach REST.
pub(super) fn rest_host(configuration: &Configuration) -> anyhow::Result<String> {
    Ok(match configuration.get(&options::REST_ADDRESS)? {
        Some(host) => host,
        None => configuration.get(&options::JOB_MANAGER_RPC_ADDRESS)?,
    })
}

fn token(path: &Path) -> anyhow::Result<BearerToken> {
    let token = crate::cluster::read_token(path)?;
    if token.is_empty() {
        bail!("{} holds no token (rest.token-file): any line of text is one", path.display());
    }
    Ok(BearerToken::new(token))
}
