//! The verbs.

use super::Target;
use crate::build::BuildArguments;
use crate::serve::{JobManagerArgs, TaskManagerArgs};
#[cfg(feature = "hadoop")]
use crate::{
    doctor::DoctorArguments, fs::FsArguments, serve::YarnJobManagerArgs, serve::YarnTaskManagerArgs,
    yarn::SessionArguments, yarn::YarnArguments,
};
use std::path::PathBuf;
use weft_common::MemorySize;

pub(super) const EXAMPLES: &str = "\
Examples:
  weft run -p 4 target/release/word_count --input big.txt --output out/
  weft list -a
  weft cancel 36eeb8a9f92d49f7fd73829865247f6d

`weft VERB --help` tells more of a verb.";

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Runs a program; its jobs run on the cluster.
    ///
    /// The program's main runs here, to its end; each `execute` in it is a job on the cluster. The exit code is the program's own, 1 if a job
    /// failed, 130 after Ctrl-C, which cancels the jobs.
    #[command(after_help = RUN, override_usage = "weft run [OPTIONS] PROGRAM [ARGUMENT]...")]
    Run(RunArguments),
    /// Runs a program in an application on YARN of its own: `run -t yarn-application`.
    #[command(after_help = RUN_APPLICATION, override_usage = "weft run-application [OPTIONS] PROGRAM [ARGUMENT]...")]
    RunApplication(RunArguments),
    /// Shows the plan of the first job that a program would run, as JSON. Nothing is run.
    #[command(after_help = INFO, override_usage = "weft info [OPTIONS] PROGRAM [ARGUMENT]...")]
    Info(InfoArguments),
    /// Lists jobs: those that run, and those that are to run.
    #[command(after_help = LIST)]
    List(ListArguments),
    /// Cancels a job.
    #[command(after_help = CANCEL)]
    Cancel(CancelArguments),
    /// Prints the logs of a job, of the JobManager, of a TaskManager, or of an application on YARN.
    #[command(after_help = LOGS)]
    Logs(LogsArguments),
    /// Builds the program in the working directory for other machines than this one: with glibc 2.17 and later.
    #[command(after_help = BUILD)]
    Build(BuildArguments),
    /// Examines what would stand in the way on a Hadoop cluster: configuration, HDFS, YARN.
    #[cfg(feature = "hadoop")]
    #[command(after_help = DOCTOR)]
    Doctor(DoctorArguments),
    /// Lists, reads and changes files, in HDFS too.
    #[cfg(feature = "hadoop")]
    #[command(after_help = FS)]
    Fs(FsArguments),
    /// Starts a cluster on YARN that runs jobs until it is stopped, or attaches to one.
    #[cfg(feature = "hadoop")]
    #[command(name = "yarn-session", after_help = YARN_SESSION)]
    YarnSession(SessionArguments),
    /// Cleans up after applications on YARN.
    #[cfg(feature = "hadoop")]
    #[command(after_help = YARN)]
    Yarn(YarnArguments),
    /// Is an ApplicationMaster: a JobManager in a container.
    #[cfg(feature = "hadoop")]
    #[command(name = "yarn-jobmanager", hide = true)]
    YarnJobManager(YarnJobManagerArgs),
    /// Is a TaskManager in a container.
    #[cfg(feature = "hadoop")]
    #[command(name = "yarn-taskmanager", hide = true)]
    YarnTaskManager(YarnTaskManagerArgs),
    /// Is a JobManager: the process that leads a cluster, in the foreground.
    #[command(name = "jobmanager", after_help = JOB_MANAGER)]
    JobManager(JobManagerArgs),
    /// Is a TaskManager: a process that runs jobs' tasks, in the foreground.
    #[command(name = "taskmanager", after_help = TASK_MANAGER)]
    TaskManager(TaskManagerArgs),
}

#[cfg(feature = "hadoop")]
const DOCTOR: &str = "\
Examples:
  HADOOP_CONF_DIR=/etc/hadoop/conf weft doctor
  weft doctor --json | grep '\"error\"'

It fails when something would: exit code 1. Servers are asked for 5 seconds each.";

#[cfg(feature = "hadoop")]
const YARN_SESSION: &str = "\
Examples:
  weft yarn-session -d -jm 512m -tm 1g -s 2 -nm etl
  weft run ./word_count --input hdfs:///in --output hdfs:///out
  echo stop | weft yarn-session -id application_1700000000000_0001

Hadoop is found as its own commands find it: by HADOOP_CONF_DIR, or HADOOP_HOME. TaskManagers are started as jobs need slots,
and end when they are idle.";

