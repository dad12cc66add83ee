//! What this file is when it is started as a worker: it says that tasks run, and runs none.

use std::time::Duration;

use weft_common::ExecutionAttemptId;
use weft_rpc::program::{Control, ControlWriter, FRAME_LIMIT, FromProgram, Started, ToProgram};
use weft_rpc::{TaskState, TaskUpdate};

fn says(writer: &ControlWriter, attempt: ExecutionAttemptId, state: TaskState) {
    writer.send(FromProgram::Task(TaskUpdate { attempt, state })).unwrap();
}

#[test]
#[ignore = "runs in a child of another test"]
fn worker() {
    let Some(control) = Control::take(FRAME_LIMIT).unwrap() else { return };
    let Control { started: Started::Work { spec, .. }, mut reader, writer } = control else { return };
    let behaviour = spec.job.configuration.get("behaviour").cloned().unwrap_or_default();
    std::fs::write("pid", std::process::id().to_string()).unwrap();
    eprintln!("hello from a worker");
    match behaviour.as_str() {
        "refuse" => {
            writer.send(FromProgram::Failed("the plan differs at operator `map`".to_owned())).unwrap();
            return;
        }
        "look" => look(),
        _ => {}
    }
    writer.send(FromProgram::Ready).unwrap();
    while let Some(message) = reader.receive().unwrap() {
        match message {
            ToProgram::Deploy(tasks) => {
                for task in tasks {
                    says(&writer, task.attempt, TaskState::Initializing);
                    says(&writer, task.attempt, TaskState::Running);
                    run(task.attempt, &behaviour);
                }
            }
            ToProgram::Cancel(attempt) if behaviour != "stuck" => says(&writer, attempt, TaskState::Canceled),
            ToProgram::Stop => return,
            _ => {}
        }
    }
}

fn run(attempt: ExecutionAttemptId, behaviour: &str) {
    if attempt.subtask == 666 {
        eprintln!("about to abort");
        std::process::abort();
    }
    match behaviour {
        "leak" => leak(),
        "deaf" => loop {
            std::thread::park();
        },
        _ => {}
    }
}

fn leak() {
    let mut kept = Vec::new();
    loop {
        kept.push(vec![1u8; 4 << 20]);
        // Slow enough to be seen before the machine is full.
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn look() {
    let mut variables: Vec<String> =
        std::env::vars().map(|(name, value)| if name == "NAMED" { format!("{name}={value}") } else { name }).collect();
    variables.sort();
    let seen = format!("{} {}", variables.join(","), std::env::current_dir().unwrap().display());
    std::fs::write("seen.part", seen).unwrap();
    std::fs::rename("seen.part", "seen").unwrap();
}
