//! The rule applied to metadata.

use super::metadata::{Dependency, Kind, Metadata, Package};
use super::rules;

/// Every dependency that the rule forbids, as a sentence.
pub(crate) fn violations(metadata: &Metadata) -> Vec<String> {
    metadata.packages.iter().flat_map(|package| of_package(package, metadata)).collect()
}

fn of_package(package: &Package, metadata: &Metadata) -> Vec<String> {
    let Some(layer) = rules::layer(&package.name) else {
        return vec![format!("{} is in no layer: give it one in tests/tests/layers/rules.rs", package.name)];
    };
    let of_dependency = |dependency: &Dependency| {
        let inside = metadata.packages.iter().any(|other| other.name == dependency.name);
        if inside { crate_edge(package, layer, dependency) } else { library_edge(package, layer, dependency) }
    };
    package.dependencies.iter().filter_map(of_dependency).collect()
}

/// An edge between two crates of the workspace.
fn crate_edge(package: &Package, layer: u8, dependency: &Dependency) -> Option<String> {
    // A crate without a layer is reported where it is the package.
    let below = rules::layer(&dependency.name)?;
    let dev = dependency.kind == Some(Kind::Dev);
    let allowed = below < layer || (below == layer && (dev || rules::sideways(&package.name, &dependency.name)));
    (!allowed).then(|| {
        let kind = if dev { "dev-depends" } else { "depends" };
        let direction = if below > layer { "up" } else { "sideways" };
        format!("{} (L{layer}) {kind} on {} (L{below}): that points {direction}", package.name, dependency.name)
    })
}

/// An edge out of the workspace. Dev-dependencies reach no program, so they are free.
fn library_edge(package: &Package, layer: u8, dependency: &Dependency) -> Option<String> {
    if dependency.kind == Some(Kind::Dev) {
        return None;
    }
    let reason = rules::forbidden(layer, &dependency.name)?;
    Some(format!("{} (L{layer}) depends on {}: {reason}", package.name, dependency.name))
}
