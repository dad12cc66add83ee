//! Applications as their submitters see them, and the cluster.

#![allow(clippy::unwrap_used, clippy::panic)]

mod yarn;

use std::time::Duration;

use weft_hadoop_rpc::{Address, ExceptionKind, HaService, Login, RpcError, RpcOptions, proto::rpc::ServiceState};
use weft_integration::Rig;
use weft_yarn_client::proto::{
    ApplicationAttemptId, ApplicationId, ApplicationState, ApplicationSubmissionContext, ContainerLaunchContext,
    FinalStatus, GetApplicationsRequest, NodeState, QueueState, Resource,
};
use weft_yarn_client::{ResourceManager, YarnError};
use yarn::{LONG, addresses, entropy, eventually, master::Master, reaches, resource_manager, unmanaged};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_and_its_applications() {
    let rig = yarn::up(&[]);
    let rm = resource_manager(&rig);
    the_cluster(&rig, &rm).await;
    what_is_refused(&rm).await;
    one_from_beginning_to_end(&rig, &rm).await;
    one_that_is_killed(&rm).await;
    masters_that_fail(&rm).await;
    delegation_tokens(&rig, &rm).await;
    nobody_there(&rig).await;
}

async fn the_cluster(rig: &Rig, rm: &ResourceManager) {
    let metrics = rm.cluster_metrics().await.unwrap();
    assert_eq!((metrics.node_managers, metrics.active, metrics.lost), (2, 2, 0));
    let mut nodes = rm.nodes(&[NodeState::NodeRunning]).await.unwrap();
    nodes.sort_by_key(|node| node.node.port);
    assert_eq!(nodes.len(), 2);
    for node in &nodes {
        assert_eq!((node.capability.memory, node.capability.virtual_cores), (4096, 4));
        assert_eq!((node.state(), node.rack.as_str()), (NodeState::NodeRunning, "/default-rack"));
    }
    assert_eq!(rm.nodes(&[NodeState::NodeLost]).await.unwrap(), []);
    let root = rm.queue("root").await.unwrap().unwrap();
    let names: Vec<_> = root.children.iter().map(|queue| queue.name.as_str()).collect();
    assert_eq!((root.state(), names), (QueueState::QueueRunning, vec!["default"]));
    assert!(rm.queue_acls().await.unwrap().iter().any(|queue| queue.queue.ends_with("default")));
    let types = rm.resource_types().await.unwrap();
    assert!(types.iter().any(|resource| resource.name == "memory-mb"), "{types:?}");
    let unknown = rm.queue("nowhere").await;
    assert!(!matches!(unknown, Ok(Some(_))), "{unknown:?}");

    // A ResourceManager without a pair has no such protocol.
    let [admin] = &addresses(rig, "rm", "admin")[..] else { panic!("several ResourceManagers") };
    let administrator = Login::simple(&rig.users().yarn);
    let state = HaService::new("rm1", admin.clone(), administrator, RpcOptions::default(), entropy()).state().await;
    assert!(matches!(state, Ok(ServiceState::Active) | Err(RpcError::Remote { .. })), "{state:?}");
}

async fn what_is_refused(rm: &ResourceManager) {
    let id = rm.new_application().await.unwrap().application;
    let nowhere = ApplicationSubmissionContext { queue: Some("nowhere".to_owned()), ..unmanaged(id) };
    let refused = rm.submit(nowhere, LONG).await.unwrap_err();
    let text = refused.to_string();
    let named = matches!(refused, YarnError::NotAccepted { application, .. } if application == id);
    assert!(named && text.contains("it is FAILED") && text.contains("unknown queue: nowhere"), "{text}");

    let id = rm.new_application().await.unwrap().application;
    // Only where a container is asked for: an unmanaged application's resource is not looked at.
    let resource = Some(Resource::of(1 << 30, 1));
    let huge = ApplicationSubmissionContext { resource, unmanaged: None, ..unmanaged(id) };
    let YarnError::Rpc(refused) = rm.submit(huge, LONG).await.unwrap_err() else { panic!("another error") };
    assert!(refused.is(ExceptionKind::InvalidResourceRequest), "{refused}");

    let nobody = ApplicationId { id: 9999, ..id };
    let unknown = rm.report(nobody).await.unwrap_err();
    assert!(unknown.is(ExceptionKind::ApplicationNotFound), "{unknown}");
    assert!(unknown.to_string().contains(&nobody.to_string()), "{unknown}");
    let attempt = ApplicationAttemptId { application: nobody, attempt: 1 };
    assert!(rm.fail_attempt(attempt).await.is_err());
}

