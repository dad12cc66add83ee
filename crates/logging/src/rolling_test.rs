//! Files on a disk: sizes, numbers, names.

use crate::limits::Limits;
use crate::rolling::RollingFile;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

const LIMITS: Limits = Limits { file: 100, files: 3, total: 10_000, outputs: 10 };

fn contents(directory: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries.map(|e| (e.file_name().into_string().unwrap(), fs::read_to_string(e.path()).unwrap())).collect()
}

fn line(number: u32) -> String {
    format!("{number:039}\n")
}

#[test]
fn files_roll_by_size_and_number() {
    let directory = tempfile::tempdir().unwrap();
    let mut file = RollingFile::open(directory.path(), "weft-a", LIMITS).unwrap();
    let lines: String = (0..9).map(line).collect();
    file.write(lines.as_bytes(), LIMITS).unwrap();
    // Two lines of 40 bytes fit in 100: five files were needed, four are kept.
    let expected = [
        ("weft-a.log", vec![8]),
        ("weft-a.log.1", vec![6, 7]),
        ("weft-a.log.2", vec![4, 5]),
        ("weft-a.log.3", vec![2, 3]),
    ];
    let expected = expected.map(|(name, lines)| (name.to_owned(), lines.into_iter().map(line).collect::<String>()));
    assert_eq!(contents(directory.path()), BTreeMap::from(expected));
}

#[test]
fn fewer_files_are_kept_when_the_settings_say_so() {
    let directory = tempfile::tempdir().unwrap();
    let mut file = RollingFile::open(directory.path(), "weft-a", LIMITS).unwrap();
    (0..8).for_each(|n| file.write(line(n).as_bytes(), LIMITS).unwrap());
    assert_eq!(contents(directory.path()).len(), 4);
    let fewer = Limits { files: 1, ..LIMITS };
    (8..10).for_each(|n| file.write(line(n).as_bytes(), fewer).unwrap());
    assert_eq!(contents(directory.path()).into_keys().collect::<Vec<_>>(), ["weft-a.log", "weft-a.log.1"]);
    let none = Limits { files: 0, ..LIMITS };
    file.write(line(10).as_bytes(), none).unwrap();
    assert_eq!(contents(directory.path()), BTreeMap::from([("weft-a.log".to_owned(), line(10))]));
}

#[test]
fn a_line_longer_than_a_file_has_one_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let mut file = RollingFile::open(directory.path(), "weft-a", LIMITS).unwrap();
    let long = format!("{}\n", "x".repeat(300));
    file.write(format!("{}{long}{}", line(0), line(1)).as_bytes(), LIMITS).unwrap();
    let found = contents(directory.path());
    assert_eq!(found.get("weft-a.log.2"), Some(&line(0)));
    assert_eq!(found.get("weft-a.log.1"), Some(&long));
    assert_eq!(found.get("weft-a.log"), Some(&line(1)));
}

#[test]
fn a_name_that_is_taken_is_numbered_and_one_that_was_left_is_rolled() {
    let directory = tempfile::tempdir().unwrap();
    let open = || RollingFile::open(directory.path(), "weft-a", LIMITS).unwrap();
    let (mut first, mut second) = (open(), open());
    assert_eq!(second.path().file_name().unwrap(), "weft-a-2.log");
    first.write(b"first\n", LIMITS).unwrap();
    second.write(b"second\n", LIMITS).unwrap();
    // The lock goes with the file that is written.
    (0..3).for_each(|n| first.write(line(n).as_bytes(), LIMITS).unwrap());
    assert_eq!(open().path().file_name().unwrap(), "weft-a-3.log");
    drop(first);
    let mut again = open();
    assert_eq!(again.path().file_name().unwrap(), "weft-a.log");
    again.write(b"again\n", LIMITS).unwrap();
    let found = contents(directory.path());
    assert_eq!(found.get("weft-a.log").unwrap(), "again\n");
    assert_eq!(found.get("weft-a.log.1").unwrap(), &line(2));
    assert_eq!(found.get("weft-a-2.log").unwrap(), "second\n");
}

#[test]
fn the_directory_stays_below_its_size() {
    let directory = tempfile::tempdir().unwrap();
    let other = directory.path().join("other.log");
    fs::write(&other, "z".repeat(500)).unwrap();
    let dead = directory.path().join("weft-dead.log");
    fs::write(&dead, "d".repeat(90)).unwrap();
    let past = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    fs::File::options().append(true).open(&dead).unwrap().set_modified(past).unwrap();
    let limits = Limits { file: 100, files: 100, total: 300, outputs: 10 };
    let mut living = RollingFile::open(directory.path(), "weft-living", limits).unwrap();
    living.write(line(0).as_bytes(), limits).unwrap();
    let mut file = RollingFile::open(directory.path(), "weft-a", limits).unwrap();
    for number in 0..20 {
        file.write(line(number).as_bytes(), limits).unwrap();
        let size: usize = contents(directory.path())
            .iter()
            .filter(|(name, _)| name.starts_with("weft-"))
            .map(|(_, text)| text.len())
            .sum();
        assert!(size <= 300 + 100, "{size} bytes of logs");
    }
    let found = contents(directory.path());
    assert!(!found.contains_key("weft-dead.log"), "the oldest goes first");
    assert_eq!(found.get("weft-living.log"), Some(&line(0)), "what is written stays");
    assert_eq!(found.get("other.log").map(String::len), Some(500), "what is not ours stays");
    assert_eq!(found.get("weft-a.log"), Some(&format!("{}{}", line(18), line(19))));
}

#[test]
fn a_full_disk_is_an_error_and_room_ends_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("weft-a.log");
    symlink("/dev/full", &path).unwrap();
    let mut file = RollingFile::open(directory.path(), "weft-a", LIMITS).unwrap();
    let error = file.write(b"lost\n", LIMITS).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    assert!(file.write(b"lost, too\n", LIMITS).is_err());
    fs::remove_file(&path).unwrap();
    file.write(b"kept\n", LIMITS).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "kept\n");
}
