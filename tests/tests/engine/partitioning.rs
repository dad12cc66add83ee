//! When records leave: a record for another subtask does not wait for company.

use std::io::Write;

use super::support::{environment, signal};
use weft::prelude::*;

#[test]
fn a_record_for_another_subtask_of_the_same_slot_does_not_wait_for_the_next() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let env = environment(&[]);
    let (arrived, arrives) = signal();
    env.socket_text_stream("127.0.0.1", listener.local_addr().unwrap().port())
        .rebalance()
        .map(move |line| arrived.send(line.to_string()).is_ok())
        .set_parallelism(2)
        .discard();
    let mut job = env.execute_async("one by one").unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    for n in 0..4 {
        peer.write_all(format!("{n}\n").as_bytes()).unwrap();
        assert_eq!(arrives.wait(), n.to_string());
    }
    drop(peer);
    job.wait().unwrap();
}
