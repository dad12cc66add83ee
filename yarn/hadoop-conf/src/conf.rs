//! The configuration, loaded.

use crate::defaults::DEFAULTS;
use crate::deprecated::today;
use crate::expand::Expander;
use crate::pass_through::passed;
use crate::search::{Search, search};
use crate::site_file::Reader;
use crate::sources::Files;
use crate::table::{Entry, Table};
use crate::{Effective, HadoopConfError, Note, Origin, Place, Sources, effective, secret};
use std::collections::BTreeMap;
use std::fmt;

#[cfg(test)]
mod tests;

/// A Hadoop client's configuration: keys with values, and where each came from.
///
/// `Debug` masks secrets; [`get`](Self::get) does not.
#[derive(Clone)]
pub struct HadoopConf {
    entries: BTreeMap<String, Entry>,
    places: Vec<Place>,
    notes: Vec<Note>,
}

impl HadoopConf {
    /// Loads what `sources` say. That nothing is found is no error here: see [`require_found`](Self::require_found).
    ///
    /// # Errors
    ///
    /// A file that exists and cannot be read, is too large, or is not what it should be.
    pub fn load(sources: &Sources) -> Result<Self, HadoopConfError> {
        let search = search(sources);
        let mut table = match &sources.files {
            Files::Discover => read_sites(&search)?,
            Files::Effective(file) => effective::read(file)?,
        };
        for pass in passed(&sources.engine) {
            let origin = Origin::PassThrough { key: pass.engine_key.to_owned() };
            table.force(pass.hadoop_key, pass.value.to_owned(), origin);
        }
        for (key, value) in &sources.settings {
            table.force(key.clone(), value.clone(), Origin::Program);
        }
        if let Files::Discover = sources.files {
            substitute(&mut table, sources);
        }
        Ok(HadoopConf { entries: table.entries, places: search.places, notes: table.notes })
    }

    /// Everything that is set, defaults included, as one file: what other processes of the same cluster load with
    /// [`Sources::effective`]. It is a Hadoop site file, the same text for the same values.
    ///
    /// # Errors
    ///
    /// A value has a character that XML has not, or the file would be larger than is read.
    pub fn write_effective(&self) -> Result<Effective, HadoopConfError> {
        effective::write(&self.entries)
    }

    /// The value of a key, under its own or an older name; without white space at its ends.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.get_with_origin(key).map(|(value, _)| value)
    }

    /// The value of a key and where it came from.
    pub fn get_with_origin(&self, key: &str) -> Option<(&str, &Origin)> {
        let key = today(key).unwrap_or(key);
        self.entries.get(key).map(|entry| (entry.value.as_str(), &entry.origin))
    }

    /// Whether anybody set a key, to whatever; a default does not count.
    pub fn is_set(&self, key: &str) -> bool {
        self.get_with_origin(key).is_some_and(|(_, origin)| *origin != Origin::Default)
    }

    /// All keys in order, with their values, secrets included, and origins.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Origin)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), entry.value.as_str(), &entry.origin))
    }

    /// Where configuration was looked for, in order.
    pub fn where_it_looked(&self) -> &[Place] {
        &self.places
    }

    /// What was noticed while reading, and is no error.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// An error if no site file was read: for what cannot do without a Hadoop.
    pub fn require_found(&self) -> Result<(), HadoopConfError> {
        if self.places.iter().any(|place| !place.used_files().is_empty()) {
            return Ok(());
        }
        Err(HadoopConfError::NotFound { looked: self.places.clone() })
    }
}

/// The site files, one over the other, over the defaults.
fn read_sites(search: &Search) -> Result<Table, HadoopConfError> {
    let mut table = Table::default();
    for (key, value) in DEFAULTS {
        table.set(key.to_owned(), value.to_owned(), Origin::Default);
    }
    let mut reader = Reader::default();
    for file in &search.files {
        let site = reader.read(file)?;
        site.properties.into_iter().for_each(|property| table.apply(property));
    }
    table.notes.append(&mut reader.notes);
    Ok(table)
}

fn substitute(table: &mut Table, sources: &Sources) {
    let mut expander = Expander::new(&table.entries, &sources.environment);
    let expand = |(key, entry): (&String, &Entry)| Some((key.clone(), expander.expand(key, entry)?));
    let expanded: Vec<(String, String)> = table.entries.iter().filter_map(expand).collect();
    let mut notes = expander.notes;
    for (key, value) in expanded {
        if let Some(entry) = table.entries.get_mut(&key) {
            entry.value = value.trim().to_owned();
        }
    }
    table.notes.append(&mut notes);
}

impl fmt::Debug for HadoopConf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(key, value, _)| (key, secret::masked(key, value)))).finish()
    }
}
