//! One record in, any number out, pulled: the function gives an iterator, and the operator takes from it what fits.

use super::flat_map::Rest;
use super::pace::Pace;
use super::typed;
use crate::output::{OutputLimits, Outputs};
use crate::{Flow, Operator, OperatorContext, TaskError};
use weft_record::{AnyBatch, Record};

/// Gives every record to a function that answers with an iterator; stops in the middle of one when its output is full or its time is up.
pub struct FlatMapIter<T, I: IntoIterator, F> {
    function: F,
    rest: Rest<T>,
    pace: Pace,
    current: Option<(I::IntoIter, Option<i64>)>,
}

impl<T: Record, I: IntoIterator, F: FnMut(T) -> I> FlatMapIter<T, I, F>
where
    I::Item: Record,
{
    /// The operator of `function`.
    pub fn new(function: F) -> Self {
        FlatMapIter { function, rest: Rest::empty(), pace: Pace::new(), current: None }
    }

    fn run(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        let mut stint = self.pace.start()?;
        let collector = out.main::<I::Item>()?;
        loop {
            if let Some((iterator, time)) = &mut self.current {
                collector.set_time(*time);
                for item in iterator {
                    collector.emit(item);
                    if stint.is_over() || collector.is_full() {
                        return Ok(Flow::More);
                    }
                }
            }
            let Some((row, time)) = self.rest.next() else { break };
            self.current = Some(((self.function)(row).into_iter(), time));
            if stint.is_over() {
                return Ok(Flow::More);
            }
        }
        self.current = None;
        Ok(Flow::Done)
    }
}

impl<T: Record, I: IntoIterator, F: FnMut(T) -> I> Operator for FlatMapIter<T, I, F>
where
    I::Item: Record,
{
    fn outputs(&self, limits: &OutputLimits) -> Outputs {
        Outputs::of::<I::Item>(limits)
    }

    fn open(&mut self, context: &OperatorContext) -> Result<(), TaskError> {
        self.pace.open(&context.clock);
        Ok(())
    }

    fn process(&mut self, _input: usize, batch: AnyBatch, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.rest = Rest::of(typed(batch)?);
        self.run(out)
    }

    fn resume(&mut self, out: &mut Outputs) -> Result<Flow, TaskError> {
        self.run(out)
    }
}
