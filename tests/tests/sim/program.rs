//! A plan as a program over the DataStream API.

use super::dice::mix;
use super::faults::Faults;
use super::functions::{CountInState, Timers, ToSide};
use super::plan::{Op, Plan, Ship, Stage};
use super::row::Row;
use super::sink::{Store, StoreSink};
use super::source::Lines;
use weft_api::{Collector, DataStream, OutputTag, RuntimeMode, StreamExecutionEnvironment, TaskError};

/// What becomes of the plan's parallelism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    AsPlanned,
    /// Everything in one slot, every operator once: the run that others are compared with.
    OneSlot,
}

/// What a program is built with.
pub(super) struct Build<'a> {
    pub(super) plan: &'a Plan,
    pub(super) shape: Shape,
    pub(super) faults: Faults,
    pub(super) store: Store,
}

impl Build<'_> {
    pub(super) fn program(&self, env: &StreamExecutionEnvironment) {
        let plan = self.plan;
        env.set_runtime_mode(if plan.batch { RuntimeMode::Batch } else { RuntimeMode::Streaming });
        if !plan.chaining {
            env.disable_operator_chaining();
        }
        let mut sources = plan.sources.iter().enumerate().map(|(n, rows)| {
            let (first, rows, keys) = (n as u32 * 100, rows.clone(), plan.keys);
            let source = Lines { first, rows, keys, faults: self.faults.clone() };
            env.from_source(source, "Source").set_parallelism(self.parallelism(plan.source_parallelism))
        });
        let first = sources.next().unwrap();
        let stream = sources.fold(first, DataStream::union);
        let stream = plan.stages.iter().fold(stream, |stream, stage| self.stage(stream, stage));
        self.sink(stream, 0, plan.sink_parallelism);
    }

    fn parallelism(&self, planned: u32) -> u32 {
        if self.shape == Shape::OneSlot { 1 } else { planned }
    }

    fn sink(&self, stream: DataStream<Row>, number: u32, parallelism: u32) {
        // Several sinks do not become visible at one moment; a commit that fails between them is not an undisturbed run's.
        let commit_faults = if self.plan.sinks == 1 { self.faults.clone() } else { Faults::none() };
        let sink = StoreSink { number, store: self.store.clone(), faults: self.faults.clone(), commit_faults };
        stream.sink_to(sink).set_parallelism(self.parallelism(parallelism));
    }

    fn stage(&self, stream: DataStream<Row>, stage: &Stage) -> DataStream<Row> {
        let shipped = ship(stream, stage.ship);
        let made = match &stage.op {
            Op::Tee { sink } => {
                self.sink(shipped.clone(), *sink, stage.parallelism);
                return shipped;
            }
            Op::Diamond { left, right, connect, label } => {
                return self.diamond(shipped, left, right, *connect, *label);
            }
            Op::Count => return self.count(shipped, stage),
            Op::Total => return self.total(shipped, stage),
            Op::Timers => return self.timers(shipped, stage),
            Op::Sides => return self.sides(shipped, stage),
            Op::Map => shipped.map(|row: Row| Row { value: row.value * 7 + 1, ..row }),
            Op::Rekey { keys } => {
                let keys = u64::from(*keys);
                shipped.map(move |row: Row| Row { key: (mix(row.id) % keys) as u32, line: 0, ..row })
            }
            Op::Filter => shipped.filter_with(keeps(stage.ship == Ship::Broadcast)),
            Op::FlatMap { copies } => {
                let copies = *copies;
                shipped
                    .flat_map(move |row: Row, out: &mut Collector<Row>| (0..copies).for_each(|n| out.emit(row.copy(n))))
            }
            Op::FlatMapIter { copies } => {
                let copies = *copies;
                shipped.flat_map_iter(move |row: Row| (0..copies).map(move |n| row.copy(n)))
            }
            Op::Faulty => {
                let faults = self.faults.clone();
                shipped.flat_map(move |row: Row, out: &mut Collector<Row>| {
                    faults.strike("a flat map")?;
                    out.emit(row);
                    Ok::<_, TaskError>(())
                })
            }
            Op::CountInState => shipped.key_by_value(|row: &Row| u64::from(row.key)).process(CountInState::default()),
        };
        self.place(made, stage)
    }

    fn place(&self, stream: DataStream<Row>, stage: &Stage) -> DataStream<Row> {
        let mut stream = stream.set_parallelism(self.parallelism(stage.parallelism));
        if stage.new_chain {
            stream = stream.start_new_chain();
        }
        match stage.group {
            Some(group) if self.shape == Shape::AsPlanned => stream.slot_sharing_group(group),
            _ => stream,
        }
    }

    /// Same parallelism as the operator before, so never in the way of the order.
    fn beside(&self, stream: DataStream<Row>, stage: &Stage) -> DataStream<Row> {
        stream.set_parallelism(self.parallelism(stage.parallelism))
    }

    fn count(&self, stream: DataStream<Row>, stage: &Stage) -> DataStream<Row> {
        let ones = self.beside(stream.map(|row: Row| Row::of_key(row.key, u32::MAX, 1)), stage);
        let counted = self.place(ones.key_by(|row: &Row| &row.key).sum(|row: &mut Row| &mut row.value), stage);
        self.beside(counted.map(|row: Row| Row { seq: row.value, ..row }), stage)
    }

    fn total(&self, stream: DataStream<Row>, stage: &Stage) -> DataStream<Row> {
        let plain = self.beside(stream.map(|row: Row| Row::of_key(row.key, u32::MAX, row.value)), stage);
        let add = |total: &mut Row, row: Row| total.value = total.value.wrapping_add(row.value);
        self.place(plain.key_by(|row: &Row| &row.key).reduce(add), stage)
    }

    fn timers(&self, stream: DataStream<Row>, stage: &Stage) -> DataStream<Row> {
        let function = Timers::new(self.plan.batch, self.faults.clone());
        let timed = self.place(stream.key_by(|row: &Row| &row.key).process(function), stage);
        match self.plan.batch {
            true => self.total(timed, stage),
            false => self.beside(timed.filter(|row: &Row| !Timers::is_of_timer(row)), stage),
        }
    }

    fn sides(&self, stream: DataStream<Row>, stage: &Stage) -> DataStream<Row> {
        let tag = OutputTag::<Row>::new("odd");
        let main = self.place(stream.process(ToSide { tag: tag.clone() }), stage);
        let side = main.side_output(&tag);
        main.union(side)
    }

    fn diamond(
        &self,
        stream: DataStream<Row>,
        left: &[Stage],
        right: &[Stage],
        connect: bool,
        label: u64,
    ) -> DataStream<Row> {
        let left = left.iter().fold(stream.clone(), |stream, stage| self.stage(stream, stage));
        let parallelism = self.parallelism(right.last().map_or(1, last_parallelism));
        let right = right.iter().fold(stream, |stream, stage| self.stage(stream, stage));
        let other_line = move |row: Row| Row { line: mix(label ^ u64::from(row.line)) as u32, ..row };
        match connect {
            true => left.connect(right).map(|row: Row| row, other_line),
            false => left.union(right.map(other_line).set_parallelism(parallelism)).map(|row: Row| row),
        }
        .set_parallelism(parallelism)
    }
}

