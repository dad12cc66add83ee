//! Deployments that come to nothing, on a real YARN: each says why, and leaves nothing behind.
//!
//! What is staged as the command is a shell script, so what is tested is the client.

#![allow(clippy::unwrap_used, clippy::panic)]

mod hdfs;
mod yarn;
mod yarn_deployment;

use std::future::pending;
use std::time::Duration;

use weft_yarn::DeployError;
use weft_yarn_client::proto::ApplicationState;
use yarn::{LONG, reaches};
use yarn_deployment::Client;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deployments_that_come_to_nothing_leave_nothing() {
    let client = Client::new(&[]);
    what_the_cluster_cannot_run(&client).await;
    a_master_that_exits_at_once(&client).await;
    a_client_that_is_interrupted(&client).await;
    a_client_that_is_interrupted_while_nobody_answers(&client).await;
    a_client_that_is_killed(&client).await;
    client.nothing_runs().await;
}

async fn what_the_cluster_cannot_run(client: &Client) {
    let table = [
        (
            ["yarn.application.queue=nowhere"],
            "there is no queue nowhere: set yarn.application.queue to one of root.default",
        ),
        (["taskmanager.memory.process.size=64g"], "and the largest container is 4096 mb"),
        (["yarn.appmaster.vcores=500"], "lower yarn.appmaster.vcores"),
    ];
    for (set, part) in table {
        let refused = client.deploy(&client.request("true", &[], &set), pending()).await.unwrap_err();
        assert!(matches!(refused, DeployError::Preflight(_)) && refused.to_string().contains(part), "{refused}");
    }
    // Nothing was even begun.
    assert!(!client.fs.exists(&client.root.join(".weft")).await.unwrap());
}

/// Its last words come with the error, with all that its arguments hold.
async fn a_master_that_exits_at_once(client: &Client) {
    let arguments = ["a \"b\" c", "$HOME", "`id`", "{{X}} <LOG_DIR>", "it's", "\\"];
    let request = client.request("printf '<%s>' \"$@\" >&2; exit 3", &arguments, &[]);
    let ended = client.deploy(&request, pending()).await.unwrap_err();
    let DeployError::Ended { application, what } = &ended else { panic!("{ended}") };
    let words: String = arguments.iter().map(|argument| format!("<{argument}>")).collect();
    assert!(what.contains("(exit status 3)") && what.contains(&words), "{what}");
    assert!(what.contains(&format!("weft logs {application}")), "{what}");
    assert_eq!(client.staged().await, [""; 0]);
    // What is called by its content stays for the next.
    let survey = client.staging.survey().await.unwrap();
    assert_eq!((survey.cached.len(), survey.applications.len()), (1, 0));
}

async fn a_client_that_is_interrupted(client: &Client) {
    client.said.lock().unwrap().clear();
    let request = client.request("exec sleep 86399", &[], &[]);
    let interrupted = async {
        client.submitted().await;
        "Ctrl-C".to_owned()
    };
    let error = client.deploy(&request, interrupted).await.unwrap_err();
    assert_eq!(error.to_string(), "interrupted: Ctrl-C");
    let application = client.submitted().await;
    reaches(&client.cluster.resource_manager, application, ApplicationState::Killed).await;
    assert_eq!(client.staged().await, [""; 0]);
}

/// Nobody answers: then there is nothing to undo, and nothing to wait for.
async fn a_client_that_is_interrupted_while_nobody_answers(client: &Client) {
    client.said.lock().unwrap().clear();
    client.rig.freeze("rm1").unwrap();
    let request = client.request("exec sleep 86399", &[], &[]);
    let interrupted = async {
        let said = || client.said.lock().unwrap().iter().any(|line| line.contains("no answer yet"));
        while !said() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        "Ctrl-C".to_owned()
    };
    let error = client.deploy(&request, interrupted).await.unwrap_err();
    client.rig.thaw("rm1").unwrap();
    assert_eq!(error.to_string(), "interrupted: Ctrl-C");
    assert_eq!(client.staged().await, [""; 0]);
}

/// Nothing is undone: the sweep finds it once the application has ended.
async fn a_client_that_is_killed(client: &Client) {
    client.said.lock().unwrap().clear();
    let request = client.request("exec sleep 86399", &[], &[]);
    let application = tokio::select! {
        deployed = client.deploy(&request, pending()) => panic!("{deployed:?}"),
        application = client.submitted() => application,
    };
    assert_eq!(client.staged().await, [application.to_string()]);
    // As long as it runs it is kept.
    let day = Duration::from_secs(24 * 3600);
    let sweep = async |grace| client.cluster.plan_sweep(&client.staging, i64::MAX / 2, grace).await.unwrap();
    assert_eq!(sweep(day).await.applications, []);
    let manager = &client.cluster.resource_manager;
    manager.kill(application, "the test is over", LONG).await.unwrap();
    reaches(manager, application, ApplicationState::Killed).await;
    let plan = sweep(day).await;
    assert_eq!(plan.applications, [application]);
    client.staging.sweep(&plan).await.unwrap();
    assert_eq!(client.staged().await, [""; 0]);
}
