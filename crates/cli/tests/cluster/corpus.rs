//! Every case of the corpus on processes: two TaskManagers with TCP between them; and once more while processes are killed.
//!
//! `WEFT_KILLS=5` runs every case that may be disturbed so often, `WEFT_KILLS_SEED=N` chooses victims and moments as in a run before, and
//! `WEFT_CASE=NAME` runs that case only.

use crate::cluster::{Cluster, Setup, beside, outcome};
use crate::processes::{Process, children_of, until};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use rustix::process::{Pid, Signal, kill_process};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use weft_corpus::{Case, cases};

/// About how long a case takes that is disturbed.
const LASTING: Duration = Duration::from_millis(600);
/// A case is disturbed before this part of its time has passed.
const LATEST: f64 = 0.5;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn chosen() -> impl Iterator<Item = &'static Case> {
    let name = std::env::var("WEFT_CASE").ok();
    cases().filter(move |case| name.as_ref().is_none_or(|name| name == case.name))
}

/// `weft run` of a case.
fn run(cluster: &Cluster, case: &Case, lasting: Duration) -> Command {
    let scratch = scratch(cluster, case);
    std::fs::create_dir_all(&scratch).expect("a directory");
    let mut command = cluster.weft("run");
    command.args(["-p", "4"]);
    for (key, value) in case.settings {
        command.args(["-D", &format!("{key}={value}")]);
    }
    command.arg(beside("examples/corpus")).arg(case.name).arg("--scratch").arg(scratch);
    command.arg(format!("--lasting={}", lasting.as_millis()));
    command
}

fn scratch(cluster: &Cluster, case: &Case) -> PathBuf {
    cluster.path().join("cases").join(case.name)
}

/// What a run of a case came to, as [`Case::check`] wants it. `weft run` tells with its exit code that a job has failed, whatever the program
/// makes of it.
fn came_to(case: &Case, (code, stdout, stderr): (Option<i32>, String, String)) -> Result<Vec<String>, String> {
    let line = |line: &str| line.strip_prefix("line: ").map(str::to_owned);
    match code {
        Some(1) if case.bears_failures => Ok(stdout.lines().filter_map(line).collect()),
        Some(0) if !case.bears_failures => Ok(stdout.lines().filter_map(line).collect()),
        code => Err(format!("exit code {code:?}: {}", stderr.trim_end())),
    }
}

