//! Tokens, sizes, times, numbers of connections, and the end.

use crate::client::{self, connect, read_to_end};
use crate::fake_cluster::FakeCluster;
use crate::fake_jobs::RUNNING;
use crate::served::{Served, settings};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use weft_common::ErrorKind;
use weft_rest::{Bearer, BearerToken, RestServer};

/// Within which what is awaited must have come.
const DEADLINE: Duration = Duration::from_secs(20);

#[test]
fn without_the_token_nothing_is_answered() {
    let served = Served::with(|settings| {
        settings.authenticators = vec![Arc::new(Bearer::new(&BearerToken::new("s3cr3t")).unwrap())];
        settings.submit_enabled = false;
    });
    let shown = "Authorization: Bearer s3cr3t\r\n";
    let document = client::ask(served.address, "GET", "/openapi.json", shown, b"").json();
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            for head in ["", "Authorization: Bearer wrong\r\n", "Authorization: Basic s3cr3t\r\n"] {
                let path = path.replace(['{', '}'], "");
                let answer = client::ask(served.address, &method, &path, head, b"");
                assert_eq!(answer.status, 401, "{method} {path} with {head:?}");
                assert!(answer.error().contains("bearer token"), "{}", answer.text());
                assert!(answer.head.to_lowercase().contains("www-authenticate: bearer"), "{}", answer.head);
                asked += 1;
            }
        }
    }
    assert!(asked > 100, "{asked}");
    assert_eq!(client::ask(served.address, "GET", "/nope", "", b"").status, 401);
    assert_eq!(client::ask(served.address, "GET", "/overview", shown, b"").status, 200);
    // Who shows the token may submit jobs, though programs are not taken of web pages.
    assert_eq!(client::ask(served.address, "GET", "/jars", shown, b"").status, 403);
    assert_eq!(client::ask(served.address, "POST", "/weft/jobs", shown, b"").status, 400);
    assert!(!served.cluster.asked.lock().unwrap().shut_down);
}

#[test]
fn a_head_has_a_most_and_so_has_its_time() {
    let served = Served::with(|settings| settings.head_timeout = Duration::from_millis(200));
    let long = format!("X-Long: {}\r\n", "a".repeat(20 << 10));
    let mut stream = connect(served.address);
    stream.write_all(format!("GET /overview HTTP/1.1\r\nHost: x\r\n{long}\r\n").as_bytes()).unwrap();
    let answer = read_to_end(&mut stream);
    assert!(answer.starts_with(b"HTTP/1.1 431"), "{}", answer.escape_ascii());
    for sent in ["", "GET /over", "GET /overview HTTP/1.1\r\nHost: x\r\n"] {
        let mut stream = connect(served.address);
        stream.write_all(sent.as_bytes()).unwrap();
        // It ends, which is what this waits for.
        let answer = read_to_end(&mut stream);
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", answer.escape_ascii());
    }
    assert_eq!(served.get("/overview").status, 200);
}

#[test]
fn who_stops_within_a_body_is_answered_and_leaves_nothing() {
    let served = Served::with(|settings| settings.body_timeout = Duration::from_millis(200));
    let mut stream = connect(served.address);
    let path = format!("/weft/artifacts/{}", crate::fake_cluster::hash(b"0123456789"));
    stream.write_all(format!("PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234").as_bytes()).unwrap();
    let answer = read_to_end(&mut stream);
    assert!(answer.starts_with(b"HTTP/1.1 408"), "{}", answer.escape_ascii());
    assert_eq!(served.cluster.stored(), [""; 0]);
    let mut stream = connect(served.address);
    stream.write_all(format!("PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234").as_bytes()).unwrap();
    drop(stream);
    await_that("the half of a program is removed", || served.cluster.stored().is_empty());
}

#[test]
fn one_connection_too_many_is_turned_away() {
    let served = Served::with(|settings| settings.connections = 2);
    let held: Vec<TcpStream> = (0..2).map(|_| kept_alive(&served)).collect();
    let mut third = connect(served.address);
    let answer = read_to_end(&mut third);
    assert!(answer.starts_with(b"HTTP/1.1 503"), "{}", answer.escape_ascii());
    drop(held);
    await_that("a connection is free again", || {
        let mut stream = connect(served.address);
        let _ = stream.write_all(b"GET /overview HTTP/1.0\r\n\r\n");
        read_to_end(&mut stream).starts_with(b"HTTP/1.0 200")
    });
}

/// A connection that has been answered and stays.
fn kept_alive(served: &Served) -> TcpStream {
    let mut stream = connect(served.address);
    stream.write_all(b"GET /jobs HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    stream
}

/// Waits for the end of a job that goes on, for so many milliseconds; the request has arrived.
fn waiting(served: &Served, ms: u32) -> TcpStream {
    let before = served.cluster.asked.lock().unwrap().outcomes;
    let mut stream = connect(served.address);
    let request = format!("GET /weft/jobs/{RUNNING}/outcome?wait={ms} HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    await_that("the request arrives", || served.cluster.asked.lock().unwrap().outcomes > before);
    stream
}

#[test]
fn closing_lets_requests_end_within_the_grace() {
    let mut served = Served::new();
    let mut idle = kept_alive(&served);
    let mut waiting = waiting(&served, 400);
    served.close();
    let answer = read_to_end(&mut waiting);
    assert!(answer.starts_with(b"HTTP/1.1 204"), "{}", answer.escape_ascii());
    // What is left of its first answer, and the end.
    read_to_end(&mut idle);
    assert!(TcpStream::connect(served.address).is_err(), "it still listens");
}

#[test]
fn closing_cuts_what_takes_longer_than_the_grace() {
    let mut served = Served::with(|settings| settings.grace = Duration::from_millis(200));
    let mut waiting = waiting(&served, 30_000);
    let before = Instant::now();
    served.close();
    assert!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());
    assert_eq!(read_to_end(&mut waiting), b"");
}

#[test]
fn who_takes_no_answers_does_not_keep_its_connection() {
    let served = Served::with(|settings| {
        settings.connections = 1;
        settings.answer_timeout = Duration::from_millis(300);
    });
    let mut greedy = connect(served.address);
    greedy.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
    let request = b"GET /jobmanager/log HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000);
    // Until nothing of either side fits into the buffers between them.
    while greedy.write_all(&request).is_ok() {}
    await_that("its connection is free for others", || {
        let mut stream = connect(served.address);
        let _ = stream.write_all(b"GET /overview HTTP/1.0\r\n\r\n");
        read_to_end(&mut stream).starts_with(b"HTTP/1.0 200")
    });
}

#[test]
fn a_server_starts_in_milliseconds_and_ends_when_dropped() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let _inside = runtime.enter();
    let mut quickest = Duration::MAX;
    for _ in 0..5 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let before = Instant::now();
        let server = RestServer::start(listener, settings(), Arc::new(FakeCluster::new())).unwrap();
        quickest = quickest.min(before.elapsed());
        let address = server.address();
        drop(server);
        await_that("nobody listens any more", || TcpStream::connect(address).is_err());
    }
    assert!(quickest < Duration::from_millis(100), "{quickest:?}");
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    for (head, connections, named) in [(100, 10, "head is 100"), (10_000, 0, "connections")] {
        let settings = weft_rest::RestSettings { head_limit: head, connections, ..settings() };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let error = RestServer::start(listener, settings, Arc::new(FakeCluster::new())).unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
        assert_eq!(error.kind(), ErrorKind::User);
    }
}

fn await_that(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not within {DEADLINE:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
