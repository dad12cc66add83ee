//! What user functions count: in the program's result, and for whoever looks.

use crate::cluster::{Cluster, Setup, outcome};
use crate::processes::until;
use std::collections::BTreeMap;
use std::fs::File;

/// The values of a job's accumulators by name, as REST shows them.
fn shown(cluster: &Cluster, path: &str) -> BTreeMap<String, (String, String)> {
    let answer = cluster.get(path);
    let all = answer["user-task-accumulators"].as_array().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    all.iter().map(|one| (text(&one["name"]), (text(&one["type"]), text(&one["value"])))).collect()
}

#[test]
fn what_two_workers_count_is_shown_and_is_in_the_result() {
    let cluster = Cluster::start(Setup::new(2, 1));
    let file = cluster.path().join("go on");
    let mut command = cluster.run(&["-p", "2"], &["count", "--until", file.to_str().expect("UTF-8")]);
    let client = std::thread::spawn(move || outcome(&mut command));

    let job = cluster.await_job("RUNNING");
    let path = format!("/jobs/{job}/accumulators");
    // Each subtask waits at its hundredth number, and the second may have to wait for the first.
    until("what is counted is seen", || {
        let (kind, value) = shown(&cluster, &path).remove("numbers")?;
        assert_eq!(kind, "LongCounter");
        (100..=200).contains(&value.parse::<u32>().ok()?).then_some(())
    });
    assert_eq!(cluster.state(&job), "RUNNING");
    File::create(&file).expect("a file");

    let (code, stdout, stderr) = client.join().expect("it does not panic");
    assert_eq!(code, Some(0), "{stdout}{stderr}{}", cluster.logs());
    for line in ["numbers 1000", "odd 500", "greatest 1000", "mean 500.5"] {
        assert!(stdout.lines().any(|other| other == line), "no {line} in {stdout}");
    }
    let expected = [
        ("greatest", "LongMaximum", "1000"),
        ("mean", "AverageAccumulator", "500.5"),
        ("numbers", "LongCounter", "1000"),
        ("odd", "IntCounter", "500"),
    ];
    let expected = expected.map(|(name, kind, value)| (name.to_owned(), (kind.to_owned(), value.to_owned())));
    assert_eq!(shown(&cluster, &path), BTreeMap::from(expected));
    let progress = cluster.get(&format!("/weft/jobs/{job}/progress"));
    let source = &progress["sources"][0];
    assert_eq!((source["done"].as_u64(), source["size"].as_u64()), (Some(1000), Some(1000)), "{progress}");
    // What counts is in the middle of a vertex or at its end; the others have counted nothing.
    let view = cluster.get(&format!("/jobs/{job}"));
    let vertices = view["vertices"].as_array().expect("it is remembered");
    let counted = vertices.iter().filter(|vertex| {
        let path = format!("/jobs/{job}/vertices/{}/accumulators", vertex["id"].as_str().expect("an id"));
        cluster.get(&path)["user-accumulators"].as_array().is_some_and(|all| !all.is_empty())
    });
    assert_eq!(counted.count(), 1, "{view}");
    cluster.await_slots(2);
    cluster.stop();
}
