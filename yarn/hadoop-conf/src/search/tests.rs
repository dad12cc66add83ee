//! Tables of what is named, and what is then found where.

use crate::test_files::{directory, site};
use crate::{Environment, HadoopConf, Place, Sources};

/// The value that each file has for its own key, as `directory/file`.
fn conf_directories() -> tempfile::TempDir {
    let all = ["core-site.xml", "hdfs-site.xml", "yarn-site.xml"];
    let held = [("a", &all[..]), ("b", &all[..2]), ("c", &all[2..]), ("home/etc/hadoop", &all[..]), ("empty", &[])];
    let files: Vec<(String, String)> = held
        .iter()
        .flat_map(|(directory, names)| names.iter().map(move |name| format!("{directory}/{name}")))
        .map(|path| (path.clone(), site(&[(path.rsplit('/').next().unwrap(), &path)])))
        .chain([("empty/log4j.properties".to_owned(), String::new())])
        .collect();
    directory(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>())
}

#[test]
fn the_order_of_search() {
    let root = conf_directories();
    let (a, b, c) = ("a", "b", "c");
    // HADOOP_CONF_DIR, env.hadoop.conf.dir, YARN_CONF_DIR, env.yarn.conf.dir, HADOOP_HOME; then core, hdfs and yarn.
    let table = [
        ([a, b, c, c, "home"], [a, a, a]),
        ([b, a, c, "", "home"], [b, b, a]),
        ([b, "", c, a, ""], [b, b, c]),
        ([b, "", "", c, "home"], [b, b, c]),
        (["", b, c, "", "home"], [b, b, c]),
        (["", "", c, b, "home"], [b, b, c]),
        (["", "", "", "", "home"], ["home/etc/hadoop"; 3]),
        (["none", "", "", "", "home"], ["", "", ""]),
        (["empty", a, "", "", ""], [a, a, a]),
        ([b, "", "", "", "home"], [b, b, ""]),
        ([""; 5], [""; 3]),
    ];
    for (named, expected) in table {
        let path =
            |name: &str| if name.is_empty() { String::new() } else { root.path().join(name).display().to_string() };
        let [hadoop, hadoop_key, yarn, yarn_key, home] = named.map(path);
        let environment =
            Environment::empty().with("HADOOP_CONF_DIR", hadoop).with("YARN_CONF_DIR", yarn).with("HADOOP_HOME", home);
        let keys = [("env.hadoop.conf.dir", hadoop_key), ("env.yarn.conf.dir", yarn_key)];
        let conf = HadoopConf::load(&Sources::new(environment).with_engine(keys)).unwrap();
        let found = ["core-site.xml", "hdfs-site.xml", "yarn-site.xml"]
            .map(|name| conf.get(name).map(|path| path.strip_suffix(&format!("/{name}")).unwrap()).unwrap_or_default());
        assert_eq!(found, expected, "{named:?}");
        assert_eq!(conf.require_found().is_ok(), expected != [""; 3], "{named:?}");
    }
}

#[test]
fn it_says_where_it_looked() {
    let root = conf_directories();
    let path = |name: &str| root.path().join(name);
    let environment = Environment::empty()
        .with("HADOOP_CONF_DIR", path("b"))
        .with("YARN_CONF_DIR", path("a"))
        .with("HADOOP_HOME", path("home"));
    let keys = [("env.yarn.conf.dir", path("none").display().to_string())];
    let conf = HadoopConf::load(&Sources::new(environment).with_engine(keys)).unwrap();
    let said: Vec<String> = conf.where_it_looked().iter().map(Place::to_string).collect();
    let expected = [
        format!("HADOOP_CONF_DIR={} (core-site.xml, hdfs-site.xml)", path("b").display()),
        "env.hadoop.conf.dir (not set)".to_owned(),
        format!(
            "YARN_CONF_DIR={} (core-site.xml: found earlier, hdfs-site.xml: found earlier, yarn-site.xml)",
            path("a").display()
        ),
        format!("env.yarn.conf.dir={} (no such directory)", path("none").display()),
        format!("HADOOP_HOME={} (set aside: a directory is named explicitly)", path("home/etc/hadoop").display()),
    ];
    assert_eq!(said, expected);
}

#[test]
fn nothing_found_says_where_it_looked() {
    let conf = HadoopConf::load(&Sources::new(Environment::empty().with("YARN_CONF_DIR", "/none"))).unwrap();
    let expected = "found no Hadoop configuration: looked for core-site.xml, hdfs-site.xml and yarn-site.xml in \
                    HADOOP_CONF_DIR (not set); env.hadoop.conf.dir (not set); YARN_CONF_DIR=/none (no such directory); \
                    env.yarn.conf.dir (not set); HADOOP_HOME (not set): set HADOOP_CONF_DIR to the \
                    directory that holds them";
    assert_eq!(conf.require_found().unwrap_err().to_string(), expected);
}
