//! How a container ended, in a sentence that says what to do next.
//!
//! YARN tells an exit status and a text, its *diagnostics*. The status says who ended the container; the text, how much memory it used,
//! or the last lines of its standard error. Texts differ between versions and are only read for what can be recognised: without it the
//! sentence says less.

mod memory;
mod tail;

#[cfg(test)]
mod tests;

pub use memory::MemoryUse;
pub use tail::tail_of;

use std::fmt;
use weft_yarn_client::ExitStatus;

/// Which process a container was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerRole {
    /// The ApplicationMaster.
    JobManager,
    /// A worker.
    TaskManager,
}

impl ContainerRole {
    /// What its process is called.
    pub const fn name(self) -> &'static str {
        match self {
            ContainerRole::JobManager => "JobManager",
            ContainerRole::TaskManager => "TaskManager",
        }
    }

    /// The key by which its container gets larger.
    pub const fn memory_key(self) -> &'static str {
        match self {
            ContainerRole::JobManager => "jobmanager.memory.process.size",
            ContainerRole::TaskManager => "taskmanager.memory.process.size",
        }
    }
}

/// A container that ended. `Display` is the sentence, without the last lines that the process wrote, which are [`tail_of`]'s.
#[derive(Clone, Copy, Debug)]
pub struct ContainerEnd<'a> {
    /// Which process it was for.
    pub role: ContainerRole,
    /// Its id.
    pub container: &'a str,
    /// Where it was; empty if that is not known.
    pub host: &'a str,
    /// YARN's status, or the program's.
    pub status: ExitStatus,
    /// What YARN says about it.
    pub diagnostics: &'a str,
}

impl fmt::Display for ContainerEnd<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} in {}", self.role.name(), self.container)?;
        if !self.host.is_empty() {
            write!(f, " on {}", self.host)?;
        }
        f.write_str(" ")?;
        self.verdict(f)?;
        write!(f, " (exit status {})", self.status.0)
    }
}

impl ContainerEnd<'_> {
    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            ExitStatus::PHYSICAL_MEMORY => self.physical_memory(f),
            ExitStatus::VIRTUAL_MEMORY => self.virtual_memory(f),
            ExitStatus::ABORTED => self.aborted(f),
            ExitStatus::INVALID => self.never_ran(f),
            ExitStatus::DISKS_FAILED => {
                f.write_str("was lost because the disks of its node failed; another container is asked for")
            }
            ExitStatus::PREEMPTED => f.write_str(
                "was preempted: its queue uses more than its share and another needs it; run in a queue with a larger share, or one \
                 whose containers are not preempted (yarn.application.queue)",
            ),
            ExitStatus::STOPPED => f.write_str("was stopped by its ApplicationMaster"),
            ExitStatus::KILLED_BY_RESOURCE_MANAGER => f.write_str(
                "was killed by the ResourceManager, as after its node was restarted without keeping containers; another one is asked for",
            ),
            ExitStatus::APPLICATION_ENDED => f.write_str("was killed because its application ended"),
            ExitStatus::KILLED_BY_NODE => f.write_str("was killed by its node for containers that matter more"),
            ExitStatus::EXCESS_LOGS => f.write_str(
                "was killed because its log files became too large; lower log.directory.max-size, or have \
                 yarn.nodemanager.container-log-monitor.dir-size-limit-bytes raised",
            ),
            ExitStatus(0) => f.write_str("ended by itself"),
            ExitStatus(137) => self.killed(f),
            ExitStatus(143) => f.write_str(
                "was told to end by SIGTERM: by its node, which stops containers so, or by somebody there",
            ),
            ExitStatus(154) => f.write_str("ended while its NodeManager was restarted, which does not know how"),
            ExitStatus(code @ 129..=192) => write!(f, "ended by signal {}{}", code - 128, signal(code - 128)),
            ExitStatus(127) => f.write_str("could not be started: its command or one of its libraries is missing on the node"),
            ExitStatus(126) => f.write_str("could not be started: its command cannot be executed on the node"),
            ExitStatus(_) => f.write_str("ended with an error; its log says more"),
        }
    }

    fn physical_memory(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("was killed by its NodeManager for memory: ")?;
        match MemoryUse::of(self.diagnostics) {
            Some(memory) => write!(f, "it used {} of {} of physical memory", memory.physical, memory.physical_limit)?,
            None => f.write_str("it used more physical memory than its container has")?,
        }
        write!(f, "; raise {}", self.role.memory_key())?;
        if self.role == ContainerRole::TaskManager {
            f.write_str(", or give the program less to hold with fewer slots (taskmanager.numberOfTaskSlots)")?;
        }
        Ok(())
    }

    fn virtual_memory(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("was killed by its NodeManager for virtual memory: ")?;
        match MemoryUse::of(self.diagnostics) {
            Some(memory) => write!(f, "it mapped {} of {}", memory.virtual_, memory.virtual_limit)?,
            None => f.write_str("it mapped more than its container may")?,
        }
        write!(
            f,
            ", which is a multiple of its size (yarn.nodemanager.vmem-pmem-ratio of the nodes); raise {}, or have \
             yarn.nodemanager.vmem-check-enabled set to false on the nodes",
            self.role.memory_key()
        )
    }

    fn aborted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.diagnostics.to_ascii_lowercase();
        f.write_str(match () {
            () if text.contains("lost node") || text.contains("node lost") || text.contains("on a *lost* node") => {
                "was lost with its node: the ResourceManager has not heard of the node for too long"
            }
            () if text.contains("released by application") => "was given back",
            () if text.contains("expired") => "was not started in time, and YARN took it back",
            () if text.contains("unreserved") => "was given back before it began",
            () => "was given back, or lost with its node",
        })
    }

    fn never_ran(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("never ran: its files could not be brought to the node")?;
        if let Some(reason) = first_line(self.diagnostics) {
            write!(f, ": {}", reason.trim_end_matches(['.', ':']))?;
        }
        if self.diagnostics.contains("changed on src filesystem") {
            f.write_str(
                "; a file was changed after it was staged: leave what lies under .weft alone, and submit again",
            )?;
        }
        Ok(())
    }

    /// SIGKILL leaves no word of its own; a node with cgroups lets the kernel do what the NodeManager does elsewhere.
    fn killed(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("was killed by SIGKILL: ")?;
        let text = self.diagnostics.to_ascii_lowercase();
        match text.contains("oom") || text.contains("memory limit") {
            true => write!(
                f,
                "the kernel found it to use more memory than its container has; raise {}",
                self.role.memory_key()
            ),
            false => write!(
                f,
                "by its node, by the kernel for want of memory there (dmesg says so; raise {}), or by somebody",
                self.role.memory_key()
            ),
        }
    }
}

/// The name of a signal that programs die of.
fn signal(number: i32) -> &'static str {
    match number {
        4 => " (SIGILL): the program was built for another processor",
        6 => " (SIGABRT): the program gave up",
        7 => " (SIGBUS): a file it had mapped became shorter, or a disk failed",
        8 => " (SIGFPE)",
        11 => " (SIGSEGV): unsafe code in the program, or a library of it, is wrong",
        24 => " (SIGXCPU)",
        25 => " (SIGXFSZ)",
        _ => "",
    }
}

/// The first line that says something, without the time that YARN puts before it.
fn first_line(diagnostics: &str) -> Option<&str> {
    let lines = diagnostics.lines().map(without_time);
    lines.map(str::trim).find(|line| !line.is_empty())
}

fn without_time(line: &str) -> &str {
    match line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((time, rest)) if time.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => line,
    }
}
