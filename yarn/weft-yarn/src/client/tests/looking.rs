//! What stands in the way of an application.

use super::*;

fn queue(name: &str, children: Vec<QueueInfo>) -> QueueInfo {
    QueueInfo { name: name.to_owned(), state: QueueState::QueueRunning as i32, children, ..QueueInfo::default() }
}

fn node(memory: i64, used: i64, labels: &[&str]) -> NodeReport {
    NodeReport {
        node: NodeId { host: "h".to_owned(), port: 1 },
        capability: Resource::of(memory, 8),
        used: Resource::of(used, 0),
        state: NodeState::NodeRunning as i32,
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        ..NodeReport::default()
    }
}

fn facts() -> ClusterFacts {
    let mut stopped = queue("old", Vec::new());
    stopped.state = QueueState::QueueStopped as i32;
    let mut draining = queue("full", Vec::new());
    draining.state = QueueState::QueueDraining as i32;
    let default = QueueInfo { accessible_labels: vec!["ssd".to_owned()], ..queue("default", Vec::new()) };
    let teams = queue("teams", vec![queue("a", Vec::new()), queue("b", Vec::new())]);
    let key = "yarn.scheduler.minimum-allocation-mb";
    ClusterFacts {
        root: Some(queue("root", vec![default, teams, stopped, draining])),
        makes_queues: false,
        rights: Vec::new(),
        nodes: vec![node(8192, 1024, &[]), node(16384, 0, &["ssd"])],
        sizes: Sizes { minimum_mib: 1024, step_mib: 1024, step_key: key, maximum_mib: 8192, maximum_vcores: 4 },
    }
}

fn problems(set: &[&str], facts: &ClusterFacts) -> Vec<String> {
    Preflight::new(&settings(set), facts).problems
}

#[test]
fn what_fits_is_let_through() {
    let preflight = Preflight::new(&settings(&[]), &facts());
    assert_eq!((preflight.problems.as_slice(), preflight.notes.as_slice()), (&[][..], &[][..]));
    assert_eq!((preflight.master.granted_mib, preflight.worker.granted_mib), (1024, 2048));
    assert!(preflight.check().is_ok());
    for name in ["a", "root.teams.a", "teams.b"] {
        let problems = problems(&[&format!("yarn.application.queue={name}")], &facts());
        // A path without its root is none.
        assert_eq!(problems.is_empty(), name != "teams.b", "{name}: {problems:?}");
    }
}

#[test]
fn queues_that_take_nothing_of_somebody() {
    let rights = |queue: &str, acls: &[QueueAcl]| QueueUserAcls {
        queue: queue.to_owned(),
        acls: acls.iter().map(|acl| *acl as i32).collect(),
    };
    let (submit, administer) = (QueueAcl::SubmitApplications, QueueAcl::AdministerQueue);
    for (found, is_let_in) in [
        (vec![], true),
        (vec![rights("root.other", &[])], true),
        (vec![rights("root.default", &[])], false),
        (vec![rights("default", &[submit])], true),
        (vec![rights("root.default", &[administer])], true),
        (vec![rights("root.a.default", &[]), rights("root.default", &[submit])], true),
    ] {
        let problems = problems(&[], &ClusterFacts { rights: found.clone(), ..facts() });
        assert_eq!(problems.is_empty(), is_let_in, "{found:?}: {problems:?}");
        let says = |problem: &String| problem.contains("the queue default takes no applications of yours");
        assert!(problems.iter().all(says), "{problems:?}");
    }
}

#[test]
fn queues_that_take_nothing() {
    let table = [
        (
            "nowhere",
            "there is no queue nowhere: set yarn.application.queue to one of root.default, root.teams.a, root.teams.b, root.old, root.full",
        ),
        (
            "teams",
            "the queue teams has queues below it and takes no applications itself: set yarn.application.queue to one of teams.a, teams.b",
        ),
        (
            "old",
            "the queue old is stopped and takes no applications: have it started, or set yarn.application.queue to another",
        ),
        (
            "full",
            "the queue full is being drained and takes no applications: have it started, or set yarn.application.queue to another",
        ),
    ];
    for (name, expected) in table {
        assert_eq!(problems(&[&format!("yarn.application.queue={name}")], &facts()), [expected]);
    }
    // The FairScheduler calls queues by their paths.
    let fair = ClusterFacts { root: Some(queue("root", vec![queue("root.etl", Vec::new())])), ..facts() };
    for name in ["etl", "root.etl"] {
        assert_eq!(problems(&[&format!("yarn.application.queue={name}")], &fair), [""; 0]);
    }
    // And makes them as they are named.
    assert_eq!(problems(&["yarn.application.queue=new"], &fair).len(), 1);
    let making = ClusterFacts { makes_queues: true, ..fair };
    assert_eq!(problems(&["yarn.application.queue=new"], &making), [""; 0]);
}

#[test]
fn requests_that_are_too_large() {
    assert_eq!(
        problems(&["taskmanager.memory.process.size=9000m"], &facts()),
        [
            "a TaskManager needs 9000 mb, for which YARN gives 9216 mb (steps of 1024 mb, yarn.scheduler.minimum-allocation-mb) and 1 virtual \
          cores, and the largest container is 8192 mb (yarn.scheduler.maximum-allocation-mb): lower taskmanager.memory.process.size"
        ]
    );
    assert_eq!(
        problems(&["taskmanager.numberOfTaskSlots=5"], &facts()),
        [
            "a TaskManager needs 2048 mb and 5 virtual cores, and a container has 4 at most (yarn.scheduler.maximum-allocation-vcores): lower \
          yarn.containers.vcores, or taskmanager.numberOfTaskSlots"
        ]
    );
    let small = ClusterFacts { nodes: vec![node(1536, 0, &[])], ..facts() };
    assert_eq!(
        problems(&[], &small),
        ["a TaskManager needs 2048 mb and 1 virtual cores, and the largest node has 1536 mb for containers: lower \
          taskmanager.memory.process.size"]
    );
}

#[test]
fn nodes_that_are_not_there() {
    let none = ClusterFacts { nodes: Vec::new(), ..facts() };
    assert_eq!(problems(&[], &none), ["no NodeManager runs, so no container can be started: see yarn node -list -all"]);
    let labelled = problems(&["yarn.taskmanager.node-label=ssd"], &facts());
    assert_eq!(labelled, [""; 0]);
    let unknown = problems(&["yarn.taskmanager.node-label=gpu"], &facts());
    assert_eq!(
        unknown,
        [
            "yarn.taskmanager.node-label is gpu, which the queue default may not use: choose another queue or label",
            "no node with the label gpu runs, so there is nowhere for a TaskManager",
        ]
    );
}

#[test]
fn what_is_worth_knowing() {
    let busy = ClusterFacts { nodes: vec![node(8192, 7000, &[])], ..facts() };
    let set = ["taskmanager.memory.process.size=1728m", "yarn.application.type=a name of more than twenty"];
    let preflight = Preflight::new(&settings(&set), &busy);
    assert_eq!(preflight.problems, [""; 0]);
    assert_eq!(
        preflight.notes,
        [
            "yarn.application.type is \"a name of more than twenty\", of which YARN keeps \"a name of more than \"",
            "a TaskManager needs 1728 mb, for which YARN gives 2048 mb (steps of 1024 mb, yarn.scheduler.minimum-allocation-mb) and 1 \
             virtual cores",
            "no node has room for a TaskManager now (1192 mb at most are free): it will wait",
        ]
    );
}
