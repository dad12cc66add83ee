//! What the `weft` command says of NameNodes that write nothing, are frozen, or only stand by, and of a YARN that starts nothing: in time,
//! with what to do.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;
mod hdfs;

use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use command::{Gave, start, until, weft};
use hdfs::{administrator, file_system, pattern, verify};
use tokio::runtime::Handle;
use weft_fs::Path;
use weft_hadoop_rpc::proto::hdfs::SafeModeAction;
use weft_integration::{Rig, eventually};

/// No quota.
const UNLIMITED: u64 = u64::MAX;

/// An examination that finds something, which has all these parts.
#[track_caller]
fn finds(gave: Gave, parts: &[&str]) {
    assert_eq!(gave.code, Some(1), "{}{}", gave.stdout, gave.stderr);
    for part in parts {
        assert!(gave.stdout.contains(part), "{part} is not in: {}{}", gave.stdout, gave.stderr);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_namenode_that_writes_nothing_or_is_frozen() {
    let rig = Rig::up(&["--hdfs-only"]).unwrap();
    let run = |arguments: &[&str]| tokio::task::block_in_place(|| weft(&rig, arguments, ""));
    let (names, home) = (administrator(&rig), format!("/user/{}", rig.users().client));
    run(&["doctor"]).well();

    names.set_safe_mode(SafeModeAction::SafemodeEnter).await.unwrap();
    finds(run(&["doctor"]), &["safe mode", "hdfs dfsadmin -safemode leave"]);
    run(&["fs", "-mkdir", &format!("hdfs://{home}/new")]).badly(&[&format!("{home}/new"), "safe mode"]);
    names.set_safe_mode(SafeModeAction::SafemodeLeave).await.unwrap();

    names.set_quota(&home, Some(1), None).await.unwrap();
    let used = format!("1 of 1 names of the quota of {home} are used");
    finds(run(&["doctor"]), &[&used, &format!("nothing can be staged in {home}"), "quota"]);
    names.set_quota(&home, Some(UNLIMITED), None).await.unwrap();

    let address = rig.daemon("nn1").unwrap();
    let address = format!("{}:{}", address.host, address.ports["rpc"]);
    rig.freeze("nn1").unwrap();
    finds(run(&["doctor"]), &[&address]);
    run(&["fs", "-ls", "hdfs:///"]).badly(&["hdfs:///", &address, " within "]);
    rig.thaw("nn1").unwrap();
    run(&["doctor"]).well();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn namenodes_of_which_none_is_active() {
    let rig = Rig::up(&["--hdfs-only", "--ha"]).unwrap();
    let run = |arguments: &[&str]| tokio::task::block_in_place(|| weft(&rig, arguments, ""));
    let said = run(&["doctor"]).well();
    assert!(said.contains(" is active") && said.contains(" is on standby"), "{said}");
    // Whoever is active ends, and nobody makes the other active.
    let line = said.lines().find(|line| line.contains(" is active")).unwrap();
    let (active, standby) = if line.contains("NameNode nn1 ") { ("nn1", "nn2") } else { ("nn2", "nn1") };
    for daemon in ["fc1", "fc2", active] {
        rig.kill(daemon).unwrap();
    }
    let at = |name: &str| {
        let daemon = rig.daemon(name).unwrap();
        format!("{}:{}", daemon.host, daemon.ports["rpc"])
    };
    let (dead, waiting) = (at(active), at(standby));
    let (silent, stands_by) = (format!("({dead}) does not answer"), format!("({waiting}) is on standby"));
    finds(run(&["doctor"]), &[&silent, &stands_by, "no NameNode of ns1 is active"]);
    run(&["fs", "-ls", "hdfs:///"]).badly(&["hdfs:///", "ns1", &dead, "refused", &waiting, "Standby"]);
    // Files are found again as soon as one is active.
    rig.start("fc2").unwrap();
    rig.start("fc1").unwrap();
    assert!(file_system(&rig).exists(&Path::parse("hdfs:///user").unwrap()).await.unwrap());
}

/// A writer survives DataNodes that die while another is left. Here none is; but the bytes are still there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_could_not_be_written_is_written_again() {
    const LENGTH: usize = 1 << 30;
    let rig = Rig::up(&["--hdfs-only", "--datanodes", "1"]).unwrap();
    let fs = file_system(&rig);
    let local = rig.directory().join("tmp").join("big");
    tokio::task::block_in_place(|| std::fs::write(&local, pattern(0, LENGTH)).unwrap());
    let home = Path::parse(&format!("hdfs:///user/{}", rig.users().client)).unwrap();
    let mut put = start(&rig, &["fs", "-put", local.to_str().unwrap(), &home.join("big").to_string()]);
    // In the middle of the second block: what of it was acknowledged, nobody but the file has any more.
    eventually("the first block is written", Duration::from_secs(60), || {
        let names = tokio::task::block_in_place(|| Handle::current().block_on(fs.list_all(&home))).unwrap();
        let written = names.iter().find(|entry| entry.path.file_name() == Some(".big.copying-1"))?;
        (written.length > 0).then_some(())
    })
    .unwrap();
    rig.kill("dn1").unwrap();
    let mut said = BufReader::new(put.stderr.take().unwrap());
    let mut line = String::new();
    tokio::task::block_in_place(|| said.read_line(&mut line).unwrap());
    assert!(line.contains("/.big.copying-1") && line.contains("it is written again"), "{line}");
    rig.start("dn1").unwrap();
    let ended = tokio::task::block_in_place(|| put.wait_with_output().unwrap());
    assert!(ended.status.success(), "{line}{}", std::io::read_to_string(said).unwrap());
    verify(&*fs, &home.join("big"), LENGTH as u64).await;
    let left = fs.list_all(&home).await.unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_yarn_that_starts_nothing() {
    let settings = [
        "yarn-site:yarn.nm.liveness-monitor.expiry-interval-ms=3000",
        "capacity-scheduler:yarn.scheduler.capacity.root.queues=default,closed,theirs",
        "capacity-scheduler:yarn.scheduler.capacity.root.default.capacity=50",
        "capacity-scheduler:yarn.scheduler.capacity.root.closed.capacity=40",
        "capacity-scheduler:yarn.scheduler.capacity.root.theirs.capacity=10",
        "capacity-scheduler:yarn.scheduler.capacity.root.acl_submit_applications=them",
        "capacity-scheduler:yarn.scheduler.capacity.root.acl_administer_queue=them",
        "capacity-scheduler:yarn.scheduler.capacity.root.default.acl_submit_applications=*",
        "capacity-scheduler:yarn.scheduler.capacity.root.theirs.acl_submit_applications=them",
        "capacity-scheduler:yarn.scheduler.capacity.root.theirs.acl_administer_queue=them",
        "yarn-site:yarn.acl.enable=true",
        "capacity-scheduler:yarn.scheduler.capacity.root.closed.state=STOPPED",
    ];
    let rig = Rig::up(&settings.into_iter().flat_map(|setting| ["--set", setting]).collect::<Vec<_>>()).unwrap();
    let doctor = |queue: &str| weft(&rig, &["doctor", &format!("-Dyarn.application.queue={queue}")], "");
    let said = doctor("default").well();
    assert!(said.contains("2 of 2 NodeManagers are active"), "{said}");
    finds(doctor("closed"), &["queue closed takes no applications: it is stopped or draining"]);
    finds(doctor("theirs"), &["queue theirs takes no applications of yours"]);
    let refused = weft(&rig, &["yarn-session", "-d", "-qu", "theirs"], "");
    refused.badly(&["the queue theirs takes no applications of yours", "yarn.application.queue"]);
    finds(doctor("none"), &["there is no queue none: set yarn.application.queue to one there is"]);

    // YARN gives up a node that is silent for three seconds.
    rig.freeze("nm1").unwrap();
    let said = until("a node is lost", || Some(doctor("default").well()).filter(|said| said.contains("1 lost")));
    assert!(said.contains("warning") && said.contains("1 of 1 NodeManagers are active"), "{said}");
    rig.freeze("nm2").unwrap();
    let gave = until("both are lost", || Some(doctor("default")).filter(|gave| gave.stdout.contains("2 lost")));
    finds(gave, &["no NodeManager is active, so no container can be started"]);

    let manager = rig.daemon("rm1").unwrap();
    let address = format!("{}:{}", manager.host, manager.ports["rpc"]);
    rig.freeze("rm1").unwrap();
    finds(doctor("default"), &["the ResourceManager", &address, " within "]);
    rig.kill("rm1").unwrap();
    finds(doctor("default"), &["the ResourceManager", &address, "refused"]);
}
