//! Which files were found where.

use super::{Finding, Topic};
use crate::{FoundFile, HadoopConf, NamedBy, Origin, Place, PlaceState};
use std::path::{Path, PathBuf};

/// The order of search, and what is odd about what was found.
pub(super) fn findings(conf: &HadoopConf) -> Vec<Finding> {
    let places = conf.where_it_looked();
    let mut findings: Vec<Finding> = places.iter().enumerate().map(|(at, place)| of_place(at, place)).collect();
    let used: Vec<PathBuf> = places.iter().flat_map(Place::used_files).collect();
    findings.extend(nothing_found(conf, &used));
    findings.extend(several_directories(&used));
    findings.extend(absent(conf, &used));
    findings
}

fn of_place(at: usize, place: &Place) -> Finding {
    let line = format!("{}. {place}", at + 1);
    match &place.state {
        PlaceState::Missing { .. } => {
            Finding::warning(Topic::Files, format!("{line}: create the directory or name another one"))
        }
        PlaceState::Searched { files, .. } if files.is_empty() => {
            Finding::warning(Topic::Files, format!("{line}: name the directory that holds the site files"))
        }
        PlaceState::Searched { files, .. } if files.iter().any(is_hidden) => {
            let message =
                format!("{line}: if that file is the right one, name its directory in the earlier variable or key");
            Finding::warning(Topic::Files, message)
        }
        _ => Finding::info(Topic::Files, line),
    }
}

fn is_hidden(file: &FoundFile) -> bool {
    !file.used
}

fn nothing_found(conf: &HadoopConf, used: &[PathBuf]) -> Option<Finding> {
    let error = used.is_empty().then(|| conf.require_found().err()).flatten()?;
    let mut others = conf.iter().filter(|(_, _, origin)| **origin != Origin::Default);
    Some(match others.next() {
        None => Finding::error(Topic::Files, &error),
        Some(_) => Finding::info(Topic::Files, "no site file is used: all settings are passed through"),
    })
}

fn several_directories(used: &[PathBuf]) -> Option<Finding> {
    let first = used.first()?.parent()?;
    let other = used.iter().find(|path| path.parent() != Some(first))?;
    let message = format!(
        "site files are taken from {} and from {}: if these are different clusters, name one directory only",
        first.display(),
        other.parent().unwrap_or(Path::new("")).display()
    );
    Some(Finding::warning(Topic::Files, message))
}

/// A site file that nobody has, while there are others. An effective configuration is complete.
fn absent(conf: &HadoopConf, used: &[PathBuf]) -> Vec<Finding> {
    let complete = conf.where_it_looked().iter().any(|place| place.named_by == NamedBy::Effective);
    if used.is_empty() || complete {
        return Vec::new();
    }
    let wanted = [
        ("core-site.xml", "fs.defaultFS and the security of the cluster have their defaults"),
        ("hdfs-site.xml", "name services are unknown, only hdfs://HOST:PORT works"),
        ("yarn-site.xml", "the ResourceManager is looked for on this machine"),
    ];
    let absent = wanted.iter().filter(|(name, _)| !used.iter().any(|path| path.ends_with(name)));
    let say = |(name, meaning): &(&str, &str)| {
        Finding::warning(Topic::Files, format!("there is no {name}: {meaning}; add it to the configuration directory"))
    };
    absent.map(say).collect()
}
