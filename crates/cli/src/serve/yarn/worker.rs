//! A TaskManager in a container.

use std::process::ExitCode;

use super::BY_SIGTERM;
use super::container::Container;
use crate::serve::told::TERMINATED;
use crate::serve::{ProcessArgs, taskmanager};
use weft_common::configuration::Configuration;

/// `weft yarn-taskmanager`
#[derive(Debug, clap::Args)]
pub(crate) struct YarnTaskManagerArgs {
    /// A configuration key, over those of the file; may be repeated
    #[arg(short = 'D', value_name = "KEY=VALUE")]
    dynamic: Vec<String>,
}

/// Runs a TaskManager until it ends. Its id is that of its container.
pub(crate) fn yarn_taskmanager(args: &YarnTaskManagerArgs) -> anyhow::Result<ExitCode> {
    let container = Container::of_process()?;
    let configured = Configuration::load_dir(&container.conf_dir())?;
    let mut dynamic = container.keys();
    dynamic.extend(container.addresses(&configured, &["taskmanager.bind-host"], &["taskmanager.host"]));
    dynamic.push(format!("taskmanager.resource-id={}", container.id));
    dynamic.extend(args.dynamic.iter().cloned());
    let process = ProcessArgs { conf_dir: Some(container.conf_dir()), dynamic, log_name: None, run_file: None };
    let cause = taskmanager::serve(&process, |_| container.secret().map(Some))?;
    Ok(if cause == TERMINATED { ExitCode::from(BY_SIGTERM) } else { ExitCode::SUCCESS })
}
