//! Input that cannot be read: one sentence that says what, where and what to do.

use std::io::Write;

use crate::peer::socket_word_count;
use crate::run::{file, outcome, word_count};

const BAD: &[u8] = b"fine\n\xff\xfe bad\nfine again\n";

#[test]
fn a_missing_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing.txt");
    let outcome = outcome(&mut word_count(&missing));
    outcome.failed_with(&[
        "job `word count` failed: operator `",
        missing.to_str().unwrap(),
        "no such file",
        "check the path",
    ]);
}

#[test]
fn a_file_nobody_may_read_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let private = file(dir.path(), "private.txt", "to be");
    // A loop of links is unreadable to root, too.
    std::fs::remove_file(&private).unwrap();
    std::os::unix::fs::symlink(&private, &private).unwrap();
    outcome(&mut word_count(&private)).failed_with(&[private.to_str().unwrap()]);
}

#[test]
fn invalid_utf8_fails_with_file_and_offset() {
    let dir = tempfile::tempdir().unwrap();
    let bad = file(dir.path(), "bad.txt", BAD);
    outcome(&mut word_count(&bad)).failed_with(&[
        bad.to_str().unwrap(),
        "offset 5 is not valid UTF-8",
        "source.text.invalid-utf8",
    ]);
}

#[test]
fn invalid_utf8_is_replaced_or_skipped_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let bad = file(dir.path(), "bad.txt", BAD);
    let replaced = outcome(word_count(&bad).args(["-D", "source.text.invalid-utf8=replace"])).succeeded();
    assert_eq!(replaced.stdout, "(fine,1)\n(\u{fffd}\u{fffd},1)\n(bad,1)\n(fine,2)\n(again,1)\n");
    let skipped = outcome(word_count(&bad).args(["-D", "source.text.invalid-utf8=skip"]));
    assert_eq!((skipped.code, skipped.stdout.as_str()), (Some(0), "(fine,1)\n(fine,2)\n(again,1)\n"));
    assert!(skipped.stderr.contains("skipped=1"), "{}", skipped.stderr);
}

#[test]
fn a_line_without_end_is_bounded_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let endless = dir.path().join("endless.txt");
    let mut sparse = std::fs::File::create(&endless).unwrap();
    sparse.write_all(b"fine\n").unwrap();
    // A gigabyte that takes no room on the disk; zeros are valid UTF-8.
    sparse.set_len(1 << 30).unwrap();
    let outcome = outcome(&mut word_count(&endless));
    outcome.failed_with(&[
        endless.to_str().unwrap(),
        "the line at byte offset 5 is longer than 16777216 bytes",
        "source.text.max-line-length",
    ]);
}

#[test]
fn the_longest_line_is_configured() {
    let dir = tempfile::tempdir().unwrap();
    let long = file(dir.path(), "long.txt", "a".repeat(70_000) + "\n");
    outcome(word_count(&long).args(["-D", "source.text.max-line-length=64kb"]))
        .failed_with(&["longer than 65536 bytes"]);
    outcome(word_count(&long).args(["-D", "source.text.max-line-length=70000b"])).succeeded();
}

#[test]
fn a_port_nobody_listens_on_is_named_with_who_to_ask() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    outcome(&mut socket_word_count(port)).failed_with(&[
        &format!("cannot read from 127.0.0.1:{port}: nothing listens there"),
        &format!("nc -lk {port}"),
    ]);
}
