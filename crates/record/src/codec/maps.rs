//! Maps and sets, in the order of their encoded keys: the same bytes whatever the order in memory.

use crate::codec::collections::count;
use crate::{DecodeError, Decoder, Encoder, MAX_UNSIZED_ELEMENTS, Record, SchemaBuilder, Type};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};
use std::ops::Range;

/// Appends the entries sorted by the bytes of their keys.
fn encode_sorted<'a, K: Record, V: Record>(
    entries: impl ExactSizeIterator<Item = (&'a K, &'a V)>,
    out: &mut Encoder<'_>,
) {
    let mut bytes = Vec::new();
    let mut order: Vec<(Range<usize>, &V)> = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let at = bytes.len();
        key.encode(&mut bytes);
        order.push((at..bytes.len(), value));
    }
    let key = |range: &Range<usize>| bytes.get(range.clone()).unwrap_or_default();
    order.sort_unstable_by(|(a, _), (b, _)| key(a).cmp(key(b)));
    out.put_varint(order.len() as u64);
    for (range, value) in &order {
        out.put_slice(key(range));
        value.encode_to(out);
    }
}

/// Reads entries, refusing what [`encode_sorted`] does not write: keys that do not rise.
fn decode_sorted<K: Record, V: Record>(input: &mut Decoder<'_>) -> Result<Vec<(K, V)>, DecodeError> {
    input.nested(|input| {
        let count = count(input)?;
        if count > input.remaining().max(MAX_UNSIZED_ELEMENTS) {
            return Err(input.invalid("number of entries"));
        }
        let mut entries = Vec::with_capacity(input.room_for(count, size_of::<(K, V)>()));
        let mut last: Option<&[u8]> = None;
        for _ in 0..count {
            let (at, before) = (input.position(), input.rest());
            let key = K::decode(input)?;
            let bytes = before.get(..input.position() - at).unwrap_or_default();
            if last.is_some_and(|last| last >= bytes) {
                return Err(DecodeError::Invalid { at, what: "order of map keys" });
            }
            last = Some(bytes);
            entries.push((key, V::decode(input)?));
        }
        Ok(entries)
    })
}

/// Detached copies of entries whose keys cannot be changed in place.
fn detached<K: Record, V: Record>(entries: impl Iterator<Item = (K, V)>) -> impl Iterator<Item = (K, V)> {
    entries.map(|(mut key, mut value)| {
        key.detach();
        value.detach();
        (key, value)
    })
}

fn heap_of<'a, K: Record, V: Record>(entries: impl Iterator<Item = (&'a K, &'a V)>) -> usize {
    entries.map(|(k, v)| size_of::<(K, V)>() + k.heap_bytes() + v.heap_bytes()).sum()
}

macro_rules! map {
    ([$($g:tt)*] $t:ty) => {
        impl<$($g)*> Record for $t {
            fn encode_to(&self, out: &mut Encoder<'_>) {
                encode_sorted(self.iter(), out);
            }

            fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                decode_sorted(input).map(|entries| entries.into_iter().collect())
            }

            fn describe(schema: &mut SchemaBuilder) -> Type {
                Type::Map(Box::new(K::describe(schema)), Box::new(V::describe(schema)))
            }

            fn detach(&mut self) {
                *self = detached(std::mem::take(self).into_iter()).collect();
            }

            fn heap_bytes(&self) -> usize {
                heap_of(self.iter())
            }
        }
    };
}

map!([K: Record + Ord, V: Record] BTreeMap<K, V>);
map!([K: Record + Eq + Hash, V: Record, S: BuildHasher + Clone + Default + Send + 'static] HashMap<K, V, S>);

macro_rules! set {
    ([$($g:tt)*] $t:ty) => {
        impl<$($g)*> Record for $t {
            fn encode_to(&self, out: &mut Encoder<'_>) {
                encode_sorted(self.iter().map(|key| (key, &())), out);
            }

            fn decode(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                decode_sorted(input).map(|entries| entries.into_iter().map(|(key, ())| key).collect())
            }

            fn describe(schema: &mut SchemaBuilder) -> Type {
                Type::Set(Box::new(K::describe(schema)))
            }

            fn detach(&mut self) {
                let entries = std::mem::take(self).into_iter().map(|key| (key, ()));
                *self = detached(entries).map(|(key, ())| key).collect();
            }

            fn heap_bytes(&self) -> usize {
                heap_of(self.iter().map(|key| (key, &())))
            }
        }
    };
}

set!([K: Record + Ord] BTreeSet<K>);
set!([K: Record + Eq + Hash, S: BuildHasher + Clone + Default + Send + 'static] HashSet<K, S>);
