//! Everything that is said in a session arrives as it was said, in order.

use super::kit::*;
use crate::session::*;
use crate::view::LogFile;
use crate::wire::samples::session::{GRANT, fence, leader_calls, task_manager_calls};
use crate::wire::samples::{EPOCH, address, attempt, deployments, event, report};
use crate::{JobMasterGateway, JobSource, ResourceManagerGateway, TaskManagerGateway};
use weft_common::{SlotId, TaskManagerId};
use weft_control::{TaskManagerMessage, WorkerMessage};

#[tokio::test]
async fn what_a_task_manager_says_is_heard() {
    let mut job_manager = JobManager::start();
    let (_task_manager, session, remote) = pair(&mut job_manager).await;
    let id = TaskManagerId("tm-1".into());
    for call in task_manager_calls() {
        match call.clone() {
            TaskManagerCall::Heartbeat { memory, warnings } => session.handle.heartbeat(memory, warnings),
            // It ends the session, so it has a test of its own.
            TaskManagerCall::Goodbye { .. } => continue,
            TaskManagerCall::ResourceManager { epoch, sequence, message } => {
                session.handle.task_manager_message(epoch, &id, sequence, message);
            }
            TaskManagerCall::JobMaster { fence, sequence, message } => {
                session.handle.worker_message(fence, &id, sequence, message);
            }
            TaskManagerCall::OperatorEvent { fence, event } => session.handle.operator_event(fence, event),
            TaskManagerCall::WorkerAddress { fence, address } => session.handle.worker_address(fence, &id, address),
            TaskManagerCall::TaskReports { fence, reports } => session.handle.task_reports(fence, &id, reports),
        }
        assert_eq!(job_manager.hears_message(remote.session()).await, call);
    }
}

#[tokio::test]
async fn what_a_job_manager_says_is_heard() {
    let mut job_manager = JobManager::start();
    let (_task_manager, mut session, remote) = pair(&mut job_manager).await;
    for call in leader_calls() {
        match call.clone() {
            LeaderCall::Heartbeat => remote.heartbeat(),
            LeaderCall::Dismiss { cause } => remote.dismiss(EPOCH, cause),
            LeaderCall::RequestSlot { fence, slot, allocation, source } => {
                remote.request_slot(fence, slot, allocation, &source);
            }
            LeaderCall::Prepare { fence, source } => remote.prepare(fence, source),
            LeaderCall::FreeSlot { epoch, allocation } => remote.free_slot(epoch, allocation),
            LeaderCall::Deploy { fence, tasks } => remote.deploy(fence, tasks),
            LeaderCall::Cancel { fence, attempt } => remote.cancel(fence, attempt),
            LeaderCall::GiveUp { fence, attempts } => remote.give_up(fence, attempts),
            LeaderCall::OperatorEvent { fence, event } => remote.operator_event(fence, event),
            LeaderCall::Acknowledge { fence, sequence, accepted } => remote.acknowledge(fence, sequence, accepted),
            LeaderCall::JobFinished { fence } => remote.job_finished(fence),
            // Questions, which are asked below.
            LeaderCall::ListLogs { .. } | LeaderCall::ReadLog { .. } => continue,
        }
        assert_eq!(soon(session.calls.next()).await.unwrap(), Some(call));
    }
}

#[tokio::test]
async fn many_messages_keep_their_order() {
    let mut job_manager = JobManager::start();
    let (_task_manager, mut session, remote) = pair(&mut job_manager).await;
    let id = TaskManagerId("tm-1".into());
    for number in 0..2_000 {
        remote.acknowledge(fence(), number, vec![GRANT]);
        let granted = TaskManagerMessage::SlotGranted { index: 0, allocation: GRANT };
        session.handle.task_manager_message(EPOCH, &id, number, granted);
    }
    for number in 0..2_000 {
        let call = soon(session.calls.next()).await.unwrap();
        assert!(matches!(call, Some(LeaderCall::Acknowledge { sequence, .. }) if sequence == number), "{call:?}");
        let said = job_manager.hears_message(remote.session()).await;
        assert!(matches!(said, TaskManagerCall::ResourceManager { sequence, .. } if sequence == number), "{said:?}");
    }
}

