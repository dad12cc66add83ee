//! What is set for an application is what YARN is asked for: its name and priority, labels of nodes, and the files that its containers find.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use command::yarn::{Session, Yarn, expected};
use command::{node_of, processes, programs, until};

/// Nodes may be labelled `fast`, and the one queue may use all of these.
static YARN: LazyLock<Yarn> = LazyLock::new(|| {
    let settings = [
        "yarn-site:yarn.cluster.max-application-priority=10",
        "yarn-site:yarn.node-labels.enabled=true",
        "capacity-scheduler:yarn.scheduler.capacity.root.accessible-node-labels=*",
        "capacity-scheduler:yarn.scheduler.capacity.root.accessible-node-labels.fast.capacity=100",
        "capacity-scheduler:yarn.scheduler.capacity.root.default.accessible-node-labels=fast",
        "capacity-scheduler:yarn.scheduler.capacity.root.default.accessible-node-labels.fast.capacity=100",
    ];
    Yarn::up(&settings.into_iter().flat_map(|setting| ["--set", setting]).collect::<Vec<_>>())
});

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn yarn_shows_what_was_set_for_an_application() {
    let _alone = alone();
    let session = YARN.session(&[
        "-Dyarn.application.name=a name of one's own",
        "-Dyarn.application.type=Own",
        "-Dyarn.application.priority=7",
        "-Dyarn.tags=nightly, team-a",
    ]);
    let report = YARN.report(&session.application);
    assert_eq!((&report["name"], &report["applicationType"]), (&"a name of one's own".into(), &"Own".into()));
    // Since 3.4 YARN tells a queue's path.
    assert!(report["queue"].as_str().unwrap().ends_with("default"), "{report}");
    assert_eq!(report["priority"], 7, "{report}");
    let mut tags: Vec<_> = report["applicationTags"].as_str().unwrap().split(',').collect();
    tags.sort_unstable();
    assert_eq!(tags, ["nightly", "team-a"]);
    session.stop();
    let session = YARN.session(&[]);
    let report = YARN.report(&session.application);
    assert_eq!((&report["name"], &report["applicationType"]), (&"Weft session".into(), &"Weft".into()));
    session.stop();
}

/// Not those of whichever machine reads the configuration.
#[test]
fn containers_have_the_fields_sizes_where_none_are_set() {
    let _alone = alone();
    let session = YARN.session_of(&[]);
    for said in
        ["jobmanager.memory.process.size is not set: 1600m", "taskmanager.memory.process.size is not set: 1728m"]
    {
        assert!(session.said.contains(said), "{}", session.said);
    }
    session.run(&["-d"], &["endless"]).well();
    // What is asked for is rounded up to what the scheduler counts in.
    let expected = 1600 + 1728..1600 + 1728 + 1024;
    until("both containers", || {
        let allocated = YARN.report(&session.application)["allocatedMB"].as_u64().unwrap();
        expected.contains(&allocated).then_some(())
    });
    session.stop();
}

#[test]
fn an_application_master_listens_where_it_is_to_and_workers_see_the_variables_of_their_session() {
    let _alone = alone();
    // Nobody else asks for the same one at this moment.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let session = YARN.session(&[
        &format!("-Dyarn.application-master.port={port}"),
        "-Dcontainerized.taskmanager.env.OF_SESSION=it's \"here\"",
        "-Drest.address=localhost",
    ]);
    assert!(session.said.contains("rest.address is localhost (-D), which has no effect on YARN"), "{}", session.said);
    let host = session.address.split(':').next().unwrap();
    assert!(!["localhost", "127.0.0.1"].contains(&host), "{host}");
    std::net::TcpStream::connect((host, port)).unwrap();
    session.run(&["-d"], &["endless"]).well();
    let worker =
        until("a worker", || processes(&[&session.application, "/weft-taskmanager-"], "cluster_program endless").pop());
    let variables = |pid: i32| -> Vec<String> {
        let all = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
        all.split(|byte| *byte == 0).map(|variable| String::from_utf8_lossy(variable).into_owned()).collect()
    };
    let of_session = "OF_SESSION=it's \"here\"".to_owned();
    assert!(variables(worker).contains(&of_session), "{:?}", variables(worker));
    let of_weft = programs(&session.application, "./weft yarn-");
    assert_eq!(of_weft.len(), 2);
    for pid in of_weft.into_iter().chain([worker]) {
        assert!(variables(pid).contains(&"MALLOC_ARENA_MAX=2".to_owned()), "{:?}", variables(pid));
    }
    session.stop();
}

