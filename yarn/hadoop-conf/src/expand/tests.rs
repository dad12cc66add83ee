//! Substitution, and its bounds.

use super::*;

fn table(values: &[(&str, &str)]) -> BTreeMap<String, Entry> {
    let entry = |value: &str| Entry { value: value.to_owned(), origin: Origin::Program };
    values.iter().map(|(key, value)| ((*key).to_owned(), entry(value))).collect()
}

fn environment() -> Environment {
    Environment::empty().with("USER", "etl").with("HOME", "/home/etl").with("DIR", "/data").with("EMPTY", "")
}

/// The value of `key` and the notes, with all of `values` around it.
fn expanded(values: &[(&str, &str)], key: &str) -> (Option<String>, Vec<Note>) {
    let (entries, environment) = (table(values), environment());
    let mut expander = Expander::new(&entries, &environment);
    let value = expander.expand(key, entries.get(key).unwrap());
    (value, expander.notes)
}

#[test]
fn variables() {
    let rows = [
        ("plain", None),
        ("$a and {b} and }", None),
        ("${host}:8032", Some("rm.example:8032")),
        ("${twice}", Some("rm.example rm.example")),
        ("${host}${host}", Some("rm.examplerm.example")),
        ("/tmp/${user.name}", Some("/tmp/etl")),
        ("${user.home}/x", Some("/home/etl/x")),
        ("${java.io.tmpdir}", Some("/tmp")),
        ("${env.DIR}/x", Some("/data/x")),
        ("${env.NONE-default}", Some("default")),
        ("${env.NONE-}", Some("")),
        ("${env.EMPTY-default}", Some("")),
        ("${env.EMPTY:-default}", Some("default")),
        ("${env.DIR:-default}", Some("/data")),
        ("${env.NONE:-a-b:-c}", Some("a-b:-c")),
        ("${env.NONE:-${host}}", Some("rm.example")),
        ("${pre${name}}", Some("nested")),
        ("${fs.default.name}", Some("hdfs://ns1")),
        ("${open ${host}", Some("${open rm.example")),
        ("${", Some("${")),
        ("a$", None),
        ("a}b${host}", Some("a}brm.example")),
        ("$${host}", Some("$rm.example")),
        ("\u{4e2d}${host}\u{6587}", Some("\u{4e2d}rm.example\u{6587}")),
    ];
    for (value, expected) in rows {
        let others = [
            ("host", "rm.example"),
            ("twice", "${host} ${host}"),
            ("name", "fix"),
            ("prefix", "nested"),
            ("fs.defaultFS", "hdfs://ns1"),
        ];
        let all: Vec<_> = others.into_iter().chain([("key", value)]).collect();
        let (found, notes) = expanded(&all, "key");
        assert_eq!(found.as_deref(), expected, "{value}");
        assert_eq!(notes, [], "{value}");
    }
}

#[test]
fn what_is_not_set_stays_and_is_noted_once() {
    let rows = [
        ("${none}/${none}", "${none}/${none}", "none"),
        ("${env.NONE}", "${env.NONE}", "env.NONE"),
        ("${}", "${}", ""),
        ("${ a b }", "${ a b }", " a b "),
        ("${other}", "x${none}", "none"),
    ];
    for (value, expected, variable) in rows {
        let (found, notes) = expanded(&[("key", value), ("other", "x${none}")], "key");
        assert_eq!(found.as_deref(), Some(expected), "{value}");
        let unbound = Note::Unbound { key: "key".to_owned(), variable: variable.to_owned(), origin: Origin::Program };
        assert_eq!(notes, [unbound], "{value}");
    }
}

#[test]
fn defaults_are_not_blamed_for_what_is_not_set() {
    let mut entries = table(&[("key", "${none}/x")]);
    entries.get_mut("key").unwrap().origin = Origin::Default;
    let environment = Environment::empty();
    let mut expander = Expander::new(&entries, &environment);
    assert_eq!(expander.expand("key", entries.get("key").unwrap()).as_deref(), Some("${none}/x"));
    assert_eq!(expander.notes, []);
}

#[test]
fn circles_end() {
    let rows: [&[(&str, &str)]; 3] =
        [&[("a", "${a}")], &[("a", "x ${b}"), ("b", "${c}"), ("c", "${a}")], &[("a", "${b}"), ("b", "${b}")]];
    for values in rows {
        let (found, notes) = expanded(values, "a");
        assert_eq!(found, None, "{values:?}");
        assert!(
            matches!(notes.as_slice(), [Note::NotSubstituted { reason: "they lead back to themselves", .. }]),
            "{notes:?}"
        );
    }
}

#[test]
fn a_long_chain_is_cut() {
    let chain = |length: usize| {
        let links: Vec<(String, String)> = (0..length)
            .map(|n| (format!("k{n}"), format!("${{k{}}}", n + 1)))
            .chain([(format!("k{length}"), "end".to_owned())])
            .collect();
        let links: Vec<(&str, &str)> = links.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        expanded(&links, "k0").0
    };
    assert_eq!(chain(MAX_DEPTH - 1).as_deref(), Some("end"));
    assert_eq!(chain(MAX_DEPTH), None);
    assert_eq!(chain(100_000), None);
}

#[test]
fn values_that_multiply_are_left_alone() {
    // Ten times ten times ten … of nothing: no bytes, but 10^19 substitutions.
    let mut values: Vec<(String, String)> =
        (0..19).map(|n| (format!("k{n:02}"), format!("${{k{:02}}}", n + 1).repeat(10))).collect();
    values.push(("k19".to_owned(), String::new()));
    // The same of a long text.
    values.extend((0..19).map(|n| (format!("t{n:02}"), format!("${{t{:02}}}", n + 1).repeat(2))));
    values.push(("t19".to_owned(), "x".repeat(100_000)));
    let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let (entries, environment) = (table(&values), environment());
    let mut expander = Expander::new(&entries, &environment);
    let total: usize =
        entries.iter().filter_map(|(key, entry)| expander.expand(key, entry)).map(|value| value.len()).sum();
    assert!(total <= MAX_OF_ALL.bytes, "{total}");
    assert!(expander.notes.len() > 20, "most of them stay as they are: {}", expander.notes.len());
}

#[test]
fn the_bounds_of_all_values_hold_together() {
    let mut values: Vec<(String, String)> = (0..1_000).map(|n| (format!("k{n}"), "${long}".to_owned())).collect();
    values.push(("long".to_owned(), "x".repeat(MAX_OF_VALUE.bytes / 2)));
    let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let (entries, environment) = (table(&values), environment());
    let mut expander = Expander::new(&entries, &environment);
    let total: usize =
        entries.iter().filter_map(|(key, entry)| expander.expand(key, entry)).map(|value| value.len()).sum();
    assert!(total > 0 && total <= MAX_OF_ALL.bytes, "{total}");
}

fn given_up(notes: &[Note]) -> bool {
    notes.iter().any(|note| matches!(note, Note::NotSubstituted { .. }))
}

proptest::proptest! {
    #[test]
    fn any_text_is_gone_through(values in proptest::collection::vec("[${}a-c.:-]{0,24}|\\PC{0,12}", 1..6)) {
        let keys = ["a", "b", "c", "a.b", "env.DIR", "ab"];
        let values: Vec<(&str, &str)> = keys.into_iter().zip(values.iter().map(String::as_str)).collect();
        for (key, value) in &values {
            let (found, notes) = expanded(&values, key);
            let has_variables = value.contains("${");
            proptest::prop_assert_eq!(found.is_some(), has_variables && !given_up(&notes));
        }
    }
}
