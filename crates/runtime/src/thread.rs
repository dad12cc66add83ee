//! The thread of a lane.

use std::thread::JoinHandle;

use crate::lane::{Lane, Round};
use crate::panics::catch_panics_on_this_thread;

/// Starts a thread that makes a lane (a lane is not `Send`; its parts are) and steps it until it is told to stop.
pub fn run_lane(name: String, make: impl FnOnce() -> Lane + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name).spawn(move || {
        catch_panics_on_this_thread();
        let mut lane = make();
        loop {
            match lane.step() {
                Round::Worked => {}
                Round::Stopped => return,
                Round::Idle(until) => {
                    let now = lane.context().clock.mono();
                    lane.context().waker.park(until.map(|t| t.since(now)));
                }
            }
        }
    })
}
