//! Who is let in, and what the others hear.

use super::kit::*;
use crate::RpcError;
use crate::session::*;
use crate::wire::samples::session::welcome;
use std::time::Duration;
use weft_common::LeaderEpoch;
use weft_common::trust::SecretKey;
use weft_control::RegistrationFailure;

async fn refused(task_manager: &TaskManager, settings: ClientSettings) -> RpcError {
    soon(task_manager.connect(settings)).await.unwrap_err()
}

#[tokio::test]
async fn a_task_manager_registers_is_welcomed_and_known() {
    let mut job_manager = JobManager::start();
    let task_manager = TaskManager::start();
    let session = soon(task_manager.connect(client_settings(job_manager.port(), FRAME_SIZE))).await.unwrap();
    assert_eq!(session.welcome, welcome());
    let Told::Registered(registration, remote) = job_manager.hears().await else { panic!("not registered") };
    assert_eq!(registration, task_manager.registration);
    assert_eq!(remote.session(), session.handle.session());
}

#[tokio::test]
async fn a_refusal_carries_its_reason_and_is_no_loss() {
    let mut job_manager = JobManager::start();
    let mut task_manager = TaskManager::start();
    let settings = client_settings(job_manager.port(), FRAME_SIZE);
    for (slots, reason) in [(0, "a TaskManager without slots is of no use"), (1, "the JobManager is ending")] {
        task_manager.registration.slots = slots;
        let error = refused(&task_manager, settings.clone()).await;
        assert!(matches!(&error, RpcError::Refused { reason: found, .. } if found == reason), "{error}");
        assert_eq!(error.into_registration_failure(), RegistrationFailure::Refused(reason.into()));
    }
    task_manager.registration.slots = 2;
    let _session = soon(task_manager.connect(settings)).await.unwrap();
    job_manager.hears_registration().await;
}

#[tokio::test]
async fn an_advertised_address_that_leads_nowhere_is_refused_with_both_addresses() {
    let job_manager = JobManager::start();
    let mut task_manager = TaskManager::start();
    let nobody = listener();
    task_manager.registration.rpc_port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let error = refused(&task_manager, client_settings(job_manager.port(), FRAME_SIZE)).await.to_string();
    let advertised = format!("127.0.0.1:{}", task_manager.registration.rpc_port);
    assert!(error.contains(&format!("cannot reach the TaskManager at {advertised}, which it advertises")), "{error}");
    assert!(error.contains("its connection comes from 127.0.0.1:"), "{error}");
    assert!(error.contains("refused"), "{error}");
}

#[tokio::test]
async fn an_advertised_address_of_another_task_manager_is_refused() {
    let job_manager = JobManager::start();
    let mut task_manager = TaskManager::start();
    task_manager.registration.id = weft_common::TaskManagerId("tm-9".into());
    let error = refused(&task_manager, client_settings(job_manager.port(), FRAME_SIZE)).await.to_string();
    assert!(error.contains("at that address is the TaskManager tm-1, not tm-9"), "{error}");
}

#[tokio::test]
async fn a_peer_with_another_secret_or_none_is_refused() {
    let job_manager = JobManager::start();
    let task_manager = TaskManager::start();
    let mut settings = client_settings(job_manager.port(), FRAME_SIZE);
    settings.secret = Some(SecretKey::new([8; 32]));
    let error = refused(&task_manager, settings.clone()).await;
    assert!(error.to_string().contains("does not know this cluster's secret"), "{error}");
    assert!(matches!(error.into_registration_failure(), RegistrationFailure::Error(_)));
    settings.secret = None;
    let error = refused(&task_manager, settings).await;
    assert!(error.to_string().contains("the JobManager has a secret and the TaskManager has none"), "{error}");
}

#[tokio::test]
async fn an_older_leader_is_no_leader() {
    let job_manager = JobManager::start();
    let task_manager = TaskManager::start();
    let client = SessionClient::new(client_settings(job_manager.port(), FRAME_SIZE));
    let newer = LeaderEpoch { counter: 1, random: 0 };
    let error = soon(client.connect(task_manager.registration.clone(), newer, DEADLINE)).await.unwrap_err();
    assert!(error.to_string().contains("which is newer than this JobManager"), "{error}");
}

#[tokio::test]
async fn nobody_there_and_nobody_answering_are_told_apart_from_errors() {
    let task_manager = TaskManager::start();
    let silent = listener();
    let client = SessionClient::new(client_settings(silent.local_addr().unwrap().port(), FRAME_SIZE));
    let connect = |timeout| client.connect(task_manager.registration.clone(), LeaderEpoch::default(), timeout);
    let error = soon(connect(Duration::from_millis(100))).await.unwrap_err();
    assert!(matches!(error, RpcError::Deadline { .. }), "{error}");
    assert!(matches!(error.into_registration_failure(), RegistrationFailure::Unreachable(_)));

    drop(silent);
    let error = soon(connect(DEADLINE)).await.unwrap_err();
    assert!(error.is_connection_refused(), "{error}");
    assert!(matches!(error.into_registration_failure(), RegistrationFailure::Unreachable(_)));

    let nowhere = ClientSettings { host: "no such host".into(), ..client_settings(1, FRAME_SIZE) };
    let error = refused(&task_manager, nowhere).await;
    assert!(matches!(error.into_registration_failure(), RegistrationFailure::Error(_)));
}

#[tokio::test]
async fn a_probe_tells_who_is_there_or_that_nobody_is() {
    let task_manager = TaskManager::start();
    let port = task_manager.registration.rpc_port;
    let epoch = LeaderEpoch::default();
    assert_eq!(soon(probe("127.0.0.1", port, epoch, Some(KEY))).await.unwrap(), task_manager.registration.id);
    let error = soon(probe("127.0.0.1", port, epoch, None)).await.unwrap_err();
    assert!(!error.is_connection_refused(), "{error}");
    drop(task_manager);
    let gone = async {
        while !probe("127.0.0.1", port, epoch, Some(KEY)).await.is_err_and(|error| error.is_connection_refused()) {
            tokio::task::yield_now().await;
        }
    };
    soon(gone).await;
}

/// Nobody waits for those to be given up who say nothing.
#[tokio::test]
async fn silent_connections_keep_nobody_out() {
    let mut job_manager = JobManager::start();
    let address = job_manager.server.address();
    let mut silent = Vec::new();
    for _ in 0..crate::session::acceptor::HANDSHAKES * 4 {
        silent.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    pair(&mut job_manager).await;
}