const RUN: &str = "\
Examples:
  weft run target/release/word_count --input big.txt --output out/
  weft run -d -p 4 -D restart-strategy.type=none ./fraud_alerts
  weft run -m jobs.example.org:8081 --env KAFKA_BROKERS ./clicks

What follows PROGRAM belongs to the program. Its workers see these arguments, and of the environment what --env
and containerized.taskmanager.env.NAME name. With -t yarn-application its main sees what --env and containerized.master.env.NAME name.";

const RUN_APPLICATION: &str = "\
Examples:
  weft run-application -D yarn.application.queue=etl ./word_count --input hdfs:///in --output hdfs:///out
  weft run-application -d -p 4 -D taskmanager.memory.process.size=1g ./fraud_alerts

The program's main runs in the cluster, beside the JobManager, and the application ends with it. Without -d this command waits for that, and exit
code 0 says that it ended well. `weft logs APPLICATION` shows what the program wrote, while it runs and afterwards.";

#[cfg(feature = "hadoop")]
const YARN: &str = "\
Examples:
  weft yarn gc --dry-run
  weft yarn gc

An application removes what it has staged when it ends. This removes what is left by those that were killed, and programs that no application lists.";

const INFO: &str = "\
Example:
  weft info -p 4 target/release/word_count --input big.txt --output out/";

const LIST: &str = "\
Examples:
  weft list -r
  weft list -a --json";

const CANCEL: &str = "\
Example:
  weft cancel 36eeb8a9f92d49f7fd73829865247f6d";

const LOGS: &str = "\
Examples:
  weft logs 36eeb8a9f92d49f7fd73829865247f6d
  weft logs jobmanager
  weft logs jobmanager --list --json
  weft logs application_1700000000000_0001 --file stderr --last 4k

Of an application on YARN that has ended, the logs are read that its nodes have collected (yarn.log-aggregation-enable).";

const BUILD: &str = "\
Example:
  weft build --bin word_count

It is cargo that builds, by way of cargo-zigbuild; the program is in target/x86_64-unknown-linux-gnu/release.";

#[cfg(feature = "hadoop")]
const FS: &str = "\
Examples:
  weft fs -ls hdfs:///data
  weft fs -ls --json hdfs:///data
  weft fs -put big.txt hdfs://nameservice/in/
  weft fs -cat hdfs:///out/part-0-0

HDFS is found as Hadoop's own commands find it: by HADOOP_CONF_DIR, or HADOOP_HOME.";

const JOB_MANAGER: &str = "\
Examples:
  weft jobmanager --conf-dir conf
  weft jobmanager -D rest.port=8082 -D jobmanager.rpc.port=6124
  weft jobmanager ./program its arguments

It runs until SIGTERM or Ctrl-C, or until its PROGRAM has ended; scripts/jobmanager.sh and scripts/standalone-job.sh start one in the background.
TaskManagers find it at jobmanager.rpc.address and jobmanager.rpc.port, clients such as `weft run` at rest.address and rest.port. With
high-availability.type=filesystem it waits while another one leads, and says so.";

const TASK_MANAGER: &str = "\
Examples:
  weft taskmanager --conf-dir conf -D taskmanager.numberOfTaskSlots=4
  weft taskmanager -D jobmanager.rpc.address=jobs.example.org -D taskmanager.memory.process.size=4g

It runs until SIGTERM or Ctrl-C, until the cluster is ended by a client or with its program, or until it has found no JobManager for
taskmanager.registration.timeout; scripts/taskmanager.sh starts one in the background. It looks for its JobManager at jobmanager.rpc.address and
jobmanager.rpc.port.";

/// Which cluster, and how.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct ClusterArguments {
    /// Where the JobManager's REST API is, instead of rest.address and rest.port.
    #[arg(short = 'm', long, value_name = "HOST:PORT")]
    pub(crate) jobmanager: Option<String>,
    /// Where jobs run: `remote`, on a running cluster; `yarn-session`, in the session that yarn.application.id names or that was started here
    /// last; `yarn-application`, in an application of their own; `local`, in the program itself. If it is not given: in the session that was
    /// started here last, unless rest.address is set; else `remote`.
    #[arg(short, long, value_name = "TARGET")]
    pub(crate) target: Option<Target>,
    #[command(flatten)]
    pub(crate) configuration: ConfigurationArguments,
}

