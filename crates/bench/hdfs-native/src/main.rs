//! Writes or reads one file in HDFS by the crate `hdfs-native` and tells what that took.
//!
//! `weft-bench hdfs` runs this beside its own child processes: the same allocator, runtime and sizes of pieces, told by the same JSON.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use futures_util::TryStreamExt;
use hdfs_native::{Client, ClientBuilder, WriteOptions};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is to be done; see `weft-bench`'s own.
#[derive(Deserialize)]
struct Task {
    action: Action,
    conf: PathBuf,
    user: String,
    path: String,
    replication: u32,
    bytes: u64,
    piece: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Write,
    Read,
    Calls,
}

/// What it took.
#[derive(Serialize)]
struct Taken {
    wall_s: f64,
    cpu_s: f64,
    memory_bytes: u64,
}

fn main() -> Result<()> {
    let told = std::env::args().nth(1).context("expected a task as JSON: this program is run by weft-bench hdfs")?;
    let task: Task = serde_json::from_str(&told).context("reading the task")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (before, cpu, begun) = (status("VmRSS:")?, processor_time()?, Instant::now());
    runtime.block_on(run(&task))?;
    let (wall, cpu) = (begun.elapsed(), processor_time()? - cpu);
    // The caller's own buffer is no part of the client.
    let memory = status("VmHWM:")?.saturating_sub(before + task.piece as u64);
    let taken = Taken { wall_s: wall.as_secs_f64(), cpu_s: cpu.as_secs_f64(), memory_bytes: memory };
    println!("{}", serde_json::to_string(&taken)?);
    Ok(())
}

async fn run(task: &Task) -> Result<()> {
    let conf = task.conf.to_str().context("the configuration's directory is not UTF-8")?;
    let client = ClientBuilder::new().with_config_dir(conf).with_user(&task.user).build()?;
    match task.action {
        Action::Write => write(&client, task).await,
        Action::Read => read(&client, task).await,
        Action::Calls => bail!("calls are compared with a number, not with this program"),
    }
}

async fn write(client: &Client, task: &Task) -> Result<()> {
    let options = WriteOptions::default().replication(task.replication);
    let mut writer = client.create(&task.path, options).await?;
    let piece = Bytes::from(vec![0x5a; task.piece]);
    let mut written = 0;
    while written < task.bytes {
        written += writer.write_bytes(piece.clone()).await? as u64;
    }
    writer.close().await?;
    Ok(())
}

/// By the stream, which is the fastest of its ways to read a file from beginning to end.
async fn read(client: &Client, task: &Task) -> Result<()> {
    let reader = client.read(&task.path).await?;
    let mut stream = Box::pin(reader.read_range_stream(0, reader.file_length()));
    let mut found = 0;
    while let Some(bytes) = stream.try_next().await? {
        found += bytes.len() as u64;
    }
    ensure!(found == task.bytes, "read {found} bytes of {}", task.bytes);
    Ok(())
}

fn processor_time() -> Result<Duration> {
    Ok(Duration::try_from(clock_gettime(ClockId::ProcessCPUTime))?)
}

/// A line of this process's status, in bytes.
fn status(name: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_suffix("kB"));
    let kib: u64 = line.with_context(|| format!("/proc/self/status has no line {name} in kB"))?.trim().parse()?;
    Ok(kib * 1024)
}
