//! Files that include others, and the bounds.

use super::{MAX_BYTES, Reader};
use crate::test_files::{directory, site};
use crate::{HadoopConfError, Note, Origin};
use std::path::Path;

/// The properties of `core-site.xml` as `name=value`.
fn read(directory: &Path) -> Result<Vec<String>, HadoopConfError> {
    let site = Reader::default().read(&directory.join("core-site.xml"))?;
    Ok(site.properties.iter().map(|p| format!("{}={}", p.name, p.value.as_deref().unwrap_or("-"))).collect())
}

/// A file that has a property before and after what `inside` says.
fn around(inside: &str) -> String {
    format!(
        "<configuration>\n<property name='a' value='1'/>\n{inside}\n<property name='z' value='26'/></configuration>"
    )
}

#[test]
fn includes_are_put_in_their_place() {
    let with_fallback = |href: &str, fallback: &str| {
        around(&format!("<xi:include href='{href}'><xi:fallback>{fallback}</xi:fallback></xi:include>"))
    };
    let instead = "<property name='f' value='6'/>";
    let table: [(String, &[&str]); 7] = [
        (around("<xi:include href='other.xml'/>"), &["a=1", "o=15", "z=26"]),
        (around("<xi:include href='sub/deep.xml'/>"), &["a=1", "d=4", "o=15", "z=26"]),
        (around("<xi:include href='file:sub/../other.xml'/>"), &["a=1", "o=15", "z=26"]),
        (with_fallback("other.xml", instead), &["a=1", "o=15", "z=26"]),
        (with_fallback("none.xml", instead), &["a=1", "f=6", "z=26"]),
        (with_fallback("none.xml", ""), &["a=1", "z=26"]),
        (with_fallback("none.xml", "<xi:include href='other.xml'/>"), &["a=1", "o=15", "z=26"]),
    ];
    for (core, expected) in table {
        let directory = directory(&[
            ("core-site.xml", &core),
            ("other.xml", &site(&[("o", "15")])),
            (
                "sub/deep.xml",
                "<configuration><property name='d' value='4'/><include href='../other.xml'/></configuration>",
            ),
        ]);
        assert_eq!(read(directory.path()).unwrap(), expected, "{core}");
    }
}

#[test]
fn an_absolute_path_is_included() {
    let elsewhere = directory(&[("x.xml", &site(&[("x", "24")]))]);
    for scheme in ["", "file:", "file://"] {
        let href = format!("{scheme}{}", elsewhere.path().join("x.xml").display());
        let directory = directory(&[("core-site.xml", &around(&format!("<include href='{href}'/>")))]);
        assert_eq!(read(directory.path()).unwrap(), ["a=1", "x=24", "z=26"], "{href}");
    }
}

#[test]
fn what_is_included_says_where_it_stands() {
    let directory = directory(&[
        ("core-site.xml", &around("<include href='other.xml'/>")),
        ("other.xml", "<configuration>\n\n<property name='o' value='15'/><property/></configuration>"),
    ]);
    let mut reader = Reader::default();
    let site = reader.read(&directory.path().join("core-site.xml")).unwrap();
    let origins: Vec<String> = site.properties.iter().map(|p| p.origin.to_string()).collect();
    let at = |name: &str, line| format!("{}:{line}", directory.path().join(name).display());
    assert_eq!(origins, [at("core-site.xml", 2), at("other.xml", 3), at("core-site.xml", 4)]);
    let origin = Origin::File { path: directory.path().join("other.xml"), line: 3 };
    assert_eq!(reader.notes, [Note::NoName { origin }]);
}

#[test]
fn mistakes() {
    let many = "<include href='empty.xml'/>".repeat(300);
    let table = [
        ("<include href='none.xml'/>", "line 3: cannot include ", "none.xml: No such file"),
        ("<include href='sub'/>", "line 3: cannot include ", "it is not a regular file"),
        ("<include href='http://host/x.xml'/>", "line 3: cannot include \"http://host/x.xml\"", "copy it beside"),
        ("<include href='core-site.xml'/>", "line 3: \"core-site.xml\" is included", "does a file include itself?"),
        ("<include href='one.xml'/>", "\"two.xml\" is included", "does a file include itself?"),
        ("<include href='bad.xml'><fallback/></include>", "bad.xml: line 2: ", "expected `</value>`"),
        (&many, "line 3: \"empty.xml\" is included", "more than 256"),
    ];
    for (inside, begins, contains) in table {
        let directory = directory(&[
            ("core-site.xml", &around(inside)),
            ("sub/x.xml", ""),
            ("empty.xml", "<configuration/>"),
            ("one.xml", "<configuration><include href='two.xml'/></configuration>"),
            ("two.xml", "<configuration><include href='two.xml'/></configuration>"),
            ("bad.xml", "<configuration>\n<property><value></property></configuration>"),
        ]);
        let error = read(directory.path()).unwrap_err().to_string();
        assert!(error.starts_with("cannot read the Hadoop configuration file "), "{error}");
        assert!(error.contains(begins) && error.contains(contains), "{inside:.60}: {error}");
    }
}

#[test]
fn files_that_are_no_text() {
    let read = |bytes: &[u8]| {
        let directory = directory(&[]);
        std::fs::write(directory.path().join("core-site.xml"), bytes).unwrap();
        read(directory.path()).map_err(|error| error.to_string())
    };
    assert_eq!(read(b"\xef\xbb\xbf<configuration/>"), Ok(vec![]));
    let error = read(b"<configuration>\n\n<!-- \xb9\xfa --></configuration>").unwrap_err();
    assert!(error.ends_with("line 3: bytes that are not UTF-8: save the file as UTF-8"), "{error}");
}

#[test]
fn what_is_no_file_is_not_opened() {
    let directory = directory(&[("core-site.xml/inside", "")]);
    let error = read(directory.path()).unwrap_err();
    assert!(matches!(&error, HadoopConfError::Unreadable { .. }), "{error}");
    assert!(error.to_string().contains("it is not a regular file"), "{error}");
}

#[test]
fn all_files_together_have_a_limit() {
    let comment = "x".repeat(usize::try_from(MAX_BYTES / 2).unwrap());
    let half = format!("<configuration><!--{comment}--></configuration>");
    let directory = directory(&[
        ("core-site.xml", "<configuration><include href='half.xml'/><include href='half.xml'/></configuration>"),
        ("half.xml", &half),
    ]);
    match read(directory.path()) {
        Err(HadoopConfError::TooLarge { path, limit: MAX_BYTES }) => assert!(path.ends_with("half.xml")),
        other => panic!("{other:?}"),
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_give_an_answer(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let directory = directory(&[]);
        std::fs::write(directory.path().join("core-site.xml"), &bytes).unwrap();
        let _ = read(directory.path());
    }
}
