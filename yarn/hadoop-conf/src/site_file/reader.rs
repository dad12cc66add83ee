//! Files to properties: includes put in their place.

use super::parser::{self, Document};
use super::{Item, Property};
use crate::{HadoopConfError, Note, Origin};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The most bytes that all files together may have.
pub(crate) const MAX_BYTES: u64 = 16 << 20;
/// The most files that may be included.
const MAX_FILES: usize = 256;
/// How deep includes may nest; so a file that includes itself ends.
const MAX_DEPTH: usize = 16;

/// Reads files and what they include, within bounds that hold for all of them together.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    bytes: u64,
    files: usize,
    /// What was noticed.
    pub(crate) notes: Vec<Note>,
}

/// A file with the name of its version, if it is an effective configuration.
#[derive(Debug)]
pub(crate) struct SiteFile {
    pub(crate) version: Option<String>,
    pub(crate) properties: Vec<Property>,
}

impl Reader {
    /// The properties of a file, in order, with those of the files it includes.
    pub(crate) fn read(&mut self, path: &Path) -> Result<SiteFile, HadoopConfError> {
        let document = self.document(path).map_err(|failure| failure.into_error(path))?;
        let mut properties = Vec::new();
        self.flatten(path, document.items, 0, &mut properties)?;
        Ok(SiteFile { version: document.version, properties })
    }

    fn document(&mut self, path: &Path) -> Result<Document, Failure> {
        let bytes = self.contents(path)?;
        let text = str::from_utf8(&bytes).map_err(|error| not_utf8(path, &bytes, error.valid_up_to()))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Ok(parser::parse(path, text)?)
    }

    fn contents(&mut self, path: &Path) -> Result<Vec<u8>, Failure> {
        // Opening a named pipe could wait for ever.
        if !path.metadata()?.is_file() {
            return Err(Failure::Io(io::Error::other("it is not a regular file")));
        }
        let left = MAX_BYTES.saturating_sub(self.bytes);
        let mut bytes = Vec::new();
        let read = File::open(path)?.take(left.saturating_add(1)).read_to_end(&mut bytes)? as u64;
        if read > left {
            return Err(HadoopConfError::TooLarge { path: path.to_owned(), limit: MAX_BYTES }.into());
        }
        self.bytes = self.bytes.saturating_add(read);
        Ok(bytes)
    }

    fn flatten(
        &mut self,
        path: &Path,
        items: Vec<Item>,
        depth: usize,
        into: &mut Vec<Property>,
    ) -> Result<(), HadoopConfError> {
        for item in items {
            match item {
                Item::Property(property) => into.push(property),
                Item::Nameless(line) => self.notes.push(Note::NoName { origin: at(path, line) }),
                Item::Include { href, line, fallback } => {
                    self.include(&Include { path, href, line, depth }, fallback, into)?;
                }
            }
        }
        Ok(())
    }

    fn include(
        &mut self,
        include: &Include<'_>,
        fallback: Option<Vec<Item>>,
        into: &mut Vec<Property>,
    ) -> Result<(), HadoopConfError> {
        self.files += 1;
        if include.depth >= MAX_DEPTH || self.files > MAX_FILES {
            let problem = format!(
                "{:?} is included, but includes nest deeper than {MAX_DEPTH} or are more than {MAX_FILES}: does a file \
                 include itself?",
                include.href
            );
            return Err(include.malformed(problem));
        }
        let included = include.target()?;
        match (self.document(&included), fallback) {
            (Ok(document), _) => self.flatten(&included, document.items, include.depth + 1, into),
            (Err(Failure::Io(_)), Some(items)) => self.flatten(include.path, items, include.depth + 1, into),
            (Err(Failure::Io(error)), None) => Err(include
                .malformed(format!("cannot include {}: {error}: correct href or add a fallback", included.display()))),
            (Err(Failure::Content(error)), _) => Err(error),
        }
    }
}

/// Where an include stands, and what it names.
struct Include<'a> {
    path: &'a Path,
    href: String,
    line: u32,
    depth: usize,
}

impl Include<'_> {
    /// The file: a path, absolute or relative to the file it stands in, or a `file:` URL.
    fn target(&self) -> Result<PathBuf, HadoopConfError> {
        let path = match self.href.split_once(':') {
            Some(("file", rest)) => rest.strip_prefix("//").unwrap_or(rest),
            Some((scheme, _)) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) => {
                return Err(self.malformed(format!("cannot include {:?}: copy it beside this file", self.href)));
            }
            _ => &self.href,
        };
        Ok(self.path.parent().unwrap_or(Path::new("")).join(path))
    }

    fn malformed(&self, problem: String) -> HadoopConfError {
        HadoopConfError::Malformed { path: self.path.to_owned(), line: self.line, key: None, problem }
    }
}

fn at(path: &Path, line: u32) -> Origin {
    Origin::File { path: path.to_owned(), line }
}

fn not_utf8(path: &Path, bytes: &[u8], valid: usize) -> HadoopConfError {
    let ends = bytes.iter().take(valid).filter(|byte| **byte == b'\n').count();
    HadoopConfError::Malformed {
        path: path.to_owned(),
        line: u32::try_from(ends).unwrap_or(u32::MAX).saturating_add(1),
        key: None,
        problem: "bytes that are not UTF-8: save the file as UTF-8".to_owned(),
    }
}

/// Why there is no document: a fallback stands in for a file that cannot be read, not for one that is wrong.
enum Failure {
    Io(io::Error),
    Content(HadoopConfError),
}

impl Failure {
    fn into_error(self, path: &Path) -> HadoopConfError {
        match self {
            Failure::Io(source) => HadoopConfError::Unreadable { path: path.to_owned(), source },
            Failure::Content(error) => error,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Io(error)
    }
}

impl From<HadoopConfError> for Failure {
    fn from(error: HadoopConfError) -> Self {
        Failure::Content(error)
    }
}
