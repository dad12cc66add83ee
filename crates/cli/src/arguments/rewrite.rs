//! From the field's spelling of options to clap's.

use super::{later, older};
use crate::error::CliError;
use clap::{Arg, ArgAction, Command};
use std::ffi::{OsStr, OsString};

/// Makes `--name` of `-name` where a verb has an option of that name, and puts `--` before what belongs to a program. What comes later is
/// refused.
pub(super) fn rewrite(arguments: Vec<OsString>, cli: &Command) -> Result<Vec<OsString>, CliError> {
    let Some(name) = arguments.get(1).and_then(|verb| verb.to_str()) else { return Ok(arguments) };
    if let Some(refusal) = later::verb(name) {
        return Err(CliError::Usage(refusal));
    }
    match cli.find_subcommand(name) {
        Some(verb) if !reads_its_own(verb) => rewrite_options(arguments, verb),
        _ => Ok(arguments),
    }
}

fn rewrite_options(arguments: Vec<OsString>, verb: &Command) -> Result<Vec<OsString>, CliError> {
    let mut rewritten = Vec::with_capacity(arguments.len() + 1);
    let mut arguments = arguments.into_iter().peekable();
    rewritten.extend(arguments.by_ref().take(2));
    if verb.has_subcommands() {
        // `fs -ls` is `fs ls`; what follows is spelt as everywhere.
        rewritten.extend(arguments.next().map(|action| as_subcommand(verb, action)));
        rewritten.extend(arguments);
        return Ok(rewritten);
    }
    while let Some(argument) = arguments.next() {
        let text = argument.to_str().unwrap_or_default();
        if text == "--" || (!is_option(text) && takes_program(verb)) {
            if text != "--" {
                rewritten.push("--".into());
            }
            rewritten.push(argument);
            rewritten.extend(arguments);
            return Ok(rewritten);
        }
        let following = arguments.peek().and_then(|next| next.to_str());
        if let Some((today, read)) = older::today(text, following).filter(|_| speaks_of_clusters(verb)) {
            older::add(&mut rewritten, today);
            arguments.by_ref().take(read - 1).for_each(drop);
            continue;
        }
        if let Some(refusal) = later::option(verb.get_name(), text).filter(|_| is_option(text)) {
            return Err(CliError::Usage(refusal));
        }
        let argument = if is_misspelt(verb, text) { prefixed("-", &argument) } else { argument };
        let has_value = wants_next(verb, argument.to_str().unwrap_or_default());
        rewritten.push(argument);
        rewritten.extend(arguments.by_ref().take(usize::from(has_value)));
    }
    Ok(rewritten)
}

fn as_subcommand(verb: &Command, action: OsString) -> OsString {
    let name = action.to_str().and_then(|action| action.strip_prefix('-'));
    match name.filter(|name| verb.find_subcommand(name).is_some()) {
        Some(name) => name.into(),
        None => action,
    }
}

fn prefixed(prefix: &str, argument: &OsStr) -> OsString {
    let mut prefixed = OsString::from(prefix);
    prefixed.push(argument);
    prefixed
}

/// Whether the verb has options that say which cluster is meant.
fn speaks_of_clusters(verb: &Command) -> bool {
    long(verb, "jobmanager").is_some()
}

/// A lone dash is a word.
fn is_option(text: &str) -> bool {
    text.len() > 1 && text.starts_with('-')
}

/// Whether the verb leaves everything, dashes and all, to somebody else.
fn reads_its_own(verb: &Command) -> bool {
    verb.get_arguments().any(Arg::is_allow_hyphen_values_set) && !takes_program(verb)
}

/// Whether the first word is a program, and what follows its arguments.
fn takes_program(verb: &Command) -> bool {
    verb.get_positionals().any(|arg| arg.is_trailing_var_arg_set() && !arg.is_allow_hyphen_values_set())
}

/// Whether it is one dash and the long name of an option.
fn is_misspelt(verb: &Command, text: &str) -> bool {
    let name = text.strip_prefix('-').filter(|name| !name.starts_with('-'));
    name.and_then(|name| name.split('=').next())
        .is_some_and(|name| name.chars().count() > 1 && long(verb, name).is_some())
}

fn long<'a>(verb: &'a Command, name: &str) -> Option<&'a Arg> {
    verb.get_arguments().find(|arg| {
        arg.get_long() == Some(name) || arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
    })
}

/// Whether the argument after this option is its value.
fn wants_next(verb: &Command, option: &str) -> bool {
    if let Some(name) = option.strip_prefix("--") {
        return !name.contains('=') && long(verb, name).is_some_and(takes_value);
    }
    // Of letters behind one dash, the first that takes a value takes the others.
    let mut letters = option.chars().skip(1);
    let short = |letter: char| verb.get_arguments().find(|arg| arg.get_short() == Some(letter));
    let with_value = letters.by_ref().any(|letter| short(letter).is_some_and(takes_value));
    with_value && letters.next().is_none()
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}
