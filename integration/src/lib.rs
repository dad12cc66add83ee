//! Real Hadoop daemons for tests.
//!
//! A test file has one rig, which its tests share:
//!
//! ```no_run
//! use std::sync::LazyLock;
//! use weft_integration::Rig;
//!
//! static RIG: LazyLock<Rig> = LazyLock::new(|| Rig::up(&["--hdfs-only", "--datanodes", "3"]).unwrap());
//!
//! println!("{} as {}", RIG.conf().display(), RIG.users().client);
//! ```
//!
//! The rig is started and taken down by the scripts in `hadoop/`. A process of theirs holds it for as long as a pipe to the
//! test's process is open, so the rig ends with that process, however that ends: after the last test, a panic, or a kill.

mod await_condition;
mod daemon;
mod description;
mod error;
mod http;
mod rig;

pub use await_condition::eventually;
pub use daemon::Daemon;
pub use description::Users;
pub use error::RigError;
pub use rig::Rig;
