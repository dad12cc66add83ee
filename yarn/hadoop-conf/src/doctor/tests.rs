//! Configurations and what there is to say about them.

use super::*;
use crate::test_files::{Values, directory, load, settings, site};
use crate::{Environment, Sources};
use std::path::Path;

/// The findings about a topic as `severity: message`, with `DIR` for the directory.
fn said(conf: &HadoopConf, topic: Topic, directory: &Path) -> Vec<String> {
    let directory = directory.display().to_string();
    let about = findings(conf).into_iter().filter(|finding| finding.topic == topic);
    about.map(|finding| format!("{}: {}", finding.severity, finding.message).replace(&directory, "DIR")).collect()
}

/// The same for settings, without facts.
fn complaints(values: &[(&str, &str)], topic: Topic) -> Vec<String> {
    let all = said(&settings(values), topic, Path::new("/no/such"));
    all.into_iter().filter(|line| !line.starts_with("info: ")).collect()
}

#[track_caller]
fn assert_begin(found: &[String], expected: &[&str]) {
    let matching =
        found.len() == expected.len() && found.iter().zip(expected).all(|(line, start)| line.starts_with(start));
    assert!(matching, "found {found:#?}, expected {expected:#?}");
}

const CORE: (&str, &str) =
    ("core-site.xml", "<configuration><property name='fs.defaultFS' value='hdfs://nn:9000'/></configuration>");

#[test]
fn a_sound_configuration_has_facts_only() {
    let directory = directory(&[
        ("core-site.xml", &site(&[("fs.defaultFS", "hdfs://ns1")])),
        (
            "hdfs-site.xml",
            &site(&[
                ("dfs.nameservices", "ns1"),
                ("dfs.ha.namenodes.ns1", "nn1,nn2"),
                ("dfs.namenode.rpc-address.ns1.nn1", "one:8020"),
                ("dfs.namenode.rpc-address.ns1.nn2", "two:8020"),
                ("dfs.client.failover.proxy.provider.ns1", "Some.Class"),
            ]),
        ),
        ("yarn-site.xml", &site(&[("yarn.resourcemanager.hostname", "rm")])),
    ]);
    let conf = load(directory.path()).unwrap();
    let all: Vec<String> =
        findings(&conf).iter().map(|f| format!("{} {} {}", f.severity, f.topic, f.message)).collect();
    let file = |name: &str| directory.path().join(name).display().to_string();
    let expected = [
        format!(
            "info files 1. HADOOP_CONF_DIR={} (core-site.xml, hdfs-site.xml, yarn-site.xml)",
            directory.path().display()
        ),
        "info files 2. env.hadoop.conf.dir (not set)".to_owned(),
        "info files 3. YARN_CONF_DIR (not set)".to_owned(),
        "info files 4. env.yarn.conf.dir (not set)".to_owned(),
        "info files 5. HADOOP_HOME (not set)".to_owned(),
        format!("info hdfs paths that name no file system lie in hdfs://ns1 (from {}:2)", file("core-site.xml")),
        "info hdfs hdfs://ns1: NameNode nn1 at one:8020, nn2 at two:8020".to_owned(),
        "info yarn the ResourceManager: clients rm:8032, masters rm:8030, administration rm:8033, pages http://rm:8088"
            .to_owned(),
        "info yarn logs of finished containers stay on their nodes (yarn.log-aggregation-enable is false)".to_owned(),
        "info security no proof of identity is asked for: the cluster believes the user's name".to_owned(),
        "info security calls are protected by authentication (hadoop.rpc.protection)".to_owned(),
        "info security data to and from DataNodes is not protected (dfs.data.transfer.protection is not set)"
            .to_owned(),
    ];
    assert_eq!(all, expected);
}

