//! Tables of settings and where the ResourceManagers then are.

use super::*;
use crate::test_files::{Values, settings};

fn written(conf: &HadoopConf) -> Result<Vec<String>, String> {
    let one = |manager: &ResourceManagerAddresses| {
        let ResourceManagerAddresses { id, client, scheduler, admin, webapp, webapp_tls } = manager;
        let tls = if *webapp_tls { " tls" } else { "" };
        format!("{}: {client} {scheduler} {admin} {webapp}{tls}", id.as_deref().unwrap_or("-"))
    };
    conf.resource_managers().map(|all| all.iter().map(one).collect()).map_err(|error| error.to_string())
}

const HA: (&str, &str) = ("yarn.resourcemanager.ha.enabled", "true");
const IDS: (&str, &str) = ("yarn.resourcemanager.ha.rm-ids", "rm1,rm2");

#[test]
fn addresses() {
    let host = |host: &str| format!("{host}:8032 {host}:8030 {host}:8033 {host}:8088");
    let table: [(Values, Vec<String>); 7] = [
        (&[], vec![format!("-: {}", host("0.0.0.0"))]),
        (&[("yarn.resourcemanager.hostname", "rm.example")], vec![format!("-: {}", host("rm.example"))]),
        (
            &[
                ("yarn.resourcemanager.hostname", "rm"),
                ("yarn.resourcemanager.scheduler.address", "s:1"),
                ("yarn.resourcemanager.address", "c"),
            ],
            vec!["-: c:8032 s:1 rm:8033 rm:8088".to_owned()],
        ),
        (
            &[("yarn.resourcemanager.hostname", "rm"), ("yarn.http.policy", "HTTPS_ONLY")],
            vec!["-: rm:8032 rm:8030 rm:8033 rm:8090 tls".to_owned()],
        ),
        (
            &[HA, IDS, ("yarn.resourcemanager.hostname.rm1", "one"), ("yarn.resourcemanager.hostname.rm2", "two")],
            vec![format!("rm1: {}", host("one")), format!("rm2: {}", host("two"))],
        ),
        (
            &[
                HA,
                IDS,
                ("yarn.resourcemanager.hostname", "no"),
                ("yarn.resourcemanager.hostname.rm1", "one"),
                ("yarn.resourcemanager.admin.address.rm1", "one:99"),
                ("yarn.resourcemanager.address.rm2", "two:98"),
            ],
            vec![
                "rm1: one:8032 one:8030 one:99 one:8088".to_owned(),
                "rm2: two:98 two:8030 two:8033 two:8088".to_owned(),
            ],
        ),
        // Without high availability the ids mean nothing, as in Hadoop.
        (&[IDS, ("yarn.resourcemanager.hostname", "rm")], vec![format!("-: {}", host("rm"))]),
    ];
    for (values, expected) in table {
        assert_eq!(written(&settings(values)), Ok(expected), "{values:?}");
    }
}

#[test]
fn mistakes() {
    let table: [(Values, &str); 4] = [
        (&[HA], "yarn.resourcemanager.ha.rm-ids is not set: yarn.resourcemanager.ha.enabled is true"),
        (&[HA, IDS], "yarn.resourcemanager.hostname.rm1 is not set: yarn.resourcemanager.ha.rm-ids lists rm1"),
        (
            &[("yarn.resourcemanager.ha.enabled", "yes")],
            "the value \"yes\" of yarn.resourcemanager.ha.enabled (from the program) is not a truth value",
        ),
        (
            &[("yarn.resourcemanager.address", "a:b")],
            "the value \"a:b\" of yarn.resourcemanager.address (from the program) is not an address",
        ),
    ];
    for (values, expected) in table {
        let error = written(&settings(values)).unwrap_err();
        assert!(error.starts_with(expected), "{values:?}: {error}");
    }
}
