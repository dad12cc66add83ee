//! Where configuration was looked for.

use std::fmt;
use std::path::PathBuf;

/// One directory in the order of search, or the reason there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Who names the directory.
    pub named_by: NamedBy,
    /// What came of it.
    pub state: PlaceState,
}

/// Who names a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedBy {
    /// An environment variable.
    Variable(&'static str),
    /// A key of the engine's configuration.
    Key(&'static str),
    /// The installation that the environment variable `HADOOP_HOME` names, in it `etc/hadoop`.
    Home,
    /// [`Sources::effective`](crate::Sources::effective): the one file that another process wrote.
    Effective,
}

/// What came of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceState {
    /// Nobody named a directory here.
    Unset,
    /// There may be configuration, but a directory named explicitly takes its place.
    SetAside {
        /// The directory.
        directory: PathBuf,
    },
    /// The directory does not exist or is no directory.
    Missing {
        /// The directory.
        directory: PathBuf,
    },
    /// The directory exists; here is what it holds of what was sought.
    Searched {
        /// The directory.
        directory: PathBuf,
        /// The site files it holds.
        files: Vec<FoundFile>,
    },
}

/// A site file that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Its name, such as `core-site.xml`.
    pub name: String,
    /// Whether it was read: no when an earlier place holds one of the same name.
    pub used: bool,
}

impl Place {
    /// The site files here that were read.
    pub fn used_files(&self) -> Vec<PathBuf> {
        match &self.state {
            PlaceState::Searched { directory, files } => {
                files.iter().filter(|file| file.used).map(|file| directory.join(&file.name)).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for NamedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NamedBy::Variable(name) | NamedBy::Key(name) => f.write_str(name),
            NamedBy::Home => f.write_str("HADOOP_HOME"),
            NamedBy::Effective => f.write_str("the effective configuration"),
        }
    }
}

impl fmt::Display for Place {
    /// As `HADOOP_CONF_DIR=/etc/hadoop/conf (core-site.xml, hdfs-site.xml)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            PlaceState::Unset => write!(f, "{} (not set)", self.named_by),
            PlaceState::SetAside { directory } => {
                write!(f, "{}={} (set aside: a directory is named explicitly)", self.named_by, directory.display())
            }
            PlaceState::Missing { directory } => {
                write!(f, "{}={} (no such directory)", self.named_by, directory.display())
            }
            PlaceState::Searched { directory, files } => {
                write!(f, "{}={} ({})", self.named_by, directory.display(), list(files))
            }
        }
    }
}

fn list(files: &[FoundFile]) -> String {
    if files.is_empty() {
        return "no site file".to_owned();
    }
    let describe = |file: &FoundFile| match file.used {
        true => file.name.clone(),
        false => format!("{}: found earlier", file.name),
    };
    files.iter().map(describe).collect::<Vec<_>>().join(", ")
}
