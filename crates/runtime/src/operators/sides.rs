//! Side outputs: declared by whoever reads them, after the operator that emits them was added to the program.

use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use crate::output::{OutputLimits, Outputs};
use weft_record::Record;

/// Names a side output and says what its records are.
pub struct OutputTag<T> {
    name: String,
    records: PhantomData<fn(T)>,
}

impl<T> OutputTag<T> {
    /// The side output called `name`.
    pub fn new(name: impl Into<String>) -> Self {
        OutputTag { name: name.into(), records: PhantomData }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<T> Clone for OutputTag<T> {
    fn clone(&self) -> Self {
        OutputTag::new(self.name.clone())
    }
}

struct Port {
    tag: String,
    records: TypeId,
    add: fn(&mut Outputs, &str, &OutputLimits),
}

/// The side outputs of one operator of a program. Shared between the program and the operator's factory.
#[derive(Clone, Default)]
pub struct SidePorts(Arc<Mutex<Vec<Port>>>);

impl SidePorts {
    /// Declares a side output. Declared before, it must be of the same records: else nothing changes and the answer is `false`.
    #[must_use]
    pub fn declare<T: Record>(&self, tag: &OutputTag<T>) -> bool {
        let records = TypeId::of::<T>();
        let mut ports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = ports.iter().find(|port| port.tag == tag.name) {
            return known.records == records;
        }
        let add = |outputs: &mut Outputs, tag: &str, limits: &OutputLimits| outputs.add::<T>(tag, limits);
        ports.push(Port { tag: tag.name.clone(), records, add });
        true
    }

    /// The outputs of an operator with main output `U`.
    pub fn outputs<U: Record>(&self, limits: &OutputLimits) -> Outputs {
        let mut outputs = Outputs::of::<U>(limits);
        for port in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            (port.add)(&mut outputs, &port.tag, limits);
        }
        outputs
    }
}