/// As the administrator does: the label, then the node that has it.
fn label_the_first_node() {
    let admin = "org.apache.hadoop.yarn.client.cli.RMAdminCLI";
    let done = |arguments: &[&str]| {
        let done = YARN.rig.hadoop(admin, arguments).unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    done(&["-addToClusterNodeLabels", "fast(exclusive=true)"]);
    done(&["-replaceLabelsOnNode", "node1.weft.test=fast"]);
    until("the node has its label", || {
        let nodes = YARN.manager("/ws/v1/cluster/nodes");
        let all = nodes["nodes"]["node"].as_array()?;
        all.iter().any(|node| node["nodeLabels"].as_array().is_some_and(|labels| !labels.is_empty())).then_some(())
    });
}

#[test]
fn containers_are_on_nodes_with_the_label_that_was_set() {
    let _alone = alone();
    assert!(YARN.rig.has_host_names(), "without names every node is the same machine: {:?}", YARN.rig.notes());
    label_the_first_node();
    // Of the application, or of TaskManagers alone.
    for (key, of_master) in [("yarn.application.node-label", "nm1"), ("yarn.taskmanager.node-label", "nm2")] {
        let session = YARN.session(&[&format!("-D{key}=fast")]);
        session.run(&["-d", "-p", "4"], &["endless"]).well();
        session.job("RUNNING");
        until("two TaskManagers", || {
            (programs(&session.application, "./weft yarn-taskmanager").len() == 2).then_some(())
        });
        assert_eq!(nodes(&session, "./weft yarn-jobmanager"), [of_master], "{key}");
        assert_eq!(nodes(&session, "./weft yarn-taskmanager"), ["nm1", "nm1"], "{key}");
        session.stop();
    }
    let refused = YARN.run_application(&["-Dyarn.taskmanager.node-label=slow"], &["trivial"]);
    refused.badly(&["yarn.taskmanager.node-label is slow", "which the queue default may not use"]);
}

/// The nodes that an application's processes are on, by the rig's names.
fn nodes(session: &Session<'_>, program: &str) -> Vec<String> {
    programs(&session.application, program).into_iter().map(node_of).collect()
}

/// In the working directory of every container, archives unpacked below their own names.
#[test]
fn what_is_shipped_lies_in_every_container() {
    let _alone = alone();
    let local = shipped();
    let in_hdfs = YARN.home("model.bin");
    YARN.weft(&["fs", "-put", local.join("model.bin").to_str().unwrap(), &in_hdfs]).well();
    let at = |name: &str| local.join(name).display().to_string();
    let session = YARN.session(&[
        &format!("-Dyarn.ship-files={};{};{in_hdfs}", at("settings.ini"), at("lib")),
        &format!("-Dyarn.ship-archives={};{}", at("data.tar.gz"), at("data.tar")),
    ]);
    session.run(&["-d"], &["endless"]).well();
    for program in ["./weft yarn-jobmanager", "./weft yarn-taskmanager"] {
        let pid = until(program, || programs(&session.application, program).pop());
        let directory = PathBuf::from(format!("/proc/{pid}/cwd"));
        for (name, text) in [
            ("settings.ini", "settings"),
            ("lib/first.so", "first"),
            ("lib/deep/second.so", "second"),
            ("model.bin", "model"),
            ("data.tar.gz/tree/leaf.txt", "leaf"),
            ("data.tar/tree/leaf.txt", "leaf"),
        ] {
            let found = std::fs::read_to_string(directory.join(name));
            assert_eq!(found.unwrap_or_else(|error| panic!("{name} for {program}: {error}")), text, "{name}");
        }
    }
    session.stop();
}

/// The client's machine does not even have it.
#[test]
fn a_program_is_run_from_where_it_is_in_hdfs() {
    let _alone = alone();
    let (directory, input) = (YARN.home("programs"), YARN.home("words.txt"));
    let program = format!("{directory}/count");
    YARN.weft(&["fs", "-mkdir", &directory]).well();
    YARN.weft(&["fs", "-put", &YARN.program, &program]).well();
    YARN.weft(&["fs", "-put", shipped().join("model.bin").to_str().unwrap(), &format!("{directory}/model.bin")]).well();
    let provided = format!("-Dyarn.provided.usrlib.dir={directory}");
    for (name, called, options) in
        [("of-remote", program.as_str(), &[][..]), ("of-usrlib", "usrlib/count", &[provided.as_str()])]
    {
        let output = YARN.home(name);
        let job = ["words", "--input", &input, "--output", &output];
        YARN.run_application_of(called, options, &job).well();
        assert_eq!(YARN.counts(&output), expected());
    }
    let run = |called: &str, options: &[&str]| YARN.run_application_of(called, options, &["trivial"]);
    run("usrlib/absent", &[&provided]).badly(&[
        "usrlib/absent",
        "yarn.provided.usrlib.dir",
        "usrlib/count, usrlib/model.bin",
    ]);
    run("usrlib/absent", &[]).badly(&["the program usrlib/absent is neither a file here", "what is there: nothing"]);
    run(&format!("{directory}/absent"), &[]).badly(&["the program ", "programs/absent", "no such file or directory"]);
    run(&directory, &[]).badly(&["programs", "it is a directory"]);
    run(&format!("{directory}/model.bin"), &[]).badly(&["program/model.bin is not a Weft program"]);
    YARN.weft(&["run", "-m", "localhost:1", &program, "trivial"]).badly(&[&program, "-t yarn-application"]);
}

/// A file, a directory with another in it, archives.
fn shipped() -> PathBuf {
    let root = YARN.rig.directory().join("tmp/shipped");
    for (name, text) in [
        ("settings.ini", "settings"),
        ("lib/first.so", "first"),
        ("lib/deep/second.so", "second"),
        ("model.bin", "model"),
        ("tree/leaf.txt", "leaf"),
    ] {
        let file = root.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    packed(&root, "-czf", "data.tar.gz");
    packed(&root, "-cf", "data.tar");
    root
}

fn packed(root: &Path, how: &str, name: &str) {
    let packed = Command::new("tar").current_dir(root).args([how, name, "tree"]).status().unwrap();
    assert!(packed.success());
}
