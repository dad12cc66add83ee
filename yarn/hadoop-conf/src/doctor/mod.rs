//! What there is to say about a configuration without asking anybody: what `weft doctor` shows before it tries to
//! connect.
//!
//! Pure functions from a [`HadoopConf`] to [`Finding`]s. Facts that a user wants to see confirmed are
//! [`Severity::Info`]; what works but is probably not meant is a [`Severity::Warning`]; what will fail is an
//! [`Severity::Error`].

mod files;
mod hdfs;
mod security;
mod values;
mod yarn;

#[cfg(test)]
mod tests;

use crate::{Address, HadoopConf, HadoopConfError};
use std::fmt;

/// One thing to say about a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What it is about.
    pub topic: Topic,
    /// One sentence: what was found and, unless it is good, what to do.
    pub message: String,
}

/// How much a finding matters; a later one matters more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A fact.
    Info,
    /// It works, but is probably not what is meant.
    Warning,
    /// It will fail.
    Error,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Which files were found where.
    Files,
    /// Values that are not what their keys expect, and what was noticed while reading.
    Values,
    /// NameNodes.
    Hdfs,
    /// ResourceManagers.
    Yarn,
    /// Authentication and protection.
    Security,
}

/// Everything there is to say about a configuration, topic by topic.
///
/// ```
/// use weft_hadoop_conf::{Environment, HadoopConf, Severity, Sources, findings};
/// let sources = Sources::new(Environment::empty().with("HADOOP_CONF_DIR", "/no/such/directory"));
/// let findings = findings(&HadoopConf::load(&sources)?);
/// assert_eq!(findings.iter().map(|finding| finding.severity).max(), Some(Severity::Error));
/// # Ok::<(), weft_hadoop_conf::HadoopConfError>(())
/// ```
pub fn findings(conf: &HadoopConf) -> Vec<Finding> {
    [
        files::findings(conf),
        values::findings(conf),
        hdfs::findings(conf),
        yarn::findings(conf),
        security::findings(conf),
    ]
    .concat()
}

impl Finding {
    fn info(topic: Topic, message: impl Into<String>) -> Self {
        Finding { severity: Severity::Info, topic, message: message.into() }
    }

    fn warning(topic: Topic, message: impl Into<String>) -> Self {
        Finding { severity: Severity::Warning, topic, message: message.into() }
    }

    fn error(topic: Topic, error: &HadoopConfError) -> Self {
        Finding { severity: Severity::Error, topic, message: error.to_string() }
    }
}

/// A host name that Java does not take for one.
fn underscore(topic: Topic, what: &str, address: &Address) -> Option<Finding> {
    address.host.contains('_').then(|| {
        let message = format!(
            "the host name of {what}, {}, has an underscore: it is accepted here, but Hadoop's own tools take such a \
             URI for one without a host; rename the host or add an alias without underscore",
            address.host
        );
        Finding::warning(topic, message)
    })
}

/// Two servers at one address.
fn same_address<'a>(topic: Topic, servers: impl Iterator<Item = (&'a str, &'a Address)>) -> Vec<Finding> {
    let mut seen: Vec<(&str, &Address)> = Vec::new();
    let mut findings = Vec::new();
    for (name, address) in servers {
        if let Some((other, _)) = seen.iter().find(|(_, earlier)| *earlier == address) {
            let message = format!("{other} and {name} have the same address, {address}: correct one of them");
            findings.push(Finding::warning(topic, message));
        }
        seen.push((name, address));
    }
    findings
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Topic::Files => "files",
            Topic::Values => "values",
            Topic::Hdfs => "hdfs",
            Topic::Yarn => "yarn",
            Topic::Security => "security",
        })
    }
}
