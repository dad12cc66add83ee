//! What a program links: nothing of a cluster's control plane.

use super::workspace_root;
use std::process::Command;

/// Crates that a program must not bring along, by their names up to a hyphen or the end.
const NONE_OF: [&str; 11] =
    ["weft-yarn", "weft-rest", "weft-cli", "weft-ha", "zookeeper", "axum", "hyper", "tonic", "h2", "object", "reqwest"];

/// The crates that `cargo` finds below the package `weft`, without dev-dependencies.
fn crates_of_a_program() -> Vec<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(workspace_root());
    let tree = tree.args(["tree", "--locked", "-p", "weft", "-e", "normal", "--prefix", "none", "-f", "{p}"]);
    let output = tree.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn a_program_links_nothing_of_the_control_plane() {
    let crates = crates_of_a_program();
    assert!(crates.iter().any(|name| name == "weft-runtime"), "this is no program: {crates:?}");
    let is_of =
        |name: &str, none: &str| name.strip_prefix(none).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let found: Vec<_> = crates.iter().filter(|name| NONE_OF.iter().any(|none| is_of(name, none))).collect();
    assert!(found.is_empty(), "a program would link {found:?}");
}
