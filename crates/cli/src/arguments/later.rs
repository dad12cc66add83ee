//! What the field's command line has and this one does not have yet: refused by name, not as unknown.

const SAVEPOINTS: &str = "it comes with savepoints; until then a job starts from the beginning";
const STOP: &str = "it comes with savepoints; until then `weft cancel` ends a job";
const PYTHON: &str = "there is no Python API; give the executable of a program that uses the weft crate";
const ZOOKEEPER: &str =
    "it comes with high availability over ZooKeeper; until then -m or rest.address say where the JobManager is";
const YARN: &str = "it is no option for YARN; -D sets any key, and `weft yarn-session --help` lists the flags";
const SQL: &str = "it comes with SQL; until then programs use the DataStream API";
const HISTORY: &str =
    "it comes with the archive of jobs; until then `weft list -a` shows what the JobManager remembers";

/// Verbs, and why they are refused.
const VERBS: &[(&str, &str)] = &[
    ("savepoint", SAVEPOINTS),
    ("checkpoint", SAVEPOINTS),
    ("stop", STOP),
    ("sql-client", SQL),
    ("sql-gateway", SQL),
    ("historyserver", HISTORY),
];

/// Options of verbs that take a program, and why they are refused.
const OF_PROGRAMS: &[(&[&str], &str)] = &[
    (&["-s", "--fromSavepoint", "-n", "--allowNonRestoredState"], SAVEPOINTS),
    (&["-cm", "--claimMode", "-rm", "--restoreMode"], SAVEPOINTS),
    (&["-py", "--python", "-pyfs", "--pyFiles", "-pym", "--pyModule", "-pyreq", "--pyRequirements"], PYTHON),
    (&["-pyarch", "--pyArchives", "-pyexec", "--pyExecutable", "-pyclientexec", "--pyClientExecutable"], PYTHON),
    (&["-pypath", "--pyPythonPath"], PYTHON),
    (&["-z", "--zookeeperNamespace"], ZOOKEEPER),
];

/// Options of `cancel`.
const OF_CANCEL: &[(&[&str], &str)] =
    &[(&["-s", "--withSavepoint"], STOP), (&["-z", "--zookeeperNamespace"], ZOOKEEPER)];

/// Why a verb is refused.
pub(super) fn verb(name: &str) -> Option<String> {
    VERBS.iter().find(|(verb, _)| *verb == name).map(|(verb, why)| format!("`{verb}` is not there yet: {why}"))
}

/// Why an option of a verb is refused.
pub(super) fn option(verb: &str, option: &str) -> Option<String> {
    let name = option.split('=').next().unwrap_or_default();
    let options = match verb {
        "run" | "run-application" | "info" => OF_PROGRAMS,
        "cancel" => OF_CANCEL,
        _ => &[],
    };
    let listed = options.iter().find(|(names, _)| names.contains(&name)).map(|(_, why)| *why);
    // All of YARN's begin so, as do no others with one dash.
    let why = listed.or_else(|| (name.starts_with("-y") || name.starts_with("--yarn")).then_some(YARN))?;
    let what = if why == YARN { "is not known" } else { "is not there yet" };
    Some(format!("`{name}` {what}: {why}"))
}
