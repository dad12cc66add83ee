//! Which server a call goes to, and with which ids.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::fake::{Act, Fake, Seen};
use super::{client, echo, entropy, options, service};
use crate::proto::hdfs::{GetFileInfoRequest, GetFileInfoResponse};
use crate::proto::rpc::Status;
use crate::{Address, CatchUp, Login, Method, RpcClient, RpcError, RpcOptions, Service};

const STANDBY: Act = Act::Throw(Status::Error, "org.apache.hadoop.ipc.StandbyException", "state standby");
const RETRY: Act = Act::Throw(Status::Error, "org.apache.hadoop.ipc.RetriableException", "not yet");

/// What is the same however often a call is sent.
fn ids(seen: &Seen) -> (i32, Vec<u8>) {
    (seen.call_id, seen.client_id.to_vec())
}

/// An address where nobody listens.
async fn nobody() -> Address {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    Address::new("127.0.0.1", listener.local_addr().unwrap().port())
}

fn failing() -> RpcOptions {
    RpcOptions { call_timeout: Duration::from_millis(300), ..options() }
}

#[tokio::test]
async fn a_standby_sends_the_call_to_the_other_with_its_ids() {
    let (standby, active) = (Fake::simple(|_| STANDBY).await, Fake::simple(|_| Act::Echo).await);
    let client = client(&[&standby.address, &active.address], Login::simple("alice"), options());
    assert_eq!(echo(&client, "one").await.unwrap(), "one");
    let (first, second) = (standby.seen()[0].clone(), active.seen()[0].clone());
    assert_eq!(ids(&first), ids(&second));
    assert_eq!((first.retry_count, second.retry_count), (0, 1));
    assert_eq!(first.client_id.len(), 16);
    // The active one is asked first from now on, with another call id.
    assert_eq!(echo(&client, "two").await.unwrap(), "two");
    assert_eq!((standby.seen().len(), active.seen().len()), (1, 2));
    assert_ne!(active.seen()[1].call_id, second.call_id);
}

