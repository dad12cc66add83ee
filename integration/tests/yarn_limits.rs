//! What YARN takes away, or does not give: memory, preemption, schedulers and their rounding, quotas, more than there is.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;
mod hdfs;

use std::collections::BTreeSet;
use std::process::Child;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use command::yarn::{Session, Yarn, expected};
use command::{lives, node_of, processes, programs, until};
use hdfs::administrator;

/// Two queues, each of which may use all of the cluster, until the other asks for its half. Containers are looked at twice a second, and first for
/// what they map: with the 2.1 times their memory that they may map by default, one that takes memory quickly is over both limits at once.
static YARN: LazyLock<Yarn> = LazyLock::new(|| {
    let settings = [
        "yarn-site:yarn.nm.liveness-monitor.expiry-interval-ms=180000",
        "yarn-site:yarn.nodemanager.container-monitor.interval-ms=500",
        "yarn-site:yarn.nodemanager.vmem-pmem-ratio=8",
        "yarn-site:yarn.resourcemanager.scheduler.monitor.enable=true",
        "yarn-site:yarn.resourcemanager.monitor.capacity.preemption.monitoring_interval=500",
        "yarn-site:yarn.resourcemanager.monitor.capacity.preemption.max_wait_before_kill=1000",
        "yarn-site:yarn.resourcemanager.monitor.capacity.preemption.total_preemption_per_round=1.0",
        "yarn-site:yarn.resourcemanager.monitor.capacity.preemption.natural_termination_factor=1.0",
        "capacity-scheduler:yarn.scheduler.capacity.root.queues=default,urgent",
        "capacity-scheduler:yarn.scheduler.capacity.root.default.capacity=50",
        "capacity-scheduler:yarn.scheduler.capacity.root.default.maximum-capacity=100",
        "capacity-scheduler:yarn.scheduler.capacity.root.default.user-limit-factor=2",
        "capacity-scheduler:yarn.scheduler.capacity.root.urgent.capacity=50",
        "capacity-scheduler:yarn.scheduler.capacity.root.urgent.maximum-capacity=100",
        "capacity-scheduler:yarn.scheduler.capacity.root.urgent.user-limit-factor=2",
    ];
    Yarn::up(&settings.into_iter().flat_map(|setting| ["--set", setting]).collect::<Vec<_>>())
});

/// Each test looks at what the cluster has given to whom.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

const RESTARTS: [&str; 3] = [
    "-Drestart-strategy.type=fixed-delay",
    "-Drestart-strategy.fixed-delay.attempts=1000",
    "-Drestart-strategy.fixed-delay.delay=1 s",
];

/// The memory of a container with one slot, and how its limits are left to YARN.
const WATCHED_BY_YARN: [&str; 3] = [
    "-Dtaskmanager.memory.process.size=512m",
    "-Dtaskmanager.numberOfTaskSlots=1",
    "-Dtaskmanager.memory.watch.enabled=false",
];

#[test]
fn a_container_that_yarn_kills_for_memory_is_explained() {
    let _alone = alone();
    let session = YARN.session(&[WATCHED_BY_YARN.as_slice(), &["-Drestart-strategy.type=none"]].concat());
    let leaked = session.run(&[], &["leak"]);
    let job = session.job("FAILED");
    let failures = until("YARN's word on it is in the exceptions", || {
        let failures = session.failures(&job);
        assert!(!failures.contains("exit status -103"), "{failures}");
        failures.contains("exit status -104").then_some(failures)
    });
    for part in ["was killed by its NodeManager for memory: it used", "raise taskmanager.memory.process.size"] {
        assert!(failures.contains(part), "{failures}");
    }
    leaked.badly(&["FAILED"]);

    let mapped = session.run(&[], &["map", "--gigabytes", "16"]);
    let explained = until("YARN's word on what is mapped", || {
        let jobs = jobs_of(&session).into_iter();
        jobs.map(|job| session.failures(&job)).find(|failures| failures.contains("exit status -103"))
    });
    assert!(explained.contains("it mapped") && explained.contains("vmem-check"), "{explained}");
    mapped.badly(&["FAILED"]);
    session.stop();

    // An application that ends with the job says so in its own end: to its client, and to whoever asks YARN.
    let said = YARN.run_application(&WATCHED_BY_YARN, &["leak"]);
    let application = said.stdout.lines().find_map(|line| line.strip_prefix("YARN application id: ")).unwrap();
    let report = YARN.report(application);
    let diagnostics = report["diagnostics"].as_str().unwrap();
    for part in ["exit status -104", "raise taskmanager.memory.process.size"] {
        assert!(diagnostics.contains(part), "{diagnostics}");
    }
    YARN.nothing_is_left(application);
    said.badly(&["has failed", "exit status -104", "raise taskmanager.memory.process.size"]);
}

