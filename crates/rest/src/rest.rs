//! What every handler has at hand.

use crate::RestSettings;
use crate::api_error::ApiError;
use crate::jars::Programs;
use crate::request::BodyReader;
use axum::body::Body;
use std::sync::Arc;
use weft_common::{JobId, TaskManagerId};
use weft_rpc::view::{ClusterGateway, JobView, TaskManagerView};

/// A cluster, and how it is served.
#[derive(Clone)]
pub(crate) struct Rest(Arc<Shared>);

struct Shared {
    cluster: Arc<dyn ClusterGateway>,
    settings: RestSettings,
    programs: Programs,
    port: u16,
}

impl Rest {
    /// Of `cluster`, served on `port`.
    pub(crate) fn new(cluster: Arc<dyn ClusterGateway>, settings: RestSettings, port: u16) -> Self {
        Rest(Arc::new(Shared { cluster, settings, programs: Programs::default(), port }))
    }

    /// The cluster.
    pub(crate) fn cluster(&self) -> &dyn ClusterGateway {
        self.0.cluster.as_ref()
    }

    /// How it is served.
    pub(crate) fn settings(&self) -> &RestSettings {
        &self.0.settings
    }

    /// The programs that were uploaded.
    pub(crate) fn programs(&self) -> &Programs {
        &self.0.programs
    }

    /// Where clients find this server.
    pub(crate) fn address(&self) -> String {
        format!("http://{}:{}", self.settings().advertised_host, self.0.port)
    }

    /// A job.
    pub(crate) async fn job(&self, id: JobId) -> Result<Arc<JobView>, ApiError> {
        self.cluster().job(id).await.ok_or_else(|| ApiError::no_job(id))
    }

    /// A TaskManager.
    pub(crate) async fn task_manager(&self, id: &TaskManagerId) -> Result<TaskManagerView, ApiError> {
        let found = self.cluster().task_managers().await.into_iter().find(|other| other.registration.id == *id);
        found.ok_or_else(|| ApiError::not_found(format_args!("No TaskExecutor registered under {id}.")))
    }

    /// Refuses what runs uploaded programs, where that is not wanted.
    pub(crate) fn programs_allowed(&self) -> Result<(), ApiError> {
        let refused = || ApiError::forbidden("Programs are not taken here: web.submit.enable is false.");
        if self.settings().submit_enabled { Ok(()) } else { Err(refused()) }
    }

    /// Refuses jobs, where they are not wanted of just anybody. Who had to be admitted is not just anybody.
    pub(crate) fn submission_allowed(&self) -> Result<(), ApiError> {
        if self.settings().is_guarded() { Ok(()) } else { self.programs_allowed() }
    }

    /// Refuses to end jobs, where not just anybody may.
    pub(crate) fn cancelling_allowed(&self) -> Result<(), ApiError> {
        let allowed = self.settings().cancel_enabled || self.settings().is_guarded();
        let refused = || ApiError::forbidden("Jobs are not cancelled here: web.cancel.enable is false.");
        if allowed { Ok(()) } else { Err(refused()) }
    }

    /// A body that is no program.
    pub(crate) fn small_body(&self, body: Body) -> BodyReader {
        BodyReader::new(body, self.settings().body_limit, self.settings().body_timeout)
    }

    /// A body that is a program.
    pub(crate) fn program_body(&self, body: Body) -> BodyReader {
        BodyReader::new(body, self.settings().upload_limit, self.settings().body_timeout)
    }
}
