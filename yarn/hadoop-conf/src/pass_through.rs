//! Keys of the engine's configuration that are meant for Hadoop.

use std::collections::BTreeMap;

/// Prefixes, and what takes their place; a later one beats an earlier one.
const PREFIXES: [(&str, &str); 4] =
    [("flink.hadoop.", ""), ("flink.yarn.", "yarn."), ("weft.hadoop.", ""), ("weft.yarn.", "yarn.")];

/// A key that is passed through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Passed<'a> {
    /// As it is in Hadoop.
    pub(crate) hadoop_key: String,
    pub(crate) value: &'a str,
    /// As it is in the engine's configuration.
    pub(crate) engine_key: &'a str,
}

/// What `engine` passes through, in the order in which it is to be applied.
pub(crate) fn passed(engine: &BTreeMap<String, String>) -> Vec<Passed<'_>> {
    PREFIXES.iter().flat_map(|(prefix, replacement)| of_prefix(engine, prefix, replacement)).collect()
}

fn of_prefix<'a>(engine: &'a BTreeMap<String, String>, prefix: &str, replacement: &str) -> Vec<Passed<'a>> {
    let rest_of = |key: &'a str| key.strip_prefix(prefix).filter(|rest| !rest.is_empty());
    let pass = |(key, value): (&'a String, &'a String)| {
        let hadoop_key = format!("{replacement}{}", rest_of(key)?);
        Some(Passed { hadoop_key, value, engine_key: key })
    };
    engine.iter().filter_map(pass).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes() {
        let table: [(&str, Option<&str>); 9] = [
            ("weft.hadoop.dfs.replication", Some("dfs.replication")),
            ("flink.hadoop.dfs.replication", Some("dfs.replication")),
            ("weft.yarn.acl.enable", Some("yarn.acl.enable")),
            ("flink.yarn.acl.enable", Some("yarn.acl.enable")),
            ("weft.hadoop.yarn.acl.enable", Some("yarn.acl.enable")),
            ("weft.hadoop.", None),
            ("weft.hadoop", None),
            ("yarn.application.queue", None),
            ("dfs.replication", None),
        ];
        for (key, expected) in table {
            let engine = BTreeMap::from([(key.to_owned(), "v".to_owned())]);
            let found = passed(&engine);
            assert_eq!(found.first().map(|passed| passed.hadoop_key.as_str()), expected, "{key}");
            assert!(found.iter().all(|passed| passed.engine_key == key && passed.value == "v"));
        }
    }

    #[test]
    fn the_engines_own_prefix_comes_last() {
        let keys = ["weft.hadoop.k", "flink.hadoop.k", "weft.yarn.k", "flink.yarn.k"];
        let engine = keys.map(|key| (key.to_owned(), String::new())).into_iter().collect();
        let order: Vec<&str> = passed(&engine).iter().map(|passed| passed.engine_key).collect();
        assert_eq!(order, ["flink.hadoop.k", "flink.yarn.k", "weft.hadoop.k", "weft.yarn.k"]);
    }
}
