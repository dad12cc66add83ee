//! `weft yarn gc`.

use super::hadoop::Hadoop;
use super::left::Left;
use crate::arguments::ConfigurationArguments;
use crate::cluster;
use crate::error::CliError;
use crate::output;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use weft_yarn::SWEEP_GRACE;

/// `weft yarn`
#[derive(Debug, clap::Args)]
pub(crate) struct YarnArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Removes what applications that are gone have staged or kept for another attempt, and artifacts that no application lists.
    Gc(GcArguments),
}

#[derive(Debug, clap::Args)]
struct GcArguments {
    /// Only says what would be removed.
    #[arg(long)]
    dry_run: bool,
    /// How many minutes old something must be that no application lists: one that is being submitted may be about to.
    #[arg(long, value_name = "MINUTES", default_value_t = SWEEP_GRACE.as_secs() / 60)]
    grace: u64,
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

/// What is done about YARN besides applications.
pub(crate) fn yarn(arguments: &YarnArguments) -> Result<ExitCode, CliError> {
    let Action::Gc(gc) = &arguments.action;
    let configuration = cluster::configuration(&gc.configuration)?;
    crate::run::runtime()?.block_on(async {
        let hadoop = Hadoop::of(&configuration)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let plan = hadoop.yarn.plan_sweep(&hadoop.staging, now, Duration::from_secs(gc.grace * 60)).await?;
        let would = if gc.dry_run { "would be removed" } else { "to be removed" };
        plan.applications.iter().for_each(|one| output::say(format_args!("{one}: {would}")));
        plan.artifacts.iter().for_each(|one| output::say(format_args!("{one}: {would}")));
        let back = if gc.dry_run { "would be moved back" } else { "to be moved back" };
        plan.stranded.iter().for_each(|one| {
            output::say(format_args!("{one}: {back}: it is used, and a sweep that was broken off had moved it away"));
        });
        let left = Left::of(&configuration, &hadoop).await?;
        left.tell(would);
        plan.unreadable.iter().for_each(|one| {
            output::note(format_args!("{one}: its list of artifacts cannot be read, so no artifact is removed"));
        });
        if gc.dry_run {
            return Ok(ExitCode::SUCCESS);
        }
        let swept = hadoop.staging.sweep(&plan).await?;
        let (kept, all) = left.remove();
        output::say(format_args!(
            "Removed: {} directories of applications, {} artifacts, {} broken uploads, what {kept} applications kept for another attempt; \
             {} artifacts in use were left or moved back.",
            swept.applications, swept.artifacts, swept.uploads, swept.spared
        ));
        Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}
