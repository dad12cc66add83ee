//! A cluster that is another user's than the client, whose files that user may not read.

use crate::cluster::{Cluster, Setup, outcome, program};
use crate::processes::{children_of, until};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

/// Nobody's, on all systems that have such a user.
const NOBODY: u32 = 65534;

/// The program, in a directory that is its owner's alone.
fn private_program(directory: &std::path::Path) -> std::path::PathBuf {
    let private = directory.join("private");
    fs::create_dir(&private).expect("a directory");
    let own = private.join("program");
    fs::copy(program(), &own).expect("room for another program");
    fs::set_permissions(&own, fs::Permissions::from_mode(0o700)).expect("it is ours");
    fs::set_permissions(&private, fs::Permissions::from_mode(0o700)).expect("it is ours");
    own
}

#[test]
fn a_program_runs_as_the_clusters_user_who_cannot_read_where_it_came_from() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root starts processes of another user");
        return;
    }
    let setup = Setup { user: Some(NOBODY), ..Setup::new(2, 1) };
    let mut cluster = Cluster::start(setup);
    let client = tempfile::tempdir().expect("a directory");
    let program = private_program(client.path());
    let private = program.parent().expect("it is in a directory");

    let mut command = cluster.weft("run");
    command.arg(&program).args(["surroundings", "--forbidden"]).arg(private);
    let (code, stdout, stderr) = outcome(command.env("OF_THE_CLIENT", "1").current_dir(private));
    assert_eq!(code, Some(0), "{stdout}{stderr}{}", cluster.logs());
    let said = stdout.lines().find(|line| line.starts_with("variables ")).expect("what a worker found");
    for part in ["user 65534 65534 65534 65534 ", "forbidden Some(Some(PermissionDenied))"] {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
    assert!(!said.contains("OF_THE_CLIENT") && !said.contains("PATH"), "{said}");
    assert!(said.contains(&format!("directory {}", cluster.path().display())), "{said}");
    let groups = said.split(" groups").nth(1).and_then(|rest| rest.split(" forbidden").next());
    assert_eq!(groups.map(str::trim), Some(""), "nothing of root's is left");

    // Two workers with TCP between them, and what they leave belongs to the cluster's user while it is there.
    let mut command = cluster.weft("run");
    let arguments = ["-d", "-p", "2"];
    let (code, stdout, stderr) = outcome(command.args(arguments).arg(&program).arg("endless").current_dir(private));
    assert_eq!(code, Some(0), "{stdout}{stderr}{}", cluster.logs());
    let job = cluster.await_job("RUNNING");
    cluster.await_running(&job);
    for process in &cluster.task_managers {
        for id in children_of(process.id()).into_iter().chain([process.id()]) {
            let owner = fs::metadata(format!("/proc/{id}")).expect("it lives").uid();
            assert_eq!(owner, NOBODY, "process {id}");
        }
    }
    outcome(cluster.weft("cancel").arg(&job));
    cluster.await_state(&job, "CANCELED");
    // The JobManager alone, whose coordinators run the program as well.
    cluster.await_slots(2);
    let left = until("the workers are gone", || {
        let left: Vec<u32> = cluster.task_managers.iter().flat_map(|process| children_of(process.id())).collect();
        left.is_empty().then_some(left)
    });
    assert!(left.is_empty());
    assert!(cluster.job_manager.is_running());
    cluster.stop();
}
