//! The rule as tables. Widening one is a decision to explain beside it and in `crates/README.md`.

/// Where a package stands: a number that dependencies must lower. Its short name leaves out `weft-`.
///
/// Above the five layers of the product stands what measures and tests it; nothing depends on that.
const LAYERS: [(&str, u8); 30] = [
    ("common", 0),
    ("control", 0),
    ("graph", 0),
    ("record", 0),
    ("record-derive", 0),
    ("exchange", 1),
    ("fs", 1),
    ("ha", 1),
    ("ha-zookeeper", 1),
    ("hadoop-conf", 1),
    ("hadoop-rpc", 1),
    ("logging", 1),
    ("rpc", 1),
    ("state", 1),
    ("yarn-client", 1),
    ("runtime", 2),
    ("api", 3),
    ("connectors", 3),
    ("formats", 3),
    ("sql", 3),
    ("jobmanager", 4),
    ("rest", 4),
    ("taskmanager", 4),
    ("cli", 5),
    ("corpus", 5),
    ("weft", 5),
    ("yarn", 5),
    ("bench", 6),
    ("integration", 6),
    ("tests", 6),
];

/// Which crates of one layer a crate may use.
const SIDEWAYS: [(&str, &[&str]); 13] = [
    // The derive macros are the other half of record: rustc wants macros in a crate of their own.
    ("record", &["common", "record-derive"]),
    ("graph", &["common", "record"]),
    ("control", &["common", "graph"]),
    ("hadoop-rpc", &["hadoop-conf"]),
    ("yarn-client", &["hadoop-rpc"]),
    ("fs", &["hadoop-rpc", "hadoop-conf"]),
    ("ha", &["fs"]),
    ("state", &["fs"]),
    ("connectors", &["api", "formats"]),
    ("sql", &["api"]),
    ("cli", &["yarn"]),
    // Jobs for the tests of both clusters: the command's tests run them, so they cannot stand above it.
    ("corpus", &["weft"]),
    // A benchmark of HDFS starts one.
    ("bench", &["integration"]),
];

/// The lowest layer that may parse a command line.
const LOWEST_WITH_COMMAND_LINE: u8 = 4;
/// Libraries that parse command lines.
const COMMAND_LINE: [&str; 2] = ["clap", "clap_builder"];

/// What L0 must not reach for: executors, sockets, clocks and entropy. Time and randomness are arguments there.
const IMPURE: [&str; 24] = [
    "async-io",
    "async-std",
    "chrono",
    "fastrand",
    "futures-executor",
    "getrandom",
    "hyper",
    "instant",
    "jiff",
    "mio",
    "nanorand",
    "oorandom",
    "quanta",
    "rand",
    "rand_chacha",
    "rand_core",
    "reqwest",
    "rustix",
    "smol",
    "socket2",
    "time",
    "tokio",
    "tonic",
    "uuid",
];

/// The name in the tables: `weft-` is left out.
pub(crate) fn short(package: &str) -> &str {
    package.strip_prefix("weft-").unwrap_or(package)
}

/// The layer of a package of the workspace.
pub(crate) fn layer(package: &str) -> Option<u8> {
    LAYERS.iter().find(|(name, _)| *name == short(package)).map(|(_, layer)| *layer)
}

/// Whether `from` may use `to` of its own layer.
pub(crate) fn sideways(from: &str, to: &str) -> bool {
    SIDEWAYS.iter().any(|(name, allowed)| *name == short(from) && allowed.contains(&short(to)))
}

/// Why a crate of `layer` must not use the library `name`, where there is a reason.
pub(crate) fn forbidden(layer: u8, name: &str) -> Option<&'static str> {
    match layer {
        0 if IMPURE.contains(&name) => Some("L0 has no executor, socket, clock or randomness: make it an argument"),
        0..LOWEST_WITH_COMMAND_LINE if COMMAND_LINE.contains(&name) => {
            Some("the command line is parsed in L4 or above")
        }
        _ => None,
    }
}
