//! The configuration of a Hadoop client, read without Hadoop: where it lies, what it says, and where each value came
//! from.
//!
//! [`HadoopConf::load`] finds `core-site.xml`, `hdfs-site.xml` and `yarn-site.xml` ([`Sources`] says in which order it
//! looks), puts them over the defaults of Hadoop 3.4 that matter to a client, substitutes variables, and puts on top
//! what the engine's own configuration passes through. What it gives back answers questions: a key's value and
//! [`Origin`], the NameNodes of a name service, the ResourceManagers of the cluster.
//!
//! The environment is an argument ([`Environment`]); [`Environment::of_process`] is the only thing here that reads the
//! process's own. The only other thing done to the outside world is to read the files.
//!
//! ```
//! use weft_hadoop_conf::{Environment, HadoopConf, Sources, TimeUnit};
//! let sources = Sources::new(Environment::empty()).with_setting("fs.defaultFS", "hdfs://nn.example:9000");
//! let conf = HadoopConf::load(&sources)?;
//! assert_eq!(conf.default_fs(), "hdfs://nn.example:9000");
//! assert_eq!(conf.nameservice("")?.namenodes[0].rpc_address.to_string(), "nn.example:9000");
//! let ping = conf.duration("ipc.ping.interval", TimeUnit::Milliseconds)?;
//! assert_eq!(ping, Some(std::time::Duration::from_secs(60)));
//! # Ok::<(), weft_hadoop_conf::HadoopConfError>(())
//! ```

mod address;
mod conf;
mod defaults;
mod deprecated;
mod doctor;
mod effective;
mod environment;
mod error;
mod expand;
mod nameservice;
mod note;
mod origin;
mod pass_through;
mod place;
mod resource_manager;
mod search;
mod secret;
mod security;
mod site_file;
mod sources;
mod table;
#[cfg(test)]
mod test_files;
mod typed;
mod units;

pub use address::Address;
pub use conf::HadoopConf;
pub use doctor::{Finding, Severity, Topic, findings};
pub use effective::Effective;
pub use environment::Environment;
pub use error::HadoopConfError;
pub use nameservice::{NameNode, Nameservice};
pub use note::Note;
pub use origin::Origin;
pub use place::{FoundFile, NamedBy, Place, PlaceState};
pub use resource_manager::ResourceManagerAddresses;
pub use security::{Authentication, Protection};
pub use sources::Sources;
pub use units::TimeUnit;
