//! ResourceManagers that are killed, and restarted, in the middle of everything.

#![allow(clippy::unwrap_used)]

mod yarn;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use weft_hadoop_rpc::{ExceptionKind, RpcOptions};
use weft_integration::Rig;
use weft_yarn_client::proto::{
    ApplicationId, ApplicationState, ContainerLaunchContext, ContainerState, FinalStatus, GetApplicationsRequest,
    Resource,
};
use weft_yarn_client::{ExitStatus, ResourceManager};
use yarn::{
    ALONE, LONG, eventually, master, master::Master, reaches, resource_manager, resource_manager_as, unmanaged,
};

fn patient() -> RpcOptions {
    RpcOptions { call_timeout: LONG, silence_timeout: Duration::from_secs(5), ..RpcOptions::default() }
}

fn patient_manager(rig: &Rig) -> ResourceManager {
    resource_manager_as(rig, weft_hadoop_rpc::Login::simple(&rig.users().client), patient())
}

/// Which ResourceManager has its clients' port open.
async fn active(rig: &Rig) -> &'static str {
    eventually("an active ResourceManager", async || {
        for name in ["rm1", "rm2"] {
            let address = rig.address(name, "rpc").unwrap();
            if rig.is_running(name) && tokio::net::TcpStream::connect(address).await.is_ok() {
                return Some(name);
            }
        }
        None
    })
    .await
}

