//! What a type must be able to do to move through the engine.

use crate::{DecodeError, Decoder, Encoder, Schema, SchemaBuilder, Type};

/// A type whose values can move through the engine. Derive it.
///
/// The encoding is compact and self-delimiting: `decode` reads exactly what `encode` wrote, so records can stand one
/// after the other without lengths. Nothing in it depends on the machine.
///
/// # Deriving
/// `#[derive(Record)]` works for structs and enums, generic ones included, whose fields are records. The type must
/// also be `Clone`. Variants are tagged 0, 1, 2, … in the order of declaration.
///
/// | attribute | on | meaning |
/// |---|---|---|
/// | `#[record(name = "…")]` | type | its name in the schema, when the Rust name is not to be the lasting one |
/// | `#[record(tag = N)]` | variant | its tag, so that variants can be reordered or removed |
/// | `#[record(crate = "…")]` | type | the path under which this crate is reachable; default `::weft_record` |
///
/// ```
/// use weft_record::{Decoder, Record};
///
/// #[derive(Clone, Debug, PartialEq, Record)]
/// struct Reading {
///     sensor: u32,
///     celsius: f64,
/// }
///
/// let mut bytes = Vec::new();
/// let reading = Reading { sensor: 7, celsius: 21.5 };
/// reading.encode(&mut bytes);
/// assert_eq!(bytes.len(), 12);
/// assert_eq!(Reading::decode(&mut Decoder::new(&bytes)), Ok(reading));
/// assert_eq!(Reading::schema().to_string(), "Reading\nstruct Reading\n  sensor: u32\n  celsius: f64\n");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot move through the engine: it is not a `Record`",
    label = "not a record",
    note = "derive it: `#[derive(Clone, Record)]`; for a serde type of another crate wrap it in `Serde<_>`"
)]
pub trait Record: Clone + Send + 'static {
    /// The encoded size in bytes where every value of the type has the same (such types are copied, not encoded
    /// field by field); `None` otherwise.
    const FIXED_SIZE: Option<usize> = None;

    /// Appends the encoding of `self` to `out`.
    fn encode_to(&self, out: &mut Encoder<'_>);

    /// Appends the encoding of `self` to `out`.
    #[inline]
    fn encode(&self, out: &mut Vec<u8>) {
        self.encode_to(&mut Encoder::new(out));
    }

    /// Reads one value. Corrupted or truncated input gives an error; it never panics and never allocates more than a
    /// small multiple of what the input holds.
    fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// Writes the encoding to `out`, which has exactly [`FIXED_SIZE`](Record::FIXED_SIZE) bytes. Only called for
    /// types that have one. Types with one should implement it: constant offsets compile to plain stores.
    fn encode_fixed(&self, out: &mut [u8]) {
        let mut bytes = Vec::new();
        self.encode(&mut bytes);
        out.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    }

    /// Describes the type: adds what it names to `schema` and returns how to refer to it.
    fn describe(schema: &mut SchemaBuilder) -> Type;

    /// The description of the type.
    fn schema() -> Schema {
        Schema::of::<Self>()
    }

    /// Gives up buffers shared with other values by copying out of them. Called wherever a value is kept (state,
    /// timers, collected results), so that one kept word does not keep the block of text it came from.
    fn detach(&mut self) {}

    /// Estimated bytes of heap this value holds beyond `size_of::<Self>()`; shared buffers count their visible part.
    fn heap_bytes(&self) -> usize {
        0
    }
}
