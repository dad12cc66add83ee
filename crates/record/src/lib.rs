//! Records, their schema and codec, batches and the events between them.
//!
//! A *record* is what user functions see: any Rust type with [`Record`] derived. The engine needs five things of it:
//! a compact encoding, a [`Schema`] that outlives the program, an estimate of the heap it holds, `detach`, by which
//! it gives up buffers it shares with others, and `Clone`. A record that can be keyed by is a [`Key`].
//!
//! Records move in a [`Batch`], never one by one; what is not a record ([`StreamEvent`]) stands between batches.
//!
//! | module | what it specifies |
//! |---|---|
//! | `codec` | the bytes of a record |
//! | `key` | the canonical bytes of a key and their hash: frozen, part of the state format |
//! | `schema` | the description of a type and its fingerprint |
//! | `text` | [`Str`], a string that inlines, shares and never allocates for a short word |
//! | `slab` | shared byte buffers and the pool they return to |

// The derive macros name this crate by its path; inside it that path must lead here.
extern crate self as weft_record;

mod any_batch;
mod batch;
mod codec;
mod decimal;
mod decoder;
mod encoder;
mod error;
mod event;
mod key;
mod record;
mod schema;
#[cfg(feature = "serde-records")]
mod serde_record;
mod slab;
mod text;
mod timestamp;

#[doc(hidden)]
pub mod derive_support;
#[cfg(test)]
mod test_types;

pub use any_batch::AnyBatch;
pub use batch::{Batch, MAX_BATCH_BYTES, MAX_BATCH_RECORDS};
pub use codec::{MAX_UNSIZED_ELEMENTS, decode_all, encode_all};
pub use decimal::{Decimal, DecimalError};
pub use decoder::{Decoder, MAX_NESTING};
pub use encoder::Encoder;
pub use error::{DecodeError, TextError};
pub use event::{CheckpointBarrier, StreamElement, StreamEvent};
pub use key::{Key, canonical_bytes, hash_all, hash_str, xxh3_64};
pub use record::Record;
pub use schema::{Definition, Field, Fields, Schema, SchemaBuilder, Shape, Type, Variant};
#[cfg(feature = "serde-records")]
pub use serde_record::Serde;
pub use slab::{Slab, SlabPool};
pub use text::{INLINE_CAPACITY, SharedText, Str};
pub use timestamp::Timestamp;
/// Derives [`trait@Key`].
pub use weft_record_derive::Key;
/// Derives [`trait@Record`].
pub use weft_record_derive::Record;
