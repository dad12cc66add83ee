//! What counts as a line, and what becomes of one that is none.

use weft_common::configuration::options;
use weft_common::configuration::options::InvalidUtf8;
use weft_common::{ConfigError, Configuration};

/// How text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRules {
    /// The longest line in bytes, without its end (`source.text.max-line-length`).
    pub max_line_length: u64,
    /// What becomes of a line that is not UTF-8 (`source.text.invalid-utf8`).
    pub invalid_utf8: InvalidUtf8,
}

impl TextRules {
    /// As the configuration says.
    ///
    /// # Errors
    /// When one of the two options cannot be read.
    pub fn from_configuration(configuration: &Configuration) -> Result<Self, ConfigError> {
        Ok(TextRules {
            max_line_length: configuration.get(&options::TEXT_MAX_LINE_LENGTH)?.bytes(),
            invalid_utf8: configuration.get(&options::TEXT_INVALID_UTF8)?,
        })
    }
}

impl Default for TextRules {
    /// 16 MiB, and failing.
    fn default() -> Self {
        TextRules::from_configuration(&Configuration::new()).expect("invariant: both options have defaults that parse")
    }
}