/// First there is no room for what is staged, then none for what comes of the job.
#[test]
fn a_quota_that_is_full_is_named_with_its_directory() {
    let _alone = alone();
    let quota = |directory: &str, names: u64| {
        let names_of = administrator(&YARN.rig);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(names_of.set_quota(directory, Some(names), None)).unwrap();
    };
    let home = format!("/user/{}", YARN.rig.users().client);
    // What is there is the command itself, from another test or from this application, which needs more than one name.
    quota(&home, 2);
    let refused = YARN.run_application(&[], &["trivial"]);
    assert!(!refused.stdout.contains("YARN application id"), "{}", refused.stdout);
    quota(&home, u64::MAX);
    refused.badly(&["quota", &home]);
    let staged = YARN.weft(&["fs", "-ls", &YARN.home(".weft/apps")]);
    assert!(!staged.stdout.contains("application_"), "{}", staged.stdout);

    let output = YARN.home("of-quota");
    YARN.weft(&["fs", "-mkdir", &output]).well();
    quota(&format!("{home}/of-quota"), 1);
    let failed = YARN.run_application(&[], &["words", "--input", &YARN.home("words.txt"), "--output", &output]);
    failed.badly(&["has failed", "quota", "of-quota"]);
    quota(&format!("{home}/of-quota"), u64::MAX);
    let left = YARN.weft(&["fs", "-ls", &output]).well();
    assert_eq!(left, "", "nothing of the failed job is there");
}

#[test]
fn our_own_watch_is_there_first() {
    let _alone = alone();
    let session = YARN.session(&["-Dtaskmanager.memory.process.size=512m", "-Drestart-strategy.type=none"]);
    session.run(&[], &["leak"]).badly(&["the job's worker was killed: it used", "taskmanager.memory.process.size"]);
    let before = session.get("/taskmanagers");
    assert!(before.contains("\"id\""), "the TaskManager lives: {before}");
    session.stop();
}

#[test]
fn what_another_queue_preempts_runs_again_when_there_is_room() {
    let _alone = alone();
    // All alike: where pieces of a GB are left on several nodes, YARN takes them for room and preempts nothing.
    let large = [
        "-Djobmanager.memory.process.size=1g",
        "-Dtaskmanager.memory.process.size=1g",
        "-Dtaskmanager.numberOfTaskSlots=1",
    ];
    let session = YARN.session(&[large.as_slice(), &RESTARTS].concat());
    session.run(&["-d", "-p", "6"], &["endless"]).well();
    let job = session.job("RUNNING");
    let all_run = || session.get(&format!("/jobs/{job}")).matches("\"status\":\"RUNNING\"").count() >= 2;
    until("all of its tasks run", || all_run().then_some(()));
    // More than the half of the cluster, to which the queue has a right: 7 GB of 8.
    assert_eq!(of_session(&session.application, "runningContainers"), 7);
    assert_eq!(of_session(&session.application, "allocatedMB"), 7 * 1024);

    let urgent = [large.as_slice(), &["-Dyarn.application.queue=urgent"]].concat();
    let output = YARN.home("of-urgent");
    YARN.run_application(&urgent, &["words", "--input", &YARN.home("words.txt"), "--output", &output]).well();
    assert_eq!(YARN.counts(&output), expected());
    until("the preemption is in the exceptions", || session.failures(&job).contains("was preempted").then_some(()));
    until("the job has its containers again", || {
        (session.get("/overview").contains("\"jobs-running\":1") && all_run()).then_some(())
    });
    session.stop();
}

