//! The program that a command line names.

use crate::arguments::ProgramArguments;
use crate::error::CliError;
use crate::output;
use std::collections::BTreeMap;
use std::path::PathBuf;
use weft_common::configuration::{Configuration, Origin, is_secret, options};
use weft_rpc::program::ProgramCommand;
use weft_rpc::program::image::ProgramImage;
use weft_rpc::{BlobRef, ProgramSpec};

/// What the keys begin with that say which environment variables workers have.
const WORKER_VARIABLES: &str = "containerized.taskmanager.env.";
/// What the keys of files begin with that are about this installation's processes, not about jobs: the cluster has its own.
const OF_PROCESSES: [&str; 20] = [
    "blob.",
    "client.",
    "cluster.",
    "containerized.",
    "env.",
    "heartbeat.",
    "high-availability.",
    "historyserver.",
    "io.tmp.",
    "jobmanager.",
    "jobstore.",
    "metrics.",
    "pekko.",
    "resourcemanager.",
    "rest.",
    "security.",
    "slotmanager.",
    "taskmanager.",
    "web.",
    "yarn.",
];

/// A program that can run here, as it was called.
#[derive(Debug)]
pub(crate) struct Program {
    /// Its file, from the root.
    pub(crate) path: PathBuf,
    /// Its name, without directories.
    pub(crate) name: String,
    /// Its arguments.
    pub(crate) arguments: Vec<String>,
    /// The environment that its workers see.
    pub(crate) travelling: BTreeMap<String, String>,
}

impl Program {
    /// Looks at what the command line names. A file that is no program for this machine is refused, and is not run to find that out.
    pub(crate) fn find(given: &ProgramArguments, configuration: &Configuration) -> Result<Self, CliError> {
        let (path, arguments) = called(given)?;
        if path.to_string_lossy().contains("://") {
            let sentence = format!(
                "{}: main runs here, and so its program has to be a file of this machine; `weft run -t yarn-application` runs \
                 one that is in a file system of the cluster",
                path.display()
            );
            return Err(CliError::Usage(sentence));
        }
        ProgramImage::read(&path)?.check(&path)?;
        let travelling = travelling(&named(&given.env)?, configuration);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = path.canonicalize().map_err(CliError::file("find the program", &path))?;
        Ok(Program { path, name, arguments, travelling })
    }

    /// How it is run here: as the shell would, and with what its workers will see.
    pub(crate) fn command(&self) -> Result<ProgramCommand, CliError> {
        let directory = std::env::current_dir().map_err(CliError::io("find the working directory"))?;
        let mut command = ProgramCommand::new(&self.path, &self.name, directory);
        command.arguments = self.arguments.clone();
        let here =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        command.environment = here.chain(self.travelling.clone()).collect();
        Ok(command)
    }

    /// What travels with its jobs.
    pub(crate) fn spec(&self, artifact: BlobRef) -> ProgramSpec {
        ProgramSpec {
            name: self.name.clone(),
            artifact,
            arguments: self.arguments.clone(),
            environment: self.travelling.clone(),
        }
    }
}

/// The file that is named, and its arguments. Says what is ignored.
pub(crate) fn called(given: &ProgramArguments) -> Result<(PathBuf, Vec<String>), CliError> {
    let (path, following) = match (&given.jarfile, given.program.split_first()) {
        (Some(path), _) => (path.clone(), given.program.as_slice()),
        (None, Some((path, following))) => (PathBuf::from(path), following),
        (None, None) => {
            let sentence = "no program is named: give its executable, as in `weft run target/release/word_count`";
            return Err(CliError::Usage(sentence.to_owned()));
        }
    };
    if given.class.is_some() {
        output::complain("-c is ignored: a program has one main");
    }
    if !given.classpath.is_empty() {
        output::complain("-C is ignored: a program holds its libraries");
    }
    Ok((path, given.arguments.iter().chain(following).cloned().collect()))
}

