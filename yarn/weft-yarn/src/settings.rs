//! What the configuration says about an application on YARN, typed.

use std::collections::BTreeMap;
use std::time::Duration;
use weft_common::Configuration;
use weft_common::MemorySize;
use weft_common::configuration::options::{self, HighAvailabilityType};
use weft_common::memory::{HostResources, JobManagerMemory, TaskManagerMemory};

use crate::DeployError;

/// How much of a tag YARN keeps, and how many.
const TAG_LENGTH: usize = 100;
const TAGS: usize = 10;

/// How YARN is to see an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationSettings {
    /// Its name, if one is set.
    pub name: Option<String>,
    /// The queue.
    pub queue: String,
    /// The type.
    pub kind: String,
    /// The priority, unless it is the cluster's own.
    pub priority: Option<i32>,
    /// The label of all its containers.
    pub node_label: Option<String>,
    /// Tags, at most 10.
    pub tags: Vec<String>,
    /// Who may look at it.
    pub view_acl: Option<String>,
    /// Who may change it.
    pub modify_acl: Option<String>,
    /// How often its ApplicationMaster is started.
    pub attempts: u32,
    /// For how long a failed attempt counts; `None`: for ever.
    pub failures_validity: Option<Duration>,
}

/// A sort of container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerSize {
    /// Memory in MiB, as the process needs it.
    pub memory_mib: u64,
    /// Virtual cores.
    pub vcores: u32,
    /// Other resources by YARN's name.
    pub others: BTreeMap<String, u64>,
}

/// What is staged, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSettings {
    /// Under which directory; `None`: the user's home.
    pub staging_directory: Option<String>,
    /// How many copies; `None`: as many as of other files.
    pub replication: Option<u16>,
    /// Files and directories for every container.
    pub ship_files: Vec<String>,
    /// Archives for every container.
    pub ship_archives: Vec<String>,
    /// Directories whose files are used where they are.
    pub provided_lib_dirs: Vec<String>,
    /// A directory with files of the program.
    pub provided_usrlib_dir: Option<String>,
}

/// Everything that is set for an application on YARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YarnSettings {
    /// How YARN is to see it.
    pub application: ApplicationSettings,
    /// The ApplicationMaster's container.
    pub master: ContainerSize,
    /// A TaskManager's container.
    pub worker: ContainerSize,
    /// The label of TaskManagers' containers, if it is not the application's.
    pub worker_label: Option<String>,
    /// How many slots a TaskManager has.
    pub slots: u32,
    /// Variables of the ApplicationMaster.
    pub master_env: BTreeMap<String, String>,
    /// Variables of TaskManagers.
    pub worker_env: BTreeMap<String, String>,
    /// Files.
    pub files: FileSettings,
    /// Which log files are collected while the application runs, and which of these are not.
    pub rolled_logs: (Option<String>, Option<String>),
    /// Where its jobs can be looked at after its end.
    pub history_url: Option<String>,
}

impl YarnSettings {
    /// Reads all settings. `host` is where this is done: it is asked only for what is not configured.
    ///
    /// # Errors
    /// A value that cannot be read, or that YARN does not take; more than one attempt without high availability.
    pub fn from_configuration(configuration: &Configuration, host: &HostResources) -> Result<Self, DeployError> {
        let slots = configuration.get(&options::TASK_MANAGER_SLOTS)?;
        let master = JobManagerMemory::from_configuration(configuration, host)?;
        let worker = TaskManagerMemory::from_configuration(configuration, host)?;
        let vcores = configuration.get(&options::YARN_CONTAINER_VCORES)?;
        Ok(YarnSettings {
            application: application(configuration)?,
            master: ContainerSize {
                memory_mib: whole_mib(master.process_size()),
                vcores: configuration.get(&options::YARN_MASTER_VCORES)?,
                others: BTreeMap::new(),
            },
            worker: ContainerSize {
                memory_mib: whole_mib(worker.process_size()),
                vcores: u32::try_from(vcores).unwrap_or(slots),
                others: external_resources(configuration)?,
            },
            worker_label: configuration.get(&options::YARN_TASK_MANAGER_NODE_LABEL)?,
            slots,
            master_env: variables("containerized.master.env", configuration.get(&options::CONTAINERIZED_MASTER_ENV)?)?,
            worker_env: variables(
                "containerized.taskmanager.env",
                configuration.get(&options::CONTAINERIZED_TASK_MANAGER_ENV)?,
            )?,
            files: files(configuration)?,
            rolled_logs: (
                configuration.get(&options::YARN_ROLLED_LOGS_INCLUDE)?,
                configuration.get(&options::YARN_ROLLED_LOGS_EXCLUDE)?,
            ),
            history_url: history_url(configuration)?,
        })
    }
}

