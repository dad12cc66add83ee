//! Many calls on one connection, and how connections end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::fake::{Act, Fake, Seen};
use super::{client, echo, options};
use crate::proto::rpc::Status;
use crate::{ExceptionKind, Login, RpcError, RpcOptions};

const NOT_FOUND: Act = Act::Throw(Status::Error, "java.io.FileNotFoundException", "gone\n\tat a.B.c(B.java:1)");

#[tokio::test]
async fn replies_in_any_order_reach_their_calls_on_one_connection() {
    let fake = Fake::simple(|seen| if seen.text == "63" { Act::EchoAll } else { Act::Hold }).await;
    let client = client(&[&fake.address], Login::simple("alice"), options());
    let calls: Vec<_> = (0..64)
        .map(|nth| {
            let client = client.clone();
            tokio::spawn(async move { echo(&client, &nth.to_string()).await })
        })
        .collect();
    for (nth, call) in calls.into_iter().enumerate() {
        assert_eq!(call.await.unwrap().unwrap(), nth.to_string());
    }
    assert_eq!(fake.connections(), 1);
    assert!(fake.seen().iter().all(|seen| seen.user.as_deref() == Some("alice") && seen.retry_count == 0));
}

#[tokio::test]
async fn an_error_is_typed_and_keeps_the_connection() {
    let fake = Fake::simple(|seen| if seen.text == "bad" { NOT_FOUND } else { Act::Echo }).await;
    let client = client(&[&fake.address], Login::simple("alice"), options());
    let error = echo(&client, "bad").await.unwrap_err();
    assert!(error.is(ExceptionKind::FileNotFound));
    let text = error.to_string();
    assert_eq!(text, format!("cannot call echo at {}: FileNotFoundException: gone", fake.address));
    assert_eq!(echo(&client, "good").await.unwrap(), "good");
    assert_eq!(fake.connections(), 1);
}

#[tokio::test]
async fn a_fatal_reply_ends_the_connection_for_every_call() {
    let fake = Fake::simple(|seen| match seen.text.as_str() {
        "held" => Act::Hold,
        "fatal" => Act::Throw(Status::Fatal, "org.apache.hadoop.security.AccessControlException", "who are you"),
        _ => Act::Echo,
    })
    .await;
    let client = client(&[&fake.address], Login::simple("mallory"), options());
    let (held, fatal) = tokio::join!(biased; echo(&client, "held"), echo(&client, "fatal"));
    for error in [held.unwrap_err(), fatal.unwrap_err()] {
        let text = error.to_string();
        assert!(matches!(error, RpcError::Rejected { .. }), "{text}");
        assert!(text.contains("as mallory") && text.contains("AccessControlException: who are you"), "{text}");
    }
    assert_eq!(echo(&client, "again").await.unwrap(), "again");
    assert_eq!(fake.connections(), 2);
}

#[tokio::test]
async fn a_call_that_was_given_up_disturbs_nobody() {
    let fake = Fake::simple(|seen| if seen.text == "last" { Act::EchoAll } else { Act::Hold }).await;
    let client = client(&[&fake.address], Login::simple("alice"), options());
    let given_up = tokio::time::timeout(Duration::from_millis(50), echo(&client, "first")).await;
    assert!(given_up.is_err());
    assert_eq!(echo(&client, "last").await.unwrap(), "last");
    assert_eq!(fake.connections(), 1);
}

#[tokio::test]
async fn a_ping_is_sent_while_a_call_waits() {
    // The second call comes when the first has waited long enough for pings.
    let fake = Fake::simple(|seen| if seen.text == "release" { Act::EchoAll } else { Act::Hold }).await;
    let quick = RpcOptions { ping_interval: Duration::from_millis(10), ..options() };
    let client = client(&[&fake.address], Login::simple("alice"), quick);
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { echo(&client, "waiting").await }
    });
    let is_ping = |seen: &Seen| seen.method == "ping" && seen.call_id == -4 && seen.retry_count == -1;
    fake.until("a ping", |fake| fake.seen().iter().any(is_ping)).await;
    assert_eq!(echo(&client, "release").await.unwrap(), "release");
    assert_eq!(waiting.await.unwrap().unwrap(), "waiting");
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_opened_again() {
    let fake = Fake::simple(|_| Act::Echo).await;
    let quick = RpcOptions { max_idle: Duration::from_millis(5), ..options() };
    let client = client(&[&fake.address], Login::simple("alice"), quick);
    for nth in 1..=3 {
        assert_eq!(echo(&client, "text").await.unwrap(), "text");
        fake.until("the end of the connection", |fake| fake.closed() == nth).await;
    }
    assert_eq!(fake.connections(), 3);
    assert!(fake.seen().iter().all(|seen| seen.retry_count == 0));
}

#[tokio::test]
async fn a_request_that_no_server_takes_is_not_sent() {
    let fake = Fake::simple(|_| Act::Echo).await;
    let client = client(&[&fake.address], Login::simple("alice"), options());
    let error = echo(&client, &"x".repeat(1 << 16)).await.unwrap_err();
    assert!(matches!(error, RpcError::RequestTooLarge { limit: 65536, .. }), "{error}");
    assert_eq!(fake.connections(), 0);
}

#[tokio::test]
async fn ten_thousand_calls_with_64_in_flight_use_one_connection() {
    let served = std::sync::Arc::new(AtomicUsize::new(0));
    let count = served.clone();
    let fake = Fake::simple(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        Act::Echo
    })
    .await;
    let client = client(&[&fake.address], Login::simple("alice"), options());
    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..64 {
        let client = client.clone();
        lanes.spawn(async move {
            for nth in 0..157 {
                let text = format!("{lane}/{nth}");
                assert_eq!(echo(&client, &text).await.unwrap(), text);
            }
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane.unwrap();
    }
    assert_eq!((served.load(Ordering::Relaxed), fake.connections()), (64 * 157, 1));
}

/// A client may outlive the runtime in which it connected, as one in a static does in a program with several jobs.
#[test]
fn a_connection_ends_with_its_runtime() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let servers = runtime();
    let fake = servers.block_on(Fake::simple(|seen| if seen.text == "held" { Act::Hold } else { Act::Echo }));
    let client = client(&[&fake.address], Login::simple("alice"), options());
    let (first, second) = (runtime(), runtime());
    assert_eq!(first.block_on(echo(&client, "one")).unwrap(), "one");
    // A call that waits in the second runtime for the connection of the first.
    let held = second.spawn({
        let client = client.clone();
        async move { echo(&client, "held").await }
    });
    servers.block_on(fake.until("the held call", |fake| fake.seen().iter().any(|seen| seen.text == "held")));
    drop(first);
    assert_eq!(second.block_on(echo(&client, "two")).unwrap(), "two");
    assert_eq!(fake.connections(), 2);
    // It was sent again, over the new connection.
    let again = |fake: &Fake| fake.seen().iter().any(|seen| seen.text == "held" && seen.retry_count == 1);
    servers.block_on(fake.until("the held call once more", again));
    held.abort();
}
