//! What every file system promises, on HDFS.

#![allow(clippy::unwrap_used)]

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicU32, Ordering},
};

use weft_fs::{FileSystem, HdfsFileSystem, Path};
use weft_hadoop_conf::{Environment, Sources};
use weft_hadoop_rpc::Login;
use weft_integration::Rig;

static RIG: LazyLock<Rig> = LazyLock::new(|| Rig::up(&["--hdfs-only", "--datanodes", "3"]).unwrap());
static DIRECTORIES: AtomicU32 = AtomicU32::new(0);

fn file_system() -> Arc<dyn FileSystem> {
    let sources = Sources::new(Environment::empty().with("HADOOP_CONF_DIR", RIG.conf()));
    Arc::new(HdfsFileSystem::with_login(sources, Login::simple(&RIG.users().client)))
}

/// A file system and an empty directory in it.
fn fixture() -> (Arc<dyn FileSystem>, Path, ()) {
    let fs = file_system();
    let number = DIRECTORIES.fetch_add(1, Ordering::Relaxed);
    let root = Path::parse(&format!("hdfs:///user/{}/contract-{number}", RIG.users().client)).unwrap();
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(fs.mkdirs(&root))).unwrap();
    (fs, root, ())
}

weft_fs::file_system_contract!(fixture());
