//! Instruction counts of the kernels, compared with those kept in the repository.
//!
//! Valgrind's callgrind executes a kernel and counts the instructions below one function. The count does not depend
//! on the machine's load or clock, so growth of a few percent is a fact. It does depend on the compiler: counts made
//! by another rustc are compared too, with a wide limit.

use crate::kernels::{Kernel, MEASURED};
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Output};
use std::{env, fmt};

/// Growth that passes unannounced, in percent.
const LIMIT_PERCENT: f64 = 3.0;
/// The same when the counts were made by another compiler.
const OTHER_COMPILER_LIMIT_PERCENT: f64 = 25.0;

/// The file of counts.
#[derive(Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Counts {
    /// The compiler that made them, as it names itself.
    rustc: String,
    /// Instructions by kernel.
    instructions: BTreeMap<String, u64>,
}

/// Counts every kernel's instructions, says so on `out`, and compares with the counts in `file` or replaces them.
pub(crate) fn check(out: &mut impl Write, file: &Path, bless: bool) -> Result<()> {
    if bless {
        let json = serde_json::to_string_pretty(&Counts::measure()?)? + "\n";
        fs::write(file, json).with_context(|| format!("writing the counts to {}", file.display()))?;
        writeln!(out, "kept in {}; if a count grew, say why in docs/performance.md", file.display())?;
        return Ok(());
    }
    let kept = Counts::read(file)?;
    let found = Counts::measure()?;
    let changes = kept.changes(&found);
    for change in &changes {
        writeln!(out, "{change}")?;
    }
    kept.judge(&found, &changes)
}

impl Counts {
    fn measure() -> Result<Self> {
        let instructions =
            Kernel::value_variants().iter().map(|kernel| Ok((kernel.name().to_owned(), instructions(*kernel)?)));
        Ok(Counts { rustc: rustc()?, instructions: instructions.collect::<Result<_>>()? })
    }

    fn read(file: &Path) -> Result<Self> {
        let json = fs::read(file).with_context(|| format!("reading the counts kept in {}", file.display()))?;
        serde_json::from_slice(&json).with_context(|| format!("reading the counts kept in {}", file.display()))
    }

    fn changes(&self, found: &Counts) -> Vec<Change> {
        let kept = |kernel: &String| self.instructions.get(kernel).copied();
        let change =
            |(kernel, count): (&String, &u64)| Change { kernel: kernel.clone(), kept: kept(kernel), found: *count };
        found.instructions.iter().map(change).collect()
    }

    fn judge(&self, found: &Counts, changes: &[Change]) -> Result<()> {
        let limit = if self.rustc == found.rustc { LIMIT_PERCENT } else { OTHER_COMPILER_LIMIT_PERCENT };
        let grown: Vec<_> = changes.iter().filter(|c| c.percent() > limit).map(Change::to_string).collect();
        if grown.is_empty() {
            return Ok(());
        }
        bail!(
            "comparing instruction counts ({}) with those kept ({}): more than {limit} % above:\n  {}\nmake them smaller, \
             or keep the new counts with WEFT_BLESS=1 and say in docs/performance.md what they buy",
            found.rustc,
            self.rustc,
            grown.join("\n  ")
        )
    }
}

/// One kernel's count beside the one kept.
struct Change {
    kernel: String,
    kept: Option<u64>,
    found: u64,
}

impl Change {
    /// Growth; a kernel without a count kept has grown without bound.
    fn percent(&self) -> f64 {
        self.kept.map_or(f64::INFINITY, |kept| (self.found as f64 / kept as f64 - 1.0) * 100.0)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kept {
            Some(kept) => {
                write!(f, "{}: {} instructions, kept {kept}, {:+.2} %", self.kernel, self.found, self.percent())
            }
            None => write!(f, "{}: {} instructions, none kept", self.kernel, self.found),
        }
    }
}

/// How often a kernel of this program executes an instruction, by callgrind's count.
fn instructions(kernel: Kernel) -> Result<u64> {
    let counting = || format!("counting the instructions of kernel {}", kernel.name());
    let dir = tempfile::tempdir().with_context(counting)?;
    let profile = dir.path().join("callgrind.out");
    let output = valgrind(kernel, &profile).with_context(counting)?;
    if !output.status.success() {
        bail!("{}: valgrind ended with {}: {}", counting(), output.status, String::from_utf8_lossy(&output.stderr));
    }
    let profile = fs::read_to_string(&profile).with_context(counting)?;
    total(&profile).with_context(|| format!("{}: nothing was counted below {MEASURED}", counting()))
}

fn valgrind(kernel: Kernel, profile: &Path) -> Result<Output> {
    let run = Command::new("valgrind")
        .args(["--quiet", "--tool=callgrind", "--cache-sim=no", "--branch-sim=no", "--collect-jumps=no"])
        .arg(format!("--toggle-collect={MEASURED}"))
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(env::current_exe()?)
        .args(["kernel", kernel.name()])
        // What the environment holds lies on the stack and moves everything after it.
        .env_clear()
        .envs(env::var_os("PATH").map(|path| ("PATH", path)))
        .output();
    match run {
        Err(error) if error.kind() == ErrorKind::NotFound => bail!("valgrind is not installed: run scripts/setup.sh"),
        other => other.context("running valgrind"),
    }
}

/// The sum in a callgrind profile; `None` where it counted nothing.
fn total(profile: &str) -> Option<u64> {
    let total = profile.lines().find_map(|line| line.strip_prefix("totals:"))?;
    total.trim().parse().ok().filter(|total| *total > 0)
}

fn rustc() -> Result<String> {
    let version = Command::new("rustc").arg("--version").output().context("asking rustc for its version")?;
    Ok(String::from_utf8_lossy(&version.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rustc: &str, codec: u64) -> Counts {
        Counts { rustc: rustc.to_owned(), instructions: BTreeMap::from([("codec".to_owned(), codec)]) }
    }

    fn judged(kept: &Counts, found: &Counts) -> Result<(), String> {
        kept.judge(found, &kept.changes(found)).map_err(|error| error.to_string())
    }

    #[test]
    fn three_percent_pass_unannounced() {
        let kept = counts("rustc 1.95.0", 10_000);
        for (found, passes) in [(9_000, true), (10_000, true), (10_299, true), (10_301, false), (20_000, false)] {
            assert_eq!(judged(&kept, &counts("rustc 1.95.0", found)).is_ok(), passes, "{found}");
        }
    }

    #[test]
    fn another_compiler_may_count_differently() {
        let kept = counts("rustc 1.95.0", 10_000);
        for (found, passes) in [(12_400, true), (12_600, false)] {
            assert_eq!(judged(&kept, &counts("rustc 1.96.0", found)).is_ok(), passes, "{found}");
        }
    }

    #[test]
    fn a_kernel_nobody_blessed_is_refused() {
        let kept = Counts { rustc: "rustc 1.95.0".to_owned(), instructions: BTreeMap::new() };
        let error = judged(&kept, &counts("rustc 1.95.0", 7)).unwrap_err();
        assert!(error.contains("codec: 7 instructions, none kept"), "{error}");
        assert!(error.contains("WEFT_BLESS=1") && error.contains("docs/performance.md"), "{error}");
    }

    #[test]
    fn the_total_is_read_from_the_profile() {
        assert_eq!(total("events: Ir\nfn=(1)\n1 2\ntotals: 1234\n"), Some(1234));
        assert_eq!(total("events: Ir\ntotals: 0\n"), None);
        assert_eq!(total("events: Ir\n"), None);
    }
}
