//! Applications that have ended, on a real YARN that collects logs: what is read of them, and how they are told to have ended.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;
mod hdfs;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use command::secrets::Secrets;
use command::yarn::{SMALL, Yarn};
use command::{processes, until};
use rustix::process::{Pid, Signal, kill_process};
use weft_fs::Path;

static YARN: LazyLock<Yarn> = LazyLock::new(|| Yarn::up(&["--set", "yarn-site:yarn.log-aggregation-enable=true"]));

/// The cluster holds one of these at a time with room to spare.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hadoop's own command.
const YARN_LOGS: &str = "org.apache.hadoop.yarn.client.cli.LogsCLI";

#[test]
fn the_last_lines_of_a_killed_worker_and_task_manager_are_read_after_the_end() {
    let _alone = alone();
    let once = ["-Drestart-strategy.fixed-delay.attempts=1", "-Drestart-strategy.fixed-delay.delay=0 s"];
    let session = YARN.session(&[["-Drestart-strategy.type=fixed-delay"].as_slice(), &once].concat());
    let application = session.application.clone();
    let under_way = session.count_words(&YARN.home("of-logs"), "20000");
    let job = session.job("RUNNING");
    let of_worker = last_line_of_killed_worker(&application);
    until("the worker's end is in the exceptions", || session.failures(&job).contains("SIGKILL").then_some(()));
    let task_manager = session.task_manager();
    let live = YARN.weft(&["logs", &application, "--list"]).well();
    assert!(live.contains("==> jobmanager ") && live.contains("==> container_"), "{live}");
    kill_process(Pid::from_raw(task_manager).unwrap(), Signal::KILL).unwrap();
    let ended = under_way.wait_with_output().unwrap();
    assert!(!ended.status.success(), "{ended:?}");
    let (file, last) = until("its log", || last_line_of_task_manager(&application));
    let secrets = Secrets::of(&application);
    session.stop();
    let all = collected(&application, &[]);
    assert!(!secrets.are_in(all.as_bytes()), "{all}");
    kept_without(&application, &secrets, &last);
    for line in [&of_worker, &last] {
        assert!(all.lines().any(|other| other == line), "{line} is not in {all}");
    }
    as_hadoop_reads_them(&application, &[&of_worker, &last]);
    parts_of_them(&application, &file, &last);
    of_its_job(&application, &job, &of_worker);
}

/// The job is found without its application, which has ended and is written down nowhere.
fn of_its_job(application: &str, job: &str, last: &str) {
    let named = format!("-Dyarn.application.id={application}");
    for options in [["-t", "yarn-session"].as_slice(), &["-t", "yarn-application"], &[&named]] {
        let said = YARN.weft(&[&["logs", job], options].concat()).well();
        assert!(said.lines().any(|line| line == last), "{options:?}: {said}");
        let mut titles = said.lines().filter(|line| line.starts_with("==> container_"));
        assert!(titles.all(|title| listed(title).1.contains(job)), "{options:?}: {said}");
    }
    let unknown = "0123456789abcdef0123456789abcdef";
    YARN.weft(&["logs", unknown, "-t", "yarn-session"]).badly(&[unknown, application, "yarn.application.id"]);
}

/// What lies in HDFS, byte for byte, has the last line and no secret: YARN's own files are not compressed unless somebody wants it.
fn kept_without(application: &str, secrets: &Secrets, last: &str) {
    let fs = hdfs::file_system(&YARN.rig);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let kept = runtime.block_on(async {
        let (mut kept, mut waiting) = (Vec::new(), vec![Path::parse("hdfs:///yarn-logs").unwrap()]);
        while let Some(directory) = waiting.pop() {
            for entry in fs.list_all(&directory).await.unwrap() {
                if !entry.is_file() {
                    waiting.push(entry.path);
                } else if entry.path.to_string().contains(application) {
                    let reader = fs.open(&entry.path).await.unwrap();
                    kept.push(reader.read_range(0..reader.length()).await.unwrap());
                }
            }
        }
        kept
    });
    assert!(kept.iter().any(|file| file.windows(last.len()).any(|part| part == last.as_bytes())), "{last}");
    assert!(kept.iter().all(|file| !secrets.are_in(file)));
}

