//! The types that options can have.

use super::yaml::{self, Node};
use super::{ConfigValue, quoted};
use crate::{MemorySize, duration};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// A type that an option can have. Enums get it from the `choice!` macro, which declares them with their spellings.
pub trait ConfigType: Sized + 'static {
    /// Whether keys below the option's own belong to its value.
    const NESTED: bool = false;

    /// What values look like, to follow "is not" and "set it to"; examples and words to write stand between backquotes.
    fn expected() -> String;

    /// Reads a value; `None` if it is not of this type.
    fn from_value(value: &ConfigValue) -> Option<Self>;

    /// The value as it would be set; `None` for one that is absent.
    fn to_value(&self) -> Option<ConfigValue>;

    /// What an option without default is when nothing is set, if it can be absent.
    fn absent() -> Option<Self> {
        None
    }
}

/// The text of a scalar, without the white space around it.
pub(super) fn text(value: &ConfigValue) -> Option<&str> {
    match value {
        ConfigValue::Text(text) => Some(text.trim()),
        ConfigValue::List(_) | ConfigValue::Map(_) => None,
    }
}

impl ConfigType for String {
    fn expected() -> String {
        "text".to_owned()
    }

    fn from_value(value: &ConfigValue) -> Option<Self> {
        Some(value.to_text())
    }

    fn to_value(&self) -> Option<ConfigValue> {
        Some(self.as_str().into())
    }
}

impl ConfigType for bool {
    fn expected() -> String {
        "`true` or `false`".to_owned()
    }

    fn from_value(value: &ConfigValue) -> Option<Self> {
        text(value)?.to_ascii_lowercase().parse().ok()
    }

    fn to_value(&self) -> Option<ConfigValue> {
        Some(self.to_string().into())
    }
}

macro_rules! integers {
    ($expected:literal: $($type:ty),+) => {$(
        impl ConfigType for $type {
            fn expected() -> String {
                $expected.to_owned()
            }

            fn from_value(value: &ConfigValue) -> Option<Self> {
                text(value)?.parse().ok()
            }

            fn to_value(&self) -> Option<ConfigValue> {
                Some(self.to_string().into())
            }
        }
    )+};
}

integers!("a non-negative whole number": u16, u32, u64, usize);
integers!("a whole number": i32, i64);

impl ConfigType for f64 {
    fn expected() -> String {
        "a number".to_owned()
    }

    fn from_value(value: &ConfigValue) -> Option<Self> {
        text(value)?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    fn to_value(&self) -> Option<ConfigValue> {
        Some(self.to_string().into())
    }
}

impl ConfigType for MemorySize {
    fn expected() -> String {
        "a size such as `64 mb`".to_owned()
    }

    fn from_value(value: &ConfigValue) -> Option<Self> {
        text(value)?.parse().ok()
    }

    fn to_value(&self) -> Option<ConfigValue> {
        Some(self.to_string().into())
    }
}

impl ConfigType for Duration {
    fn expected() -> String {
        "a duration such as `10 s` or `PT10S`".to_owned()
    }

    fn from_value(value: &ConfigValue) -> Option<Self> {
        duration::parse(text(value)?).ok()
    }

    fn to_value(&self) -> Option<ConfigValue> {
        Some(duration::format(*self).into())
    }
}

impl<T: ConfigType> ConfigType for Option<T> {
    const NESTED: bool = T::NESTED;

    fn expected() -> String {
        T::expected()
    }

    fn from_value(value: &ConfigValue) -> Option<Self> {
        T::from_value(value).map(Some)
    }

    fn to_value(&self) -> Option<ConfigValue> {
        self.as_ref()?.to_value()
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: ConfigType> ConfigType for Vec<T> {
    fn expected() -> String {
        format!("a list such as `a;b`, each item {}", T::expected())
    }

    fn from_value(value: &ConfigValue) -> Option<Self> {
        items(value, |text| quoted::list(text, ';'))?.into_iter().map(|item| T::from_value(&item.into())).collect()
    }

    fn to_value(&self) -> Option<ConfigValue> {
        let item = |item: &T| Some(item.to_value()?.to_text());
        Some(ConfigValue::List(self.iter().filter_map(item).collect()))
    }
}

/// The items of a list: written as one, in flow form, or in the way that `split` knows.
fn items(value: &ConfigValue, split: impl Fn(&str) -> Option<Vec<String>>) -> Option<Vec<String>> {
    let text = match value {
        ConfigValue::List(items) => return Some(items.clone()),
        ConfigValue::Map(_) => return None,
        ConfigValue::Text(text) => text.trim(),
    };
    match yaml::parse(text) {
        Ok(Node::List(nodes)) if text.starts_with('[') => Some(nodes.into_iter().map(Node::into_text).collect()),
        _ => split(text),
    }
}

impl ConfigType for BTreeMap<String, String> {
    const NESTED: bool = true;

    fn expected() -> String {
        "a map such as `k:v,l:w`".to_owned()
    }

    fn from_value(value: &ConfigValue) -> Option<Self> {
        let text = match value {
            ConfigValue::Map(map) => return Some(map.clone()),
            ConfigValue::List(_) => return None,
            ConfigValue::Text(text) => text.trim(),
        };
        match yaml::parse(text) {
            Ok(Node::Map(entries)) if text.starts_with('{') => {
                Some(entries.into_iter().map(|entry| (entry.key, entry.value.into_text())).collect())
            }
            _ => quoted::map(text),
        }
    }

    fn to_value(&self) -> Option<ConfigValue> {
        Some(ConfigValue::Map(self.clone()))
    }
}

/// Directories, as a list, or as text with `;`, `,`, `|` or `:` between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathList(pub Vec<PathBuf>);

impl ConfigType for PathList {
    fn expected() -> String {
        "directories with `;`, `,`, `|` or `:` between them".to_owned()
    }

    fn from_value(value: &ConfigValue) -> Option<Self> {
        let split = |text: &str| {
            let parts = text.split([';', ',', '|', ':']).map(str::trim).filter(|part| !part.is_empty());
            Some(parts.map(str::to_owned).collect())
        };
        let paths = items(value, split)?.into_iter().map(PathBuf::from).collect::<Vec<_>>();
        (!paths.is_empty()).then_some(PathList(paths))
    }

    fn to_value(&self) -> Option<ConfigValue> {
        Some(ConfigValue::List(self.0.iter().map(|path| path.to_string_lossy().into_owned()).collect()))
    }
}
