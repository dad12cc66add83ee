//! What programs write, kept in files: they roll, and those of jobs that are over do not pile up.

use crate::cluster::{Cluster, Setup, outcome};
use crate::processes::until;
use std::fs;
use std::path::PathBuf;

/// The files with what workers and coordinators wrote, of one job or (with an empty text) of all.
fn outputs(cluster: &Cluster, job: &str) -> Vec<PathBuf> {
    let files = crate::processes::files(&cluster.path().join("log")).into_iter();
    let kinds = ["-worker-", "-coordinator-"].map(|kind| format!("{kind}{job}"));
    files.filter(|file| kinds.iter().any(|kind| file.to_string_lossy().contains(kind.as_str()))).collect()
}

#[test]
fn outputs_of_many_jobs_are_bounded_in_number_and_those_of_a_running_one_stay() {
    let cluster = Cluster::start(Setup::new(1, 2).with("log.directory.max-outputs", "6"));
    outcome(&mut cluster.run(&["-d"], &["endless"]));
    let running = cluster.await_job("RUNNING");
    cluster.await_running(&running);
    let of_running = outputs(&cluster, &running);
    assert!(!of_running.is_empty(), "{}", cluster.logs());
    let mut last = String::new();
    for _ in 0..8 {
        let (code, stdout, stderr) = outcome(&mut cluster.run(&[], &["trivial"]));
        assert_eq!(code, Some(0), "{stdout}{stderr}");
        last = stdout
            .lines()
            .find_map(|line| line.strip_prefix("Job has been submitted with JobID "))
            .expect("a job")
            .to_owned();
    }
    until("the files of earlier jobs go", || (outputs(&cluster, "").len() <= 6).then_some(()));
    assert_eq!(outputs(&cluster, &running), of_running, "what is the oldest, but may still be written, stays");
    assert!(!outputs(&cluster, &last).is_empty(), "of those that have ended the newest stay");
    outcome(cluster.weft("cancel").arg(&running));
    cluster.await_state(&running, "CANCELED");
    cluster.stop();
}

#[test]
fn what_a_worker_prints_rolls_and_its_last_line_is_kept() {
    let cluster = Cluster::start(Setup::new(1, 1).with("log.file.max-size", "64 kb").with("env.log.max", "2"));
    let (code, stdout, stderr) = outcome(&mut cluster.run(&[], &["print", "--lines", "5000"]));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let job = cluster.get("/jobs")["jobs"][0]["id"].as_str().expect("a job").to_owned();
    let printed = |file: &PathBuf| file.to_string_lossy().contains(&format!("-worker-{job}.out"));
    let last = format!("{:099}\n", 5000);
    let files = until("the last line is written", || {
        let files: Vec<_> = outputs(&cluster, &job).into_iter().filter(printed).collect();
        files.iter().any(|file| fs::read_to_string(file).is_ok_and(|text| text.ends_with(&last))).then_some(files)
    });
    let mut lines = crate::jobs::lines_of(&files);
    assert_eq!(files.len(), 3, "the file and two earlier ones: {files:?}");
    for file in &files {
        let size = fs::metadata(file).expect("it is there").len();
        assert!(size <= (64 << 10) + 100, "{} has {size} bytes", file.display());
    }
    // The newest lines, each of them whole.
    let first = 5001 - lines.len() as i64;
    lines.sort_unstable();
    assert_eq!(lines, (first..=5000).map(|n| format!("{n:099}")).collect::<Vec<_>>());
    assert!(lines.len() > 1100, "{}", lines.len());
    let (_, listed, _) = outcome(cluster.weft("logs").args(["--list", &job]));
    assert!(listed.contains(&format!("-worker-{job}.out.2 (")), "{listed}");
    cluster.stop();
}
