//! Values of keys as what they mean.

use crate::{HadoopConf, HadoopConfError, TimeUnit, secret, units};
use std::time::Duration;

/// A key that nobody set and that has no default gives nothing, and so does one set to nothing but white space. A value
/// that is not what was asked for is an error that says where it came from.
impl HadoopConf {
    /// A duration: a whole number with a suffix `ns`, `us`, `ms`, `s`, `m`, `h` or `d`, in any case; without a suffix
    /// it counts `unit`. Keys where −1 stands for no limit are to be read with [`integer`](Self::integer).
    pub fn duration(&self, key: &str, unit: TimeUnit) -> Result<Option<Duration>, HadoopConfError> {
        let read = |text: &str| units::duration(text, unit);
        self.typed(key, read, "a duration: write a whole number and one of ns, us, ms, s, m, h, d")
    }

    /// A size in bytes, at most 2⁶³ − 1: a whole number with a suffix `k`, `m`, `g`, `t`, `p` or `e` (powers of
    /// 1024), in any case; without a suffix it counts bytes.
    pub fn size(&self, key: &str) -> Result<Option<u64>, HadoopConfError> {
        self.typed(key, units::size, "a size: write a whole number of bytes, or one with k, m, g, t, p or e after it")
    }

    /// `true` or `false`.
    pub fn boolean(&self, key: &str) -> Result<Option<bool>, HadoopConfError> {
        self.typed(key, units::boolean, "a truth value: write true or false")
    }

    /// A whole number, decimal or hexadecimal (`0x`), perhaps negative.
    pub fn integer(&self, key: &str) -> Result<Option<i64>, HadoopConfError> {
        self.typed(key, units::integer, "a whole number: write one between -2^63 and 2^63 - 1")
    }

    /// The items between commas, trimmed, without empty ones; none at all if the key is not set.
    pub fn list(&self, key: &str) -> Vec<&str> {
        self.get(key).map(units::list).unwrap_or_default()
    }

    pub(crate) fn typed<T>(
        &self,
        key: &str,
        read: impl Fn(&str) -> Option<T>,
        expected: &str,
    ) -> Result<Option<T>, HadoopConfError> {
        let Some((value, _)) = self.get_with_origin(key).filter(|(value, _)| !value.is_empty()) else {
            return Ok(None);
        };
        match read(value) {
            Some(read) => Ok(Some(read)),
            None => Err(self.wrong(key, expected)),
        }
    }

    /// The error that the value of `key`, which is set, is not what it should be.
    pub(crate) fn wrong(&self, key: &str, expected: impl Into<String>) -> HadoopConfError {
        let (value, origin) = match self.get_with_origin(key) {
            Some((value, origin)) => (secret::masked(key, value).to_owned(), origin.clone()),
            None => (String::new(), crate::Origin::Default),
        };
        HadoopConfError::WrongValue { key: key.to_owned(), value, origin, expected: expected.into() }
    }
}
