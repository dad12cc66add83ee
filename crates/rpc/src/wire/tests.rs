//! Every message there and back, stored bytes, and bytes that are nothing.

use super::samples::*;
use super::{Wire, WireError};
use crate::program::{FromProgram, ToProgram};
use crate::proto::{model, program};
use crate::{JobOutcome, JobSpec, TaskDeployment};
use prost::Message;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::fmt::Debug;
use std::sync::Arc;
use weft_common::ErrorKind;

fn bytes<T: Wire<Message: Message>>(value: T) -> Vec<u8> {
    value.into_wire().encode_to_vec()
}

fn read<T: Wire<Message: Message + Default>>(bytes: &[u8]) -> Result<T, WireError> {
    T::from_wire(T::Message::decode(bytes)?)
}

fn there_and_back<T: Wire<Message: Message + Default> + Clone + PartialEq + Debug>(values: Vec<T>) {
    for value in values {
        assert_eq!(read::<T>(&bytes(value.clone())), Ok(value));
    }
}

#[test]
fn every_message_comes_back_as_it_was() {
    there_and_back(to_program());
    there_and_back(from_program());
}

#[cfg(feature = "grpc")]
#[test]
fn every_message_of_a_session_comes_back_as_it_was() {
    there_and_back(session::from_task_manager());
    there_and_back(session::to_task_manager());
}

#[test]
fn every_number_of_every_enumeration_comes_back() {
    use super::enums::Numbered;
    fn check<T: Numbered + Copy + PartialEq + Debug>(count: i32) {
        let all: Vec<T> = (1..=count).map(|number| T::from_number("f", number).unwrap()).collect();
        assert_eq!(all.iter().map(|case| case.number()).collect::<Vec<_>>(), (1..=count).collect::<Vec<_>>());
        for number in [0, count + 1, -1, i32::MAX] {
            let unknown = WireError::UnknownNumber { field: "f", number: number.into() };
            assert_eq!(T::from_number("f", number), Err(unknown));
        }
    }
    check::<weft_control::JobStatus>(11);
    check::<weft_control::ExecutionState>(10);
    check::<ErrorKind>(4);
    check::<weft_control::Recoverability>(2);
    check::<weft_graph::ShipStrategy>(8);
}

#[test]
fn tasks_that_share_a_placement_send_it_once_and_share_it_again() {
    let message = deployments().into_wire();
    assert_eq!(message.placements.len(), 2);
    let tasks = Vec::<TaskDeployment>::from_wire(message).unwrap();
    assert!(Arc::ptr_eq(&tasks[0].placement, &tasks[1].placement));
    assert!(!Arc::ptr_eq(&tasks[0].placement, &tasks[2].placement));
}

/// Golden: a line per message, its hex. Bytes that were once written are read for ever; what is written today is what was written then, except
/// for graphs, whose JSON may gain fields.
#[test]
fn golden_messages() {
    let golden = include_str!("../../testdata/program-1.txt");
    let to = to_program().into_iter().map(|message| {
        let has_graph = matches!(message, ToProgram::Work(_) | ToProgram::Coordinate(_));
        sample(message, has_graph)
    });
    let from = from_program().into_iter().map(|message| {
        let has_graph = matches!(message, FromProgram::Submit(_));
        sample(message, has_graph)
    });
    check_golden(golden, to.chain(from).collect());
}

/// Whether it may be written otherwise, its bytes, and whether bytes are read as it.
type Sample = (bool, Vec<u8>, Box<dyn Fn(&[u8]) -> bool>);

fn sample<T>(message: T, may_differ: bool) -> Sample
where
    T: Wire<Message: Message + Default> + Clone + PartialEq + 'static,
{
    let written = bytes(message.clone());
    (may_differ, written, Box::new(move |bytes| read(bytes) == Ok(message.clone())))
}