#[tokio::test]
async fn a_call_whose_answer_is_lost_is_sent_again_with_its_ids() {
    let times = AtomicUsize::new(0);
    let fake =
        Fake::simple(move |_| if times.fetch_add(1, Ordering::SeqCst) < 3 { Act::Close } else { Act::Echo }).await;
    let client = client(&[&fake.address], Login::simple("alice"), options());
    assert_eq!(echo(&client, "text").await.unwrap(), "text");
    let seen = fake.seen();
    assert_eq!(seen.iter().map(|seen| seen.retry_count).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(seen.iter().all(|one| ids(one) == ids(&seen[0])));
    assert_eq!(fake.connections(), 4);
}

#[tokio::test]
async fn a_silent_server_is_given_up_for_the_other() {
    let (silent, active) = (Fake::simple(|_| Act::Ignore).await, Fake::simple(|_| Act::Echo).await);
    let quick = RpcOptions { silence_timeout: Duration::from_millis(50), ..options() };
    let client = client(&[&silent.address, &active.address], Login::simple("alice"), quick);
    assert_eq!(echo(&client, "text").await.unwrap(), "text");
    assert_eq!(ids(&silent.seen()[0]), ids(&active.seen()[0]));
}

#[tokio::test]
async fn a_call_that_may_have_happened_is_repeated_where_its_predecessors_are_known() {
    let question: Method<GetFileInfoRequest, GetFileInfoResponse> = Method::new("question");
    let question = CatchUp::new(&question, &GetFileInfoRequest { src: "caught up?".to_owned() });
    // The first is killed with the call; the second becomes active while it is asked, and answers with an exception of the method's own.
    let broken = Fake::simple(|_| Act::Close).await;
    let times = AtomicUsize::new(0);
    let heir = Fake::simple(move |seen| match (seen.method.as_str(), times.fetch_add(1, Ordering::SeqCst)) {
        ("question", 0) => STANDBY,
        ("question", _) => Act::Throw(Status::Error, "java.io.FileNotFoundException", "caught up"),
        _ => Act::Echo,
    })
    .await;
    let service = Service { catch_up: Some(question), ..service(&[&broken.address, &heir.address]) };
    let client = RpcClient::new(service, Login::simple("alice"), options(), entropy());
    assert_eq!(echo(&client, "text").await.unwrap(), "text");
    let seen: Vec<_> = heir.seen().into_iter().map(|seen| (seen.method.clone(), seen.text.clone(), seen)).collect();
    let what: Vec<_> = seen.iter().map(|(method, text, _)| (method.as_str(), text.as_str())).collect();
    assert_eq!(what, [("question", "caught up?"), ("question", "caught up?"), ("echo", "text")]);
    assert_eq!(ids(&seen[2].2), ids(&broken.seen()[0]));
    assert_ne!(seen[1].2.call_id, seen[2].2.call_id);
    // The first one was asked too, the second time, and closed the connection: the call was sent to it once.
    assert_eq!(broken.seen().iter().map(|seen| seen.method.as_str()).collect::<Vec<_>>(), ["echo", "question"]);
    // What was never sent, or is sent for the first time, needs no question.
    assert_eq!(echo(&client, "again").await.unwrap(), "again");
    assert_eq!(heir.seen().len(), 4);
}

#[tokio::test]
async fn what_was_silent_and_has_a_successor_is_not_asked_again() {
    let question: Method<GetFileInfoRequest, GetFileInfoResponse> = Method::new("question");
    let question = CatchUp::new(&question, &GetFileInfoRequest { src: "caught up?".to_owned() });
    // Frozen while it has the call; then it goes on as if nothing had happened.
    let frozen = Fake::simple(|seen| if seen.method == "question" { Act::Echo } else { Act::Ignore }).await;
    let times = AtomicUsize::new(0);
    let successor = Fake::simple(move |_| match times.fetch_add(1, Ordering::SeqCst) {
        0 => STANDBY,
        _ => Act::Echo,
    })
    .await;
    let service = Service { catch_up: Some(question), ..service(&[&frozen.address, &successor.address]) };
    let quick = RpcOptions { silence_timeout: Duration::from_millis(100), ..options() };
    let client = RpcClient::new(service, Login::simple("alice"), quick, entropy());
    assert_eq!(echo(&client, "text").await.unwrap(), "text");
    let methods = |fake: &Fake| fake.seen().into_iter().map(|seen| seen.method).collect::<Vec<_>>();
    assert_eq!(methods(&frozen), ["echo", "question"]);
    assert_eq!(methods(&successor), ["question", "question", "question", "echo"]);
}

#[tokio::test]
async fn a_server_that_answers_others_may_take_its_time() {
    let fake = Fake::simple(|seen| match seen.text.as_str() {
        "slow" => Act::Hold,
        "release" => Act::EchoAll,
        _ => Act::Echo,
    })
    .await;
    let quick = RpcOptions { silence_timeout: Duration::from_millis(400), ..options() };
    let client = client(&[&fake.address], Login::simple("alice"), quick);
    let began = Instant::now();
    let slow = tokio::spawn({
        let client = client.clone();
        async move { echo(&client, "slow").await }
    });
    while began.elapsed() < Duration::from_millis(900) {
        assert_eq!(echo(&client, "quick").await.unwrap(), "quick");
    }
    assert_eq!(echo(&client, "release").await.unwrap(), "release");
    assert_eq!(slow.await.unwrap().unwrap(), "slow");
    assert_eq!(fake.connections(), 1);
}

#[tokio::test]
async fn a_server_that_says_retry_is_asked_again() {
    let times = AtomicUsize::new(0);
    let fake = Fake::simple(move |_| if times.fetch_add(1, Ordering::SeqCst) < 2 { RETRY } else { Act::Echo }).await;
    let client = client(&[&fake.address], Login::simple("alice"), options());
    assert_eq!(echo(&client, "text").await.unwrap(), "text");
    assert_eq!((fake.seen().len(), fake.connections()), (3, 1));
}

#[tokio::test]
async fn the_error_names_every_address_that_was_tried() {
    let (nobody, standby) = (nobody().await, Fake::simple(|_| STANDBY).await);
    let client = client(&[&nobody, &standby.address], Login::simple("alice"), failing());
    let began = Instant::now();
    let error = echo(&client, "text").await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(10));
    let text = error.to_string();
    assert!(text.contains("cannot call echo of the test service within 0.3 s"), "{text}");
    assert!(text.contains(&format!("{nobody}: cannot connect to 127.0.0.1: Connection refused")), "{text}");
    assert!(text.contains(&format!("{}: StandbyException: state standby", standby.address)), "{text}");
    assert!(matches!(error, RpcError::Unavailable { may_have_happened: false, .. }));
}

