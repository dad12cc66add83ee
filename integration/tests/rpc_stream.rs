//! Streams of calls to NameNodes: fast, and through fail-overs none lost and none doubled.

#![allow(clippy::unwrap_used, clippy::panic)]

mod yarn;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use weft_hadoop_rpc::{
    ExceptionKind, HaService, Login, RpcError, RpcOptions, hdfs::NameNode, proto::rpc::ServiceState,
};
use weft_integration::Rig;
use yarn::{ALONE, LONG, addresses, entropy, eventually};

fn name_node(rig: &Rig, options: RpcOptions) -> NameNode {
    let login = Login::simple(&rig.users().client);
    NameNode::new("the NameNode", addresses(rig, "nn", "rpc"), login, options, entropy())
}

fn home(rig: &Rig) -> String {
    format!("/user/{}", rig.users().client)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_small_calls_with_64_in_flight() {
    let _alone = ALONE.lock().await;
    let rig = Rig::up(&["--hdfs-only"]).unwrap();
    let (client, path) = (name_node(&rig, RpcOptions::default()), home(&rig));
    // The server's compiler needs some calls first.
    let mut rates = Vec::new();
    for _ in 0..3 {
        let began = Instant::now();
        let left = Arc::new(AtomicUsize::new(10_000));
        let mut lanes = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let (client, path, left) = (client.clone(), path.clone(), left.clone());
            lanes.spawn(async move {
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                    assert!(client.file_info(&path).await.unwrap().is_some());
                }
            });
        }
        lanes.join_all().await;
        rates.push(10_000.0 / began.elapsed().as_secs_f64());
    }
    println!("calls per second: {rates:.0?}");
    assert!(rates.iter().copied().fold(0.0, f64::max) >= 3000.0, "{rates:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_name_nodes_are_killed_and_frozen() {
    let _alone = ALONE.lock().await;
    let rig = Rig::up(&["--ha", "--hdfs-only", "--datanodes", "1"]).unwrap();
    let options = RpcOptions {
        call_timeout: Duration::from_secs(90),
        silence_timeout: Duration::from_secs(3),
        ..RpcOptions::default()
    };
    let (client, home) = (name_node(&rig, options), home(&rig));
    let stop = Arc::new(AtomicBool::new(false));
    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..32 {
        let (client, home, stop) = (client.clone(), home.clone(), stop.clone());
        lanes.spawn(async move {
            let (from, to) = (format!("{home}/from-{lane}"), format!("{home}/to-{lane}"));
            client.mkdirs(&from, 0o755, false).await.unwrap();
            client.mkdirs(&to, 0o755, false).await.unwrap();
            let mut done = 0;
            while !stop.load(Ordering::Relaxed) {
                let (old, new) = (format!("{from}/{done}"), format!("{to}/{done}"));
                assert!(client.mkdirs(&old, 0o755, false).await.unwrap());
                // Carried out twice these would fail: the source is gone, or the target exists, or nothing is there.
                if let Err(error) = client.rename2(&old, &new, false).await {
                    let (source, target) = (client.file_info(&old).await, client.file_info(&new).await);
                    panic!("{error}; at its source is {source:?}, at its target {target:?}");
                }
                if done % 2 == 0 {
                    assert!(client.delete(&new, false).await.unwrap(), "{new}");
                }
                done += 1;
            }
            (to, done)
        });
    }
    for round in 0..3 {
        let active = active(&rig).await;
        if round == 1 {
            rig.freeze(active).unwrap();
        } else {
            rig.kill(active).unwrap();
        }
        let other = if active == "nn1" { "nn2" } else { "nn1" };
        eventually("the other takes over", async || (state(&rig, other).await? == ServiceState::Active).then_some(()))
            .await;
        // Some calls reach the new one before the next fault.
        tokio::time::sleep(Duration::from_secs(1)).await;
        if round == 1 {
            // A thawed NameNode finds that it is beaten and ends.
            rig.thaw(active).unwrap();
            eventually("its end", async || (!rig.is_running(active)).then_some(())).await;
        }
        rig.start(active).unwrap();
        eventually("it is on standby", async || (state(&rig, active).await? == ServiceState::Standby).then_some(()))
            .await;
        // It takes a moment until a standby is able to take over.
        tokio::time::sleep(Duration::from_secs(9)).await;
    }
    stop.store(true, Ordering::Relaxed);
    let mut total = 0;
    for (to, done) in lanes.join_all().await {
        let listing = client.listing(&to, Default::default(), false).await.unwrap().unwrap();
        assert_eq!(listing.entries.len() + listing.remaining as usize, done / 2, "{to}");
        total += done;
    }
    println!("{total} directories made, moved and half of them deleted");
    assert!(total > 500, "{total}");
    what_cannot_be_done(&client, &home).await;
    only_on_standby(&rig).await;
}

/// The state of a NameNode, if it answers.
async fn state(rig: &Rig, name: &str) -> Option<ServiceState> {
    let [address] = &addresses(rig, name, "rpc")[..] else { panic!("several") };
    let hasty = RpcOptions { call_timeout: Duration::from_secs(2), ..RpcOptions::default() };
    let administrator = Login::simple(&rig.users().hdfs);
    HaService::new(name, address.clone(), administrator, hasty, entropy()).state().await.ok()
}

async fn active(rig: &Rig) -> &'static str {
    eventually("an active NameNode", async || {
        for name in ["nn1", "nn2"] {
            if state(rig, name).await == Some(ServiceState::Active) {
                return Some(name);
            }
        }
        None
    })
    .await
}

async fn what_cannot_be_done(client: &NameNode, home: &str) {
    let missing = format!("{home}/missing");
    assert_eq!(client.file_info(&missing).await.unwrap(), None);
    let error = client.rename2(&missing, &format!("{home}/x"), false).await.unwrap_err();
    assert!(error.is(ExceptionKind::FileNotFound), "{error}");
    let error = client.rename2(&format!("{home}/from-0"), &format!("{home}/to-0"), false).await.unwrap_err();
    assert!(error.is(ExceptionKind::FileAlreadyExists), "{error}");
    let error = client.delete(&format!("{home}/to-0"), false).await.unwrap_err();
    assert!(error.is(ExceptionKind::DirectoryNotEmpty), "{error}");
    let error = client.set_owner("/", Some("somebody"), None).await.unwrap_err();
    assert!(error.is(ExceptionKind::AccessControl), "{error}");
}

/// Nobody but a standby: the error says so, in time.
async fn only_on_standby(rig: &Rig) {
    let active = active(rig).await;
    let standby = if active == "nn1" { "nn2" } else { "nn1" };
    let hasty = RpcOptions { call_timeout: Duration::from_secs(2), ..RpcOptions::default() };
    let client = NameNode::new(
        "nameservice ns1",
        addresses(rig, standby, "rpc"),
        Login::simple(&rig.users().client),
        hasty,
        entropy(),
    );
    let began = Instant::now();
    let error = client.file_info("/").await.unwrap_err();
    assert!(began.elapsed() < LONG);
    let text = error.to_string();
    assert!(matches!(error, RpcError::Unavailable { may_have_happened: false, .. }), "{text}");
    assert!(text.contains("nameservice ns1") && text.contains("StandbyException"), "{text}");
}
