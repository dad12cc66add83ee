//! The ciphers of DIGEST-MD5's privacy. Both carry their state from message to message.

use des::TdesEde2;
use des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use rc4::{Rc4, StreamCipher};

use super::PrivacyCipher;

/// Bytes of a DES block.
pub(super) const BLOCK: usize = 8;

/// One direction of a conversation in cipher.
pub(super) enum Cipher {
    /// The block cipher and the last block of cipher text.
    TripleDes(Box<TdesEde2>, [u8; BLOCK]),
    Rc4(Box<Rc4>),
}

impl Cipher {
    /// Starts a direction with its sixteen bytes of key material.
    pub(super) fn new(kind: PrivacyCipher, key: [u8; 16]) -> Self {
        match kind {
            PrivacyCipher::TripleDes => {
                let (keys, rest) = key.split_at(14);
                let (first, second) = keys.split_at(7);
                let mut both = [0; 16];
                for (to, from) in both.chunks_mut(BLOCK).zip([first, second]) {
                    spread(from, to);
                }
                // The start of the chain overlaps the second key: it is the last eight bytes of the material.
                let mut chain = [0; BLOCK];
                chain.iter_mut().zip(second.iter().skip(1).chain(rest)).for_each(|(to, from)| *to = *from);
                Cipher::TripleDes(Box::new(TdesEde2::new(&both.into())), chain)
            }
            PrivacyCipher::Rc4 => {
                let cipher = Rc4::new_from_slice(&key).expect("invariant: sixteen bytes are a key");
                Cipher::Rc4(Box::new(cipher))
            }
        }
    }

    /// What a message's length must be a multiple of.
    pub(super) fn block(&self) -> usize {
        match self {
            Cipher::TripleDes(..) => BLOCK,
            Cipher::Rc4(_) => 1,
        }
    }

    /// Encrypts whole blocks in place.
    pub(super) fn encrypt(&mut self, bytes: &mut [u8]) {
        match self {
            Cipher::TripleDes(cipher, chain) => {
                for block in bytes.as_chunks_mut::<BLOCK>().0 {
                    exclusive_or(block, chain);
                    cipher.encrypt_block(block.into());
                    *chain = *block;
                }
            }
            Cipher::Rc4(cipher) => cipher.apply_keystream(bytes),
        }
    }

    /// Decrypts whole blocks in place.
    pub(super) fn decrypt(&mut self, bytes: &mut [u8]) {
        match self {
            Cipher::TripleDes(cipher, chain) => {
                for block in bytes.as_chunks_mut::<BLOCK>().0 {
                    let next = *block;
                    cipher.decrypt_block(block.into());
                    exclusive_or(block, chain);
                    *chain = next;
                }
            }
            Cipher::Rc4(cipher) => cipher.apply_keystream(bytes),
        }
    }
}

impl std::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Cipher::TripleDes(..) => "3des",
            Cipher::Rc4(_) => "rc4",
        })
    }
}

fn exclusive_or(block: &mut [u8; BLOCK], with: &[u8; BLOCK]) {
    block.iter_mut().zip(with).for_each(|(byte, with)| *byte ^= with);
}

/// Spreads 56 bits over eight bytes, seven to each; DES ignores the eighth, a parity.
fn spread(key: &[u8], to: &mut [u8]) {
    let bits = key.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    for (nth, byte) in to.iter_mut().enumerate() {
        *byte = (bits >> (49 - 7 * nth) << 1) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_spread_over_eight_bytes() {
        let mut spread_key = [0; 8];
        spread(&[0xff, 0, 0xff, 0, 0xff, 0, 0xff], &mut spread_key);
        assert_eq!(spread_key, [0xfe, 0x80, 0x3e, 0xe0, 0x0e, 0xf8, 0x02, 0xfe]);
    }

    #[test]
    fn both_ciphers_carry_their_state_from_message_to_message() {
        for kind in [PrivacyCipher::TripleDes, PrivacyCipher::Rc4] {
            let key = *b"0123456789abcdef";
            let (mut there, mut back) = (Cipher::new(kind, key), Cipher::new(kind, key));
            let plain = *b"two blocks exact";
            let messages: Vec<_> = (0..3).map(|_| encrypted(&mut there, plain)).collect();
            assert!(messages[0] != messages[1] && messages[1] != messages[2], "{kind:?}");
            for mut message in messages {
                back.decrypt(&mut message);
                assert_eq!(message, plain, "{kind:?}");
            }
        }
    }

    fn encrypted(cipher: &mut Cipher, mut plain: [u8; 16]) -> [u8; 16] {
        cipher.encrypt(&mut plain);
        plain
    }
}
