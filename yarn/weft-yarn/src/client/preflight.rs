//! What can be known to fail before anything is uploaded.

use std::fmt;

use weft_yarn_client::proto::{NodeReport, NodeState, QueueAcl, QueueInfo, QueueState, QueueUserAcls};

use crate::resources::{Granted, Sizes};
use crate::settings::{ContainerSize, YarnSettings};
use crate::{ContainerRole, DeployError};

/// How much of an application's type YARN keeps.
const TYPE_LENGTH: usize = 20;

/// What the ResourceManager says about its cluster.
#[derive(Clone, Debug)]
pub struct ClusterFacts {
    /// The queue `root` with all below it; `None` where it is not told.
    pub root: Option<QueueInfo>,
    /// Whether a queue that nobody has declared is made when an application names it.
    pub makes_queues: bool,
    /// What the client's user may do in which queue; a queue that is not named is not known about.
    pub rights: Vec<QueueUserAcls>,
    /// All nodes that run.
    pub nodes: Vec<NodeReport>,
    /// How containers are sized.
    pub sizes: Sizes,
}

/// What was found: how large the containers will be, what is worth knowing, and what stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preflight {
    /// The ApplicationMaster's container.
    pub master: Granted,
    /// A TaskManager's container.
    pub worker: Granted,
    /// Sentences worth knowing.
    pub notes: Vec<String>,
    /// Sentences that say what is wrong and what to change.
    pub problems: Vec<String>,
}

impl Preflight {
    /// Looks at settings and cluster.
    pub fn new(settings: &YarnSettings, facts: &ClusterFacts) -> Self {
        let master = facts.sizes.granted(settings.master.memory_mib);
        let worker = facts.sizes.granted(settings.worker.memory_mib);
        let mut preflight = Preflight { master, worker, notes: Vec::new(), problems: Vec::new() };
        preflight.look_at_queue(settings, facts);
        preflight.look_at_type(settings);
        let application_label = settings.application.node_label.as_deref();
        let worker_label = settings.worker_label.as_deref().or(application_label);
        for (role, size, granted, label) in [
            (ContainerRole::JobManager, &settings.master, master, application_label),
            (ContainerRole::TaskManager, &settings.worker, worker, worker_label),
        ] {
            Container { role, size, granted, label }.look_at(facts, &mut preflight);
        }
        preflight
    }

    /// An error if anything stands in the way.
    ///
    /// # Errors
    /// [`DeployError::Preflight`] with all of it.
    pub fn check(&self) -> Result<(), DeployError> {
        match self.problems.is_empty() {
            true => Ok(()),
            false => Err(DeployError::Preflight(self.problems.clone())),
        }
    }

    fn look_at_queue(&mut self, settings: &YarnSettings, facts: &ClusterFacts) {
        let Some(root) = &facts.root else { return };
        let wanted = &settings.application.queue;
        let Some(queue) = find(root, "root", wanted) else {
            if facts.makes_queues {
                return;
            }
            let queues = leaves(root, "root").join(", ");
            return self
                .problems
                .push(format!("there is no queue {wanted}: set yarn.application.queue to one of {queues}"));
        };
        if !queue.children.is_empty() {
            let queues = leaves(queue, wanted).join(", ");
            self.problems.push(format!(
                "the queue {wanted} has queues below it and takes no applications itself: set yarn.application.queue to one of {queues}"
            ));
        } else if queue.state() != QueueState::QueueRunning {
            let state = if queue.state() == QueueState::QueueStopped { "is stopped" } else { "is being drained" };
            self.problems.push(format!(
                "the queue {wanted} {state} and takes no applications: have it started, or set yarn.application.queue to another"
            ));
        } else if lets_nobody_in(&facts.rights, wanted) {
            self.problems.push(format!(
                "the queue {wanted} takes no applications of yours: have its administrator let you submit, or set yarn.application.queue to \
                 another"
            ));
        }
        self.look_at_labels(settings, queue);
    }

    fn look_at_labels(&mut self, settings: &YarnSettings, queue: &QueueInfo) {
        let labels = [
            ("yarn.application.node-label", &settings.application.node_label),
            ("yarn.taskmanager.node-label", &settings.worker_label),
        ];
        for (key, label) in labels {
            let Some(label) = label.as_ref().filter(|label| !label.is_empty()) else { continue };
            if !queue.accessible_labels.iter().any(|accessible| accessible == label || accessible == "*") {
                let queue = &settings.application.queue;
                self.problems.push(format!(
                    "{key} is {label}, which the queue {queue} may not use: choose another queue or label"
                ));
            }
        }
    }

    fn look_at_type(&mut self, settings: &YarnSettings) {
        let kind = &settings.application.kind;
        if kind.chars().count() > TYPE_LENGTH {
            let kept: String = kind.chars().take(TYPE_LENGTH).collect();
            self.notes.push(format!("yarn.application.type is {kind:?}, of which YARN keeps {kept:?}"));
        }
    }
}

