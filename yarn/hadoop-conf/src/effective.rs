//! The effective configuration as one file.
//!
//! Version 1 is a Hadoop site file whose root element has the attribute `weft-version="1"`: one property a line, sorted
//! by name, each with the place where its value came from (`source`). Variables have been substituted, so the values
//! are taken as they stand; those that are secret are left out. An empty value is written as one space, because no
//! character at all would mean that the property has no value.
//!
//! ```xml
//! <?xml version="1.0" encoding="UTF-8"?>
//! <configuration weft-version="1">
//! <property><name>dfs.replication</name><value>2</value><source>/etc/hadoop/conf/hdfs-site.xml:7</source></property>
//! </configuration>
//! ```

use crate::site_file::{MAX_BYTES, Property, Reader, SiteFile, VERSION_ATTRIBUTE};
use crate::table::{Entry, Table};
use crate::{HadoopConfError, Origin, secret};
use std::collections::BTreeMap;
use std::path::Path;

#[cfg(test)]
mod tests;

const VERSION: &str = "1";

/// An effective configuration, written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The file's text.
    pub xml: String,
    /// The keys whose values are secret; they are not in it.
    pub omitted: Vec<String>,
}

/// Writes values down, except those that are secret.
pub(crate) fn write(entries: &BTreeMap<String, Entry>) -> Result<Effective, HadoopConfError> {
    let mut xml =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<configuration {VERSION_ATTRIBUTE}=\"{VERSION}\">\n");
    let mut omitted = Vec::new();
    for (key, entry) in entries {
        if secret::is_secret(key, &entry.value) {
            omitted.push(key.clone());
            continue;
        }
        xml.push_str(&property(key, entry)?);
        if xml.len() as u64 > MAX_BYTES {
            let problem = format!("up to {key} it has more than {MAX_BYTES} bytes: remove values that are not needed");
            return Err(HadoopConfError::Unwritable { problem });
        }
    }
    xml.push_str("</configuration>\n");
    Ok(Effective { xml, omitted })
}

fn property(key: &str, entry: &Entry) -> Result<String, HadoopConfError> {
    let value = if entry.value.is_empty() { " ".to_owned() } else { escape(key, &entry.value)? };
    let name = escape(key, key)?;
    let source = escape(key, &source(&entry.origin))?;
    Ok(format!("<property><name>{name}</name><value>{value}</value><source>{source}</source></property>\n"))
}

/// What was shipped here keeps the origin it had where it was written.
fn source(origin: &Origin) -> String {
    match origin {
        Origin::Shipped { source } => source.clone(),
        origin => origin.to_string(),
    }
}

fn escape(key: &str, text: &str) -> Result<String, HadoopConfError> {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Read as it is, it would become a line feed.
            '\r' => escaped.push_str("&#13;"),
            '\t' | '\n' => escaped.push(c),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => {
                let problem = format!("the property {key:?} has the character {c:?}, which XML has not: remove it");
                return Err(HadoopConfError::Unwritable { problem });
            }
            _ => escaped.push(c),
        }
    }
    Ok(escaped)
}

/// Reads what [`write`] wrote.
pub(crate) fn read(file: &Path) -> Result<Table, HadoopConfError> {
    let SiteFile { version, properties } = Reader::default().read(file)?;
    if version.as_deref() != Some(VERSION) {
        let found = version.unwrap_or_else(|| "none".to_owned());
        let problem = format!(
            "an effective configuration of version {VERSION} was expected and {VERSION_ATTRIBUTE} is {found}: use the \
             same version of Weft on both sides"
        );
        return Err(HadoopConfError::Malformed { path: file.to_owned(), line: 1, key: None, problem });
    }
    let mut table = Table::default();
    for property in properties {
        let origin = origin(&property);
        table.set(property.name, property.value.unwrap_or_default(), origin);
    }
    Ok(table)
}

fn origin(property: &Property) -> Origin {
    match &property.source {
        Some(source) if *source == Origin::Default.to_string() => Origin::Default,
        Some(source) => Origin::Shipped { source: source.clone() },
        None => property.origin.clone(),
    }
}
