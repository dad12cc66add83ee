//! All options there are.

use super::nearest::nearest;
use super::{ConfigError, ConfigOption, ConfigType, ConfigWarning, Configuration, Origin, options};

/// An option whatever its type: what the documentation and the checks of a whole configuration need.
pub trait AnyOption: Sync {
    /// The key.
    fn key(&self) -> &'static str;
    /// The older keys.
    fn deprecated_keys(&self) -> &'static [&'static str];
    /// The default, as it would be written in a file.
    fn default_text(&self) -> Option<&'static str>;
    /// What values look like.
    fn expected(&self) -> String;
    /// What the option does.
    fn description(&self) -> &'static str;
    /// What holds instead, if nothing reads the option yet.
    fn instead(&self) -> Option<&'static str>;
    /// Whether keys below the option's own belong to it.
    fn is_nested(&self) -> bool;
    /// Whether the option can be read: what is set for it, or its default, is what it expects. Having neither is fine.
    fn check(&self, configuration: &Configuration) -> Result<(), ConfigError>;
}

impl<T: ConfigType> AnyOption for ConfigOption<T> {
    fn key(&self) -> &'static str {
        self.key()
    }

    fn deprecated_keys(&self) -> &'static [&'static str] {
        self.deprecated_keys()
    }

    fn default_text(&self) -> Option<&'static str> {
        self.default_text()
    }

    fn expected(&self) -> String {
        self.expected()
    }

    fn description(&self) -> &'static str {
        self.description()
    }

    fn instead(&self) -> Option<&'static str> {
        self.instead()
    }

    fn is_nested(&self) -> bool {
        T::NESTED
    }

    fn check(&self, configuration: &Configuration) -> Result<(), ConfigError> {
        match configuration.get(self) {
            Ok(_) | Err(ConfigError::NotSet { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Options that belong together.
pub struct Section {
    /// What they are about.
    pub title: &'static str,
    /// What to know before reading on.
    pub intro: &'static str,
    /// The options, in the order in which to read about them.
    pub options: &'static [&'static dyn AnyOption],
}

impl Section {
    /// Whether a key is one of an option here.
    pub fn covers(&self, key: &str) -> bool {
        let is_of = |option: &&dyn AnyOption| {
            let keys = std::iter::once(option.key()).chain(option.deprecated_keys().iter().copied());
            keys.into_iter().any(|known| covers(known, option.is_nested(), key))
        };
        self.options.iter().any(is_of)
    }
}

/// Declares a section: its title, its introduction, and its options, each as a constant with its type, its key, and calls to the
/// methods of [`ConfigOption`] that add to it. What documents the constant describes the option.
macro_rules! section {
    ($title:literal, $intro:literal; $($(#[doc = $doc:literal])+ $name:ident: $type:ty = $key:literal $(.$method:ident($($arg:expr),+))*;)+) => {
        $(
            $(#[doc = $doc])+
            pub const $name: $crate::ConfigOption<$type> =
                $crate::ConfigOption::<$type>::new($key)$(.$method($($arg),+))*.describe(concat!($($doc),+));
        )+

        /// The options of this module.
        pub(super) const SECTION: $crate::configuration::Section =
            $crate::configuration::Section { title: $title, intro: $intro, options: &[$(&$name),+] };
    };
}

pub(super) use section;

/// All sections, in the order in which to read about them.
pub fn sections() -> &'static [Section] {
    options::SECTIONS
}

/// All options, section by section.
pub fn all_options() -> impl Iterator<Item = &'static dyn AnyOption> + Clone {
    sections().iter().flat_map(|section| section.options.iter().copied())
}

/// What is doubtful about a key.
pub(super) fn warning(key: &str, origin: &Origin) -> Option<ConfigWarning> {
    warning_among(all_options(), key, origin)
}

/// What is doubtful about a key if these are all options.
pub(super) fn warning_among(
    options: impl Iterator<Item = &'static dyn AnyOption> + Clone,
    key: &str,
    origin: &Origin,
) -> Option<ConfigWarning> {
    let (written, origin) = (key.to_owned(), origin.clone());
    if let Some(option) = options.clone().find(|option| covers(option.key(), option.is_nested(), key)) {
        return option.instead().map(|instead| ConfigWarning::NoEffectYet { key: written, origin, instead });
    }
    let older = |option: &&dyn AnyOption| option.deprecated_keys().iter().any(|k| covers(k, option.is_nested(), key));
    match options.clone().find(older) {
        Some(option) => Some(ConfigWarning::DeprecatedKey { key: written, origin, replacement: option.key() }),
        None => {
            let nearest = nearest(key, options.map(|option| option.key()));
            Some(ConfigWarning::UnknownKey { key: written, origin, nearest })
        }
    }
}

fn covers(option_key: &str, nested: bool, key: &str) -> bool {
    match key.strip_prefix(option_key) {
        Some("") => true,
        Some(rest) => nested && rest.starts_with('.'),
        None => false,
    }
}
