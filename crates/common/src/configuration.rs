//! Configuration: what was written, where, and what it means.
//!
//! A [`Configuration`] maps flat, dotted keys to values, and remembers of each where it came from. Three layers set keys, a
//! later one above the earlier: the file of the installation, `-D key=value` on a command line, and the program.
//! What a key means is declared once, as a [`ConfigOption`] in a section of [`options`]; from the declarations come typed
//! access, the complaint about a wrong value, the suggestion for an unknown key, and `docs/configuration.md`.
//!
//! # Files
//!
//! `conf/config.yaml` is YAML: keys nested, flat or mixed (`a.b: {c.d: 1}` sets `a.b.c.d`). Scalars are kept as written, so
//! `1.10` stays `1.10`. A key set twice is an error, in whichever forms; so are aliases, since a few lines with them can
//! unfold into gigabytes.
//!
//! `conf/flink-conf.yaml`, read when there is no `config.yaml`, looks like YAML and is not: a line is a key, a colon with
//! a space after it, and everything that follows as the value, whatever characters it has. A `#` at the start of the line
//! or after white space begins a comment. A key set again replaces the earlier value.
//!
//! # Lists and maps
//!
//! A list is a YAML list, or text with `;` between its items. A map is a YAML map, a key per entry below the option's own
//! (`option.a: 1`), or text like `a:1,b:2`. Items that contain a separator are quoted with `'` or `"`; inside, the quote is
//! written twice. A value that has to be text, as after `-D`, may also be a YAML list or map in flow form: `[a, b]`, `{a: 1}`.
//!
//! # Secrets
//!
//! The value of a key that looks secret ([`is_secret`]) is never printed: not by `Display` or `Debug`, not in an error.

mod choice;
mod config_option;
mod document;
mod error;
mod file;
mod layout;
mod nearest;
mod option_type;
pub mod options;
mod origin;
mod quoted;
mod registry;
mod secret;
mod store;
#[cfg(test)]
mod tests;
mod value;
mod warning;
mod yaml;

pub use config_option::ConfigOption;
pub use document::markdown;
pub use error::ConfigError;
pub use option_type::{ConfigType, PathList};
pub use origin::Origin;
pub use registry::{AnyOption, Section, all_options, sections};
pub use secret::{MASK, is_secret};
pub use store::Configuration;
pub use value::ConfigValue;
pub use warning::ConfigWarning;
