//! The environment as a value.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// Environment variables: those of this process, or any others.
///
/// ```
/// use weft_hadoop_conf::Environment;
/// let environment = Environment::empty().with("HADOOP_CONF_DIR", "/etc/hadoop/conf");
/// assert_eq!(environment.text("HADOOP_CONF_DIR"), Some("/etc/hadoop/conf"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

impl Environment {
    /// No variable at all.
    pub fn empty() -> Self {
        Self::default()
    }

    /// A copy of the variables of this process, taken now. Nothing else in this crate reads them.
    pub fn of_process() -> Self {
        Environment { variables: std::env::vars_os().collect() }
    }

    /// The same with one more variable, or another value of one.
    pub fn with(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// The value of a variable.
    pub fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The value of a variable as text; one that is not UTF-8 counts as not set.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.raw(name).and_then(OsStr::to_str)
    }
}
