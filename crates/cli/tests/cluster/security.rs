//! Who gets in and who does not, and where the secret is not.

use crate::cluster::{Cluster, Setup, outcome, program, request};
use crate::jobs::{alone, lines, text, words};
use crate::keys::{Door, Secret, TASK_MANAGER, generation, register};
use crate::processes::{Process, children_of, files, listening, until};
use rustix::process::Signal;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use weft_common::JobId;

/// The paths whose answers are compared with recordings: with logs and metrics, all that can be asked for.
const TEMPLATES: &str = include_str!("../../../../tests/rest-templates.txt");

fn id(job: &str) -> JobId {
    JobId(u128::from_str_radix(job, 16).expect("hex digits"))
}

/// A process and all that descend from it.
fn tree(root: u32) -> Vec<u32> {
    let descendants = children_of(root).into_iter().flat_map(tree);
    [root].into_iter().chain(descendants).collect()
}

/// Every path of the templates, for this job and all TaskManagers.
fn paths(cluster: &Cluster, job: &str) -> Vec<String> {
    let (task_managers, view) = (cluster.get("/taskmanagers"), cluster.get(&format!("/jobs/{job}")));
    let text = |value: &Value| value.as_str().expect("a name").to_owned();
    let task_managers = task_managers["taskmanagers"].as_array().expect("there are some").iter();
    let task_managers: Vec<String> = task_managers.map(|one| text(&one["id"])).collect();
    let vertex = text(&view["vertices"][0]["id"]);
    let templates = TEMPLATES.lines().filter(|line| line.starts_with('/')).map(str::to_owned);
    let more = ["/jobmanager/log", "/taskmanagers/:taskmanagerid/log", "/metrics", "/openapi.json"];
    let of_job = templates
        .chain(more.map(str::to_owned))
        .map(|path| path.replace(":jobid", job).replace(":vertexid", &vertex).replace(":subtaskindex", "0"));
    let of_each = |path: String| task_managers.iter().map(|id| path.replace(":taskmanagerid", id)).collect::<Vec<_>>();
    let mut paths: Vec<String> = of_job.flat_map(of_each).collect();
    paths.sort_unstable();
    paths.dedup();
    let logs = paths.clone().into_iter().filter(|path| path.ends_with("/logs"));
    let listed = logs.flat_map(|path| {
        let files = cluster.get(&path)["logs"].as_array().cloned().expect("a list of logs");
        files.into_iter().map(move |file| format!("{path}/{}", file["name"].as_str().expect("a name")))
    });
    let listed: Vec<String> = listed.collect();
    assert!(listed.len() >= 3, "{listed:?}");
    paths.extend(listed);
    paths
}

#[test]
fn a_job_runs_over_two_task_managers_and_the_secret_is_seen_nowhere() {
    let secret = Secret::draw();
    let cluster = Cluster::start(secret.given_to(Setup::new(2, 2)));
    let (input, output) = (text(cluster.path(), 2000), cluster.path().join("out"));
    let arguments = words(&input, &output, 0);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (code, stdout, stderr) = outcome(&mut cluster.run(&["-p", "2"], &arguments));
    assert_eq!(code, Some(0), "{stdout}{stderr}{}", cluster.logs());
    assert_eq!(lines(&output), alone(&input, cluster.path()));

    let mut client = Process::start(&mut cluster.run(&["-p", "4"], &["endless"]));
    let job = cluster.await_job("RUNNING");
    cluster.await_running(&job);
    let patterns = secret.patterns(&[id(&job)]);
    assert!(patterns.found_in(&fs::read(&secret.file).expect("it is there")), "what is looked for is found");

    let mut processes = tree(cluster.job_manager.id());
    cluster.task_managers.iter().for_each(|process| processes.extend(tree(process.id())));
    processes.extend(tree(client.id()));
    // JobManager and coordinators, two TaskManagers with a worker each, the client and the program that it drives.
    assert!(processes.len() >= 8, "{processes:?}");
    for process in processes {
        for file in ["cmdline", "environ"] {
            let bytes = fs::read(format!("/proc/{process}/{file}")).expect("it runs, and is ours");
            assert!(!patterns.found_in(&bytes), "{file} of {process}: {}", bytes.escape_ascii());
            assert!(file != "cmdline" || !bytes.is_empty(), "{process} has ended");
        }
    }
    for path in paths(&cluster, &job) {
        let (status, body) = request(&cluster.rest(), &path, None).expect("an answer");
        assert_eq!(status, 200, "{path}");
        assert!(!patterns.found_in(&body), "{path}: {}", body.escape_ascii());
    }
    client.signal(Signal::INT);
    client.wait();
    cluster.await_slots(4);
    no_file_holds(cluster.path(), |bytes| patterns.found_in(bytes));
    cluster.stop();
}

