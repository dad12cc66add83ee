//! A client that is killed between any two steps of a deployment, on a real YARN: what is left is found by the sweep, all of it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod hdfs;
mod yarn;
mod yarn_deployment;

use std::future::pending;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use weft_yarn::DeployError;
use weft_yarn_client::proto::{ApplicationState, GetApplicationsRequest};
use yarn::{LONG, eventually, reaches};
use yarn_deployment::Client;

/// Nobody has more to say to an application in one of these.
const OVER: [ApplicationState; 3] = [ApplicationState::Finished, ApplicationState::Failed, ApplicationState::Killed];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whenever_a_client_is_killed_the_sweep_finds_what_is_left() {
    let client = Client::new(&["--nodemanagers", "1"]);
    let mut staged_something = 0;
    let mut submitted_something = 0;
    // Each wake-up is a step: an answer of a server, bytes that went out. The last ones are beyond the submission.
    for steps in (0..40).chain([50, 60, 80, 100, 150]) {
        client.said.lock().unwrap().clear();
        killed_after(&client, steps).await;
        staged_something += usize::from(!client.staged().await.is_empty());
        submitted_something += usize::from(end_all(&client).await);
        let plan = client.cluster.plan_sweep(&client.staging, i64::MAX / 2, Duration::ZERO).await.unwrap();
        client.staging.sweep(&plan).await.unwrap();
        assert_eq!(client.staged().await, [""; 0], "after {steps} steps");
        let survey = client.staging.survey().await.unwrap();
        assert_eq!((survey.cached.len(), survey.applications.len()), (0, 0), "after {steps} steps: {survey:?}");
    }
    client.nothing_runs().await;
    assert!(staged_something > 3 && submitted_something > 0, "{staged_something} {submitted_something}");
}

/// A deployment of which nothing happens any more after so many steps; nothing is undone.
async fn killed_after(client: &Client, steps: usize) {
    let request = client.request("exec sleep 86399", &[], &[]);
    let mut deployment = pin!(client.deploy(&request, pending()));
    let mut left = steps;
    let ended: Option<Result<_, DeployError>> = std::future::poll_fn(|context| {
        if left == 0 || client.said_last().is_some() {
            return Poll::Ready(None);
        }
        left -= 1;
        deployment.as_mut().poll(context).map(Some)
    })
    .await;
    assert!(ended.is_none(), "{ended:?}");
}

/// Kills what was submitted, if anything was.
async fn end_all(client: &Client) -> bool {
    let manager = &client.cluster.resource_manager;
    // What was sent may still be on its way to the ResourceManager, which has one queue for a connection: one more call is behind it.
    let mut any = false;
    let applications = manager.applications(&GetApplicationsRequest::default()).await.unwrap();
    for report in applications.into_iter().filter(|report| !OVER.contains(&report.state())) {
        any = true;
        eventually("the application is killed", async || {
            manager.kill(report.application, "the test is over", LONG).await.ok()
        })
        .await;
        reaches(manager, report.application, ApplicationState::Killed).await;
    }
    any
}