/// The variables that are named, with the values they are given or have here.
pub(crate) fn named(named: &[String]) -> Result<BTreeMap<String, String>, CliError> {
    let variable = |named: &String| match named.split_once('=') {
        Some(("", _)) => Err(CliError::Usage(format!("--env {named}: it has no name, as in --env NAME=VALUE"))),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => match std::env::var(named) {
            Ok(value) => Ok((named.clone(), value)),
            Err(_) => {
                Err(CliError::Usage(format!("--env {named}: there is no such variable here, or it is not UTF-8")))
            }
        },
    };
    named.iter().map(variable).collect()
}

/// These over those that are configured for workers.
fn travelling(named: &BTreeMap<String, String>, configuration: &Configuration) -> BTreeMap<String, String> {
    let configured = configuration.iter().filter_map(|(key, value, _)| {
        let name = key.strip_prefix(WORKER_VARIABLES)?;
        Some((name.to_owned(), value.to_text()))
    });
    configured.chain(named.clone()).collect()
}

/// What a program is told of the configuration: what was asked for with `-D` and `-p`, over what files say of jobs. What files hold secret
/// stays here: jobs travel, and are shown.
pub(crate) fn configuration_of_jobs(
    configuration: &Configuration,
    parallelism: Option<u32>,
) -> BTreeMap<String, String> {
    let of_jobs = |key: &str| !is_secret(key) && !OF_PROCESSES.iter().any(|prefix| key.starts_with(prefix));
    let told = configuration.iter().filter(|(key, _, origin)| **origin == Origin::CommandLine || of_jobs(key));
    let mut told: BTreeMap<String, String> = told.map(|(key, value, _)| (key.to_owned(), value.to_text())).collect();
    if let Some(parallelism) = parallelism {
        told.insert(options::PARALLELISM_DEFAULT.key().to_owned(), parallelism.to_string());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_tell_programs_of_jobs_and_the_command_line_of_anything() {
        let file =
            "{parallelism.default: 2, taskmanager.numberOfTaskSlots: 4, rest.port: 9, my.password: x, my.key: [a, b]}";
        let mut configuration = Configuration::parse_yaml("c", file).unwrap();
        configuration.apply_dynamic(["taskmanager.numberOfTaskSlots=5", "own.token=y"]).unwrap();
        let told = |parallelism| configuration_of_jobs(&configuration, parallelism).into_iter().collect::<Vec<_>>();
        let expected = |parallelism: &str| {
            [
                ("my.key", "a;b"),
                ("own.token", "y"),
                ("parallelism.default", parallelism),
                ("taskmanager.numberOfTaskSlots", "5"),
            ]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
        };
        assert_eq!(told(None), expected("2"));
        assert_eq!(told(Some(7)), expected("7"));
    }

    #[test]
    fn variables_travel_when_they_are_named() {
        let file = "{containerized.taskmanager.env.TZ: UTC, containerized.taskmanager.env.PATH: /bin}";
        let configuration = Configuration::parse_yaml("c", file).unwrap();
        let path = std::env::var("PATH").unwrap();
        let of = |names: &[&str]| named(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let seen = travelling(&of(&["PATH"]).unwrap(), &configuration);
        assert_eq!(seen, BTreeMap::from([("TZ".to_owned(), "UTC".to_owned()), ("PATH".to_owned(), path)]));
        let seen = travelling(&of(&["TZ=CET=x", "EMPTY="]).unwrap(), &configuration);
        assert_eq!((seen["TZ"].as_str(), seen["EMPTY"].as_str(), seen["PATH"].as_str()), ("CET=x", "", "/bin"));
        assert!(of(&["=x"]).unwrap_err().to_string().contains("no name"));
        let refused = of(&["WEFT_NO_SUCH_VARIABLE"]).unwrap_err().to_string();
        assert!(refused.contains("WEFT_NO_SUCH_VARIABLE"), "{refused}");
    }
}
