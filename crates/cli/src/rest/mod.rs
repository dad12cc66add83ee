//! The cluster's REST API, as a client of it.

mod body;
mod client;
mod error;
mod jobs;

pub(crate) use body::Payload;
pub(crate) use client::RestClient;
pub(crate) use error::RestError;
pub(crate) use jobs::RestJobs;
