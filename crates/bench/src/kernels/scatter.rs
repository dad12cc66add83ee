//! Batches of pairs through the writer of a keyed edge: hash the keys, group the rows by consumer, encode.

use super::measured;
use crate::inputs;
use anyhow::{Result, ensure};
use std::rc::Rc;
use weft_exchange::{
    AnyBatch, Edge, LocalChannel, LocalElement, Outbox, Peer, Progress, Route, Ship, SlotAddress, TypedEdge,
    WriterConfig,
};
use weft_record::{Batch, MAX_BATCH_BYTES, MAX_BATCH_RECORDS};
use weft_runtime::operators::{ByRef, SelectorHasher};

const BATCHES: u64 = 40;
const CONSUMERS: u32 = 4;
/// No consumer runs out of credit.
const CREDIT: u32 = 1 << 30;

type Pair = (u64, u64);

fn key(pair: &Pair) -> &u64 {
    &pair.0
}

/// One consumer in the writer's own slot, which takes rows by value, and three in others.
pub(super) fn run() -> Result<()> {
    let local = LocalChannel::new(usize::MAX);
    let edge = TypedEdge::<Pair>::keyed(SelectorHasher(ByRef(key)));
    let mut writer = edge.writer(config(&local))?;
    let mut net = Outbox::new();
    (1..CONSUMERS).for_each(|to| writer.on_credit(to, CREDIT, &mut net));
    let batch = MAX_BATCH_RECORDS as u64;
    let rows = |n: u64| (n * batch..(n + 1) * batch).map(|i| inputs::keyed_sum(i, u64::MAX)).collect::<Vec<_>>();
    let batches: Vec<_> = (0..BATCHES).map(|n| AnyBatch::new(Batch::of(rows(n)))).collect();
    let progress = measured(|| -> Result<_> {
        let mut all = Progress::Done;
        for batch in batches {
            all = writer.write(batch, &mut net)?;
        }
        writer.flush(&mut net);
        Ok(all)
    })?;
    ensure!(progress == Progress::Done, "a writer with credit was blocked");
    let to_itself = std::iter::from_fn(|| local.pop()).map(|element| match element {
        LocalElement::Batch(batch) => batch.len() as u64,
        LocalElement::Event(_) => 0,
    });
    let share = to_itself.sum::<u64>() * u64::from(CONSUMERS);
    let all = writer.records_out();
    ensure!(all == BATCHES * batch, "{all} of {} rows were scattered", BATCHES * batch);
    ensure!(share.abs_diff(all) < all / 10, "one of {CONSUMERS} consumers got a quarter of {share} of {all} rows");
    Ok(())
}

fn config(local: &Rc<LocalChannel>) -> WriterConfig {
    let route = |subtask| match subtask {
        0 => Route::Local(local.clone()),
        worker => Route::Remote(SlotAddress { worker, slot: 0 }),
    };
    WriterConfig {
        edge: 0,
        subtask: 0,
        attempt: 0,
        ship: Ship::KeyGroup,
        parallelism: CONSUMERS,
        max_parallelism: 128,
        destinations: (0..CONSUMERS).map(|subtask| Peer { subtask, route: route(subtask) }).collect(),
        share: MAX_BATCH_BYTES,
        max_record: 1 << 20,
        batch_records: MAX_BATCH_RECORDS,
        batch_bytes: MAX_BATCH_BYTES,
        seed: 0,
        operator: "scatter".to_owned(),
    }
}