fn history_url(configuration: &Configuration) -> Result<Option<String>, DeployError> {
    let port = configuration.get(&options::HISTORY_SERVER_PORT)?;
    let host = configuration.get(&options::HISTORY_SERVER_ADDRESS)?;
    Ok(host.map(|host| format!("http://{host}:{port}")))
}

/// A process does not fit into a container that is smaller by a part of a MiB.
fn whole_mib(size: MemorySize) -> u64 {
    size.bytes().div_ceil(1 << 20)
}

fn application(configuration: &Configuration) -> Result<ApplicationSettings, DeployError> {
    let validity = configuration.get(&options::YARN_ATTEMPT_FAILURES_VALIDITY)?;
    Ok(ApplicationSettings {
        name: configuration.get(&options::YARN_APPLICATION_NAME)?,
        queue: configuration.get(&options::YARN_APPLICATION_QUEUE)?,
        kind: configuration.get(&options::YARN_APPLICATION_TYPE)?,
        priority: Some(configuration.get(&options::YARN_APPLICATION_PRIORITY)?).filter(|priority| *priority >= 0),
        node_label: configuration.get(&options::YARN_APPLICATION_NODE_LABEL)?,
        tags: tags(&configuration.get(&options::YARN_TAGS)?)?,
        view_acl: configuration.get(&options::YARN_VIEW_ACLS)?,
        modify_acl: configuration.get(&options::YARN_MODIFY_ACLS)?,
        attempts: attempts(configuration)?,
        failures_validity: u64::try_from(validity).ok().map(Duration::from_millis),
    })
}

/// Without high availability a second attempt would find nothing of the first, and the first, if it only seemed dead, would go on.
fn attempts(configuration: &Configuration) -> Result<u32, DeployError> {
    let set = configuration.get(&options::YARN_APPLICATION_ATTEMPTS)?;
    match (configuration.get(&options::HA_TYPE)?, set) {
        (HighAvailabilityType::None, None | Some(1)) => Ok(1),
        (HighAvailabilityType::None, Some(attempts)) => Err(DeployError::Refused(format!(
            "yarn.application-attempts is {attempts} and high-availability.type is none: a second ApplicationMaster would know nothing \
             of the jobs of the first, and could not tell whether that still runs; set high-availability.type, or 1 attempt"
        ))),
        (_, set) => Ok(set.unwrap_or(2)),
    }
}

fn tags(text: &str) -> Result<Vec<String>, DeployError> {
    let tags: Vec<_> = text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    let printable = |tag: &String| tag.len() <= TAG_LENGTH && tag.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    match tags.iter().find(|tag| !printable(tag)) {
        Some(tag) => Err(DeployError::Refused(format!(
            "the tag {tag:?} in yarn.tags is not one: use at most {TAG_LENGTH} printable ASCII characters"
        ))),
        None if tags.len() > TAGS => {
            let found = tags.len();
            Err(DeployError::Refused(format!("yarn.tags has {found} tags: YARN takes at most {TAGS}")))
        }
        None => Ok(tags),
    }
}

/// `external-resources` with the amount of each and what YARN calls it. One without a name of YARN's is not asked for there.
fn external_resources(configuration: &Configuration) -> Result<BTreeMap<String, u64>, DeployError> {
    let settings = configuration.get(&options::EXTERNAL_RESOURCE)?;
    let mut resources = BTreeMap::new();
    for name in configuration.get(&options::EXTERNAL_RESOURCES)? {
        let Some(yarn_name) = settings.get(&format!("{name}.yarn.config-key")) else { continue };
        let key = format!("external-resource.{name}.amount");
        let amount = settings.get(&format!("{name}.amount")).and_then(|amount| amount.trim().parse().ok());
        let amount = amount.filter(|amount| *amount > 0).ok_or_else(|| {
            DeployError::Refused(format!(
                "{key} must say how many of {yarn_name} a TaskManager gets: set a whole number above 0"
            ))
        })?;
        resources.insert(yarn_name.clone(), amount);
    }
    Ok(resources)
}

