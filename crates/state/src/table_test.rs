use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use proptest::prelude::*;
use weft_record::{Key, Record, Str};

use crate::{Cursor, Table};

/// Ways to hash that are hard on a table.
#[derive(Clone, Copy, Debug)]
enum Hashing {
    /// As the engine does.
    Real,
    /// Four tags in all, one of them 0.
    FewTags,
    /// Many tags, two homes at the end of the index, so that probing wraps around.
    FewHomes,
}

impl Hashing {
    fn hash(self, key: u64) -> u64 {
        match self {
            Hashing::Real => key.key_hash(),
            Hashing::FewTags => key % 4,
            Hashing::FewHomes => (key << 16) | 0xfffe | (key % 2),
        }
    }
}

/// A value that knows how many of its kind are alive.
struct Counted {
    value: u64,
    alive: Rc<Cell<isize>>,
}

impl Counted {
    fn new(value: u64, alive: &Rc<Cell<isize>>) -> Self {
        alive.set(alive.get() + 1);
        Counted { value, alive: Rc::clone(alive) }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.set(self.alive.get() - 1);
    }
}

#[derive(Clone, Debug)]
enum Op {
    Insert(u64, u64),
    Add(u64, u64),
    Remove(u64),
    RemoveAllBut(u64),
    Batch(Vec<(u64, u64)>),
    Clear,
}

fn op(keys: u64) -> impl Strategy<Value = Op> {
    let key = move || 0..keys;
    prop_oneof![
        4 => (key(), 0..1000u64).prop_map(|(k, v)| Op::Insert(k, v)),
        4 => (key(), 0..1000u64).prop_map(|(k, v)| Op::Add(k, v)),
        8 => key().prop_map(Op::Remove),
        1 => key().prop_map(Op::RemoveAllBut),
        4 => prop::collection::vec((key(), 0..1000u64), 0..100).prop_map(Op::Batch),
        1 => Just(Op::Clear),
    ]
}

fn hashing() -> impl Strategy<Value = Hashing> {
    prop_oneof![Just(Hashing::Real), Just(Hashing::FewTags), Just(Hashing::FewHomes)]
}

/// A table beside the map it should behave like.
struct Pair {
    hashing: Hashing,
    alive: Rc<Cell<isize>>,
    table: Table<u64, Counted>,
    model: HashMap<u64, u64>,
}

impl Pair {
    fn apply(&mut self, op: Op) {
        let (hashing, alive) = (self.hashing, Rc::clone(&self.alive));
        match op {
            Op::Insert(key, value) => {
                let old = self.table.insert(hashing.hash(key), key, Counted::new(value, &alive));
                assert_eq!(old.map(|old| old.value), self.model.insert(key, value));
            }
            Op::Add(key, value) => {
                let make = || (key, Counted::new(0, &alive));
                self.table.get_or_insert_with(hashing.hash(key), &key, make).value += value;
                *self.model.entry(key).or_default() += value;
            }
            Op::Remove(key) => self.remove(key),
            Op::RemoveAllBut(kept) => {
                let keys: Vec<u64> = self.model.keys().copied().filter(|key| *key != kept).collect();
                keys.into_iter().for_each(|key| self.remove(key));
            }
            Op::Batch(rows) => self.batch(rows),
            Op::Clear => {
                self.table.clear();
                self.model.clear();
            }
        }
    }

    fn remove(&mut self, key: u64) {
        let removed = self.table.remove(self.hashing.hash(key), &key);
        assert_eq!(removed.map(|(key, counted)| (key, counted.value)), self.model.remove_entry(&key));
    }

    fn batch(&mut self, mut rows: Vec<(u64, u64)>) {
        let mut expected = rows.clone();
        for row in &mut expected {
            let sum = self.model.entry(row.0).or_default();
            *sum += row.1;
            row.1 = *sum;
        }
        let hashes: Vec<u64> = rows.iter().map(|row| self.hashing.hash(row.0)).collect();
        let vacant = |row: &mut (u64, u64)| (row.0, Counted::new(row.1, &self.alive));
        self.table.update_batch(
            &mut rows,
            &hashes,
            |row| &row.0,
            vacant,
            |row, sum| {
                sum.value += row.1;
                row.1 = sum.value;
            },
        );
        assert_eq!(rows, expected);
    }