async fn one_from_beginning_to_end(rig: &Rig, rm: &ResourceManager) {
    let master = Master::new(rig, rm).await;
    let (id, attempt) = (master.application, master.attempt);
    let report = reaches(rm, id, ApplicationState::Running).await;
    assert_eq!((report.user.as_str(), report.unmanaged()), (rig.users().client.as_str(), true));
    assert_eq!((report.host.as_str(), report.rpc_port, report.name.as_str()), ("localhost", 1, "a test"));
    assert_eq!(report.current_attempt, Some(attempt));
    let [found] = &rm.attempts(id).await.unwrap()[..] else { panic!("several attempts") };
    assert_eq!(found.attempt, attempt);
    let asked = GetApplicationsRequest {
        types: vec!["WEFT".to_owned()],
        states: vec![ApplicationState::Running as i32],
        ..Default::default()
    };
    let running: Vec<_> = rm.applications(&asked).await.unwrap().iter().map(|report| report.application).collect();
    assert_eq!(running, [id]);
    assert_eq!(rm.set_priority(id, 0).await.unwrap(), Some(0));
    // The same application submitted once more is the same application.
    assert_eq!(rm.submit(unmanaged(id), LONG).await.unwrap().application, id);
    master.finish(FinalStatus::FinalSucceeded, "all is well").await;
    let report = reaches(rm, id, ApplicationState::Finished).await;
    assert_eq!((report.final_status(), report.diagnostics.as_str()), (FinalStatus::FinalSucceeded, "all is well"));
}

async fn one_that_is_killed(rm: &ResourceManager) {
    let id = rm.new_application().await.unwrap().application;
    rm.submit(unmanaged(id), LONG).await.unwrap();
    rm.kill(id, "no longer wanted", LONG).await.unwrap();
    let report = reaches(rm, id, ApplicationState::Killed).await;
    assert_eq!(report.final_status(), FinalStatus::FinalKilled);
    assert!(report.diagnostics.contains("no longer wanted"), "{}", report.diagnostics);
    // Dead already.
    rm.kill(id, "again", LONG).await.unwrap();
}

/// Masters that end without saying so fail, whatever their exit code; the tail of a file called stderr is in the report.
async fn masters_that_fail(rm: &ResourceManager) {
    for (command, code) in [("exit 0", 0), ("echo what went wrong ><LOG_DIR>/stderr; exit 3", 3)] {
        let id = rm.new_application().await.unwrap().application;
        let context = ApplicationSubmissionContext {
            master: Some(ContainerLaunchContext::command(command)),
            unmanaged: None,
            max_attempts: Some(2),
            ..unmanaged(id)
        };
        rm.submit(context, LONG).await.unwrap();
        let report = reaches(rm, id, ApplicationState::Failed).await;
        let text = &report.diagnostics;
        assert!(text.contains("failed 2 times") && text.contains(&format!("exitCode: {code}")), "{text}");
        assert_eq!(text.contains("what went wrong"), code == 3, "{text}");
        assert_eq!(rm.attempts(id).await.unwrap().len(), 2);
    }
}

async fn delegation_tokens(rig: &Rig, rm: &ResourceManager) {
    let token = rm.delegation_token(&rig.users().client).await.unwrap().unwrap();
    assert_eq!((token.kind.as_str(), token.service.as_str()), (weft_yarn_client::RM_DELEGATION_TOKEN, ""));
    // Milliseconds since 1970, some time after this was written.
    assert!(rm.renew_delegation_token(token.clone()).await.unwrap() > 1_700_000_000_000);
    rm.cancel_delegation_token(token.clone()).await.unwrap();
    let gone = rm.renew_delegation_token(token).await.unwrap_err().to_string();
    assert!(gone.contains("InvalidToken"), "{gone}");
}

/// Wrong ports: nobody there, and somebody who speaks something else.
async fn nobody_there(rig: &Rig) {
    let hasty = RpcOptions { call_timeout: Duration::from_secs(2), ..RpcOptions::default() };
    let login = Login::simple(&rig.users().client);
    let of = |addresses| ResourceManager::new(addresses, login.clone(), hasty.clone(), entropy());
    let nobody = Address::new("127.0.0.1", 1);
    let error = of(vec![nobody]).cluster_metrics().await.unwrap_err().to_string();
    assert!(error.contains("cannot call getClusterMetrics of the ResourceManager within"), "{error}");
    assert!(error.contains("127.0.0.1:1: cannot connect to 127.0.0.1: Connection refused"), "{error}");
    let error = of(addresses(rig, "rm", "http")).cluster_metrics().await.unwrap_err().to_string();
    assert!(!error.is_empty(), "{error}");
    let error = of(addresses(rig, "nn", "rpc")).cluster_metrics().await.unwrap_err();
    assert!(error.is(ExceptionKind::NoSuchMethod), "{error}");
    // The scheduler takes tokens only, in a cluster without security too.
    let error =
        eventually("a refusal", async || of(addresses(rig, "rm", "scheduler")).cluster_metrics().await.err()).await;
    assert!(error.is(ExceptionKind::AccessControl), "{error}");
    assert!(error.to_string().contains("Available:[TOKEN]"), "{error}");
}
