//! Where random bytes come from: an argument, so that tests can repeat a run.

/// A source of random bytes: client ids, nonces of handshakes and the jitter of back-offs.
pub trait Entropy: Send + Sync {
    /// Fills all of `bytes`. Nonces come from here, so the bytes must be unpredictable. Ids come from here too: two clients
    /// that were given the same bytes are one client to a NameNode, which then takes the calls of one for repetitions of
    /// the other's.
    fn fill(&self, bytes: &mut [u8]);
}

impl<F: Fn(&mut [u8]) + Send + Sync> Entropy for F {
    fn fill(&self, bytes: &mut [u8]) {
        self(bytes);
    }
}

/// A number from the source, every value equally likely.
pub(crate) fn number(entropy: &dyn Entropy) -> u64 {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
