//! ResourceManagers that fail over while a client submits: whenever that is, there is one application, and it runs.

#![allow(clippy::unwrap_used, clippy::panic)]

mod hdfs;
mod yarn;
mod yarn_deployment;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use weft_hadoop_rpc::RpcOptions;
use weft_yarn::{Deployment, YarnCluster};
use weft_yarn_client::proto::{ApplicationReport, ApplicationState, GetApplicationsRequest};
use yarn::{LONG, entropy, eventually, reaches};
use yarn_deployment::Client;

/// When the active ResourceManager is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// It has given an id, and knows nothing of the application.
    BeforeTheSubmission,
    /// Another client sees the application for the first time.
    WithTheSubmission,
    /// The client has seen a first report.
    AfterTheFirstReport,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn there_is_one_application_whenever_the_resource_manager_fails_over() {
    let mut client = Client::new(&["--ha", "--nodemanagers", "1"]);
    let options = RpcOptions { call_timeout: LONG, silence_timeout: Duration::from_secs(5), ..RpcOptions::default() };
    let user = client.cluster.user.clone();
    client.cluster = YarnCluster::new(client.cluster.conf.clone(), &user, options, entropy()).unwrap();
    for moment in [Moment::BeforeTheSubmission, Moment::WithTheSubmission, Moment::AfterTheFirstReport] {
        one_application(&client, moment).await;
        client.nothing_runs().await;
    }
}

/// Which ResourceManager has its clients' port open.
async fn active(client: &Client) -> &'static str {
    eventually("an active ResourceManager", async || {
        for name in ["rm1", "rm2"] {
            let address = client.rig.address(name, "rpc").unwrap();
            if client.rig.is_running(name) && tokio::net::TcpStream::connect(address).await.is_ok() {
                return Some(name);
            }
        }
        None
    })
    .await
}

async fn all_of(client: &Client, name: &str) -> Vec<ApplicationReport> {
    let all = client.cluster.resource_manager.applications(&GetApplicationsRequest::default()).await.unwrap();
    all.into_iter().filter(|report| report.name == name).collect()
}

async fn one_application(client: &Client, moment: Moment) {
    let victim = active(client).await;
    let name = format!("{moment:?}");
    let mut request = client.request("exec sleep 86399", &[&name], &[]);
    request.settings.application.name = Some(name.clone());
    let killed = AtomicBool::new(false);
    let kill = || {
        if !killed.swap(true, Ordering::SeqCst) {
            client.rig.kill(victim).unwrap();
        }
    };
    // The directory is made between the id and the submission; a sentence comes with the first report.
    let (interrupt, interrupted) = tokio::sync::oneshot::channel();
    let interrupted = async { interrupted.await.unwrap() };
    let watch = async {
        match moment {
            Moment::BeforeTheSubmission => {
                eventually("a directory", async || (!client.staged().await.is_empty()).then_some(())).await;
                kill();
            }
            Moment::WithTheSubmission => {
                eventually("a submission", async || (!all_of(client, &name).await.is_empty()).then_some(())).await;
                kill();
            }
            Moment::AfterTheFirstReport => {}
        }
        // It is there, of this ResourceManager or of the next, when its ApplicationMaster has a container.
        eventually("the application has an attempt", async || {
            let of_name = all_of(client, &name).await;
            (killed.load(Ordering::SeqCst) && of_name.first()?.current_attempt.is_some()).then_some(())
        })
        .await;
        let of_name = all_of(client, &name).await;
        assert_eq!(of_name.len(), 1, "{moment:?}: {of_name:?}");
        interrupt.send("the test is over".to_owned()).unwrap();
    };
    let say = |line: &str| {
        if moment == Moment::AfterTheFirstReport && line.contains("is accepted") {
            kill();
        }
    };
    let deployment = Deployment::new(client.cluster.clone(), client.staging.clone(), entropy());
    let (deployed, ()) = tokio::join!(deployment.deploy(&request, &say, interrupted), watch);
    let error = deployed.unwrap_err();
    assert_eq!(error.to_string(), "interrupted: the test is over", "{moment:?}");
    let of_name = all_of(client, &name).await;
    assert_eq!(of_name.len(), 1, "{moment:?}: {of_name:?}");
    for report in of_name {
        reaches(&client.cluster.resource_manager, report.application, ApplicationState::Killed).await;
    }
    assert_eq!(client.staged().await, [""; 0], "{moment:?}");
    client.rig.start(victim).unwrap();
}
