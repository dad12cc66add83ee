//! What users of clusters on YARN get wrong, and what happens to them: one clear message each, with what to do next, and no hang.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;
mod yarn;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use command::yarn::{SMALL, Yarn};
use command::{processes, until, weft_with};
use weft_yarn_client::proto::{ApplicationState, GetApplicationsRequest};
use yarn::{kill, resource_manager};

static YARN: LazyLock<Yarn> = LazyLock::new(|| Yarn::up(&["--nodemanagers", "1"]));

/// Together, one after the other: they have one properties file.
#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    what_cannot_be_shipped();
    what_cannot_run_is_refused_at_once();
    a_staging_directory_of_somebody_else();
    a_program_for_newer_machines();
    sessions_that_are_not_known();
    two_sessions_of_one_name();
    a_session_that_is_killed_while_somebody_is_attached();
    a_session_that_was_killed_and_is_still_written_down();
    sweeps_while_an_application_grows();
    let staged = YARN.weft(&["fs", "-ls", &YARN.home(".weft/apps")]).well();
    assert_eq!(staged, "");
}

/// A directory of the client's, in the rig's.
fn directory(name: &str) -> PathBuf {
    let directory = YARN.rig.directory().join("tmp").join(name);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

fn what_cannot_be_shipped() {
    let run = |option: &str| YARN.run_application(&[option], &["trivial"]);
    run("-Dyarn.ship-files=/no/such/file").badly(&["/no/such/file", "yarn.ship-files", "no such file"]);
    run("-Dyarn.ship-archives=/no/such.zip").badly(&["/no/such.zip", "yarn.ship-archives", "no such file"]);
    run("-Dyarn.provided.lib.dirs=hdfs:///no/such").badly(&[
        "hdfs:///no/such",
        "yarn.provided.lib.dirs",
        "no such file",
    ]);
}

/// In less than a second, beyond what it takes to start the command.
fn what_cannot_run_is_refused_at_once() {
    let run = ["run", "-t", "yarn-application"].as_slice();
    for (option, part) in [
        ("-Dyarn.application.queue=nowhere", "there is no queue nowhere"),
        ("-Dtaskmanager.memory.process.size=900g", "a TaskManager needs"),
        ("-Dyarn.application-attempts=2", "high-availability.type"),
    ] {
        let refused = [run, &SMALL, &[option, &YARN.program, "trivial"]].concat();
        // The best of three: others use this machine, too.
        let beyond = (0..3).map(|_| {
            let start = took(|| drop(YARN.weft(&["--version"]).well()));
            took(|| YARN.weft(&refused).badly(&[part])).saturating_sub(start)
        });
        let best = beyond.min().unwrap();
        assert!(best < Duration::from_secs(1), "{option}: {best:?}");
    }
}

fn took(what: impl FnOnce()) -> Duration {
    let began = Instant::now();
    what();
    began.elapsed()
}

fn a_staging_directory_of_somebody_else() {
    let user = format!("user={}", YARN.rig.users().client);
    let session = [["yarn-session", "-d", "-Dyarn.staging-directory=/user"].as_slice(), &SMALL].concat();
    YARN.weft(&session).badly(&[
        "nothing can be staged as",
        &user,
        "set yarn.staging-directory to a directory of one's own",
    ]);
}

/// Here `getconf`, which tells the version of glibc, tells a higher one than there is: so it is the node that finds out.
fn a_program_for_newer_machines() {
    let bin = directory("bin");
    let getconf = bin.join("getconf");
    std::fs::write(&getconf, "#!/bin/sh\necho glibc 2.99\n").unwrap();
    std::fs::set_permissions(&getconf, std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = directory("newer").join("cluster_program");
    let mut bytes = std::fs::read(&YARN.program).unwrap();
    // The newest version that it asks for becomes one that nobody has.
    let newest = (17..99).rev().map(|minor| format!("GLIBC_2.{minor}\0")).find(|version| at(&bytes, version).is_some());
    let newest = newest.unwrap();
    let place = at(&bytes, &newest).unwrap();
    bytes[place..place + newest.len()].copy_from_slice(b"GLIBC_2.98\0");
    std::fs::write(&program, bytes).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = [["run", "-t", "yarn-application"].as_slice(), &SMALL, &[program.to_str().unwrap(), "trivial"]].concat();
    // This machine would not run it either.
    YARN.weft(&run).badly(&["needs glibc 2.98 and this machine has 2.", "weft build"]);
    let ended = weft_with(&YARN.rig, &[("PATH", &bin)], &run);
    // It may end before its client sees it run, or after: it has failed, or has ended with an error.
    ended.badly(&["application_", " has ", "needs glibc 2.98 and node1.weft.test has 2.", "weft build"]);
}

fn at(bytes: &[u8], text: &str) -> Option<usize> {
    bytes.windows(text.len()).position(|part| part == text.as_bytes())
}

fn sessions_that_are_not_known() {
    let list = |id: &str| YARN.weft(&["list", "-t", "yarn-session", &format!("-Dyarn.application.id={id}")]);
    list("application_1_0001").badly(&[
        "YARN knows no application_1_0001",
        "yarn.application.id",
        "weft yarn-session -d",
    ]);
    list("nobody").badly(&["no application of yours that runs is called nobody", "weft yarn-session -nm nobody"]);
    YARN.weft(&["list", "-t", "yarn-session"]).badly(&["no YARN session is known here", "weft yarn-session -d"]);
    YARN.weft(&["yarn-session", "-id", "application_1_0001"]).badly(&["application_1_0001"]);
}

fn two_sessions_of_one_name() {
    let (one, two) = (YARN.session(&["-nm", "twin"]), YARN.session(&["-nm", "twin"]));
    let list = |id: &str| YARN.weft(&["list", &format!("-Dyarn.application.id={id}")]);
    list("twin").badly(&["several applications are called twin", &one.application, &two.application]);
    list(&one.application).well();
    two.stop();
    list("twin").well();
    one.stop();
}

/// Runs calls to the ResourceManager.
fn calls<T>(calls: impl AsyncFnOnce(weft_yarn_client::ResourceManager) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { calls(resource_manager(&YARN.rig)).await })
}

fn a_session_that_is_killed_while_somebody_is_attached() {
    let attached = command::start(&YARN.rig, &[["yarn-session", "-nm", "attached"].as_slice(), &SMALL].concat());
    let application = until("the session runs", || {
        let all = calls(async |manager| manager.applications(&GetApplicationsRequest::default()).await.unwrap());
        let running = |state| state == ApplicationState::Running;
        all.into_iter().find(|one| one.name == "attached" && running(one.state())).map(|one| one.application)
    });
    // It is written down when the client has seen it run, and is attached from then on.
    let written = YARN.rig.directory().join("tmp").join(format!(".yarn-properties-{}", YARN.rig.users().client));
    let line = format!("applicationID={application}");
    let is_written = |file: &Path| std::fs::read_to_string(file).is_ok_and(|text| text.contains(&line));
    until("the session is written down", || is_written(&written).then_some(()));
    kill(&YARN.rig, application);
    let ended = attached.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    for part in ["has ended (Killed)", "an operator wanted it", &format!("weft logs {application}")] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    assert!(!written.exists(), "it is not found any more");
    YARN.nothing_is_left(&application.to_string());
}

fn a_session_that_was_killed_and_is_still_written_down() {
    let session = YARN.session(&["-nm", "stale"]);
    kill(&YARN.rig, session.application.parse().unwrap());
    let file = format!(".yarn-properties-{}", YARN.rig.users().client);
    YARN.weft(&["list"]).badly(&[&session.application, &file, "is over (Killed)", "weft yarn-session -d"]);
    YARN.weft(&["logs", &session.application]).badly(&["log aggregation is off", "yarn.log-aggregation-enable"]);
    YARN.weft(&["yarn", "gc", "--grace", "0"]).well();
    YARN.nothing_is_left(&session.application);
}

/// What it lists stays, and its later containers start with it.
fn sweeps_while_an_application_grows() {
    let session = YARN.session(&["-nm", "growing"]);
    for job in ["one", "two"] {
        session.run(&["-d", "-p", "2", &format!("-Dpipeline.name={job}")], &["endless"]).well();
    }
    until("both jobs have a TaskManager", || {
        YARN.weft(&["yarn", "gc", "--grace", "0"]).well();
        let listed = YARN.weft(&["list", "-a", &format!("-Dyarn.application.id={}", session.application)]).well();
        let workers = processes(&[&session.application, "/weft-taskmanager-"], "cluster_program endless");
        (listed.matches("(RUNNING)").count() == 2 && workers.len() >= 2).then_some(())
    });
    let cached = YARN.weft(&["fs", "-ls", &YARN.home(".weft/cache")]).well();
    // The command; programs of jobs travel by REST.
    assert_eq!(cached.lines().filter(|line| !line.contains("trash-")).count(), 1, "{cached}");
    session.stop();
}

/// What a client sees of a cluster whose ResourceManagers are both down, or on standby: then their ports are closed, too.
#[test]
fn resource_managers_that_do_not_answer_are_named() {
    let port = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (one, two) = (format!("127.0.0.1:{}", port()), format!("127.0.0.1:{}", port()));
    let conf = directory("no-manager");
    let property = |key: &str, value: &str| format!("<property><name>{key}</name><value>{value}</value></property>\n");
    let yarn_site = [
        ("yarn.resourcemanager.ha.enabled", "true"),
        ("yarn.resourcemanager.ha.rm-ids", "a,b"),
        ("yarn.resourcemanager.address.a", &one),
        ("yarn.resourcemanager.address.b", &two),
        ("yarn.resourcemanager.hostname.a", "127.0.0.1"),
        ("yarn.resourcemanager.hostname.b", "127.0.0.1"),
    ]
    .map(|(key, value)| property(key, value))
    .concat();
    std::fs::write(conf.join("yarn-site.xml"), format!("<configuration>\n{yarn_site}</configuration>\n")).unwrap();
    std::fs::copy(YARN.rig.conf().join("core-site.xml"), conf.join("core-site.xml")).unwrap();
    std::fs::copy(YARN.rig.conf().join("hdfs-site.xml"), conf.join("hdfs-site.xml")).unwrap();
    let session = ["yarn-session", "-d", "-Djobmanager.memory.process.size=512m"];
    let gave = weft_with(&YARN.rig, &[("HADOOP_CONF_DIR", &conf)], &session);
    assert!(gave.stderr.contains("no answer yet from the ResourceManager at"), "{}", gave.stderr);
    gave.badly(&[&one, &two, "refused"]);
}