/// Kills a worker of the words' job: the last line that it wrote.
fn last_line_of_killed_worker(application: &str) -> String {
    let worker = || processes(&[application, "/weft-taskmanager-"], "cluster_program words").pop();
    let pid = Pid::from_raw(until("a worker", worker)).unwrap();
    let line = || last_line(application, |name| name.contains("-worker-") && name.ends_with(".err"));
    until("something is in its log", line);
    // So that nothing comes after what is read here, once its TaskManager has written down all that it has heard.
    kill_process(pid, Signal::STOP).unwrap();
    let mut before = None;
    let (_, last) = until("nothing comes any more", || {
        let now = line();
        (std::mem::replace(&mut before, now.clone()) == now).then_some(now).flatten()
    });
    kill_process(pid, Signal::KILL).unwrap();
    last
}

/// The log of a TaskManager with something in it, and its last line.
fn last_line_of_task_manager(application: &str) -> Option<(PathBuf, String)> {
    last_line(application, |name| name.contains("taskmanager") && name.ends_with(".log") && !name.contains("-worker-"))
}

/// A log of the application's containers with such a name and something in it, and its last line.
fn last_line(application: &str, is_named: impl Fn(&str) -> bool) -> Option<(PathBuf, String)> {
    let mut waiting = vec![YARN.rig.directory().join("log")];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() {
                waiting.push(path);
            } else if is_named(&name) && path.to_string_lossy().contains(application) {
                let text = std::fs::read_to_string(&path).unwrap();
                if let Some(last) = text.lines().last() {
                    return Some((path, last.to_owned()));
                }
            }
        }
    }
    None
}

/// What `weft logs` prints once the nodes have collected everything.
fn collected(application: &str, options: &[&str]) -> String {
    until("the logs are collected", || (YARN.report(application)["logAggregationStatus"] == "SUCCEEDED").then_some(()));
    YARN.weft(&[&["logs", application], options].concat()).well()
}

/// The same containers with the same files of the same length, and the same lines.
fn as_hadoop_reads_them(application: &str, last: &[&str]) {
    let java = YARN.rig.hadoop(YARN_LOGS, &["-applicationId", application]).unwrap();
    let java = String::from_utf8_lossy(&java.stdout).into_owned();
    for line in last {
        assert!(java.lines().any(|other| other == *line), "{line} is not in {java}");
    }
    let (mut container, mut name, mut theirs) = (String::new(), String::new(), BTreeSet::new());
    for line in java.lines() {
        if let Some(rest) = line.strip_prefix("Container: ") {
            container = rest.split(' ').next().unwrap().to_owned();
        } else if let Some(rest) = line.strip_prefix("LogType:") {
            name = rest.to_owned();
        } else if let Some(length) = line.strip_prefix("LogLength:") {
            theirs.insert((container.clone(), name.clone(), length.to_owned()));
        }
    }
    let ours = collected(application, &["--list"]);
    let ours: BTreeSet<_> = ours.lines().map(listed).collect();
    assert!(ours.len() > 5, "{ours:?}");
    assert_eq!(ours, theirs);
    let list: serde_json::Value = serde_json::from_str(&collected(application, &["--list", "--json"])).unwrap();
    let of = |file: &serde_json::Value| {
        let text = |key: &str| file[key].as_str().unwrap().to_owned();
        assert!(text("node").contains(':'), "{file}");
        (text("process"), text("name"), file["size"].to_string())
    };
    assert_eq!(list["logs"].as_array().unwrap().iter().map(of).collect::<BTreeSet<_>>(), theirs);
}

/// `==> container_… on host:port name (N bytes) <==`
fn listed(line: &str) -> (String, String, String) {
    let words: Vec<_> = line.split(' ').collect();
    let ["==>", container, "on", _, name, length, "bytes)", "<=="] = words[..] else { panic!("{line}") };
    (container.to_owned(), name.to_owned(), length.trim_start_matches('(').to_owned())
}

