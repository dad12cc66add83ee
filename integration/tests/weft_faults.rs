//! What the `weft` command says of NameNodes that write nothing, are frozen, or only stand by: in time, with what to do.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;
mod hdfs;

use command::{Gave, weft};
use hdfs::{administrator, file_system};
use weft_fs::Path;
use weft_hadoop_rpc::proto::hdfs::SafeModeAction;
use weft_integration::Rig;

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
