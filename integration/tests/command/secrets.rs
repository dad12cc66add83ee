//! What the containers of a cluster are trusted with, so that tests can look for it where it must not be.

use super::programs;

/// The secrets of an application, as they are and as text.
pub(crate) struct Secrets(Vec<Vec<u8>>);

impl Secrets {
    /// Those of an application that runs.
    pub(crate) fn of(application: &str) -> Self {
        let masters = programs(application, "./weft yarn-jobmanager");
        let found = masters.into_iter().find_map(credentials).expect("an ApplicationMaster's credentials");
        assert!(found.secrets.len() > 1, "the cluster's secret, and the word for REST");
        let secrets = found.secrets.into_values().map(Vec::from);
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
        Secrets(secrets.flat_map(|secret| [hex(&secret), secret]).collect())
    }

    /// Whether one of them is somewhere in there.
    pub(crate) fn are_in(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|secret| bytes.windows(secret.len()).any(|part| part == secret))
    }
}

/// What the container of a process was trusted with.
fn credentials(pid: i32) -> Option<weft_hadoop_rpc::Credentials> {
    let environment = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let file = environment.split('\0').find_map(|line| line.strip_prefix("HADOOP_TOKEN_FILE_LOCATION="))?;
    weft_hadoop_rpc::Credentials::read(&std::fs::read(file).ok()?).ok()
}
