//! A value before anything is known about its type.

use super::quoted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A value before anything is known about its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConfigValue {
    /// A scalar, as it was written.
    Text(String),
    /// A list that was written as one.
    List(Vec<String>),
    /// A map that was set as one, or gathered from the keys below an option's own.
    Map(BTreeMap<String, String>),
}

impl ConfigValue {
    /// The value as one line of text that reads back as the same value: `a;b` for a list, `k:v,l:w` for a map.
    pub fn to_text(&self) -> String {
        match self {
            ConfigValue::Text(text) => text.clone(),
            ConfigValue::List(items) => join(items.iter().map(|item| quoted::quote(item)), ";"),
            ConfigValue::Map(map) => {
                join(map.iter().map(|(key, value)| format!("{}:{}", quoted::quote(key), quoted::quote(value))), ",")
            }
        }
    }
}

fn join(items: impl Iterator<Item = String>, separator: &str) -> String {
    items.collect::<Vec<_>>().join(separator)
}

impl From<&str> for ConfigValue {
    fn from(text: &str) -> Self {
        ConfigValue::Text(text.to_owned())
    }
}

impl From<String> for ConfigValue {
    fn from(text: String) -> Self {
        ConfigValue::Text(text)
    }
}
