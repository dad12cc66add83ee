//! The paths of this engine's own clients: its command line submits with them.

mod artifacts;
mod jobs;

pub(crate) use artifacts::{get, put};
pub(crate) use jobs::{outcome, progress, submit};
