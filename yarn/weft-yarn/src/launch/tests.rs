//! Launch contexts as YARN gets them.

use super::*;
use weft_common::ErrorKind;
use weft_fs::Path;
use weft_hadoop_rpc::Credentials;
use weft_yarn_client::proto::{LocalResourceType, LocalResourceVisibility};

fn file(path: &str, visibility: Visibility) -> LaunchFile {
    let archive = LaunchFile::is_archive(path);
    LaunchFile { path: Path::parse(path).unwrap(), length: 12, modified_ms: 1_700_000_000_123, visibility, archive }
}

fn launch() -> Launch {
    Launch {
        role: ContainerRole::TaskManager,
        user: "etl".to_owned(),
        program: "./weft".to_owned(),
        arguments: vec!["taskmanager".to_owned(), "-Da=\"b\" $c".to_owned()],
        files: BTreeMap::from([
            ("weft".to_owned(), file("hdfs://ns1/user/etl/.weft/cache/ab-12", Visibility::User)),
            (
                "conf/config.yaml".to_owned(),
                file("hdfs://ns1/user/etl/.weft/apps/a/config.yaml", Visibility::Application),
            ),
            ("model".to_owned(), file("hdfs://nn:9000/lib/model.tar.gz", Visibility::Public)),
        ]),
        variables: BTreeMap::from([("WEFT_X".to_owned(), "$literal".to_owned())]),
        user_variables: BTreeMap::from([("PATH".to_owned(), "/mine:$PATH".to_owned())]),
    }
}

#[test]
fn a_launch_context() {
    let credentials = ClusterCredentials::new(Credentials::default(), &[1; 32], "word");
    let context = launch().context(&credentials).unwrap();
    assert_eq!(
        context.command,
        [
            "MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX%%:*} exec './weft' 'taskmanager' '-Da=\\\"b\\\" \\$c' 1><LOG_DIR>/taskmanager.stdout 2><LOG_DIR>/taskmanager.stderr"
        ]
    );
    let environment: Vec<_> = context.environment.iter().map(|pair| (pair.key.as_str(), pair.value.as_str())).collect();
    assert_eq!(
        environment,
        [("HADOOP_USER_NAME", "etl"), ("MALLOC_ARENA_MAX", "2"), ("PATH", "/mine:$PATH"), ("WEFT_X", "\\$literal")]
    );
    let resources: Vec<_> = context
        .local_resources
        .iter()
        .map(|named| {
            let resource = &named.resource;
            (named.name.as_str(), resource.r#type(), resource.visibility(), resource.size, resource.timestamp)
        })
        .collect();
    let (archive, file, time) = (LocalResourceType::Archive, LocalResourceType::File, 1_700_000_000_123);
    assert_eq!(
        resources,
        [
            ("conf/config.yaml", file, LocalResourceVisibility::Application, 12, time),
            ("model", archive, LocalResourceVisibility::Public, 12, time),
            ("weft", file, LocalResourceVisibility::Private, 12, time),
        ]
    );
    // The secret is where it belongs, and nowhere else.
    let found = ClusterCredentials::read(context.tokens.as_ref().unwrap()).unwrap();
    assert_eq!(found, credentials);
    let rest = format!("{:?} {:?}", context.environment, context.command);
    assert!(!rest.contains("secret") && !rest.contains("word"), "{rest}");
}

#[test]
fn one_file_under_two_names_is_refused() {
    let mut launch = launch();
    launch.files.insert("again".to_owned(), file("hdfs://nn:9000/lib/model.tar.gz", Visibility::Public));
    let refused = launch.context(&ClusterCredentials::default()).unwrap_err();
    let expected = "hdfs://nn:9000/lib/model.tar.gz is wanted as again and as model: YARN shows a file under one name only; ship a copy of it";
    assert_eq!((refused.to_string().as_str(), refused.kind()), (expected, ErrorKind::User));
}

#[test]
fn a_file_must_name_its_file_system() {
    let mut launch = launch();
    launch.files.insert("x".to_owned(), file("/local", Visibility::Application));
    assert!(
        launch
            .context(&ClusterCredentials::default())
            .unwrap_err()
            .to_string()
            .contains("does not name a file with its file system")
    );
}

#[test]
fn logs_that_are_collected() {
    let context = log_aggregation(&(None, None));
    assert_eq!(context.include_pattern(), ".*");
    assert_eq!(context.rolled_logs_include_pattern(), r".*\.(log|out|err)\.[0-9]+");
    assert_eq!(context.rolled_logs_exclude_pattern(), "");
    let set = log_aggregation(&(Some("a.*".to_owned()), Some("ab.*".to_owned())));
    assert_eq!((set.rolled_logs_include_pattern(), set.rolled_logs_exclude_pattern()), ("a.*", "ab.*"));
}
