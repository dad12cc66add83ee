//! Uploaded programs.

use crate::client;
use crate::fake_cluster::hash;
use crate::fake_jobs::RUNNING;
use crate::served::Served;
use serde_json::json;

/// A form of one file.
fn form(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("--XyZ\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"{name}\"\r\n\r\n");
    [head.as_bytes(), content, b"\r\n--XyZ--\r\n"].concat()
}

fn upload(served: &Served, body: &[u8]) -> client::Answer {
    let head = "Content-Type: multipart/form-data; boundary=XyZ\r\n";
    client::ask(served.address, "POST", "/jars/upload", head, body)
}

fn uploaded(served: &Served) -> String {
    let answer = upload(served, &form("dir/word_count", b"\x7fELF program"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["status"], "success");
    let path = answer.json()["filename"].as_str().unwrap().to_owned();
    path.rsplit('/').next().unwrap().to_owned()
}

#[test]
fn a_program_is_uploaded_run_and_forgotten() {
    let served = Served::new();
    let id = uploaded(&served);
    let (uuid, name) = id.split_once('_').unwrap();
    assert_eq!((uuid.len(), name), (36, "word_count"));
    assert_eq!(served.cluster.stored(), [hash(b"\x7fELF program").to_string()]);
    let listed = served.get("/jars").json();
    assert_eq!((&listed["files"][0]["id"], &listed["files"][0]["name"]), (&json!(id), &json!("word_count")));
    assert_eq!(listed["address"], format!("http://localhost:{}", served.address.port()));

    let body = br#"{"programArgsList": ["--n", "1 2"], "parallelism": 3, "flinkConfiguration": {"a": "b"}}"#;
    let answer = served.ask("POST", &format!("/jars/{id}/run"), body);
    assert_eq!((answer.status, &answer.json()["jobid"]), (200, &json!(RUNNING.to_string())), "{}", answer.text());
    for (method, path) in [("POST", format!("/jars/{id}/plan")), ("GET", format!("/jars/{id}/plan?programArg=--x"))] {
        let answer = served.ask(method, &path, b"");
        assert_eq!((answer.status, &answer.json()["plan"]["jid"]), (200, &json!(RUNNING.to_string())), "{path}");
    }
    let asked = std::mem::take(&mut served.cluster.asked.lock().unwrap().run);
    assert_eq!(asked.len(), 3);
    assert_eq!((&asked[0].artifact, asked[0].name.as_str()), (&hash(b"\x7fELF program"), "word_count"));
    assert_eq!(asked[0].arguments, ["--n", "1 2"]);
    let configuration: Vec<_> = asked[0].configuration.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(configuration, [("a", "b"), ("parallelism.default", "3")]);
    assert_eq!((asked[1].arguments.len(), asked[2].arguments.as_slice()), (0, &["--x".to_owned()][..]));

    assert_eq!(served.ask("DELETE", &format!("/jars/{id}"), b"").status, 200);
    assert_eq!(served.get("/jars").json()["files"], json!([]));
    for (method, path) in [("DELETE", format!("/jars/{id}")), ("POST", format!("/jars/{id}/run"))] {
        let answer = served.ask(method, &path, b"");
        assert_eq!((answer.status, answer.error()), (400, format!("Jar file {id} does not exist")));
    }
}

#[test]
fn a_wrong_body_is_refused_and_its_field_named() {
    let served = Served::new();
    let id = uploaded(&served);
    for (body, named) in
        [("{nope", "JarRunRequestBody"), (r#"{"parallelism": "many"}"#, "parallelism"), (r#"{"bogus": 1}"#, "bogus")]
    {
        let answer = served.ask("POST", &format!("/jars/{id}/run"), body.as_bytes());
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        assert!(answer.error().contains(named), "{body}: {}", answer.text());
    }
    assert!(served.cluster.asked.lock().unwrap().run.is_empty());
}

#[test]
fn what_is_no_upload_leaves_nothing() {
    let served = Served::with(|settings| settings.upload_limit = 10_000);
    let two = [&form("a", b"x")[..form("a", b"x").len() - 4], b"\r\n", &form("b", b"y")[..]].concat();
    let cut = &form("a", b"content")[..80];
    let long = form("a", &[7; 20_000]);
    let no_file = b"--XyZ\r\nContent-Disposition: form-data; name=note\r\n\r\nhello\r\n--XyZ--";
    let table: [(&[u8], u16, &str); 6] = [
        (b"", 400, "multipart"),
        (no_file, 400, "received none"),
        (&two, 400, "received more than one"),
        (cut, 400, "multipart"),
        (&long, 413, "10000 bytes"),
        (&form("..", b"x"), 400, "no name of a file"),
    ];
    for (body, status, sentence) in table {
        let answer = upload(&served, body);
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.error().contains(sentence), "{}", answer.text());
        assert_eq!(served.cluster.stored(), [""; 0], "{sentence}");
    }
    let answer = served.ask("POST", "/jars/upload", &form("a", b"x"));
    assert!(answer.status == 400 && answer.error().contains("multipart/form-data"), "{}", answer.text());
    assert_eq!(served.get("/jars").json()["files"], json!([]));
}

#[test]
fn where_jobs_are_not_cancelled_none_is() {
    let served = Served::with(|settings| settings.cancel_enabled = false);
    let answer = served.ask("PATCH", &format!("/jobs/{RUNNING}?mode=cancel"), b"");
    assert!(answer.status == 403 && answer.error().contains("web.cancel.enable"), "{}", answer.text());
    assert_eq!(served.get(&format!("/jobs/{RUNNING}")).json()["state"], "RUNNING");
    assert_eq!(served.get("/config").json()["features"]["web-cancel"], false);
}

#[test]
fn without_submission_there_are_no_programs() {
    let served = Served::with(|settings| settings.submit_enabled = false);
    for (method, path) in [
        ("POST", "/jars/upload"),
        ("GET", "/jars"),
        ("POST", "/jars/x/run"),
        ("POST", "/jars/x/plan"),
        ("GET", "/jars/x/plan"),
        ("DELETE", "/jars/x"),
        ("POST", "/weft/jobs"),
        ("PUT", &format!("/weft/artifacts/{}", hash(b"x"))),
    ] {
        let answer = served.ask(method, path, b"");
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
        assert!(answer.error().contains("web.submit.enable"), "{}", answer.text());
    }
    assert_eq!(served.get("/config").json()["features"]["web-submit"], false);
    assert_eq!(served.cluster.stored(), [""; 0]);
}
