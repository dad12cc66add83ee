use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

use proptest::prelude::*;

use super::*;

fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

#[test]
fn reads_scheme_authority_and_path() {
    for (text, scheme, authority, inside, shown) in [
        ("/a/b", None, "", "/a/b", "/a/b"),
        ("/", None, "", "/", "/"),
        ("//a//b/", None, "", "/a/b", "/a/b"),
        ("/a/./b/../c", None, "", "/a/c", "/a/c"),
        ("/../..", None, "", "/", "/"),
        ("/a:/b", None, "", "/a:/b", "/a:/b"),
        ("file:///a", Some("file"), "", "/a", "file:///a"),
        ("file:/a", Some("file"), "", "/a", "file:///a"),
        ("FILE:///a", Some("file"), "", "/a", "file:///a"),
        ("hdfs://nn:8020/a b/%20", Some("hdfs"), "nn:8020", "/a b/%20", "hdfs://nn:8020/a b/%20"),
        ("hdfs://nn", Some("hdfs"), "nn", "/", "hdfs://nn/"),
        ("s3+x.y-z://b/k", Some("s3+x.y-z"), "b", "/k", "s3+x.y-z://b/k"),
    ] {
        let path = path(text);
        assert_eq!((path.scheme(), path.authority(), path.path()), (scheme, authority, inside), "{text}");
        assert_eq!(path.to_string(), shown);
    }
}

#[test]
fn refuses_what_is_no_absolute_path() {
    for (text, reason) in [
        ("", "it is empty"),
        ("a/b", "it is relative"),
        ("a:b", "it is relative"),
        ("1a:/b", "it is relative"),
        ("/a\0b", "NUL"),
    ] {
        let error = Path::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn resolves_relative_texts_against_a_base() {
    let base = path("hdfs://nn/user/etl");
    for (text, expected) in [
        ("in", "hdfs://nn/user/etl/in"),
        ("../x/./y", "hdfs://nn/user/x/y"),
        (".", "hdfs://nn/user/etl"),
        ("12:30.txt", "hdfs://nn/user/etl/12:30.txt"),
        ("/tmp", "/tmp"),
        ("file:///tmp", "file:///tmp"),
    ] {
        assert_eq!(Path::resolve(text, &base).unwrap().to_string(), expected);
    }
    assert!(Path::resolve("", &base).is_err());
}

#[test]
fn walks_up_and_down() {
    let file = path("hdfs://nn/a/b");
    assert_eq!(file.file_name(), Some("b"));
    assert_eq!(file.parent(), Some(path("hdfs://nn/a")));
    assert_eq!(path("/a").parent(), Some(path("/")));
    assert_eq!((path("/").parent(), path("/").file_name()), (None, None));
    assert_eq!(path("/").join("a"), path("/a"));
    assert_eq!(file.join("/c/"), path("hdfs://nn/a/b/c"));
    assert_eq!(file.join("../../../c"), path("hdfs://nn/c"));
}

#[test]
fn knows_what_lies_below() {
    for (ancestor, below) in
        [("/a", true), ("/", true), ("/a/b", true), ("/a/b/c", false), ("/a/bc", false), ("/aa", false)]
    {
        assert_eq!(path("/a/b").starts_with(&path(ancestor)), below, "{ancestor}");
    }
    assert!(!path("/a/bc").starts_with(&path("/a/b")));
    assert!(!path("file:///a/b").starts_with(&path("/a")));
}

#[test]
fn refuses_a_local_name_that_is_not_utf8_and_says_which() {
    let name = std::path::Path::new(OsStr::from_bytes(b"/data/caf\xe9.txt"));
    let error = Path::from_local(name).unwrap_err().to_string();
    assert_eq!(error, "\"/data/caf\u{fffd}.txt\" cannot be used as a path: it is not valid UTF-8: rename it");
    assert!(Path::from_local(std::path::Path::new("a")).is_err());
    assert_eq!(Path::from_local(std::path::Path::new("/a")).unwrap(), path("file:///a"));
}

proptest! {
    #[test]
    fn what_is_shown_reads_as_the_same_path(text in "(file:|hdfs://nn|hdfs://)?(/[a:. é%-]{0,4}){1,5}") {
        let first = Path::parse(&text).unwrap();
        prop_assert_eq!(Path::parse(&first.to_string()).unwrap(), first.clone());
        prop_assert!(first.parent().is_none_or(|parent| first.starts_with(&parent)));
    }
}
