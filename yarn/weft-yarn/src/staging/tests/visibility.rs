use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::launch::Visibility;
use weft_fs::LocalFileSystem;

/// A file below two directories: with these modes, from the file up.
async fn seen(modes: [u32; 3]) -> Visibility {
    let directory = tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o755)).tempdir().unwrap();
    let outer = directory.path().join("outer");
    let file = outer.join("inner/file");
    std::fs::create_dir_all(outer.join("inner")).unwrap();
    std::fs::write(&file, "x").unwrap();
    for (path, mode) in [&file, &outer.join("inner"), &outer].into_iter().zip(modes) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let mut publicity = Publicity::new(Arc::new(LocalFileSystem::new()));
    let seen = publicity.visibility(&Path::from_local(&file).unwrap()).await.unwrap();
    // What is remembered is no different.
    assert_eq!(publicity.visibility(&Path::from_local(&file).unwrap()).await.unwrap(), seen);
    // So that it can be removed.
    std::fs::set_permissions(&outer, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(outer.join("inner"), std::fs::Permissions::from_mode(0o755)).unwrap();
    seen
}

#[tokio::test]
async fn everybodys_is_what_everybody_can_reach_and_read() {
    let table = [
        ([0o644, 0o755, 0o755], Visibility::Public),
        ([0o604, 0o701, 0o711], Visibility::Public),
        ([0o640, 0o755, 0o755], Visibility::User),
        ([0o666, 0o750, 0o755], Visibility::User),
        ([0o644, 0o755, 0o700], Visibility::User),
        // Reading a directory is not entering it.
        ([0o644, 0o754, 0o755], Visibility::User),
        ([0o641, 0o755, 0o755], Visibility::User),
    ];
    for (modes, visibility) in table {
        assert_eq!(seen(modes).await, visibility, "{modes:?}");
    }
}

#[tokio::test]
async fn one_directory_that_nobody_enters_hides_all_below() {
    let directory = tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o700)).tempdir().unwrap();
    std::fs::create_dir(directory.path().join("below")).unwrap();
    let mut publicity = Publicity::new(Arc::new(LocalFileSystem::new()));
    for name in ["below/one", "two", "below/three"] {
        let file = directory.path().join(name);
        std::fs::write(&file, "x").unwrap();
        let seen = publicity.visibility(&Path::from_local(&file).unwrap()).await.unwrap();
        assert_eq!(seen, Visibility::User, "{name}");
    }
    let missing = Path::from_local(&directory.path().join("none")).unwrap();
    assert!(publicity.visibility(&missing).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn where_there_are_no_rights_nothing_is_everybodys() {
    let home = Home::new().await;
    let (source, _) = home.source("program", b"x").await;
    let seen = Publicity::new(Arc::new(home.fs.clone())).visibility(&source.path).await.unwrap();
    assert_eq!(seen, Visibility::User);
}
