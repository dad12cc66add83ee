//! ResourceManagers.

use super::{Finding, Topic, same_address, underscore};
use crate::{HadoopConf, ResourceManagerAddresses};

/// The ResourceManagers, and what is odd about them.
pub(super) fn findings(conf: &HadoopConf) -> Vec<Finding> {
    let mut findings = match conf.resource_managers() {
        Err(error) => vec![Finding::error(Topic::Yarn, &error)],
        Ok(managers) => of_managers(&managers),
    };
    findings.extend(ids_without_ha(conf));
    findings.extend(attempts(conf));
    findings.extend(logs(conf));
    findings
}

fn of_managers(managers: &[ResourceManagerAddresses]) -> Vec<Finding> {
    let name = |manager: &ResourceManagerAddresses| match &manager.id {
        Some(id) => format!("ResourceManager {id}"),
        None => "the ResourceManager".to_owned(),
    };
    let names: Vec<String> = managers.iter().map(name).collect();
    let named = || names.iter().map(String::as_str).zip(managers.iter().map(|manager| &manager.client));
    let listed =
        managers.iter().zip(&names).map(|(manager, name)| Finding::info(Topic::Yarn, addresses(name, manager)));
    let mut findings: Vec<Finding> = listed.collect();
    findings.extend(named().filter_map(|(name, address)| underscore(Topic::Yarn, name, address)));
    findings.extend(same_address(Topic::Yarn, named()));
    findings.extend(managers.iter().zip(&names).filter_map(|(manager, name)| anywhere(name, manager)));
    findings
}

fn addresses(name: &str, manager: &ResourceManagerAddresses) -> String {
    let ResourceManagerAddresses { client, scheduler, admin, webapp, webapp_tls, .. } = manager;
    let scheme = if *webapp_tls { "https" } else { "http" };
    format!("{name}: clients {client}, masters {scheduler}, administration {admin}, pages {scheme}://{webapp}")
}

/// Hadoop's default for the host is the address that means every address of the server's own.
fn anywhere(name: &str, manager: &ResourceManagerAddresses) -> Option<Finding> {
    (manager.client.host == "0.0.0.0").then(|| {
        let message = format!(
            "{name} is at 0.0.0.0, which from here is this machine, and from a container the container's own: set \
             yarn.resourcemanager.hostname in yarn-site.xml"
        );
        Finding::warning(Topic::Yarn, message)
    })
}

fn ids_without_ha(conf: &HadoopConf) -> Option<Finding> {
    let has_ids = !conf.list("yarn.resourcemanager.ha.rm-ids").is_empty();
    (has_ids && matches!(conf.boolean("yarn.resourcemanager.ha.enabled"), Ok(Some(false) | None))).then(|| {
        let message = "yarn.resourcemanager.ha.rm-ids lists ResourceManagers, but yarn.resourcemanager.ha.enabled is \
                       not true, so they are not used: set it to true in yarn-site.xml";
        Finding::warning(Topic::Yarn, message)
    })
}

fn attempts(conf: &HadoopConf) -> Option<Finding> {
    let attempts = conf.integer("yarn.resourcemanager.am.max-attempts").ok().flatten()?;
    (attempts <= 1).then(|| {
        let message = format!(
            "yarn.resourcemanager.am.max-attempts is {attempts}: an application whose master fails is not started \
             again; set at least 2 in the ResourceManager's yarn-site.xml"
        );
        Finding::warning(Topic::Yarn, message)
    })
}

fn logs(conf: &HadoopConf) -> Option<Finding> {
    let message = match conf.boolean("yarn.log-aggregation-enable").ok()?? {
        true => {
            let directory = conf.get("yarn.nodemanager.remote-app-log-dir").unwrap_or_default();
            format!("logs of finished containers are collected in {directory}")
        }
        false => "logs of finished containers stay on their nodes (yarn.log-aggregation-enable is false)".to_owned(),
    };
    Some(Finding::info(Topic::Yarn, message))
}
