//! Tables of addresses and what they lead to.

use super::*;
use crate::test_files::settings;

fn shop() -> HadoopConf {
    settings(&[
        ("fs.defaultFS", "hdfs://test"),
        ("dfs.nameservices", "test, other,flat,broken,empty"),
        ("dfs.ha.namenodes.test", "nn1,nn2,nn3"),
        ("dfs.namenode.rpc-address.test.nn1", "vm_v01:13101"),
        ("dfs.namenode.rpc-address.test.nn2", "vm_v02:13101"),
        ("dfs.namenode.rpc-address.test.nn3", "vm_v03"),
        ("dfs.ha.namenodes.other", "a,b"),
        ("dfs.namenode.rpc-address.other.a", "a.example:9000"),
        ("dfs.namenode.rpc-address.other.b", "b.example:9000"),
        ("dfs.namenode.rpc-address.flat", "flat.example:9000"),
        ("dfs.ha.namenodes.broken", "x"),
        ("dfs.ha.namenodes.wrong", "x"),
        ("dfs.namenode.rpc-address.wrong.x", "h:port"),
    ])
}

/// As `name: id=host:port …`.
fn written(nameservice: &Nameservice) -> String {
    let namenode = |n: &NameNode| format!("{}={}", n.id.as_deref().unwrap_or("-"), n.rpc_address);
    let namenodes: Vec<String> = nameservice.namenodes.iter().map(namenode).collect();
    format!("{}: {}", nameservice.name, namenodes.join(" "))
}

#[test]
fn addresses() {
    let test = "test: nn1=vm_v01:13101 nn2=vm_v02:13101 nn3=vm_v03:8020";
    let table = [
        ("", test),
        ("/user/etl", test),
        ("hdfs:///user/etl", test),
        ("hdfs:/user/etl", test),
        ("test", test),
        ("hdfs://test", test),
        ("HDFS://test/user", test),
        ("hdfs://test:8020/user", test),
        ("hdfs://other/x:y/z", "other: a=a.example:9000 b=b.example:9000"),
        ("hdfs://flat", "flat: -=flat.example:9000"),
        ("hdfs://flat:9001", "flat:9001: -=flat:9001"),
        ("hdfs://host", "host:8020: -=host:8020"),
        ("hdfs://vm_v01:13101/x", "vm_v01:13101: -=vm_v01:13101"),
        ("hdfs://[::1]:9000/x", "[::1]:9000: -=[::1]:9000"),
        ("hdfs://[::1]", "[::1]:8020: -=[::1]:8020"),
        ("host:9000", "host:9000: -=host:9000"),
    ];
    for (address, expected) in table {
        let found = shop().nameservice(address).unwrap_or_else(|error| panic!("{address}: {error}"));
        assert_eq!(written(&found), expected, "{address}");
        assert_eq!(found.is_logical(), found.namenodes.len() > 1, "{address}");
    }
}

#[test]
fn mistakes() {
    let table = [
        (
            "hdfs://test:9000",
            "\"hdfs://test:9000\" is not the address of an HDFS: test is a name service, which has no port: leave out \
             :9000",
        ),
        (
            "s3a://bucket/x",
            "\"s3a://bucket/x\" is not the address of an HDFS: its scheme is s3a: write hdfs://HOST:PORT/",
        ),
        ("file:/x", "\"file:/x\" is not the address of an HDFS: its scheme is file: write hdfs://HOST:PORT/"),
        (
            "hdfs://a b/x",
            "\"a b\" is not the address of an HDFS: what follows hdfs:// is no host and port: write hdfs://HOST:PORT/",
        ),
        (
            "hdfs://broken",
            "dfs.namenode.rpc-address.broken.x is not set: dfs.ha.namenodes.broken lists x; set it in hdfs-site.xml \
             or as weft.hadoop.dfs.namenode.rpc-address.broken.x",
        ),
        (
            "hdfs://empty",
            "dfs.namenode.rpc-address.empty is not set: dfs.nameservices lists empty, and there is no \
             dfs.ha.namenodes.empty either; set it in hdfs-site.xml or as weft.hadoop.dfs.namenode.rpc-address.empty",
        ),
        (
            "hdfs://wrong",
            "the value \"h:port\" of dfs.namenode.rpc-address.wrong.x (from the program) is not an address: write \
             HOST:PORT",
        ),
    ];
    for (address, expected) in table {
        assert_eq!(shop().nameservice(address).unwrap_err().to_string(), expected, "{address}");
    }
}

#[test]
fn without_a_default_file_system_there_is_no_default_name_service() {
    for (default, address) in
        [(None, ""), (None, "/x"), (Some("s3a://b/"), "hdfs:///x"), (Some("hdfs:///"), ""), (Some("file:/"), "")]
    {
        let conf = settings(&default.map(|value| ("fs.defaultFS", value)).into_iter().collect::<Vec<_>>());
        let error = conf.nameservice(address).unwrap_err().to_string();
        let shown = default.unwrap_or("file:///");
        assert!(error.contains(&format!("it names no NameNode, and fs.defaultFS is {shown} (from ")), "{error}");
    }
}

#[test]
fn the_default_file_system_may_be_a_host() {
    let conf = settings(&[("fs.default.name", "hdfs://nn:9000/ignored")]);
    assert_eq!(conf.default_fs(), "hdfs://nn:9000/ignored");
    assert_eq!(written(&conf.nameservice("/x").unwrap()), "nn:9000: -=nn:9000");
}

proptest::proptest! {
    #[test]
    fn any_address_gives_an_answer(address in "(hdfs:)?[/:a-z\\[\\]@]{0,12}|\\PC{0,24}") {
        if let Ok(nameservice) = shop().nameservice(&address) {
            proptest::prop_assert!(!nameservice.namenodes.is_empty());
        }
    }
}
