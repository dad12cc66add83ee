//! A program's process, as its parent holds it.
//!
//! A task owns the process: it alone waits for its end, so that there is no zombie and no number that already means another process. The
//! handles ask that task.

use super::ProgramExit;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::process::{Child, ChildStderr, ChildStdout};
use tokio::sync::{mpsc, watch};

/// A handle of a program's process. The process is killed when the last one is dropped.
#[derive(Clone, Debug)]
pub struct ProgramProcess {
    pid: u32,
    kill: mpsc::Sender<()>,
    exit: watch::Receiver<Option<ProgramExit>>,
    stdout: Arc<Mutex<Option<ChildStdout>>>,
    stderr: Arc<Mutex<Option<ChildStderr>>>,
}

impl ProgramProcess {
    /// Takes over a process, on the tokio runtime of the caller.
    pub(super) fn supervise(mut child: Child) -> Self {
        let (kill, killed) = mpsc::channel(1);
        let (exited, exit) = watch::channel(None);
        let process = ProgramProcess {
            pid: child.id().unwrap_or_default(),
            kill,
            exit,
            stdout: Arc::new(Mutex::new(child.stdout.take())),
            stderr: Arc::new(Mutex::new(child.stderr.take())),
        };
        tokio::spawn(own(child, killed, exited));
        process
    }

    /// Its process id. After its end the number may be another process's.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Kills it (SIGKILL); does nothing when it has ended. [`exited`](Self::exited) tells when it is gone.
    pub fn kill(&self) {
        // A full queue holds a kill already; a closed one says that the process has ended.
        let _ = self.kill.try_send(());
    }

    /// Waits for its end.
    pub async fn exited(&self) -> ProgramExit {
        let mut exit = self.exit.clone();
        let ended = exit.wait_for(Option::is_some).await;
        ended.ok().and_then(|exit| *exit).unwrap_or(ProgramExit::Unknown)
    }

    /// How it ended, if it has.
    pub fn exit(&self) -> Option<ProgramExit> {
        *self.exit.borrow()
    }

    /// What it writes to its standard output, where that is a pipe; once.
    pub fn take_stdout(&self) -> Option<ChildStdout> {
        self.stdout.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What it writes to its standard error, where that is a pipe; once.
    pub fn take_stderr(&self) -> Option<ChildStderr> {
        self.stderr.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

async fn own(mut child: Child, mut killed: mpsc::Receiver<()>, exited: watch::Sender<Option<ProgramExit>>) {
    let status = tokio::select! {
        status = child.wait() => status,
        // Somebody asked for it, or nobody is left who could.
        _ = killed.recv() => {
            // Fails only when the process has ended, which is found out next.
            let _ = child.start_kill();
            child.wait().await
        }
    };
    exited.send_replace(Some(status.map_or(ProgramExit::Unknown, ProgramExit::from)));
}
