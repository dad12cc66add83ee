//! Where the configuration files are.

use std::path::{Path, PathBuf};

/// Variables that name the directory, the first that is set.
const VARIABLES: [&str; 2] = ["WEFT_CONF_DIR", "FLINK_CONF_DIR"];
/// What makes a directory one of configuration.
const FILES: [&str; 2] = ["config.yaml", "flink-conf.yaml"];

/// The directory that was given, or the first that is there; one that is named and has no configuration is an error when it is read.
pub(super) fn find(given: Option<&Path>) -> Option<PathBuf> {
    let named = || VARIABLES.iter().find_map(|name| std::env::var_os(name).filter(|value| !value.is_empty()));
    given.map(Path::to_owned).or_else(|| named().map(PathBuf::from)).or_else(beside_this_command)
}

/// `../conf` of an unpacked distribution.
fn beside_this_command() -> Option<PathBuf> {
    let directory = std::env::current_exe().ok()?.parent()?.parent()?.join("conf");
    FILES.iter().any(|file| directory.join(file).is_file()).then_some(directory)
}