/// What is configured.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct ConfigurationArguments {
    /// A configuration key, over those of the files. May be repeated.
    #[arg(short = 'D', value_name = "KEY=VALUE")]
    pub(crate) dynamic: Vec<String>,
    /// The directory with config.yaml or flink-conf.yaml. Else WEFT_CONF_DIR, FLINK_CONF_DIR, or ../conf beside this command.
    #[arg(long, value_name = "DIR")]
    pub(crate) conf_dir: Option<PathBuf>,
}

/// Which program, and how it is called.
#[derive(Debug, clap::Args)]
pub(crate) struct ProgramArguments {
    /// The program's executable, and its own arguments.
    #[arg(value_name = "PROGRAM ARGUMENT", trailing_var_arg = true)]
    pub(crate) program: Vec<String>,
    /// The program's executable, where it does not come first.
    #[arg(short = 'j', long, alias = "program", value_name = "PROGRAM")]
    pub(crate) jarfile: Option<PathBuf>,
    /// An argument of the program, before those that follow it. May be repeated.
    #[arg(short = 'a', long = "arguments", value_name = "ARGUMENT", allow_hyphen_values = true)]
    pub(crate) arguments: Vec<String>,
    /// Parallelism of operators that set none.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) parallelism: Option<u32>,
    /// Accepted for scripts: a program has one main.
    #[arg(short = 'c', long, value_name = "CLASS")]
    pub(crate) class: Option<String>,
    /// Accepted for scripts: a program holds its libraries.
    #[arg(short = 'C', long, value_name = "URL")]
    pub(crate) classpath: Vec<String>,
    /// An environment variable that workers, and a main in the cluster, see as well: with this value, or with the one it has here. May be
    /// repeated.
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub(crate) env: Vec<String>,
}

/// `weft run`.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) program: ProgramArguments,
    /// Ends when the job is accepted, not when it has ended.
    #[arg(short, long)]
    pub(crate) detached: bool,
    /// Cancels the jobs also when this command is told to end, or its terminal is closed (-sae). Ctrl-C does so anyway.
    #[arg(long = "shutdownOnAttachedExit", alias = "sae")]
    pub(crate) shutdown_on_exit: bool,
    #[command(flatten)]
    pub(crate) cluster: ClusterArguments,
}

/// `weft info`.
#[derive(Debug, clap::Args)]
pub(crate) struct InfoArguments {
    #[command(flatten)]
    pub(crate) program: ProgramArguments,
    #[command(flatten)]
    pub(crate) configuration: ConfigurationArguments,
}

/// `weft list`.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArguments {
    /// Only jobs that run.
    #[arg(short, long)]
    pub(crate) running: bool,
    /// Only jobs that are to run.
    #[arg(short, long)]
    pub(crate) scheduled: bool,
    /// All jobs, also those that are over.
    #[arg(short, long)]
    pub(crate) all: bool,
    /// As JSON, as the REST API shows jobs.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) cluster: ClusterArguments,
}

/// `weft cancel`.
#[derive(Debug, clap::Args)]
pub(crate) struct CancelArguments {
    /// The job's id, 32 hex digits; `weft list` shows it.
    #[arg(value_name = "JOBID")]
    pub(crate) job: String,
    #[command(flatten)]
    pub(crate) cluster: ClusterArguments,
}

/// `weft logs`.
#[derive(Debug, clap::Args)]
pub(crate) struct LogsArguments {
    /// A job's id, `jobmanager`, a TaskManager's id, or the id of an application on YARN, also of one that has ended.
    #[arg(value_name = "JOBID|jobmanager|TASKMANAGER|APPLICATION")]
    pub(crate) of: String,
    /// Only the files' names and sizes.
    #[arg(long)]
    pub(crate) list: bool,
    /// The list as JSON, as the REST API shows logs, with the process of each.
    #[arg(long, requires = "list")]
    pub(crate) json: bool,
    /// Only logs of this container.
    #[arg(long, value_name = "ID", alias = "containerId")]
    pub(crate) container: Option<String>,
    /// Only files with this in their names. May be repeated.
    #[arg(long, value_name = "PART", alias = "log_files")]
    pub(crate) file: Vec<String>,
    /// Only the last bytes of each file, such as 4k.
    #[arg(long, value_name = "SIZE")]
    pub(crate) last: Option<MemorySize>,
    /// Whose application it is that YARN has forgotten, if it is not one's own.
    #[cfg(feature = "hadoop")]
    #[arg(long, value_name = "USER", alias = "appOwner")]
    pub(crate) owner: Option<String>,
    #[command(flatten)]
    pub(crate) cluster: ClusterArguments,
}
