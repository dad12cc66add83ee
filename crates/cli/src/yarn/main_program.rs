//! The program of an application.

use super::shipped::USRLIB;
use crate::arguments::ProgramArguments;
use crate::error::CliError;
use crate::program;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use weft_rpc::program::image::ProgramImage;

/// A program whose main runs beside the JobManager.
pub(super) struct Main {
    pub(super) file: ProgramFile,
    /// Its name, without directories.
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    /// What of this command's environment it and its workers see.
    pub(super) environment: BTreeMap<String, String>,
}

/// Where its executable is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ProgramFile {
    /// On this machine.
    Here(PathBuf),
    /// In a file system that nodes reach.
    Remote(String),
    /// Among the files that containers have anyway, by its name there.
    Provided(String),
}

impl Main {
    /// What the command line names. A file of this machine that is no program is refused; one of another place is looked at there.
    pub(super) fn of(given: &ProgramArguments) -> Result<Self, CliError> {
        let (path, arguments) = program::called(given)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = ProgramFile::of(&path, Path::is_file);
        if let ProgramFile::Here(path) = &file {
            ProgramImage::read(path)?.check(path)?;
        }
        Ok(Main { file, name, arguments, environment: program::named(&given.env)? })
    }
}

impl ProgramFile {
    /// What is called so, if `is_here` says which files there are.
    fn of(path: &Path, is_here: impl Fn(&Path) -> bool) -> Self {
        let text = path.to_string_lossy();
        match text.split_once("://") {
            Some(("file", local)) => ProgramFile::Here(local.into()),
            Some(_) => ProgramFile::Remote(text.into_owned()),
            None if text.starts_with(USRLIB) && !is_here(path) => ProgramFile::Provided(text.into_owned()),
            None => ProgramFile::Here(path.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_where_its_name_says() {
        let of = |text: &str, here| ProgramFile::of(Path::new(text), |_| here);
        for (text, here, expected) in [
            ("./count", false, ProgramFile::Here("./count".into())),
            ("file:///bin/count", false, ProgramFile::Here("/bin/count".into())),
            ("hdfs:///bin/count", false, ProgramFile::Remote("hdfs:///bin/count".to_owned())),
            ("usrlib/count", false, ProgramFile::Provided("usrlib/count".to_owned())),
            ("usrlib/count", true, ProgramFile::Here("usrlib/count".into())),
            ("/usrlib/count", false, ProgramFile::Here("/usrlib/count".into())),
        ] {
            assert_eq!(of(text, here), expected, "{text}");
        }
    }
}
