//! The map from keys to values.

use super::secret::{is_secret, masked};
use super::{ConfigError, ConfigOption, ConfigType, ConfigValue, ConfigWarning, Origin, registry};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Flat keys, in order, with their values and where those came from.
///
/// `Display` and `Debug` mask secrets. Serialised, for another process of the same cluster, it holds them.
///
/// ```
/// use weft_common::configuration::{Configuration, options};
/// let mut configuration = Configuration::parse_yaml("config.yaml", "restart-strategy: {type: fixed-delay}")?;
/// configuration.apply_dynamic(["parallelism.default=4"])?;
/// assert_eq!(configuration.get(&options::PARALLELISM_DEFAULT)?, 4);
/// assert_eq!(configuration.get(&options::TASK_MANAGER_SLOTS)?, 1);
/// # Ok::<(), weft_common::ConfigError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    entries: BTreeMap<String, Entry>,
    /// What was noticed while reading. It is of use only where that happened.
    #[serde(skip)]
    notes: Vec<ConfigWarning>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    value: ConfigValue,
    origin: Origin,
}

/// What was found for an option, under whichever of its keys.
struct Found<'a> {
    key: &'a str,
    value: ConfigValue,
    origin: &'a Origin,
}

impl Configuration {
    /// Nothing set: every option has its default.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of an option: as set, else its default. An error if what was set is not what the option expects, or if
    /// nothing was set and there is no default.
    pub fn get<T: ConfigType>(&self, option: &ConfigOption<T>) -> Result<T, ConfigError> {
        match self.find(option) {
            Some(Found { key, value, origin }) => option.read(key, &value, origin),
            None => option.unset(),
        }
    }

    /// Whether anybody set an option, under its own or an older key.
    pub fn contains<T: ConfigType>(&self, option: &ConfigOption<T>) -> bool {
        self.find(option).is_some()
    }

    /// Where the value of an option comes from.
    pub fn origin_of<T: ConfigType>(&self, option: &ConfigOption<T>) -> Origin {
        self.find(option).map_or(Origin::Default, |found| found.origin.clone())
    }

    /// Sets an option on behalf of the program, above everything else; an absent value removes what was set.
    pub fn set<T: ConfigType>(&mut self, option: &ConfigOption<T>, value: T) {
        option.keys().for_each(|key| self.remove(key, T::NESTED));
        if let Some(value) = value.to_value() {
            self.set_raw(option.key(), value, Origin::Program);
        }
    }

    /// Sets a key, known or not.
    pub fn set_raw(&mut self, key: impl Into<String>, value: impl Into<ConfigValue>, origin: Origin) {
        self.entries.insert(key.into(), Entry { value: value.into(), origin });
    }

    /// What was set for exactly this key, secret or not.
    pub fn raw(&self, key: &str) -> Option<(&ConfigValue, &Origin)> {
        self.entries.get(key).map(|entry| (&entry.value, &entry.origin))
    }

    /// Sets what `-D` arguments say, each `key=value`. The value may contain further `=`, and may be empty. White space around it
    /// is its own, unless there is some before the `=`, too, as in `key = value`.
    pub fn apply_dynamic<S: AsRef<str>>(&mut self, arguments: impl IntoIterator<Item = S>) -> Result<(), ConfigError> {
        for argument in arguments {
            let argument = argument.as_ref();
            let parts = argument.split_once('=').map(|(key, value)| match key.ends_with(char::is_whitespace) {
                true => (key.trim(), value.trim()),
                false => (key.trim(), value),
            });
            match parts {
                Some((key, value)) if !key.is_empty() => self.set_raw(key, value, Origin::CommandLine),
                // What follows the sign may be secret.
                Some(_) => return Err(ConfigError::NotAnAssignment { argument: "=…".to_owned() }),
                None => {
                    let argument = masked(argument, argument.to_owned());
                    return Err(ConfigError::NotAnAssignment { argument });
                }
            }
        }
        Ok(())
    }

