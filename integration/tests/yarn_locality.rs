//! Splits of a file in HDFS are read on the nodes that hold them.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;
mod hdfs;

use std::collections::BTreeMap;

use bytes::Bytes;
use hdfs::file_system;
use weft::prelude::*;
use weft_fs::{CreateOptions, FileSystem, Path};
use weft_integration::Rig;

/// Blocks, each of which is one split of a job with four subtasks.
const BLOCKS: usize = 16;
const BLOCK: usize = 1 << 20;
/// Bytes of a line, which begins with the number of its block.
const LINE: usize = 1 << 10;
const INPUT: &str = "hdfs:///tmp/locality.txt";
const OUTPUT: &str = "hdfs:///tmp/locality";

/// Not a test: the program that the test below runs on YARN. Tells of each line on which node it was read.
#[test]
#[ignore = "started by another test"]
fn program() {
    let env = StreamExecutionEnvironment::new(&weft::Arguments::default()).unwrap();
    env.read_text_file(INPUT)
        .map(|line| {
            // So slowly that nobody runs out of what is his before the others have begun.
            std::thread::sleep(std::time::Duration::from_millis(1));
            Str::from(format!("{} {}", node(), line.split(' ').next().unwrap_or_default()))
        })
        .sink_to(FileSink::text(OUTPUT));
    env.execute("locality").unwrap();
}

/// The name that the rig has for the node this process is on: its directory is in the NodeManager's.
fn node() -> String {
    let directory = std::env::current_dir().unwrap();
    directory.iter().map(|part| part.to_string_lossy()).find(|part| part.starts_with("nm")).unwrap().into_owned()
}

/// Writes the input until both nodes hold enough of it; the DataNode at the client, which would get all of it, is dead. Returns which
/// NodeManager is beside which block.
async fn write_input(fs: &dyn FileSystem, path: &Path) -> Vec<&'static str> {
    let line = |number: usize| format!("{:<width$}\n", number * LINE / BLOCK, width = LINE - 1);
    let text: Bytes = (0..BLOCKS * BLOCK / LINE).map(line).collect::<String>().into();
    loop {
        let mut file = fs.create(path, CreateOptions::OVERWRITE).await.unwrap();
        file.write(text.clone()).await.unwrap();
        file.close().await.unwrap();
        let located = fs.block_locations(path, 0..(BLOCKS * BLOCK) as u64).await.unwrap();
        assert_eq!(located.len(), BLOCKS);
        let beside = |hosts: &[String]| match hosts {
            [host] if host == "node1.weft.test" => "nm1",
            [host] if host == "node2.weft.test" => "nm2",
            _ => panic!("a block is on {hosts:?}"),
        };
        let holders: Vec<_> = located.iter().map(|block| beside(&block.hosts)).collect();
        let on_first = holders.iter().filter(|node| **node == "nm1").count();
        if on_first.abs_diff(BLOCKS / 2) <= 2 {
            return holders;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocks_are_read_where_they_lie() {
    let (size, one) = (format!("hdfs-site:dfs.blocksize={BLOCK}"), "hdfs-site:dfs.replication=1");
    let rig = Rig::up(&["--datanodes", "3", "--set", &size, "--set", one]).unwrap();
    assert!(rig.has_host_names(), "without names every node is the same machine: {:?}", rig.notes());
    rig.kill("dn1").unwrap();
    let fs = file_system(&rig);
    let holders = write_input(&*fs, &Path::parse(INPUT).unwrap()).await;

    // A node has room for one of these.
    let cluster = ["-Djobmanager.memory.process.size=512m", "-Dtaskmanager.memory.process.size=2500m"];
    let slots = ["-Dtaskmanager.numberOfTaskSlots=2", "-p", "4"];
    let copy = rig.directory().join("tmp/locality");
    std::fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    let program = [copy.to_str().unwrap(), "--ignored", "--exact", "program"];
    let run = [&["run", "-t", "yarn-application"], cluster.as_slice(), &slots, &program].concat();
    tokio::task::block_in_place(|| command::weft(&rig, &run, "")).well();

    let mut readers = BTreeMap::<usize, String>::new();
    for part in fs.list_all(&Path::parse(OUTPUT).unwrap()).await.unwrap() {
        let reader = fs.open(&part.path).await.unwrap();
        let text = reader.read_range(0..reader.length()).await.unwrap();
        for line in std::str::from_utf8(&text).unwrap().lines() {
            let (node, block) = line.split_once(' ').unwrap();
            let first = readers.entry(block.parse().unwrap()).or_insert_with(|| node.to_owned());
            assert_eq!(first, node, "block {block} was read in one piece");
        }
    }
    assert_eq!(readers.len(), BLOCKS);
    let local = readers.iter().filter(|(block, node)| holders[**block] == node.as_str()).count();
    // In the order of the file half of them would be. Who has read all that is his own helps the other: at most two blocks because one holds
    // more than the other, and one or two because nobody is as quick as another.
    assert!(local >= BLOCKS - 4, "{local} of {BLOCKS} blocks, which are on {holders:?}, were read there: {readers:?}");
}
