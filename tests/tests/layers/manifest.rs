//! The rule that a version stands once, applied to a Cargo.toml. Metadata cannot tell: there the workspace's table is
//! already filled in.

use toml::{Table, Value};

const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Every dependency that does not come from the workspace's table, and a missing `lints.workspace`, as sentences.
pub(crate) fn violations(package: &str, manifest: &str) -> Vec<String> {
    let manifest: Table = manifest.parse().expect("cargo has read this manifest");
    let lints = (!inherited(manifest.get("lints"))).then(|| format!("{package}: lints.workspace = true is missing"));
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flatten();
    let tables = targets.filter_map(|(_, target)| target.as_table()).chain([&manifest]);
    tables.flat_map(|table| of_table(package, table)).chain(lints).collect()
}

fn of_table(package: &str, table: &Table) -> Vec<String> {
    let sections = SECTIONS.iter().filter_map(|section| Some((section, table.get(*section)?.as_table()?)));
    let entries =
        sections.flat_map(|(section, entries)| entries.iter().map(move |(name, entry)| (section, name, entry)));
    let own = entries.filter(|(_, _, entry)| !inherited(Some(entry)));
    own.map(|(section, name, _)| format!("{package}: {section}.{name} does not say workspace = true")).collect()
}

fn inherited(entry: Option<&Value>) -> bool {
    entry.and_then(|entry| entry.get("workspace")).and_then(Value::as_bool) == Some(true)
}
