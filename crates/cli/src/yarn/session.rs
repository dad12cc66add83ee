//! `weft yarn-session`.

use super::deploy::deploy;
use super::hadoop::Hadoop;
use super::properties;
use super::stop::{is_over, stop};
use crate::arguments::ConfigurationArguments;
use crate::cluster;
use crate::error::CliError;
use crate::output;
use crate::signals::Signals;
use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;
use std::time::Duration;
use tokio::sync::mpsc;
use weft_common::configuration::Configuration;
use weft_yarn_client::proto::ApplicationId;

/// How often an attached client looks after its session.
const LOOK: Duration = Duration::from_secs(2);

/// How long a script may take to write its line.
const WRITTEN: Duration = Duration::from_secs(1);

/// `weft yarn-session`
#[derive(Debug, clap::Args)]
pub(crate) struct SessionArguments {
    /// Attaches to a session that runs, by its id or name (-id).
    #[arg(long = "applicationId", visible_alias = "id", value_name = "APPLICATION")]
    application: Option<String>,
    /// Shows what the cluster has, and starts nothing (-q).
    #[arg(short = 'q', long)]
    query: bool,
    /// The queue: yarn.application.queue (-qu).
    #[arg(long, visible_alias = "qu", value_name = "QUEUE")]
    queue: Option<String>,
    /// A file or directory to ship: yarn.ship-files (-t).
    #[arg(short = 't', long, value_name = "PATH")]
    ship: Vec<String>,
    /// Accepted for scripts: the command ships itself (-j).
    #[arg(short = 'j', long, value_name = "FILE")]
    jar: Option<String>,
    /// Memory of the JobManager, in MB without a unit: jobmanager.memory.process.size (-jm).
    #[arg(long = "jobManagerMemory", visible_alias = "jm", value_name = "SIZE")]
    job_manager_memory: Option<String>,
    /// Memory of each TaskManager, in MB without a unit: taskmanager.memory.process.size (-tm).
    #[arg(long = "taskManagerMemory", visible_alias = "tm", value_name = "SIZE")]
    task_manager_memory: Option<String>,
    /// Slots of each TaskManager: taskmanager.numberOfTaskSlots (-s).
    #[arg(short = 's', long, value_name = "N")]
    slots: Option<u32>,
    /// Ends when the session runs; without it, this command and the session end together (-d).
    #[arg(short = 'd', long)]
    detached: bool,
    /// The application's name: yarn.application.name (-nm).
    #[arg(long, visible_alias = "nm", value_name = "NAME")]
    name: Option<String>,
    /// The application's type: yarn.application.type (-at).
    #[arg(long = "applicationType", visible_alias = "at", value_name = "TYPE")]
    application_type: Option<String>,
    /// The label of the nodes to use: yarn.application.node-label (-nl).
    #[arg(long = "nodeLabel", visible_alias = "nl", value_name = "LABEL")]
    node_label: Option<String>,
    /// The namespace in ZooKeeper: high-availability.cluster-id, which on YARN is the application's id, whatever is set (-z).
    #[arg(short = 'z', long = "zookeeperNamespace", value_name = "NAMESPACE")]
    namespace: Option<String>,
    /// Accepted for scripts: TaskManagers come as jobs need them (-n).
    #[arg(short = 'n', long, value_name = "N", hide = true)]
    container: Option<u32>,
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

impl SessionArguments {
    /// The flags as configuration, which goes over that of the files and under `-D`.
    fn keys(&self) -> Vec<String> {
        let megabytes = |size: &String| match size.bytes().all(|byte| byte.is_ascii_digit()) {
            true => format!("{size}m"),
            false => size.clone(),
        };
        let ship = (!self.ship.is_empty()).then(|| self.ship.join(";"));
        let keys = [
            ("yarn.application.queue", self.queue.clone()),
            ("yarn.ship-files", ship),
            ("jobmanager.memory.process.size", self.job_manager_memory.as_ref().map(megabytes)),
            ("taskmanager.memory.process.size", self.task_manager_memory.as_ref().map(megabytes)),
            ("taskmanager.numberOfTaskSlots", self.slots.map(|slots| slots.to_string())),
            ("yarn.application.name", self.name.clone()),
            ("yarn.application.type", self.application_type.clone()),
            ("yarn.application.node-label", self.node_label.clone()),
            ("high-availability.cluster-id", self.namespace.clone()),
        ];
        keys.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?))).collect()
    }

    fn configuration(&self) -> Result<Configuration, CliError> {
        let dynamic = self.keys().into_iter().chain(self.configuration.dynamic.iter().cloned()).collect();
        cluster::configuration(&ConfigurationArguments { dynamic, ..self.configuration.clone() })
    }
}

