//! The groups of those who look at an application, as HDFS's NameNodes see them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use weft_hadoop_conf::HadoopConf;
use weft_hadoop_rpc::{Address, Login, RpcOptions, UserMappings};
use weft_rest::Memberships;

/// How long an answer holds. Hadoop's own servers remember groups for five minutes.
const HOLDS: Duration = Duration::from_secs(300);
/// How many users are remembered.
const REMEMBERED: usize = 1000;
/// How long somebody who looks may wait for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What NameNodes say, for a while.
#[derive(Debug)]
pub(super) struct Groups {
    mappings: Option<UserMappings>,
    known: Mutex<BTreeMap<String, (Instant, Vec<String>)>>,
}

impl Groups {
    /// Of the default file system's NameNodes, asked as `user`. Where there are none, nobody is in a group.
    pub(super) fn of(conf: &HadoopConf, user: &str) -> Self {
        let mappings = conf.nameservice("").ok().map(|nameservice| {
            let nodes = nameservice.namenodes.iter();
            let addresses = nodes.map(|node| Address::new(node.rpc_address.host.clone(), node.rpc_address.port));
            UserMappings::new(
                format!("the NameNode of {}", nameservice.name),
                addresses.collect(),
                Login::simple(user),
                RpcOptions { call_timeout: PATIENCE, ..RpcOptions::default() },
                Arc::new(crate::entropy::fill),
            )
        });
        Groups { mappings, known: Mutex::default() }
    }

    fn known(&self, user: &str) -> Option<Vec<String>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (when, groups) = known.get(user)?;
        (when.elapsed() < HOLDS).then(|| groups.clone())
    }

    fn remember(&self, user: &str, groups: &[String]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() == REMEMBERED {
            known.clear();
        }
        known.insert(user.to_owned(), (Instant::now(), groups.to_vec()));
    }
}

impl Memberships for Groups {
    fn groups_of<'a>(&'a self, user: &'a str) -> BoxFuture<'a, Vec<String>> {
        Box::pin(async move {
            if let Some(groups) = self.known(user) {
                return groups;
            }
            let Some(mappings) = &self.mappings else { return Vec::new() };
            match mappings.groups_of(user).await {
                Ok(groups) => {
                    self.remember(user, &groups);
                    groups
                }
                Err(error) => {
                    tracing::warn!("the groups of {user} are not known, who so may not look (yarn.view.acls): {error}");
                    Vec::new()
                }
            }
        })
    }
}
