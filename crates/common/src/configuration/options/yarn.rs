//! Weft on YARN: how an application is submitted, what it ships, how its containers are asked for.

use crate::configuration::registry::section;
use std::collections::BTreeMap;
use std::time::Duration;

const NO_JAR: &str =
    "what runs on the nodes is the `weft` command that submits; it is staged once for each of its versions";
const NO_CLASS_PATH: &str = "a program is one file and has no class path";
const NO_TEMPLATE: &str = "processes are started directly, by a command without a JVM in it";

section! {
    "YARN",
    "How Weft runs on YARN: how an application is submitted, what it ships, how its containers are asked for.";

    /// The application that commands are for, such as `application_1700000000000_0007`, or the name of a session that runs.
    YARN_APPLICATION_ID: Option<String> = "yarn.application.id";

    /// The name of the application. If it is not set: `Weft session`, or the program's name.
    YARN_APPLICATION_NAME: Option<String> = "yarn.application.name";

    /// The queue that the application is submitted to: a leaf's name, or its path from the root.
    YARN_APPLICATION_QUEUE: String = "yarn.application.queue".default("default");

    /// The type of the application, by which lists can be filtered. YARN keeps 20 characters.
    YARN_APPLICATION_TYPE: String = "yarn.application.type".default("Weft");

    /// The priority of the application among those of its queue, the greatest first; less than 0: the cluster's own.
    YARN_APPLICATION_PRIORITY: i32 = "yarn.application.priority".default("-1");

    /// The node label that all containers of the application are asked for with.
    YARN_APPLICATION_NODE_LABEL: Option<String> = "yarn.application.node-label";

    /// The node label that TaskManagers are asked for with, in place of the application's.
    YARN_TASK_MANAGER_NODE_LABEL: Option<String> = "yarn.taskmanager.node-label";

    /// Tags of the application, with commas between them.
    YARN_TAGS: String = "yarn.tags".default("");

    /// Who may look at the application: users, a blank, groups, with commas between the names; `*`: everybody.
    YARN_VIEW_ACLS: Option<String> = "yarn.view.acls";

    /// Who may change the application: users, a blank, groups, with commas between the names; `*`: everybody.
    YARN_MODIFY_ACLS: Option<String> = "yarn.modify.acls";

    /// How often YARN starts the ApplicationMaster. If it is not set: 2 with high availability, else 1, which is then the most there can
    /// be. The cluster's own limit holds too.
    YARN_APPLICATION_ATTEMPTS: Option<u32> = "yarn.application-attempts".must("at least 1", |n| n.is_none_or(|n| n >= 1));

    /// For how many milliseconds a failed attempt counts; -1: for ever.
    YARN_ATTEMPT_FAILURES_VALIDITY: i64 = "yarn.application-attempt-failures-validity-interval".default("10000");

    /// How many virtual cores the ApplicationMaster gets.
    YARN_MASTER_VCORES: u32 = "yarn.appmaster.vcores".default("1").must("at least 1", |n| *n >= 1);

    /// How many virtual cores a TaskManager gets; -1: as many as it has slots.
    YARN_CONTAINER_VCORES: i32 = "yarn.containers.vcores".default("-1").must("-1 or at least 1", |n| *n == -1 || *n >= 1);

    /// The ports at which the ApplicationMaster may listen for TaskManagers, such as `50100-50200,50300`; 0: any.
    YARN_MASTER_PORT: String = "yarn.application-master.port".default("0");

    /// How many seconds pass between two heartbeats of the ApplicationMaster when it waits for nothing.
    YARN_HEARTBEAT_INTERVAL: u64 = "yarn.heartbeat.interval".default("5").must("at least 1", |n| *n >= 1);

    /// The longest time between two heartbeats of the ApplicationMaster while it waits for containers.
    YARN_CONTAINER_REQUEST_INTERVAL: Duration =
        "yarn.heartbeat.container-request-interval".default("500 ms").must("more than 0", |d| !d.is_zero());

    /// How long a TaskManager is kept that no job needs.
    TASK_MANAGER_IDLE_TIMEOUT: Duration = "resourcemanager.taskmanager-timeout".default("30 s");

    /// How long a container may take from its start to the registration of its TaskManager.
    TASK_MANAGER_START_TIMEOUT: Duration =
        "resourcemanager.taskmanager-registration.timeout".default("5 min").must("more than 0", |d| !d.is_zero());

    /// How long the TaskManagers of an earlier attempt are waited for before new ones are asked for in their place.
    PREVIOUS_WORKER_RECOVERY_TIMEOUT: Duration = "resourcemanager.previous-worker.recovery.timeout".default("0 ms");

    /// How many TaskManagers may fail to start within a minute before starts pause.
    START_WORKER_MAX_FAILURE_RATE: f64 =
        "resourcemanager.start-worker.max-failure-rate".default("10").must("more than 0", |rate| *rate > 0.0);

    /// The shortest pause after too many TaskManagers failed to start.
    START_WORKER_RETRY_INTERVAL: Duration = "resourcemanager.start-worker.retry-interval".default("3 s");

    /// The directory under which `.weft` keeps what applications need. If it is not set: the user's home in the default file system.
    YARN_STAGING_DIRECTORY: Option<String> = "yarn.staging-directory";

    /// How many copies HDFS keeps of staged files; -1: as many as of other files.
    YARN_FILE_REPLICATION: i32 = "yarn.file-replication".default("-1").must("-1 or at least 1", |n| *n == -1 || *n >= 1);

    /// Files and directories that every container finds in its directory, with `;` between them: local ones or URIs.
    YARN_SHIP_FILES: Vec<String> = "yarn.ship-files".default("").deprecated(&["yarn.ship-directories"]);

    /// Archives that every container finds unpacked in its directory, with `;` between them: .tar, .tar.gz, .tgz or .zip.
    YARN_SHIP_ARCHIVES: Vec<String> = "yarn.ship-archives".default("");

    /// Directories in HDFS, readable by all, whose files, and those below, are used where they are, with `;` between them. A file to ship that one of
    /// them has under the same name is not uploaded.
    YARN_PROVIDED_LIB_DIRS: Vec<String> = "yarn.provided.lib.dirs".default("");

    /// A directory in HDFS, readable by all, with files that the program needs: its containers have them, and those below it, in their directory
    /// `usrlib`, without an upload.
    YARN_PROVIDED_USRLIB_DIR: Option<String> = "yarn.provided.usrlib.dir";

    /// The directory of the file by which `weft run` finds the session that was started last. If it is not set: the temporary one.
    YARN_PROPERTIES_FILE_LOCATION: Option<String> = "yarn.properties-file.location";

    /// Which log files YARN collects while the application runs, as a regular expression over their names.
    YARN_ROLLED_LOGS_INCLUDE: Option<String> = "yarn.rolled-logs.include-pattern";

    /// Which of these it leaves out.
    YARN_ROLLED_LOGS_EXCLUDE: Option<String> = "yarn.rolled-logs.exclude-pattern";

    /// Environment variables of the ApplicationMaster, each by its name after the key.
    CONTAINERIZED_MASTER_ENV: BTreeMap<String, String> = "containerized.master.env".default("");

    /// Environment variables of TaskManagers and their workers, each by its name after the key.
    CONTAINERIZED_TASK_MANAGER_ENV: BTreeMap<String, String> = "containerized.taskmanager.env".default("");

    /// Names of other resources that TaskManagers get, such as `gpu`, with `;` between them.
    EXTERNAL_RESOURCES: Vec<String> = "external-resources".default("");

    /// Of each of these, by its name after the key: `<name>.amount` for every TaskManager, and `<name>.yarn.config-key`, which is what
    /// YARN calls it, such as `yarn.io/gpu`.
    EXTERNAL_RESOURCE: BTreeMap<String, String> = "external-resource".default("");

    /// Settings that go to Hadoop as they are, each by its Hadoop key after this one.
    FLINK_HADOOP: BTreeMap<String, String> = "flink.hadoop".default("");

    /// Settings that go to YARN, each by its Hadoop key, without its `yarn.`, after this one.
    FLINK_YARN: BTreeMap<String, String> = "flink.yarn".default("");

    /// Settings that go to Hadoop as they are, before those of `flink.hadoop`.
    WEFT_HADOOP: BTreeMap<String, String> = "weft.hadoop".default("");

    /// Settings that go to YARN, before those of `flink.yarn`.
    WEFT_YARN: BTreeMap<String, String> = "weft.yarn".default("");

    /// Where the archive of the engine lies.
    YARN_DIST_JAR: Option<String> = "yarn.flink-dist-jar".no_effect_yet(NO_JAR);

    /// Where the program's archive stands in the class path.
    YARN_INCLUDE_USER_JAR: Option<String> = "yarn.classpath.include-user-jar".no_effect_yet(NO_CLASS_PATH);

    /// How the commands of containers are put together.
    YARN_START_COMMAND_TEMPLATE: Option<String> = "yarn.container-start-command-template".no_effect_yet(NO_TEMPLATE);
}
