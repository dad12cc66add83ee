//! The ResourceManagers: who answers, what the cluster has and what of it is free, and what the queue lets in.

use super::report::Report;
use super::{Asking, is_active};
use crate::entropy;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use weft_hadoop_conf::{Origin, ResourceManagerAddresses, Topic};
use weft_hadoop_rpc::Address;
use weft_yarn::lets_nobody_in;
use weft_yarn_client::ResourceManager;
use weft_yarn_client::proto::{NodeReport, NodeState, QueueState};

/// How long a NodeManager may take to answer a connection.
const NODE_PATIENCE: Duration = Duration::from_secs(2);
/// So many NodeManagers are connected to, spread over all of them.
const NODES: usize = 64;

/// Keys of which one says where the ResourceManager is.
const ADDRESSES: [&str; 3] =
    ["yarn.resourcemanager.hostname", "yarn.resourcemanager.address", "yarn.resourcemanager.ha.rm-ids"];

/// Asks the ResourceManager.
pub(super) async fn examine(asking: &Asking, report: &mut Report) {
    let is_configured =
        |key: &&str| asking.conf.get_with_origin(key).is_some_and(|(_, origin)| *origin != Origin::Default);
    if !ADDRESSES.iter().any(is_configured) {
        return report.info(Topic::Yarn, "no ResourceManager is asked: the configuration names none");
    }
    // What is wrong with the addresses was said by the configuration's own findings.
    let Ok(managers) = asking.conf.resource_managers() else { return };
    if managers.len() > 1 {
        pair(asking, &managers, report).await;
    }
    let addresses = managers.iter().map(|manager| Address::new(manager.client.host.clone(), manager.client.port));
    let addresses = addresses.collect();
    let manager = ResourceManager::new(addresses, asking.login(), Asking::options(), Arc::new(entropy::fill));
    match manager.cluster_metrics().await {
        Err(error) => return report.error(Topic::Yarn, error.to_string()),
        Ok(metrics) => {
            let (active, all) = (metrics.active, metrics.node_managers);
            report.info(Topic::Yarn, format!("the ResourceManager answers: {active} of {all} NodeManagers are active"));
            if active == 0 {
                report.error(Topic::Yarn, "no NodeManager is active, so no container can be started");
            }
            if metrics.unhealthy + metrics.lost > 0 {
                let message = format!("{} NodeManagers are unhealthy, {} lost", metrics.unhealthy, metrics.lost);
                report.warning(Topic::Yarn, message);
            }
        }
    }
    match manager.nodes(&[NodeState::NodeRunning]).await {
        Ok(running) => nodes(&running, report).await,
        Err(error) => report.warning(Topic::Yarn, format!("the NodeManagers are not known: {error}")),
    }
    queue(asking, &manager, report).await;
}

/// Which ResourceManager is the active one.
async fn pair(asking: &Asking, managers: &[ResourceManagerAddresses], report: &mut Report) {
    for manager in managers {
        let name = format!("ResourceManager {} ({})", manager.id.as_deref().unwrap_or("without id"), manager.admin);
        let address = Address::new(manager.admin.host.clone(), manager.admin.port);
        is_active(asking, Topic::Yarn, &name, address, report).await;
    }
}

/// What is free on the nodes, and whether they can be reached from here.
async fn nodes(running: &[NodeReport], report: &mut Report) {
    let free = |of: fn(&weft_yarn_client::proto::Resource) -> i64| {
        running.iter().map(|node| (of(&node.capability) - of(&node.used)).max(0)).sum::<i64>()
    };
    let (memory, cores) = (free(|resource| resource.memory), free(|resource| i64::from(resource.virtual_cores)));
    let count = running.len();
    report.info(Topic::Yarn, format!("{memory} mb and {cores} vcores are free on {count} running NodeManagers"));
    let some = running.iter().step_by(count.div_ceil(NODES).max(1));
    let asked = some.map(async |node| {
        let (host, port) = (node.node.host.clone(), node.node.port);
        let address = (host.as_str(), u16::try_from(port).unwrap_or(0));
        let why = match tokio::time::timeout(NODE_PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(_)) => return None,
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", NODE_PATIENCE.as_secs()),
        };
        Some(format!("NodeManager {host}:{port} cannot be reached from here: {why}"))
    });
    let asked = futures_util::future::join_all(asked).await;
    let (all, silent): (usize, Vec<String>) = (asked.len(), asked.into_iter().flatten().collect());
    if all > 0 && silent.is_empty() {
        report.info(Topic::Yarn, format!("{all} NodeManagers were connected to from here"));
    }
    // ApplicationMasters start containers, from another node; so this may be as it should be.
    silent.into_iter().for_each(|sentence| report.warning(Topic::Yarn, sentence));
}

async fn queue(asking: &Asking, manager: &ResourceManager, report: &mut Report) {
    let name = &asking.queue;
    match manager.queue(name).await {
        Err(error) => report.error(Topic::Yarn, format!("queue {name} cannot be looked at: {error}")),
        Ok(None) => {
            report.error(Topic::Yarn, format!("there is no queue {name}: set yarn.application.queue to one there is"));
        }
        Ok(Some(queue)) if queue.state() != QueueState::QueueRunning => {
            report.error(Topic::Yarn, format!("queue {name} takes no applications: it is stopped or draining"));
        }
        Ok(Some(_)) if manager.queue_acls().await.is_ok_and(|rights| lets_nobody_in(&rights, name)) => {
            report.error(
                Topic::Yarn,
                format!("queue {name} takes no applications of yours: have its administrator let you submit to it"),
            );
        }
        Ok(Some(queue)) => {
            let percent = |share: f32| f64::from(share) * 100.0;
            let (share, most, used) =
                (percent(queue.capacity), percent(queue.maximum_capacity), percent(queue.current_capacity));
            report.info(
                Topic::Yarn,
                format!("queue {name} takes applications: {share:.0} % of the cluster is its, {most:.0} % at most, and {used:.0} % of its own is used"),
            );
        }
    }
}
