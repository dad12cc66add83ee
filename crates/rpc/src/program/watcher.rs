//! A program ends with its parent.
//!
//! A worker whose parent is gone must not go on: a replacement may be running. Whatever the rest of the program does (a user's function
//! that loops, a lock that is held), a thread of its own waits for the socket to be closed at the other end, leaves the program a
//! moment to end by itself, and then kills the process: an orderly exit could be held up by exactly what is stuck.

use crate::RpcError;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Signal, getpid, kill_process};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

/// The moment that a program has to end by itself: a worker ends within a second of losing its parent.
const GRACE: Duration = Duration::from_millis(500);

/// Ends this process soon after `socket` is closed at the other end.
pub(super) fn end_with_parent(socket: &UnixStream) -> Result<(), RpcError> {
    let failed = "watching the parent";
    let socket = socket.try_clone().map_err(RpcError::io(failed))?;
    let watch = move || {
        wait_for_close(&socket);
        thread::sleep(GRACE);
        // Cannot fail for a process's own id; if it did there would be nobody to tell.
        let _ = kill_process(getpid(), Signal::KILL);
    };
    thread::Builder::new().name("lifeline".into()).spawn(watch).map_err(RpcError::io(failed))?;
    Ok(())
}

fn wait_for_close(socket: &UnixStream) {
    loop {
        let mut watched = [PollFd::new(socket, PollFlags::RDHUP)];
        match poll(&mut watched, None) {
            Ok(_) => return,
            Err(Errno::INTR) => {}
            // Without a watch the process could be left behind, so this counts as the parent's end.
            Err(_) => return,
        }
    }
}
