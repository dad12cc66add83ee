//! Instruction counts of the engine's kernels, compared with those kept in `crates/bench/kernels.json`.
//!
//! `weft-bench kernels` counts and judges; this test builds it as a release and runs it. A count that grows by more
//! than 3 % fails. When it had to grow, run this test once with `WEFT_BLESS=1`, and say in `docs/performance.md` what
//! the growth buys.

use std::env;
use std::path::Path;
use std::process::Command;

#[test]
fn instruction_counts_do_not_grow_unannounced() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut run = Command::new(cargo);
    run.args(["run", "--quiet", "--release", "--locked", "-p", "weft-bench", "--", "kernels"]).current_dir(root);
    run.args(["--counts", "crates/bench/kernels.json"]);
    if env::var_os("WEFT_BLESS").is_some_and(|bless| bless == "1") {
        run.arg("--bless");
    }
    let output = run.output().expect("cargo runs: it runs this test");
    let [counts, error] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{counts}{error}");
}
