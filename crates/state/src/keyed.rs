//! The named states of a keyed operator.

use std::any::Any;

use weft_record::{Key, Record, Schema};

use crate::{StateError, Table, ValueHandle, ValueState};

/// The states of one keyed operator subtask, by name, and the key that is current.
///
/// States are registered when the operator opens and used through the handle that registration answers. The operator
/// sets the current key before each record and timer and clears it after the batch, so that the key's buffer is free.
pub struct KeyedState<K> {
    states: Vec<RegisteredState>,
    current: Option<K>,
    hash: u64,
}

/// One state of an operator, its value type forgotten.
struct RegisteredState {
    name: String,
    schema: Schema,
    table: Box<dyn AnyTable>,
}

/// What can be done with a table without knowing its types.
trait AnyTable: Any + Send {
    fn heap_bytes(&self) -> usize;
    fn prefetch(&self, hash: u64);
}

impl<K: Key, V: Record> AnyTable for Table<K, V> {
    fn heap_bytes(&self) -> usize {
        Table::heap_bytes(self)
    }

    fn prefetch(&self, hash: u64) {
        Table::prefetch(self, hash);
    }
}

impl<K: Key> KeyedState<K> {
    /// No states yet.
    pub fn new() -> Self {
        KeyedState { states: Vec::new(), current: None, hash: 0 }
    }

    /// Registers a value state. A name that is registered already with the same type answers the same state.
    ///
    /// # Errors
    /// [`StateError::TypeConflict`] if the name is registered with another type.
    pub fn value_state<V: Record>(&mut self, name: &str) -> Result<ValueHandle<V>, StateError> {
        let schema = V::schema();
        let Some(number) = self.states.iter().position(|state| state.name == name) else {
            let table = Box::new(Table::<K, V>::new());
            self.states.push(RegisteredState { name: name.to_owned(), schema, table });
            return Ok(ValueHandle::new(self.states.len() - 1));
        };
        match self.states.get(number) {
            Some(state) if !state.holds::<K, V>() => Err(StateError::TypeConflict {
                name: name.to_owned(),
                registered: Box::new(state.schema.clone()),
                requested: Box::new(schema),
            }),
            _ => Ok(ValueHandle::new(number)),
        }
    }

    /// Names and schemas of the states, in the order of registration.
    pub fn schemas(&self) -> impl Iterator<Item = (&str, &Schema)> {
        self.states.iter().map(|state| (state.name.as_str(), &state.schema))
    }

    /// Makes `key` current; `hash` is its [`Key::key_hash`].
    pub fn set_current(&mut self, hash: u64, key: &K) {
        self.hash = hash;
        match &mut self.current {
            Some(current) => current.clone_from(key),
            None => self.current = Some(key.clone()),
        }
    }

    /// Leaves no key current and lets go of the last one.
    pub fn clear_current(&mut self) {
        self.current = None;
    }

    /// The current key.
    pub fn current(&self) -> Option<&K> {
        self.current.as_ref()
    }

    /// Starts loading what the states keep under `hash`, some 16 records before its key becomes current.
    pub fn prefetch(&self, hash: u64) {
        self.states.iter().for_each(|state| state.table.prefetch(hash));
    }

    /// The current key's value in the state of `handle`.
    ///
    /// # Errors
    /// [`StateError::NoCurrentKey`] outside of records and timers, [`StateError::ForeignHandle`] for a handle that
    /// other states answered.
    pub fn value<V: Record>(&mut self, handle: ValueHandle<V>) -> Result<ValueState<'_, K, V>, StateError> {
        let (state, key) = match (self.states.get_mut(handle.number), &self.current) {
            (Some(state), Some(key)) => (state, key),
            (Some(state), None) => return Err(StateError::NoCurrentKey { name: state.name.clone() }),
            (None, _) => return Err(StateError::ForeignHandle { number: handle.number }),
        };
        let table: &mut dyn Any = state.table.as_mut();
        let table = table.downcast_mut().ok_or(StateError::ForeignHandle { number: handle.number })?;
        Ok(ValueState { table, hash: self.hash, key })
    }

    /// The table behind `handle`, for operators that update whole batches.
    ///
    /// # Errors
    /// [`StateError::ForeignHandle`] for a handle that other states answered.
    pub fn table<V: Record>(&mut self, handle: ValueHandle<V>) -> Result<&mut Table<K, V>, StateError> {
        let foreign = StateError::ForeignHandle { number: handle.number };
        let Some(state) = self.states.get_mut(handle.number) else { return Err(foreign) };
        let table: &mut dyn Any = state.table.as_mut();
        table.downcast_mut().ok_or(foreign)
    }

    /// Estimated bytes of memory of all states; see [`Table::heap_bytes`].
    pub fn heap_bytes(&self) -> usize {
        self.states.iter().map(|state| state.table.heap_bytes()).sum()
    }
}

impl<K: Key> Default for KeyedState<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl RegisteredState {
    fn holds<K: Key, V: Record>(&self) -> bool {
        let table: &dyn Any = self.table.as_ref();
        table.is::<Table<K, V>>()
    }
}
