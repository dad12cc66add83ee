//! Processes: started, watched, and ended whatever happens.

use super::interrupt;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The longest wait for anything: the machine may be busy with others.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);
/// How long a process may take to end when it is asked to.
const FAREWELL: Duration = Duration::from_secs(5);
/// Of the times in /proc: fixed for programs, whatever the kernel counts in.
const TICKS_A_SECOND: f64 = 100.0;

/// Looks again and again until there is something; fails when there is nothing in time, or this program is told to end.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        interrupt::check()?;
        if Instant::now() > deadline {
            bail!("waited {} s in vain: {what}", PATIENCE.as_secs());
        }
        std::thread::sleep(PAUSE);
    }
}

/// A process that ends with this value.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).spawn();
        Ok(Process(child.with_context(|| format!("starting {}", command.get_program().display()))?))
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Ends it at once, as nothing but the kernel can.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.0.kill().context("killing a process")?;
        self.0.wait().context("waiting for a killed process")?;
        Ok(())
    }

    pub(crate) fn has_ended(&mut self) -> Result<bool> {
        Ok(self.0.try_wait().context("looking whether a process has ended")?.is_some())
    }

    fn ask_to_end(&self) {
        if let Some(pid) = i32::try_from(self.id()).ok().and_then(Pid::from_raw) {
            // One that has ended needs no asking.
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.ask_to_end();
        let deadline = Instant::now() + FAREWELL;
        while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(PAUSE);
        }
        // There is nobody to tell what goes wrong here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The processes whose parent is this one.
pub(crate) fn children_of(id: u32) -> Result<Vec<u32>> {
    let mut children = Vec::new();
    for entry in fs::read_dir("/proc").context("looking for processes in /proc")?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that has ended meanwhile is nobody's child.
        if stat(pid).is_some_and(|stat| stat.parent == id) {
            children.push(pid);
        }
    }
    Ok(children)
}

/// Megabytes that are resident of a process.
pub(crate) fn resident_megabytes(id: u32) -> Result<f64> {
    let status =
        fs::read_to_string(format!("/proc/{id}/status")).with_context(|| format!("looking at process {id}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB"));
    let kib: f64 = line.with_context(|| format!("process {id} has no line VmRSS in kB"))?.trim().parse()?;
    Ok(kib * 1024.0 / 1e6)
}

/// Megabytes of a process, a page that others have, too, counted as the part that falls to it.
pub(crate) fn proportional_megabytes(id: u32) -> Result<f64> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup"))
        .with_context(|| format!("looking at the pages of process {id}"))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.strip_suffix("kB"));
    let kib: f64 = line.with_context(|| format!("process {id} has no line Pss in kB"))?.trim().parse()?;
    Ok(kib * 1024.0 / 1e6)
}

/// CPU seconds of the children of a process that have ended, and of theirs.
pub(crate) fn cpu_of_ended_children(id: u32) -> Result<f64> {
    Ok(stat(id).with_context(|| format!("looking at process {id}"))?.cpu_of_ended_children)
}

/// What is used of /proc/ID/stat.
struct Stat {
    parent: u32,
    cpu_of_ended_children: f64,
}

fn stat(id: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
}

/// The name of the program, in brackets, may hold anything; the fields after it are counted from 3, see proc(5).
fn parse_stat(text: &str) -> Option<Stat> {
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u32>().ok();
    let ticks = f64::from(field(16)?) + f64::from(field(17)?);
    Some(Stat { parent: field(4)?, cpu_of_ended_children: ticks / TICKS_A_SECOND })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_process_are_found_behind_any_name() {
        let text = "12 (a) b (c) S 7 12 12 0 -1 4194560 100 200 0 0 1 2 30 45 20 0 3 0 99";
        let stat = parse_stat(text).unwrap();
        assert_eq!(stat.parent, 7);
        assert!((stat.cpu_of_ended_children - 0.75).abs() < 1e-9);
        assert!(parse_stat("12 (a").is_none() && parse_stat("12 (a) S 7").is_none());
    }

    #[test]
    fn a_child_is_found_and_goes_with_its_value() {
        let child = Process::start(Command::new("sleep").arg("60")).unwrap();
        let id = child.id();
        assert!(children_of(std::process::id()).unwrap().contains(&id));
        let (resident, proportional) = (resident_megabytes(id).unwrap(), proportional_megabytes(id).unwrap());
        assert!(proportional > 0.0 && proportional <= resident, "{proportional} of {resident}");
        drop(child);
        assert!(!children_of(std::process::id()).unwrap().contains(&id));
    }
}
