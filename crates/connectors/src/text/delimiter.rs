//! What ends a line.

#![cfg_attr(not(feature = "socket"), allow(dead_code, reason = "files have line feeds only"))]

use std::sync::Arc;

use memchr::{memchr, memmem, memrchr};

/// The bytes that end a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delimiter {
    /// A line feed; a carriage return before it belongs to the end too.
    Newline,
    /// Other text, which is not empty.
    Other(Arc<str>),
}

impl Delimiter {
    /// The one written so; an empty one counts as a line feed.
    pub(crate) fn new(text: &str) -> Self {
        match text {
            "" | "\n" => Delimiter::Newline,
            other => Delimiter::Other(other.into()),
        }
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        match self {
            Delimiter::Newline => 1,
            Delimiter::Other(text) => text.len(),
        }
    }

    /// Where the first begins.
    #[inline]
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Delimiter::Newline => memchr(b'\n', bytes),
            Delimiter::Other(text) => memmem::find(bytes, text.as_bytes()),
        }
    }

    /// Where what is behind the last of them begins. They are counted from the front: of `aaa`, `aa` ends at 2.
    pub(crate) fn behind_last(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Delimiter::Newline => memrchr(b'\n', bytes).map(|at| at + 1),
            Delimiter::Other(text) => memmem::find_iter(bytes, text.as_bytes()).last().map(|at| at + text.len()),
        }
    }

    /// A line without what it ends with.
    #[inline]
    pub(crate) fn strip<'a>(&self, line: &'a str) -> &'a str {
        match self {
            Delimiter::Newline => line.strip_suffix('\r').unwrap_or(line),
            Delimiter::Other(_) => line,
        }
    }
}