#[test]
fn every_case_comes_to_the_same_on_two_task_managers() {
    let cluster = Cluster::start(Setup::new(2, 2));
    let mut wrong = Vec::new();
    for case in chosen() {
        let begun = Instant::now();
        let ended = outcome(&mut run(&cluster, case, Duration::ZERO));
        eprintln!("{} took {:?}", case.name, begun.elapsed());
        if let Err(difference) = case.check(came_to(case, ended)) {
            wrong.push(format!("{}: {difference}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Four subtasks on two machines of two slots: there is no other way than over TCP.
    let spread = jobs(&cluster).into_iter().filter(|job| task_managers_of(&cluster, job) == 2);
    let spread = spread.count();
    assert!(spread >= chosen().count() / 2, "only {spread} jobs ran on both TaskManagers");
    cluster.await_slots(4);
    cluster.stop();
}

/// The ids of all jobs that the cluster remembers.
fn jobs(cluster: &Cluster) -> Vec<String> {
    let overview = cluster.get("/jobs/overview");
    let jobs = overview["jobs"].as_array().cloned().unwrap_or_default();
    jobs.iter().filter_map(|job| Some(job["jid"].as_str()?.to_owned())).collect()
}

/// How many TaskManagers had a subtask of the job.
fn task_managers_of(cluster: &Cluster, job: &str) -> usize {
    let view = cluster.get(&format!("/jobs/{job}"));
    let vertices = view["vertices"].as_array().cloned().unwrap_or_default();
    let mut all: Vec<String> = Vec::new();
    for vertex in vertices.iter().filter_map(|vertex| vertex["id"].as_str()) {
        let of_vertex = cluster.get(&format!("/jobs/{job}/vertices/{vertex}/taskmanagers"));
        let of_vertex = of_vertex["taskmanagers"].as_array().cloned().unwrap_or_default();
        all.extend(of_vertex.iter().filter_map(|one| Some(one["taskmanager-id"].as_str()?.to_owned())));
    }
    all.sort_unstable();
    all.dedup();
    all.len()
}

#[test]
fn every_robust_case_comes_to_the_same_while_processes_are_killed() {
    let rounds = number("WEFT_KILLS").unwrap_or(1);
    let seed = number("WEFT_KILLS_SEED").unwrap_or_else(|| u64::from(std::process::id()) << 20);
    eprintln!("WEFT_KILLS={rounds} WEFT_KILLS_SEED={seed}");
    let setup = Setup::new(3, 2)
        .with("restart-strategy.type", "fixed-delay")
        .with("restart-strategy.fixed-delay.attempts", "20")
        .with("restart-strategy.fixed-delay.delay", "0 s");
    let mut cluster = Cluster::start(setup);
    let (mut dice, mut wrong, mut struck, mut all) = (SmallRng::seed_from_u64(seed), Vec::new(), 0, 0);
    for case in (0..rounds).flat_map(|_| chosen().filter(|case| case.may_be_disturbed)) {
        let _ = std::fs::remove_dir_all(scratch(&cluster, case));
        let disturbed = disturb(&mut cluster, case, &mut dice);
        all += 1;
        struck += usize::from(disturbed.restarted);
        eprintln!("{}: {}", case.name, disturbed.story);
        if let Err(difference) = case.check(came_to(case, disturbed.ended)) {
            wrong.push(format!("{}, {}: {difference}", case.name, disturbed.story));
        }
    }
    assert!(wrong.is_empty(), "WEFT_KILLS_SEED={seed}\n{}", wrong.join("\n"));
    // Some end before the moment comes on a machine that is busy with others.
    assert!(struck * 4 >= all * 3, "only {struck} of {all} jobs noticed anything");
    cluster.await_slots(6);
    cluster.stop();
}

/// A run with a process killed meanwhile.
struct Disturbed {
    ended: (Option<i32>, String, String),
    /// Whether its job has noticed.
    restarted: bool,
    story: String,
}

/// Runs a case, and at a drawn moment kills a worker or a TaskManager, which is replaced.
fn disturb(cluster: &mut Cluster, case: &Case, dice: &mut SmallRng) -> Disturbed {
    let (moment, whole) = (LASTING.mul_f64(dice.random_range(0.0..LATEST)), dice.random_bool(0.5));
    let mut command = run(cluster, case, LASTING);
    let known = jobs(cluster);
    let client = std::thread::spawn(move || outcome(&mut command));
    let new = until(format!("a job of {}", case.name), || {
        client
            .is_finished()
            .then_some(None)
            .or_else(|| jobs(cluster).into_iter().find(|job| !known.contains(job)).map(Some))
    });
    let Some(job) = new else {
        let ended = client.join().expect("it does not panic");
        return Disturbed { ended, restarted: false, story: "it was over before anything could be done".into() };
    };
    cluster.await_running(&job);
    let due = Instant::now() + moment;
    while let Some(rest) = due.checked_duration_since(Instant::now()) {
        std::thread::park_timeout(rest);
    }
    let story = kill(cluster, whole, dice);
    let ended = client.join().expect("it does not panic");
    let exceptions = jobs(cluster).into_iter().filter(|job| !known.contains(job)).any(|job| {
        let exceptions = cluster.get(&format!("/jobs/{job}/exceptions"));
        exceptions["exceptionHistory"]["entries"].as_array().is_some_and(|entries| !entries.is_empty())
    });
    cluster.await_slots(6);
    Disturbed { ended, restarted: exceptions, story: format!("{story} after {moment:?}") }
}

/// Kills one of the TaskManagers that work, or one of their workers; what was killed.
fn kill(cluster: &mut Cluster, whole: bool, dice: &mut SmallRng) -> String {
    let busy = |process: &Process| !children_of(process.id()).is_empty();
    let working: Vec<usize> = (0..cluster.task_managers.len()).filter(|n| busy(&cluster.task_managers[*n])).collect();
    if working.is_empty() {
        return "nobody was at work".into();
    }
    let victim = working[dice.random_range(0..working.len())];
    if whole {
        let killed = cluster.task_managers.remove(victim);
        killed.signal(Signal::KILL);
        cluster.killed += 1;
        cluster.add_task_manager();
        return format!("a TaskManager ({}) was killed", killed.id());
    }
    // It may just have ended by itself.
    let worker = children_of(cluster.task_managers[victim].id()).into_iter().next();
    let pid = worker.and_then(|worker| Pid::from_raw(worker as i32));
    match pid.map(|pid| kill_process(pid, Signal::KILL)) {
        Some(Ok(())) => format!("a worker ({worker:?}) was killed"),
        _ => "the worker had gone".into(),
    }
}
