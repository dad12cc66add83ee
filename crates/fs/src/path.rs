//! Where a file is: `scheme://authority/path`.

use std::{fmt, str::FromStr, sync::Arc};

use crate::FsError;

/// An absolute path, optionally with the scheme and authority of the file system it lies in.
///
/// `/a/b`, `file:///a/b`, `file:/a/b` and `hdfs://nameservice/a/b` are paths; `a/b` becomes one by [`Path::resolve`].
/// A scheme is what precedes the first `:` when a `/` follows it, so a colon elsewhere belongs to a name. Names are
/// taken literally: nothing is percent-decoded. Repeated slashes, `.` and `..` are resolved in the text, without
/// looking at symbolic links; `..` stops at the root. `Display` gives a text that parses to the same path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    scheme: Option<Arc<str>>,
    authority: Arc<str>,
    path: Arc<str>,
}

impl Path {
    /// Reads an absolute path, with or without a scheme.
    ///
    /// # Errors
    /// [`FsError::InvalidPath`] when it is empty, relative or contains a NUL.
    pub fn parse(text: &str) -> Result<Self, FsError> {
        let Some((scheme, rest)) = check(text).map(split_scheme)? else {
            return Err(invalid(text, "it is relative and there is no directory to resolve it against"));
        };
        let (authority, path) = split_authority(scheme, rest);
        Ok(Self { scheme: scheme.map(lower_case), authority: authority.into(), path: normalise(&[path]) })
    }

    /// Reads a path that may be relative: then it lies below `base`. An absolute path takes nothing from `base`.
    ///
    /// # Errors
    /// [`FsError::InvalidPath`] when it is empty or contains a NUL.
    pub fn resolve(text: &str, base: &Path) -> Result<Self, FsError> {
        match check(text).map(split_scheme)? {
            Some(_) => Path::parse(text),
            None => Ok(base.join(text)),
        }
    }

    /// The `file` path of an absolute path of this machine.
    ///
    /// # Errors
    /// [`FsError::InvalidPath`] when it is relative or not UTF-8.
    pub fn from_local(path: &std::path::Path) -> Result<Self, FsError> {
        let Some(text) = path.to_str() else {
            return Err(invalid(&path.to_string_lossy(), "it is not valid UTF-8: rename it"));
        };
        if !path.is_absolute() {
            return Err(invalid(text, "it is relative: give an absolute path"));
        }
        let text = check(text)?;
        Ok(Self { scheme: Some("file".into()), authority: "".into(), path: normalise(&[text]) })
    }

    /// The scheme in lower case, if the path names one.
    pub fn scheme(&self) -> Option<&str> {
        self.scheme.as_deref()
    }

    /// The host, or the name of the service, between `//` and the path; empty when there is none.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The path inside its file system: begins with `/`, ends without one except at the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The last name; `None` at the root.
    pub fn file_name(&self) -> Option<&str> {
        self.path.rsplit_once('/').map(|(_, name)| name).filter(|name| !name.is_empty())
    }

    /// The directory it lies in; `None` at the root.
    pub fn parent(&self) -> Option<Path> {
        self.file_name()?;
        let (parent, _) = self.path.rsplit_once('/')?;
        Some(self.with_path(if parent.is_empty() { "/".into() } else { parent.into() }))
    }

    /// The path `relative` to this directory. Leading slashes do not make it absolute; `..` stops at the root.
    #[must_use]
    pub fn join(&self, relative: &str) -> Path {
        self.with_path(normalise(&[&self.path, relative]))
    }

    /// Whether this is `ancestor` or lies below it, in the same file system.
    pub fn starts_with(&self, ancestor: &Path) -> bool {
        let below = |rest: &str| rest.is_empty() || rest.starts_with('/') || ancestor.is_root();
        self.scheme == ancestor.scheme
            && self.authority == ancestor.authority
            && self.path.strip_prefix(&*ancestor.path).is_some_and(below)
    }

    /// Whether this is the root of its file system.
    pub fn is_root(&self) -> bool {
        &*self.path == "/"
    }

    /// This path with the scheme and authority of `origin`, if it has no scheme of its own.
    #[must_use]
    pub fn or_origin_of(&self, origin: &Path) -> Path {
        match self.scheme {
            Some(_) => self.clone(),
            None => origin.with_path(self.path.clone()),
        }
    }

    fn with_path(&self, path: Arc<str>) -> Path {
        Path { scheme: self.scheme.clone(), authority: self.authority.clone(), path }
    }
}

impl FromStr for Path {
    type Err = FsError;

    fn from_str(text: &str) -> Result<Self, FsError> {
        Path::parse(text)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scheme {
            Some(scheme) => write!(f, "{scheme}://{}{}", self.authority, self.path),
            None => f.write_str(&self.path),
        }
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn invalid(text: &str, reason: &'static str) -> FsError {
    FsError::InvalidPath { text: text.to_owned(), reason }
}

/// Refuses what no file system can store.
fn check(text: &str) -> Result<&str, FsError> {
    match text {
        "" => Err(invalid(text, "it is empty")),
        _ if text.contains('\0') => Err(invalid(text, "it contains a NUL character")),
        _ => Ok(text),
    }
}

/// The scheme and what follows its colon; `None` for a relative path.
fn split_scheme(text: &str) -> Option<(Option<&str>, &str)> {
    if text.starts_with('/') {
        return Some((None, text));
    }
    let (scheme, rest) = text.split_once(':')?;
    (is_scheme(scheme) && rest.starts_with('/')).then_some((Some(scheme), rest))
}

/// RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// The authority and the path; two slashes announce an authority only behind a scheme.
fn split_authority<'a>(scheme: Option<&str>, rest: &'a str) -> (&'a str, &'a str) {
    let behind_slashes = rest.strip_prefix("//").filter(|_| scheme.is_some());
    match behind_slashes {
        None => ("", rest),
        Some(rest) => rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash)),
    }
}

fn lower_case(scheme: &str) -> Arc<str> {
    scheme.to_ascii_lowercase().into()
}

/// Joins texts to one absolute path without empty names, `.` and `..`.
fn normalise(texts: &[&str]) -> Arc<str> {
    let mut names = Vec::new();
    for name in texts.iter().flat_map(|text| text.split('/')) {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            _ => names.push(name),
        }
    }
    format!("/{}", names.join("/")).into()
}

#[cfg(test)]
#[path = "path_test.rs"]
mod tests;