#[test]
fn more_slots_than_there_are_cost_no_more_containers_than_fit_and_all_go_back() {
    let _alone = alone();
    let session = YARN.session(&[
        "-Dtaskmanager.numberOfTaskSlots=1",
        "-Dslot.request.timeout=20 s",
        "-Dresourcemanager.taskmanager-timeout=1 s",
    ]);
    let under_way: Child = session.start(&["-p", "100"], &["endless"]);
    // 8 GB hold the ApplicationMaster's 512 MB and ten TaskManagers of 768 MB.
    let most = until("the cluster is full", || {
        let containers = of_session(&session.application, "runningContainers");
        (containers >= 9).then_some(containers)
    });
    assert!(most <= 11, "{most} containers");
    let ended = under_way.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(!ended.status.success() && said.contains("100"), "{said}");
    let started = YARN.started(&session.application).len();
    assert!((10..=11).contains(&started), "{started} containers were started, and {most} ran at once");
    until("all TaskManagers have gone back", || {
        (of_session(&session.application, "runningContainers") == 1).then_some(())
    });
    assert_eq!(
        number(&YARN.rig.web("rm1", "/ws/v1/cluster/metrics").unwrap()["clusterMetrics"], "containersPending"),
        0
    );
    // Where there is room for more, not one more than is needed.
    session.run(&["-d", "-p", "5"], &["endless"]).well();
    let overview = || session.get("/overview");
    until("five slots are in use", || {
        (overview().contains("\"slots-total\":5") && overview().contains("\"slots-available\":0")).then_some(())
    });
    assert_eq!(YARN.started(&session.application).len() - started, 5);
    session.stop();
}

fn number(of: &serde_json::Value, name: &str) -> i64 {
    of[name].as_i64().unwrap_or_else(|| panic!("no {name} in {of}"))
}

/// What the ResourceManager says of an application, in a number.
fn of_session(application: &str, name: &str) -> i64 {
    number(&YARN.report(application), name)
}

#[test]
fn a_fair_scheduler_and_coarse_allocations() {
    let _alone = alone();
    let fair = "yarn-site:yarn.resourcemanager.scheduler.class=\
                org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair.FairScheduler";
    let coarse = "yarn-site:yarn.scheduler.minimum-allocation-mb=1024";
    let yarn = Yarn::up(&["--set", fair, "--set", coarse]);
    let scheduler = yarn.manager("/ws/v1/cluster/scheduler");
    assert_eq!(scheduler["scheduler"]["schedulerInfo"]["type"], "fairScheduler");
    rounded(&yarn);
}

#[test]
fn allocations_are_rounded_as_the_start_says() {
    let _alone = alone();
    rounded(&Yarn::up(&["--set", "yarn-site:yarn.scheduler.minimum-allocation-mb=1024"]));
}

/// Containers of 512 and 768 MB are counted as 1024 MB, which the start of a session says, and used.
fn rounded(yarn: &Yarn) {
    let session = yarn.session(&[]);
    for needs in [
        "a JobManager needs 512 mb, for which YARN gives 1024 mb",
        "a TaskManager needs 768 mb, for which YARN gives 1024 mb",
    ] {
        assert!(session.said.contains(needs), "{}", session.said);
    }
    session.run(&["-d"], &["endless"]).well();
    until("its worker", || session.workers("endless").pop());
    let application = yarn.report(&session.application);
    assert_eq!(number(&application, "runningContainers"), 2, "{application}");
    assert_eq!(number(&application, "allocatedMB"), 2048, "{application}");
    let output = yarn.home("of-rounded");
    session.run(&["-p", "3"], &["words", "--input", &yarn.home("words.txt"), "--output", &output]).well();
    assert_eq!(yarn.counts(&output), expected());
    session.stop();
}

