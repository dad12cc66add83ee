//! Numbers, characters and truth values.

use crate::{DecodeError, Decoder, Encoder, Record, SchemaBuilder, Type};

macro_rules! little_endian {
    ($($t:ident => $schema:ident),*) => { $(
        impl Record for $t {
            const FIXED_SIZE: Option<usize> = Some(size_of::<$t>());

            #[inline(always)]
            fn encode_to(&self, out: &mut Encoder<'_>) {
                out.put(self.to_le_bytes());
            }

            #[inline]
            fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                input.array(stringify!($t)).map($t::from_le_bytes)
            }

            #[inline]
            fn encode_fixed(&self, out: &mut [u8]) {
                if let Some(out) = out.first_chunk_mut() {
                    *out = self.to_le_bytes();
                }
            }

            fn describe(_: &mut SchemaBuilder) -> Type {
                Type::$schema
            }
        }
    )* };
}

little_endian!(u8 => U8, u16 => U16, u32 => U32, u64 => U64, u128 => U128);
little_endian!(i8 => I8, i16 => I16, i32 => I32, i64 => I64, i128 => I128);
little_endian!(f32 => F32, f64 => F64);

/// Types encoded as another: `$to` always succeeds, `$from` gives `None` for what is no value of the type.
macro_rules! encoded_as {
    ($($t:ty, $name:literal as $as:ty => $schema:ident, $to:expr, $from:expr;)*) => { $(
        impl Record for $t {
            const FIXED_SIZE: Option<usize> = <$as>::FIXED_SIZE;

            #[inline(always)]
            fn encode_to(&self, out: &mut Encoder<'_>) {
                let to: fn($t) -> $as = $to;
                to(*self).encode_to(out);
            }

            #[inline]
            fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                let at = input.position();
                let from: fn($as) -> Option<$t> = $from;
                from(<$as>::decode(input)?).ok_or(DecodeError::Invalid { at, what: $name })
            }

            #[inline]
            fn encode_fixed(&self, out: &mut [u8]) {
                let to: fn($t) -> $as = $to;
                to(*self).encode_fixed(out);
            }

            fn describe(_: &mut SchemaBuilder) -> Type {
                Type::$schema
            }
        }
    )* };
}

encoded_as! {
    usize, "usize" as u64 => U64, |v| v as u64, |v| v.try_into().ok();
    isize, "isize" as i64 => I64, |v| v as i64, |v| v.try_into().ok();
    char, "char" as u32 => Char, |v| u32::from(v), char::from_u32;
    bool, "bool" as u8 => Bool, |v| u8::from(v), |v| match v { 0 => Some(false), 1 => Some(true), _ => None };
}
