use super::*;
use crate::MemoryFileSystem;

fn home() -> Path {
    Path::parse("file:///home/etl").unwrap()
}

fn both() -> FileSystems {
    FileSystems::local().with("Memory", Arc::new(MemoryFileSystem::new()))
}

#[test]
fn resolves_by_scheme_and_default() {
    let with_memory_default = both().with_default_scheme("memory://m/ignored").unwrap();
    for (text, local, memory) in [
        ("/a", "file:///a", "memory://m/a"),
        ("a", "file:///home/etl/a", "file:///home/etl/a"),
        ("file:///a", "file:///a", "file:///a"),
        ("memory://x/a", "memory://x/a", "memory://x/a"),
    ] {
        assert_eq!(both().resolve(text, &home()).unwrap().1.to_string(), local);
        assert_eq!(with_memory_default.resolve(text, &home()).unwrap().1.to_string(), memory);
    }
}

#[test]
fn an_unknown_scheme_is_named_with_those_supported() {
    let error = both().resolve("s3://bucket/key", &home()).err().unwrap();
    assert_eq!(error.to_string(), "no file system for scheme \"s3\" of s3://bucket/key: supported are file, memory");
    assert!(both().with_default_scheme("s3://bucket/").is_err());
    let error = both().with_default_scheme("/data").err().unwrap();
    assert!(error.to_string().contains("fs.default-scheme needs a scheme"), "{error}");
}
