//! `weft fs` on local files. That HDFS is behind it is the file system's own affair.

use super::rig::{Gave, give, weft};
use std::fs;

#[test]
fn files_are_put_listed_read_moved_and_removed() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let fs_ = |arguments: &[&str]| give(&mut weft(&[&["fs"], arguments].concat()));
    // More than one piece.
    let content = "0123456789abcdef".repeat(100_000);
    fs::write(at("in"), &content).unwrap();

    fs_(&["-mkdir", &at("a/b")]).ended(1);
    fs_(&["-mkdir", "-p", &at("a/b")]).ended(0);
    fs_(&["-put", &at("in"), &format!("file://{}", at("a/b"))]).ended(0);
    assert_eq!(fs::read_to_string(at("a/b/in")).unwrap(), content);
    let listed = fs_(&["-ls", &at("a/b")]).ended(0).stdout;
    assert!(listed.starts_with("-  - 1600000 20") && listed.lines().count() == 1, "{listed}");
    let listed = fs_(&["-ls", "--json", &at("a/b")]).ended(0).stdout;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let file = &listed["files"][0];
    assert_eq!(
        (&file["kind"], &file["bytes"], &file["copies"]),
        (&"file".into(), &1_600_000.into(), &().into()),
        "{listed}"
    );
    assert!(file["path"].as_str().unwrap().ends_with("/a/b/in") && file["modified"].is_i64(), "{listed}");
    assert_eq!(fs_(&["-cat", &at("a/b/in"), &at("a/b/in")]).ended(0).stdout.len(), 2 * content.len());
    let status = fs_(&["-stat", &at("a/b/in")]).ended(0).stdout;
    assert!(status.contains("kind:        file\nbytes:       1600000\n"), "{status}");

    fs_(&["-get", &at("a/b/in"), &at("out")]).ended(0);
    assert_eq!(fs::read_to_string(at("out")).unwrap(), content);
    let sentence = |gave: Gave| {
        assert!(gave.stderr.starts_with("weft: ") && gave.stderr.lines().count() == 1, "{}", gave.stderr);
        gave.stderr
    };
    assert!(sentence(fs_(&["-get", &at("a/b/in"), &at("out")]).ended(1)).contains("out"));
    assert!(sentence(fs_(&["-put", &at("out"), &at("a/b/in")]).ended(2)).contains("-f replaces it"));
    fs::write(at("out"), "new").unwrap();
    fs_(&["-put", "-f", &at("out"), &at("a/b/in")]).ended(0);
    assert_eq!(fs::read_to_string(at("a/b/in")).unwrap(), "new");

    fs_(&["-mv", &at("a/b/in"), &at("a")]).ended(0);
    assert_eq!(fs::read_to_string(at("a/in")).unwrap(), "new");
    assert!(sentence(fs_(&["-rm", &at("a")]).ended(1)).contains("not empty"));
    fs_(&["-rm", "-r", &at("a")]).ended(0);
    assert!(!directory.path().join("a").exists());
    assert!(sentence(fs_(&["-rm", &at("a")]).ended(1)).contains("a"));
    assert!(sentence(fs_(&["-ls", "ftp://host/x"]).ended(1)).contains("ftp"));
}
