//! What is doubtful about a configuration but stops nobody.

use super::Origin;
use std::fmt;

/// What is doubtful about a configuration but stops nobody. It is for the caller to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigWarning {
    /// No option has this key: the value has no effect.
    UnknownKey {
        /// The key.
        key: String,
        /// Where it was set.
        origin: Origin,
        /// The key that was probably meant, if any is near.
        nearest: Option<&'static str>,
    },
    /// Nothing reads the option yet: the value has no effect.
    NoEffectYet {
        /// The key.
        key: String,
        /// Where it was set.
        origin: Origin,
        /// What holds instead.
        instead: &'static str,
    },
    /// The key is an older name. It works.
    DeprecatedKey {
        /// The key.
        key: String,
        /// Where it was set.
        origin: Origin,
        /// Its name now.
        replacement: &'static str,
    },
    /// The key has nothing for a value, so it counts as not set.
    NoValue {
        /// The key.
        key: String,
        /// Where that is.
        origin: Origin,
    },
    /// The line of a `flink-conf.yaml` is no key with a value; it is skipped. Its text is not shown, as it may be secret.
    NotKeyValue {
        /// Where that is.
        origin: Origin,
    },
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigWarning::UnknownKey { key, origin, nearest: None } => {
                write!(f, "unknown configuration key {key} (from {origin}) has no effect")
            }
            ConfigWarning::UnknownKey { key, origin, nearest: Some(nearest) } => {
                write!(f, "unknown configuration key {key} (from {origin}) has no effect: did you mean {nearest}?")
            }
            ConfigWarning::NoEffectYet { key, origin, instead } => {
                write!(f, "configuration key {key} (from {origin}) has no effect yet: {instead}")
            }
            ConfigWarning::DeprecatedKey { key, origin, replacement } => {
                write!(f, "configuration key {key} (from {origin}) is deprecated: use {replacement}")
            }
            ConfigWarning::NoValue { key, origin } => {
                write!(f, "configuration key {key} (from {origin}) has no value and counts as not set")
            }
            ConfigWarning::NotKeyValue { origin } => {
                write!(f, "skipped {origin}, which is not `key: value`; a space must follow the colon")
            }
        }
    }
}
