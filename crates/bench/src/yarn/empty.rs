//! What YARN takes by itself: containers with the files of a cluster's processes, in which a shell notes when it was started.

use super::testbed::Testbed;
use crate::cluster::process::until;
use crate::cluster::submission::now_ms;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use weft_fs::LocalFileSystem;
use weft_hadoop_rpc::Credentials;
use weft_yarn::launch::{ClusterCredentials, Files, Launch, configuration_file, write_manifest};
use weft_yarn::staging::Source;
use weft_yarn::{ContainerRole, names, submission};
use weft_yarn_client::proto::{ApplicationId, ContainerLaunchContext};

/// How long YARN may take to store something.
pub(super) const LONG: Duration = Duration::from_secs(60);
/// The file that tells when.
const STARTED: &str = "started";
/// Notes the time in milliseconds since 1970, and waits.
const NOTE: &str = "date +%s%3N >\"${LOG_DIRS%%,*}/started.new\"; mv \"${LOG_DIRS%%,*}/started.new\" \"${LOG_DIRS%%,*}/started\"; exec sleep 86399";

/// Milliseconds from the submission of an empty application to its process. The files are there before.
pub(super) fn application(testbed: &Testbed, weft: &Path) -> Result<i64> {
    let (application, preflight) = testbed.runtime.block_on(testbed.deployment().preflight(&testbed.settings))?;
    let mut files = files(testbed, application, weft)?;
    let directory = testbed.staging.application(application);
    let manifest = write_manifest(&files)?;
    let manifest = testbed.runtime.block_on(directory.put("files", manifest.into()))?;
    files.insert(names::MANIFEST.to_owned(), manifest);
    let context = context(testbed, ContainerRole::JobManager, files)?;
    let context = submission(&testbed.settings, application, "empty", preflight.master, context);
    let manager = &testbed.cluster.resource_manager;
    let submitted = now_ms()?;
    testbed.runtime.block_on(manager.submit(context, LONG))?;
    let started = started(testbed, application, &format!("{}_01_000001", container_prefix(application)))?;
    testbed.runtime.block_on(async {
        manager.kill(application, "it was measured", LONG).await?;
        directory.remove().await
    })?;
    Ok(started - submitted)
}

/// What containers of an application are called, up to their attempt.
pub(super) fn container_prefix(application: ApplicationId) -> String {
    application.to_string().replace("application_", "container_")
}

/// Stages what the containers of a cluster get.
pub(super) fn files(testbed: &Testbed, application: ApplicationId, weft: &Path) -> Result<Files> {
    testbed.runtime.block_on(async {
        let directory = testbed.staging.application(application);
        directory.create().await?;
        let source = Source { fs: Arc::new(LocalFileSystem::new()), path: weft_fs::Path::from_local(weft)? };
        let name = source.name().await?;
        directory.list_artifacts(&[name]).await?;
        let staged = testbed.staging.stage(name, &source).await?;
        let configuration = configuration_file(&testbed.configuration);
        let hadoop = testbed.cluster.conf.write_effective()?;
        Ok(Files::from([
            (names::WEFT.to_owned(), staged.file),
            (names::CONFIGURATION.to_owned(), directory.put("config.yaml", configuration.into()).await?),
            (names::HADOOP.to_owned(), directory.put("core-site.xml", hadoop.xml.into()).await?),
        ]))
    })
}

/// An empty container with these files.
pub(super) fn context(testbed: &Testbed, role: ContainerRole, files: Files) -> Result<ContainerLaunchContext> {
    let launch = Launch {
        role,
        user: testbed.cluster.user.clone(),
        program: "/bin/sh".to_owned(),
        arguments: vec!["-c".to_owned(), NOTE.to_owned()],
        files,
        variables: BTreeMap::new(),
        user_variables: BTreeMap::new(),
    };
    Ok(launch.context(&ClusterCredentials::new(Credentials::default(), &[0; 32], ""))?)
}

/// When the process of an empty container was started, in milliseconds since 1970, once it was.
pub(super) fn started(testbed: &Testbed, application: ApplicationId, container: &str) -> Result<i64> {
    let logs = testbed.rig.directory().join("log/containers");
    let of_container = Path::new(&application.to_string()).join(container).join(STARTED);
    until(&format!("the process of {container} is started"), || {
        for entry in fs::read_dir(&logs).with_context(|| format!("reading {}", logs.display()))?.flatten() {
            // It is not there yet, or elsewhere.
            if let Ok(time) = fs::read_to_string(entry.path().join(&of_container)) {
                return Ok(Some(time.trim().parse().with_context(|| format!("{time:?} is no time"))?));
            }
        }
        Ok(None)
    })
}
