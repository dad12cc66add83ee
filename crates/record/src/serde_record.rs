//! Records of types that only serde knows.

use crate::{DecodeError, Decoder, Encoder, Record, SchemaBuilder, Type};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::type_name;
use std::ops::{Deref, DerefMut};

/// A serde type as a record.
///
/// It is encoded by postcard, preceded by its length. The engine cannot see into it: the schema calls it opaque with
/// its Rust path as name, its state cannot be migrated, and encoding it costs more than a derived record does. A value
/// whose `Serialize` fails is encoded as nothing and reported when it is decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serde<T>(pub T);

impl<T> Deref for Serde<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Serde<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Serialize + DeserializeOwned + Clone + Send + 'static> Record for Serde<T> {
    fn encode_to(&self, out: &mut Encoder<'_>) {
        let bytes = postcard::to_allocvec(&self.0).unwrap_or_default();
        out.put_varint(bytes.len() as u64);
        out.put_slice(&bytes);
    }

    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let length = input.length("serde value")?;
        let at = input.position();
        let bytes = input.take(length, "serde value")?;
        match postcard::take_from_bytes(bytes) {
            Ok((value, [])) => Ok(Serde(value)),
            _ => Err(DecodeError::Invalid { at, what: "serde value" }),
        }
    }

    fn describe(_: &mut SchemaBuilder) -> Type {
        Type::Opaque { codec: "postcard".to_owned(), name: type_name::<T>().to_owned() }
    }
}

#[cfg(test)]
#[path = "serde_record_test.rs"]
mod tests;
