//! The answers of the server have the shapes of those recorded from the engine whose clients read them.
//!
//! `shapes/` was made of the recordings once, by `write_shapes`. `WEFT_GOLDEN_REST` names a directory of other shapes, or of recordings
//! (`GET_….json`, lists of `{status, response}`), which are held against the answers as well.

use crate::fake_jobs::TASK_MANAGERS;
use crate::served::Served;
use crate::shape::Shape;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn templates_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/rest-templates.txt")
}

fn shapes_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes")
}

fn templates() -> Vec<String> {
    let text = fs::read_to_string(templates_file()).unwrap();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// `/jobs/:jobid/plan` is kept under `jobs_jobid_plan`.
fn file_name(template: &str) -> String {
    template.trim_start_matches('/').replace(':', "").replace('/', "_")
}

fn read(file: &Path) -> Option<Value> {
    let text = fs::read_to_string(file).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

fn recorded(file: &Path) -> Option<Shape> {
    let mut shape = Shape::default();
    for row in read(file)?.as_array().unwrap() {
        let answer = &row["response"];
        if row["status"] == 200 && (answer.is_array() || answer.is_object()) && answer.get("_text").is_none() {
            shape.learn(answer);
        }
    }
    (shape != Shape::default()).then_some(shape)
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

/// The paths of a template: all jobs, vertices, subtasks and TaskManagers there are.
fn paths(served: &Served, template: &str) -> Vec<String> {
    let mut paths = vec![template.to_owned()];
    paths = fill(paths, ":taskmanagerid", &|_| TASK_MANAGERS.map(str::to_owned).to_vec());
    paths = fill(paths, ":jobid", &|_| ids(&served.get("/jobs").json()["jobs"]));
    paths = fill(paths, ":vertexid", &|path| {
        let job = path.split("/vertices").next().unwrap();
        ids(&served.get(job).json()["vertices"])
    });
    fill(paths, ":subtaskindex", &|_| vec!["0".into(), "1".into()])
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
fn queries(served: &Served, template: &str, path: &str) -> Vec<String> {
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
    let all = ids(&served.get(path).json()).join(",");
    assert!(!all.is_empty(), "{path} lists no metrics");
    vec![plain, format!("?get={all}{more}")]
}

#[test]
fn golden_shapes_of_all_answers() {
    let served = Served::new();
    let boundary = "multipart/form-data; boundary=b";
    let form = b"--b\r\nContent-Disposition: form-data; name=jarfile; filename=word_count\r\n\r\nELF\r\n--b--";
    let head = format!("Content-Type: {boundary}\r\n");
    let uploaded = crate::client::ask(served.address, "POST", "/jars/upload", &head, form);
    assert_eq!(uploaded.status, 200, "{}", uploaded.text());
    let mut differences = Vec::new();
    let (mut asked, templates) = (0, templates());
    for template in &templates {
        let shapes = shapes(template);
        for path in paths(&served, template) {
            for query in queries(&served, template, &path) {
                let answer = served.get(&format!("{path}{query}"));
                assert_eq!(answer.status, 200, "{path}{query}: {}", answer.text());
                let found = shapes.iter().flat_map(|shape| shape.differences(&answer.json()));
                differences.extend(found.map(|difference| format!("{path}{query}: {difference}")));
                asked += 1;
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(asked > 2 * templates.len(), "only {asked} paths of {} templates", templates.len());
}

/// Run it with `WEFT_REST_RECORDINGS` naming the directory of recordings.
#[test]
#[ignore = "writes the files that golden_shapes_of_all_answers reads"]
fn write_shapes() {
    let recordings = PathBuf::from(std::env::var_os("WEFT_REST_RECORDINGS").unwrap());
    for template in templates() {
        let name = file_name(&template);
        let shape = recorded(&recordings.join(format!("GET_{name}.json"))).unwrap_or_else(|| panic!("no {name}"));
        let text = serde_json::to_string_pretty(&json!(shape.to_json())).unwrap();
        fs::write(shapes_directory().join(format!("{name}.json")), text + "\n").unwrap();
    }
}

/// Run it with `WEFT_REST_CHECKER` naming a program that takes `--templates FILE --url URL` and exits with 0 when all agree.
#[test]
#[ignore = "needs a checker from elsewhere"]
fn a_checker_from_elsewhere_agrees() {
    let served = Served::new();
    let checker = std::env::var_os("WEFT_REST_CHECKER").unwrap();
    let url = format!("http://{}", served.address);
    let output = Command::new(checker).arg("--templates").arg(templates_file()).args(["--url", &url]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(&format!("{} agree", templates().len())), "{said}");
}
