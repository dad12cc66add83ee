//! What is checked in: the documentation and the default configuration.

use super::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

#[test]
fn every_option_is_declared_well() {
    let nothing_set = Configuration::new();
    let mut keys = BTreeSet::new();
    for option in all_options() {
        let key = option.key();
        option.check(&nothing_set).unwrap_or_else(|e| panic!("a default is wrong: {e}"));
        for key in option.deprecated_keys().iter().chain([&key]) {
            assert!(keys.insert(*key), "{key} is declared twice");
        }
        let description = option.description();
        assert!(description.starts_with(' ') && description.ends_with('.'), "{key} is described {description:?}");
    }
    assert!(keys.len() >= 35, "only {} keys", keys.len());
}

#[test]
fn the_documentation_is_current() {
    let path = in_repository("docs/configuration.md");
    let generated = markdown();
    if std::env::var_os("WEFT_BLESS").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(checked_in == generated, "docs/configuration.md is out of date: run this test with WEFT_BLESS=1");
}

#[test]
fn the_default_configuration_is_right() {
    let path = in_repository("conf/config.yaml");
    let configuration = Configuration::load_file(&path).unwrap();
    configuration.check().unwrap();
    assert_eq!(configuration.warnings(), []);
    assert_eq!(configuration.get(&options::PARALLELISM_DEFAULT).unwrap(), 1);
}

/// A setting that is commented out has no space after the `#`.
#[test]
fn what_the_default_configuration_comments_out_is_right() {
    let text = std::fs::read_to_string(in_repository("conf/config.yaml")).unwrap();
    let line = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    let configuration = yaml(&text.lines().map(line).collect::<String>());
    assert!(configuration.iter().count() > yaml(&text).iter().count() + 5);
    configuration.check().unwrap();
    assert_eq!(configuration.warnings(), []);
}
