//! The OpenAPI document and what is served are the same.

use crate::served::Served;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Paths of a template are answered by a route, whatever they come to.
fn is_routed(served: &Served, method: &str, path: &str) -> bool {
    let answer = served.ask(method, path, b"");
    let unknown = answer.status == 404
        && (answer.text().contains("Unable to load requested file") || answer.text().contains("Not found: "));
    !unknown
}

#[test]
fn every_path_of_the_document_is_served() {
    let served = Served::new();
    let document = served.get("/openapi.json").json();
    assert_eq!((document["openapi"].as_str(), document["info"]["version"].as_str()), (Some("3.0.3"), Some("0.1.0")));
    let (mut operations, mut ids) = (0, BTreeSet::new());
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let filled = path.replace("{jobid}", &format!("{:032x}", 9)).replace(['{', '}'], "");
            assert!(is_routed(&served, &method.to_uppercase(), &filled), "{method} {path} is not served");
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{operation}");
            let parameters = operation["parameters"].as_array().unwrap().iter().filter(|one| one["in"] == "path");
            assert_eq!(parameters.count(), path.matches('{').count(), "{path}");
            operations += 1;
        }
    }
    assert!(!is_routed(&served, "GET", "/nope") && !is_routed(&served, "POST", "/config"));
    assert_eq!(operations, EXPECTED.len() + templates().len(), "a route is in no list of this test");
}

/// All that is served beside the templates whose answers are held against recordings.
const EXPECTED: [(&str, &str); 20] = [
    ("get", "/openapi.json"),
    ("get", "/metrics"),
    ("patch", "/jobs/{jobid}"),
    ("delete", "/cluster"),
    ("get", "/jobmanager/log"),
    ("get", "/jobmanager/stdout"),
    ("get", "/jobmanager/logs/{filename}"),
    ("get", "/taskmanagers/{taskmanagerid}/log"),
    ("get", "/taskmanagers/{taskmanagerid}/stdout"),
    ("get", "/taskmanagers/{taskmanagerid}/logs/{filename}"),
    ("post", "/jars/upload"),
    ("post", "/jars/{jarid}/run"),
    ("post", "/jars/{jarid}/plan"),
    ("get", "/jars/{jarid}/plan"),
    ("delete", "/jars/{jarid}"),
    ("put", "/weft/artifacts/{sha256}"),
    ("get", "/weft/artifacts/{sha256}"),
    ("post", "/weft/jobs"),
    ("get", "/weft/jobs/{jobid}/outcome"),
    ("get", "/weft/jobs/{jobid}/progress"),
];

fn templates() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/rest-templates.txt");
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().filter(|line| line.starts_with('/'));
    let braced = |part: &str| part.strip_prefix(':').map_or(part.to_owned(), |name| format!("{{{name}}}"));
    lines.map(|line| line.split('/').map(braced).collect::<Vec<_>>().join("/")).collect()
}

#[test]
fn everything_that_should_be_served_is_in_the_document() {
    let served = Served::new();
    let document = served.get("/openapi.json").json();
    let templates = templates();
    let recorded = templates.iter().map(|template| ("get", template.as_str()));
    for (method, path) in EXPECTED.into_iter().chain(recorded) {
        assert!(document["paths"][path][method].is_object(), "{method} {path} is not in the document");
    }
}
