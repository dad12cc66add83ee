//! Tuples, and the types of no bytes.

use crate::codec::{fixed_sum, put_fixed};
use crate::derive_support::encode_block;
use crate::{DecodeError, Decoder, Encoder, Record, SchemaBuilder, Type};
use std::marker::PhantomData;

macro_rules! tuple {
    ($($t:ident $i:tt),+) => {
        impl<$($t: Record),+> Record for ($($t,)+) {
            const FIXED_SIZE: Option<usize> = fixed_sum(&[$($t::FIXED_SIZE),+]);

            #[inline(always)]
            fn encode_to(&self, out: &mut Encoder<'_>) {
                match Self::FIXED_SIZE {
                    Some(n) => encode_block(self, n, out),
                    None => { $(self.$i.encode_to(out);)+ }
                }
            }

            // Always inlined: a result that comes back through memory is read in other pieces than it was written, and
            // waits for them.
            #[inline(always)]
            fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                match Self::FIXED_SIZE {
                    Some(n) => {
                        let fields = &mut input.block(n, "tuple")?;
                        Ok(($($t::decode(fields)?,)+))
                    }
                    None => Ok(($($t::decode(input)?,)+)),
                }
            }

            #[inline]
            fn encode_fixed(&self, out: &mut [u8]) {
                $(let out = put_fixed(&self.$i, out);)+
                debug_assert!(out.is_empty());
            }

            fn describe(schema: &mut SchemaBuilder) -> Type {
                Type::Tuple(vec![$($t::describe(schema)),+])
            }

            fn detach(&mut self) {
                $(self.$i.detach();)+
            }

            #[inline]
            fn heap_bytes(&self) -> usize {
                0 $(+ self.$i.heap_bytes())+
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);

macro_rules! nothing {
    ($([$($g:tt)*] $t:ty, $value:expr;)*) => { $(
        impl<$($g)*> Record for $t {
            const FIXED_SIZE: Option<usize> = Some(0);

            #[inline]
            fn encode_to(&self, _: &mut Encoder<'_>) {}

            #[inline]
            fn decode(_: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                Ok($value)
            }

            #[inline]
            fn encode_fixed(&self, _: &mut [u8]) {}

            fn describe(_: &mut SchemaBuilder) -> Type {
                Type::Tuple(Vec::new())
            }
        }
    )* };
}

nothing! {
    [] (), ();
    [T: Send + 'static] PhantomData<T>, PhantomData;
}
