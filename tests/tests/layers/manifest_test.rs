//! The rule on made-up manifests.

use super::manifest::violations;

const LINTS: &str = "[lints]\nworkspace = true\n";

#[test]
fn entries_that_inherit_pass() {
    let manifest = r#"
        [dependencies]
        serde.workspace = true
        tokio = { workspace = true, features = ["fs"] }
        [dev-dependencies.rand]
        workspace = true
        [target.'cfg(unix)'.dependencies]
        rustix.workspace = true
    "#;
    assert_eq!(violations("weft-x", &format!("{manifest}\n{LINTS}")), [""; 0]);
}

#[test]
fn an_own_version_or_path_is_found_in_every_section() {
    for section in ["dependencies", "dev-dependencies", "build-dependencies", "target.'cfg(unix)'.dependencies"] {
        for entry in ["serde = \"1\"", "serde = { version = \"1\" }", "serde = { path = \"../serde\" }"] {
            let found = violations("weft-x", &format!("[{section}]\n{entry}\n{LINTS}"));
            assert!(
                matches!(&found[..], [one] if one.contains(".serde does not say workspace")),
                "{section} {entry}: {found:?}"
            );
        }
    }
}

#[test]
fn lints_must_be_the_workspaces() {
    assert_eq!(violations("weft-x", "[dependencies]\n"), ["weft-x: lints.workspace = true is missing"]);
}