    /// Puts all that `above` sets over what is set here.
    pub fn overlay(&mut self, above: Configuration) {
        self.entries.extend(above.entries);
        self.notes.extend(above.notes);
    }

    /// All keys with their values and origins, secrets included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ConfigValue, &Origin)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), &entry.value, &entry.origin))
    }

    /// All keys with their values as text, secrets masked: what may be shown.
    pub fn iter_masked(&self) -> impl Iterator<Item = (&str, String)> {
        self.iter().map(|(key, value, _)| (key, masked(key, value.to_text())))
    }

    /// All keys with their values as text, without those that are secret: what programs may see.
    pub fn without_secrets(&self) -> BTreeMap<String, String> {
        let shown = self.iter().filter(|(key, ..)| !is_secret(key));
        shown.map(|(key, value, _)| (key.to_owned(), value.to_text())).collect()
    }

    /// What is doubtful: lines that were skipped, unknown keys, older keys. To be shown once, by whoever read the files.
    pub fn warnings(&self) -> Vec<ConfigWarning> {
        let of_keys = self.iter().filter_map(|(key, _, origin)| registry::warning(key, origin));
        self.notes.iter().cloned().chain(of_keys).collect()
    }

    /// Checks the value of every known option that is set: an error names the first, in order of options, that is wrong.
    pub fn check(&self) -> Result<(), ConfigError> {
        registry::all_options().try_for_each(|option| option.check(self))
    }

    pub(super) fn note(&mut self, warning: ConfigWarning) {
        self.notes.push(warning);
    }

    /// The value in the highest layer that sets the option, there under the first of its keys: so an older key after `-D`
    /// beats the newer one in a file.
    fn find<T: ConfigType>(&self, option: &ConfigOption<T>) -> Option<Found<'_>> {
        let found = option.keys().filter_map(|key| if T::NESTED { self.gather(key) } else { self.exact(key) });
        // Of equals the earlier stays.
        found.reduce(|best, next| if next.origin.layer() > best.origin.layer() { next } else { best })
    }

    fn exact(&self, key: &str) -> Option<Found<'_>> {
        let (key, entry) = self.entries.get_key_value(key)?;
        Some(Found { key, value: entry.value.clone(), origin: &entry.origin })
    }

    /// A map: what the key itself says, unless entries below it say something in the same or a higher layer; then these go
    /// on top of it, entry by entry.
    fn gather(&self, key: &'static str) -> Option<Found<'_>> {
        let exact = self.exact(key);
        let floor = exact.as_ref().map_or(0, |found| found.origin.layer());
        let below: Vec<_> = self.below(key).filter(|(_, entry)| entry.origin.layer() >= floor).collect();
        let Some(origin) = below.iter().map(|(_, entry)| &entry.origin).max_by_key(|origin| origin.layer()) else {
            return exact;
        };
        let base = exact.and_then(|found| BTreeMap::from_value(&found.value));
        let mut map: BTreeMap<String, String> = base.unwrap_or_default();
        map.extend(below.into_iter().map(|(name, entry)| (name.to_owned(), entry.value.to_text())));
        Some(Found { key, value: ConfigValue::Map(map), origin })
    }

    /// The entries below a key, by the rest of their names.
    fn below<'a>(&'a self, key: &'a str) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        let name = move |full: &'a str| full.strip_prefix(key)?.strip_prefix('.');
        let candidates = self.entries.range(key.to_owned()..).take_while(move |(full, _)| full.starts_with(key));
        candidates.filter_map(move |(full, entry)| Some((name(full)?, entry)))
    }

    fn remove(&mut self, key: &str, nested: bool) {
        self.entries.remove(key);
        if nested {
            let below = format!("{key}.");
            self.entries.retain(|full, _| !full.starts_with(&below));
        }
    }
}

impl fmt::Display for Configuration {
    /// A line `key: value` for every key, secrets masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter_masked().try_for_each(|(key, value)| writeln!(f, "{key}: {value}"))
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter_masked()).finish()
    }
}