#[tokio::test]
async fn questions_about_logs_are_answered_each_to_its_asker() {
    let mut job_manager = JobManager::start();
    let (_task_manager, Session { mut calls, handle, .. }, remote) = pair(&mut job_manager).await;
    let file = LogFile { name: "taskmanager.log".into(), size: 9, modified_ms: 1 };
    let listed = file.clone();
    let answering = tokio::spawn(async move {
        // Every part is asked for before the first is answered, and they are answered the other way round.
        let mut parts = Vec::new();
        while let Ok(Some(call)) = calls.next().await {
            match call {
                LeaderCall::ListLogs { request } => handle.answer_list_logs(request, Ok(vec![listed.clone()])),
                LeaderCall::ReadLog { request, name, offset, length } => {
                    parts.push((request, format!("{name} {offset} {length}")));
                }
                other => panic!("{other:?}"),
            }
            if parts.len() == 3 {
                let (last, _) = parts.pop().unwrap();
                handle.answer_read_log(last, Err("no such file".into()));
                parts
                    .drain(..)
                    .rev()
                    .for_each(|(request, part)| handle.answer_read_log(request, Ok(part.into_bytes())));
            }
        }
    });
    assert_eq!(soon(remote.list_logs()).await.unwrap(), Ok(vec![file]));
    let read = |offset, length| remote.read_log("taskmanager.log".into(), offset, length);
    let (first, second, third) = soon(async { tokio::join!(read(0, 5), read(5, 6), read(11, 7)) }).await;
    assert_eq!(first.unwrap(), Ok(b"taskmanager.log 0 5".to_vec()));
    assert_eq!(second.unwrap(), Ok(b"taskmanager.log 5 6".to_vec()));
    assert_eq!(third.unwrap(), Err("no such file".into()));

    remote.close();
    soon(answering).await.unwrap();
    assert!(matches!(soon(remote.list_logs()).await, Err(crate::RpcError::Closed { .. })));
}

#[tokio::test]
async fn a_question_that_nobody_answers_has_a_deadline() {
    let questions = questions::Questions::<()>::new(std::time::Duration::from_millis(20));
    let error = soon(questions.ask("an answer", |_| Ok(()))).await.unwrap_err();
    assert!(error.to_string().contains("the TaskManager did not give an answer within 20 ms"), "{error}");
    assert!(questions.answer(1).is_none(), "it is forgotten");
}

/// Both ends as the traits that the rest of the engine uses.
#[tokio::test]
async fn the_ends_of_a_session_are_gateways() {
    let mut job_manager = JobManager::start();
    let (_task_manager, mut session, remote) = pair(&mut job_manager).await;
    let task_manager: &dyn TaskManagerGateway = &remote;
    let slot = SlotId { task_manager: TaskManagerId("tm-1".into()), index: 0 };
    task_manager.request_slot(fence(), slot, GRANT, &JobSource::InProcess);
    task_manager.deploy(fence(), deployments());
    task_manager.cancel(fence(), attempt(0));
    let heard = soon(session.calls.next()).await.unwrap();
    assert!(matches!(heard, Some(LeaderCall::RequestSlot { source: JobSource::InProcess, .. })), "{heard:?}");
    assert_eq!(
        soon(session.calls.next()).await.unwrap(),
        Some(LeaderCall::Deploy { fence: fence(), tasks: deployments() })
    );

    let job_master: &dyn JobMasterGateway = &session.handle;
    let id = TaskManagerId("tm-1".into());
    job_master.worker_message(fence(), &id, 1, WorkerMessage::SlotsOffered(vec![]));
    job_master.operator_event(fence(), event());
    job_master.worker_address(fence(), &id, address());
    job_master.task_reports(fence(), &id, vec![report()]);
    for _ in 0..3 {
        job_manager.hears_message(remote.session()).await;
    }
    let said = job_manager.hears_message(remote.session()).await;
    assert_eq!(said, TaskManagerCall::TaskReports { fence: fence(), reports: vec![report()] });
}
