//! Streams grouped by key, alone and connected.

mod aggregate;
mod connected;
mod stream;

pub use connected::ConnectedKeyedStreams;
pub use stream::KeyedStream;
