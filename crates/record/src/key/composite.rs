//! Optional values, boxes, vectors and arrays.

use super::strings::write_length;
use crate::Key;
use crate::derive_support::put_canonical;

impl<K: Key> Key for Option<K> {
    fn write_canonical(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.is_some()));
        if let Some(key) = self {
            key.write_canonical(out);
        }
    }

    fn same_key(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(a), Some(b)) => a.same_key(b),
            (a, b) => a.is_none() && b.is_none(),
        }
    }
}

impl<K: Key> Key for Box<K> {
    fn write_canonical(&self, out: &mut Vec<u8>) {
        K::write_canonical(self, out);
    }

    fn write_canonical_top(&self, out: &mut Vec<u8>) {
        K::write_canonical_top(self, out);
    }

    fn key_hash(&self) -> u64 {
        K::key_hash(self)
    }

    fn same_key(&self, other: &Self) -> bool {
        K::same_key(self, other)
    }
}

impl<K: Key> Key for Vec<K> {
    fn write_canonical(&self, out: &mut Vec<u8>) {
        write_length(self.len(), out);
        self.iter().for_each(|key| key.write_canonical(out));
    }

    fn same_key(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(a, b)| a.same_key(b))
    }
}

impl<K: Key, const N: usize> Key for [K; N] {
    const CANONICAL_SIZE: Option<usize> = match K::CANONICAL_SIZE {
        Some(n) => Some(n * N),
        None => None,
    };

    fn write_canonical(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|key| key.write_canonical(out));
    }

    fn write_canonical_fixed(&self, out: &mut [u8]) {
        self.iter().fold(out, |out, key| put_canonical(key, out));
    }

    fn same_key(&self, other: &Self) -> bool {
        self.iter().zip(other).all(|(a, b)| a.same_key(b))
    }
}
