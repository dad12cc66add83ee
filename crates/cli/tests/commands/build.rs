//! `weft build`, with a cargo that says what it was asked for.

use super::rig::{give, weft};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn cargo_is_asked_for_a_program_that_runs_elsewhere() {
    let directory = tempfile::tempdir().unwrap();
    let build = |options: &[&str]| {
        let mut command = weft(&[&["build"], options].concat());
        give(command.env("PATH", directory.path()).env_remove("RUSTFLAGS"))
    };
    let gave = build(&[]).ended(1);
    assert!(gave.stderr.contains("cargo-zigbuild is not installed"), "{}", gave.stderr);

    let script = "#!/bin/sh\necho \"$@\" : \"$CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS\"\n";
    for name in ["cargo", "cargo-zigbuild"] {
        let file = directory.path().join(name);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let target = format!("{}-unknown-linux-gnu.2.17", std::env::consts::ARCH);
    let said = build(&["--bin", "p"]).ended(0).stdout;
    assert!(said.starts_with(&format!("zigbuild --target {target} --release --bin p :")), "{said}");
    assert_eq!(said.contains("x86-64-v2"), cfg!(target_arch = "x86_64"), "{said}");
    let said = build(&["--profile", "dist"]).ended(0).stdout;
    assert!(said.starts_with(&format!("zigbuild --target {target} --profile dist :")), "{said}");
}
