//! Staging on a real HDFS: who may read what, two clients at once, and the sweep.

#![allow(clippy::unwrap_used, clippy::panic)]

mod hdfs;
mod yarn;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use weft_fs::{FileSystem, FsError, HdfsFileSystem, Path, Permission};
use weft_hadoop_conf::{Environment, Sources};
use weft_hadoop_rpc::Login;
use weft_integration::Rig;
use weft_yarn::DeployError;
use weft_yarn::launch::Visibility;
use weft_yarn::staging::{ApplicationLife, BEARER_FILE, Publicity, Source, Staging, Swept};
use weft_yarn_client::proto::ApplicationId;
use yarn::entropy;

/// Several blocks of a kind that does not compress into nothing, and more than is read at a time.
const LENGTH: usize = (3 << 20) + 17;

fn app(id: i32) -> ApplicationId {
    ApplicationId { id, cluster_timestamp: 1_700_000_000_000 }
}

/// The same file system as somebody else sees it.
fn stranger(rig: &Rig) -> Arc<dyn FileSystem> {
    let sources = Sources::new(Environment::empty().with("HADOOP_CONF_DIR", rig.conf()));
    Arc::new(HdfsFileSystem::with_login(sources, Login::simple("mallory")))
}

struct Home {
    rig: Rig,
    fs: Arc<dyn FileSystem>,
    root: Path,
}

impl Home {
    fn staging(&self) -> Staging {
        Staging::new(self.fs.clone(), &self.root, Some(1), entropy())
    }

    async fn cached(&self) -> Vec<String> {
        let cache = self.root.join(".weft/cache");
        let entries = self.fs.list_all(&cache).await.unwrap();
        entries.iter().filter_map(|entry| entry.path.file_name().map(str::to_owned)).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_is_staged_shared_kept_from_others_and_swept() {
    let rig = Rig::up(&["--hdfs-only", "--datanodes", "2"]).unwrap();
    let fs = hdfs::file_system(&rig);
    let root = hdfs::directory(&rig, &*fs, "staging").await;
    let home = Home { rig, fs, root };
    let local = tempfile::tempdir().unwrap();
    std::fs::write(local.path().join("program"), hdfs::pattern(0, LENGTH)).unwrap();
    let path = Path::from_local(local.path()).unwrap().join("program");
    let source = Source { fs: Arc::new(weft_fs::LocalFileSystem::new()), path };
    two_clients_at_once(&home, &source).await;
    what_others_may(&home).await;
    what_everybody_may(&home, &source).await;
    the_sweep(&home, &source).await;
}

async fn two_clients_at_once(home: &Home, source: &Source) {
    let name = source.name().await.unwrap();
    let (one, two) = (home.staging(), home.staging());
    let (one, two) = tokio::join!(one.stage(name, source), two.stage(name, source));
    let (one, two) = (one.unwrap(), two.unwrap());
    // Both name the file that is there, with the time that nodes will compare.
    assert_eq!(one.file, two.file);
    assert_eq!(home.cached().await, [name.to_string()]);
    let status = home.fs.status(&one.file.path).await.unwrap();
    assert_eq!((status.length, status.modified_ms), (LENGTH as u64, one.file.modified_ms));
    assert_eq!(status.replication, Some(1), "yarn.file-replication");
    let reader = home.fs.open(&one.file.path).await.unwrap();
    assert_eq!(reader.read_range(0..LENGTH as u64).await.unwrap(), hdfs::pattern(0, LENGTH));
    let again = home.staging().stage(name, source).await.unwrap();
    assert_eq!((again.uploaded, again.file), (0, one.file));
}

async fn what_others_may(home: &Home) {
    let directory = home.staging().application(app(1));
    directory.create().await.unwrap();
    directory.put(BEARER_FILE, Bytes::from_static(b"word")).await.unwrap();
    let kept = home.fs.status(&directory.path().join(BEARER_FILE)).await.unwrap();
    assert_eq!(kept.replication, Some(1), "yarn.file-replication");
    assert_eq!(directory.read(BEARER_FILE).await.unwrap(), "word");
    let administrator = hdfs::administrator(&home.rig);
    let mode =
        async |path: &Path| administrator.file_info(path.path()).await.unwrap().unwrap().permission.permission & 0o777;
    assert_eq!(mode(directory.path()).await, 0o700);
    assert_eq!(mode(&directory.path().join(BEARER_FILE)).await, 0o600);
    let theirs = Staging::new(stranger(&home.rig), &home.root, None, entropy()).application(app(1));
    let refused = theirs.read(BEARER_FILE).await.unwrap_err();
    assert!(matches!(refused, DeployError::Fs(FsError::PermissionDenied { .. })), "{refused}");
    assert!(theirs.put("x", Bytes::new()).await.is_err());
}

/// An artifact is everybody's as long as everybody can reach it.
async fn what_everybody_may(home: &Home, source: &Source) {
    let name = source.name().await.unwrap();
    let file = home.staging().stage(name, source).await.unwrap().file.path;
    let visibility = async || Publicity::new(home.fs.clone()).visibility(&file).await.unwrap();
    let is_read = async || stranger(&home.rig).open(&file).await.is_ok();
    let cache = file.parent().unwrap();
    let user = home.root.parent().unwrap();
    assert_eq!(visibility().await, Visibility::User, "the client's home is its own");
    for directory in [&user, &home.root, &cache.parent().unwrap(), &cache] {
        home.fs.set_permission(directory, Permission::from_mode(0o755)).await.unwrap();
    }
    for (path, mode, expected) in [
        (&file, 0o644, Visibility::Public),
        (&cache, 0o750, Visibility::User),
        (&cache, 0o751, Visibility::Public),
        (&home.root, 0o700, Visibility::User),
        (&home.root, 0o755, Visibility::Public),
        (&file, 0o640, Visibility::User),
        (&file, 0o644, Visibility::Public),
    ] {
        home.fs.set_permission(path, Permission::from_mode(mode)).await.unwrap();
        assert_eq!(visibility().await, expected, "{path} {mode:o}");
        // What the NameNode says to a stranger is the same.
        assert_eq!(is_read().await, expected == Visibility::Public, "{path} {mode:o}");
    }
}

async fn the_sweep(home: &Home, source: &Source) {
    let staging = home.staging();
    let name = source.name().await.unwrap();
    let all_over = |_| ApplicationLife::Over;
    let plan = async || staging.survey().await.unwrap().plan(i64::MAX, Duration::ZERO, all_over);
    // Somebody begins to use it when the sweep is planned.
    let planned = plan().await;
    assert_eq!((planned.artifacts.as_slice(), planned.applications.as_slice()), (&[name][..], &[app(1)][..]));
    let user = staging.application(app(2));
    user.create().await.unwrap();
    user.list_artifacts(&[name]).await.unwrap();
    let before = staging.stage(name, source).await.unwrap();
    let swept = staging.sweep(&planned).await.unwrap();
    assert_eq!(swept, Swept { applications: 1, spared: 1, ..Swept::default() });
    let after = staging.stage(name, source).await.unwrap();
    assert_eq!((after.uploaded, after.file), (0, before.file), "the same file with the same time");
    // Now nobody does.
    let swept = staging.sweep(&plan().await).await.unwrap();
    assert_eq!(swept, Swept { applications: 1, artifacts: 1, ..Swept::default() });
    assert_eq!(home.cached().await, [""; 0]);
    assert!(plan().await.is_empty());
}
