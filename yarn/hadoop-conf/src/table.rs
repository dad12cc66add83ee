//! Keys with values and origins: the layers, put one over the other.

use crate::deprecated::today;
use crate::site_file::Property;
use crate::{Note, Origin};
use std::collections::BTreeMap;

/// The value of a key, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) value: String,
    pub(crate) origin: Origin,
}

/// The layers read so far.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) entries: BTreeMap<String, Entry>,
    /// Where each key was made final.
    finals: BTreeMap<String, Origin>,
    pub(crate) notes: Vec<Note>,
}

impl Table {
    /// Puts a property of a site file over what is there, unless that is final. A property without a value changes no
    /// value, but can be final: then nobody may set one.
    pub(crate) fn apply(&mut self, property: Property) {
        let Property { name, value, is_final, origin, .. } = property;
        let name = self.today(name, &origin);
        match value {
            None if is_final => {}
            None => self.notes.push(Note::NoValue { key: name.clone(), origin: origin.clone() }),
            Some(value) => self.apply_value(&name, value, &origin),
        }
        if is_final {
            self.finals.entry(name).or_insert(origin);
        }
    }

    fn apply_value(&mut self, name: &str, value: String, origin: &Origin) {
        match self.finals.get(name) {
            None => {
                self.note_second(name, &value, origin);
                self.set(name.to_owned(), value, origin.clone());
            }
            Some(_) if self.entries.get(name).is_some_and(|entry| entry.value == value.trim()) => {}
            Some(kept) => {
                let (ignored, kept) = (origin.clone(), kept.clone());
                self.notes.push(Note::FinalKept { key: name.to_owned(), ignored, kept });
            }
        }
    }

    /// Notes that a file gives a key a second, different value.
    fn note_second(&mut self, name: &str, value: &str, origin: &Origin) {
        let Some(Entry { value: first_value, origin: first }) = self.entries.get(name) else { return };
        if first.file().is_some_and(|file| origin.file() == Some(file)) && first_value != value.trim() {
            let (first, then) = (first.clone(), origin.clone());
            self.notes.push(Note::SetTwice { key: name.to_owned(), first, then });
        }
    }

    /// Puts a value over whatever is there, final or not.
    pub(crate) fn force(&mut self, name: String, value: String, origin: Origin) {
        let name = self.today(name, &origin);
        if let Some(replaced) = self.finals.get(&name).cloned() {
            self.notes.push(Note::FinalReplaced { key: name.clone(), replaced, by: origin.clone() });
        }
        self.set(name, value, origin);
    }

    /// Puts a value under exactly this name.
    pub(crate) fn set(&mut self, name: String, value: String, origin: Origin) {
        self.entries.insert(name, Entry { value: value.trim().to_owned(), origin });
    }

    /// Today's name of a key.
    fn today(&mut self, name: String, origin: &Origin) -> String {
        match today(&name) {
            None => name,
            Some(now) => {
                self.notes.push(Note::OldKey { key: name, now, origin: origin.clone() });
                now.to_owned()
            }
        }
    }
}
