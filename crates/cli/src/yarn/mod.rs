//! Clusters on YARN, as clients of them see them.
//!
//! ```text
//! yarn-session ──► stages, submits, follows ──► a cluster, written down in the properties file
//! run, list, cancel, logs ──► properties file or yarn.application.id ──► report ──► REST, with the word in .weft/apps/<application>
//! ```

mod application;
mod deploy;
mod find;
mod gc;
mod hadoop;
mod job_logs;
mod left;
mod logs;
mod main_program;
mod properties;
mod session;
mod shipped;
mod stop;

pub(crate) use application::run as run_application;
pub(crate) use find::client;
pub(crate) use gc::{YarnArguments, yarn};
pub(crate) use job_logs::logs_of_job;
pub(crate) use logs::logs;
pub(crate) use properties::recorded;
pub(crate) use session::{SessionArguments, session};
