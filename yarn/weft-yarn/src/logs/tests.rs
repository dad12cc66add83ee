use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::FutureExt as _;
use proptest::prelude::*;
use weft_fs::{CreateOptions, FileSystem, MemoryFileSystem, Path};
use weft_hadoop_conf::{Environment, HadoopConf, Sources};

use super::input::vlong;
use super::*;
use crate::DeployError;

/// What a NodeManager of Hadoop 3.4.3 wrote of two attempts that printed something, and of two that wrote 1.3 MB each, compressed.
const NONE: &[u8] = include_bytes!("testdata/golden-none.tfile");
const GZ: &[u8] = include_bytes!("testdata/golden-gz.tfile");

/// A file system never waits in memory.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("memory is at hand")
}

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

async fn put(fs: &MemoryFileSystem, path: &Path, bytes: &[u8]) {
    fs.mkdirs(&path.parent().unwrap()).await.unwrap();
    let mut writer = fs.create(path, CreateOptions::OVERWRITE).await.unwrap();
    writer.write(Bytes::copy_from_slice(bytes)).await.unwrap();
    writer.close().await.unwrap();
}

/// Everything in a file, by container and name.
async fn read_all(bytes: &[u8]) -> Result<Vec<(String, BTreeMap<String, Vec<u8>>)>, DeployError> {
    let (fs, path) = (MemoryFileSystem::new(), path("memory:/logs/node"));
    put(&fs, &path, bytes).await;
    let mut log = NodeLog::open(&fs, &path).await?;
    let mut all = Vec::new();
    while let Some(container) = log.next_container().await? {
        let mut files = BTreeMap::new();
        while let Some(file) = log.next_file().await? {
            let mut content = Vec::new();
            while let Some(piece) = log.next_bytes().await? {
                assert!(piece.len() <= 64 << 10);
                content.extend_from_slice(&piece);
            }
            assert_eq!(content.len() as u64, file.length);
            files.insert(file.name, content);
        }
        all.push((container, files));
    }
    Ok(all)
}

#[test]
fn golden_file_of_a_node() {
    let all = now(read_all(NONE)).unwrap();
    let names: Vec<_> = all.iter().map(|(container, _)| container.as_str()).collect();
    assert_eq!(names, ["container_1795749964954_0001_02_000001", "container_1795749964954_0001_01_000001"]);
    for (container, files) in &all {
        let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
        assert_eq!(files.len(), 4);
        assert_eq!(text("empty"), "");
        assert_eq!(text("prelaunch.err"), "last words\n");
        assert!(text("prelaunch.out").ends_with("Launching container\nsaid\n"));
        assert_eq!(text("program.log"), format!("äöü of {container}\n"));
    }
}

/// Values of several chunks, in compressed blocks.
#[test]
fn golden_file_of_a_node_that_compresses() {
    let all = now(read_all(GZ)).unwrap();
    assert_eq!(all.len(), 2);
    let line = b"to be or not to be\n";
    let expected: Vec<u8> = line.iter().copied().cycle().take(1_300_000).collect();
    for (_, files) in all {
        assert_eq!(files["big.log"], expected);
        assert_eq!(files["prelaunch.err"], b"last words\n");
    }
}

#[test]
fn what_is_not_asked_for_is_passed_over() {
    now(async {
        let (fs, path) = (MemoryFileSystem::new(), path("memory:/logs/node"));
        put(&fs, &path, GZ).await;
        let mut log = NodeLog::open(&fs, &path).await.unwrap();
        log.next_container().await.unwrap().unwrap();
        let second = log.next_container().await.unwrap().unwrap();
        assert!(second.ends_with("_000001"), "{second}");
        let big = log.next_file().await.unwrap().unwrap();
        assert_eq!((big.name.as_str(), big.length), ("big.log", 1_300_000));
        log.skip(1_300_000 - 3).await.unwrap();
        let last = log.next_bytes().await.unwrap().unwrap();
        assert_eq!(last, log_end(3));
        assert_eq!(log.next_file().await.unwrap().unwrap().name, "prelaunch.err");
        log.skip(u64::MAX).await.unwrap();
        assert_eq!(log.next_bytes().await.unwrap(), None);
        assert_eq!(log.next_file().await.unwrap().unwrap().name, "prelaunch.out");
        assert_eq!(log.next_file().await.unwrap(), None);
        assert_eq!(log.next_container().await.unwrap(), None);
    });
}

fn log_end(length: usize) -> Vec<u8> {
    b"to be or not to be\n".iter().copied().cycle().take(1_300_000).skip(1_300_000 - length).collect()
}

#[test]
fn files_that_break_off_are_refused() {
    for file in [NONE, GZ] {
        for length in (0..file.len()).step_by(if file.len() > 1000 { 97 } else { 1 }) {
            let refused = now(read_all(&file[..length])).unwrap_err();
            assert!(matches!(refused, DeployError::BadLog { .. }), "{length}: {refused}");
        }
    }
}

