//! One value of the current key.

use std::fmt;
use std::marker::PhantomData;

use weft_record::{Key, Record};

use crate::Table;

/// Names a value state of an operator; answered by [`KeyedState::value_state`](crate::KeyedState::value_state).
pub struct ValueHandle<V> {
    pub(crate) number: usize,
    value: PhantomData<fn() -> V>,
}

impl<V> ValueHandle<V> {
    pub(crate) fn new(number: usize) -> Self {
        ValueHandle { number, value: PhantomData }
    }
}

impl<V> Clone for ValueHandle<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for ValueHandle<V> {}

impl<V> fmt::Debug for ValueHandle<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ValueHandle").field(&self.number).finish()
    }
}

/// The value of the current key in one state: there is one, or there is none.
pub struct ValueState<'a, K, V> {
    pub(crate) table: &'a mut Table<K, V>,
    pub(crate) hash: u64,
    pub(crate) key: &'a K,
}

impl<K: Key, V: Record> ValueState<'_, K, V> {
    /// The value.
    pub fn value(&self) -> Option<&V> {
        self.table.get(self.hash, self.key)
    }

    /// The value, to be changed in place. What is put into it is kept: detach it from shared buffers first.
    pub fn value_mut(&mut self) -> Option<&mut V> {
        self.table.get_mut(self.hash, self.key)
    }

    /// Sets the value. Key and value are detached from shared buffers.
    pub fn update(&mut self, mut value: V) {
        value.detach();
        match self.table.get_mut(self.hash, self.key) {
            Some(kept) => *kept = value,
            None => {
                let mut key = self.key.clone();
                key.detach();
                self.table.insert(self.hash, key, value);
            }
        }
    }

    /// Removes the value; then there is none.
    pub fn clear(&mut self) {
        self.table.remove(self.hash, self.key);
    }
}