/// The program itself is large, and nobody writes into it.
fn no_file_holds(directory: &Path, found_in: impl Fn(&[u8]) -> bool) {
    let program = fs::metadata(program()).expect("it is there").len();
    let looked_at = files(directory).into_iter().filter(|file| {
        let Ok(bytes) = fs::read(file) else { return false };
        assert!(bytes.len() as u64 == program || !found_in(&bytes), "{}", file.display());
        true
    });
    let looked_at = looked_at.count();
    assert!(looked_at >= 6, "only {looked_at} files");
}

#[test]
fn a_task_manager_with_another_secret_or_none_never_counts() {
    let (secret, other) = (Secret::draw(), Secret::draw());
    let mut cluster = Cluster::start(secret.given_to(Setup::new(1, 1)));
    let cases = [
        (Some(&other), "does not know this cluster's secret: give all processes of the cluster the same"),
        (None, "the JobManager has a secret and the TaskManager has none"),
    ];
    for (given, sentence) in cases {
        cluster.setup.configuration.clear();
        let changed = std::mem::replace(&mut cluster.setup, Setup::new(1, 1));
        cluster.setup = given.map_or_else(|| Setup::new(1, 1), |secret| secret.given_to(changed));
        let place = cluster.add_task_manager();
        let log = cluster.path().join(format!("log/weft-taskmanager-{place}.log"));
        until(format!("the log of the TaskManager says {sentence}"), || {
            let said = fs::read_to_string(&log).ok()?;
            (said.matches(sentence).count() >= 2).then_some(())
        });
    }
    let overview = cluster.get("/overview");
    assert_eq!((&overview["taskmanagers"], &overview["slots-total"]), (&1.into(), &1.into()), "{overview}");
    let said = fs::read_to_string(cluster.path().join("log/weft-jobmanager-0.log")).expect("its log");
    assert!(said.contains("refused the connection from 127.0.0.1"), "{said}");
    cluster.stop();
}

/// Whoever has the key of one job's workers, as its user code can have, speaks neither with another job's workers nor with JobManager or
/// TaskManager. The same words are understood when they are said with the key that is asked for.
#[test]
fn the_key_of_one_jobs_workers_opens_nothing_else() {
    let secret = Secret::draw();
    let mut cluster = Cluster::start(secret.given_to(Setup::new(0, 2)));
    // The test is the cluster's first member, so that the lower number is its own, as the workers it calls expect.
    let welcome = register(cluster.rpc_port(), &secret.key);
    assert_eq!(welcome.worker, 0);
    let started = cluster.add_task_manager();
    cluster.await_slots(2);
    let jobs: Vec<String> = (0..2).map(|_| submit(&cluster)).collect();

    let [own, others] = [&jobs[0], &jobs[1]].map(|job| secret.key.for_workers_of(id(job)));
    let process = cluster.task_managers[started].id();
    let workers = children_of(process);
    let of_other = |worker: &&u32| {
        let place = fs::read_link(format!("/proc/{worker}/cwd")).expect("it runs, and is ours");
        place.to_string_lossy().contains(&jobs[1])
    };
    let worker = *workers.iter().find(of_other).expect("each job has a worker");
    let data_port = listening(worker);
    assert_eq!(data_port.len(), 1, "{data_port:?}");
    let task_manager = cluster.get("/taskmanagers")["taskmanagers"].clone();
    let task_manager = task_manager.as_array().expect("a list").iter().find(|one| one["id"] != TASK_MANAGER);
    let name = task_manager.expect("the other")["id"].as_str().expect("a name").to_owned();
    let rpc_port: u16 = name.split([':', '-']).nth(1).and_then(|port| port.parse().ok()).expect("host:port-life");

    let doors = [
        Door::worker(data_port[0], id(&jobs[1]), welcome.epoch, (1, generation(&name, process))),
        Door::job_manager(cluster.rpc_port()),
        Door::task_manager(rpc_port),
    ];
    for (door, right) in doors.iter().zip([&others, &secret.key, &secret.key]) {
        assert!(!door.opens_with(&own), "{door:?} opens with another job's key");
        assert!(door.opens_with(right), "{door:?} does not open with its own: what was said is wrong");
    }
    assert!(!doors[0].opens_with(&secret.key), "workers have their job's key and no other");
    assert!(!doors[1].opens_with(&others) && !doors[2].opens_with(&others));
    for job in &jobs {
        assert_eq!(cluster.state(job), "RUNNING");
        outcome(cluster.weft("cancel").arg(job));
        cluster.await_state(job, "CANCELED");
    }
    cluster.stop();
}

