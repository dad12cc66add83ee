//! The format of version 1, and what is refused.

use super::*;
use crate::test_files::directory;
use crate::{HadoopConf, Sources};

const GOLDEN: &str = include_str!("../../testdata/effective-v1.xml");

fn entries() -> BTreeMap<String, Entry> {
    let file = |line| Origin::File { path: "/etc/hadoop/conf/hdfs-site.xml".into(), line };
    [
        ("dfs.replication", "2", file(7)),
        ("empty", "", Origin::Program),
        ("fs.s3a.secret.key", "hunter2", file(9)),
        ("ipc.ping.interval", "60000", Origin::Default),
        ("lines", "a\n\tb\rc", Origin::Shipped { source: "core-site.xml:3".to_owned() }),
        ("marks", "<&>\"' ${none} \u{4e2d}", Origin::PassThrough { key: "weft.hadoop.marks".to_owned() }),
    ]
    .into_iter()
    .map(|(key, value, origin)| (key.to_owned(), Entry { value: value.to_owned(), origin }))
    .collect()
}

#[test]
fn golden_written() {
    let effective = write(&entries()).unwrap();
    assert_eq!(effective.xml, GOLDEN);
    assert_eq!(effective.omitted, ["fs.s3a.secret.key"]);
}

#[test]
fn golden_read() {
    let directory = directory(&[("e.xml", GOLDEN)]);
    let table = read(&directory.path().join("e.xml")).unwrap();
    let shipped = |origin: &Origin| match origin {
        Origin::Default => Origin::Default,
        origin => Origin::Shipped { source: source(origin) },
    };
    let mut expected = entries();
    expected.remove("fs.s3a.secret.key");
    for entry in expected.values_mut() {
        entry.origin = shipped(&entry.origin);
    }
    assert_eq!(table.entries, expected);
}

#[test]
fn other_files_are_refused() {
    let table = [
        ("<configuration/>", "weft-version is none"),
        ("<configuration weft-version='2'/>", "weft-version is 2"),
        ("<other weft-version='1'/>", "the root element is <other>"),
        ("", "the file holds no <configuration>"),
    ];
    for (text, expected) in table {
        let directory = directory(&[("e.xml", text)]);
        let error = HadoopConf::load(&Sources::effective(directory.path().join("e.xml"))).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let error = HadoopConf::load(&Sources::effective("/no/such/file")).unwrap_err();
    assert!(matches!(error, HadoopConfError::Unreadable { .. }), "{error}");
}

#[test]
fn cut_short_anywhere_it_is_refused() {
    let end = GOLDEN.trim_end().len();
    for (at, _) in GOLDEN.char_indices().filter(|(at, _)| *at < end) {
        let directory = directory(&[("e.xml", &GOLDEN[..at])]);
        assert!(read(&directory.path().join("e.xml")).is_err(), "{at}");
    }
}

#[test]
fn what_xml_has_not_is_refused() {
    for (key, value) in [("k", "a\u{1}b"), ("k", "\0"), ("k", "\u{ffff}"), ("k\u{8}", "v")] {
        let entry = Entry { value: value.to_owned(), origin: Origin::Program };
        let error = write(&BTreeMap::from([(key.to_owned(), entry)])).unwrap_err();
        assert!(error.to_string().contains("which XML has not: remove it"), "{error}");
    }
}

#[test]
fn what_would_not_be_read_is_not_written() {
    let entry = Entry { value: "x".repeat(usize::try_from(MAX_BYTES).unwrap()), origin: Origin::Program };
    let error = write(&BTreeMap::from([("k".to_owned(), entry)])).unwrap_err();
    assert!(error.to_string().contains("up to k it has more than 16777216 bytes"), "{error}");
}
