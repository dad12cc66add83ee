//! What was noticed while reading, and is no error.

use crate::Origin;
use std::fmt;

/// What was noticed while reading, and is no error: `weft doctor` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// An older name of a key is used.
    OldKey {
        /// The older name.
        key: String,
        /// Today's name, under which the value is kept.
        now: &'static str,
        /// Where it stands.
        origin: Origin,
    },
    /// A value was ignored because an earlier one is final.
    FinalKept {
        /// The key.
        key: String,
        /// Where the ignored value stands.
        ignored: Origin,
        /// Where the final one stands.
        kept: Origin,
    },
    /// A final value was replaced all the same: the engine's configuration and the program are above site files.
    FinalReplaced {
        /// The key.
        key: String,
        /// Where the final value stands.
        replaced: Origin,
        /// Where the value that counts comes from.
        by: Origin,
    },
    /// One file gives a key two different values; the later one counts.
    SetTwice {
        /// The key.
        key: String,
        /// Where the earlier value stands.
        first: Origin,
        /// Where the later one stands.
        then: Origin,
    },
    /// A property has no name.
    NoName {
        /// Where it stands.
        origin: Origin,
    },
    /// A property has no value, which leaves an earlier value as it is.
    NoValue {
        /// The key.
        key: String,
        /// Where it stands.
        origin: Origin,
    },
    /// A variable in a value has no value of its own; it was left as it stands.
    Unbound {
        /// The key.
        key: String,
        /// The variable's name, or that of the environment variable after `env.`.
        variable: String,
        /// Where the value comes from.
        origin: Origin,
    },
    /// The variables of a value could not be substituted; the value was left as it stands.
    NotSubstituted {
        /// The key.
        key: String,
        /// Why.
        reason: &'static str,
        /// Where the value comes from.
        origin: Origin,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::OldKey { key, now, origin } => {
                write!(f, "{origin} sets {key}, an older name of {now}: rename it")
            }
            Note::FinalKept { key, ignored, kept } => {
                write!(f, "the value of {key} from {ignored} is ignored: {kept} makes it final; remove one of them")
            }
            Note::FinalReplaced { key, replaced, by } => {
                write!(
                    f,
                    "the final value of {key} from {replaced} is replaced by {by}: remove that if it is not meant"
                )
            }
            Note::SetTwice { key, first, then } => {
                write!(
                    f,
                    "{first} sets {key}, and {then} sets it again to something else, which counts: remove one of them"
                )
            }
            Note::NoName { origin } => {
                write!(f, "{origin} has a property without a name: it is ignored; name or remove it")
            }
            Note::NoValue { key, origin } => {
                write!(f, "{origin} gives {key} no value: an earlier one stays; give it one or remove the property")
            }
            Note::Unbound { key, variable, origin } => {
                write!(f, "the value of {key} (from {origin}) uses ${{{variable}}}, which nothing sets: set it")
            }
            Note::NotSubstituted { key, reason, origin } => {
                write!(f, "the variables in the value of {key} (from {origin}) are left as they stand: {reason}")
            }
        }
    }
}
