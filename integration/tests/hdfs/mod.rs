//! What tests of files in HDFS share.

#![allow(dead_code, reason = "each test program uses a part")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use weft_fs::{CreateOptions, FileSystem, FileWriter, FsError, HdfsFileSystem, Path};
use weft_hadoop_conf::{Environment, Sources};
use weft_hadoop_rpc::{Address, Login, RpcOptions, hdfs::NameNode};
use weft_integration::Rig;

/// Held by a test with a rig of its own: daemons of several rigs at once would measure each other.
pub(crate) static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Bytes of one write.
pub(crate) const WRITE: usize = 256 << 10;

/// The file system of a rig, as its client.
pub(crate) fn file_system(rig: &Rig) -> Arc<dyn FileSystem> {
    file_system_with(rig, &[])
}

/// The same with other values of some of Hadoop's keys.
pub(crate) fn file_system_with(rig: &Rig, keys: &[(&str, &str)]) -> Arc<dyn FileSystem> {
    let sources = Sources::new(Environment::empty().with("HADOOP_CONF_DIR", rig.conf()));
    let sources = keys.iter().fold(sources, |sources, (key, value)| sources.with_setting(*key, *value));
    Arc::new(HdfsFileSystem::with_login(sources, Login::simple(&rig.users().client)))
}

/// Calls as HDFS's superuser.
pub(crate) fn administrator(rig: &Rig) -> NameNode {
    let address = rig.address("nn1", "rpc").unwrap();
    let address = Address::new(address.ip().to_string(), address.port());
    let unpredictable = |bytes: &mut [u8]| bytes.fill(7);
    NameNode::new(
        "the NameNode",
        vec![address],
        Login::simple(&rig.users().hdfs),
        RpcOptions::default(),
        Arc::new(unpredictable),
    )
}

/// A directory of the client that nobody else uses.
pub(crate) async fn directory(rig: &Rig, fs: &dyn FileSystem, name: &str) -> Path {
    let path = Path::parse(&format!("hdfs:///user/{}/{name}", rig.users().client)).unwrap();
    fs.mkdirs(&path).await.unwrap();
    path
}

/// The bytes of a file from `offset` on: without a short period, so that a wrong place is noticed.
pub(crate) fn pattern(offset: u64, length: usize) -> Bytes {
    let mut bytes = BytesMut::with_capacity(length + 16);
    let mut at = offset / 8;
    let skip = (offset % 8) as usize;
    while bytes.len() < length + skip {
        bytes.extend_from_slice(&at.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes());
        at += 1;
    }
    bytes.freeze().slice(skip..skip + length)
}

/// A writer that appends the pattern and remembers the longest it had to wait.
pub(crate) struct PatternWriter {
    pub(crate) writer: Box<dyn FileWriter>,
    pub(crate) longest_wait: Duration,
}

impl PatternWriter {
    pub(crate) async fn create(fs: &dyn FileSystem, path: &Path) -> Self {
        let writer = fs.create(path, CreateOptions::NEW).await.unwrap();
        PatternWriter { writer, longest_wait: Duration::ZERO }
    }

    pub(crate) async fn write(&mut self, length: u64) -> Result<(), FsError> {
        let end = self.writer.position() + length;
        while self.writer.position() < end {
            let part = (end - self.writer.position()).min(WRITE as u64) as usize;
            let begun = Instant::now();
            self.writer.write(pattern(self.writer.position(), part)).await?;
            self.longest_wait = self.longest_wait.max(begun.elapsed());
        }
        Ok(())
    }
}

/// Reads a whole file and compares it with the pattern.
pub(crate) async fn verify(fs: &dyn FileSystem, path: &Path, length: u64) {
    let reader = fs.open(path).await.unwrap();
    assert_eq!(reader.length(), length);
    let (mut at, mut buffer) = (0, BytesMut::zeroed(WRITE));
    while at < length {
        buffer.resize(WRITE, 0);
        buffer = reader.read_at(at, buffer).await.unwrap();
        assert!(
            buffer[..] == pattern(at, buffer.len())[..],
            "{path} differs between {at} and {}",
            at + buffer.len() as u64
        );
        assert!(!buffer.is_empty());
        at += buffer.len() as u64;
    }
}
