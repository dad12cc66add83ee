//! Where jobs run.

use std::str::FromStr;

/// Where jobs run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// On a running cluster.
    Remote,
    /// In the program itself.
    Local,
}

/// Those that come later, by name.
const LATER: [&str; 3] = ["yarn-session", "yarn-application", "yarn-per-job"];

impl FromStr for Target {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "remote" => Ok(Target::Remote),
            "local" => Ok(Target::Local),
            later if LATER.contains(&later) => {
                Err("it comes with YARN; until then there are `remote` and `local`".to_owned())
            }
            _ => Err(format!("the targets are remote, local, {} (the last three come with YARN)", LATER.join(", "))),
        }
    }
}
