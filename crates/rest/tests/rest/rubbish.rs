//! What is no request, from a seed: it costs its connection and nothing else.

use crate::client::{connect, read_to_end};
use crate::fake_cluster::hash;
use crate::fake_jobs::RUNNING;
use crate::served::Served;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::io::Write;
use std::net::Shutdown;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const INPUTS: u64 = 1000;

#[test]
fn a_thousand_rubbish_inputs() {
    let panics = Arc::new(AtomicUsize::new(0));
    count_panics_of_servers(panics.clone());
    let served = Served::with(|settings| settings.body_limit = 1 << 20);
    let mut answered = 0;
    for seed in 0..INPUTS {
        let input = input(&mut SmallRng::seed_from_u64(seed));
        let mut stream = connect(served.address);
        // The server may have closed the connection before all is written.
        let _ = stream.write_all(&input).and_then(|()| stream.shutdown(Shutdown::Write));
        let answer = read_to_end(&mut stream);
        let good = answer.is_empty() || answer.starts_with(b"HTTP/1.");
        assert!(good, "seed {seed}: {} gave {}", input.escape_ascii(), answer.escape_ascii());
        assert!(
            !answer.starts_with(b"HTTP/1.1 5"),
            "seed {seed}: {} gave {}",
            input.escape_ascii(),
            answer.escape_ascii()
        );
        answered += usize::from(!answer.is_empty());
    }
    assert!(
        (INPUTS as usize / 10..INPUTS as usize).contains(&answered),
        "{answered} were answered: too many or too few"
    );
    assert_eq!(panics.load(Ordering::SeqCst), 0);
    assert_eq!(served.get("/overview").status, 200);
    assert_eq!(served.cluster.stored(), [""; 0], "something is left in the store");
}

/// Panics of a connection's task end the connection and nothing else: without this nobody would see them.
fn count_panics_of_servers(panics: Arc<AtomicUsize>) {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or("", |location| location.file());
        if !place.contains("tests/") {
            panics.fetch_add(1, Ordering::SeqCst);
        }
        usual(info);
    }));
}

fn input(random: &mut SmallRng) -> Vec<u8> {
    let requests = requests();
    let mut bytes = requests[random.random_range(0..requests.len())].clone();
    match random.random_range(0..6) {
        0 => (0..random.random_range(0..5000)).map(|_| random.random()).collect(),
        1 => {
            bytes.truncate(random.random_range(0..bytes.len()));
            bytes
        }
        2 => {
            for _ in 0..random.random_range(1..20) {
                let at = random.random_range(0..bytes.len());
                bytes[at] = random.random();
            }
            bytes
        }
        3 => {
            let at = random.random_range(0..bytes.len());
            let more = random.random_range(1..40_000);
            bytes.splice(at..at, (0..more).map(|n| b"\r\n:aA/%0\x00\xff"[n % 10]));
            bytes
        }
        4 => bytes.iter().filter(|byte| **byte != b'\r' || random.random()).copied().collect(),
        _ => [bytes.clone(), bytes].concat(),
    }
}

/// Requests to begin with; none of them asks for anything that the others could miss.
fn requests() -> Vec<Vec<u8>> {
    let chunked = "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\nzz\r\n";
    let form = "--XyZ\r\nContent-Disposition: form-data; filename=a\r\n\r\nprogram\r\n--XyZ\r\n";
    let length = form.len();
    [
        format!("GET /jobs/{RUNNING}/vertices/x/subtasks/metrics?get=a&agg=%&subtasks=- HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("POST /weft/jobs HTTP/1.1\r\n{chunked}"),
        format!("PUT /weft/artifacts/{} HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\nprogram", hash(b"other")),
        format!(
            "POST /jars/upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=XyZ\r\n\
             Content-Length: {length}\r\n\r\n{form}"
        ),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0\0\0\0\0".to_owned(),
        "\u{16}\u{3}\u{1}\0\u{e0}\u{1}\0\0\u{dc}\u{3}\u{3}".to_owned(),
    ]
    .map(String::into_bytes)
    .to_vec()
}
