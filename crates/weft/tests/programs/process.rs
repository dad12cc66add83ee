//! A program that runs.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::run::Outcome;
use crate::until::until;

/// A running program whose output is read as it comes.
pub(crate) struct Running {
    child: Child,
    stdout: Listener,
    stderr: Listener,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.expect("the program is beside the test: `cargo test -p weft` builds both");
        let stdout = Listener::to(child.stdout.take().expect("it is piped"));
        let stderr = Listener::to(child.stderr.take().expect("it is piped"));
        Running { child, stdout, stderr }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).expect("the child is ours");
    }

    /// What it printed so far.
    pub(crate) fn stdout(&self) -> String {
        self.stdout.heard()
    }

    /// Waits until it has printed something in which `found` finds what it looks for.
    pub(crate) fn until_stdout<T>(&self, what: &str, found: impl Fn(&str) -> Option<T>) -> T {
        until(what, || found(&self.stdout()))
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Outcome {
        let status = until("the program's end", || self.child.try_wait().expect("the child is ours"));
        Outcome { code: status.code(), stdout: self.stdout.end(), stderr: self.stderr.end() }
    }
}

impl Drop for Running {
    /// A test that failed leaves no process behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a pipe on a thread, so that the program never waits for the test.
struct Listener {
    heard: Arc<Mutex<Vec<u8>>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    fn to(mut pipe: impl Read + Send + 'static) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ours = heard.clone();
        let thread = std::thread::spawn(move || {
            let mut block = [0; 8192];
            while let Ok(n @ 1..) = pipe.read(&mut block) {
                ours.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&block[..n]);
            }
        });
        Listener { heard, thread: Some(thread) }
    }

    fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    fn end(&mut self) -> String {
        if let Some(thread) = self.thread.take() {
            thread.join().expect("a listener does not panic");
        }
        self.heard()
    }
}