/// A container that will be asked for.
struct Container<'a> {
    role: ContainerRole,
    size: &'a ContainerSize,
    granted: Granted,
    label: Option<&'a str>,
}

impl fmt::Display for Container<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, granted, vcores) = (self.role.name(), self.granted, self.size.vcores);
        write!(f, "a {name} needs {granted} and {vcores} virtual cores")
    }
}

impl Container<'_> {
    fn look_at(&self, facts: &ClusterFacts, preflight: &mut Preflight) {
        let (sizes, key) = (facts.sizes, self.role.memory_key());
        if self.granted.granted_mib > sizes.maximum_mib {
            return preflight.problems.push(format!(
                "{self}, and the largest container is {} mb (yarn.scheduler.maximum-allocation-mb): lower {key}",
                sizes.maximum_mib
            ));
        }
        if self.size.vcores > sizes.maximum_vcores {
            let key = match self.role {
                ContainerRole::JobManager => "yarn.appmaster.vcores",
                ContainerRole::TaskManager => "yarn.containers.vcores, or taskmanager.numberOfTaskSlots",
            };
            return preflight.problems.push(format!(
                "{self}, and a container has {} at most (yarn.scheduler.maximum-allocation-vcores): lower {key}",
                sizes.maximum_vcores
            ));
        }
        if self.granted.granted_mib != self.granted.asked_mib {
            preflight.notes.push(self.to_string());
        }
        self.look_at_nodes(facts, preflight);
    }

    fn look_at_nodes(&self, facts: &ClusterFacts, preflight: &mut Preflight) {
        let nodes: Vec<_> = facts.nodes.iter().filter(|node| self.may_be_at(node)).collect();
        let memory = |node: &&NodeReport| u64::try_from(node.capability.memory).unwrap_or(0);
        let Some(largest) = nodes.iter().map(memory).max() else {
            let problem = match self.label.filter(|label| !label.is_empty()) {
                Some(label) => {
                    format!("no node with the label {label} runs, so there is nowhere for a {}", self.role.name())
                }
                None => "no NodeManager runs, so no container can be started: see yarn node -list -all".to_owned(),
            };
            // Said once for all containers.
            return if !preflight.problems.contains(&problem) {
                preflight.problems.push(problem)
            };
        };
        let needed = self.granted.granted_mib;
        if largest < needed {
            return preflight.problems.push(format!(
                "{self}, and the largest node has {largest} mb for containers: lower {}",
                self.role.memory_key()
            ));
        }
        let free = |node: &&NodeReport| memory(node).saturating_sub(u64::try_from(node.used.memory).unwrap_or(0));
        let most = nodes.iter().map(free).max().unwrap_or(0);
        if most < needed {
            preflight.notes.push(format!(
                "no node has room for a {} now ({most} mb at most are free): it will wait",
                self.role.name()
            ));
        }
    }

    fn may_be_at(&self, node: &NodeReport) -> bool {
        let label = self.label.unwrap_or("");
        let labelled = if label.is_empty() {
            node.labels.iter().all(String::is_empty)
        } else {
            node.labels.iter().any(|of| of == label)
        };
        // Nodes of a label that is not exclusive take what has none too; which those are is not told.
        node.state() == NodeState::NodeRunning && (labelled || label.is_empty())
    }
}

/// Whether somebody with these rights may surely not submit to a queue. Schedulers call it by its name, or its path.
pub fn lets_nobody_in(rights: &[QueueUserAcls], queue: &str) -> bool {
    let of_queue = rights.iter().filter(|rights| last(&rights.queue) == last(queue));
    let mut of_queue = of_queue.map(|rights| {
        let mut acls = rights.acls();
        acls.any(|acl| matches!(acl, QueueAcl::SubmitApplications | QueueAcl::AdministerQueue))
    });
    // Several queues of one name below different ones may differ.
    of_queue.next() == Some(false) && !of_queue.any(|may| may)
}

/// A queue by its name or its path, as `root.a.b`.
fn find<'a>(queue: &'a QueueInfo, path: &str, wanted: &str) -> Option<&'a QueueInfo> {
    if last(&queue.name) == wanted || path == wanted || queue.name == wanted {
        return Some(queue);
    }
    queue.children.iter().find_map(|child| find(child, &format!("{path}.{}", last(&child.name)), wanted))
}

/// The queues that take applications, by path.
fn leaves(queue: &QueueInfo, path: &str) -> Vec<String> {
    match queue.children.is_empty() {
        true => vec![path.to_owned()],
        false => {
            queue.children.iter().flat_map(|child| leaves(child, &format!("{path}.{}", last(&child.name)))).collect()
        }
    }
}

/// The FairScheduler names a queue by its path.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