#[test]
fn nothing_found() {
    let conf = HadoopConf::load(&Sources::new(Environment::empty())).unwrap();
    let all = said(&conf, Topic::Files, Path::new("/no/such"));
    assert_eq!(all.len(), 6, "{all:?}");
    assert!(all[5].starts_with("error: found no Hadoop configuration: looked for "), "{all:?}");
    let passed = said(&settings(&[("fs.defaultFS", "hdfs://nn")]), Topic::Files, Path::new("/no/such"));
    assert_eq!(passed[5], "info: no site file is used: all settings are passed through");
}

#[test]
fn odd_places() {
    let directory = directory(&[
        ("a/core-site.xml", CORE.1),
        ("b/core-site.xml", CORE.1),
        ("b/hdfs-site.xml", "<configuration/>"),
        ("empty/other.xml", ""),
    ]);
    let path = |name: &str| directory.path().join(name);
    let environment = Environment::empty().with("HADOOP_CONF_DIR", path("none")).with("YARN_CONF_DIR", path("b"));
    let keys =
        [("env.hadoop.conf.dir", "a"), ("env.yarn.conf.dir", "empty")].map(|(k, v)| (k, path(v).display().to_string()));
    let conf = HadoopConf::load(&Sources::new(environment).with_engine(keys)).unwrap();
    let expected = [
        "warning: 1. HADOOP_CONF_DIR=DIR/none (no such directory): create the directory or name another one",
        "info: 2. env.hadoop.conf.dir=DIR/a (core-site.xml)",
        "warning: 3. YARN_CONF_DIR=DIR/b (core-site.xml: found earlier, hdfs-site.xml): if that file is the right \
         one, name its directory in the earlier variable or key",
        "warning: 4. env.yarn.conf.dir=DIR/empty (no site file): name the directory that holds the site files",
        "info: 5. HADOOP_HOME (not set)",
        "warning: site files are taken from DIR/a and from DIR/b: if these are different clusters, name one directory \
         only",
        "warning: there is no yarn-site.xml: the ResourceManager is looked for on this machine; add it to the \
         configuration directory",
    ];
    assert_eq!(said(&conf, Topic::Files, directory.path()), expected);
}

#[test]
fn an_effective_configuration_lacks_no_site_file() {
    let written = settings(&[("fs.defaultFS", "hdfs://nn")]).write_effective().unwrap();
    let directory = directory(&[("e.xml", &written.xml)]);
    let conf = HadoopConf::load(&Sources::effective(directory.path().join("e.xml"))).unwrap();
    assert_eq!(said(&conf, Topic::Files, directory.path()), ["info: 1. the effective configuration=DIR (e.xml)"]);
}

#[test]
fn values_and_notes() {
    let table: [(Values, &[&str]); 6] = [
        (&[], &[]),
        (
            &[("dfs.replication", "three")],
            &["error: the value \"three\" of dfs.replication (from the program) is not a whole number"],
        ),
        (
            &[("dfs.blocksize", "1.5g")],
            &["error: the value \"1.5g\" of dfs.blocksize (from the program) is not a size"],
        ),
        (
            &[("ipc.ping.interval", "soon"), ("ipc.client.ping", "on")],
            &["error: the value \"on\" of ipc.client.ping", "error: the value \"soon\" of ipc.ping.interval"],
        ),
        (&[("a", "${none}")], &["warning: the value of a (from the program) uses ${none}, which nothing sets"]),
        (
            &[("a", "${a}")],
            &["warning: the variables in the value of a (from the program) are left as they stand: they lead back \
                 to themselves"],
        ),
    ];
    for (values, expected) in table {
        assert_begin(&complaints(values, Topic::Values), expected);
    }
    let older = said(&settings(&[("fs.default.name", "hdfs://nn")]), Topic::Values, Path::new("/no/such"));
    assert_eq!(older, ["info: the program sets fs.default.name, an older name of fs.defaultFS: rename it"]);
}