/// Starts a session, or attaches to one.
pub(crate) fn session(arguments: &SessionArguments) -> Result<ExitCode, CliError> {
    let configuration = arguments.configuration()?;
    if arguments.container.is_some() {
        output::note("-n has no effect: TaskManagers are started as jobs need slots, and end when they are idle.");
    }
    if arguments.jar.is_some() {
        output::note("-j has no effect: the command ships itself.");
    }
    crate::run::runtime()?.block_on(async {
        let hadoop = Hadoop::of(&configuration)?;
        if arguments.query {
            return hadoop.answer(query(&hadoop)).await;
        }
        let (application, mut signals) = match &arguments.application {
            Some(name) => {
                let report = hadoop.answer(hadoop.yarn.find(name)).await?;
                if is_over(&report) && first_line().await?.is_some_and(|line| is_stop(&line)) {
                    stop(&hadoop, &configuration, report.application).await?;
                    return Ok(ExitCode::SUCCESS);
                }
                let address = super::find::running_at(&report, "the command")?;
                output::say(format_args!("Attached to {}, its JobManager at http://{address}", report.application));
                (report.application, Signals::listen(true)?)
            }
            None => {
                // One for both: no signal is lost between what it means before the session runs and what it means then.
                let mut signals = Signals::listen(true)?;
                (start(arguments, &configuration, &hadoop, &mut signals).await?, signals)
            }
        };
        if arguments.detached {
            return Ok(ExitCode::SUCCESS);
        }
        attached(&hadoop, &configuration, application, &mut signals).await
    })
}

async fn start(
    arguments: &SessionArguments,
    configuration: &Configuration,
    hadoop: &Hadoop,
    signals: &mut Signals,
) -> Result<ApplicationId, CliError> {
    let application = deploy(hadoop, configuration, None, signals).await?.application;
    let file = properties::write(configuration, &application.to_string())?;
    if arguments.detached {
        output::say(format_args!(
            "The session runs on. weft run finds it by {}; to stop it:\n  echo stop | weft yarn-session -id {application}",
            file.display()
        ));
    }
    Ok(application)
}

/// Until somebody types `stop`, or the session ends. Ctrl-C ends the session, and so do SIGTERM and the end of the
/// terminal.
async fn attached(
    hadoop: &Hadoop,
    configuration: &Configuration,
    application: ApplicationId,
    signals: &mut Signals,
) -> Result<ExitCode, CliError> {
    if output::is_watched() {
        output::note("Type stop to end the session; Ctrl-C does so, too.");
    }
    let mut lines = typed_lines()?;
    let mut look = tokio::time::interval(LOOK);
    // Without anybody who types, this command stays attached.
    let mut typed = true;
    loop {
        tokio::select! {
            line = lines.recv(), if typed => match line.as_deref().map(str::trim) {
                Some(line) if is_stop(line) => break,
                Some("help" | "?") => output::say("stop: ends the session"),
                Some("") => {}
                Some(other) => output::say(format_args!("`{other}` is no command: stop ends the session")),
                None => typed = false,
            },
            _ = look.tick() => {
                let report = hadoop.report(application).await?;
                if is_over(&report) {
                    properties::forget(configuration, &application.to_string())?;
                    let removed = hadoop.staging.application(application).remove().await;
                    output::complain(format_args!(
                        "{application} has ended ({:?}): {}; its logs: weft logs {application}; to start another: weft yarn-session",
                        report.state(),
                        report.diagnostics.trim()
                    ));
                    removed?;
                    return Ok(ExitCode::FAILURE);
                }
            }
            _ = signals.next() => break,
        }
    }
    stop(hadoop, configuration, application).await?;
    Ok(ExitCode::SUCCESS)
}

