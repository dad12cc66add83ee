//! How fast a gigabyte goes in and out, and what it costs. For people: `cargo test --test hdfs_speed -- --ignored --nocapture`.

#![allow(clippy::unwrap_used)]

mod hdfs;

use std::time::{Duration, Instant};

use bytes::BytesMut;
use hdfs::{WRITE, directory, file_system_with, pattern};
use rustix::time::{ClockId, clock_gettime};
use weft_fs::{CreateOptions, FileSystem, Path};
use weft_integration::Rig;

const LENGTH: u64 = 1 << 30;

/// What this process has used of the processors.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

async fn write(fs: &dyn FileSystem, path: &Path) {
    let buffer = pattern(0, WRITE);
    let mut writer = fs.create(path, CreateOptions::NEW).await.unwrap();
    while writer.position() < LENGTH {
        writer.write(buffer.clone()).await.unwrap();
    }
    writer.close().await.unwrap();
}

async fn read(fs: &dyn FileSystem, path: &Path) {
    let reader = fs.open(path).await.unwrap();
    let (mut at, mut buffer) = (0, BytesMut::zeroed(WRITE));
    while at < LENGTH {
        buffer = reader.read_at(at, buffer).await.unwrap();
        at += buffer.len() as u64;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures and asserts nothing"]
async fn a_gigabyte() {
    let rig = Rig::up(&["--hdfs-only", "--datanodes", "3"]).unwrap();
    for replication in ["1", "3"] {
        let fs = file_system_with(&rig, &[("dfs.replication", replication)]);
        let path = directory(&rig, &*fs, "speed").await.join(replication);
        let (begun, used) = (Instant::now(), processor_time());
        write(&*fs, &path).await;
        println!("write, replication {replication}: {:?}, processor {:?}", begun.elapsed(), processor_time() - used);
        for _ in 0..2 {
            let (begun, used) = (Instant::now(), processor_time());
            read(&*fs, &path).await;
            println!("read, replication {replication}: {:?}, processor {:?}", begun.elapsed(), processor_time() - used);
        }
    }
}