/// Compares samples with the lines of a file.
fn check_golden(golden: &str, samples: Vec<Sample>) {
    let written: Vec<String> = samples.iter().map(|(_, bytes, _)| hex(bytes)).collect();
    let lines: Vec<&str> = golden.lines().collect();
    assert_eq!(lines.len(), samples.len(), "a new message: add its line. All as written now:\n{}", written.join("\n"));
    for (at, (line, (may_differ, _, is_read))) in lines.iter().zip(&samples).enumerate() {
        assert!(is_read(&unhex(line)), "message {at} is read differently from {line}");
        assert!(*may_differ || *line == written[at], "message {at} is written differently: {}", written[at]);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(line: &str) -> Vec<u8> {
    line.as_bytes().chunks(2).map(|d| u8::from_str_radix(std::str::from_utf8(d).unwrap(), 16).unwrap()).collect()
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    let refused = |message: program::ToProgram| ToProgram::from_wire(message).unwrap_err().to_string();
    let with = |message| program::ToProgram { message: Some(message), version: 0 };
    use program::to_program::Message as To;

    assert!(refused(program::ToProgram::default()).contains("ToProgram.message"));
    assert!(refused(with(To::Work(program::Work::default()))).contains("Work.job"));
    assert!(refused(with(To::Submitted(program::Submitted::default()))).contains("Submitted.answer"));
    let short = model::ExecutionAttempt { vertex: vec![1; 15], subtask: 0, attempt: 0 };
    let message = refused(with(To::Cancel(short)));
    assert_eq!(message, "ExecutionAttempt.vertex of the message has 15 bytes, not 16");

    let mut ended = outcome(false).into_wire();
    ended.status = 99;
    let message = refused(with(To::Ended(ended)));
    assert!(message.starts_with("JobOutcome.status of the message is 99"), "{message}");

    let mut tasks = deployments().into_wire();
    tasks.tasks[1].placement = 2;
    assert!(refused(with(To::Deploy(tasks))).contains("(2 of 2)"));
    let mut tasks = deployments().into_wire();
    tasks.placements[0].vertices[1].lanes.pop();
    assert!(refused(with(To::Deploy(tasks))).contains("VertexLanes.lanes"));
    let mut tasks = deployments().into_wire();
    tasks.placements[0].workers[0].port = 65_536;
    assert!(refused(with(To::Deploy(tasks))).contains("WorkerAddress.port of the message is 65536, at most 65535"));

    let mut ended = outcome(false).into_wire();
    ended.duration.as_mut().unwrap().nanoseconds = 1_000_000_000;
    assert!(refused(with(To::Ended(ended))).contains("Duration.nanoseconds"));
    let mut job = spec().into_wire();
    job.graph = b"[]".to_vec();
    let work = program::Coordinate { job: Some(job), configuration: Default::default() };
    assert!(refused(with(To::Coordinate(work))).contains("JobSpec.graph of the message is not a stream graph"));
}

#[test]
fn stored_specifications_and_outcomes_are_recognised() {
    let stored = spec().to_bytes();
    assert!(stored.starts_with(b"WEFTJOBS\x01"));
    assert_eq!(JobSpec::from_bytes(&stored), Ok(spec()));
    let ended = outcome(true).to_bytes();
    assert_eq!(JobOutcome::from_bytes(&ended), Ok(outcome(true)));
    let counted =
        JobOutcome { accumulators: vec![("lines".into(), vec![1]), ("lines".into(), vec![])], ..outcome(false) };
    assert_eq!(JobOutcome::from_bytes(&counted.to_bytes()), Ok(counted));

    let message = JobSpec::from_bytes(&ended).unwrap_err().to_string();
    assert!(message.contains("begins with \"WEFTJEND\\\\x01\", not with \"WEFTJOBS\\\\x01\""), "{message}");
    let mut newer = stored.clone();
    newer[8] = 2;
    assert!(matches!(JobSpec::from_bytes(&newer), Err(WireError::Magic { .. })));
    for length in 0..stored.len() {
        assert!(JobSpec::from_bytes(&stored[..length]).is_err(), "{length} of {} bytes", stored.len());
        let mut changed = stored.clone();
        changed[length] ^= 0x10;
        assert!(JobSpec::from_bytes(&changed).is_err(), "byte {length} changed");
    }
    assert!(JobSpec::from_bytes(&[&stored[..], b"x"].concat()).is_err());
}

/// Golden: outcomes are stored, and read for as long as there is a version 1.
#[test]
fn golden_outcome() {
    let stored = include_bytes!("../../testdata/outcome-1.bin");
    assert_eq!(JobOutcome::from_bytes(stored), Ok(outcome(true)));
    assert_eq!(outcome(true).to_bytes(), stored, "an outcome is written differently");
}

/// Rubbish of all kinds: random bytes, and messages with a few bytes changed, cut or repeated. Reading gives a value or an error.
#[test]
fn rubbish_is_refused_or_read() {
    let mut rng = SmallRng::seed_from_u64(4);
    let good: Vec<Vec<u8>> = to_program().into_iter().map(bytes).chain(from_program().into_iter().map(bytes)).collect();
    let mut refused = 0;
    for _ in 0..10_000 {
        let mut bytes = if rng.random_bool(0.3) {
            (0..rng.random_range(0..200)).map(|_| rng.random()).collect()
        } else {
            good[rng.random_range(0..good.len())].clone()
        };
        spoil(&mut rng, &mut bytes);
        refused += usize::from(read::<ToProgram>(&bytes).is_err());
        refused += usize::from(read::<FromProgram>(&bytes).is_err());
    }
    assert!(refused > 10_000, "most of it is nothing, {refused} were refused");
}

#[cfg(feature = "grpc")]
#[test]
fn rubbish_of_a_session_is_refused_or_read() {
    let mut rng = SmallRng::seed_from_u64(6);
    let from = session::from_task_manager().into_iter().map(bytes);
    let good: Vec<Vec<u8>> = from.chain(session::to_task_manager().into_iter().map(bytes)).collect();
    let mut refused = 0;
    for _ in 0..10_000 {
        let mut bytes = good[rng.random_range(0..good.len())].clone();
        spoil(&mut rng, &mut bytes);
        refused += usize::from(read::<crate::session::FromTaskManager>(&bytes).is_err());
        refused += usize::from(read::<crate::session::ToTaskManager>(&bytes).is_err());
    }
    assert!(refused > 10_000, "most of it is nothing, {refused} were refused");
}

/// Changes, cuts or repeats some of the bytes.
pub(crate) fn spoil(rng: &mut SmallRng, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    for _ in 0..rng.random_range(1..4) {
        let at = rng.random_range(0..bytes.len());
        match rng.random_range(0..4) {
            0 => bytes[at] = rng.random(),
            1 => bytes[at] ^= 1 << rng.random_range(0..8),
            2 => bytes.truncate(at.max(1)),
            _ => bytes.extend_from_within(at..),
        }
    }
}
