//! What HDFS refuses, and how it is said; and a gigabyte that it does not refuse.

#![allow(clippy::unwrap_used)]

mod hdfs;

use std::{sync::LazyLock, time::Instant};

use hdfs::{ALONE, PatternWriter, administrator, directory, file_system, file_system_with, verify};
use weft_fs::{CreateOptions, FsError, HdfsFileSystem, Path, Permission};
use weft_hadoop_conf::{Environment, Sources};
use weft_hadoop_rpc::proto::hdfs::SafeModeAction;
use weft_integration::Rig;

const MIB: u64 = 1 << 20;

static RIG: LazyLock<Rig> = LazyLock::new(|| Rig::up(&["--hdfs-only", "--datanodes", "3"]).unwrap());

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gigabyte_goes_in_and_comes_out() {
    let fs = file_system_with(&RIG, &[("dfs.replication", "2")]);
    let path = directory(&RIG, &*fs, "gigabyte").await.join("file");
    let begun = Instant::now();
    let mut file = PatternWriter::create(&*fs, &path).await;
    file.write(1024 * MIB).await.unwrap();
    file.writer.sync().await.unwrap();
    file.writer.close().await.unwrap();
    let written = begun.elapsed();
    verify(&*fs, &path, 1024 * MIB).await;
    println!("1 GiB written in {written:?}, read and verified in {:?}", begun.elapsed() - written);
    let blocks = fs.block_locations(&path, 0..1024 * MIB).await.unwrap();
    assert_eq!(blocks.len(), 8);
    assert!(blocks.iter().all(|block| block.hosts.len() == 2), "{blocks:?}");
    let status = RIG.hadoop("org.apache.hadoop.fs.FsShell", &["-stat", "%b %r", path.path()]).unwrap();
    assert_eq!(String::from_utf8_lossy(&status.stdout).trim(), format!("{} 2", 1024 * MIB));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_java_writes_is_read_and_what_is_written_java_reads() {
    let fs = file_system(&RIG);
    let root = directory(&RIG, &*fs, "java").await;
    let (ours, copy) = (root.join("ours"), root.join("copy"));
    let mut file = PatternWriter::create(&*fs, &ours).await;
    file.write(3 * MIB + 12_345).await.unwrap();
    file.writer.close().await.unwrap();
    let copied = RIG.hadoop("org.apache.hadoop.fs.FsShell", &["-cp", ours.path(), copy.path()]).unwrap();
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    verify(&*fs, &copy, 3 * MIB + 12_345).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_synced_is_seen_before_the_file_is_closed() {
    let fs = file_system(&RIG);
    let path = directory(&RIG, &*fs, "open").await.join("file");
    let mut file = PatternWriter::create(&*fs, &path).await;
    for (write, length) in [(1_000, 1_000), (700, 1_700), (3 * MIB, 3 * MIB + 1_700), (0, 3 * MIB + 1_700)] {
        file.write(write).await.unwrap();
        file.writer.sync().await.unwrap();
        verify(&*fs, &path, length).await;
    }
    file.writer.close().await.unwrap();
    verify(&*fs, &path, 3 * MIB + 1_700).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_files_are_written_at_once_over_many_blocks() {
    let fs = file_system_with(&RIG, &[("dfs.blocksize", "1048576")]);
    let root = directory(&RIG, &*fs, "many").await;
    let write = |number: u64| {
        let (fs, path) = (fs.clone(), root.join(&number.to_string()));
        tokio::spawn(async move {
            let mut file = PatternWriter::create(&*fs, &path).await;
            // Writes and syncs that end inside of chunks, packets and blocks.
            for part in 0..6 {
                file.write(number * 131_071 + part * 700_001).await.unwrap();
                if part % 2 == 0 {
                    file.writer.sync().await.unwrap();
                }
            }
            let length = file.writer.position();
            file.writer.close().await.unwrap();
            verify(&*fs, &path, length).await;
        })
    };
    let all: Vec<_> = (0..6).map(write).collect();
    for one in all {
        one.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_that_is_used_up_is_named_with_the_path() {
    let fs = file_system(&RIG);
    let root = directory(&RIG, &*fs, "quota").await;
    administrator(&RIG).set_quota(root.path(), None, Some(300 * MIB)).await.unwrap();
    let path = root.join("file");
    let mut file = PatternWriter::create(&*fs, &path).await;
    let wrote = file.write(MIB).await;
    let error = match wrote {
        Ok(()) => file.writer.close().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(&error, FsError::NoSpace { path: found, .. } if *found == path), "{error:?}");
    assert!(error.to_string().contains("quota"), "{error}");
    administrator(&RIG).set_quota(root.path(), Some(1), None).await.unwrap();
    let error = fs.mkdirs(&root.join("more")).await.unwrap_err();
    assert!(matches!(error, FsError::NoSpace { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_write_is_told_who_may() {
    let fs = file_system(&RIG);
    administrator(&RIG).mkdirs("/forbidden", 0o755, false).await.unwrap();
    let path = Path::parse("hdfs:///forbidden/file").unwrap();
    let error = fs.create(&path, CreateOptions::NEW).await.err().unwrap();
    assert!(matches!(error, FsError::PermissionDenied { .. }), "{error:?}");
    for part in ["hdfs:///forbidden/file", &format!("user={}", RIG.users().client), "access=WRITE", "drwxr-xr-x"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_have_the_permissions_that_were_asked_for() {
    let fs = file_system_with(&RIG, &[("fs.permissions.umask-mode", "027")]);
    let root = directory(&RIG, &*fs, "permissions").await;
    let names = administrator(&RIG);
    for (name, options, expected) in [
        ("default", CreateOptions::NEW, 0o640),
        ("owner", CreateOptions::NEW.with_permission(Permission::OWNER_ONLY), 0o600),
        ("all", CreateOptions::NEW.with_permission(Permission::from_mode(0o777)), 0o750),
    ] {
        fs.create(&root.join(name), options).await.unwrap().close().await.unwrap();
        let found = names.file_info(root.join(name).path()).await.unwrap().unwrap();
        assert_eq!(found.permission.permission, expected, "{name}");
        assert_eq!(found.owner, RIG.users().client);
    }
    assert_eq!(names.file_info(root.path()).await.unwrap().unwrap().permission.permission, 0o750);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_name_the_namenode_in_every_way() {
    let fs = file_system(&RIG);
    let root = directory(&RIG, &*fs, "paths").await;
    let address = RIG.daemon("nn1").unwrap();
    let by_host = format!("hdfs://{}:{}{}", address.host, address.ports["rpc"], root.path());
    for text in [by_host, root.to_string()] {
        let path = Path::parse(&text).unwrap();
        assert_eq!(fs.status(&path).await.unwrap().path, path);
    }
    let nobody = Path::parse("hdfs://localhost:1/a").unwrap();
    let error = fs.status(&nobody);
    let error = tokio::time::timeout(std::time::Duration::from_secs(90), error).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("localhost:1") && error.to_string().contains("hdfs://localhost:1/a"), "{error}");
    let alone = HdfsFileSystem::new(Sources::new(Environment::empty()));
    let error = weft_fs::FileSystem::status(&alone, &Path::parse("hdfs:///a").unwrap()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("found no Hadoop configuration") && text.contains("HADOOP_CONF_DIR (not set)"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn safe_mode_is_named_with_the_path() {
    let _alone = ALONE.lock().await;
    let rig = Rig::up(&["--hdfs-only"]).unwrap();
    let fs = file_system(&rig);
    let root = directory(&rig, &*fs, "safe").await;
    administrator(&rig).set_safe_mode(SafeModeAction::SafemodeEnter).await.unwrap();
    let error = fs.create(&root.join("file"), CreateOptions::NEW).await.err().unwrap();
    assert!(error.to_string().contains("safe mode") && error.to_string().contains("safe/file"), "{error}");
    assert_eq!(error.kind(), weft_common::ErrorKind::Retryable);
    assert_eq!(fs.list_all(&root).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_datanode_is_named_with_the_path() {
    let _alone = ALONE.lock().await;
    // A DataNode keeps a gigabyte free by default.
    let reserve = "hdfs-site:dfs.datanode.round-robin-volume-choosing-policy.additional-available-space=0";
    let blocks = "hdfs-site:dfs.blocksize=4194304";
    let rig = Rig::up(&["--hdfs-only", "--disk", "dn1=64m", "--set", blocks, "--set", reserve]).unwrap();
    let fs = file_system(&rig);
    let path = directory(&rig, &*fs, "full").await.join("file");
    let mut file = PatternWriter::create(&*fs, &path).await;
    let begun = Instant::now();
    let error = file.write(200 * MIB).await.unwrap_err();
    println!("after {:?} and {} bytes: {error}", begun.elapsed(), file.writer.position());
    assert!(file.writer.position() > 32 * MIB);
    assert!(matches!(&error, FsError::NoSpace { path: found, .. } if *found == path), "{error:?}");
    file.writer.abort().await.unwrap();
    assert!(!fs.exists(&path).await.unwrap());
}

/// Calls of the NameNode that no writer of ours makes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_cut_and_joined_and_said_to_be_closed() {
    let fs = file_system(&RIG);
    let root = directory(&RIG, &*fs, "joined").await;
    let (first, second) = (root.join("first"), root.join("second"));
    let mut file = PatternWriter::create(&*fs, &first).await;
    file.write(MIB).await.unwrap();
    file.writer.sync().await.unwrap();
    let names = administrator(&RIG);
    assert!(!names.is_file_closed(first.path()).await.unwrap());
    file.writer.close().await.unwrap();
    assert!(names.is_file_closed(first.path()).await.unwrap());

    // Within a block the last DataNode cuts it, which takes a moment; at its beginning nobody has to.
    names.truncate(first.path(), 1000, "weft-test").await.unwrap();
    let began = Instant::now();
    while !names.is_file_closed(first.path()).await.unwrap() {
        assert!(began.elapsed().as_secs() < 60, "in vain: the file is cut");
        tokio::task::yield_now().await;
    }
    verify(&*fs, &first, 1000).await;

    let mut file = fs.create(&second, CreateOptions::NEW).await.unwrap();
    file.write(hdfs::pattern(1000, 500)).await.unwrap();
    file.close().await.unwrap();
    names.concat(first.path(), vec![second.path().to_owned()]).await.unwrap();
    verify(&*fs, &first, 1500).await;
    assert!(!fs.exists(&second).await.unwrap());
}
