//! The older spelling of options for YARN: what they are today.

use crate::output;
use std::ffi::OsString;

/// Options with a value, and the key that it is one of.
const KEYS: [(&[&str], &str); 10] = [
    (&["-yid", "--yarnapplicationId"], "yarn.application.id"),
    (&["-yjm", "--yarnjobManagerMemory"], "jobmanager.memory.process.size"),
    (&["-ytm", "--yarntaskManagerMemory"], "taskmanager.memory.process.size"),
    (&["-ys", "--yarnslots"], "taskmanager.numberOfTaskSlots"),
    (&["-yqu", "--yarnqueue"], "yarn.application.queue"),
    (&["-ynm", "--yarnname"], "yarn.application.name"),
    (&["-yat", "--yarnapplicationType"], "yarn.application.type"),
    (&["-ynl", "--yarnnodeLabel"], "yarn.application.node-label"),
    (&["-yt", "--yarnship"], "yarn.ship-files"),
    (&["-yz", "--yarnzookeeperNamespace"], "high-availability.cluster-id"),
];
/// The key of the one option that may be given several times.
const SHIP: &str = "yarn.ship-files=";
/// The key of an application that runs, and what targets are called.
const ID: &str = "yarn.application.id=";
const APPLICATION: &str = "yarn-application";
const SESSION: &str = "yarn-session";
/// Options with a value that have no meaning here.
const WITHOUT_MEANING: [&str; 4] = ["-yj", "--yarnjar", "-yn", "--yarncontainer"];
/// Keys of memory, whose numbers are of megabytes when they have no unit.
const MEMORY: &str = "memory.process.size";

/// Adds options as they are today to those before them. Of a key that is given twice the last value counts, so several `-yt` make one list.
pub(super) fn add(options: &mut Vec<OsString>, mut today: Vec<OsString>) {
    to_a_session(options, &mut today);
    let shipped = |option: &OsString| option.to_str().and_then(|option| option.strip_prefix(SHIP)).map(str::to_owned);
    let earlier = options.iter_mut().find(|option| shipped(option).is_some());
    if let (Some(earlier), Some(more)) = (earlier, today.last().and_then(shipped)) {
        earlier.push(format!(";{more}"));
        today.clear();
    }
    options.extend(today);
}

/// A cluster that `-m yarn-cluster` names is a session when `-yid` says which.
fn to_a_session(options: &mut [OsString], today: &mut [OsString]) {
    let id = |option: &OsString| option.to_str().is_some_and(|option| option.starts_with(ID));
    let application = |option: &&mut OsString| *option == APPLICATION;
    let target = match (options.iter().any(id), today.iter().any(id)) {
        (true, _) => today.iter_mut().find(application),
        (_, true) => options.iter_mut().find(application),
        _ => None,
    };
    if let Some(target) = target {
        output::note("the application that -yid names is a session: use -t yarn-session");
        *target = SESSION.into();
    }
}

/// What an option, with the argument after it, is today; with how many arguments were read.
pub(super) fn today(option: &str, following: Option<&str>) -> Option<(Vec<OsString>, usize)> {
    let (name, (value, read)) = match option.split_once('=') {
        Some((name, value)) => (name, (Some(value), 1)),
        None => (option, (following, 2)),
    };
    let new: Vec<String> = match name {
        "-yd" | "--yarndetached" => return Some((note(option, &["-d".to_owned()]), 1)),
        dynamic if dynamic.starts_with("-yD") => {
            // With a blank, a sign or nothing between.
            let glued = option.trim_start_matches("-yD").trim_start_matches('=');
            let (key, read) = if glued.is_empty() { (following?, 2) } else { (glued, 1) };
            return Some((note("-yD", &["-D".to_owned(), key.to_owned()]), read));
        }
        "-yq" | "--yarnquery" => {
            output::note(format_args!("{name} has no effect: `weft yarn-session -q` shows what the cluster has"));
            return Some((Vec::new(), 1));
        }
        "-m" | "--jobmanager" if value == Some("yarn-cluster") => vec!["-t".to_owned(), APPLICATION.to_owned()],
        ignored if WITHOUT_MEANING.contains(&ignored) => {
            output::note(format_args!(
                "{ignored} has no effect: the command ships itself, and TaskManagers come as they are needed"
            ));
            return Some((Vec::new(), read));
        }
        _ => {
            let (_, key) = KEYS.iter().find(|(names, _)| names.contains(&name))?;
            let value = value?;
            let unit = key.ends_with(MEMORY) && value.bytes().all(|byte| byte.is_ascii_digit());
            vec!["-D".to_owned(), format!("{key}={value}{}", if unit { "m" } else { "" })]
        }
    };
    Some((note(name, &new), read))
}

/// Says what an option is today.
fn note(older: &str, new: &[String]) -> Vec<OsString> {
    output::note(format_args!("{older} is an older spelling: use {}", new.join(" ")));
    new.iter().map(OsString::from).collect()
}