/// The parallelism of what a stage ends with.
fn last_parallelism(stage: &Stage) -> u32 {
    match &stage.op {
        Op::Diamond { right, .. } => right.last().map_or(1, last_parallelism),
        _ => stage.parallelism,
    }
}

fn ship(stream: DataStream<Row>, ship: Ship) -> DataStream<Row> {
    match ship {
        Ship::Default => stream,
        Ship::Forward => stream.forward(),
        Ship::Rebalance => stream.rebalance(),
        Ship::Rescale => stream.rescale(),
        Ship::Shuffle => stream.shuffle(),
        Ship::Global => stream.global(),
        Ship::Custom => stream.partition_custom(|row: &Row| &row.key, |key: &u32, consumers| *key as usize % consumers),
        Ship::Broadcast => stream.broadcast(),
    }
}

/// A predicate for each subtask: two thirds of the records, and where all subtasks get all of them, each its share of these.
fn keeps(broadcast: bool) -> impl Fn(&weft_api::RuntimeContext) -> Box<dyn FnMut(&Row) -> bool> + Clone + Send {
    move |context| {
        let (subtask, parallelism) = (u64::from(context.subtask()), u64::from(context.parallelism));
        Box::new(move |row| !mix(row.id).is_multiple_of(3) && (!broadcast || mix(row.id ^ 1) % parallelism == subtask))
    }
}
