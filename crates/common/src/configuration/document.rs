//! The documentation of all options, made from their declarations.

use super::{AnyOption, Section, sections};
use std::fmt::Write;

const HEAD: &str = "\
# Configuration

Options are set in `conf/config.yaml`, above that with `-D key=value` on the command line, and above that by the program. Keys in
the file may be nested, flat or mixed: `a: {b: 1}` and `a.b: 1` are the same. Without a `config.yaml` its older form,
`flink-conf.yaml`, is read: lines of `key: value`.

Sizes are a whole number and one of b, kb, mb, gb, tb (1 kb is 1024 bytes; without a unit it counts bytes). Durations are a whole
number and one of d, h, min, s, ms, µs, ns (without a unit it counts milliseconds), or in ISO form, as in `PT10S`. Lists are YAML
lists or text with `;` between the items; maps are YAML maps or text like `k:v,l:w`.

A wrong value stops the program with a message that says where the value was set. An unknown key only warns, and so does one
that has no effect yet. The values of keys that look secret (password, secret, token and the like) are never shown.

This page is generated from the declarations in `crates/common/src/configuration/options`.
";

/// The text of `docs/configuration.md`.
pub fn markdown() -> String {
    sections().iter().fold(HEAD.to_owned(), |text, section| text + &of_section(section))
}

fn of_section(section: &Section) -> String {
    let head = format!(
        "\n## {}\n\n{}\n\n| Key | Default | Value | Meaning |\n|---|---|---|---|\n",
        section.title, section.intro
    );
    section.options.iter().fold(head, |text, option| text + &row(*option))
}

fn row(option: &dyn AnyOption) -> String {
    let default = match option.default_text() {
        Some(text) if is_no_limit(text) => "no limit".to_owned(),
        Some(text) => format!("`{text}`"),
        None => "none".to_owned(),
    };
    let mut about = option.description().trim().to_owned();
    if let Some(instead) = option.instead() {
        // Writing to a string cannot fail.
        let _ = write!(about, " No effect yet: {instead}.");
    }
    if let [first, rest @ ..] = option.deprecated_keys() {
        let rest: String = rest.iter().map(|key| format!(", `{key}`")).collect();
        let _ = write!(about, " Older key: `{first}`{rest}.");
    }
    format!("| `{}` | {default} | {} | {} |\n", option.key(), cell(&option.expected()), cell(&about))
}

/// The largest number of a type stands for there being no limit.
fn is_no_limit(text: &str) -> bool {
    text == i64::MAX.to_string() || text == u32::MAX.to_string() || text == i32::MAX.to_string()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
