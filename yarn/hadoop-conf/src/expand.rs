//! Variables in values: `${key}`, `${user.name}` and the like, `${env.NAME}` with `${env.NAME-default}` for a variable
//! that is not set and `${env.NAME:-default}` for one that is not set or empty.
//!
//! A value is gone through once. `${` opens a name, `}` ends it; what stands inside is substituted first, so names and
//! defaults may hold variables. What a name stands for is substituted in its turn, at most [`MAX_DEPTH`] deep, and put
//! in its place; a name that stands for nothing is left as it was written. When a value needs itself, or more than the
//! bounds allow, it is left whole as it was written. The bounds hold for each value and for all together, so that a few
//! lines that refer to each other cannot fill the memory.

use crate::table::Entry;
use crate::{Environment, Note, Origin};
use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// How deep a value may need other values. Hadoop stops after 20 substitutions.
const MAX_DEPTH: usize = 20;
/// The most that the variables of one value may stand for, in all, on every level.
const MAX_OF_VALUE: Work = Work { substitutions: 1_000, bytes: 256 << 10 };
/// The same for all values together.
const MAX_OF_ALL: Work = Work { substitutions: 1_000_000, bytes: 32 << 20 };

/// What substituting costs.
#[derive(Clone, Copy, Debug)]
struct Work {
    substitutions: usize,
    bytes: usize,
}

impl Work {
    /// Takes one substitution by so many bytes off what is left.
    fn spend(&mut self, bytes: usize) -> Result<(), &'static str> {
        let substitutions = self.substitutions.checked_sub(1);
        let bytes = self.bytes.checked_sub(bytes);
        let (Some(substitutions), Some(bytes)) = (substitutions, bytes) else {
            return Err("they stand for too much");
        };
        *self = Work { substitutions, bytes };
        Ok(())
    }
}

/// Substitutes the variables of a table's values.
pub(crate) struct Expander<'a> {
    entries: &'a BTreeMap<String, Entry>,
    environment: &'a Environment,
    left: Work,
    left_of_value: Work,
    /// The keys whose values are being substituted, outermost first.
    inside: Vec<String>,
    unbound: Vec<String>,
    /// What was noticed.
    pub(crate) notes: Vec<Note>,
}

impl<'a> Expander<'a> {
    /// Variables are keys of `entries` or come from `environment`.
    pub(crate) fn new(entries: &'a BTreeMap<String, Entry>, environment: &'a Environment) -> Self {
        Expander {
            entries,
            environment,
            left: MAX_OF_ALL,
            left_of_value: MAX_OF_VALUE,
            inside: Vec::new(),
            unbound: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The value of `key`, substituted; nothing if it stays as it is.
    pub(crate) fn expand(&mut self, key: &str, entry: &Entry) -> Option<String> {
        if !entry.value.contains("${") {
            return None;
        }
        self.left_of_value = MAX_OF_VALUE;
        self.inside = vec![key.to_owned()];
        let expanded = self.text(&entry.value);
        let (key, origin) = (key.to_owned(), entry.origin.clone());
        match expanded {
            // Nobody asked for a default; what uses it will tell.
            Ok(text) if entry.origin == Origin::Default => {
                self.unbound.clear();
                Some(text)
            }
            Ok(text) => {
                let note = |variable| Note::Unbound { key: key.clone(), variable, origin: origin.clone() };
                self.notes.extend(self.unbound.drain(..).map(note));
                Some(text)
            }
            Err(reason) => {
                self.unbound.clear();
                self.notes.push(Note::NotSubstituted { key, reason, origin });
                None
            }
        }
    }

    fn text(&mut self, text: &str) -> Result<String, &'static str> {
        // What has been written so far, outside first, then inside each name that is open.
        let mut levels = vec![String::new()];
        let mut rest = text;
        while let Some(at) = rest.find(['$', '}']) {
            let (before, from) = rest.split_at(at);
            push(&mut levels, before);
            rest = if let Some(after) = from.strip_prefix("${") {
                levels.push(String::new());
                after
            } else if let (Some(after), true) = (from.strip_prefix('}'), levels.len() > 1) {
                let name = levels.pop().unwrap_or_default();
                let value = self.variable(&name)?;
                push(&mut levels, &value);
                after
            } else {
                let mut characters = from.chars();
                push(&mut levels, characters.next().map_or("", |c| from.get(..c.len_utf8()).unwrap_or_default()));
                characters.as_str()
            };
        }
        push(&mut levels, rest);
        Ok(levels.join("${"))
    }

    /// What a name stands for, substituted; the variable as written if that is nothing.
    fn variable(&mut self, name: &str) -> Result<String, &'static str> {
        let value = match name.strip_prefix("env.") {
            Some(rest) => self.of_environment(rest),
            None => self.of_process(name),
        };
        let value = match value {
            Some(value) => Some(value),
            None => self.of_key(name)?,
        };
        let value = value.unwrap_or_else(|| self.not_bound(name));
        self.spend(value.len())?;
        Ok(value)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), &'static str> {
        self.left_of_value.spend(bytes)?;
        self.left.spend(bytes)
    }

    fn not_bound(&mut self, name: &str) -> String {
        if !self.unbound.iter().any(|known| known == name) {
            self.unbound.push(name.to_owned());
        }
        format!("${{{name}}}")
    }

    /// `NAME`, `NAME-default` or `NAME:-default`.
    fn of_environment(&self, text: &str) -> Option<String> {
        let Some((name, default)) = text.split_once('-') else { return self.environment.text(text).map(str::to_owned) };
        let value = match name.strip_suffix(':') {
            Some(name) => self.environment.text(name).filter(|value| !value.is_empty()),
            None => self.environment.text(name),
        };
        Some(value.unwrap_or(default).to_owned())
    }

    /// What a JVM knows of itself without being told, as far as site files use it.
    fn of_process(&self, name: &str) -> Option<String> {
        let value = match name {
            "user.name" => self.environment.text("USER").or_else(|| self.environment.text("LOGNAME")),
            "user.home" => self.environment.text("HOME"),
            "java.io.tmpdir" => Some("/tmp"),
            _ => None,
        };
        value.map(str::to_owned)
    }

    fn of_key(&mut self, name: &str) -> Result<Option<String>, &'static str> {
        let name = crate::deprecated::today(name).unwrap_or(name);
        let entries = self.entries;
        let Some(entry) = entries.get(name) else { return Ok(None) };
        if self.inside.iter().any(|outer| outer == name) {
            return Err("they lead back to themselves");
        }
        if self.inside.len() >= MAX_DEPTH {
            return Err("they lead to too many others, one after the other");
        }
        // Before the work, which a value that is too long must not cause.
        self.spend(entry.value.len())?;
        self.inside.push(name.to_owned());
        let value = self.text(&entry.value)?;
        self.inside.pop();
        Ok(Some(value))
    }
}

fn push(levels: &mut [String], text: &str) {
    if let Some(innermost) = levels.last_mut() {
        innermost.push_str(text);
    }
}
