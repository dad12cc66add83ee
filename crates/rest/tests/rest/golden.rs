//! The answers of the server have the shapes of those recorded from the engine whose clients read them.

use crate::served::Served;
use crate::templates::{file_name, hold, recorded, shapes_directory, templates, templates_file};
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

#[test]
fn golden_shapes_of_all_answers() {
    let served = Served::new();
    let boundary = "multipart/form-data; boundary=b";
    let form = b"--b\r\nContent-Disposition: form-data; name=jarfile; filename=word_count\r\n\r\nELF\r\n--b--";
    let head = format!("Content-Type: {boundary}\r\n");
    let uploaded = crate::client::ask(served.address, "POST", "/jars/upload", &head, form);
    assert_eq!(uploaded.status, 200, "{}", uploaded.text());
    let held = hold(&|path| {
        let answer = served.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    });
    assert!(held.differences.is_empty(), "{}", held.differences.join("\n"));
    assert_eq!(held.without_metrics, Vec::<String>::new());
    assert!(held.asked > 2 * templates().len(), "only {} paths", held.asked);
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
