//! Tables of what is asked for.

use super::*;
use crate::test_files::settings;

#[test]
fn authentications() {
    let table = [
        (None, Ok(Authentication::Simple)),
        (Some("simple"), Ok(Authentication::Simple)),
        (Some("Kerberos"), Ok(Authentication::Kerberos)),
        (
            Some("token"),
            Err("the value \"token\" of hadoop.security.authentication (from the program) is not a way to \
                 authenticate: write simple or kerberos"),
        ),
    ];
    for (value, expected) in table {
        let conf =
            settings(&value.map(|value| ("hadoop.security.authentication", value)).into_iter().collect::<Vec<_>>());
        let found = conf.authentication().map_err(|error| error.to_string());
        assert_eq!(found.as_ref().map_err(String::as_str), expected.as_ref().map_err(|text| *text), "{value:?}");
    }
}

#[test]
fn protections() {
    use Protection::{Authentication, Integrity, Privacy};
    let table: [(&str, Option<&[Protection]>); 6] = [
        ("authentication", Some(&[Authentication])),
        ("INTEGRITY", Some(&[Integrity])),
        ("privacy, integrity,authentication", Some(&[Privacy, Integrity, Authentication])),
        ("", Some(&[Authentication])),
        ("auth-conf", None),
        (",", None),
    ];
    for (value, expected) in table {
        let found = settings(&[("hadoop.rpc.protection", value)]).rpc_protection().ok();
        assert_eq!(found.as_deref(), expected, "{value}");
    }
    assert_eq!(settings(&[]).data_transfer_protection().unwrap(), []);
    let private = settings(&[("dfs.data.transfer.protection", "privacy")]);
    assert_eq!(private.data_transfer_protection().unwrap(), [Privacy]);
}

#[test]
fn names_in_sasl() {
    let all = [Protection::Authentication, Protection::Integrity, Protection::Privacy];
    assert_eq!(all.map(Protection::qop), ["auth", "auth-int", "auth-conf"]);
    assert!(all.is_sorted());
}
