//! Events and what becomes of them, from `tracing` to the file.

use crate::{ConfigurationWatch, LogError, LogHandle, LogSettings, Logging, TaskLabel};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;
use tracing::Dispatch;
use weft_common::configuration::options::{LogFormat, LogLevel};
use weft_common::{Configuration, MemorySize};

const LONGEST: Duration = Duration::from_secs(10);

fn settings() -> LogSettings {
    LogSettings::from_configuration(&Configuration::new()).unwrap()
}

fn start(settings: LogSettings, directory: &Path) -> (LogHandle, Dispatch) {
    let (handle, subscriber) = Logging::to_file(settings, directory, "weft-test").unwrap();
    (handle, Dispatch::new(subscriber))
}

fn written(handle: &LogHandle) -> String {
    assert!(handle.flush(LONGEST));
    fs::read_to_string(handle.path().unwrap()).unwrap()
}

/// Lines without their times.
fn messages(handle: &LogHandle) -> Vec<String> {
    written(handle).lines().map(|line| line.get(24..).unwrap().to_owned()).collect()
}

#[test]
fn a_line_says_who_it_is_about() {
    let directory = tempfile::tempdir().unwrap();
    let (handle, dispatch) = start(settings(), directory.path());
    tracing::dispatcher::with_default(&dispatch, || {
        tracing::warn!(target: "weft_jobmanager::job", job = "4f0c", slots = 3, "waits for slots");
        let label = TaskLabel::new("Source -> Map (1/4)#0", vec!["Source".into(), "Map".into()]);
        let _entered = label.enter();
        label.set_operator(1);
        tracing::info!(target: "program", "a user's line");
        let span = tracing::info_span!("reading", job = "of the span", file = "a.txt");
        span.in_scope(|| tracing::error!(target: "program", operator = "Other", "broke"));
    });
    assert_eq!(
        messages(&handle),
        [
            "WARN  weft_jobmanager::job [job=4f0c] - waits for slots slots=3",
            "INFO  program [task=\"Source -> Map (1/4)#0\" operator=Map] - a user's line",
            "ERROR program [job=\"of the span\" task=\"Source -> Map (1/4)#0\" operator=Other] - broke file=a.txt",
        ]
    );
}

#[test]
fn levels_and_format_change_while_it_runs() {
    let directory = tempfile::tempdir().unwrap();
    let (handle, dispatch) = start(settings(), directory.path());
    let say = |what: &'static str| {
        tracing::dispatcher::with_default(&dispatch, || {
            tracing::debug!(target: "weft_exchange::tcp", "debug {what}");
            tracing::info!(target: "weft_runtime", "info {what}");
        });
    };
    say("first");
    let mut changed = settings();
    changed.levels.insert("weft_exchange".to_owned(), LogLevel::Debug);
    changed.level = LogLevel::Warn;
    changed.format = LogFormat::Json;
    assert!(handle.reload(&changed).unwrap());
    assert!(!handle.reload(&changed).unwrap(), "nothing is new");
    say("second");
    let text = written(&handle);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].ends_with("INFO  weft_runtime [] - info first"), "{text}");
    let second: serde_json::Value = serde_json::from_str(lines[1]).unwrap();
    assert_eq!(second["message"], "debug second");
    assert_eq!(second["target"], "weft_exchange::tcp");
    assert_eq!(second["level"], "DEBUG");
}

#[test]
fn a_changed_configuration_is_noticed_and_a_broken_one_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let conf = directory.path().join("config.yaml");
    let (handle, _dispatch) = start(settings(), &directory.path().join("log"));
    let mut above = Configuration::new();
    above.apply_dynamic(["log.format=json"]).unwrap();
    let mut watch = ConfigurationWatch::new(directory.path(), above);
    fs::write(&conf, "env.log.level: WARN\n").unwrap();
    assert!(watch.look(&handle).unwrap().is_some());
    assert_eq!((handle.settings().level, handle.settings().format), (LogLevel::Warn, LogFormat::Json));
    assert!(watch.look(&handle).unwrap().is_none());
    fs::write(&conf, "env.log.level: whisper\n").unwrap();
    let error = watch.look(&handle).unwrap_err().to_string();
    assert!(error.contains("whisper"), "{error}");
    assert!(watch.look(&handle).unwrap().is_none(), "an error is told once");
    assert_eq!(handle.settings().level, LogLevel::Warn);
    fs::write(&conf, "env.log.level: TRACE\nparallelism.default: 3\n").unwrap();
    assert!(watch.look(&handle).unwrap().is_some());
    assert_eq!(handle.settings().level, LogLevel::Trace);
}

#[test]
fn threads_log_at_once_and_no_line_is_torn() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = settings();
    settings.max_file_size = MemorySize::from_kib(16);
    settings.max_files = 1000;
    let (handle, dispatch) = start(settings, directory.path());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (dispatch, handle) = (&dispatch, &handle);
            scope.spawn(move || {
                tracing::dispatcher::with_default(dispatch, || {
                    for number in 0..500 {
                        tracing::info!(thread, number, "counted");
                        // So that the queue, which has room for a few thousand lines, loses none.
                        if number % 100 == 0 {
                            assert!(handle.flush(LONGEST));
                        }
                    }
                });
            });
        }
    });
    assert!(handle.flush(LONGEST));
    assert_eq!(handle.lost(), 0);
    let mut found = Vec::new();
    for entry in fs::read_dir(directory.path()).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(text.len() <= 16 << 10, "{}", text.len());
        for line in text.lines() {
            let (_, fields) = line.split_once("[] - counted thread=").unwrap();
            let (thread, number) = fields.split_once(" number=").unwrap();
            found.push((thread.parse::<u32>().unwrap(), number.parse::<u32>().unwrap()));
        }
    }
    found.sort_unstable();
    let all: Vec<_> = (0..4).flat_map(|thread| (0..500).map(move |number| (thread, number))).collect();
    assert_eq!(found, all);
}

#[test]
fn what_a_full_disk_cost_is_owned_up_to() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("weft-test.log");
    symlink("/dev/full", &path).unwrap();
    let (handle, dispatch) = start(settings(), directory.path());
    let say = |what: &str| tracing::dispatcher::with_default(&dispatch, || tracing::info!(target: "t", "{what}"));
    say("one");
    assert!(handle.flush(LONGEST));
    say("two");
    assert!(handle.flush(LONGEST));
    assert_eq!(handle.lost(), 2);
    fs::remove_file(&path).unwrap();
    say("three");
    let messages = messages(&handle);
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].starts_with("WARN  weft_logging::writer [] - lines before this one are lost"), "{messages:?}");
    assert!(messages[0].ends_with(" lines=2"), "{messages:?}");
    assert_eq!(messages[1], "INFO  t [] - three");
}

#[test]
fn what_was_logged_is_written_when_the_handle_is_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let (handle, dispatch) = start(settings(), directory.path());
    let path = handle.path().unwrap().to_owned();
    tracing::dispatcher::with_default(&dispatch, || (0..100).for_each(|n| tracing::info!(n, "said")));
    drop(handle);
    assert_eq!(fs::read_to_string(path).unwrap().lines().count(), 100);
}

#[test]
fn names_that_make_no_log_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["jobmanager", "weft-../x", "weft-a\nb"] {
        let refused = Logging::to_file(settings(), directory.path(), name).map(|_| ()).unwrap_err();
        assert!(matches!(refused, LogError::Name { .. }), "{refused}");
    }
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let refused = Logging::to_file(settings(), &file.join("log"), "weft-a").map(|_| ()).unwrap_err();
    assert!(matches!(refused, LogError::Open { .. }), "{refused}");
}
