//! What is staged with an application: the command itself, programs, files to ship.

use super::hadoop::Hadoop;
use super::main_program::{Main, ProgramFile};
use crate::error::CliError;
use std::collections::BTreeMap;
use weft_fs::{FsError, Path};
use weft_yarn::launch::{Files, LaunchFile};
use weft_yarn::staging::{Publicity, Source};
use weft_yarn::{DeployError, FileSettings, names};

/// Where containers have the program's own files.
pub(super) const USRLIB: &str = "usrlib/";

/// Files by the name that containers know them by.
pub(super) struct Shipped {
    pub(super) artifacts: BTreeMap<String, Source>,
    pub(super) archives: BTreeMap<String, Source>,
    pub(super) provided: Files,
}

impl Shipped {
    /// This command, and what the configuration says is to be shipped.
    pub(super) async fn of(hadoop: &Hadoop, settings: &FileSettings) -> Result<Self, CliError> {
        let mut shipped = Shipped { artifacts: BTreeMap::new(), archives: BTreeMap::new(), provided: Files::new() };
        let command = std::env::current_exe().map_err(CliError::io("find this command's own file"))?;
        shipped.add_local(hadoop, names::WEFT, &command)?;
        for file in &settings.ship_files {
            shipped.ship(hadoop, file, "yarn.ship-files").await?;
        }
        for archive in &settings.ship_archives {
            let (fs, path) = hadoop.file(archive)?;
            let name = base_name(&path, archive)?;
            if !LaunchFile::is_archive(&name) {
                let sentence = format!(
                    "{archive} in yarn.ship-archives is no archive that nodes unpack: .zip, .tar, .tar.gz and .tgz are"
                );
                return Err(CliError::from(DeployError::Refused(sentence)));
            }
            fs.status(&path).await.map_err(|error| not_shipped(archive, "yarn.ship-archives", &error))?;
            shipped.archives.insert(name, Source { fs, path });
        }
        for directory in &settings.provided_lib_dirs {
            shipped.provide(hadoop, directory, "", "yarn.provided.lib.dirs").await?;
        }
        if let Some(directory) = &settings.provided_usrlib_dir {
            shipped.provide(hadoop, directory, USRLIB, "yarn.provided.usrlib.dir").await?;
        }
        Ok(shipped)
    }

    /// The program of an application. Says by which name containers know it.
    pub(super) async fn add_program(&mut self, hadoop: &Hadoop, program: &Main) -> Result<String, CliError> {
        let name = format!("{}/{}", names::PROGRAMS, program.name);
        match &program.file {
            ProgramFile::Here(path) => {
                self.add_local(hadoop, &name, path)?;
                Ok(name)
            }
            ProgramFile::Remote(text) => {
                let (fs, path) = hadoop.file(text)?;
                let refused = |why: String| CliError::from(DeployError::Refused(format!("the program {text}: {why}")));
                let found = fs.status(&path).await.map_err(|error| refused(error.to_string()))?;
                if !found.is_file() {
                    return Err(refused("it is a directory: name the executable in it".to_owned()));
                }
                let visibility = Publicity::new(fs).visibility(&path).await?;
                self.provided.insert(name.clone(), LaunchFile::of(found, visibility));
                Ok(name)
            }
            ProgramFile::Provided(name) if self.provided.contains_key(name) => Ok(name.clone()),
            ProgramFile::Provided(name) => Err(CliError::from(DeployError::Refused(format!(
                "the program {name} is neither a file here nor in the directory that yarn.provided.usrlib.dir names: give another name, or set the key; what is there: {}",
                self.in_usrlib()
            )))),
        }
    }

    fn in_usrlib(&self) -> String {
        let names = self.provided.keys().filter(|name| name.starts_with(USRLIB)).map(String::as_str);
        match names.collect::<Vec<_>>() {
            names if names.is_empty() => "nothing".to_owned(),
            names => names.join(", "),
        }
    }

    /// A local file under a name.
    fn add_local(&mut self, hadoop: &Hadoop, name: &str, file: &std::path::Path) -> Result<(), CliError> {
        let file = std::path::absolute(file).map_err(CliError::file("find the file", file))?;
        let path = Path::from_local(&file)?;
        let fs = hadoop.systems.get(&path)?;
        self.artifacts.insert(name.to_owned(), Source { fs, path });
        Ok(())
    }

    /// A file under its own name; a directory with all files in it and below, under its own name.
    async fn ship(&mut self, hadoop: &Hadoop, text: &str, key: &str) -> Result<(), CliError> {
        let (fs, root) = hadoop.file(text)?;
        let found = fs.status(&root).await.map_err(|error| not_shipped(text, key, &error))?;
        let mut waiting = vec![(base_name(&root, text)?, found)];
        while let Some((name, entry)) = waiting.pop() {
            if entry.is_file() {
                self.artifacts.insert(name, Source { fs: fs.clone(), path: entry.path });
                continue;
            }
            for below in fs.list_all(&entry.path).await? {
                let own = base_name(&below.path, text)?;
                waiting.push((format!("{name}/{own}"), below));
            }
        }
        Ok(())
    }

    /// The files of a directory that the nodes reach, and below it, where they are; in containers below `within`. They are everybody's only where
    /// everybody can read them.
    async fn provide(&mut self, hadoop: &Hadoop, directory: &str, within: &str, key: &str) -> Result<(), CliError> {
        let (fs, root) = hadoop.file(directory)?;
        if root.scheme().is_none_or(|scheme| scheme == "file") {
            let sentence = format!("{directory} is provided to no node: name a directory in HDFS ({key})");
            return Err(CliError::from(DeployError::Refused(sentence)));
        }
        let mut publicity = Publicity::new(fs.clone());
        let mut waiting = vec![(within.to_owned(), root)];
        while let Some((within, path)) = waiting.pop() {
            for entry in fs.list_all(&path).await.map_err(|error| not_shipped(directory, key, &error))? {
                let name = format!("{within}{}", base_name(&entry.path, directory)?);
                if !entry.is_file() {
                    waiting.push((name + "/", entry.path));
                    continue;
                }
                let visibility = publicity.visibility(&entry.path).await?;
                let file = LaunchFile { archive: LaunchFile::is_archive(&name), ..LaunchFile::of(entry, visibility) };
                // The command that is provided need not be uploaded.
                self.artifacts.remove(&name);
                self.provided.insert(name, file);
            }
        }
        Ok(())
    }
}

fn not_shipped(text: &str, key: &str, error: &FsError) -> CliError {
    DeployError::Refused(format!("{text}, which {key} names, cannot be shipped: {error}")).into()
}

fn base_name(path: &Path, text: &str) -> Result<String, CliError> {
    let unnamed = || CliError::Usage(format!("{text} has no name of its own: name a file or directory"));
    path.file_name().map(str::to_owned).ok_or_else(unnamed)
}
