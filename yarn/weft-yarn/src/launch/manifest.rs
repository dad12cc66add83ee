//! The files of a cluster's containers, written down, so that an ApplicationMaster can start workers with what its client staged.
//!
//! A line for each, its parts separated by tabs: visibility, `file` or `archive`, length, modification time, path, name.

use std::collections::BTreeMap;

use weft_fs::Path;

use super::{LaunchFile, Visibility};
use crate::DeployError;

/// Files by the name they have in a container.
pub type Files = BTreeMap<String, LaunchFile>;

const VISIBILITIES: [(Visibility, &str); 3] =
    [(Visibility::User, "user"), (Visibility::Public, "public"), (Visibility::Application, "application")];

/// Writes files down.
///
/// # Errors
/// [`DeployError::Refused`] for a name or path with a line feed or tab in it.
pub fn write_manifest(files: &Files) -> Result<String, DeployError> {
    let mut text = String::new();
    for (name, file) in files {
        let path = file.path.to_string();
        if name.contains(['\n', '\t']) || path.contains(['\n', '\t']) {
            return Err(DeployError::Refused(format!(
                "{path:?} cannot be shipped as {name:?}: rename it without tabs and line feeds"
            )));
        }
        let visibility = VISIBILITIES.iter().find(|(of, _)| *of == file.visibility).map_or("", |(_, word)| word);
        let kind = if file.archive { "archive" } else { "file" };
        text.push_str(&format!("{visibility}\t{kind}\t{}\t{}\t{path}\t{name}\n", file.length, file.modified_ms));
    }
    Ok(text)
}

/// Reads what [`write_manifest`] wrote.
///
/// # Errors
/// [`DeployError::Refused`] names the first line that is none.
pub fn read_manifest(text: &str) -> Result<Files, DeployError> {
    let read = |line: &str| {
        entry(line).ok_or_else(|| {
            DeployError::Refused(format!("the list of staged files has the line {line:?}, which is none: submit again"))
        })
    };
    text.lines().map(read).collect()
}

fn entry(line: &str) -> Option<(String, LaunchFile)> {
    let mut parts = line.split('\t');
    let mut next = || parts.next();
    let word = next()?;
    let visibility = VISIBILITIES.iter().find(|(_, of)| *of == word)?.0;
    let archive = match next()? {
        "file" => false,
        "archive" => true,
        _ => return None,
    };
    let (length, modified_ms) = (next()?.parse().ok()?, next()?.parse().ok()?);
    let (path, name) = (Path::parse(next()?).ok()?, next()?.to_owned());
    parts.next().is_none().then_some((name, LaunchFile { path, length, modified_ms, visibility, archive }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, visibility: Visibility, archive: bool) -> LaunchFile {
        LaunchFile { path: Path::parse(path).unwrap(), length: 5, modified_ms: -1, visibility, archive }
    }

    #[test]
    fn a_manifest_comes_back() {
        let files = Files::from([
            ("weft".to_owned(), file("hdfs://ns/user/a b/.weft/cache/x-5", Visibility::User, false)),
            ("lib/x".to_owned(), file("hdfs://nn:9000/x.zip", Visibility::Public, true)),
            ("conf".to_owned(), file("file:///conf", Visibility::Application, false)),
        ]);
        let text = write_manifest(&files).unwrap();
        assert_eq!(text.lines().next(), Some("application\tfile\t5\t-1\tfile:///conf\tconf"));
        assert_eq!(read_manifest(&text).unwrap(), files);
        assert_eq!(read_manifest("").unwrap(), Files::new());
    }

    #[test]
    fn lines_that_are_none() {
        for line in [
            "x",
            "user\tfile\t5\t1\thdfs://ns/x",
            "all\tfile\t5\t1\t/x\tx",
            "user\tfile\t-5\t1\t/x\tx",
            "user\tfile\t5\t1\t/x\tx\ty",
        ] {
            let refused = read_manifest(line).unwrap_err().to_string();
            assert!(refused.contains("which is none"), "{refused}");
        }
        let files = Files::from([("a\nb".to_owned(), file("/x", Visibility::User, false))]);
        assert!(write_manifest(&files).is_err());
    }
}
