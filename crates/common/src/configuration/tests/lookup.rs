use super::*;
use options::*;
use std::time::Duration;

#[test]
fn layers_one_above_the_other() {
    let mut configuration = yaml("parallelism.default: 2\n");
    assert_eq!(configuration.get(&PARALLELISM_DEFAULT).unwrap(), 2);
    configuration.overlay(dynamic("parallelism.default=3"));
    assert_eq!(configuration.get(&PARALLELISM_DEFAULT).unwrap(), 3);
    assert_eq!(configuration.origin_of(&PARALLELISM_DEFAULT), Origin::CommandLine);
    configuration.set(&PARALLELISM_DEFAULT, 4);
    assert_eq!(configuration.get(&PARALLELISM_DEFAULT).unwrap(), 4);
    assert_eq!(configuration.origin_of(&PARALLELISM_DEFAULT), Origin::Program);
    assert_eq!(configuration.origin_of(&TASK_MANAGER_SLOTS), Origin::Default);
}

#[test]
fn older_keys_count_less_than_the_newer_in_the_same_layer_only() {
    let both = yaml("execution.buffer-timeout: 1 s\nexecution.buffer-timeout.interval: 2 s\n");
    assert_eq!(both.get(&BUFFER_TIMEOUT).unwrap(), Duration::from_secs(2));
    let mut layered = yaml("execution.buffer-timeout.interval: 2 s\n");
    layered.overlay(dynamic("execution.buffer-timeout=5"));
    assert_eq!(layered.get(&BUFFER_TIMEOUT).unwrap(), Duration::from_millis(5));
    layered.set(&BUFFER_TIMEOUT, Duration::ZERO);
    assert_eq!(layered.get(&BUFFER_TIMEOUT).unwrap(), Duration::ZERO);
    assert!(layered.raw("execution.buffer-timeout").is_none(), "the program's call replaces older keys too");
}

#[test]
fn absent_options() {
    const REQUIRED: ConfigOption<u32> = ConfigOption::new("example.required").must("at least 1", |n| *n >= 1);
    let mut configuration = Configuration::new();
    assert_eq!(configuration.get(&RESTART_STRATEGY).unwrap(), None);
    configuration.set(&RESTART_STRATEGY, Some(RestartStrategyType::FixedDelay));
    assert_eq!(configuration.get(&RESTART_STRATEGY).unwrap(), Some(RestartStrategyType::FixedDelay));
    configuration.set(&RESTART_STRATEGY, None);
    assert!(!configuration.contains(&RESTART_STRATEGY));
    let want = "example.required is not set and has no default: set it to a non-negative whole number, at least 1";
    assert_eq!(message(configuration.get(&REQUIRED)), want);
}

#[test]
fn a_wrong_value_is_named_with_where_it_came_from_and_what_is_expected() {
    for (text, want) in [
        (
            "parallelism:\n  default: many",
            r#"the value "many" of parallelism.default (from conf/config.yaml:2) is not a non-negative whole number, at least 1"#,
        ),
        (
            "parallelism.default: 0",
            r#"the value "0" of parallelism.default (from conf/config.yaml:1) is not a non-negative whole number, at least 1"#,
        ),
        (
            "execution.buffer-timeout: soon",
            r#"the value "soon" of execution.buffer-timeout (from conf/config.yaml:1) is not a duration such as `10 s` or `PT10S`"#,
        ),
        (
            "restart-strategy: maybe",
            r#"the value "maybe" of restart-strategy (from conf/config.yaml:1) is not one of `none`, `fixed-delay`, `failure-rate`, `exponential-delay`"#,
        ),
        (
            "slot.request.timeout: [1, 2]",
            r#"the value "1;2" of slot.request.timeout (from conf/config.yaml:1) is not a duration such as `10 s` or `PT10S`"#,
        ),
    ] {
        assert_eq!(message(yaml(text).check()), want);
    }
    let dynamic = dynamic("exchange.max-record-size=64 mib");
    let want = r#"the value "64 mib" of exchange.max-record-size (from -D) is not a size such as `64 mb`, more than 0"#;
    assert_eq!(message(dynamic.get(&MAX_RECORD_SIZE)), want);
}

#[test]
fn dynamic_arguments() {
    let set = |argument: &str| dynamic(argument).iter_masked().map(|(k, v)| (k.to_owned(), v)).next();
    assert_eq!(set("a.b = c=d "), Some(("a.b".into(), "c=d".into())));
    assert_eq!(set("a="), Some(("a".into(), "".into())));
    assert_eq!(set("a= groups "), Some(("a".into(), " groups ".into())));
    assert_eq!(dynamic("parallelism.default= 3 ").get(&options::PARALLELISM_DEFAULT).unwrap(), 3);
    let refused = |argument: &str| message(Configuration::new().apply_dynamic([argument]));
    assert_eq!(refused("parallelism.default"), r#""parallelism.default" is not what -D expects: write -D key=value"#);
    assert_eq!(refused("=1"), r#""=…" is not what -D expects: write -D key=value"#);
    assert!(!refused("password:hunter2").contains("hunter2"));
}

#[test]
fn secrets_are_never_printed() {
    const SECRET: ConfigOption<u32> = ConfigOption::new("example.Password.length");
    let mut configuration = yaml("example.Password.length: hunter2\nplain: visible\n");
    configuration.overlay(dynamic("security.ssl.keystore-password=hunter2"));
    for shown in [
        configuration.to_string(),
        format!("{configuration:?}"),
        format!("{configuration:#?}"),
        format!("{:?}", configuration.iter_masked().collect::<Vec<_>>()),
        message(configuration.get(&SECRET)),
        format!("{:?}", configuration.get(&SECRET)),
        format!("{:?}", configuration.warnings()),
    ] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    let shown = "example.Password.length: ******\nplain: visible\nsecurity.ssl.keystore-password: ******\n";
    assert_eq!(configuration.to_string(), shown);
    assert_eq!(configuration.raw("example.Password.length").unwrap().0.to_text(), "hunter2");
}

#[test]
fn which_keys_are_secret() {
    for key in [
        "s3.secret-key",
        "a.PASSWORD",
        "fs.azure.account.key.x.net",
        "metrics.reporter.dd.apikey",
        "x.api-key",
        "rest.auth-params",
        "a.service-key",
        "fs.token.renewal",
        "proxy.basic-auth",
        "sasl.jaas.config",
        "otel.http-headers",
    ] {
        assert!(is_secret(key), "{key}");
    }
    let known: Vec<_> = all_options().map(|option| option.key()).filter(|key| is_secret(key)).collect();
    // Where secrets are is nobody's business either.
    assert_eq!(known, ["cluster.secret-file", "rest.token-file"], "others would be masked though they are no secrets");
}

#[test]
fn programs_see_what_is_not_secret() {
    let shown = yaml("a: {b: 1}\na.password: x\n").without_secrets();
    assert_eq!(shown.into_iter().collect::<Vec<_>>(), [("a.b".to_owned(), "1".to_owned())]);
}

#[test]
fn serialised_and_back_it_is_the_same() {
    let mut configuration = yaml("a: {b: [1, 2]}\npassword: x\n");
    configuration.overlay(dynamic("c=d"));
    let text = serde_json::to_string(&configuration).unwrap();
    assert_eq!(serde_json::from_str::<Configuration>(&text).unwrap(), configuration);
}
