//! Word count from HDFS to HDFS in the embedded cluster.

#![allow(clippy::unwrap_used)]

mod hdfs;

use std::collections::BTreeMap;

use bytes::Bytes;
use hdfs::{directory, file_system};
use weft::prelude::*;
use weft_fs::CreateOptions;
use weft_integration::Rig;

/// Names the input and the output for the copy of this program that is the job.
const JOB: &str = "WEFT_WORD_COUNT";

/// Not a test: the job, which the test below runs as the client, who finds HDFS by his environment.
#[test]
#[ignore = "started by another test"]
fn job() {
    let Ok(paths) = std::env::var(JOB) else { return };
    let (input, output) = paths.split_once(' ').unwrap();
    let env = StreamExecutionEnvironment::new(&weft::Arguments::default()).unwrap();
    env.set_parallelism(2);
    env.set_runtime_mode(RuntimeMode::Batch);
    env.read_text_file(input)
        .flat_map(|line, out| line.split_whitespace().for_each(|word| out.emit((line.share(word), 1_u64))))
        .key_by(|(word, _)| word)
        .sum(|(_, n)| n)
        .sink_to(FileSink::text(output));
    env.execute("word count").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_counted_from_hdfs_to_hdfs() {
    let rig = Rig::up(&["--hdfs-only", "--datanodes", "2", "--set", "hdfs-site:dfs.blocksize=1048576"]).unwrap();
    let fs = file_system(&rig);
    let root = directory(&rig, &*fs, "words").await;
    let (input, output) = (root.join("in/book.txt"), root.join("out"));
    fs.mkdirs(&root.join("in")).await.unwrap();
    let (mut text, mut expected) = (String::new(), BTreeMap::<String, u64>::new());
    for line in 0..120_000_u64 {
        for word in [line % 7, line % 1000, line * line % 4001] {
            text.push_str(&format!("word-{word} "));
            *expected.entry(format!("word-{word}")).or_default() += 1;
        }
        text.push('\n');
    }
    let mut file = fs.create(&input, CreateOptions::NEW).await.unwrap();
    file.write(Bytes::from(text)).await.unwrap();
    file.close().await.unwrap();

    let mut job = rig.as_client(&std::env::current_exe().unwrap()).unwrap();
    job.args(["--ignored", "--exact", "job"]).env("HADOOP_USER_NAME", &rig.users().client);
    job.env(JOB, format!("{} {output}", root.join("in")));
    let ended = job.output().unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&said));

    let mut found = BTreeMap::new();
    for part in fs.list_all(&output).await.unwrap() {
        assert!(part.path.file_name().unwrap().starts_with("part-"), "{part:?}");
        let reader = fs.open(&part.path).await.unwrap();
        let bytes = reader.read_range(0..reader.length()).await.unwrap();
        for line in std::str::from_utf8(&bytes).unwrap().lines() {
            let (word, count) = line.trim_matches(['(', ')']).rsplit_once(',').unwrap();
            assert_eq!(found.insert(word.to_owned(), count.parse().unwrap()), None, "{word} twice");
        }
    }
    assert_eq!(found, expected);
}