/// YARN counts what is mapped, whether it is used or not, and by default kills a container that maps more than 2.1 times what it has.
#[test]
fn what_is_mapped_stays_below_what_yarn_allows() {
    let _alone = alone();
    let slots = ["-Dtaskmanager.numberOfTaskSlots=3", "-Dtaskmanager.memory.process.size=1g"];
    let session = YARN.session(&slots);
    let jobs = ["one", "two", "three"].map(|name| format!("-Dpipeline.name={name}"));
    jobs.iter().for_each(|name| drop(session.run(&["-d", "-p", "1", name], &["endless"]).well()));
    until("three workers", || (session.workers("endless").len() == 3).then_some(()));
    until("three jobs run", || {
        (session.get("/jobs/overview").matches("\"state\":\"RUNNING\"").count() == 3).then_some(())
    });
    for (program, mib) in [("./weft yarn-jobmanager", 512), ("./weft yarn-taskmanager", 1024)] {
        let [pid] = programs(&session.application, program)[..] else { panic!("several of {program}") };
        let mapped = mapped_by(&container_of(pid));
        assert!(mapped > 0, "{program}");
        // YARN's own limit is in whole bytes; a tenth of it is room for what the next minute maps.
        assert!(mapped < mib * 1024 * 21 / 10 * 9 / 10, "{program} and what it has started map {mapped} kB");
    }
    session.stop();
}

fn jobs_of(session: &Session<'_>) -> Vec<String> {
    let overview = session.get("/jobs/overview");
    overview.split("\"jid\":\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// The container that a process runs in.
fn container_of(pid: i32) -> String {
    let directory = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap();
    directory.iter().find(|part| part.to_string_lossy().starts_with("container_")).unwrap().to_str().unwrap().to_owned()
}

/// How many kB all processes of a container have mapped: those in its directory, shells included, and what they have started.
fn mapped_by(container: &str) -> u64 {
    let field = |pid: i32, name: &str| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let value = status.lines().find_map(|line| line.strip_prefix(name));
        value.and_then(|value| value.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default()
    };
    let (everybody, mut counted) = (processes(&[], ""), BTreeSet::from_iter(processes(&[container], "")));
    loop {
        let started_by = |pid: &i32| counted.contains(&(field(*pid, "PPid:") as i32));
        let more: Vec<i32> =
            everybody.iter().copied().filter(|pid| !counted.contains(pid)).filter(started_by).collect();
        if more.is_empty() {
            return counted.iter().map(|pid| field(*pid, "VmSize:")).sum();
        }
        counted.extend(more);
    }
}

#[test]
fn what_is_left_of_a_frozen_node_manager_is_fenced() {
    let _alone = alone();
    let yarn = Yarn::up(&[]);
    // As large as a node, so that it is not where the ApplicationMaster is.
    let large = "-Dtaskmanager.memory.process.size=3700m";
    let session = yarn.session(&[RESTARTS.as_slice(), &[large]].concat());
    let output = yarn.home("of-frozen");
    let under_way = session.count_words(&output, "600");
    let job = session.job("RUNNING");
    let task_manager = session.task_manager();
    let node = node_of(task_manager);
    assert_ne!(node, node_of(session.master()));
    yarn.rig.freeze(&node).unwrap();
    until("the TaskManager of the lost node has ended", || (!lives(task_manager)).then_some(()));
    assert!(session.failures(&job).contains("lost"), "{}", session.failures(&job));
    yarn.rig.thaw(&node).unwrap();
    let ended = under_way.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(yarn.counts(&output), expected());
    session.stop();
}
