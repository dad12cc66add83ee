//! Older names of keys that a client meets.

/// Older names and today's, of keys that concern a client, sorted.
const OLD_KEYS: [(&str, &str); 15] = [
    ("dfs.block.size", "dfs.blocksize"),
    ("dfs.federation.nameservice.id", "dfs.nameservice.id"),
    ("dfs.federation.nameservices", "dfs.nameservices"),
    ("dfs.http.address", "dfs.namenode.http-address"),
    ("dfs.https.address", "dfs.namenode.https-address"),
    ("dfs.permissions", "dfs.permissions.enabled"),
    ("dfs.permissions.supergroup", "dfs.permissions.superusergroup"),
    ("dfs.read.prefetch.size", "dfs.client.read.prefetch.size"),
    ("dfs.socket.timeout", "dfs.client.socket-timeout"),
    ("dfs.umaskmode", "fs.permissions.umask-mode"),
    ("dfs.web.ugi", "hadoop.http.staticuser.user"),
    ("dfs.write.packet.size", "dfs.client-write-packet-size"),
    ("fs.default.name", "fs.defaultFS"),
    ("io.bytes.per.checksum", "dfs.bytes-per-checksum"),
    ("topology.script.file.name", "net.topology.script.file.name"),
];

/// Today's name of a key, if `key` is an older one.
pub(crate) fn today(key: &str) -> Option<&'static str> {
    OLD_KEYS.iter().find(|(old, _)| *old == key).map(|(_, now)| *now)
}
