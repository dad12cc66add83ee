//! The typed side of an edge.

use crate::slabs::Slabs;
use crate::typed_gate::TypedGate;
use crate::typed_writer::TypedWriter;
use crate::{EdgeWriter, ExchangeError, GateConfig, InputGate, WriterConfig};
use std::sync::{Mutex, PoisonError};
use weft_record::Record;

/// One logical edge of a program. It knows the record type, which the rest of the engine does not.
pub trait Edge: Send + Sync {
    /// The producing end for one subtask.
    fn writer(&self, config: WriterConfig) -> Result<Box<dyn EdgeWriter>, ExchangeError>;

    /// The consuming end for one subtask.
    fn gate(&self, config: GateConfig) -> Box<dyn InputGate>;
}

/// Computes the key hashes of whole batches. A prototype: cloned for each writer.
pub trait KeyHasher<T>: Send {
    /// Appends the key hash of every row to `out`.
    fn hash(&self, rows: &[T], out: &mut Vec<u64>);

    /// A copy for another writer.
    fn clone_box(&self) -> Box<dyn KeyHasher<T>>;
}

/// Chooses the consumer of every row of a batch. A prototype: cloned for each writer.
pub(crate) trait Chooser<T>: Send {
    fn choose(&self, rows: &[T], consumers: usize, out: &mut Vec<usize>);
    fn clone_box(&self) -> Box<dyn Chooser<T>>;
}

impl<T, F: Fn(&T, usize) -> usize + Clone + Send + 'static> Chooser<T> for F {
    fn choose(&self, rows: &[T], consumers: usize, out: &mut Vec<usize>) {
        out.extend(rows.iter().map(|row| self(row, consumers)));
    }

    fn clone_box(&self) -> Box<dyn Chooser<T>> {
        Box::new(self.clone())
    }
}

/// An edge of records `T`.
pub struct TypedEdge<T: Record> {
    functions: Mutex<Functions<T>>,
    slabs: Slabs,
}

/// The user's part in distributing records.
pub(crate) enum Functions<T> {
    Plain,
    Keyed(Box<dyn KeyHasher<T>>),
    Custom(Box<dyn Chooser<T>>),
}

impl<T> Clone for Functions<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Plain => Self::Plain,
            Self::Keyed(hasher) => Self::Keyed(hasher.clone_box()),
            Self::Custom(chooser) => Self::Custom(chooser.clone_box()),
        }
    }
}

impl<T: Record> TypedEdge<T> {
    /// An edge that distributes records without looking into them.
    pub fn plain() -> Self {
        Self::with(Functions::Plain)
    }

    /// An edge that distributes records by their key, and sends the key's hash along.
    pub fn keyed(hasher: impl KeyHasher<T> + 'static) -> Self {
        Self::with(Functions::Keyed(Box::new(hasher)))
    }

    /// An edge on which `choose` gives, for a record and the number of consumers, the consumer's index.
    pub fn custom(choose: impl Fn(&T, usize) -> usize + Clone + Send + 'static) -> Self {
        Self::with(Functions::Custom(Box::new(choose)))
    }

    fn with(functions: Functions<T>) -> Self {
        TypedEdge { functions: Mutex::new(functions), slabs: Slabs::default() }
    }

    fn functions(&self) -> Functions<T> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<T: Record> Edge for TypedEdge<T> {
    fn writer(&self, config: WriterConfig) -> Result<Box<dyn EdgeWriter>, ExchangeError> {
        Ok(Box::new(TypedWriter::new(config, self.functions(), self.slabs.clone())?))
    }

    fn gate(&self, config: GateConfig) -> Box<dyn InputGate> {
        let keyed = matches!(self.functions(), Functions::Keyed(_));
        Box::new(TypedGate::<T>::new(config, keyed, self.slabs.clone()))
    }
}
