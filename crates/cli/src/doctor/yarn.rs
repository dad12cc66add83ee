//! The ResourceManagers: who answers, what the cluster has, and what the queue lets in.

use super::Asking;
use super::report::Report;
use crate::entropy;
use std::sync::Arc;
use weft_hadoop_conf::{Origin, Topic};
use weft_hadoop_rpc::Address;
use weft_yarn_client::ResourceManager;
use weft_yarn_client::proto::QueueState;

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
    queue(asking, &manager, report).await;
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
