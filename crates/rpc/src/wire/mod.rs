//! This crate's types as protobuf messages, and back.
//!
//! Writing cannot fail. Reading trusts nothing: a message that says too little (a field that must be there, an id of another length) or
//! something unknown (a number of an enumeration, a case of a `oneof`) is a [`WireError`] that names the field. Fields unknown to this
//! version are skipped, as protobuf has it; which versions speak with each other is settled before, by handshakes.

mod blobs;
mod deployment;
mod enums;
mod error;
mod ids;
mod job;
mod program;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(feature = "grpc")]
mod session;
#[cfg(feature = "grpc")]
mod slots;
#[cfg(test)]
pub(crate) mod tests;
mod update;

pub use error::WireError;
#[cfg(feature = "grpc")]
pub(crate) use ids::read_hash;

/// A type that has a message.
pub(crate) trait Wire: Sized {
    /// Its message.
    type Message;

    /// Says it.
    fn into_wire(self) -> Self::Message;

    /// Reads it.
    fn from_wire(message: Self::Message) -> Result<Self, WireError>;
}

/// What must be there: a field, or a `oneof` that says something this version knows.
fn present<M>(field: &'static str, message: Option<M>) -> Result<M, WireError> {
    message.ok_or(WireError::Missing { field })
}

/// A part that must be there.
fn required<T: Wire>(field: &'static str, message: Option<T::Message>) -> Result<T, WireError> {
    T::from_wire(present(field, message)?)
}

/// A part that may be absent.
fn optional<T: Wire>(message: Option<T::Message>) -> Result<Option<T>, WireError> {
    message.map(T::from_wire).transpose()
}

/// Says every part.
fn say_all<T: Wire, C: FromIterator<T::Message>>(parts: impl IntoIterator<Item = T>) -> C {
    parts.into_iter().map(T::into_wire).collect()
}

/// Reads every part.
fn read_all<T: Wire, C: FromIterator<T>>(messages: Vec<T::Message>) -> Result<C, WireError> {
    messages.into_iter().map(T::from_wire).collect()
}
