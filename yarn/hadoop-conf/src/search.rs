//! Looking for the site files.

use crate::sources::{Files, Sources};
use crate::{FoundFile, NamedBy, Place, PlaceState};
use std::path::{Path, PathBuf};

#[cfg(test)]
mod tests;

/// The site files, in the order in which a later one goes over an earlier one.
const SITE_FILES: [&str; 3] = ["core-site.xml", "hdfs-site.xml", "yarn-site.xml"];

/// What the search came to: every place, and the files to read, in order.
pub(crate) struct Search {
    pub(crate) places: Vec<Place>,
    pub(crate) files: Vec<PathBuf>,
}

/// Looks wherever `sources` says.
pub(crate) fn search(sources: &Sources) -> Search {
    match &sources.files {
        Files::Discover => discover(sources),
        Files::Effective(file) => effective(file),
    }
}

fn discover(sources: &Sources) -> Search {
    let mut taken: Vec<&str> = Vec::new();
    let mut places: Vec<Place> =
        explicit(sources).into_iter().map(|(named_by, directory)| place(named_by, directory, &mut taken)).collect();
    let nothing_explicit = places.iter().all(|place| place.state == PlaceState::Unset);
    let home = directory(sources.environment.raw("HADOOP_HOME").map(PathBuf::from)).map(|home| home.join("etc/hadoop"));
    places.push(match home {
        Some(directory) if !nothing_explicit => {
            Place { named_by: NamedBy::Home, state: PlaceState::SetAside { directory } }
        }
        home => place(NamedBy::Home, home, &mut taken),
    });
    let files = in_order_of_reading(&places);
    Search { places, files }
}

/// The directories that are named, in order.
fn explicit(sources: &Sources) -> [(NamedBy, Option<PathBuf>); 4] {
    let variable = |name| (NamedBy::Variable(name), directory(sources.environment.raw(name).map(PathBuf::from)));
    let key = |name| (NamedBy::Key(name), directory(sources.engine.get(name).map(|value| value.trim().into())));
    [variable("HADOOP_CONF_DIR"), key("env.hadoop.conf.dir"), variable("YARN_CONF_DIR"), key("env.yarn.conf.dir")]
}

/// An empty name is none.
fn directory(named: Option<PathBuf>) -> Option<PathBuf> {
    named.filter(|path| !path.as_os_str().is_empty())
}

/// Looks into one directory; `taken` are the names found in earlier ones.
fn place(named_by: NamedBy, directory: Option<PathBuf>, taken: &mut Vec<&'static str>) -> Place {
    let state = match directory {
        None => PlaceState::Unset,
        Some(directory) if !directory.is_dir() => PlaceState::Missing { directory },
        Some(directory) => {
            let files = SITE_FILES.into_iter().filter(|name| exists(&directory.join(name)));
            let files = files.map(|name| FoundFile { name: name.to_owned(), used: take(name, taken) }).collect();
            PlaceState::Searched { directory, files }
        }
    };
    Place { named_by, state }
}

/// Whether there is anything of that name: what cannot be read is an error later, not a file that is absent.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn take(name: &'static str, taken: &mut Vec<&'static str>) -> bool {
    let first = !taken.contains(&name);
    taken.push(name);
    first
}

fn in_order_of_reading(places: &[Place]) -> Vec<PathBuf> {
    let used: Vec<PathBuf> = places.iter().flat_map(Place::used_files).collect();
    SITE_FILES.iter().filter_map(|name| used.iter().find(|path| path.ends_with(name)).cloned()).collect()
}

fn effective(file: &Path) -> Search {
    let directory = file.parent().map(Path::to_owned).unwrap_or_default();
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let state = PlaceState::Searched { directory, files: vec![FoundFile { name, used: true }] };
    Search { places: vec![Place { named_by: NamedBy::Effective, state }], files: vec![file.to_owned()] }
}
