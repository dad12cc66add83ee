//! The golden rows that tests compare with: the crate's own, and another directory's when `WEFT_GOLDEN` names one.

use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// The rows of `file`, from `testdata/` and from the directory that `WEFT_GOLDEN` names, if that has such a file.
pub(crate) fn rows(file: &str) -> Vec<Value> {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(file);
    let other = std::env::var_os("WEFT_GOLDEN").map(|dir| PathBuf::from(dir).join(file)).filter(|path| path.exists());
    [Some(own), other].into_iter().flatten().flat_map(read).collect()
}

fn read(path: PathBuf) -> Vec<Value> {
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("cannot read {}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{} is not a list of rows: {e}", path.display()))
}
