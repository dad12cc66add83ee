//! Files that are moved away when they are full: `<path>` becomes `<path>.1`, what had that name `<path>.2`, and so on.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Moves a file away, and those before it, of which so many are kept. Others may remove some of them meanwhile.
///
/// # Errors
/// Those of reading the directory, of renaming and of removing. Some files may have been moved.
pub fn move_away(path: &Path, kept: u32) -> io::Result<()> {
    for number in numbers(path)?.into_iter().rev() {
        let from = numbered(path, number);
        unless_gone(match number < kept {
            true => fs::rename(&from, numbered(path, number + 1)),
            false => fs::remove_file(&from),
        })?;
    }
    unless_gone(match kept {
        0 => fs::remove_file(path),
        _ => fs::rename(path, numbered(path, 1)),
    })
}

/// Whether an open file is still found by this path: it may have been moved away or removed since it was opened.
///
/// # Errors
/// Those of looking.
pub fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match fs::metadata(path) {
        Ok(named) => Ok((ours.dev(), ours.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(format!(".{number}"));
    path.into()
}

/// The numbers of the files that were moved away, in order.
fn numbers(path: &Path) -> io::Result<Vec<u32>> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let current = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut numbers = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(current)?.strip_prefix('.'));
        numbers.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn unless_gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_move_up_and_the_last_go() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.log");
        let write = |name: &str| fs::write(directory.path().join(name), name).unwrap();
        // A gap, one too many, and what is none of these.
        for name in ["a.log", "a.log.1", "a.log.3", "a.log.4", "a.log.x", "aa.log.1"] {
            write(name);
        }
        move_away(&path, 3).unwrap();
        let mut found: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        found.sort();
        let found = found.iter().map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name + " " + &fs::read_to_string(path).unwrap()
        });
        let expected = ["a.log.1 a.log", "a.log.2 a.log.1", "a.log.x a.log.x", "aa.log.1 aa.log.1"];
        assert_eq!(found.collect::<Vec<_>>(), expected);
        // Nothing is there, and nothing is kept.
        move_away(&path, 0).unwrap();
        assert!(!directory.path().join("a.log.1").exists());
    }

    #[test]
    fn a_file_that_was_moved_is_not_where_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.log");
        let file = File::create(&path).unwrap();
        assert!(is_at(&file, &path).unwrap());
        move_away(&path, 1).unwrap();
        assert!(!is_at(&file, &path).unwrap());
        let _another = File::create(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap());
    }
}
