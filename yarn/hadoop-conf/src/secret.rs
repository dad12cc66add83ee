//! Which values must not be seen.
//!
//! Decided here and not by the engine's own rule, which takes every key with `token` in it for a secret: in Hadoop
//! those are lifetimes and switches, and a client needs them.

/// What is shown in place of a secret value.
pub(crate) const MASK: &str = "******";

/// What the keys of secret values contain.
const WITHIN: [&str; 9] = [
    "password",
    "passphrase",
    "secret",
    "account.key",
    "keypass",
    "keystore.pass",
    "truststore.pass",
    "oauth",
    "sas.key",
];

/// How the keys of secret values end.
const ENDINGS: [&str; 6] = [".key", "-key", "credential", ".token", "zk.auth", ".signature"];

/// Switches, class names and lists that look like secrets and are none: a client needs some of them.
const NOT_SECRET: [&str; 1] = ["hadoop.security.service.user.name.key"];

/// Whether the value of this key must not be seen.
pub(crate) fn is_secret(key: &str, value: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let by_key = WITHIN.iter().any(|mark| key.contains(mark)) || ENDINGS.iter().any(|ending| key.ends_with(ending));
    (by_key && !NOT_SECRET.contains(&key.as_str())) || has_password(value)
}

/// The text to show for a value of this key.
pub(crate) fn masked<'a>(key: &str, value: &'a str) -> &'a str {
    if is_secret(key, value) { MASK } else { value }
}

/// Whether a value carries a password of its own: `scheme://user:password@host`, or `password=` among options.
fn has_password(value: &str) -> bool {
    let user_info = |rest: &str| {
        let authority = rest.split(['/', '?', '#', ',', ' ']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    };
    value.split("://").skip(1).any(user_info) || value.to_ascii_lowercase().contains("password=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret() {
        let table = [
            ("ssl.client.keystore.password", "x", true),
            ("ssl.server.keystore.keypassword", "x", true),
            ("hadoop.ssl.keystore.pass", "x", true),
            ("fs.s3a.secret.key", "x", true),
            ("fs.s3a.access.key", "x", true),
            ("fs.s3a.session.token", "x", true),
            ("FS.S3A.SECRET.KEY", "x", true),
            ("fs.azure.account.key.store.blob.core.windows.net", "x", true),
            ("fs.adl.oauth2.credential", "x", true),
            ("hadoop.security.group.mapping.ldap.bind.password", "x", true),
            ("hadoop.zk.auth", "digest:u:p", true),
            ("some.url", "jdbc:mysql://h/db?user=a&password=b", true),
            ("http.proxy", "http://user:pw@proxy:3128/x", true),
            ("http.proxy", "http://user@proxy:3128/a:b@c", false),
            ("fs.defaultFS", "hdfs://nn:8020/a@b:c", false),
            ("hadoop.security.token.service.use_ip", "true", false),
            ("dfs.block.access.token.enable", "true", false),
            ("dfs.block.access.key.update.interval", "600", false),
            ("dfs.namenode.kerberos.principal", "hdfs/_HOST@R", false),
            ("dfs.encrypt.data.transfer.cipher.key.bitlength", "128", false),
            ("yarn.resourcemanager.delegation.token.max-lifetime", "1", false),
            ("hadoop.security.auth_to_local", "RULE:[1:$1@$0](.*@R)s/@.*//", false),
        ];
        for (key, value, expected) in table {
            assert_eq!(is_secret(key, value), expected, "{key}={value}");
        }
    }
}
