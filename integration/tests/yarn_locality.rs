//! What nodes have: splits of a file in HDFS are read where they lie, and what everybody may read is brought to a node once for everybody.

#![allow(clippy::unwrap_used, clippy::panic)]

mod command;
mod hdfs;

use std::collections::BTreeMap;

use bytes::Bytes;
use command::until;
use command::yarn::Yarn;
use hdfs::{administrator, file_system};
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

/// A node keeps what everybody may read in another place than what is a user's, and checks itself that everybody may.
#[test]
fn what_everybody_may_read_is_kept_for_everybody() {
    let yarn = Yarn::up(&["--nodemanagers", "1"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let file = yarn.rig.directory().join("tmp/everybodys.txt");
    std::fs::write(&file, "for everybody").unwrap();
    let put = |directory: &str, mode: u32| {
        let names = administrator(&yarn.rig);
        let (user, made) = (yarn.rig.users().client.clone(), directory.to_owned());
        runtime.block_on(async {
            names.mkdirs(&made, 0o755, true).await.unwrap();
            names.set_owner(&made, Some(&user), None).await.unwrap();
        });
        let name = format!("{}.txt", directory.trim_start_matches('/'));
        let path = format!("hdfs://{directory}/{name}");
        yarn.weft(&["fs", "-put", file.to_str().unwrap(), &path]).well();
        runtime.block_on(names.set_permission(&format!("{directory}/{name}"), mode)).unwrap();
        name
    };
    let (everybodys, own) = (put("/everybodys", 0o644), put("/own", 0o600));
    let of_program = put("/files", 0o644);
    yarn.weft(&["fs", "-mkdir", "hdfs:///files/deep"]).well();
    yarn.weft(&["fs", "-put", file.to_str().unwrap(), "hdfs:///files/deep/more.txt"]).well();
    let session = yarn.session(&[
        "-Dyarn.provided.lib.dirs=hdfs:///everybodys;hdfs:///own",
        "-Dyarn.provided.usrlib.dir=hdfs:///files",
    ]);
    let master = until("its ApplicationMaster", || {
        command::processes(&[&session.application], "./weft yarn-jobmanager").first().copied()
    });
    let kept = |name: &str| std::fs::read_link(format!("/proc/{master}/cwd/{name}")).unwrap();
    for name in [of_program.as_str(), "deep/more.txt"] {
        assert_eq!(std::fs::read_to_string(kept(&format!("usrlib/{name}"))).unwrap(), "for everybody");
    }
    let (everybodys, own) = (kept(&everybodys), kept(&own));
    assert_eq!(std::fs::read_to_string(&everybodys).unwrap(), "for everybody");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&everybodys).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o555, "everybody may read it and nobody may change it");
    let of_user = format!("/usercache/{}/filecache/", yarn.rig.users().client);
    assert!(own.to_string_lossy().contains(&of_user), "{own:?}");
    let everybodys = everybodys.to_string_lossy();
    assert!(everybodys.contains("/filecache/") && !everybodys.contains("/usercache/"), "{everybodys}");
    session.stop();
}
