//! Four stateless operators behind a source and before a sink, in one task, stepped on this thread.

use super::lane::OneLane;
use super::measured;
use anyhow::{Result, ensure};
use std::cell::Cell;
use std::sync::Arc;
use weft_record::{AnyBatch, Batch, MAX_BATCH_RECORDS};
use weft_runtime::operators::{Filter, Map, per_subtask};
use weft_runtime::{Flow, Operator, OperatorFactory, OutputLimits, Outputs, SourceStatus, TaskError};

const BATCHES: u64 = 50;

thread_local! {
    /// Rows that came through.
    static ARRIVED: Cell<u64> = const { Cell::new(0) };
}

pub(super) fn run() -> Result<()> {
    let chain: [Arc<dyn OperatorFactory>; 6] = [
        per_subtask((), |(), _| Ok(Box::new(Numbers { batch: 0 }))),
        per_subtask((), |(), _| Ok(Box::new(Map::new(|x: u64| x * 3 + 1)))),
        per_subtask((), |(), _| Ok(Box::new(Filter::new(|x: &u64| x.is_multiple_of(2))))),
        per_subtask((), |(), _| Ok(Box::new(Map::new(|x: u64| x ^ 0x5555)))),
        per_subtask((), |(), _| Ok(Box::new(Filter::new(|x: &u64| !x.is_multiple_of(3))))),
        per_subtask((), |(), _| Ok(Box::new(Count))),
    ];
    let mut lane = OneLane::new(chain);
    measured(|| lane.run());
    lane.finished()?;
    let numbers = 0..BATCHES * MAX_BATCH_RECORDS as u64;
    let expected = numbers.map(|x| x * 3 + 1).filter(|x| x % 2 == 0).map(|x| x ^ 0x5555).filter(|x| x % 3 != 0).count();
    let arrived = ARRIVED.take();
    ensure!(arrived == expected as u64, "{arrived} of {expected} rows arrived");
    Ok(())
}

/// A source of full batches of consecutive numbers.
struct Numbers {
    batch: u64,
}

impl Operator for Numbers {
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<u64>(limits)
    }

    fn poll(&mut self, out: &mut Outputs) -> Result<SourceStatus, TaskError> {
        if self.batch == BATCHES {
            return Ok(SourceStatus::End);
        }
        let first = self.batch * MAX_BATCH_RECORDS as u64;
        self.batch += 1;
        out.main()?.emit_batch(Batch::of((first..first + MAX_BATCH_RECORDS as u64).collect::<Vec<_>>()));
        Ok(SourceStatus::Ready)
    }
}

struct Count;

impl Operator for Count {
    fn outputs(&self, _limits: &OutputLimits) -> Outputs {
        Outputs::none()
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, _out: &mut Outputs) -> Result<Flow, TaskError> {
        ARRIVED.set(ARRIVED.get() + batch.len() as u64);
        Ok(Flow::Done)
    }
}
