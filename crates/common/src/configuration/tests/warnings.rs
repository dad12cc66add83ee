use super::*;

fn warnings(text: &str) -> Vec<String> {
    yaml(text).warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn known_keys_do_not_warn() {
    let effective = all_options().filter(|option| option.instead().is_none());
    let all: String = effective.map(|option| format!("{}: 1\n", option.key())).collect();
    assert_eq!(warnings(&all), Vec::<String>::new());
}

#[test]
fn a_key_without_effect_yet_warns_and_says_what_holds() {
    let want = "configuration key execution.attached (from conf/config.yaml:1) has no effect yet: `weft run` waits \
                unless it is given `-d`, `execute` waits, and `execute_async` does not";
    assert_eq!(warnings("execution.attached: true\n"), [want]);
}

#[test]
fn an_unknown_key_warns_and_names_the_nearest() {
    for (key, nearest) in [
        ("paralelism.default", Some("parallelism.default")),
        ("taskmanager.numberOftaskslots", Some("taskmanager.numberOfTaskSlots")),
        ("numberOfTaskSlots", Some("taskmanager.numberOfTaskSlots")),
        ("restart-strategy.fixed-delay.atempts", Some("restart-strategy.fixed-delay.attempts")),
        ("slot.timeout.request", None),
        ("x", None),
        ("", None),
        ("my.own.setting", None),
    ] {
        let configuration = dynamic_key(key);
        let want = format!("unknown configuration key {key} (from the program) has no effect");
        let want = nearest.map_or(want.clone(), |nearest| format!("{want}: did you mean {nearest}?"));
        assert_eq!(configuration.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(), [want]);
    }
}

fn dynamic_key(key: &str) -> Configuration {
    let mut configuration = Configuration::new();
    configuration.set_raw(key, "1", Origin::Program);
    configuration
}

#[test]
fn an_older_key_warns_and_names_the_newer() {
    let want = "configuration key restart-strategy (from conf/config.yaml:2) is deprecated: use restart-strategy.type";
    assert_eq!(warnings("parallelism.default: 1\nrestart-strategy: none\n"), [want]);
}

#[test]
fn a_key_without_a_value_warns() {
    let want = "configuration key parallelism.default (from conf/config.yaml:2) has no value and counts as not set";
    assert_eq!(warnings("parallelism:\n  default:\n"), [want]);
    assert_eq!(yaml("parallelism:\n  default:\n").get(&options::PARALLELISM_DEFAULT).unwrap(), 1);
}

#[test]
fn keys_below_a_map_are_known() {
    const MAP: ConfigOption<std::collections::BTreeMap<String, String>> =
        ConfigOption::new("example.map").deprecated(&["older.map"]);
    let among = |key| {
        let options: [&'static dyn AnyOption; 1] = [&MAP];
        registry::warning_among(options.into_iter(), key, &Origin::Program)
    };
    assert_eq!(among("example.map.any"), None);
    assert_eq!(among("example.map"), None);
    assert!(matches!(among("example.mapping"), Some(ConfigWarning::UnknownKey { nearest: None, .. })));
    assert!(matches!(among("older.map.any"), Some(ConfigWarning::DeprecatedKey { replacement: "example.map", .. })));
}