/// Registers again and says again what is wanted, as an ApplicationMaster must when it is told that it is not registered.
async fn resync(master: &mut Master) {
    let error = eventually("to be told to register", async || master.beat(Vec::new(), Vec::new()).await.err()).await;
    assert!(error.is(ExceptionKind::ApplicationMasterNotRegistered), "{error}");
    master.scheduler.register("localhost", 1, "").await.unwrap();
    master.response_id = 0;
    master.beat(Vec::new(), Vec::new()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fail_over_loses_and_doubles_nothing() {
    let _alone = ALONE.lock().await;
    let rig = yarn::up(&["--ha", "--yarn-only", "--nodemanagers", "1"]);
    let rm = patient_manager(&rig);
    let mut master = Master::with_options(&rig, &rm, patient()).await;
    let container = &master.container(1, Resource::of(64, 1)).await;
    master.start(container, ContainerLaunchContext::command("exec sleep 86399")).await;

    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut lanes = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (rm, stop, done) = (rm.clone(), stop.clone(), done.clone());
        lanes.spawn(async move {
            let mut mine = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let id = rm.new_application().await.unwrap().application;
                let report = rm.submit(unmanaged(id), LONG).await.unwrap();
                assert_eq!(report.application, id);
                // One submission more of the same application is the same application.
                rm.submit(unmanaged(id), LONG).await.unwrap();
                rm.kill(id, "it was a test", LONG).await.unwrap();
                mine.push(id);
                done.fetch_add(1, Ordering::Relaxed);
            }
            mine
        });
    }
    // In the middle of the stream, so that calls of every sort are under way.
    let reach = async |count: usize| (done.load(Ordering::Relaxed) >= count).then_some(());
    eventually("applications before the fail-over", async || reach(8).await).await;
    let first = active(&rig).await;
    rig.kill(first).unwrap();
    assert_ne!(active(&rig).await, first);
    resync(&mut master).await;
    let after = done.load(Ordering::Relaxed) + 8;
    eventually("applications after the fail-over", async || reach(after).await).await;
    stop.store(true, Ordering::Relaxed);
    let submitted: Vec<ApplicationId> = lanes.join_all().await.into_iter().flatten().collect();
    let asked = GetApplicationsRequest { types: vec!["WEFT".to_owned()], ..Default::default() };
    let known: Vec<_> = rm.applications(&asked).await.unwrap().iter().map(|report| report.application).collect();
    let distinct: HashSet<_> = known.iter().copied().collect();
    assert_eq!(distinct.len(), known.len());
    assert!(submitted.iter().all(|id| distinct.contains(id)), "{submitted:?} {known:?}");
    // Ids begin with the start of the ResourceManager that gave them: both gave some.
    let starts: HashSet<_> = submitted.iter().map(|id| id.cluster_timestamp).collect();
    assert_eq!(starts.len(), 2, "{submitted:?}");
    // What was submitted and the master's own, nothing else.
    assert_eq!(known.len(), submitted.len() + 1);

    // The container ran on; the same number means another container after the fail-over.
    let node = master.nodes.get(&container.node).unwrap();
    let (statuses, _) = node.statuses(vec![container.id]).await.unwrap();
    assert_eq!(statuses[0].state(), ContainerState::ContainerRunning);
    let later = &master.container(2, Resource::of(64, 1)).await;
    assert_eq!((container.id.epoch(), later.id.epoch()), (0, 1));
    assert!(later.id.to_string().starts_with("container_e01_"), "{}", later.id);
    master.start(later, ContainerLaunchContext::command("exit 3")).await;
    assert_eq!(master.end_of(later.id).await.exit_status(), 3);
    assert_eq!(node.stop(vec![container.id]).await.unwrap(), []);
    assert_eq!(ExitStatus(master.end_of(container.id).await.exit_status()), ExitStatus::STOPPED);
    let id = master.application;
    master.finish(FinalStatus::FinalSucceeded, "").await;
    reaches(&rm, id, ApplicationState::Finished).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_with_recovery_is_survived() {
    let _alone = ALONE.lock().await;
    let rig = yarn::up(&["--yarn-only", "--nodemanagers", "1", "--rm-recovery"]);
    let rm = patient_manager(&rig);
    let mut master = Master::with_options(&rig, &rm, patient()).await;
    let id = master.application;
    rig.kill("rm1").unwrap();
    rig.start("rm1").unwrap();
    // Before it registers again it is accepted, at no host.
    let report = rm.report(id).await.unwrap();
    let state = report.state();
    assert!(matches!(state, ApplicationState::Accepted | ApplicationState::Running), "{state:?}");
    if state == ApplicationState::Accepted {
        assert_eq!((report.host.as_str(), report.rpc_port), ("N/A", -1));
    }
    resync(&mut master).await;
    reaches(&rm, id, ApplicationState::Running).await;
    master.finish(FinalStatus::FinalSucceeded, "").await;
    reaches(&rm, id, ApplicationState::Finished).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_without_recovery_the_attempt_is_over() {
    let _alone = ALONE.lock().await;
    let rig = yarn::up(&["--yarn-only", "--nodemanagers", "1"]);
    let rm = patient_manager(&rig);
    let mut master = Master::with_options(&rig, &rm, patient()).await;
    rig.kill("rm1").unwrap();
    rig.start("rm1").unwrap();
    let error = master.beat(Vec::new(), Vec::new()).await.unwrap_err();
    let over = [ExceptionKind::InvalidToken, ExceptionKind::ApplicationAttemptNotFound, ExceptionKind::Sasl];
    assert!(over.iter().any(|kind| error.is(*kind)), "{error}");
    let unknown = rm.report(master.application).await.unwrap_err();
    assert!(unknown.is(ExceptionKind::ApplicationNotFound), "{unknown}");
}

/// The token of an ApplicationMaster changes; heartbeats go on, also on new connections after the old one is worthless.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_master_s_token_rolls_over() {
    let _alone = ALONE.lock().await;
    // A new key every 19 s, in force 1.5 times 6 s later: the interval must exceed three times the expiry of a master.
    let settings = [
        "yarn-site:yarn.am.liveness-monitor.expiry-interval-ms=6000",
        "yarn-site:yarn.resourcemanager.am-rm-tokens.master-key-rolling-interval-secs=19",
    ];
    let rig = yarn::up(&["--yarn-only", "--nodemanagers", "1", "--set", settings[0], "--set", settings[1]]);
    let rm = resource_manager(&rig);
    // Connections end between heartbeats, so every one logs in with what is current.
    let restless = RpcOptions { max_idle: Duration::from_millis(20), ..RpcOptions::default() };
    let mut master = Master::with_options(&rig, &rm, restless).await;
    let tokens = master.scheduler.tokens();
    let first = tokens.current();
    master.until("two new tokens", Vec::new(), |_| (tokens.current().generation >= 2).then_some(())).await;
    assert_ne!(tokens.current().credentials, first.credentials);
    // The first one is worthless by now.
    let stale = weft_yarn_client::Scheduler::token_among(&first.credentials).unwrap().clone();
    let stale = weft_yarn_client::Scheduler::new(
        yarn::addresses(&rig, "rm", "scheduler"),
        "stale",
        stale,
        RpcOptions::default(),
        yarn::entropy(),
    );
    let error = stale.register("localhost", 1, "").await.unwrap_err();
    assert!(error.is(ExceptionKind::InvalidToken), "{error}");
    let container = &master.container(1, Resource::of(64, 1)).await;
    master.start(container, ContainerLaunchContext::command("exit 4")).await;
    assert_eq!(master.end_of(container.id).await.exit_status(), 4);
    let surplus = master::anywhere(1, 0, Resource::of(64, 1));
    master.beat(vec![surplus], Vec::new()).await.unwrap();
    master.finish(FinalStatus::FinalSucceeded, "").await;
}
