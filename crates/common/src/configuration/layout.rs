//! The two layouts of configuration files, each read into flat keys.

use super::yaml::{self, Entry, Node, Place, Problem};
use super::{ConfigError, ConfigValue, ConfigWarning, Configuration, Origin};

/// Reads the YAML layout. `path` is for origins and errors.
pub(super) fn yaml(path: &str, text: &str) -> Result<Configuration, ConfigError> {
    let root = yaml::parse(without_bom(text)).map_err(|problem| malformed(path, problem))?;
    let mut flat = Flattener { path, out: Configuration::new() };
    match root {
        Node::Null => {}
        Node::Map(entries) => flat.entries("", entries)?,
        Node::Scalar(_) | Node::List(_) => {
            let place = Place { line: 1, column: 1 };
            return Err(malformed(path, Problem { place, what: "expected `key: value` lines".to_owned() }));
        }
    }
    Ok(flat.out)
}

fn malformed(path: &str, Problem { place, what }: Problem) -> ConfigError {
    ConfigError::Malformed { path: path.to_owned(), line: place.line, column: place.column, problem: what }
}

/// Some editors begin a file with a byte order mark.
fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

struct Flattener<'a> {
    path: &'a str,
    out: Configuration,
}

impl Flattener<'_> {
    /// The depth is bounded by that of the tree.
    fn entries(&mut self, prefix: &str, entries: Vec<Entry>) -> Result<(), ConfigError> {
        for Entry { key, place, value } in entries {
            let key = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
            match value {
                Node::Map(entries) => self.entries(&key, entries)?,
                Node::Scalar(text) => self.set(key, place, ConfigValue::Text(text))?,
                Node::List(items) => {
                    // Items that are lists or maps themselves stay text, for whoever knows what to do with them.
                    let items = items.into_iter().map(Node::into_text).collect();
                    self.set(key, place, ConfigValue::List(items))?;
                }
                Node::Null => {
                    let origin = self.origin(place);
                    self.out.note(ConfigWarning::NoValue { key, origin });
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, key: String, place: Place, value: ConfigValue) -> Result<(), ConfigError> {
        if let Some((_, Origin::File { line, .. })) = self.out.raw(&key) {
            let (path, first_line) = (self.path.to_owned(), *line);
            return Err(ConfigError::SetTwice { path, key, first_line, line: place.line });
        }
        let origin = self.origin(place);
        self.out.set_raw(key, value, origin);
        Ok(())
    }

    fn origin(&self, place: Place) -> Origin {
        Origin::File { path: self.path.to_owned(), line: place.line }
    }
}

/// Reads the older layout of `key: value` lines. `path` is for origins.
pub(super) fn lines(path: &str, text: &str) -> Configuration {
    let mut out = Configuration::new();
    for (line, text) in (1..).zip(without_bom(text).lines()) {
        let text = without_comment(text).trim();
        let origin = Origin::File { path: path.to_owned(), line };
        match text.split_once(": ") {
            _ if text.is_empty() => {}
            Some((key, value)) if !key.trim().is_empty() => out.set_raw(key.trim(), value.trim(), origin),
            None if text.len() > 1 && text.ends_with(':') => {
                let key = text.trim_end_matches(':').to_owned();
                out.note(ConfigWarning::NoValue { key, origin });
            }
            _ => out.note(ConfigWarning::NotKeyValue { origin }),
        }
    }
    out
}

fn without_comment(line: &str) -> &str {
    let begins = |at: usize| line.get(..at).is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t']));
    let comment = line.match_indices('#').map(|(at, _)| at).find(|at| begins(*at));
    comment.and_then(|at| line.get(..at)).unwrap_or(line)
}