fn parts_of_them(application: &str, file: &std::path::Path, last: &str) {
    let name = file.file_name().unwrap().to_str().unwrap();
    let container = file.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let of_file = collected(application, &["--container", container, "--file", name]);
    let title = of_file.lines().next().unwrap();
    assert_eq!(listed(title).1, name);
    assert!(of_file.trim_end().ends_with(last), "{of_file}");
    let bytes = (last.len() + 1).to_string();
    let end = collected(application, &["-containerId", container, "--file", name, "--last", &bytes]);
    assert_eq!(end.trim_end(), format!("{title}\n{last}"));
    assert_eq!(collected(application, &["--file", "no such file"]), "");
    let id = application.rsplit_once('_').unwrap().0;
    let logs = |application: &str| YARN.weft(&["logs", application]);
    logs(&format!("{id}_9999")).badly(&[&format!("YARN knows no {id}_9999"), "--owner"]);
}

#[test]
fn what_env_names_reaches_main_and_workers_and_nobody_else() {
    let _alone = alone();
    let env = ["--env", "OF_THE_CLIENT=a b$HOME\"`'", "-Dcontainerized.master.env.OF_MASTER=1"];
    // Main and workers agree about the variable, or else build different graphs.
    YARN.run_application(&env, &["differs"]).well();
    let both = ["-Dcontainerized.master.env.OF_THE_CLIENT=1", "-Dcontainerized.taskmanager.env.OF_THE_CLIENT=1"];
    YARN.run_application(&both, &["differs"]).well();
    YARN.run_application(&both[..1], &["differs"]).badly(&["has failed"]);
    let more = [env.as_slice(), &["-Dcontainerized.taskmanager.env.OF_WORKERS=2"]].concat();
    let said = YARN.run_application(&more, &["surroundings"]).well();
    let application = said.lines().find_map(|line| line.strip_prefix("YARN application id: ")).unwrap();
    let printed = collected(application, &["--file", "program-"]);
    let variables = printed.lines().find(|line| line.contains("variables [")).unwrap_or_else(|| panic!("{printed}"));
    for (name, seen) in [("\"OF_THE_CLIENT\"", true), ("\"OF_WORKERS\"", true), ("\"OF_MASTER\"", false)] {
        assert_eq!(variables.contains(name), seen, "{name}: {variables}");
    }
    let scripts = collected(application, &["--file", "launch_container.sh"]);
    assert!(scripts.contains("OF_MASTER") && !scripts.contains("OF_THE_CLIENT"), "{scripts}");
    YARN.nothing_is_left(application);
}

#[test]
fn an_application_whose_job_is_cancelled_is_told_to_be_killed() {
    let _alone = alone();
    let options = ["-Dyarn.application.name=endless", "-Dhistoryserver.web.address=history.weft.test"];
    let run = [["run", "-t", "yarn-application"].as_slice(), &options, &SMALL].concat();
    let under_way = command::start(&YARN.rig, &[run.as_slice(), &[&YARN.program, "endless"]].concat());
    let id = "-Dyarn.application.id=endless";
    let job = until("the job runs", || {
        let listed = YARN.weft(&["list", "-r", id]);
        listed.stdout.lines().find_map(|line| line.split(" : ").nth(1).map(str::to_owned))
    });
    YARN.weft(&["cancel", &job, id]).well();
    let ended = under_way.wait_with_output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert_eq!(ended.status.code(), Some(1), "{stdout}{stderr}");
    assert!(stderr.contains(&format!("was cancelled: job {job} was cancelled")), "{stderr}");
    let application = stdout.lines().find_map(|line| line.strip_prefix("YARN application id: ")).unwrap();
    let report = YARN.report(application);
    assert_eq!((&report["state"], &report["finalStatus"]), (&"FINISHED".into(), &"KILLED".into()));
    let diagnostics = report["diagnostics"].as_str().unwrap();
    assert!(diagnostics.contains("was cancelled"), "{diagnostics}");
    let proxy = std::net::TcpStream::connect(YARN.rig.address("rm1", "http").unwrap()).unwrap();
    let (status, page) = command::yarn::ask(proxy, &format!("GET /proxy/{application}/"), "");
    assert!(page.contains("http://history.weft.test:8082"), "{status} {page}");
    YARN.nothing_is_left(application);
}
