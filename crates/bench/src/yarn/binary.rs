//! Programs without their symbols, as they are installed.

use super::testbed::Testbed;
use crate::figure::{Figure, Floor};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

pub(super) fn measure(testbed: &Testbed) -> Result<Vec<Figure>> {
    let metadata = testbed.weft.metadata().context("looking at the weft command")?;
    let size = metadata.len() as f64 / 1e6;
    Ok(vec![Figure::new("weft, stripped", size, "MB", Floor::AtMost(25.0))])
}

/// Copies a program without its symbols, as scripts/dist.sh does.
pub(super) fn strip(program: &Path, target: &Path) -> Result<()> {
    let output = Command::new("objcopy").arg("--strip-unneeded").args([program, target]).output();
    let output = output.context("starting objcopy, which removes symbols: install binutils")?;
    if !output.status.success() {
        bail!("objcopy could not strip {}: {}", program.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
