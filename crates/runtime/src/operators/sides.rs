//! Side outputs: declared by whoever reads them, after the operator that emits them was added to the program.

use std::sync::{Arc, Mutex, PoisonError};

use crate::output::{OutputLimits, Outputs};
use weft_record::Record;

type AddPort = fn(&mut Outputs, &str, &OutputLimits);

/// The side outputs of one operator of a program. Shared between the program and the operator's factory.
#[derive(Clone, Default)]
pub struct SidePorts(Arc<Mutex<Vec<(String, AddPort)>>>);

impl SidePorts {
    /// Declares a side output; the second declaration of a tag changes nothing.
    pub fn declare<T: Record>(&self, tag: &str) {
        let mut ports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !ports.iter().any(|(known, _)| known == tag) {
            ports.push((tag.to_owned(), |outputs, tag, limits| outputs.add::<T>(tag, limits)));
        }
    }

    /// The outputs of an operator with main output `U`.
    pub fn outputs<U: Record>(&self, limits: &OutputLimits) -> Outputs {
        let mut outputs = Outputs::of::<U>(limits);
        for (tag, add) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            add(&mut outputs, tag, limits);
        }
        outputs
    }
}
