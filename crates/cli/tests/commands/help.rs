//! Help texts, which are kept as files so that a change of them is seen, and what is refused with exit code 2.

use super::rig::{give, weft};
#[cfg(feature = "hadoop")]
use std::path::Path;

#[cfg(feature = "hadoop")]
#[test]
fn help_texts_are_as_they_are_kept() {
    for verb in [
        "",
        "run",
        "run-application",
        "info",
        "list",
        "cancel",
        "logs",
        "build",
        "doctor",
        "fs",
        "yarn-session",
        "yarn",
        "jobmanager",
        "taskmanager",
    ] {
        let arguments: Vec<&str> = [verb, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let said = give(weft(&arguments).env("NO_COLOR", "1")).ended(0).stdout;
        let name = if verb.is_empty() { "weft" } else { verb };
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/help/{name}.txt"));
        if std::env::var_os("WEFT_BLESS").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &said).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(said, kept, "{} is out of date: run this test with WEFT_BLESS=1", file.display());
        assert!(said.contains("Example"), "{name} teaches by an example");
    }
}

#[test]
fn the_version_is_told() {
    let gave = give(&mut weft(&["-v"])).ended(0);
    let version = format!("Version: {}, Commit ID: ", env!("CARGO_PKG_VERSION"));
    assert!(gave.stdout.starts_with(&version) && gave.stdout.lines().count() == 1, "{}", gave.stdout);
    assert_eq!(give(&mut weft(&["--version"])).ended(0).stdout, gave.stdout);
}

#[test]
fn what_cannot_be_asked_for_is_refused_in_a_sentence() {
    for (arguments, part) in [
        (&["run", "-s", "s", "p"][..], "savepoints"),
        (&["run", "-yx", "p"], "YARN"),
        (&["stop", "x"], "savepoints"),
        (&["run"], "no program is named"),
    ] {
        let gave = give(&mut weft(arguments)).ended(2);
        assert!(gave.stderr.contains(part) && gave.stderr.lines().count() == 1, "{arguments:?}: {}", gave.stderr);
    }
    for arguments in [&["run", "--nonsense", "p"][..], &["jump"], &["cancel"], &["run", "-p", "0", "p"], &[]] {
        let gave = give(&mut weft(arguments)).ended(2);
        assert!(gave.stderr.contains("Usage") || gave.stderr.contains("--help"), "{arguments:?}: {}", gave.stderr);
    }
}
