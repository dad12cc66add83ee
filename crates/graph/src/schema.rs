//! The schema of a stream or a state, as far as a graph needs to know it.

use serde::{Deserialize, Serialize};
use std::fmt;
use weft_record::Schema;

/// A record schema by its fingerprint, with the text that shows it to people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaRef {
    /// What people read, such as `(Str, u64)`.
    pub text: String,
    /// What programs compare: equal exactly when the schemas are.
    pub fingerprint: u64,
}

impl SchemaRef {
    /// A schema that prints as `text` and is told from others by `fingerprint`.
    pub fn new(text: impl Into<String>, fingerprint: u64) -> Self {
        SchemaRef { text: text.into(), fingerprint }
    }
}

impl From<&Schema> for SchemaRef {
    fn from(schema: &Schema) -> Self {
        SchemaRef::new(schema.to_string(), schema.fingerprint())
    }
}

impl fmt::Display for SchemaRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
