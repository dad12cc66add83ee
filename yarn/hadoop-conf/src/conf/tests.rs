//! Whole configurations: the order of files, layers, finals, origins.

use super::*;
use crate::test_files::{Values, directory, load, site};
use crate::{Environment, NamedBy, TimeUnit};
use std::path::Path;
use std::time::Duration;

fn get<'a>(conf: &'a HadoopConf, key: &str) -> (&'a str, String) {
    let (value, origin) = conf.get_with_origin(key).unwrap();
    (value, origin.to_string())
}

fn at(directory: &Path, name: &str, line: u32) -> String {
    format!("{}:{line}", directory.join(name).display())
}

#[test]
fn later_files_go_over_earlier_ones_and_those_over_defaults() {
    let directory = directory(&[
        ("core-site.xml", &site(&[("only.core", "1"), ("dfs.replication", "1"), ("both", "core")])),
        ("hdfs-site.xml", &site(&[("dfs.replication", "2"), ("both", "hdfs")])),
        ("yarn-site.xml", &site(&[("both", "yarn")])),
        ("mapred-site.xml", &site(&[("both", "mapred")])),
    ]);
    let conf = load(directory.path()).unwrap();
    assert_eq!(get(&conf, "only.core"), ("1", at(directory.path(), "core-site.xml", 2)));
    assert_eq!(get(&conf, "dfs.replication"), ("2", at(directory.path(), "hdfs-site.xml", 2)));
    assert_eq!(get(&conf, "both"), ("yarn", at(directory.path(), "yarn-site.xml", 2)));
    assert_eq!(get(&conf, "ipc.ping.interval"), ("60000", "the default".to_owned()));
    assert_eq!(conf.get("no.such.key"), None);
    assert!(conf.is_set("both") && !conf.is_set("ipc.ping.interval") && !conf.is_set("no.such.key"));
}

#[test]
fn a_final_value_stays_when_a_later_file_has_another() {
    let core = "<configuration>\n<property><name>k</name><value>core</value><final>true</final></property>\n\
                <property><name>same</name><value> x </value><final>true</final></property>\n\
                <property><name>unset</name><final>true</final></property>\n</configuration>";
    let hdfs = site(&[("k", "hdfs"), ("same", "x"), ("unset", "hdfs")]);
    let directory = directory(&[("core-site.xml", core), ("hdfs-site.xml", &hdfs)]);
    let conf = load(directory.path()).unwrap();
    assert_eq!(get(&conf, "k"), ("core", at(directory.path(), "core-site.xml", 2)));
    assert_eq!(conf.get("same"), Some("x"));
    assert_eq!(conf.get("unset"), None);
    let file = |name: &str, line| Origin::File { path: directory.path().join(name), line };
    let kept = |key: &str, ignored, kept| Note::FinalKept {
        key: key.to_owned(),
        ignored: file("hdfs-site.xml", ignored),
        kept: file("core-site.xml", kept),
    };
    assert_eq!(conf.notes(), [kept("k", 2, 2), kept("unset", 4, 4)]);
}

#[test]
fn what_the_engine_passes_through_is_above_files_and_the_program_above_that() {
    let core =
        "<configuration><property><name>k</name><value>file</value><final>true</final></property></configuration>";
    let directory = directory(&[("core-site.xml", core)]);
    let sources = |engine: &[(&str, &str)]| {
        let environment = Environment::empty().with("HADOOP_CONF_DIR", directory.path());
        Sources::new(environment).with_engine(engine.iter().copied())
    };
    let table: [(Values, &str, &str); 4] = [
        (&[("k", "engine"), ("hadoop.k", "engine")], "file", "core-site.xml:1"),
        (&[("flink.hadoop.k", "flink")], "flink", "flink.hadoop.k of the engine's configuration"),
        (
            &[("weft.hadoop.k", "weft"), ("flink.hadoop.k", "flink")],
            "weft",
            "weft.hadoop.k of the engine's configuration",
        ),
        (&[("weft.hadoop.k", "${user.name}-${env.X:-x}")], "${user.name}-x", "weft.hadoop.k"),
    ];
    for (engine, value, origin) in table {
        let conf = HadoopConf::load(&sources(engine)).unwrap();
        let (found, from) = get(&conf, "k");
        assert_eq!(found, value, "{engine:?}");
        assert!(from.contains(origin), "{from}");
    }
    let conf = HadoopConf::load(&sources(&[("weft.hadoop.k", "weft")]).with_setting("k", "program")).unwrap();
    assert_eq!(get(&conf, "k"), ("program", "the program".to_owned()));
    let replaced: Vec<String> = conf.notes().iter().map(Note::to_string).collect();
    assert!(replaced.iter().all(|note| note.starts_with("the final value of k from ")), "{replaced:?}");
    assert_eq!(replaced.len(), 2);
}

