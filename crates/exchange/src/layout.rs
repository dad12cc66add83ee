//! How a slot's exchange pool is divided.

use crate::ExchangeError;

/// Bytes that a channel needs on each side at least.
pub const MIN_CHANNEL_BYTES: usize = 256;

/// What each channel gets of a slot's exchange pool: half of the pool serves sending, half the credit of the gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLayout {
    /// Bytes per outgoing channel: [`WriterConfig::share`](crate::WriterConfig::share).
    pub share: usize,
    /// Bytes per incoming channel: [`GateConfig::window`](crate::GateConfig::window).
    pub window: usize,
}

impl PoolLayout {
    /// Divides `pool` bytes over the `sending` and `receiving` channels of a slot.
    ///
    /// # Errors
    /// A channel would get less than [`MIN_CHANNEL_BYTES`]; the error has the numbers.
    pub fn divide(pool: usize, sending: usize, receiving: usize) -> Result<Self, ExchangeError> {
        let half = pool / 2;
        let layout = PoolLayout { share: half / sending.max(1), window: half / receiving.max(1) };
        if layout.share.min(layout.window) < MIN_CHANNEL_BYTES {
            let required = 2 * MIN_CHANNEL_BYTES * sending.max(receiving);
            return Err(ExchangeError::PoolTooSmall { required, available: pool, sending, receiving });
        }
        Ok(layout)
    }
}
