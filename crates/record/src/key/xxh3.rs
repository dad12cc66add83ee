//! XXH3-64 with seed 0 and the default secret.
//!
//! The function is Yann Collet's; its specification (`doc/xxhash_spec.md` of the xxHash project) treats inputs by
//! length. Inputs of at most 32 bytes, which nearly all keys are, are hashed here, inlined into the loops over a batch;
//! longer ones by the `twox-hash` crate, against which the tests compare every length.

use twox_hash::XxHash3_64;

const PRIME_1: u64 = 0x9E37_79B1_85EB_CA87;
const PRIME_2: u64 = 0xC2B2_AE3D_27D4_EB4F;
const PRIME_3: u64 = 0x1656_67B1_9E37_79F9;
/// Multipliers of the two final mixes.
const PRIME_MX1: u64 = 0x1656_6791_9E37_79F9;
const PRIME_MX2: u64 = 0x9FB2_1C65_1E98_DF25;

/// The eight-byte words of the default secret at offsets 0, 8, 16, …, 56 and 64.
const SECRET: [u64; 9] = [
    0xBE4B_A423_396C_FEB8,
    0x1CAD_21F7_2C81_017C,
    0xDB97_9083_E96D_D4DE,
    0x1F67_B3B7_A4A4_4072,
    0x78E5_C0CC_4EE6_79CB,
    0x2172_FFCC_7DD0_5A82,
    0x8E24_43F7_7446_08B8,
    0x4C26_3A81_E690_35E0,
    0xCB00_C391_BB52_283C,
];

/// XXH3-64 of `bytes`.
#[inline]
pub fn xxh3_64(bytes: &[u8]) -> u64 {
    match bytes.len() {
        9..=16 => hash_9_to_16(bytes),
        4..=8 => hash_4_to_8(bytes),
        1..=3 => hash_1_to_3(bytes),
        0 => avalanche_64(SECRET[7] ^ SECRET[8]),
        17..=32 => hash_17_to_32(bytes),
        _ => XxHash3_64::oneshot(bytes),
    }
}

/// The hash of the `n` bytes that `write` fills in, at most 32. With a constant `n` only one case is left.
#[inline]
pub(super) fn hash_fixed(n: usize, write: impl FnOnce(&mut [u8])) -> u64 {
    let mut bytes = [0; 32];
    let bytes = bytes.get_mut(..n).unwrap_or_default();
    write(bytes);
    xxh3_64(bytes)
}

/// The hash of eight bytes, given as the little-endian number they form.
#[inline]
pub(super) fn hash_u64(value: u64) -> u64 {
    mix_4_to_8(value.rotate_left(32), 8)
}

/// The hash of one to eight bytes, given as the little-endian number they form. Both cases are computed and one chosen:
/// words of a text change between them too often for a branch to be predicted.
#[inline]
pub(super) fn hash_1_to_8(word: u64, len: u32) -> u64 {
    use std::hint::select_unpredictable;
    let byte = |i: u32| (word >> (8 * (i & 7))) as u32 & 0xff;
    let short = mix_1_to_3(byte(0), byte(len / 2), byte(len.wrapping_sub(1)), len);
    let high = word >> (8 * (len.wrapping_sub(4) & 7));
    let long = mix_4_to_8(high & 0xffff_ffff | word << 32, u64::from(len));
    select_unpredictable(len < 4, short, long)
}

#[inline]
fn hash_1_to_3(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    let at = |i: usize| u32::from(bytes.get(i).copied().unwrap_or_default());
    mix_1_to_3(at(0), at(len / 2), at(len - 1), len as u32)
}

#[inline]
fn mix_1_to_3(first: u32, middle: u32, last: u32, len: u32) -> u64 {
    let combined = first << 16 | middle << 24 | last | len << 8;
    let flip = (SECRET[0] as u32) ^ (SECRET[0] >> 32) as u32;
    avalanche_64(u64::from(combined ^ flip))
}

#[inline]
fn hash_4_to_8(bytes: &[u8]) -> u64 {
    let half = |chunk: Option<&[u8; 4]>| u64::from(chunk.map_or(0, |b| u32::from_le_bytes(*b)));
    let (low, high) = (half(bytes.first_chunk()), half(bytes.last_chunk()));
    mix_4_to_8(high | low << 32, bytes.len() as u64)
}

/// `input` is the last four bytes with the first four above them.
#[inline]
fn mix_4_to_8(input: u64, len: u64) -> u64 {
    let mut h = input ^ (SECRET[1] ^ SECRET[2]);
    h ^= h.rotate_left(49) ^ h.rotate_left(24);
    h = h.wrapping_mul(PRIME_MX2);
    h ^= (h >> 35).wrapping_add(len);
    h = h.wrapping_mul(PRIME_MX2);
    h ^ h >> 28
}

#[inline]
fn hash_9_to_16(bytes: &[u8]) -> u64 {
    let low = word(bytes.first_chunk()) ^ (SECRET[3] ^ SECRET[4]);
    let high = word(bytes.last_chunk()) ^ (SECRET[5] ^ SECRET[6]);
    let sum = (bytes.len() as u64).wrapping_add(low.swap_bytes()).wrapping_add(high);
    avalanche(sum.wrapping_add(fold(low, high)))
}

#[inline]
fn hash_17_to_32(bytes: &[u8]) -> u64 {
    let front = mix_16(bytes.first_chunk(), SECRET[0], SECRET[1]);
    let back = mix_16(bytes.last_chunk(), SECRET[2], SECRET[3]);
    avalanche((bytes.len() as u64).wrapping_mul(PRIME_1).wrapping_add(front).wrapping_add(back))
}

#[inline]
fn mix_16(bytes: Option<&[u8; 16]>, low: u64, high: u64) -> u64 {
    let bytes = bytes.map_or(0, |b| u128::from_le_bytes(*b));
    fold(bytes as u64 ^ low, (bytes >> 64) as u64 ^ high)
}

#[inline]
fn word(bytes: Option<&[u8; 8]>) -> u64 {
    bytes.map_or(0, |b| u64::from_le_bytes(*b))
}

/// The halves of the 128-bit product, one over the other.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[inline]
fn avalanche(mut h: u64) -> u64 {
    h ^= h >> 37;
    h = h.wrapping_mul(PRIME_MX1);
    h ^ h >> 32
}

/// The final mix of XXH64, which the shortest inputs share.
#[inline]
fn avalanche_64(mut h: u64) -> u64 {
    h ^= h >> 33;
    h = h.wrapping_mul(PRIME_2);
    h ^= h >> 29;
    h = h.wrapping_mul(PRIME_3);
    h ^ h >> 32
}
