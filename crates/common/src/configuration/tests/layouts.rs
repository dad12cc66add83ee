use super::*;
use proptest::prelude::*;

/// Keys with their values as text.
fn flat(configuration: &Configuration) -> Vec<(String, String)> {
    configuration.iter().map(|(key, value, _)| (key.to_owned(), value.to_text())).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn yaml_nested_flat_and_mixed_mean_the_same() {
    let want = pairs(&[("a.b.c", "1"), ("a.b.d", "two words"), ("a.e", "PT10S")]);
    for text in [
        "a:\n  b:\n    c: 1\n    d: two words\n  e: PT10S\n",
        "a.b.c: 1\na.b.d: two words\na.e: PT10S\n",
        "a.b:\n  c: 1\n  d: 'two words'\na.e: \"PT10S\"\n",
        "a: {b.c: 1, b: {d: two words}, e: PT10S}",
        "\u{feff}a:\r\n  b: {c: 1, d: two words}\r\n  e: PT10S\r\n",
        "---\n# a comment\na.b: {c: 1, d: two words} # another\n\na.e: PT10S\n...\n",
    ] {
        assert_eq!(flat(&yaml(text)), want, "{text}");
    }
}

#[test]
fn yaml_scalars_stay_as_written() {
    let text = "a: 1.10\nb: 0x10\nc: yes\nd: 1_000\ne: 'null'\nf: 007\ng: hdfs://nn:8020/x#y\nh: |\n  two\n  lines\n";
    let want = [
        ("a", "1.10"),
        ("b", "0x10"),
        ("c", "yes"),
        ("d", "1_000"),
        ("e", "null"),
        ("f", "007"),
        ("g", "hdfs://nn:8020/x#y"),
        ("h", "two\nlines\n"),
    ];
    assert_eq!(flat(&yaml(text)), pairs(&want));
}

#[test]
fn yaml_lists_are_kept_and_what_is_inside_them_becomes_text() {
    let configuration = yaml("a: [x, 'y;z']\nb:\n- {k: v, l: [1, 'a,b']}\n- ~\nc: []\n");
    let list = |items: &[&str]| ConfigValue::List(items.iter().map(|item| (*item).to_owned()).collect());
    assert_eq!(configuration.raw("a").unwrap().0, &list(&["x", "y;z"]));
    assert_eq!(configuration.raw("b").unwrap().0, &list(&["{k: v, l: [1, 'a,b']}", ""]));
    assert_eq!(configuration.raw("c").unwrap().0, &list(&[]));
}

#[test]
fn yaml_remembers_lines() {
    let configuration = yaml("# first\na:\n  b: 1\n\n  c: 2\n");
    let line = |key| configuration.raw(key).unwrap().1.to_string();
    assert_eq!((line("a.b").as_str(), line("a.c").as_str()), ("conf/config.yaml:3", "conf/config.yaml:5"));
}

#[test]
fn yaml_without_content_sets_nothing() {
    for text in ["", "\n", "# only this\n", "---\n", "{}", "~"] {
        assert_eq!(yaml(text), Configuration::new(), "{text:?}");
    }
}

#[test]
fn what_is_not_yaml_is_refused_with_line_and_column() {
    let nested = "[".repeat(200);
    for (text, want) in [
        ("a: 1\nb: [1, 2\nc: 3\n", "line 3, column 2: this is not YAML: "),
        ("a: 1\n b: 2\n", "line 2, column 3: this is not YAML: "),
        ("a: 'open\n", "column 4: this is not YAML: "),
        ("a:\n\t- b\n", "line 2, column "),
        ("- a\n- b\n", "line 1, column 1: expected `key: value` lines"),
        ("just words", "line 1, column 1: expected `key: value` lines"),
        ("a: &x 1\nb: *x\n", "line 2, column 4: aliases are not supported: write the value out"),
        ("a: 1\n---\nb: 2\n", "line 3, column 1: a second document begins here: keep one"),
        ("? [a, b]\n: 1\n", "this cannot be a key: write a word, then a colon"),
        (&format!("a: {nested}"), "line 1, column 67: this is nested too deeply: flatten it"),
    ] {
        let message = message(Configuration::parse_yaml("conf/config.yaml", text));
        assert!(message.starts_with("cannot read the configuration file conf/config.yaml: line "), "{message}");
        assert!(message.contains(want), "{message:?} instead of {want:?} for {text:?}");
    }
}

#[test]
fn yaml_that_sets_a_key_twice_is_refused() {
    for text in ["a.b: 1\nc: 2\na.b: 1\n", "a.b: 1\nc: 2\na: {b: 3}\n"] {
        let want = "the configuration file conf/config.yaml sets a.b in line 1 and again in line 3: remove one of them";
        assert_eq!(message(Configuration::parse_yaml("conf/config.yaml", text)), want);
    }
}

#[test]
fn lines_hold_whatever_follows_the_colon() {
    let text = "\
# comment
   # another
env.java.opts.all: -Da=b: c -Dd=\"e\"   # a comment
fs.defaultFS:   hdfs://nn:8020/a#b
weird: [not, yaml
quote: it's {here}
twice: 1
twice: 2
";
    let want = [
        ("env.java.opts.all", "-Da=b: c -Dd=\"e\""),
        ("fs.defaultFS", "hdfs://nn:8020/a#b"),
        ("quote", "it's {here}"),
        ("twice", "2"),
        ("weird", "[not, yaml"),
    ];
    let configuration = Configuration::parse_lines("flink-conf.yaml", text);
    assert_eq!(flat(&configuration), pairs(&want));
    assert_eq!(configuration.raw("fs.defaultFS").unwrap().1.to_string(), "flink-conf.yaml:4");
    assert_eq!(configuration.raw("twice").unwrap().1.to_string(), "flink-conf.yaml:8");
}

#[test]
fn lines_that_are_not_key_and_value_are_skipped_with_a_warning() {
    let configuration =
        Configuration::parse_lines("flink-conf.yaml", "parallelism.default: 2\nempty:\nslot:5\n: 1\n:\n- item\n");
    let warnings: Vec<_> = configuration.warnings().iter().map(ToString::to_string).collect();
    let skipped =
        |line: u32| format!("skipped flink-conf.yaml:{line}, which is not `key: value`; a space must follow the colon");
    let no_value = "configuration key empty (from flink-conf.yaml:2) has no value and counts as not set".to_owned();
    assert_eq!(warnings, [no_value, skipped(3), skipped(4), skipped(5), skipped(6)]);
    assert_eq!(configuration.get(&options::PARALLELISM_DEFAULT).unwrap(), 2);
}

#[test]
fn a_directory_is_read_by_what_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    let shown = dir.path().display();
    let missing = format!(
        "the configuration directory {shown} has neither config.yaml nor flink-conf.yaml: add one or name another directory"
    );
    assert_eq!(message(Configuration::load_dir(dir.path())), missing);

    std::fs::write(dir.path().join("flink-conf.yaml"), "a: [not: yaml\n").unwrap();
    assert_eq!(flat(&Configuration::load_dir(dir.path()).unwrap()), pairs(&[("a", "[not: yaml")]));

    std::fs::write(dir.path().join("config.yaml"), "a: {b: 1}\n").unwrap();
    assert_eq!(flat(&Configuration::load_dir(dir.path()).unwrap()), pairs(&[("a.b", "1")]));

    let unreadable = message(Configuration::load_file(&dir.path().join("other.yaml")));
    assert!(
        unreadable.starts_with(&format!("cannot read the configuration file {shown}/other.yaml: ")),
        "{unreadable}"
    );
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "(\\PC|\n){0,200}") {
        let _ = Configuration::parse_yaml("x", &text);
        Configuration::parse_lines("x", &text);
    }

    #[test]
    fn nothing_like_yaml_is_too_strange(text in "([-:#?&*!|>'\"%@{}\\[\\],~ \n\ta-c0-2]|: |- |\n  ){0,80}") {
        let _ = Configuration::parse_yaml("x", &text);
        Configuration::parse_lines("x", &text);
    }

    #[test]
    fn flat_keys_read_back(map in prop::collection::btree_map("[a-z]{1,3}(\\.[a-z]{1,3}){0,3}", "[a-z0-9]{1,8}", 0..10)) {
        let text: String = map.iter().map(|(key, value)| format!("{key}: '{value}'\n")).collect();
        let want: Vec<_> = map.into_iter().collect();
        prop_assert_eq!(flat(&yaml(&text)), want);
    }
}
