//! The layer rule, checked against the workspace as it is.
//!
//! Dependencies point down: a crate uses crates of lower layers, and of its own layer only where [`rules::SIDEWAYS`]
//! says so. The rule holds for normal and build dependencies, optional ones included. For dev-dependencies it is
//! milder: they may point down or to any crate of the same layer, because a neighbour in a unit test ties no shipped
//! code together; they may not point up, because then a crate's unit tests would wait for the build of everything
//! above it.
//!
//! Three rules go with it: the command line stops at L4, the decisions of L0 have no clock, entropy or I/O to reach
//! for, and a version stands once, in the workspace's table. A crate that is in no layer is refused.

mod check;
mod check_test;
mod manifest;
mod manifest_test;
mod metadata;
mod program_tree;
mod rules;

use metadata::Metadata;
use std::path::{Path, PathBuf};

fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn dependencies_point_down() {
    let metadata = Metadata::of_workspace(&workspace_root());
    let found = check::violations(&metadata);
    assert!(found.is_empty(), "{} dependencies break the layer rule:\n  {}", found.len(), found.join("\n  "));
}

#[test]
fn versions_stand_once() {
    let metadata = Metadata::of_workspace(&workspace_root());
    let found: Vec<_> = metadata.packages.iter().flat_map(|p| manifest::violations(&p.name, &p.manifest())).collect();
    assert!(found.is_empty(), "{} entries do not use the workspace's tables:\n  {}", found.len(), found.join("\n  "));
}
