//! What goes, what stays, and who races with the sweep.

use super::sweep::ApplicationLife::{Alive, Over, Unknown};
use super::*;
use std::collections::BTreeSet;
use std::time::Duration;
use weft_fs::{Fault, FaultRule, FileKind, FileStatus, Gate, Operation};

const HOUR_MS: i64 = 3_600_000;
const GRACE: Duration = Duration::from_secs(3600);
const NOW: i64 = 100 * HOUR_MS;

fn artifact(number: u8) -> ArtifactName {
    ArtifactName { sha256: [number; 32], length: 10, suffix: "" }
}

fn cached(name: &str, age_ms: i64) -> FileStatus {
    let path = path("/cache").join(name);
    FileStatus { path, length: 10, kind: FileKind::File, modified_ms: NOW - age_ms, replication: None }
}

fn staged(id: i32, age_ms: i64, artifacts: Option<&[u8]>) -> StagedApplication {
    let artifacts = artifacts.map(|numbers| numbers.iter().map(|number| artifact(*number)).collect());
    StagedApplication { application: app(id), modified_ms: NOW - age_ms, artifacts }
}

fn life(application: ApplicationId) -> ApplicationLife {
    match application.id {
        1..10 => Alive,
        10..20 => Over,
        _ => Unknown,
    }
}

#[test]
fn what_is_old_and_listed_by_nobody_goes() {
    let name = |number: u8| artifact(number).to_string();
    let survey = Survey {
        cached: vec![
            cached(&name(1), 2 * HOUR_MS),
            cached(&name(2), 2 * HOUR_MS),
            cached(&name(3), HOUR_MS - 1),
            cached(&name(4), 2 * HOUR_MS),
            cached(&name(5), 2 * HOUR_MS),
            cached(&format!("trash-{}", name(6)), 2 * HOUR_MS),
            cached("upload-00", 2 * HOUR_MS),
            cached("upload-01", 1000),
            cached("something else", 2 * HOUR_MS),
        ],
        applications: vec![
            staged(1, 50 * HOUR_MS, Some(&[1])),
            staged(10, 1000, Some(&[2])),
            staged(20, HOUR_MS, Some(&[4])),
            staged(21, HOUR_MS - 1, Some(&[5])),
        ],
    };
    let plan = survey.plan(NOW, GRACE, life);
    assert_eq!(plan.applications, [app(10), app(20)]);
    assert_eq!(plan.artifacts, [artifact(2), artifact(4), artifact(6)]);
    assert_eq!(plan.uploads, ["upload-00"]);
    assert_eq!((plan.bytes, plan.is_empty(), plan.unreadable.as_slice()), (40, false, &[][..]));
}

#[test]
fn where_a_list_cannot_be_read_every_artifact_stays() {
    let survey = Survey {
        cached: vec![cached(&artifact(1).to_string(), 2 * HOUR_MS), cached("upload-00", 2 * HOUR_MS)],
        applications: vec![staged(1, 0, None), staged(10, 0, None)],
    };
    let plan = survey.plan(NOW, GRACE, life);
    assert_eq!((plan.artifacts, plan.unreadable), (Vec::new(), vec![app(1)]));
    assert_eq!((plan.applications, plan.uploads.len()), (vec![app(10)], 1));
}

/// Everything there is, planned without grace.
async fn plan(home: &Home, life: impl Fn(ApplicationId) -> ApplicationLife) -> SweepPlan {
    home.staging.survey().await.unwrap().plan(i64::MAX, Duration::ZERO, life)
}

#[tokio::test]
async fn a_sweep_removes_what_is_gone_and_keeps_what_is_used() {
    let home = Home::new().await;
    assert!(plan(&home, |_| Alive).await.is_empty(), "where nothing was ever staged");
    let (used, used_name) = home.source("used", b"used").await;
    let (left, left_name) = home.source("left", b"left").await;
    for (id, name, source) in [(1, used_name, &used), (10, left_name, &left)] {
        let directory = home.staging.application(app(id));
        directory.create().await.unwrap();
        directory.list_artifacts(&[name]).await.unwrap();
        home.staging.stage(name, source).await.unwrap();
    }
    write(&home.fs, &path("/user/etl/.weft/cache/upload-77"), b"half").await;
    let planned = plan(&home, life).await;
    assert_eq!(planned.bytes, 8);
    let swept = home.staging.sweep(&planned).await.unwrap();
    assert_eq!(swept, Swept { applications: 1, artifacts: 1, uploads: 1, spared: 0 });
    assert_eq!(home.cached().await, [used_name.to_string()]);
    assert_eq!(names(&home.fs, "/user/etl/.weft/apps").await, [app(1).to_string()]);
    assert!(plan(&home, life).await.is_empty());
}

