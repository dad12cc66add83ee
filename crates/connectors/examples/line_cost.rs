//! What reading costs: nanoseconds per record and bytes per second, of wall-clock and of CPU time, for the lines of a file and for a
//! sequence of numbers.
//!
//! `cargo run --release -p weft-connectors --example line_cost -- [FILE]`; without a file, a text of 256 MiB is made.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use weft_common::{ExecutionAttemptId, JobId, JobVertexId, OperatorId};
use weft_connectors::{Sequence, TextFileSource};
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::source::{NextSplit, Source, SourcePoll, SourceReader, SplitEnumerator};
use weft_runtime::{EventSender, OperatorContext, OutputLimits, SystemClock};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct NoEvents;

impl EventSender for NoEvents {
    fn send(&self, _event: weft_rpc::OperatorEvent) {}
}

/// Unparks the thread that reads.
struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn main() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let directory = tempfile::tempdir()?;
    let path = match std::env::args().nth(1) {
        Some(path) => path.into(),
        None => generated(directory.path())?,
    };
    let bytes = std::fs::metadata(&path)?.len();
    let io = runtime.handle().clone();
    for _ in 0..3 {
        measure("lines of a file, read ahead", bytes, || read(&TextFileSource::new(&path), &io))?;
        measure("numbers of a sequence", 0, || read(&Sequence::new(1, 100_000_000), &io))?;
    }
    Ok(())
}

/// A text with lines of 0 to 140 bytes.
fn generated(directory: &std::path::Path) -> Result<std::path::PathBuf> {
    let path = directory.join("text");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    let (mut written, mut i) = (0, 0u64);
    while written < 256 << 20 {
        let line = "the quick brown fox jumps over the lazy dog and on ".repeat(3);
        let length = (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % 141;
        writeln!(file, "{}", line.get(..length).unwrap_or(&line))?;
        (written, i) = (written + length + 1, i + 1);
    }
    file.flush()?;
    Ok(path)
}

fn measure(what: &str, bytes: u64, run: impl Fn() -> Result<u64>) -> Result<()> {
    let (wall, cpu) = (Instant::now(), cpu_time());
    let records = run()?;
    let (wall, cpu) = (wall.elapsed(), cpu_time() - cpu);
    let per_record = |time: Duration| time.as_nanos() as f64 / records as f64;
    let per_second = |time: Duration| bytes as f64 / 1e9 / time.as_secs_f64();
    println!(
        "{what}: {records} records, {:.2} ns each (CPU {:.2}), {:.2} GB/s (CPU {:.2})",
        per_record(wall),
        per_record(cpu),
        per_second(wall),
        per_second(cpu)
    );
    Ok(())
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Reads all of a source with one reader, and counts its records.
fn read<S: Source>(source: &S, io: &tokio::runtime::Handle) -> Result<u64> {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut enumerator = source.enumerator(&coordinator_context(io))?;
    let mut reader = source.reader(&operator_context(io, waker))?;
    let mut records = 0;
    loop {
        match reader.poll()? {
            SourcePoll::Batch(batch) => records += black_box(batch).len() as u64,
            SourcePoll::Pending => std::thread::park(),
            SourcePoll::End => match enumerator.next_split(0)? {
                NextSplit::Split(split) => reader.add_split(split)?,
                NextSplit::NoMore => return Ok(records),
            },
        }
    }
}

fn coordinator_context(io: &tokio::runtime::Handle) -> CoordinatorContext {
    CoordinatorContext {
        info: Arc::default(),
        job: JobId(0),
        operator: OperatorId(0),
        name: "source".to_owned(),
        parallelism: 1,
        io: Some(io.clone()),
        clock: Arc::new(SystemClock),
    }
}

fn operator_context(io: &tokio::runtime::Handle, waker: Waker) -> OperatorContext {
    OperatorContext {
        job: Arc::default(),
        operator: OperatorId(0),
        name: "source".to_owned(),
        attempt: ExecutionAttemptId { vertex: JobVertexId(0), subtask: 0, attempt: 0 },
        parallelism: 1,
        max_parallelism: 128,
        batch_mode: false,
        clock: Arc::new(SystemClock),
        background: weft_runtime::Background::new(waker.clone()),
        waker,
        io: Some(io.clone()),
        accumulators: Default::default(),
        events: Arc::new(NoEvents),
        limits: OutputLimits::default(),
        seed: 0,
    }
}
