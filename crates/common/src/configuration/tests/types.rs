use super::*;
use crate::MemorySize;
use options::{RestartStrategyType, RuntimeMode};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

type Map = BTreeMap<String, String>;

fn read<T: ConfigType>(text: &str) -> Option<T> {
    T::from_value(&text.into())
}

fn strings(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn map(pairs: &[(&str, &str)]) -> Map {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

#[test]
fn scalars() {
    assert_eq!([read("true"), read(" FALSE "), read("yes"), read("1")], [Some(true), Some(false), None, None]);
    assert_eq!(
        [read::<i32>("-1"), read("+5"), read("2147483648"), read("1.0"), read("")],
        [Some(-1), Some(5), None, None, None]
    );
    assert_eq!([read::<u32>("4294967295"), read("-1"), read("0x10")], [Some(u32::MAX), None, None]);
    assert_eq!(
        [read("1.5"), read("1e3"), read("NaN"), read("inf"), read("1,5")],
        [Some(1.5), Some(1e3), None, None, None]
    );
    assert_eq!(read("64mb"), Some(MemorySize::from_mib(64)));
    assert_eq!(read("PT1M"), Some(Duration::from_secs(60)));
    assert_eq!(read(" as is "), Some(" as is ".to_owned()));
}

#[test]
fn choices_in_every_spelling() {
    use RestartStrategyType::*;
    for (text, want) in [
        ("none", Some(None)),
        ("off", Some(None)),
        ("disable", Some(None)),
        ("fixed-delay", Some(FixedDelay)),
        ("FixedDelay", Some(FixedDelay)),
        ("failure-rate", Some(FailureRate)),
        ("failurerate", Some(FailureRate)),
        (" Exponential-Delay ", Some(ExponentialDelay)),
        ("exponentialdelay", Some(ExponentialDelay)),
        ("fixed_delay", Option::None),
        ("", Option::None),
    ] {
        assert_eq!(read::<RestartStrategyType>(text), want, "{text}");
    }
    assert_eq!(read("batch"), Some(RuntimeMode::Batch));
    assert_eq!(RuntimeMode::expected(), "one of `STREAMING`, `BATCH`, `AUTOMATIC`");
    assert_eq!(RuntimeMode::Automatic.to_string(), "AUTOMATIC");
}

#[test]
fn lists() {
    for (text, want) in [
        ("", Some(vec![])),
        ("a", Some(strings(&["a"]))),
        ("a; b ;;c", Some(strings(&["a", "b", "c"]))),
        ("'a;b';\"c'd\";'it''s';''", Some(strings(&["a;b", "c'd", "it's", ""]))),
        ("it's; fine", Some(strings(&["it's", "fine"]))),
        ("[a, 'b,c', 1]", Some(strings(&["a", "b,c", "1"]))),
        ("[a; b", Some(strings(&["[a", "b"]))),
        ("'open", None),
        ("'a'b;c", None),
        ("'a' 'b'", None),
    ] {
        assert_eq!(read::<Vec<String>>(text), want, "{text}");
    }
    assert_eq!(read::<Vec<Duration>>("1 s;2 s"), Some(vec![Duration::from_secs(1), Duration::from_secs(2)]));
    assert_eq!(read::<Vec<Duration>>("1 s;soon"), None);
    assert_eq!(Vec::<u32>::from_value(&ConfigValue::List(strings(&["1", "2"]))), Some(vec![1, 2]));
}

#[test]
fn maps() {
    for (text, want) in [
        ("", Some(map(&[]))),
        ("k:v", Some(map(&[("k", "v")]))),
        ("k:v, l : w", Some(map(&[("k", "v"), ("l", "w")]))),
        ("k:hdfs://nn:8020/a", Some(map(&[("k", "hdfs://nn:8020/a")]))),
        ("k:'v,w','a:b':\"c\"", Some(map(&[("k", "v,w"), ("a:b", "c")]))),
        ("'k:v,w',l:x", Some(map(&[("k", "v,w"), ("l", "x")]))),
        ("{k: v, l: 'a,b'}", Some(map(&[("k", "v"), ("l", "a,b")]))),
        ("k:", Some(map(&[("k", "")]))),
        ("k", None),
        ("k:'v", None),
    ] {
        assert_eq!(read::<Map>(text), want, "{text}");
    }
}

#[test]
fn maps_from_the_keys_below() {
    const OPTION: ConfigOption<Map> = ConfigOption::new("example.map").default("d:e");
    let get = |configuration: &Configuration| configuration.get(&OPTION).unwrap();
    assert_eq!(get(&Configuration::new()), map(&[("d", "e")]));
    let mut configuration = yaml("example.map: {a: 1, b: {c: 2}}\nexample.mapping: 5\n");
    assert_eq!(get(&configuration), map(&[("a", "1"), ("b.c", "2")]));
    configuration.overlay(dynamic("example.map.a=3"));
    assert_eq!(get(&configuration), map(&[("a", "3"), ("b.c", "2")]));
    assert_eq!(configuration.origin_of(&OPTION), Origin::CommandLine);

    configuration.overlay(dynamic("example.map=x:y"));
    assert_eq!(
        get(&configuration),
        map(&[("a", "3"), ("x", "y")]),
        "the whole replaces what lower layers say below it"
    );
    configuration.set(&OPTION, map(&[("only", "this")]));
    assert_eq!(get(&configuration), map(&[("only", "this")]));
    assert!(configuration.raw("example.mapping").is_some());
}

#[test]
fn path_lists() {
    let paths = |paths: &[&str]| Some(PathList(paths.iter().map(PathBuf::from).collect()));
    assert_eq!(read("/a"), paths(&["/a"]));
    for text in ["/a:/b", "/a,/b", "/a|/b", "/a; /b;", "[/a, /b]"] {
        assert_eq!(read(text), paths(&["/a", "/b"]), "{text}");
    }
    assert_eq!(read::<PathList>(" , "), None);
}

proptest! {
    #[test]
    fn lists_survive_as_text(list in prop::collection::vec("([ab ;,:'\"\\[{]|é){0,6}", 0..5)) {
        let text = list.to_value().unwrap().to_text();
        prop_assert_eq!(read::<Vec<String>>(&text), Some(list), "{}", text);
    }

    #[test]
    fn maps_survive_as_text(map in prop::collection::btree_map("([ab ;,:'\"\\[{]|é){0,5}", "[ab ;,:'\"\\[{]{0,5}", 0..4)) {
        let text = map.to_value().unwrap().to_text();
        prop_assert_eq!(read::<Map>(&text), Some(map), "{}", text);
    }

    #[test]
    fn no_text_is_too_strange_for_a_list_or_map(text in "([\\[\\]{}:;,'\" ab]|\\PC){0,40}") {
        read::<Vec<String>>(&text);
        read::<Map>(&text);
        read::<PathList>(&text);
    }
}
