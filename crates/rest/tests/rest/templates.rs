//! The paths whose answers have recorded shapes, asked of a server.
//!
//! `shapes/` was made of recordings once, by `write_shapes`. `WEFT_GOLDEN_REST` names a directory of other shapes, or of recordings
//! (`GET_….json`, lists of `{status, response}`), which are held against the answers as well.
//!
//! The tests of whole clusters (`crates/cli/tests/cluster`) have this file, too.

use crate::shape::Shape;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Asks for a path; the answer to it, which has to be one.
pub(crate) type Get<'a> = &'a dyn Fn(&str) -> Value;

/// What a server gave.
#[derive(Default)]
pub(crate) struct Held {
    /// How many answers were looked at.
    pub(crate) asked: usize,
    /// What is not as it was recorded, each with its path.
    pub(crate) differences: Vec<String>,
    /// The paths that list metrics, and had none to list.
    pub(crate) without_metrics: Vec<String>,
}

pub(crate) fn templates_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/rest-templates.txt")
}

pub(crate) fn templates() -> Vec<String> {
    let text = fs::read_to_string(templates_file()).unwrap();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// Where shapes are kept.
pub(crate) fn shapes_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../rest/tests/shapes")
}

/// `/jobs/:jobid/plan` is kept under `jobs_jobid_plan`.
pub(crate) fn file_name(template: &str) -> String {
    template.trim_start_matches('/').replace(':', "").replace('/', "_")
}

/// The shape of the answers that were recorded in a file.
pub(crate) fn recorded(file: &Path) -> Option<Shape> {
    let mut shape = Shape::default();
    for row in read(file)?.as_array().unwrap() {
        let answer = &row["response"];
        if row["status"] == 200 && (answer.is_array() || answer.is_object()) && answer.get("_text").is_none() {
            shape.learn(answer);
        }
    }
    (shape != Shape::default()).then_some(shape)
}

/// Holds all answers of a server against the shapes: those of all its jobs, vertices, subtasks and TaskManagers.
pub(crate) fn hold(get: Get<'_>) -> Held {
    let mut held = Held::default();
    for template in templates() {
        let shapes = shapes(&template);
        for path in paths(get, &template) {
            for query in queries(get, &template, &path, &mut held) {
                let answer = get(&format!("{path}{query}"));
                let found = shapes.iter().flat_map(|shape| shape.differences(&answer));
                held.differences.extend(found.map(|difference| format!("{path}{query}: {difference}")));
                held.asked += 1;
            }
        }
    }
    held
}

fn read(file: &Path) -> Option<Value> {
    let text = fs::read_to_string(file).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

/// The shapes of a template: the one kept here, and what the named directory has.
fn shapes(template: &str) -> Vec<Shape> {
    let name = file_name(template);
    let kept = |directory: &Path| read(&directory.join(format!("{name}.json"))).map(|shape| Shape::from_json(&shape));
    let own = kept(&shapes_directory()).unwrap_or_else(|| panic!("no shape is kept of {template}"));
    let other = std::env::var_os("WEFT_GOLDEN_REST").map(PathBuf::from);
    let others = other.iter().flat_map(|other| [kept(other), recorded(&other.join(format!("GET_{name}.json")))]);
    [Some(own)].into_iter().chain(others).flatten().collect()
}

fn paths(get: Get<'_>, template: &str) -> Vec<String> {
    let before = |path: &str, part: &str| path.split(part).next().unwrap().to_owned();
    let mut paths = vec![template.to_owned()];
    paths = fill(paths, ":taskmanagerid", &|_| ids(&get("/taskmanagers")["taskmanagers"]));
    paths = fill(paths, ":jobid", &|_| ids(&get("/jobs")["jobs"]));
    paths = fill(paths, ":vertexid", &|path| ids(&get(&before(path, "/vertices"))["vertices"]));
    fill(paths, ":subtaskindex", &|path| {
        let subtasks = get(&before(path, "/subtasks"))["parallelism"].as_u64().unwrap();
        (0..subtasks).map(|subtask| subtask.to_string()).collect()
    })
}

fn fill(paths: Vec<String>, open: &str, values: &dyn Fn(&str) -> Vec<String>) -> Vec<String> {
    let filled = |path: String| match path.contains(open) {
        true => values(&path).into_iter().map(|value| path.replace(open, &value)).collect(),
        false => vec![path],
    };
    paths.into_iter().flat_map(filled).collect()
}

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// The queries that change what a path's answer looks like, as far as answers to them were recorded.
fn queries(get: Get<'_>, template: &str, path: &str, held: &mut Held) -> Vec<String> {
    let plain = String::new();
    if template.ends_with("/accumulators") {
        return vec![plain, "?includeSerializedValue=true".into()];
    }
    let more = match template {
        "/jobs/:jobid/vertices/:vertexid/subtasks/:subtaskindex/metrics" => return vec![plain],
        "/taskmanagers/metrics" => "&agg=max,sum",
        metrics if metrics.ends_with("/metrics") => "",
        _ => return vec![plain],
    };
    let all = ids(&get(path)).join(",");
    if all.is_empty() {
        held.without_metrics.push(path.to_owned());
        return vec![plain];
    }
    vec![plain, format!("?get={all}{more}")]
}