#[test]
fn keys_in_the_wrong_file() {
    let misplaced =
        [("dfs.replication", "2"), ("yarn.acl.enable", "true"), ("fs.trash.interval", "1"), ("dfs.other", "x")];
    let files = [("core-site.xml", &misplaced[..2]), ("hdfs-site.xml", &misplaced[1..]), ("yarn-site.xml", &[])];
    let directory =
        directory(&files.map(|(name, values)| (name, site(values))).each_ref().map(|(n, t)| (*n, t.as_str())));
    let found = said(&load(directory.path()).unwrap(), Topic::Values, directory.path());
    let expected = [
        "warning: DIR/core-site.xml:2 sets dfs.replication, which Hadoop's own tools only see in hdfs-site.xml: \
         move it there",
        "warning: DIR/hdfs-site.xml:2 sets yarn.acl.enable, which Hadoop's own tools only see in yarn-site.xml: \
         move it there",
    ];
    assert_eq!(found, expected);
}

#[test]
fn namenodes() {
    const DEFAULT: (&str, &str) = ("fs.defaultFS", "hdfs://ns");
    const LISTED: (&str, &str) = ("dfs.nameservices", "ns");
    const TWO: (&str, &str) = ("dfs.ha.namenodes.ns", "a,b");
    const A: (&str, &str) = ("dfs.namenode.rpc-address.ns.a", "vm_a:1");
    const PROVIDER: (&str, &str) = ("dfs.client.failover.proxy.provider.ns", "C");
    let table: [(Values, &[&str]); 9] = [
        (&[], &["warning: fs.defaultFS is not set, so file:/// is Hadoop's default file system"]),
        (&[("fs.defaultFS", "s3a://b/")], &[]),
        (&[("fs.defaultFS", "hdfs://nn:9000")], &[]),
        (&[("fs.defaultFS", "hdfs:///")], &["error: \"hdfs:///\" is not the address of an HDFS: it names no NameNode"]),
        (
            &[("fs.defaultFS", "hdfs://vm_v01:9000")],
            &["warning: the host name of NameNode vm_v01:9000, vm_v01, has an underscore"],
        ),
        (&[DEFAULT, LISTED, TWO, A], &["error: dfs.namenode.rpc-address.ns.b is not set: dfs.ha.namenodes.ns lists b"]),
        (
            &[DEFAULT, LISTED, TWO, A, ("dfs.namenode.rpc-address.ns.b", "vm_a:1"), PROVIDER],
            &[
                "warning: the host name of NameNode a, vm_a, has an underscore",
                "warning: the host name of NameNode b, vm_a, has an underscore",
                "warning: a and b have the same address, vm_a:1",
            ],
        ),
        (
            &[DEFAULT, ("dfs.ha.namenodes.ns", "a"), ("dfs.namenode.rpc-address.ns.a", "one:1")],
            &[
                "warning: dfs.ha.namenodes.ns lists one NameNode, one:1",
                "warning: dfs.client.failover.proxy.provider.ns is not set",
                "warning: dfs.nameservices does not list ns",
            ],
        ),
        (
            &[DEFAULT, ("dfs.nameservices", "ns,x"), TWO, A, ("dfs.namenode.rpc-address.ns.b", "two:1"), PROVIDER],
            &[
                "warning: the host name of NameNode a, vm_a, has an underscore",
                "warning: dfs.namenode.rpc-address.x is not set",
            ],
        ),
    ];
    for (values, expected) in table {
        assert_begin(&complaints(values, Topic::Hdfs), expected);
    }
}

