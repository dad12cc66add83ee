//! Tests of the whole: text in, typed values, errors and warnings out.

mod layouts;
mod lookup;
mod shipped;
mod types;
mod warnings;

use super::*;

/// The message of an error.
fn message<T: std::fmt::Debug>(result: Result<T, ConfigError>) -> String {
    let error = result.expect_err("this should have been refused");
    assert_eq!(error.kind(), crate::ErrorKind::User);
    error.to_string()
}

fn yaml(text: &str) -> Configuration {
    Configuration::parse_yaml("conf/config.yaml", text).unwrap_or_else(|e| panic!("{e} in:\n{text}"))
}

fn dynamic(argument: &str) -> Configuration {
    let mut configuration = Configuration::new();
    configuration.apply_dynamic([argument]).unwrap();
    configuration
}
