//! Messages that are too large for the stream.

use super::kit::*;
use crate::session::*;
use crate::wire::samples::EPOCH;
use crate::wire::samples::session::{leader_calls, task_manager_calls};
use crate::{OperatorEvent, TaskManagerGateway};
use weft_common::LeaderEpoch;

/// So small that most messages are too large.
fn narrow() -> ServerSettings {
    ServerSettings { epoch: LeaderEpoch::default(), secret: Some(KEY), frame_size: 40 }
}

#[tokio::test]
async fn large_and_small_messages_arrive_in_order_both_ways() {
    let mut job_manager = JobManager::with(narrow());
    let (_task_manager, mut session, remote) = pair(&mut job_manager).await;
    // Every call twice: what is said twice is held twice.
    let up: Vec<_> = task_manager_calls().into_iter().flat_map(|call| [call.clone(), call]).collect();
    let down: Vec<_> = leader_calls().into_iter().flat_map(|call| [call.clone(), call]).collect();
    for call in up.clone() {
        session.handle.send(FromTaskManager::Call(call));
    }
    for call in down.clone() {
        remote.outbox.send(ToTaskManager::Call(call)).unwrap();
    }
    for call in down {
        assert_eq!(soon(session.calls.next()).await.unwrap(), Some(call));
    }
    for call in up {
        assert_eq!(job_manager.hears_message(remote.session()).await, call);
    }
    session.handle.heartbeat(Default::default(), vec![]);
    job_manager.hears_message(remote.session()).await;
    let shared = job_manager.server.shared.clone();
    assert_eq!(shared.outgoing.size(remote.session().0), Some(0), "what was fetched is gone");
    assert_eq!(shared.incoming.size(remote.session().0), Some(0), "what was heard is gone");
}

#[tokio::test]
async fn a_message_beyond_the_limit_of_frames_arrives_whole() {
    let mut job_manager = JobManager::start();
    let (_task_manager, mut session, remote) = pair(&mut job_manager).await;
    let payload: Vec<u8> = (0..FRAME_SIZE + 12_345).map(|i| (i * 7) as u8).collect();
    let fence = crate::wire::samples::session::fence();
    let event = OperatorEvent { payload, ..crate::wire::samples::event() };
    remote.operator_event(fence, event.clone());
    remote.heartbeat();
    let call = soon(session.calls.next()).await.unwrap();
    assert!(call == Some(LeaderCall::OperatorEvent { fence, event: event.clone() }), "something else arrived");
    assert_eq!(soon(session.calls.next()).await.unwrap(), Some(LeaderCall::Heartbeat));

    crate::JobMasterGateway::operator_event(&session.handle, fence, event.clone());
    session.handle.heartbeat(Default::default(), vec![]);
    let said = job_manager.hears_message(remote.session()).await;
    assert!(said == TaskManagerCall::OperatorEvent { fence, event }, "something else arrived");
    let next = job_manager.hears_message(remote.session()).await;
    assert_eq!(next, TaskManagerCall::Heartbeat { memory: Default::default(), warnings: vec![] });
    assert!(job_manager.blobs.names().is_empty(), "messages are no blobs of the store");
}

#[tokio::test]
async fn messages_that_wait_go_with_their_session() {
    let mut job_manager = JobManager::with(narrow());
    let (_task_manager, session, remote) = pair(&mut job_manager).await;
    remote.dismiss(EPOCH, "x".repeat(100));
    drop(session);
    job_manager.hears_loss().await;
    let shared = job_manager.server.shared.clone();
    let gone = async {
        while shared.outgoing.size(remote.session().0).is_some() {
            tokio::task::yield_now().await;
        }
    };
    soon(gone).await;
}