#[test]
fn files_of_other_kinds_are_refused_with_the_reason() {
    let patched = |at: usize, bytes: &[u8]| {
        let mut file = NONE.to_vec();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    let find = |what: &[u8]| NONE.windows(what.len()).rposition(|part| part == what).unwrap();
    let data_index = NONE.windows(6).position(|part| part == b"\x04none\x01").unwrap();
    let table = [
        (b"2026-11-27 INFO some log of a container, as it is".to_vec(), "is no TFile"),
        (b"x".to_vec(), "too short"),
        (patched(NONE.len() - 1, b"?"), "breaks off"),
        (patched(NONE.len() - 20, &[0, 2]), "version is 2."),
        (patched(NONE.len() - 28, &[0xff]), "index cannot be at"),
        (patched(data_index, b"\x04lzo4"), "compression by \"lzo4\""),
        (patched(find(b"BCFile.index"), b"BCFile.other"), "no index of its data"),
        (patched(find(b"\x0249"), b"\x024x"), "no length of the file \"program.log\""),
        (patched(find(b"\x0249"), b"\x0299"), "without its last 50 bytes"),
    ];
    for (file, part) in table {
        let refused = now(read_all(&file)).unwrap_err().to_string();
        assert!(refused.contains(part) && refused.contains("memory:///logs/node"), "{part} is not in: {refused}");
    }
}

/// Whatever one byte is, reading ends, with what is there or an error.
#[test]
fn any_damage_is_an_error_or_other_bytes() {
    for at in 0..NONE.len() {
        for bits in [0x01, 0x80, 0xff] {
            let mut file = NONE.to_vec();
            file[at] ^= bits;
            let _either = now(read_all(&file));
        }
    }
    // Compressed bytes have a checksum.
    let begin = 16;
    let end = GZ.windows(12).position(|part| part == b"BCFile.index").unwrap() / 2;
    for at in (begin..end).step_by(61) {
        let mut file = GZ.to_vec();
        file[at] ^= 0x10;
        assert!(now(read_all(&file)).is_err(), "byte {at}");
    }
}

/// As the format's own writers do: the shortest form.
fn write_vlong(number: i64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let first = |offset: i64, shift: u32| ((number >> shift) - offset).to_le_bytes()[0];
    let limits = [(-0x20..0x80, 0), (-0x1400..0x1400, 1), (-0x10_0000..0x10_0000, 2), (-0x800_0000..0x800_0000, 3)];
    let form = limits.into_iter().find(|(range, _)| range.contains(&number)).map(|(_, form)| form);
    match form {
        Some(0) => vec![bytes[7]],
        Some(1) => [&[first(52, 8)], &bytes[7..]].concat(),
        Some(2) => [&[first(88, 16)], &bytes[6..]].concat(),
        Some(3) => [&[first(112, 24)], &bytes[5..]].concat(),
        _ => {
            let length = (4..8).find(|length| number << (64 - 8 * length) >> (64 - 8 * length) == number).unwrap_or(8);
            let head = u8::try_from(length - 1).unwrap() | 0x80;
            [&[head], &bytes[8 - length..]].concat()
        }
    }
}

proptest! {
    #[test]
    fn vlongs_come_back(number in any::<i64>(), shift in 0u32..64) {
        let number = number >> shift;
        let bytes = write_vlong(number);
        prop_assert_eq!(vlong(bytes[0], &bytes[1..]), number);
    }

    #[test]
    fn any_tail_is_read_or_refused(tail in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut file = NONE.to_vec();
        let at = file.len() - 28 - tail.len();
        file[at..at + tail.len()].copy_from_slice(&tail);
        let _either = now(read_all(&file));
    }
}

#[test]
fn applications_are_found_in_every_layout() {
    now(async {
        let fs = MemoryFileSystem::new();
        let application = "application_1700000000000_12345".parse().unwrap();
        let root = path("memory:/logs");
        let at = |below: &str| root.join(&format!("ann/{below}"));
        for below in [
            "bucket-logs-tfile/2345/application_1700000000000_12345/node1_8041",
            "bucket-logs-tfile/2345/application_1700000000000_12345/node1_8041_1700000000001",
            "bucket-logs-tfile/2345/application_1700000000000_12345/node2_8041.tmp",
            "bucket-logs-tfile/2345/application_1700000000000_2345/node1_8041",
            "logs-tfile/application_1700000000000_12345/node3_8041",
            "logs/application_1700000000000_12345/node4_8041",
            "bucket-logs-ifile/2345/application_1700000000000_12345/node5_8041",
        ] {
            put(&fs, &at(below), b"").await;
        }
        let found = Collected::find(&fs, &root, "ann", application).await.unwrap();
        let names: Vec<_> = found.files.iter().filter_map(|file| file.path.file_name()).collect();
        assert_eq!(names, ["node1_8041", "node1_8041_1700000000001", "node4_8041", "node3_8041"]);
        assert_eq!(found.unfinished, 1);
        assert_eq!(found.indexed, [at("bucket-logs-ifile/2345/application_1700000000000_12345")]);
        for (user, application) in [("bob", "application_1700000000000_12345"), ("ann", "application_1_0001")] {
            let found = Collected::find(&fs, &root, user, application.parse().unwrap()).await.unwrap();
            assert_eq!(found, Collected::default());
        }
    });
}

#[test]
fn directories_are_those_of_the_configuration() {
    let of = |keys: &[(&str, &str)]| {
        let keys = keys.iter().map(|(key, value)| (format!("weft.hadoop.{key}"), (*value).to_owned()));
        let conf = HadoopConf::load(&Sources::new(Environment::empty()).with_engine(keys)).unwrap();
        LogDirectories::of(&conf).roots
    };
    assert_eq!(of(&[]), ["/tmp/logs"]);
    let general = ("yarn.nodemanager.remote-app-log-dir", "/yarn-logs");
    assert_eq!(of(&[general]), ["/yarn-logs"]);
    let formats = ("yarn.log-aggregation.file-formats", "IndexedFile,TFile");
    let own = ("yarn.log-aggregation.IndexedFile.remote-app-log-dir", "hdfs://ns/i");
    assert_eq!(of(&[general, formats, own]), ["/yarn-logs", "hdfs://ns/i"]);
}
