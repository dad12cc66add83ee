//! One file written or read by Weft's own client.

use super::task::Task;
use anyhow::{Result, ensure};
use bytes::{Bytes, BytesMut};
use weft_fs::{CreateOptions, FileSystem, HdfsFileSystem, Path};
use weft_hadoop_conf::{Environment, Sources};
use weft_hadoop_rpc::Login;

pub(super) async fn write(task: &Task) -> Result<()> {
    let mut writer = file_system(task).create(&path(task)?, CreateOptions::NEW).await?;
    let piece = Bytes::from(vec![0x5a; task.piece]);
    while writer.position() < task.bytes {
        writer.write(piece.clone()).await?;
    }
    Ok(writer.close().await?)
}

/// From beginning to end, as an input of a job is read.
pub(super) async fn read(task: &Task) -> Result<()> {
    let reader = file_system(task).open(&path(task)?).await?;
    ensure!(reader.length() == task.bytes, "the file has {} bytes instead of {}", reader.length(), task.bytes);
    let (mut at, mut buffer) = (0, BytesMut::zeroed(task.piece));
    while at < task.bytes {
        buffer = reader.read_at(at, buffer).await?;
        ensure!(!buffer.is_empty(), "the file ended at {at}");
        at += buffer.len() as u64;
    }
    Ok(())
}

fn file_system(task: &Task) -> HdfsFileSystem {
    let sources = Sources::new(Environment::empty().with("HADOOP_CONF_DIR", &task.conf))
        .with_setting("dfs.replication", task.replication.to_string());
    HdfsFileSystem::with_login(sources, Login::simple(&task.user))
}

fn path(task: &Task) -> Result<Path> {
    Ok(Path::parse(&format!("hdfs://{}", task.path))?)
}
