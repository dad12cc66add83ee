//! The REST API of a JobManager: the paths, fields and names that clients and dashboards of the field know, and a few of our own for
//! the command line (`/weft/…`).
//!
//! [`RestServer`] serves whatever is behind a [`ClusterGateway`](weft_rpc::view::ClusterGateway). A request asks for views and writes
//! them as JSON; nothing is decided here. The table of all paths is `routes.rs`. Everything is also there under `/v1`; errors are
//! `{"errors": ["…"]}`.
//!
//! # Limits
//! Bodies, heads, connections and the time that a peer may take are bounded by [`RestSettings`]. A program is written to its file as it
//! comes; nothing else that a peer sends is kept beyond 10 MiB.

mod answer;
mod api_error;
mod artifact_file;
mod authenticator;
mod bearer;
mod clients;
mod clock;
mod cluster;
mod error;
mod front;
mod guests;
mod jars;
mod job_manager;
mod jobs;
mod logs;
mod metrics;
mod openapi;
mod request;
mod rest;
mod routes;
mod server;
mod settings;
mod states;
mod task_managers;
mod vertices;

pub use authenticator::{Asked, Authenticator, Challenge};
pub use bearer::{Bearer, BearerToken};
pub use error::RestError;
pub use guests::{Guests, Memberships, Viewers};
pub use metrics::{ClusterSnapshot, cluster_page, job_manager_page, task_manager_page};
pub use server::{MetricsPage, RestServer};
pub use settings::{RestSettings, VersionInfo};
