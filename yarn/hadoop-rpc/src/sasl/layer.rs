//! Protection of frames after DIGEST-MD5.
//!
//! A protected message is `payload, 00 01, sequence number of four bytes`; numbers count from 0 in each direction. For
//! integrity the payload is the message and the first ten bytes of an HMAC-MD5 over number and message. For privacy the
//! same is encrypted, behind as many bytes of padding, each of that value, as the cipher's block asks for. Keys are hashes
//! of the session's and a fixed text, different in each direction.

use bytes::{BufMut, BytesMut};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};

use super::PrivacyCipher;
use super::cipher::Cipher;

const MAC: usize = 10;
/// The version of the layout and the number, behind the payload.
const TRAILER: usize = 6;
const VERSION: [u8; 2] = [0, 1];

/// What both directions of a conversation need.
#[derive(Debug)]
pub(crate) struct SecurityLayer {
    /// For what the client sends.
    pub(crate) sealer: Sealer,
    /// For what it receives.
    pub(crate) opener: Opener,
}

impl SecurityLayer {
    /// Derives all keys from the session's; with a cipher for privacy. A sealed message shall not exceed `max_message`
    /// bytes.
    pub(super) fn new(session: &[u8; 16], cipher: Option<PrivacyCipher>, max_message: usize) -> Self {
        let half = |from: &str, to: &str| {
            let signing = format!("Digest session key to {from}-to-{to} signing key magic constant");
            let sealing = format!("Digest H(A1) to {from}-to-{to} sealing key magic constant");
            Half {
                mac: Hmac::new_from_slice(&derived(session, &signing)).expect("invariant: any length is a key"),
                cipher: cipher.map(|kind| Cipher::new(kind, derived(session, &sealing))),
                sequence: 0,
            }
        };
        SecurityLayer {
            sealer: Sealer { half: half("client", "server"), max_plain: max_message.saturating_sub(64).max(64) },
            opener: Opener { half: half("server", "client") },
        }
    }
}

/// The server's side, for servers that tests play.
#[cfg(test)]
impl SecurityLayer {
    pub(crate) fn opener_of_server(session: &[u8; 16], cipher: Option<PrivacyCipher>) -> Opener {
        Opener { half: SecurityLayer::new(session, cipher, 0).sealer.half }
    }

    pub(crate) fn sealer_of_server(session: &[u8; 16], cipher: Option<PrivacyCipher>) -> Sealer {
        Sealer { half: SecurityLayer::new(session, cipher, 0).opener.half, max_plain: 65536 }
    }
}

fn derived(session: &[u8; 16], purpose: &str) -> [u8; 16] {
    Md5::new().chain_update(session).chain_update(purpose).finalize().into()
}

/// One direction.
#[derive(Debug)]
struct Half {
    mac: Hmac<Md5>,
    cipher: Option<Cipher>,
    sequence: u32,
}

impl Half {
    fn signature(&self, message: &[u8]) -> [u8; MAC] {
        let mut mac = self.mac.clone();
        mac.update(&self.sequence.to_be_bytes());
        mac.update(message);
        let mut signature = [0; MAC];
        signature.iter_mut().zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from);
        signature
    }
}

/// Protects what is sent.
#[derive(Debug)]
pub(crate) struct Sealer {
    half: Half,
    /// The longest message that is sealed in one piece.
    pub(crate) max_plain: usize,
}

impl Sealer {
    /// The protected message.
    pub(crate) fn seal(&mut self, message: &[u8]) -> BytesMut {
        let half = &mut self.half;
        let signature = half.signature(message);
        let mut sealed = BytesMut::with_capacity(message.len() + 32);
        sealed.put_slice(message);
        if let Some(cipher) = &mut half.cipher {
            let block = cipher.block();
            if block > 1 {
                let padding = block - (message.len() + MAC) % block;
                sealed.put_bytes(padding as u8, padding);
            }
            sealed.put_slice(&signature);
            cipher.encrypt(&mut sealed);
        } else {
            sealed.put_slice(&signature);
        }
        sealed.put_slice(&VERSION);
        sealed.put_u32(half.sequence);
        half.sequence = half.sequence.wrapping_add(1);
        sealed
    }
}

/// Checks and reads what is received.
#[derive(Debug)]
pub(crate) struct Opener {
    half: Half,
}

impl Opener {
    /// The message in `sealed`, which must be the next one of the conversation.
    pub(crate) fn open(&mut self, sealed: &[u8]) -> Result<Vec<u8>, &'static str> {
        let half = &mut self.half;
        let (payload, trailer) = sealed.split_last_chunk::<TRAILER>().ok_or("a protected reply is too short")?;
        let [version @ .., a, b, c, d] = trailer;
        if *version != VERSION || u32::from_be_bytes([*a, *b, *c, *d]) != half.sequence {
            return Err("a protected reply is out of order");
        }
        let mut payload = payload.to_vec();
        let mut padded = 0;
        if let Some(cipher) = &mut half.cipher {
            if !payload.len().is_multiple_of(cipher.block()) {
                return Err("a protected reply is not of whole blocks");
            }
            cipher.decrypt(&mut payload);
            padded = cipher.block();
        }
        let (message, signature) = payload.split_last_chunk::<MAC>().ok_or("a protected reply is too short")?;
        let message = if padded > 1 { without_padding(message, padded)? } else { message };
        if !equal(&half.signature(message), signature) {
            return Err("a protected reply has a wrong signature");
        }
        let length = message.len();
        half.sequence = half.sequence.wrapping_add(1);
        payload.truncate(length);
        Ok(payload)
    }
}

fn without_padding(message: &[u8], block: usize) -> Result<&[u8], &'static str> {
    let wrong = "a protected reply is padded wrongly";
    let padding = usize::from(*message.last().ok_or(wrong)?);
    let (message, pad) = message.split_at_checked(message.len().wrapping_sub(padding)).ok_or(wrong)?;
    let right = (1..=block).contains(&padding) && pad.iter().all(|byte| usize::from(*byte) == padding);
    if right { Ok(message) } else { Err(wrong) }
}

/// Whether two texts of one length are equal, in a time that does not tell where they differ.
pub(super) fn equal(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}