    fn check(&self, keys: u64) {
        assert_eq!(self.table.len(), self.model.len());
        assert_eq!(self.alive.get(), self.model.len() as isize);
        for key in 0..keys {
            assert_eq!(self.table.get(self.hashing.hash(key), &key).map(|v| v.value), self.model.get(&key).copied());
        }
        let met: HashMap<u64, u64> = self.table.iter().map(|(key, counted)| (*key, counted.value)).collect();
        assert_eq!(met, self.model);
        assert_eq!(self.table.iter().count(), self.model.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn behaves_like_a_map_and_drops_what_it_held(hashing in hashing(), ops in prop::collection::vec(op(200), 0..120)) {
        let alive = Rc::new(Cell::new(0));
        let (table, model) = (Table::new(), HashMap::new());
        let mut pair = Pair { hashing, alive: Rc::clone(&alive), table, model };
        for op in ops {
            pair.apply(op);
            pair.check(200);
        }
        drop(pair);
        prop_assert_eq!(alive.get(), 0);
    }
}

fn filled(keys: u64) -> Table<u64, u64> {
    let mut table = Table::new();
    (0..keys).for_each(|key| assert_eq!(table.insert(key.key_hash(), key, key * 2), None));
    table
}

#[test]
fn grows_over_many_pages_and_keeps_the_order_of_insertion() {
    // Enough for several pages, a mapped segment and a mapped index.
    let keys = if cfg!(miri) { 5_000 } else { 300_000 };
    let table = filled(keys);
    assert!(table.iter().map(|(key, value)| (*key, *value)).eq((0..keys).map(|key| (key, key * 2))));
    assert!((0..keys).all(|key| table.get(key.key_hash(), &key) == Some(&(key * 2))));
    assert!((keys..2 * keys).all(|key| table.get(key.key_hash(), &key).is_none()));
}

#[test]
fn reuses_the_places_of_removed_keys() {
    let mut table = filled(20_000);
    let bytes = table.table_bytes();
    for round in 0..10u64 {
        let (old, new) = (round * 20_000, (round + 1) * 20_000);
        for key in 0..20_000 {
            assert!(table.remove((old + key).key_hash(), &(old + key)).is_some());
            table.insert((new + key).key_hash(), new + key, 0);
        }
    }
    assert_eq!((table.len(), table.table_bytes()), (20_000, bytes));
}

#[test]
fn a_cursor_goes_on_where_it_stopped_while_the_table_changes() {
    let mut table = filled(1_000);
    let mut cursor = Cursor::default();
    let mut met = Vec::new();
    while let Some((key, _)) = table.next(&mut cursor) {
        met.push(*key);
        let (gone, added) = (999 - met.len() as u64 / 2, 10_000 + met.len() as u64);
        table.remove(gone.key_hash(), &gone);
        if met.len() < 100 {
            table.insert(added.key_hash(), added, 0);
        }
    }
    met.retain(|key| *key < 10_000);
    assert!(met.is_sorted() && met.len() >= 600);
    assert_eq!(table.next(&mut cursor), None);
}

#[test]
fn a_failing_row_ends_the_batch_and_inserts_nothing() {
    let mut table = filled(3);
    let mut rows = [0u64, 100, 1, 101, 2];
    let hashes = rows.map(|key| key.key_hash());
    let vacant = |row: &mut u64| if *row == 101 { Err("no 101") } else { Ok((*row, 0)) };
    let done = table.try_update_batch(
        &mut rows,
        &hashes,
        |row| row,
        vacant,
        |_, value| {
            *value += 1;
            Ok(())
        },
    );
    assert_eq!(done, Err("no 101"));
    let entries: Vec<_> = table.iter().map(|(key, value)| (*key, *value)).collect();
    assert_eq!(entries, [(0, 1), (1, 3), (2, 4), (100, 0)]);
}

#[test]
fn a_panic_in_user_code_leaves_a_sound_table() {
    let mut table: Table<Str, Str> = Table::new();
    let mut rows: Vec<Str> = (0..100).map(|i| Str::from(format!("a key of more than 22 bytes {i}").as_str())).collect();
    let hashes: Vec<u64> = rows.iter().map(Key::key_hash).collect();
    let vacant = |row: &mut Str| match row.as_str().ends_with("50") {
        true => panic!("user code"),
        false => (row.clone(), row.clone()),
    };
    let update = AssertUnwindSafe(|| table.update_batch(&mut rows, &hashes, |row| row, vacant, |_, _| ()));
    assert!(catch_unwind(update).is_err());
    assert_eq!(table.len(), 50);
    assert!(table.iter().all(|(key, value)| key == value));
}

#[test]
#[should_panic(expected = "every row of a batch has a hash")]
fn a_batch_without_hashes_is_refused() {
    filled(1).update_batch(&mut [1u64], &[], |row| row, |row| (*row, 0), |_, _| ());
}

#[test]
fn values_of_no_size_and_of_160_kb_work() {
    let mut table: Table<u64, ()> = Table::new();
    table.insert(1, 1, ());
    assert_eq!(table.remove(1, &1), Some((1, ())));
    let mut big: Table<u64, [u64; 20_000]> = Table::new();
    (0..70).for_each(|key| assert!(big.insert(key, key, [key; 20_000]).is_none()));
    assert!(big.iter().all(|(key, value)| value.iter().all(|v| v == key)));
}

#[test]
fn the_memory_estimate_sees_what_keys_own() {
    let mut table = Table::new();
    let mut owned = 0;
    for i in 0..2_000u64 {
        let mut key = Str::from(format!("customer-{i:031}").as_str());
        key.detach();
        owned += key.heap_bytes();
        table.insert(key.key_hash(), key, i);
    }
    assert!(owned >= 80_000);
    let estimate = table.heap_bytes() - table.table_bytes();
    assert!((owned * 9 / 10..=owned * 11 / 10).contains(&estimate), "{estimate} for {owned}");
}

#[test]
fn a_new_table_is_small() {
    assert!(Table::<u64, u64>::new().heap_bytes() <= 256);
}