fn submit(cluster: &Cluster) -> String {
    let (code, stdout, stderr) = outcome(&mut cluster.run(&["-d"], &["endless"]));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let job = stdout.lines().find_map(|line| line.strip_prefix("Job has been submitted with JobID "));
    let job = job.expect("it says so").to_owned();
    cluster.await_running(&job);
    job
}

#[test]
fn rest_wants_to_be_shown_its_token() {
    const TOKEN: &str = "e1f5a0c2-rest";
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("token");
    fs::write(&file, format!("{TOKEN}\n")).expect("a file");
    let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("it is ours");
    mode(0o600);
    let key = format!("rest.token-file={}", file.display());
    // Whoever shows the token may submit though nobody else may.
    let setup = Setup::new(1, 1).with("rest.token-file", file.to_str().expect("UTF-8"));
    let cluster = Cluster::start(setup.with("web.submit.enable", "false"));
    for path in ["/overview", "/jobs", "/jobmanager/log", "/metrics", "/nothing"] {
        for token in [None, Some(""), Some("other"), Some(&TOKEN[1..])] {
            let (status, body) = request(&cluster.rest(), path, token).expect("an answer");
            assert_eq!(status, 401, "{path} with {token:?}: {}", body.escape_ascii());
        }
    }
    assert_eq!(request(&cluster.rest(), "/overview", Some(TOKEN)).expect("an answer").0, 200);
    let (code, _, stderr) = outcome(&mut cluster.run(&[], &["trivial"]));
    assert!(code != Some(0) && stderr.contains("rest.token-file"), "{stderr}");
    let (code, stdout, stderr) = outcome(&mut cluster.run(&["-D", &key], &["trivial"]));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(!cluster.logs().contains(TOKEN));

    mode(0o640);
    let (code, _, stderr) = outcome(cluster.weft("list").args(["-D", &key]));
    assert!(code != Some(0) && stderr.contains("640") && stderr.contains("chmod 600"), "{stderr}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
    command.args(["jobmanager", "-D", &key, "-D", "rest.bind-port=0", "-D", "jobmanager.rpc.bind-port=0"]);
    let log = format!("env.log.dir={}", directory.path().display());
    let (code, _, stderr) = outcome(command.args(["-D", &log]).env_remove("WEFT_CONF_DIR"));
    assert!(code != Some(0) && stderr.contains("640") && stderr.contains("chmod 600"), "{stderr}");
    // What is empty would be shown by everybody.
    mode(0o600);
    fs::write(&file, "\n").expect("a file");
    let (code, _, stderr) = outcome(&mut command);
    assert!(code != Some(0) && stderr.contains("holds no token (rest.token-file)"), "{stderr}");
    cluster.stop();
}
