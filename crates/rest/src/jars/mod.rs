//! Programs that were uploaded to be run here: what dashboards call jars.

mod multipart;
mod programs;
mod request;
mod run;
mod upload;

pub(crate) use programs::Programs;
pub(crate) use run::{plan, run};
pub(crate) use upload::{delete, list, upload};