/// Whether a line that was typed ends the session.
fn is_stop(line: &str) -> bool {
    matches!(line.trim(), "stop" | "quit" | "q")
}

/// What a script has written for this command to read, if it has; nobody is waited for who types.
async fn first_line() -> Result<Option<String>, CliError> {
    if std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let mut lines = typed_lines()?;
    Ok(tokio::time::timeout(WRITTEN, lines.recv()).await.ok().flatten())
}

/// What is typed, line by line. The thread that waits for it ends with this process: nothing else ends such a wait.
fn typed_lines() -> Result<mpsc::Receiver<String>, CliError> {
    let (sender, receiver) = mpsc::channel(16);
    let read = move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    };
    std::thread::Builder::new().name("weft-stdin".into()).spawn(read).map_err(CliError::io("start a thread"))?;
    Ok(receiver)
}

/// What the cluster has.
async fn query(hadoop: &Hadoop) -> Result<ExitCode, CliError> {
    let manager = &hadoop.yarn.resource_manager;
    let nodes = manager.nodes(&[weft_yarn_client::proto::NodeState::NodeRunning]).await?;
    output::say(format_args!("NodeManagers: {}", nodes.len()));
    let (mut memory, mut cores) = (0, 0);
    for node in &nodes {
        let (of, used) = (&node.capability, &node.used);
        output::say(format_args!(
            "  {}: {} MB of {} used, {} cores of {}, {} containers",
            node.node, used.memory, of.memory, used.virtual_cores, of.virtual_cores, node.containers
        ));
        memory += of.memory - used.memory;
        cores += of.virtual_cores - used.virtual_cores;
    }
    output::say(format_args!("Free: {memory} MB, {cores} cores"));
    if let Some(root) = manager.queue("root").await? {
        root.children.iter().for_each(|queue| output::say(format_args!("Queue {}: {:?}", queue.name, queue.state())));
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use crate::arguments::{Verb, parse};
    use weft_common::configuration::options;

    #[test]
    fn each_flag_lands_on_its_key() {
        let line = "weft yarn-session -jm 512 -tm 1g -s 2 -nm etl -qu prod -at Own -nl fast -t lib -t more -z ns -d -D yarn.tags=a";
        let parsed = parse(line.split(' ').map(Into::into).collect()).unwrap();
        let Some(Verb::YarnSession(arguments)) = parsed.verb else { panic!("another verb") };
        let configuration = arguments.configuration().unwrap();
        assert!(arguments.detached && arguments.application.is_none());
        let text = |key: &str| configuration.raw(key).map(|(value, _)| value.to_text()).unwrap_or_default();
        let keys = [
            ("jobmanager.memory.process.size", "512m"),
            ("taskmanager.memory.process.size", "1g"),
            ("taskmanager.numberOfTaskSlots", "2"),
            ("yarn.application.name", "etl"),
            ("yarn.application.queue", "prod"),
            ("yarn.application.type", "Own"),
            ("yarn.application.node-label", "fast"),
            ("yarn.ship-files", "lib;more"),
            ("high-availability.cluster-id", "ns"),
            ("yarn.tags", "a"),
        ];
        for (key, value) in keys {
            assert_eq!(text(key), value, "{key}");
        }
        assert_eq!(configuration.get(&options::YARN_SHIP_FILES).unwrap(), ["lib", "more"]);
        let attach = parse("weft yarn-session -id application_1_0002".split(' ').map(Into::into).collect()).unwrap();
        let Some(Verb::YarnSession(arguments)) = attach.verb else { panic!("another verb") };
        assert_eq!(arguments.application.as_deref(), Some("application_1_0002"));
    }
}