#[test]
fn older_names_mean_todays() {
    let directory =
        directory(&[("core-site.xml", &site(&[("fs.default.name", "hdfs://ns1"), ("dfs.block.size", "1m")]))]);
    let conf = load(directory.path()).unwrap();
    assert_eq!(conf.default_fs(), "hdfs://ns1");
    assert_eq!(conf.get("fs.default.name"), Some("hdfs://ns1"));
    assert_eq!(conf.size("dfs.blocksize").unwrap(), Some(1 << 20));
    let notes: Vec<String> = conf.notes().iter().map(Note::to_string).collect();
    let expected =
        [("fs.default.name", "fs.defaultFS", 2), ("dfs.block.size", "dfs.blocksize", 3)].map(|(old, now, line)| {
            format!("{} sets {old}, an older name of {now}: rename it", at(directory.path(), "core-site.xml", line))
        });
    assert_eq!(notes, expected);
}

#[test]
fn odd_properties_are_noted() {
    let core = "<configuration>\n<property name='k' value='1'/>\n<property name='k' value='2'/>\n<property name='k'/>\n\
                <property value='3'/>\n<property name='v' value='${none}'/>\n</configuration>";
    let directory = directory(&[("core-site.xml", core)]);
    let conf = load(directory.path()).unwrap();
    assert_eq!(conf.get("k"), Some("2"));
    let file = |line| at(directory.path(), "core-site.xml", line);
    let notes: Vec<String> = conf.notes().iter().map(Note::to_string).collect();
    assert_eq!(
        notes,
        [
            format!(
                "{} sets k, and {} sets it again to something else, which counts: remove one of them",
                file(2),
                file(3)
            ),
            format!("{} gives k no value: an earlier one stays; give it one or remove the property", file(4)),
            format!("{} has a property without a name: it is ignored; name or remove it", file(5)),
            format!("the value of v (from {}) uses ${{none}}, which nothing sets: set it", file(6)),
        ]
    );
}

#[test]
fn variables_see_all_layers() {
    let directory = directory(&[
        ("core-site.xml", &site(&[("hadoop.tmp.dir", "/data/${user.name}"), ("base", "${host}/x")])),
        ("yarn-site.xml", &site(&[("yarn.resourcemanager.hostname", "${host}")])),
    ]);
    let environment = Environment::empty().with("HADOOP_CONF_DIR", directory.path()).with("LOGNAME", "etl");
    let conf = HadoopConf::load(&Sources::new(environment).with_engine([("weft.hadoop.host", "h.example")])).unwrap();
    assert_eq!(conf.get("hadoop.tmp.dir"), Some("/data/etl"));
    assert_eq!(conf.get("base"), Some("h.example/x"));
    assert_eq!(get(&conf, "yarn.resourcemanager.address"), ("h.example:8032", "the default".to_owned()));
}

