//! NameNodes.

use super::{Finding, Topic, same_address, underscore};
use crate::{HadoopConf, HadoopConfError, Nameservice, Origin};

/// The default file system, and every name service.
pub(super) fn findings(conf: &HadoopConf) -> Vec<Finding> {
    let mut findings = vec![default_fs(conf)];
    let default = match conf.default_fs().starts_with("hdfs:") {
        true => conf.nameservice("").map(Some),
        false => Ok(None),
    };
    match &default {
        Err(error) => findings.push(Finding::error(Topic::Hdfs, error)),
        Ok(nameservice) => findings.extend(nameservice.iter().flat_map(|found| of_nameservice(conf, found))),
    }
    let default = default.ok().flatten();
    for name in conf.nameservice_names() {
        match conf.nameservice(name) {
            Err(error) => findings.extend(unusable(error, &findings)),
            Ok(nameservice) if default.as_ref() == Some(&nameservice) => {}
            Ok(nameservice) => findings.extend(of_nameservice(conf, &nameservice)),
        }
    }
    findings
}

/// A name service that nobody may need, unless it is the default one, of which it was said before.
fn unusable(error: HadoopConfError, said: &[Finding]) -> Option<Finding> {
    let message = error.to_string();
    let is_new = said.iter().all(|finding| finding.message != message);
    is_new.then(|| Finding::warning(Topic::Hdfs, message))
}

fn default_fs(conf: &HadoopConf) -> Finding {
    let default = conf.default_fs();
    match conf.get_with_origin("fs.defaultFS") {
        Some((_, origin)) if *origin != Origin::Default => {
            Finding::info(Topic::Hdfs, format!("paths that name no file system lie in {default} (from {origin})"))
        }
        _ => {
            let message = format!(
                "fs.defaultFS is not set, so {default} is Hadoop's default file system: set it in core-site.xml"
            );
            Finding::warning(Topic::Hdfs, message)
        }
    }
}

fn of_nameservice(conf: &HadoopConf, nameservice: &Nameservice) -> Vec<Finding> {
    let Nameservice { name, namenodes } = nameservice;
    let label = |namenode: &crate::NameNode| namenode.id.clone().unwrap_or_else(|| name.clone());
    let labels: Vec<String> = namenodes.iter().map(label).collect();
    let listed: Vec<String> =
        namenodes.iter().zip(&labels).map(|(namenode, label)| format!("{label} at {}", namenode.rpc_address)).collect();
    let mut findings = vec![Finding::info(Topic::Hdfs, format!("hdfs://{name}: NameNode {}", listed.join(", ")))];
    findings.extend(
        namenodes.iter().zip(&labels).filter_map(|(namenode, label)| {
            underscore(Topic::Hdfs, &format!("NameNode {label}"), &namenode.rpc_address)
        }),
    );
    let addresses = labels.iter().map(String::as_str).zip(namenodes.iter().map(|namenode| &namenode.rpc_address));
    findings.extend(same_address(Topic::Hdfs, addresses));
    findings.extend(logical(conf, nameservice));
    findings
}

/// What several NameNodes are expected to come with.
fn logical(conf: &HadoopConf, nameservice: &Nameservice) -> Vec<Finding> {
    if !nameservice.is_logical() {
        return Vec::new();
    }
    let name = &nameservice.name;
    let mut findings = Vec::new();
    if let [only] = nameservice.namenodes.as_slice() {
        let message = format!(
            "dfs.ha.namenodes.{name} lists one NameNode, {}: when it fails there is no other; list them all",
            only.rpc_address
        );
        findings.push(Finding::warning(Topic::Hdfs, message));
    }
    let provider = format!("dfs.client.failover.proxy.provider.{name}");
    if conf.get(&provider).is_none_or(str::is_empty) {
        let message = format!(
            "{provider} is not set: it is not needed here, but Hadoop's own tools take {name} for a host; set it in \
             hdfs-site.xml"
        );
        findings.push(Finding::warning(Topic::Hdfs, message));
    }
    if !conf.nameservice_names().contains(&name.as_str()) {
        let message = format!("dfs.nameservices does not list {name}, which has NameNodes: add it in hdfs-site.xml");
        findings.push(Finding::warning(Topic::Hdfs, message));
    }
    findings
}
