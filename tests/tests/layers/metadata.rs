//! What `cargo metadata` says, as far as the rule needs it.

use serde::Deserialize;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    /// The package's own name, also where it is renamed.
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) kind: Option<Kind>,
}

/// What a dependency is for, where it is not a normal one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Build,
    Dev,
}

impl Metadata {
    pub(crate) fn of_workspace(root: &Path) -> Self {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
            .current_dir(root)
            .output()
            .expect("cargo runs: it runs this test");
        assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
        Metadata::parse(&String::from_utf8_lossy(&output.stdout))
    }

    pub(crate) fn parse(json: &str) -> Self {
        serde_json::from_str(json).expect("cargo metadata keeps its format version 1")
    }
}

impl Package {
    /// Its Cargo.toml.
    pub(crate) fn manifest(&self) -> String {
        fs::read_to_string(&self.manifest_path).expect("cargo has just read it")
    }
}
