//! What the end of a program means for the exit code.

use crate::output;
use std::process::ExitCode;
use weft_control::JobStatus;
use weft_rpc::drive::{DriveEnd, DrivenJob};
use weft_rpc::program::ProgramExit;

/// What shells add to the number of a signal that ended a program.
const SIGNALLED: i32 = 128;

/// Says what is not said yet, and gives the exit code: the program's own; 1 where that is 0 and a job failed.
pub(super) fn report(end: &DriveEnd, detached: bool) -> ExitCode {
    if let Some(sentence) = &end.gave_up {
        output::complain(sentence);
    }
    if end.jobs.is_empty() && end.exit.is_success() {
        output::complain("the program ended without executing a job");
    }
    if !detached {
        for job in end.jobs.iter().filter(|job| job.outcome.is_none()) {
            let DrivenJob { id, name, .. } = job;
            output::complain(format_args!("job {id} ({name}) goes on without its program: `weft cancel {id}` ends it"));
        }
    }
    if !matches!(end.exit, ProgramExit::Code(_)) {
        output::complain(format_args!("the program was {}", end.exit));
    }
    u8::try_from(code(end)).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn code(end: &DriveEnd) -> i32 {
    let has_failed = |job: &DrivenJob| job.outcome.as_ref().is_some_and(|outcome| outcome.status == JobStatus::Failed);
    match end.exit {
        ProgramExit::Code(0) => i32::from(end.jobs.iter().any(has_failed)),
        ProgramExit::Code(code) => code,
        ProgramExit::Signal { number, .. } => SIGNALLED + number,
        ProgramExit::Unknown => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::time::Duration;
    use weft_common::JobId;
    use weft_rpc::JobOutcome;

    fn end(exit: ProgramExit, statuses: &[Option<JobStatus>]) -> DriveEnd {
        let id = JobId(1);
        let outcome = |status| JobOutcome {
            job: id,
            status,
            failure: None,
            results: BTreeMap::new(),
            accumulators: Vec::new(),
            duration: Duration::ZERO,
        };
        let job = |status: &Option<JobStatus>| DrivenJob { id, name: "j".into(), outcome: status.map(outcome) };
        DriveEnd { exit, gave_up: None, jobs: statuses.iter().map(job).collect() }
    }

    #[test]
    fn the_exit_code_is_the_programs_unless_a_job_failed() {
        let (finished, failed) = (Some(JobStatus::Finished), Some(JobStatus::Failed));
        for (exit, statuses, expected) in [
            (ProgramExit::Code(0), vec![finished, None], 0),
            (ProgramExit::Code(0), vec![failed, finished], 1),
            (ProgramExit::Code(0), vec![Some(JobStatus::Canceled)], 0),
            (ProgramExit::Code(3), vec![failed], 3),
            (ProgramExit::Signal { number: 9, core: false }, vec![finished], 137),
            (ProgramExit::Unknown, vec![], 1),
        ] {
            assert_eq!(code(&end(exit, &statuses)), expected, "{exit} {statuses:?}");
        }
    }
}
