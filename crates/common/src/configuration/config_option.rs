//! An option: a key with a type, a default and a description.

use super::secret::masked;
use super::{ConfigError, ConfigType, ConfigValue, Origin};

/// A key with the type of its value, a default and a description; made in constants, by [`ConfigOption::new`] and the
/// methods that add to it.
///
/// ```
/// use std::time::Duration;
/// use weft_common::{ConfigOption, Configuration};
/// const PAUSE: ConfigOption<Duration> = ConfigOption::new("example.pause").default("1 s").describe("How long to pause.");
/// assert_eq!(Configuration::new().get(&PAUSE)?, Duration::from_secs(1));
/// # Ok::<(), weft_common::ConfigError>(())
/// ```
#[derive(Debug)]
pub struct ConfigOption<T: 'static> {
    key: &'static str,
    deprecated: &'static [&'static str],
    default: Option<&'static str>,
    rule: Option<Rule<T>>,
    description: &'static str,
    no_effect_yet: Option<&'static str>,
}

/// What values must fulfil beyond their type.
#[derive(Debug)]
struct Rule<T: 'static> {
    holds: fn(&T) -> bool,
    wording: &'static str,
}

impl<T> ConfigOption<T> {
    /// An option with this key and no default.
    pub const fn new(key: &'static str) -> Self {
        ConfigOption { key, deprecated: &[], default: None, rule: None, description: "", no_effect_yet: None }
    }

    /// The value if nothing is set, as it would be written in a file.
    pub const fn default(mut self, text: &'static str) -> Self {
        self.default = Some(text);
        self
    }

    /// Older keys of this option. They work, with a warning.
    pub const fn deprecated(mut self, keys: &'static [&'static str]) -> Self {
        self.deprecated = keys;
        self
    }

    /// What values must fulfil beyond their type; the wording follows that of the type: "a whole number, at least 1".
    pub const fn must(mut self, wording: &'static str, holds: fn(&T) -> bool) -> Self {
        self.rule = Some(Rule { holds, wording });
        self
    }

    /// What the option does, in sentences.
    pub const fn describe(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Says that nothing reads the option yet, and in a sentence what holds instead. Setting it warns.
    pub const fn no_effect_yet(mut self, instead: &'static str) -> Self {
        self.no_effect_yet = Some(instead);
        self
    }

    /// The key.
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// The older keys, with a preference for the earlier.
    pub const fn deprecated_keys(&self) -> &'static [&'static str] {
        self.deprecated
    }

    /// The default, as it would be written in a file.
    pub const fn default_text(&self) -> Option<&'static str> {
        self.default
    }

    /// What the option does.
    pub const fn description(&self) -> &'static str {
        self.description
    }

    /// What holds instead, if nothing reads the option yet.
    pub const fn instead(&self) -> Option<&'static str> {
        self.no_effect_yet
    }

    /// The key, then the older ones.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static str> + use<T> {
        std::iter::once(self.key).chain(self.deprecated.iter().copied())
    }
}

impl<T: ConfigType> ConfigOption<T> {
    /// What values look like: "a whole number, at least 1".
    pub fn expected(&self) -> String {
        match &self.rule {
            Some(rule) => format!("{}, {}", T::expected(), rule.wording),
            None => T::expected(),
        }
    }

    /// Reads a value that was found under one of the keys.
    pub(super) fn read(&self, key: &str, value: &ConfigValue, origin: &Origin) -> Result<T, ConfigError> {
        let holds = |read: &T| self.rule.as_ref().is_none_or(|rule| (rule.holds)(read));
        T::from_value(value).filter(holds).ok_or_else(|| ConfigError::WrongValue {
            key: key.to_owned(),
            value: masked(key, value.to_text()),
            origin: origin.clone(),
            expected: self.expected(),
        })
    }

    /// The value if nothing is set.
    pub(super) fn unset(&self) -> Result<T, ConfigError> {
        match self.default {
            Some(text) => self.read(self.key, &text.into(), &Origin::Default),
            None => {
                T::absent().ok_or_else(|| ConfigError::NotSet { key: self.key.to_owned(), expected: self.expected() })
            }
        }
    }
}
