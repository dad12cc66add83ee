//! The source.

use super::{TextFileEnumerator, TextFileReader};
use crate::ConnectorError;
use crate::location::Location;
use crate::text::TextRules;
use crate::wait::wait;
use weft_common::Configuration;
use weft_fs::FileSystems;
use weft_record::Str;
use weft_runtime::coordinator::CoordinatorContext;
use weft_runtime::source::{Boundedness, Source};
use weft_runtime::{OperatorContext, TaskError};

/// The lines of a file, or of all files in a directory and below it, without their ends (`\n` or `\r\n`). Names that begin with
/// `.` or `_` are left out of a directory. The lines of a file come in order at parallelism 1, and within a split otherwise.
///
/// A missing or unreadable file fails the job before it reads a record.
#[derive(Clone)]
pub struct TextFileSource {
    location: Location,
    /// Those of the job's configuration, if none were given.
    rules: Option<TextRules>,
    split_size: Option<u64>,
}

impl TextFileSource {
    /// The lines of what lies at `path`. A relative path is one below the working directory.
    pub fn new(path: impl AsRef<std::path::Path>) -> Self {
        TextFileSource { location: Location::new(path.as_ref()), rules: None, split_size: None }
    }

    /// In one of these file systems; by default in those of the job's configuration.
    #[must_use]
    pub fn file_systems(self, file_systems: FileSystems) -> Self {
        TextFileSource { location: self.location.with_file_systems(file_systems), ..self }
    }

    /// Read by these rules; by default by those of the job's configuration.
    #[must_use]
    pub fn rules(self, rules: TextRules) -> Self {
        TextFileSource { rules: Some(rules), ..self }
    }

    /// Split into pieces of at most so many bytes (at least 1), instead of 1 to 32 MiB by size of the input and parallelism.
    #[must_use]
    pub fn split_size(self, bytes: u64) -> Self {
        TextFileSource { split_size: Some(bytes.max(1)), ..self }
    }
}

impl TextFileSource {
    fn rules_in(&self, configuration: &Configuration) -> Result<TextRules, ConnectorError> {
        Ok(self.rules.map_or_else(|| TextRules::from_configuration(configuration), Ok)?)
    }
}

impl Source for TextFileSource {
    type Item = Str;
    type Split = super::FileSplit;
    type Enumerator = TextFileEnumerator;
    type Reader = TextFileReader;

    fn boundedness(&self) -> Boundedness {
        Boundedness::Bounded
    }

    fn enumerator(&self, context: &CoordinatorContext) -> Result<TextFileEnumerator, TaskError> {
        // Read here to find what is wrong with them before a record is read.
        self.rules_in(&context.info.configuration)?;
        let (file_system, path) = self.location.resolve(&context.info.configuration)?;
        let discovery = TextFileEnumerator::discover(&*file_system, &path, self.split_size, context.parallelism);
        Ok(wait(context.io.as_ref(), "looking for input files", discovery)?)
    }

    fn reader(&self, context: &OperatorContext) -> Result<TextFileReader, TaskError> {
        let configuration = &context.job.configuration;
        let file_systems = self.location.file_systems(configuration)?;
        Ok(TextFileReader::new(file_systems, self.rules_in(configuration)?, context))
    }
}