#[test]
fn typed_values() {
    let directory = directory(&[(
        "core-site.xml",
        &site(&[
            ("t", " 5s "),
            ("n", "-1"),
            ("b", "TRUE"),
            ("e", " "),
            ("l", "a, b"),
            ("fs.s3a.secret.key", "hunter2"),
        ]),
    )]);
    let conf = load(directory.path()).unwrap();
    assert_eq!(conf.duration("t", TimeUnit::Milliseconds).unwrap(), Some(Duration::from_secs(5)));
    assert_eq!(conf.integer("n").unwrap(), Some(-1));
    assert_eq!(conf.boolean("b").unwrap(), Some(true));
    assert_eq!(conf.size("e").unwrap(), None);
    assert_eq!(conf.size("no.such.key").unwrap(), None);
    assert_eq!(conf.list("l"), ["a", "b"]);
    assert_eq!(conf.list("e"), [""; 0]);
    let file = |line| at(directory.path(), "core-site.xml", line);
    let table = [
        (conf.size("t").unwrap_err(), format!("the value \"5s\" of t (from {}) is not a size", file(2))),
        (
            conf.duration("n", TimeUnit::Seconds).unwrap_err(),
            format!("the value \"-1\" of n (from {}) is not a duration", file(3)),
        ),
        (conf.boolean("n").unwrap_err(), format!("the value \"-1\" of n (from {}) is not a truth value", file(3))),
        (conf.integer("b").unwrap_err(), format!("the value \"TRUE\" of b (from {}) is not a whole number", file(4))),
        (
            conf.integer("fs.s3a.secret.key").unwrap_err(),
            format!("the value \"******\" of fs.s3a.secret.key (from {}) is not", file(7)),
        ),
    ];
    for (error, expected) in table {
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
}

#[test]
fn debugging_shows_no_secret() {
    let conf = crate::test_files::settings(&[("fs.s3a.secret.key", "hunter2"), ("a", "shown")]);
    let text = format!("{conf:?} {:?}", conf.write_effective().unwrap());
    assert!(text.contains("shown") && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_malformed_file_is_an_error_with_its_place() {
    let directory =
        directory(&[("hdfs-site.xml", "<configuration>\n<property><name>dfs.replication</name><value>1\n")]);
    let expected = format!(
        "cannot read the Hadoop configuration file {}: line 3, property dfs.replication: the file ends inside of an \
         element: it was cut short; restore it",
        directory.path().join("hdfs-site.xml").display()
    );
    assert_eq!(load(directory.path()).unwrap_err().to_string(), expected);
}

#[test]
fn a_file_without_permission_or_a_dangling_link_is_an_error() {
    let directory = directory(&[]);
    std::os::unix::fs::symlink("/no/such/file", directory.path().join("core-site.xml")).unwrap();
    let error = load(directory.path()).unwrap_err();
    assert!(matches!(&error, HadoopConfError::Unreadable { path, .. } if path.ends_with("core-site.xml")), "{error}");
}

#[test]
fn what_one_process_wrote_another_reads() {
    let directory = directory(&[
        (
            "core-site.xml",
            &site(&[("fs.defaultFS", "hdfs://ns1"), ("v", "${env.X:-a}&lt;&amp;${none}"), ("password", "pw")]),
        ),
        ("hdfs-site.xml", &site(&[("dfs.replication", " ")])),
    ]);
    let written = load(directory.path()).unwrap();
    let effective = written.write_effective().unwrap();
    assert_eq!(effective.omitted, ["password"]);
    let file = directory.path().join("weft-hadoop.xml");
    std::fs::write(&file, &effective.xml).unwrap();
    let read = HadoopConf::load(&Sources::effective(&file)).unwrap();
    let values = |conf: &HadoopConf| -> Vec<(String, String)> {
        conf.iter()
            .filter(|(key, ..)| *key != "password")
            .map(|(key, value, _)| (key.to_owned(), value.to_owned()))
            .collect()
    };
    assert_eq!(values(&read), values(&written));
    assert_eq!(read.get("v"), Some("a<&${none}"), "as it was substituted there");
    assert_eq!(read.get("dfs.replication"), Some(""), "empty, not the default");
    assert_eq!(get(&read, "fs.defaultFS").1, format!("{}, at the client", at(directory.path(), "core-site.xml", 2)));
    assert!(!read.is_set("ipc.ping.interval"), "still a default");
    assert_eq!(read.where_it_looked()[0].named_by, NamedBy::Effective);
    assert!(read.require_found().is_ok());
    assert_eq!(read.write_effective().unwrap().xml, effective.xml, "shipped on, it is the same file");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn any_values_survive_the_way_through_a_file(
        values in proptest::collection::btree_map("[a-z.&<\"]{1,12}", "[ -~\\t\\n\\r\u{80}-\u{fffd}]{0,24}", 0..8)
    ) {
        let sources = values.iter().fold(Sources::new(Environment::empty()), |s, (k, v)| s.with_setting(k, v));
        let written = HadoopConf::load(&sources).unwrap();
        let effective = written.write_effective().unwrap();
        let directory = directory(&[("e.xml", &effective.xml)]);
        let read = HadoopConf::load(&Sources::effective(directory.path().join("e.xml"))).unwrap();
        let omitted = |key: &str| effective.omitted.iter().any(|omitted| omitted == key);
        for (key, value, _) in written.iter().filter(|(key, ..)| !omitted(key)) {
            proptest::prop_assert_eq!(read.get(key), Some(value));
        }
    }
}