#[tokio::test]
async fn the_error_tells_that_the_call_may_have_happened() {
    let fake = Fake::simple(|_| Act::Ignore).await;
    let client = client(&[&fake.address], Login::simple("alice"), failing());
    let error = echo(&client, "text").await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("the answer did not come in time"), "{text}");
    assert!(matches!(error, RpcError::Unavailable { may_have_happened: true, .. }));
}

#[tokio::test]
async fn a_name_that_does_not_exist_and_no_address_at_all() {
    let unknown = Address::new("no-such-host.invalid", 8020);
    let error = echo(&client(&[&unknown], Login::simple("alice"), failing()), "text").await.unwrap_err();
    assert!(error.to_string().contains("no-such-host.invalid:8020: "), "{error}");
    let error = echo(&client(&[], Login::simple("alice"), failing()), "text").await.unwrap_err();
    assert!(error.to_string().ends_with("no address was tried: configure one"), "{error}");
}

#[tokio::test]
async fn a_hundred_calls_wait_for_one_connection_to_a_dead_server() {
    let frozen = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let frozen_address = Address::new("127.0.0.1", frozen.local_addr().unwrap().port());
    // The frozen server accepts connections and does not authenticate.
    let login =
        Login::token("alice", crate::CredentialsWatch::fixed(super::log_in::one_token()), super::log_in::selector());
    let quick =
        RpcOptions { connect_timeout: Duration::from_millis(200), call_timeout: Duration::from_secs(3), ..options() };
    let client = client(&[&frozen_address], login, quick);
    let began = Instant::now();
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { echo(&client, "text").await })
        })
        .collect();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.to_string().contains("authenticating took longer than 0.2 s"), "{error}");
    }
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn under_a_stream_of_calls_every_fail_over_keeps_every_call() {
    // Each server is active for some calls and then closes its connections and goes on standby; a set remembers what was
    // carried out, by the ids that a server's retry cache would use.
    let done = Arc::new(std::sync::Mutex::new(std::collections::HashMap::new()));
    let counter = Arc::new(AtomicUsize::new(0));
    let server = |role: usize| {
        let (done, counter) = (done.clone(), counter.clone());
        move |seen: &Seen| {
            let turn = counter.fetch_add(1, Ordering::SeqCst) / 50;
            if turn % 2 != role {
                return if turn % 3 == 0 { Act::Close } else { STANDBY };
            }
            *done.lock().unwrap().entry((ids(seen), seen.text.clone())).or_insert(0) += 1;
            Act::Echo
        }
    };
    let (one, other) = (Fake::simple(server(0)).await, Fake::simple(server(1)).await);
    let client = client(&[&one.address, &other.address], Login::simple("alice"), options());
    let mut lanes = tokio::task::JoinSet::new();
    for lane in 0..8 {
        let client = client.clone();
        lanes.spawn(async move {
            for nth in 0..100 {
                let text = format!("{lane}/{nth}");
                assert_eq!(echo(&client, &text).await.unwrap(), text);
            }
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane.unwrap();
    }
    // One id per text: whatever was carried out twice was recognisable as the same call.
    let done = done.lock().unwrap();
    assert_eq!(done.len(), 800);
    assert_eq!(done.keys().map(|(_, text)| text).collect::<std::collections::HashSet<_>>().len(), 800);
}
