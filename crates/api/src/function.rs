//! Small types of user functions.

use std::marker::PhantomData;

/// Names a side output and its record type.
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
