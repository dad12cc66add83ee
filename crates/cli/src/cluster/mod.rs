//! Which cluster a command speaks with: its configuration, and where it is.

mod address;
mod directory;
mod token;

pub(crate) use address::Address;
pub(crate) use token::read as read_token;

#[cfg(feature = "hadoop")]
use crate::arguments::Target;
use crate::arguments::{ClusterArguments, ConfigurationArguments};
use crate::error::CliError;
use crate::rest::RestClient;
use std::path::Path;
use std::sync::Arc;
use weft_common::configuration::{Configuration, options};

/// What is configured: by the files, and over them by `-D`.
pub(crate) fn configuration(arguments: &ConfigurationArguments) -> Result<Configuration, CliError> {
    let mut configuration = match directory::find(arguments.conf_dir.as_deref()) {
        Some(directory) => Configuration::load_dir(&directory)?,
        None => Configuration::new(),
    };
    configuration.apply_dynamic(&arguments.dynamic)?;
    configuration.check()?;
    Ok(configuration)
}

/// Whether a cluster on YARN is meant: it is named, or it is the session that was started here last and nothing says where else jobs run.
#[cfg(feature = "hadoop")]
pub(crate) fn is_on_yarn(arguments: &ClusterArguments, configuration: &Configuration) -> Result<bool, CliError> {
    if arguments.jobmanager.is_some() {
        return Ok(false);
    }
    Ok(match arguments.target {
        Some(target) => matches!(target, Target::YarnSession | Target::YarnApplication),
        None if configuration.contains(&options::YARN_APPLICATION_ID) => true,
        None if configuration.contains(&options::REST_ADDRESS) => false,
        None => crate::yarn::recorded(configuration)?.is_some(),
    })
}

/// The way to the cluster's JobManager. Nothing is connected yet.
pub(crate) fn client(arguments: &ClusterArguments, configuration: &Configuration) -> Result<Arc<RestClient>, CliError> {
    #[cfg(feature = "hadoop")]
    if is_on_yarn(arguments, configuration)? {
        return Ok(Arc::new(crate::run::runtime()?.block_on(crate::yarn::client(configuration))?));
    }
    let address = match &arguments.jobmanager {
        Some(given) => given.parse().map_err(CliError::Usage)?,
        None => Address::configured(configuration)?,
    };
    let token = configuration.get(&options::REST_TOKEN_FILE)?;
    Ok(Arc::new(RestClient {
        address,
        token: token.map(|file| token::read(Path::new(&file))).transpose()?,
        connecting: configuration.get(&options::REST_CONNECTION_TIMEOUT)?,
        answering: configuration.get(&options::CLIENT_TIMEOUT)?,
    }))
}