#[test]
fn resource_managers() {
    const HA: (&str, &str) = ("yarn.resourcemanager.ha.enabled", "true");
    const IDS: (&str, &str) = ("yarn.resourcemanager.ha.rm-ids", "rm1,rm2");
    const HOST: (&str, &str) = ("yarn.resourcemanager.hostname", "rm");
    let table: [(Values, &[&str]); 7] = [
        (&[HOST], &[]),
        (&[], &["warning: the ResourceManager is at 0.0.0.0"]),
        (&[HA], &["error: yarn.resourcemanager.ha.rm-ids is not set"]),
        (&[HOST, IDS], &["warning: yarn.resourcemanager.ha.rm-ids lists ResourceManagers, but"]),
        (
            &[HA, IDS, ("yarn.resourcemanager.hostname.rm1", "vm_1"), ("yarn.resourcemanager.hostname.rm2", "vm_1")],
            &[
                "warning: the host name of ResourceManager rm1, vm_1, has an underscore",
                "warning: the host name of ResourceManager rm2, vm_1, has an underscore",
                "warning: ResourceManager rm1 and ResourceManager rm2 have the same address, vm_1:8032",
            ],
        ),
        (
            &[HOST, ("yarn.resourcemanager.am.max-attempts", "1")],
            &["warning: yarn.resourcemanager.am.max-attempts is 1"],
        ),
        (
            &[HOST, ("yarn.resourcemanager.ha.enabled", "on")],
            &["error: the value \"on\" of yarn.resourcemanager.ha.enabled"],
        ),
    ];
    for (values, expected) in table {
        assert_begin(&complaints(values, Topic::Yarn), expected);
    }
    let logs = said(&settings(&[HOST, ("yarn.log-aggregation-enable", "true")]), Topic::Yarn, Path::new("/no/such"));
    assert_eq!(logs.last().map(String::as_str), Some("info: logs of finished containers are collected in /tmp/logs"));
}

#[test]
fn security() {
    const KERBEROS: (&str, &str) = ("hadoop.security.authentication", "kerberos");
    const NAMENODE: (&str, &str) = ("dfs.namenode.kerberos.principal", "hdfs/_HOST@R");
    const MANAGER: (&str, &str) = ("yarn.resourcemanager.principal", "yarn/_HOST@R");
    const ENCRYPT: (&str, &str) = ("dfs.encrypt.data.transfer", "true");
    let table: [(Values, &[&str]); 8] = [
        (
            &[],
            &[
                "info: no proof of identity",
                "info: calls are protected by authentication",
                "info: data to and from DataNodes is not",
            ],
        ),
        (&[KERBEROS, NAMENODE, MANAGER], &["info: Kerberos is asked for", "info: calls", "info: data"]),
        (
            &[KERBEROS, ("ipc.client.fallback-to-simple-auth-allowed", "true")],
            &[
                "info: Kerberos is asked for",
                "warning: dfs.namenode.kerberos.principal is not set",
                "warning: yarn.resourcemanager.principal is not set",
                "warning: ipc.client.fallback-to-simple-auth-allowed is true",
                "info: calls",
                "info: data",
            ],
        ),
        (
            &[("hadoop.rpc.protection", "privacy,integrity"), ("dfs.data.transfer.protection", "integrity")],
            &[
                "info: no",
                "info: calls are protected by privacy or integrity (hadoop",
                "info: data to and from DataNodes is protected by integrity",
            ],
        ),
        (
            &[
                ("dfs.data.transfer.protection", "privacy"),
                ("dfs.encrypt.data.transfer.cipher.suites", "AES/CTR/NoPadding"),
            ],
            &["info: no", "info: calls", "info: data to and from DataNodes is protected by privacy"],
        ),
        (
            &[("dfs.data.transfer.protection", "privacy")],
            &["info: no", "info: calls", "info: data", "warning: data is encrypted with an old"],
        ),
        (
            &[ENCRYPT],
            &[
                "info: no",
                "info: calls",
                "info: data to and from DataNodes is encrypted",
                "warning: data is encrypted with an old",
            ],
        ),
        (
            &[
                ("hadoop.security.authentication", "x"),
                ("hadoop.rpc.protection", "y"),
                ("dfs.data.transfer.protection", "z"),
            ],
            &["error: the value \"x\"", "error: the value \"y\"", "error: the value \"z\""],
        ),
    ];
    for (values, expected) in table {
        let found = said(&settings(values), Topic::Security, Path::new("/no/such"));
        assert_begin(&found, expected);
    }
}
