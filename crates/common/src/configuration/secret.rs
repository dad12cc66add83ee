//! Which values must not be seen.

/// What is shown in place of a secret value.
pub const MASK: &str = "******";

/// What the keys of secret values contain.
const MARKS: [&str; 13] = [
    "password",
    "passphrase",
    "secret",
    "fs.azure.account.key",
    "apikey",
    "api-key",
    "auth-params",
    "service-key",
    "token",
    "basic-auth",
    "jaas.config",
    "http-headers",
    "credential",
];

/// Whether the value of this key must not be seen; decided by what the key contains, in any case.
pub fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    MARKS.iter().any(|mark| key.contains(mark))
}

/// The text to show for a value of this key.
pub(super) fn masked(key: &str, text: String) -> String {
    if is_secret(key) { MASK.to_owned() } else { text }
}
