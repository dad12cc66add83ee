//! Files in HDFS while daemons are killed and frozen.

#![allow(clippy::unwrap_used)]

mod hdfs;

use std::time::{Duration, Instant};

use hdfs::{ALONE, PatternWriter, directory, file_system, pattern, verify};
use weft_fs::{CreateOptions, FileSystem, Path};
use weft_integration::{Rig, eventually};

const MIB: u64 = 1 << 20;

/// The DataNode of a host name, by the rig's plan of hosts.
fn datanode_of(host: &str) -> &'static str {
    match host {
        "node1.weft.test" => "dn2",
        "node2.weft.test" => "dn3",
        "node3.weft.test" => "dn4",
        _ => "dn1",
    }
}

/// The DataNodes of the block at `offset`, the first of the pipeline first.
async fn datanodes(fs: &dyn FileSystem, path: &Path, offset: u64) -> Vec<&'static str> {
    let blocks = fs.block_locations(path, offset..offset + 1).await.unwrap();
    blocks.first().unwrap().hosts.iter().map(|host| datanode_of(host)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_files_succeed_while_the_local_datanode_is_dead_and_nobody_knows() {
    let _alone = ALONE.lock().await;
    let rig = Rig::up(&["--hdfs-only", "--datanodes", "4", "--stock"]).unwrap();
    let fs = file_system(&rig);
    let root = directory(&rig, &*fs, "dead").await;
    rig.kill("dn1").unwrap();
    let mut slowest = Duration::ZERO;
    for number in 0..50 {
        let (begun, path) = (Instant::now(), root.join(&format!("file-{number}")));
        let mut writer = fs.create(&path, CreateOptions::NEW).await.unwrap();
        writer.write(pattern(0, 100_000)).await.unwrap();
        writer.sync().await.unwrap();
        writer.close().await.unwrap();
        slowest = slowest.max(begun.elapsed());
        verify(&*fs, &path, 100_000).await;
    }
    println!("slowest of 50 files: {slowest:?}");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_complete_when_datanodes_are_killed_in_the_middle_of_a_block() {
    let _alone = ALONE.lock().await;
    let rig = Rig::up(&["--hdfs-only", "--datanodes", "4", "--stock"]).unwrap();
    // The first of the pipeline and one behind it, one after the other.
    for (number, place) in [0, 1].into_iter().enumerate() {
        // A client of its own: the one before avoids its victim for a while.
        let fs = file_system(&rig);
        let root = directory(&rig, &*fs, "killed").await;
        let path = root.join(&format!("file-{number}"));
        let mut file = PatternWriter::create(&*fs, &path).await;
        file.write(20 * MIB + 777).await.unwrap();
        file.writer.sync().await.unwrap();
        let victim = *datanodes(&*fs, &path, 0).await.get(place).unwrap();
        file.write(5 * MIB).await.unwrap();
        rig.kill(victim).unwrap();
        file.write(5 * MIB).await.unwrap();
        file.writer.sync().await.unwrap();
        // The fourth has taken its place: bytes that were synced are to be on three.
        let now = datanodes(&*fs, &path, 0).await;
        assert!(now.len() == 3 && !now.contains(&victim), "{victim} died: {now:?}");
        file.write(170 * MIB).await.unwrap();
        let (longest, length) = (file.longest_wait, file.writer.position());
        file.writer.sync().await.unwrap();
        file.writer.close().await.unwrap();
        println!("number {place} of the pipeline, {victim}, killed: longest write {longest:?}");
        verify(&*fs, &path, length).await;
        rig.start(victim).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_complete_when_a_datanode_freezes_in_the_middle_of_a_block() {
    let _alone = ALONE.lock().await;
    let rig = Rig::up(&["--hdfs-only", "--datanodes", "4", "--stock"]).unwrap();
    let fs = file_system(&rig);
    let root = directory(&rig, &*fs, "frozen").await;
    for place in [2, 0] {
        let path = root.join(&format!("file-{place}"));
        let mut file = PatternWriter::create(&*fs, &path).await;
        file.write(10 * MIB).await.unwrap();
        file.writer.sync().await.unwrap();
        let victim = *datanodes(&*fs, &path, 0).await.get(place).unwrap();
        rig.freeze(victim).unwrap();
        // Over the end of the block, so that the next one is asked for while the DataNode is frozen.
        file.write(150 * MIB).await.unwrap();
        let (longest, length) = (file.longest_wait, file.writer.position());
        file.writer.close().await.unwrap();
        println!("number {place} of the pipeline, {victim}, frozen: longest write {longest:?}");
        assert!(longest < Duration::from_secs(30), "{longest:?}");
        verify(&*fs, &path, length).await;
        rig.thaw(victim).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_read_to_its_end_while_datanodes_die_and_freeze() {
    let _alone = ALONE.lock().await;
    let rig = Rig::up(&["--hdfs-only", "--datanodes", "3", "--stock"]).unwrap();
    let fs = file_system(&rig);
    let path = directory(&rig, &*fs, "read").await.join("file");
    let mut file = PatternWriter::create(&*fs, &path).await;
    file.write(100 * MIB).await.unwrap();
    file.writer.close().await.unwrap();
    let reader = fs.open(&path).await.unwrap();
    let (mut at, mut longest) = (0, Duration::ZERO);
    while at < 100 * MIB {
        match at {
            _ if at == 20 * MIB => rig.kill("dn1").unwrap(),
            _ if at == 60 * MIB => rig.freeze("dn2").unwrap(),
            _ => {}
        }
        let begun = Instant::now();
        let bytes = reader.read_range(at..at + MIB).await.unwrap();
        longest = longest.max(begun.elapsed());
        assert!(bytes == pattern(at, MIB as usize), "at {at}");
        at += MIB;
    }
    println!("longest read {longest:?}");
    assert!(longest < Duration::from_secs(20), "{longest:?}");
    rig.thaw("dn2").unwrap();
}

/// The NameNode that is active.
fn active(rig: &Rig) -> String {
    let state = |name: &str| {
        let beans = rig.jmx(name, "Hadoop:service=NameNode,name=NameNodeStatus").ok()?;
        Some(beans.first()?.get("State")?.as_str()? == "active")
    };
    let find = || ["nn1", "nn2"].into_iter().find(|name| state(name) == Some(true)).map(str::to_owned);
    eventually("an active NameNode", Duration::from_secs(60), find).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_written_and_read_while_the_namenode_is_killed_and_frozen() {
    let _alone = ALONE.lock().await;
    let rig =
        Rig::up(&["--hdfs-only", "--ha", "--datanodes", "3", "--set", "hdfs-site:dfs.blocksize=16777216"]).unwrap();
    let fs = file_system(&rig);
    let root = directory(&rig, &*fs, "name-node").await;
    for freeze in [false, true] {
        let path = root.join(&format!("file-{freeze}"));
        let before = root.join(&format!("before-{freeze}"));
        let mut file = PatternWriter::create(&*fs, &before).await;
        file.write(40 * MIB).await.unwrap();
        file.writer.close().await.unwrap();

        let mut file = PatternWriter::create(&*fs, &path).await;
        file.write(20 * MIB).await.unwrap();
        let victim = active(&rig);
        if freeze { rig.freeze(&victim) } else { rig.kill(&victim) }.unwrap();
        let reading = verify(&*fs, &before, 40 * MIB);
        let begun = Instant::now();
        let (written, ()) = tokio::join!(file.write(80 * MIB), reading);
        written.unwrap();
        file.writer.sync().await.unwrap();
        let (longest, length) = (file.longest_wait, file.writer.position());
        file.writer.close().await.unwrap();
        fs.rename_no_replace(&path, &root.join(&format!("renamed-{freeze}"))).await.unwrap();
        println!("{victim}, frozen: {freeze}: longest write {longest:?}, all {:?}", begun.elapsed());
        verify(&*fs, &root.join(&format!("renamed-{freeze}")), length).await;
        if freeze { rig.thaw(&victim) } else { rig.start(&victim) }.unwrap();
    }
}