/// Names that a shell takes for variables; YARN writes them into a script.
fn variables(key: &str, variables: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, DeployError> {
    let is_name = |name: &String| {
        let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        first && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match variables.keys().find(|name| !is_name(name)) {
        Some(name) => Err(DeployError::Refused(format!(
            "{key}.{name}: {name:?} is not the name of an environment variable: use letters, digits and _"
        ))),
        None => Ok(variables),
    }
}

fn files(configuration: &Configuration) -> Result<FileSettings, DeployError> {
    let replication = configuration.get(&options::YARN_FILE_REPLICATION)?;
    Ok(FileSettings {
        staging_directory: configuration.get(&options::YARN_STAGING_DIRECTORY)?,
        replication: u16::try_from(replication).ok(),
        ship_files: configuration.get(&options::YARN_SHIP_FILES)?,
        ship_archives: configuration.get(&options::YARN_SHIP_ARCHIVES)?,
        provided_lib_dirs: configuration.get(&options::YARN_PROVIDED_LIB_DIRS)?,
        provided_usrlib_dir: configuration.get(&options::YARN_PROVIDED_USRLIB_DIR)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &[&str]) -> Result<YarnSettings, DeployError> {
        let mut configuration = Configuration::new();
        let memory = ["jobmanager.memory.process.size=1024m", "taskmanager.memory.process.size=1728m"];
        configuration.apply_dynamic(memory.iter().chain(settings)).unwrap();
        YarnSettings::from_configuration(&configuration, &HostResources::default())
    }

    #[test]
    fn what_holds_when_nothing_is_set() {
        let settings = read(&[]).unwrap();
        let application = settings.application;
        assert_eq!(
            (application.queue.as_str(), application.kind.as_str(), application.name),
            ("default", "Weft", None)
        );
        assert_eq!((application.priority, application.attempts), (None, 1));
        assert_eq!(application.failures_validity, Some(Duration::from_secs(10)));
        assert_eq!((settings.master.memory_mib, settings.master.vcores), (1024, 1));
        assert_eq!((settings.worker.memory_mib, settings.worker.vcores, settings.slots), (1728, 1, 1));
        assert_eq!(settings.files.replication, None);
    }

    #[test]
    fn what_is_set() {
        let settings = read(&[
            "taskmanager.numberOfTaskSlots=4",
            "yarn.application.priority=7",
            "yarn.tags= a, b ,,",
            "yarn.application-attempt-failures-validity-interval=-1",
            "yarn.ship-files=/a;hdfs:///b",
            "yarn.file-replication=2",
            "containerized.master.env.LD_LIBRARY_PATH=/x:$LD_LIBRARY_PATH",
            "external-resources=gpu;fpga",
            "external-resource.gpu.amount=2",
            "external-resource.gpu.yarn.config-key=yarn.io/gpu",
        ]);
        let settings = settings.unwrap();
        assert_eq!((settings.application.priority, settings.application.failures_validity), (Some(7), None));
        assert_eq!(settings.application.tags, ["a", "b"]);
        assert_eq!(settings.worker.vcores, 4, "as many as slots");
        assert_eq!(settings.worker.others, BTreeMap::from([("yarn.io/gpu".to_owned(), 2)]));
        assert_eq!(settings.files.ship_files, ["/a", "hdfs:///b"]);
        assert_eq!(settings.files.replication, Some(2));
        assert_eq!(settings.master_env.get("LD_LIBRARY_PATH").map(String::as_str), Some("/x:$LD_LIBRARY_PATH"));
        assert_eq!(read(&["yarn.containers.vcores=2"]).unwrap().worker.vcores, 2);
    }

    #[test]
    fn parts_of_a_megabyte_need_a_whole_one() {
        assert_eq!(read(&["jobmanager.memory.process.size=1048577kb"]).unwrap().master.memory_mib, 1025);
    }

    #[test]
    fn attempts() {
        let ha = ["high-availability.type=filesystem", "high-availability.storageDir=/ha"];
        assert_eq!(read(&ha).unwrap().application.attempts, 2);
        let four = [&ha[..], &["yarn.application-attempts=4"]].concat();
        assert_eq!(read(&four).unwrap().application.attempts, 4);
        let refused = read(&["yarn.application-attempts=2"]).unwrap_err().to_string();
        assert!(refused.contains("high-availability.type is none"), "{refused}");
    }

    #[test]
    fn a_history_server_is_where_it_is_said_to_be() {
        assert_eq!(read(&[]).unwrap().history_url, None);
        let set = read(&["historyserver.web.address=history.example.org", "historyserver.web.port=80"]).unwrap();
        assert_eq!(set.history_url.as_deref(), Some("http://history.example.org:80"));
    }

    #[test]
    fn what_yarn_does_not_take() {
        let table: [(&[&str], &str); 5] = [
            (&["yarn.tags=a,b\u{e4}"], "printable ASCII"),
            (&["yarn.tags=1,2,3,4,5,6,7,8,9,10,11"], "at most 10"),
            (&["containerized.master.env.A-B=c"], "not the name of an environment variable"),
            (&["yarn.containers.vcores=0"], "-1 or at least 1"),
            (
                &["external-resources=gpu", "external-resource.gpu.yarn.config-key=yarn.io/gpu"],
                "external-resource.gpu.amount must say",
            ),
        ];
        for (settings, part) in table {
            let refused = read(settings).unwrap_err();
            assert!(refused.to_string().contains(part), "{settings:?}: {refused}");
            assert_eq!(refused.kind(), weft_common::ErrorKind::User);
        }
    }
}
