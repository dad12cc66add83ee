//! What tests of RPC and YARN share: clients of a rig, and an ApplicationMaster that a test plays.

#![allow(dead_code, reason = "each test program uses a part")]

pub(crate) mod master;

use std::{
    io::Read,
    sync::Arc,
    time::{Duration, Instant},
};

use weft_hadoop_rpc::{Address, Entropy, Login, RpcOptions};
use weft_integration::Rig;
use weft_yarn_client::{
    ResourceManager,
    proto::{ApplicationId, ApplicationReport, ApplicationState, ApplicationSubmissionContext, Resource},
};

/// Held by a test with a rig of its own: daemons of several rigs at once would measure each other.
pub(crate) static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// How long anything may take on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(90);

/// A rig whose masters and nodes may be silent for minutes: on a busy machine its short timers would end what is tested.
pub(crate) fn up(options: &[&str]) -> Rig {
    let patient = [
        "yarn-site:yarn.am.liveness-monitor.expiry-interval-ms=180000",
        "yarn-site:yarn.nm.liveness-monitor.expiry-interval-ms=180000",
    ];
    // What a test sets itself comes later and counts.
    let settings = patient.iter().flat_map(|setting| ["--set", setting]);
    Rig::up(&settings.chain(options.iter().copied()).collect::<Vec<_>>()).unwrap()
}

/// Bytes nobody can foresee: a server takes two clients with one id for one client.
pub(crate) fn entropy() -> Arc<dyn Entropy> {
    Arc::new(|bytes: &mut [u8]| std::fs::File::open("/dev/urandom").unwrap().read_exact(bytes).unwrap())
}

/// Where all daemons of a kind have a port, the first one first.
pub(crate) fn addresses(rig: &Rig, kind: &str, port: &str) -> Vec<Address> {
    let of = |name| rig.address(name, port).unwrap();
    rig.names(kind).map(of).map(|address| Address::new(address.ip().to_string(), address.port())).collect()
}

/// Calls to the ResourceManagers as the rig's client.
pub(crate) fn resource_manager(rig: &Rig) -> ResourceManager {
    resource_manager_as(rig, Login::simple(&rig.users().client), RpcOptions::default())
}

/// Kills an application, as an operator does.
pub(crate) fn kill(rig: &Rig, application: ApplicationId) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { resource_manager(rig).kill(application, "an operator wanted it", LONG).await }).unwrap();
}

pub(crate) fn resource_manager_as(rig: &Rig, login: Login, options: RpcOptions) -> ResourceManager {
    ResourceManager::new(addresses(rig, "rm", "rpc"), login, options, entropy())
}

/// An application whose master is whoever has its token.
pub(crate) fn unmanaged(application: ApplicationId) -> ApplicationSubmissionContext {
    ApplicationSubmissionContext {
        application,
        name: Some("a test".to_owned()),
        queue: Some("default".to_owned()),
        master: Some(Default::default()),
        unmanaged: Some(true),
        max_attempts: Some(1),
        resource: Some(Resource::of(64, 1)),
        application_type: Some("WEFT".to_owned()),
        ..ApplicationSubmissionContext::default()
    }
}

/// Asks until there is an answer.
pub(crate) async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + LONG;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < end, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until an application is in a state.
pub(crate) async fn reaches(rm: &ResourceManager, id: ApplicationId, state: ApplicationState) -> ApplicationReport {
    let what = format!("{id} in state {}", state.as_str_name());
    eventually(&what, async || {
        let report = rm.report(id).await.unwrap();
        (report.state() == state).then_some(report)
    })
    .await
}
