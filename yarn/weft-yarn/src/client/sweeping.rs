//! `weft yarn gc`: the sweep, told by the ResourceManager which applications live.

use std::collections::BTreeMap;
use std::time::Duration;

use weft_hadoop_rpc::ExceptionKind;
use weft_yarn_client::proto::{ApplicationId, ApplicationState};

use super::cluster::YarnCluster;
use crate::DeployError;
use crate::staging::{ApplicationLife, Staging, SweepPlan};

/// How old something must be that nobody knows: an application that is being submitted is not known yet.
pub const SWEEP_GRACE: Duration = Duration::from_secs(24 * 3600);

impl YarnCluster {
    /// What a sweep of `staging` would remove at this time of the staging's file system. [`Staging::sweep`] does it.
    ///
    /// # Errors
    /// Those of the file system, and of calls: when the ResourceManager cannot be asked nothing is planned.
    pub async fn plan_sweep(&self, staging: &Staging, now_ms: i64, grace: Duration) -> Result<SweepPlan, DeployError> {
        let survey = staging.survey().await?;
        let mut lives = BTreeMap::new();
        for staged in &survey.applications {
            let key = (staged.application.cluster_timestamp, staged.application.id);
            lives.insert(key, self.life(staged.application).await?);
        }
        let life = |application: ApplicationId| {
            let key = (application.cluster_timestamp, application.id);
            lives.get(&key).copied().unwrap_or(ApplicationLife::Alive)
        };
        Ok(survey.plan(now_ms, grace, life))
    }

    /// Whether an application still needs what there is of it.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn life(&self, application: ApplicationId) -> Result<ApplicationLife, DeployError> {
        match self.resource_manager.report(application).await {
            Ok(report) => Ok(match report.state() {
                ApplicationState::Finished | ApplicationState::Failed | ApplicationState::Killed => {
                    ApplicationLife::Over
                }
                _ => ApplicationLife::Alive,
            }),
            Err(error) if error.is(ExceptionKind::ApplicationNotFound) => Ok(ApplicationLife::Unknown),
            Err(error) => Err(error.into()),
        }
    }
}
