//! The `weft` command itself, run by an ordinary user against real daemons: files, examinations, and what it says of what is wrong.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{LazyLock, mpsc};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use weft_integration::Rig;

static RIG: LazyLock<Rig> = LazyLock::new(|| Rig::up(&["--nodemanagers", "1"]).unwrap());

/// The command, where cargo puts it when it builds the tests of `weft-cli` or of the whole workspace.
static WEFT: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().unwrap();
    let weft = test.ancestors().nth(2).unwrap().join("weft");
    assert!(weft.is_file(), "there is no {}: run cargo test -p weft-cli -p weft-integration", weft.display());
    weft
});

/// No command waits longer than this, whatever is wrong. A call is given up after a minute.
const PATIENCE: Duration = Duration::from_secs(100);

/// What a command gave.
struct Gave {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Gave {
    /// It succeeded, and said this.
    fn well(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// It failed with one sentence, which has all these parts.
    fn badly(self, parts: &[&str]) {
        assert_eq!(self.code, Some(1), "{}{}", self.stdout, self.stderr);
        let sentence = self.stderr.trim_end();
        assert!(sentence.starts_with("weft: ") && sentence.lines().count() == 1, "{sentence}");
        for part in parts {
            assert!(sentence.contains(part), "{part} is not in: {sentence}");
        }
    }
}

/// Runs `weft` as the rig's client.
fn weft(arguments: &[&str]) -> Gave {
    weft_with(arguments, &[])
}

/// The same with other variables.
fn weft_with(arguments: &[&str], variables: &[(&str, &Path)]) -> Gave {
    let mut command = RIG.as_client(&WEFT).unwrap();
    command.args(arguments).envs(variables.iter().copied());
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (pid, (ended, end)) = (Pid::from_child(&child), mpsc::channel());
    let reader = std::thread::spawn(move || ended.send(child.wait_with_output().unwrap()));
    let output = end.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        kill_process(pid, Signal::KILL).unwrap();
        panic!("weft {arguments:?} has not ended in {PATIENCE:?}");
    });
    reader.join().unwrap().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Gave { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A directory of site files that the client can read: what `core-site.xml` says.
fn site(name: &str, core_site: &str) -> PathBuf {
    let directory = RIG.directory().join("tmp").join(name);
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("core-site.xml"), core_site).unwrap();
    directory
}

/// A configuration with one key.
fn setting(key: &str, value: &str) -> String {
    format!("<configuration>\n<property>\n<name>{key}</name>\n<value>{value}</value>\n</property>\n</configuration>\n")
}

#[test]
fn files_go_in_and_out() {
    let local = RIG.directory().join("tmp").join("book.txt");
    // More than one piece of what is copied at a time.
    let content = "to be or not to be\n".repeat(200_000);
    std::fs::write(&local, &content).unwrap();
    let (local, home) = (local.to_str().unwrap(), format!("hdfs:///user/{}", RIG.users().client));
    let at = |name: &str| format!("{home}/files/{name}");
    weft(&["fs", "-mkdir", &at("")]).well();
    weft(&["fs", "-put", local, &at("")]).well();
    assert_eq!(weft(&["fs", "-cat", &at("book.txt")]).well(), content);
    let listed = weft(&["fs", "-ls", &at("")]).well();
    assert!(
        listed.lines().count() == 1 && listed.contains(" 3800000 ") && listed.contains("/files/book.txt"),
        "{listed}"
    );
    let by_java = RIG.hadoop("org.apache.hadoop.fs.FsShell", &["-cat", &at("book.txt")]).unwrap();
    assert_eq!(String::from_utf8(by_java.stdout).unwrap(), content);
    weft(&["fs", "-mv", &at("book.txt"), &at("moved")]).well();
    assert!(weft(&["fs", "-stat", &at("moved")]).well().contains("bytes:       3800000"));
    weft(&["fs", "-get", &at("moved"), "copy"]).well();
    assert_eq!(std::fs::read_to_string(RIG.directory().join("tmp/copy")).unwrap(), content);
    weft(&["fs", "-rm", &at("")]).badly(&["/files", "not empty"]);
    weft(&["fs", "-rm", "-r", &at("")]).well();
    weft(&["fs", "-ls", &at("")]).badly(&["/files", "no such file"]);
}

#[test]
fn a_cluster_in_order_is_said_to_be() {
    let said = weft(&["doctor", "--json"]).well();
    let findings: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let about = |topic: &str, part: &str| {
        let fits = |finding: &&Value| finding["topic"] == topic && finding["message"].as_str().unwrap().contains(part);
        assert!(findings.iter().any(|finding| fits(&finding)), "nothing of {topic} says {part}: {said}");
    };
    about("files", RIG.conf().to_str().unwrap());
    about("hdfs", "GiB are free");
    about("hdfs", &format!("applications can be staged in /user/{}", RIG.users().client));
    about("hdfs", "the clocks of the NameNode and of this machine differ by 0.");
    about("yarn", "1 of 1 NodeManagers are active");
    about("yarn", "queue default takes applications");
    about("security", &format!("calls are made as {}", RIG.users().client));
    assert!(weft(&["doctor"]).well().trim_end().lines().last().unwrap().len() > 10);
    let wrong_queue = weft(&["doctor", "-Dyarn.application.queue=nowhere"]);
    assert_eq!(wrong_queue.code, Some(1));
    assert!(wrong_queue.stdout.contains("nowhere"), "{}", wrong_queue.stdout);
}

#[test]
fn what_is_wrong_with_a_path_is_said_with_what_to_do() {
    weft(&["fs", "-cat", "hdfs:///user"]).badly(&["hdfs:///user", "is a directory"]);
    weft(&["fs", "-cat", "hdfs:///no/such/file"]).badly(&["hdfs:///no/such/file", "no such file"]);
    let owner = format!("{}:", RIG.users().hdfs);
    let user = format!("user={}", RIG.users().client);
    let (path, forbidden) = ("hdfs:///user/forbidden", ["access=WRITE", "\"/user\"", "drwxr-xr-x"]);
    weft(&["fs", "-mkdir", path]).badly(&[&[path, user.as_str(), owner.as_str()], forbidden.as_slice()].concat());
    // A name that cannot be looked up is tried for a minute, since name services have bad moments too.
    weft(&["fs", "-ls", "hdfs://vm_v01.invalid:8020/"]).badly(&["vm_v01.invalid:8020"]);
}

#[test]
fn what_is_wrong_with_a_configuration_is_said_with_its_place() {
    let list = |conf: &Path| weft_with(&["fs", "-ls", "hdfs:///"], &[("HADOOP_CONF_DIR", conf)]);
    list(Path::new("/no/such/directory")).badly(&[
        "found no Hadoop configuration",
        "HADOOP_CONF_DIR=/no/such/directory (no such directory)",
        "set HADOOP_CONF_DIR",
    ]);
    let broken = site("broken", "<configuration>\n<property>\n<name>fs.defaultFS</name>\n<value>hdfs://a</valu>\n");
    list(&broken).badly(&["broken/core-site.xml", "line 4", "fs.defaultFS"]);
    let wrong = site("wrong", &setting("dfs.replication", "many"));
    list(&wrong).badly(&["dfs.replication", "\"many\"", "wrong/core-site.xml"]);
    // Nobody listens at a port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = site("nobody", &setting("fs.defaultFS", &format!("hdfs://127.0.0.1:{port}")));
    list(&nobody).badly(&[&format!("127.0.0.1:{port}"), "refused"]);
    let unknown = site("unknown", &setting("fs.defaultFS", "hdfs://no_such_host.invalid"));
    let examined = weft_with(&["doctor"], &[("HADOOP_CONF_DIR", &unknown)]);
    assert_eq!(examined.code, Some(1));
    assert!(examined.stdout.contains("no_such_host.invalid:8020"), "{}", examined.stdout);
}
