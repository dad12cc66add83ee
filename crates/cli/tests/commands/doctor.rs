//! `weft doctor` where there is no cluster to examine.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

fn doctor(hadoop_conf: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
    command.arg("doctor").args(arguments).env_clear().env("HADOOP_CONF_DIR", hadoop_conf);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn no_configuration_is_an_error_that_says_where_was_looked() {
    let output = doctor(Path::new("/no/such/directory"), &[]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("error   files     found no Hadoop configuration"), "{said}");
    assert!(said.contains("HADOOP_CONF_DIR=/no/such/directory (no such directory)"), "{said}");
    assert!(said.ends_with("what the errors name will fail.\n"), "{said}");
}

#[test]
fn a_name_node_that_is_not_there_is_named_with_what_was_tried() {
    let directory = tempfile::tempdir().unwrap();
    // Nobody listens at a port that was just given back.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let site = format!(
        "<configuration><property><name>fs.defaultFS</name><value>hdfs://127.0.0.1:{port}</value></property></configuration>"
    );
    std::fs::write(directory.path().join("core-site.xml"), site).unwrap();
    let output = doctor(directory.path(), &["--json"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let lines = said.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let errors: Vec<_> = lines.filter(|line| line["severity"] == "error").collect();
    let [error] = &errors[..] else { panic!("one error: {said}") };
    let message = error["message"].as_str().unwrap();
    assert!(error["topic"] == "hdfs" && message.contains(&format!("127.0.0.1:{port}")), "{message}");
    assert!(message.contains("within 5 s") && message.contains("refused"), "{message}");
}
