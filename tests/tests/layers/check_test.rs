//! The rule on made-up metadata: what it lets through and what it finds.

use super::check::violations;
use super::metadata::Metadata;
use serde_json::{Value, json};

/// A workspace of the packages named by its edges; each is (from, to, kind).
fn found(edges: &[(&str, &str, Option<&str>)]) -> Vec<String> {
    let members = edges.iter().flat_map(|(from, to, _)| [*from, *to]).filter(|name| name.starts_with("weft"));
    let mut members: Vec<_> = members.collect();
    members.sort_unstable();
    members.dedup();
    let package = |member: &&str| {
        let own = edges.iter().filter(|(from, ..)| from == member);
        let dependencies: Vec<Value> = own.map(|(_, to, kind)| json!({"name": to, "kind": kind, "req": "*"})).collect();
        json!({"name": member, "manifest_path": "Cargo.toml", "dependencies": dependencies})
    };
    let packages: Vec<Value> = members.iter().map(package).collect();
    violations(&Metadata::parse(&json!({"packages": packages}).to_string()))
}

#[test]
fn edges_that_are_allowed() {
    let allowed = [
        ("weft-runtime", "weft-exchange", None),
        ("weft", "weft-common", None),
        ("weft-tests", "weft", Some("dev")),
        ("weft-bench", "weft", None),
        ("weft-control", "weft-graph", None),
        ("weft-record", "weft-record-derive", None),
        ("weft-connectors", "weft-api", None),
        ("weft-cli", "weft-yarn", None),
        ("weft-api", "weft-connectors", Some("dev")),
        ("weft-fs", "tokio", None),
        ("weft-control", "rand", Some("dev")),
        ("weft-jobmanager", "clap", None),
        ("weft-common", "serde", None),
    ];
    for edge in allowed {
        assert_eq!(found(&[edge]), [""; 0], "{edge:?}");
    }
}

#[test]
fn edges_that_are_refused() {
    let up = "that points up";
    let sideways = "that points sideways";
    let refused = [
        ("weft-common", "weft-record", None, sideways),
        ("weft-graph", "weft-control", None, sideways),
        ("weft-runtime", "weft-api", None, up),
        ("weft-runtime", "weft-api", Some("build"), up),
        ("weft-runtime", "weft-api", Some("dev"), up),
        ("weft-exchange", "weft-state", None, sideways),
        ("weft-api", "weft-connectors", None, sideways),
        ("weft", "weft-cli", None, sideways),
        ("weft", "weft-bench", Some("dev"), up),
        ("weft-runtime", "clap", None, "in L4 or above"),
        ("weft-common", "clap", Some("build"), "in L4 or above"),
        ("weft-control", "tokio", None, "make it an argument"),
        ("weft-common", "rand", None, "make it an argument"),
        ("weft-graph", "getrandom", Some("build"), "make it an argument"),
    ];
    for (from, to, kind, reason) in refused {
        let found = found(&[(from, to, kind)]);
        assert!(
            matches!(&found[..], [one] if one.starts_with(from) && one.contains(to) && one.ends_with(reason)),
            "{found:?}"
        );
    }
}

#[test]
fn a_bad_edge_is_found_among_good_ones() {
    let found = found(&[
        ("weft-runtime", "weft-exchange", None),
        ("weft-exchange", "weft-record", None),
        ("weft-record", "weft-runtime", None),
        ("weft-record", "weft-common", None),
    ]);
    assert_eq!(found, ["weft-record (L0) depends on weft-runtime (L2): that points up"]);
}

#[test]
fn a_crate_in_no_layer_is_refused() {
    let found = found(&[("weft-novelty", "weft-common", None)]);
    assert_eq!(found, ["weft-novelty is in no layer: give it one in tests/tests/layers/rules.rs"]);
}
