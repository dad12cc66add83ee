//! Tuples and the unit.

use crate::Key;
use crate::codec::fixed_sum;
use crate::derive_support::put_canonical;

macro_rules! tuple {
    ($($t:ident $i:tt),+) => {
        impl<$($t: Key),+> Key for ($($t,)+) {
            const CANONICAL_SIZE: Option<usize> = fixed_sum(&[$($t::CANONICAL_SIZE),+]);

            #[inline]
            fn write_canonical(&self, out: &mut Vec<u8>) {
                $(self.$i.write_canonical(out);)+
            }

            #[inline]
            fn write_canonical_fixed(&self, out: &mut [u8]) {
                $(let out = put_canonical(&self.$i, out);)+
                debug_assert!(out.is_empty());
            }

            #[inline]
            fn same_key(&self, other: &Self) -> bool {
                $(self.$i.same_key(&other.$i))&&+
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

impl Key for () {
    const CANONICAL_SIZE: Option<usize> = Some(0);

    fn write_canonical(&self, _: &mut Vec<u8>) {}

    fn write_canonical_fixed(&self, _: &mut [u8]) {}

    fn same_key(&self, (): &Self) -> bool {
        true
    }
}
