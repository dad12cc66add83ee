//! Logs, whole and by name.

use crate::fake_cluster::{LONG_LOG, letter};
use crate::fake_jobs::TASK_MANAGERS;
use crate::served::Served;

fn content(file: &str, length: usize) -> Vec<u8> {
    (0..length as u64).map(|at| letter(file, at)).collect()
}

#[test]
fn logs_are_read_to_their_ends() {
    let served = Served::new();
    let worker = format!("/taskmanagers/{}", TASK_MANAGERS[1]);
    let table = [
        ("/jobmanager/log".to_owned(), content("weft-jobmanager-0.log", LONG_LOG)),
        ("/jobmanager/logs/weft-jobmanager-0.log.1".into(), content("weft-jobmanager-0.log.1", 10)),
        ("/jobmanager/logs/empty.txt".into(), Vec::new()),
        (format!("{worker}/log"), content("weft-taskmanager-0.log", 10)),
        (format!("{worker}/stdout"), content("weft-taskmanager-0.out", 5)),
        (format!("{worker}/logs/weft-taskmanager-0.out"), content("weft-taskmanager-0.out", 5)),
    ];
    for (path, expected) in table {
        let answer = served.get(&path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert!(answer.body == expected, "{path}: {} of {} bytes", answer.body.len(), expected.len());
        assert!(answer.head.contains("text/plain"), "{}", answer.head);
    }
}

#[test]
fn nothing_outside_the_list_is_read() {
    let served = Served::new();
    let missing = "This file does not exist in JobManager log dir.";
    for path in ["/jobmanager/stdout", "/jobmanager/logs/nope", "/jobmanager/logs/..%2F..%2Fetc%2Fpasswd"] {
        let answer = served.get(path);
        assert_eq!((answer.status, answer.error().as_str()), (404, missing), "{path}");
    }
    assert_eq!(served.get("/jobmanager/logs/../config").status, 404);
    assert_eq!(served.get("/taskmanagers/nope/log").status, 404);
}
