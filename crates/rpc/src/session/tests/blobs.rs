//! Blobs are fetched and put whole, or not at all.

use super::kit::*;
use super::lost::cutting_proxy;
use crate::session::*;
use crate::{BlobRef, RpcError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use weft_common::ErrorKind;

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i / 3) as u8).collect()
}

#[tokio::test]
async fn blobs_are_fetched_into_memory_and_files_and_put() {
    let mut job_manager = JobManager::start();
    let (_task_manager, session, _remote) = pair(&mut job_manager).await;
    for length in [0, 1, transfer::CHUNK, 3 * transfer::CHUNK + 1] {
        let blob = job_manager.blobs.add(&bytes(length));
        assert!(soon(session.handle.fetch(blob)).await.unwrap() == bytes(length), "{length} bytes");
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("blob");
        soon(session.handle.fetch_file(blob, &path)).await.unwrap();
        assert!(std::fs::read(&path).unwrap() == bytes(length), "{length} bytes");
        let again = soon(session.handle.fetch_file(blob, &path)).await.unwrap_err();
        assert!(matches!(again, RpcError::Io { .. }), "a file is never written twice: {again}");

        let put = [b"put".to_vec(), bytes(length)].concat();
        let blob = soon(session.handle.put(put.clone())).await.unwrap();
        assert!(soon(session.handle.fetch(blob)).await.unwrap() == put, "{length} bytes");
    }
    assert!(job_manager.blobs.names().iter().all(|name| name.len() == 64), "nothing unfinished is left");
}

#[tokio::test]
async fn a_blob_that_is_missing_or_another_is_an_error() {
    let mut job_manager = JobManager::start();
    let (_task_manager, session, _remote) = pair(&mut job_manager).await;
    let missing = crate::wire::samples::blob();
    let error = soon(session.handle.fetch(BlobRef { length: 5, ..missing })).await.unwrap_err();
    assert!(matches!(error, RpcError::NoSuchBlob { blob } if blob == missing.hash), "{error}");
    assert_eq!(error.kind(), ErrorKind::Fatal);
    let error = soon(session.handle.fetch(missing)).await.unwrap_err();
    assert!(matches!(error, RpcError::BlobTooLarge { .. }), "{error}");

    let blob = job_manager.blobs.add(b"twelve bytes");
    for length in [11, 13] {
        let error = soon(session.handle.fetch(BlobRef { length, ..blob })).await.unwrap_err();
        assert!(matches!(error, RpcError::OtherBlob { .. }), "{error}");
    }
}

/// The connection breaks, again and again; the fetch goes on where it was.
#[tokio::test]
async fn a_fetch_goes_on_after_its_connection_broke() {
    let mut job_manager = JobManager::start();
    let task_manager = TaskManager::start();
    let allowance = Arc::new(AtomicUsize::new(usize::MAX));
    let port = cutting_proxy(job_manager.port(), allowance.clone()).await;
    let session = soon(task_manager.connect(client_settings(port, FRAME_SIZE))).await.unwrap();
    job_manager.hears_registration().await;
    let content = bytes(4 << 20);
    let blob = job_manager.blobs.add(&content);
    allowance.store(2 << 20, Ordering::SeqCst);
    let renewed = allowance.clone();
    let renewing = tokio::spawn(async move {
        while renewed.load(Ordering::SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
        renewed.store(usize::MAX, Ordering::SeqCst);
    });
    assert!(soon(session.handle.fetch(blob)).await.unwrap() == content);
    soon(renewing).await.unwrap();
    job_manager.hears_loss().await;
}

#[tokio::test]
async fn a_blob_of_messages_needs_a_session() {
    let mut job_manager = JobManager::start();
    let (_task_manager, session, _remote) = pair(&mut job_manager).await;
    let error = soon(transfer::put_bytes(&session.handle.caller, vec![1], 99)).await.unwrap_err();
    assert!(matches!(&error, RpcError::BlobRefused { reason, .. } if reason == "session 99 is over"), "{error}");
}
