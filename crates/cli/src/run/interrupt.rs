//! What comes of signals to this command.

use super::jobs::Jobs;
use crate::output;
use weft_rpc::drive::JobService;

/// Asks for the end of every job that lives or is still to come, and says so.
pub(super) async fn cancel(service: &dyn JobService, jobs: &Jobs) {
    while let Some(job) = jobs.take().await {
        output::complain(format_args!("cancelling job {job}; press Ctrl-C again to leave at once"));
        match service.cancel(job).await {
            Ok(()) => output::say(format_args!("Cancelled job {job}.")),
            Err(refusal) => output::complain(format_args!("job {job} was not cancelled: {refusal}")),
        }
    }
}
