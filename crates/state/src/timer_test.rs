use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use weft_record::{Key, SlabPool};

use crate::{Timer, TimerQueue};

#[derive(Clone, Debug)]
enum Op {
    Register(i64, u64),
    Delete(i64, u64),
    PopUpTo(i64),
}

fn op() -> impl Strategy<Value = Op> {
    let time = || -20..20i64;
    prop_oneof![
        6 => (time(), 0..8u64).prop_map(|(t, k)| Op::Register(t, k)),
        3 => (time(), 0..8u64).prop_map(|(t, k)| Op::Delete(t, k)),
        1 => time().prop_map(Op::PopUpTo),
    ]
}

/// What a queue should do: timers by (time, registration), and the registration of each (key, time).
#[derive(Default)]
struct Model {
    order: BTreeMap<(i64, u64), u64>,
    known: HashMap<(u64, i64), u64>,
    registrations: u64,
}

impl Model {
    fn register(&mut self, time: i64, key: u64) -> bool {
        if self.known.contains_key(&(key, time)) {
            return false;
        }
        self.registrations += 1;
        self.known.insert((key, time), self.registrations);
        self.order.insert((time, self.registrations), key);
        true
    }

    fn delete(&mut self, time: i64, key: u64) -> bool {
        self.known.remove(&(key, time)).is_some_and(|r| self.order.remove(&(time, r)).is_some())
    }

    fn pop_due(&mut self, now: i64) -> Option<(i64, u64)> {
        let ((time, _), key) = self.order.first_key_value().filter(|((time, _), _)| *time <= now)?;
        let popped = (*time, *key);
        self.order.pop_first();
        self.known.remove(&(popped.1, popped.0));
        Some(popped)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_an_ordered_map(ops in prop::collection::vec(op(), 0..400), collide in any::<bool>()) {
        let hash = |key: u64| if collide { 1 } else { key.key_hash() };
        let (mut queue, mut model) = (TimerQueue::new(), Model::default());
        for op in ops {
            match op {
                Op::Register(time, key) => {
                    prop_assert_eq!(queue.register(time, hash(key), &key), model.register(time, key));
                }
                Op::Delete(time, key) => {
                    prop_assert_eq!(queue.delete(time, hash(key), &key), model.delete(time, key));
                }
                Op::PopUpTo(now) => while let Some(timer) = queue.pop_due(now) {
                    prop_assert_eq!(timer.hash, hash(timer.key));
                    prop_assert_eq!(Some((timer.time, timer.key)), model.pop_due(now));
                }
            }
            prop_assert_eq!(queue.len(), model.order.len());
            prop_assert_eq!(queue.next_time(), model.order.keys().next().map(|(time, _)| *time));
            prop_assert_eq!(queue.iter().count(), queue.len());
        }
        while let Some(timer) = queue.pop_due(i64::MAX) {
            prop_assert_eq!(Some((timer.time, timer.key)), model.pop_due(i64::MAX));
        }
        prop_assert!(queue.is_empty() && model.order.is_empty());
    }
}

#[test]
fn timers_of_one_time_come_in_the_order_of_registration() {
    let mut queue = TimerQueue::new();
    for key in [5u64, 1, 9, 1, 3] {
        queue.register(10, key.key_hash(), &key);
    }
    queue.register(9, 7u64.key_hash(), &7);
    let keys: Vec<u64> = std::iter::from_fn(|| queue.pop_due(10)).map(|timer: Timer<u64>| timer.key).collect();
    assert_eq!(keys, [7, 5, 1, 9, 3]);
}

#[test]
fn a_timer_registered_while_others_fire_takes_its_turn() {
    let mut queue = TimerQueue::new();
    queue.register(1, 1u64.key_hash(), &1u64);
    queue.register(5, 2u64.key_hash(), &2u64);
    let mut fired = Vec::new();
    while let Some(timer) = queue.pop_due(5) {
        fired.push((timer.time, timer.key));
        if timer.key == 1 {
            queue.register(3, 9u64.key_hash(), &9);
            queue.register(6, 9u64.key_hash(), &9);
        }
    }
    assert_eq!((fired, queue.next_time()), (vec![(1, 1), (3, 9), (5, 2)], Some(6)));
}

/// A session timer is moved at every record; what it leaves behind must not pile up.
#[test]
fn moving_timers_for_ever_takes_no_more_memory() {
    let mut queue = TimerQueue::new();
    let moves = if cfg!(miri) { 2_000 } else { 100_000 };
    (0..100u64).for_each(|key| assert!(queue.register(0, key.key_hash(), &key)));
    for i in 0..moves {
        let (key, round) = (i % 100, (i / 100) as i64);
        assert!(queue.delete(round, key.key_hash(), &key));
        assert!(queue.register(round + 1, key.key_hash(), &key));
    }
    assert_eq!(queue.len(), 100);
    assert!(queue.heap_bytes() < 128 * 1024, "{}", queue.heap_bytes());
}

#[test]
fn a_timer_does_not_keep_the_buffer_its_key_came_from() {
    let pool = SlabPool::new(1 << 20);
    let slab = pool.share(vec![b'k'; 4096]);
    let key = slab.str(0..40).expect("a key within the slab");
    let mut queue = TimerQueue::new();
    queue.register(1, key.key_hash(), &key);
    drop((slab, key));
    assert!(pool.unused_bytes() >= 4096);
    assert_eq!(queue.pop_due(1).map(|timer| timer.key.len()), Some(40));
}
