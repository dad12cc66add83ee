//! From `yarn-session` to the first answer of REST.

use super::Bench;
use super::empty;
use super::master::Master;
use super::session::Session;
use crate::figure::{Figure, Floor};
use anyhow::{Result, ensure};

/// What a run took, in seconds.
struct Start {
    /// From the command to the first answer.
    session: f64,
    /// From the command to the submission.
    preparing: f64,
    /// From the start of the ApplicationMaster's process to its registration.
    registering: f64,
    /// From the registration to the answer.
    following: f64,
    /// From the submission of the empty application to its process.
    empty: f64,
}

pub(super) fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    bench.say("bringing the files to all nodes");
    Master::new(&bench.testbed)?.finish()?;
    // What daemons do for the first time takes them seconds, and does not count.
    once(bench, 0, true)?;
    let (mut warm, mut cold) = (Vec::new(), Vec::new());
    for run in 0..bench.runs {
        bench.say(format!("yarn-session, the command uploaded before, {run}"));
        warm.push(once(bench, run, true)?);
        bench.say(format!("yarn-session with an upload, {run}"));
        cold.push(once(bench, run, false)?);
    }
    let mut figures = figures(&warm, &WARM)?;
    figures.extend(self::figures(&cold, &COLD)?);
    Ok(figures)
}

fn once(bench: &Bench, run: u32, warm: bool) -> Result<Start> {
    let testbed = &bench.testbed;
    let weft = || if warm { Ok(testbed.weft.clone()) } else { testbed.new_weft() };
    let of_empty = weft()?;
    bench.spread(run);
    let empty = empty::application(testbed, &of_empty)?;
    let of_session = weft()?;
    bench.spread(run);
    let session = Session::start(testbed, &of_session)?;
    ensure!(session.uploaded != warm, "the command was uploaded when it had been before, or was not");
    let application = session.application.to_string();
    let submitted = testbed.logs().resource_manager(&[&application, "from NEW to NEW_SAVING"])?;
    let attempt = application.replace("application_", "appattempt_");
    let registered = testbed.logs().resource_manager(&[&attempt, "from LAUNCHED to RUNNING"])?;
    let started = testbed.logs().started(&session.container())?;
    let seconds = |from: i64, to: i64| (to - from) as f64 / 1e3;
    let start = Start {
        session: seconds(session.begun, session.answered),
        preparing: seconds(session.begun, submitted),
        registering: seconds(started, registered),
        following: seconds(registered, session.answered),
        empty: empty as f64 / 1e3,
    };
    session.stop()?;
    Ok(start)
}

/// What figures are called, and what they may be above the empty application.
struct Names {
    session: &'static str,
    empty: &'static str,
    above: &'static str,
    floor: f64,
    preparing: &'static str,
    registering: &'static str,
    following: &'static str,
}

const WARM: Names = Names {
    session: "yarn-session to the first REST answer",
    empty: "an empty application, submission to process",
    above: "yarn-session above an empty application",
    floor: 0.5,
    preparing: "  of it: command to submission",
    registering: "  of it: start of the process to registration",
    following: "  of it: registration to the answer",
};

const COLD: Names = Names {
    session: "yarn-session with an upload to the first REST answer",
    empty: "an empty application, new file, submission to process",
    above: "yarn-session with an upload above an empty application",
    floor: 1.5,
    ..WARM
};

fn figures(runs: &[Start], names: &Names) -> Result<Vec<Figure>> {
    let median = |name, of: fn(&Start) -> f64| Figure::median(name, runs.iter().map(of).collect(), "s", Floor::None);
    let (session, empty) = (median(names.session, |run| run.session)?, median(names.empty, |run| run.empty)?);
    let above = Figure::new(names.above, session.value() - empty.value(), "s", Floor::AtMost(names.floor));
    Ok(vec![
        session,
        empty,
        above,
        median(names.preparing, |run| run.preparing)?,
        median(names.registering, |run| run.registering)?,
        median(names.following, |run| run.following)?,
    ])
}