/// The application lists the artifact and finds it in the cache after the sweep was planned, before it begins.
#[tokio::test]
async fn an_artifact_that_somebody_begins_to_use_is_spared_with_its_time() {
    let home = Home::new().await;
    let (source, name) = home.source("weft", b"program").await;
    let before = home.staging.stage(name, &source).await.unwrap();
    let planned = plan(&home, life).await;
    assert_eq!(planned.artifacts, [name]);
    let directory = home.staging.application(app(1));
    directory.create().await.unwrap();
    directory.list_artifacts(&[name]).await.unwrap();
    let found = home.staging.stage(name, &source).await.unwrap();
    let swept = home.staging.sweep(&planned).await.unwrap();
    assert_eq!(swept, Swept { spared: 1, ..Swept::default() });
    assert_eq!(home.cached().await, [name.to_string()]);
    assert_eq!((found.uploaded, &found.file), (0, &before.file));
    assert_eq!(home.staging.stage(name, &source).await.unwrap().uploaded, 0);
}

/// The sweep has moved the artifact away when the application looks for it.
#[tokio::test]
async fn an_artifact_that_is_on_its_way_out_is_uploaded_again() {
    let home = Home::new().await;
    let (source, name) = home.source("weft", b"program").await;
    home.staging.stage(name, &source).await.unwrap();
    let planned = plan(&home, life).await;
    // The sweep stops when it reads the lists again.
    let gate = Gate::new();
    home.fs.faults().add(FaultRule::new(Operation::List, "*/apps", Fault::Wait(gate.clone())));
    let apply = async {
        gate.reached(1).await;
        assert_eq!(home.cached().await, [format!("trash-{name}")]);
        let directory = home.staging.application(app(1));
        directory.create().await.unwrap();
        directory.list_artifacts(&[name]).await.unwrap();
        let staged = home.staging.stage(name, &source).await.unwrap();
        gate.open();
        staged
    };
    let (swept, staged) = tokio::join!(home.staging.sweep(&planned), apply);
    assert_eq!((swept.unwrap().spared, staged.uploaded), (1, 7));
    // What the application was told of is what is there.
    assert_eq!(home.cached().await, [name.to_string()]);
    let found = home.staging.stage(name, &source).await.unwrap();
    assert_eq!((found.uploaded, found.file), (0, staged.file));
}

#[tokio::test]
async fn a_sweep_that_was_broken_off_is_finished_by_the_next() {
    let home = Home::new().await;
    let (source, name) = home.source("weft", b"program").await;
    home.staging.stage(name, &source).await.unwrap();
    let planned = plan(&home, life).await;
    home.fs.faults().add(FaultRule::new(Operation::List, "*/apps", Fault::Fail(std::io::ErrorKind::TimedOut)));
    assert!(home.staging.sweep(&planned).await.is_err());
    assert_eq!(home.cached().await, [format!("trash-{name}")]);
    let planned = plan(&home, life).await;
    assert_eq!(home.staging.sweep(&planned).await.unwrap(), Swept { artifacts: 1, ..Swept::default() });
    assert_eq!(home.cached().await, [""; 0]);
}

/// The sweep was broken off after somebody had begun to use what it had moved away.
#[tokio::test]
async fn what_is_used_and_was_moved_away_comes_back() {
    let home = Home::new().await;
    let (source, name) = home.source("weft", b"program").await;
    let before = home.staging.stage(name, &source).await.unwrap();
    let planned = plan(&home, life).await;
    let directory = home.staging.application(app(1));
    directory.create().await.unwrap();
    directory.list_artifacts(&[name]).await.unwrap();
    home.fs.faults().add(FaultRule::new(Operation::List, "*/apps", Fault::Fail(std::io::ErrorKind::TimedOut)));
    assert!(home.staging.sweep(&planned).await.is_err());
    assert_eq!(home.cached().await, [format!("trash-{name}")]);
    // However long ago it was uploaded.
    let planned = home.staging.survey().await.unwrap().plan(0, GRACE, life);
    assert_eq!((planned.stranded.as_slice(), planned.artifacts.as_slice()), (&[name][..], &[][..]));
    assert!(!planned.is_empty());
    assert_eq!(home.staging.sweep(&planned).await.unwrap(), Swept { spared: 1, ..Swept::default() });
    assert_eq!(home.staging.stage(name, &source).await.unwrap().file, before.file);
    assert!(plan(&home, life).await.is_empty());
}

#[tokio::test]
async fn a_list_that_is_none_keeps_all() {
    let home = Home::new().await;
    let (source, name) = home.source("weft", b"program").await;
    home.staging.stage(name, &source).await.unwrap();
    let planned = plan(&home, life).await;
    let directory = home.staging.application(app(1));
    directory.create().await.unwrap();
    directory.put("artifacts-x", Bytes::from_static(b"\xff\xfe")).await.unwrap();
    assert_eq!(directory.artifacts().await.unwrap(), None);
    assert_eq!(home.staging.sweep(&planned).await.unwrap(), Swept { spared: 1, ..Swept::default() });
    assert_eq!(home.cached().await, [name.to_string()]);
    let everything: BTreeSet<_> = plan(&home, life).await.unreadable.into_iter().map(|id| id.id).collect();
    assert_eq!(everything, BTreeSet::from([1]));
}
