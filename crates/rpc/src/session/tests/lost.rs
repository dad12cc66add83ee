//! The ends of sessions.

use super::kit::*;
use crate::session::*;
use crate::wire::samples::EPOCH;
use crate::{RpcError, TaskManagerGateway};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn a_goodbye_arrives_before_the_end() {
    let mut job_manager = JobManager::start();
    let (_task_manager, session, remote) = pair(&mut job_manager).await;
    session.handle.goodbye("SIGTERM".into());
    soon(session.handle.closed()).await;
    let said = job_manager.hears_message(remote.session()).await;
    assert_eq!(said, TaskManagerCall::Goodbye { cause: "SIGTERM".into() });
    assert_eq!(job_manager.hears_loss().await, (remote.session(), "it closed the connection".into()));
}

#[tokio::test]
async fn a_session_that_is_dropped_is_lost_and_the_next_is_another() {
    let mut job_manager = JobManager::start();
    let (task_manager, session, first) = pair(&mut job_manager).await;
    drop(session);
    assert_eq!(job_manager.hears_loss().await.0, first.session());
    let _again = soon(task_manager.connect(client_settings(job_manager.port(), FRAME_SIZE))).await.unwrap();
    let second = job_manager.hears_registration().await;
    assert!(second.session() > first.session());
    first.heartbeat(); // Says nothing to anybody.
}

#[tokio::test]
async fn a_job_manager_that_closes_a_session_has_said_everything_before() {
    let mut job_manager = JobManager::start();
    let (_task_manager, mut session, remote) = pair(&mut job_manager).await;
    remote.dismiss(EPOCH, "idle".into());
    remote.close();
    assert_eq!(soon(session.calls.next()).await.unwrap(), Some(LeaderCall::Dismiss { cause: "idle".into() }));
    assert_eq!(soon(session.calls.next()).await.unwrap(), None);
    assert_eq!(job_manager.hears_loss().await, (remote.session(), "the JobManager closed the connection".into()));
}

#[tokio::test]
async fn a_server_that_is_closed_ends_its_sessions_and_listens_no_more() {
    let mut job_manager = JobManager::start();
    let (task_manager, mut session, _remote) = pair(&mut job_manager).await;
    let settings = client_settings(job_manager.port(), FRAME_SIZE);
    job_manager.server.close();
    assert_eq!(soon(session.calls.next()).await.unwrap(), None);
    job_manager.hears_loss().await;
    let refused = async {
        while !task_manager.connect(settings.clone()).await.is_err_and(|error| error.is_connection_refused()) {
            tokio::task::yield_now().await;
        }
    };
    soon(refused).await;
}

/// Passes bytes on between one client and a server, as many towards the client as it may, and then cuts the connection.
pub(super) async fn cutting_proxy(to: u16, allowance: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            let upwards = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
            let allowance = allowance.clone();
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                loop {
                    let read = from_server.read(&mut buffer).await.unwrap_or(0);
                    let left = allowance.load(Ordering::SeqCst);
                    let passed = read.min(left);
                    allowance.fetch_sub(passed, Ordering::SeqCst);
                    if passed == 0 || to_client.write_all(&buffer[..passed]).await.is_err() || passed < read {
                        break;
                    }
                }
                upwards.abort();
            });
        }
    });
    port
}

#[tokio::test]
async fn a_connection_cut_amid_a_message_is_an_error_here_and_a_loss_there() {
    let mut job_manager = JobManager::start();
    let task_manager = TaskManager::start();
    let allowance = Arc::new(AtomicUsize::new(usize::MAX));
    let port = cutting_proxy(job_manager.port(), allowance.clone()).await;
    let mut session = soon(task_manager.connect(client_settings(port, FRAME_SIZE))).await.unwrap();
    let remote = job_manager.hears_registration().await;
    allowance.store(100_000, Ordering::SeqCst);
    remote.dismiss(EPOCH, "x".repeat(1 << 20));
    let error = soon(session.calls.next()).await.unwrap_err();
    assert!(matches!(error, RpcError::Broken { .. }), "{error}");
    assert!(matches!(error.into_registration_failure(), weft_control::RegistrationFailure::Unreachable(_)));
    let (lost, reason) = job_manager.hears_loss().await;
    assert_eq!(lost, remote.session());
    assert!(reason.starts_with("its connection broke: ") || reason.ends_with("closed the connection"), "{reason}");
}

/// A TaskManager that takes nothing does not cost the JobManager its memory.
#[tokio::test]
async fn an_end_that_takes_nothing_is_cut_off() {
    let (outbox, _waiting) = outbox::Outbox::<ToTaskManager>::new("the TaskManager");
    let message = || ToTaskManager::Call(LeaderCall::Dismiss { cause: "x".repeat(100 << 20) });
    let sent = (0..10).take_while(|_| outbox.send(message()).is_ok()).count();
    assert_eq!(sent, 3);
    assert!(matches!(outbox.send(message()), Err(RpcError::Backlog { .. })));
}

#[tokio::test]
async fn messages_that_have_no_place_end_a_session_with_a_sentence() {
    let mut job_manager = JobManager::start();
    let (_task_manager, session, _remote) = pair(&mut job_manager).await;
    let registration = crate::wire::samples::session::registration();
    session.handle.send(FromTaskManager::Register(registration));
    let (_, reason) = job_manager.hears_loss().await;
    assert_eq!(reason, "it sent something that has no place in a session");

    let (_task_manager, session, _remote) = pair(&mut job_manager).await;
    session.handle.send(FromTaskManager::Large(crate::wire::samples::blob()));
    let (_, reason) = job_manager.hears_loss().await;
    assert!(reason.starts_with("it referred to a message 000102"), "{reason}");
}
