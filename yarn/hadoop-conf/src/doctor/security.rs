//! Authentication and protection.

use super::{Finding, Topic};
use crate::{Authentication, HadoopConf, HadoopConfError, Protection};

/// What is asked for, and what does not fit together.
pub(super) fn findings(conf: &HadoopConf) -> Vec<Finding> {
    let parts = [authentication(conf), rpc(conf), data(conf)];
    parts
        .into_iter()
        .flat_map(|part| part.unwrap_or_else(|error| vec![Finding::error(Topic::Security, &error)]))
        .collect()
}

fn authentication(conf: &HadoopConf) -> Result<Vec<Finding>, HadoopConfError> {
    Ok(match conf.authentication()? {
        Authentication::Simple => {
            vec![Finding::info(
                Topic::Security,
                "no proof of identity is asked for: the cluster believes the user's name",
            )]
        }
        Authentication::Kerberos => kerberos(conf)?,
    })
}

fn kerberos(conf: &HadoopConf) -> Result<Vec<Finding>, HadoopConfError> {
    let asked = "Kerberos is asked for: a ticket, or a file of delegation tokens named by HADOOP_TOKEN_FILE_LOCATION, \
                 is needed";
    let mut findings = vec![Finding::info(Topic::Security, asked)];
    for (key, who) in
        [("dfs.namenode.kerberos.principal", "the NameNode"), ("yarn.resourcemanager.principal", "the ResourceManager")]
    {
        if conf.get(key).is_none_or(str::is_empty) {
            let message =
                format!("{key} is not set: {who} cannot be told from an impostor, so its tickets are refused; set it");
            findings.push(Finding::warning(Topic::Security, message));
        }
    }
    if conf.boolean("ipc.client.fallback-to-simple-auth-allowed")? == Some(true) {
        let message = "ipc.client.fallback-to-simple-auth-allowed is true: a server that asks for no proof is \
                       believed to be the right one; set it to false unless you copy from such a cluster";
        findings.push(Finding::warning(Topic::Security, message));
    }
    Ok(findings)
}

fn rpc(conf: &HadoopConf) -> Result<Vec<Finding>, HadoopConfError> {
    let message = format!("calls are protected by {} (hadoop.rpc.protection)", named(&conf.rpc_protection()?));
    Ok(vec![Finding::info(Topic::Security, message)])
}

fn data(conf: &HadoopConf) -> Result<Vec<Finding>, HadoopConfError> {
    let protections = conf.data_transfer_protection()?;
    let encrypted = conf.boolean("dfs.encrypt.data.transfer")? == Some(true);
    let message = match (protections.as_slice(), encrypted) {
        ([], false) => {
            "data to and from DataNodes is not protected (dfs.data.transfer.protection is not set)".to_owned()
        }
        (_, true) => "data to and from DataNodes is encrypted (dfs.encrypt.data.transfer)".to_owned(),
        (some, false) => {
            format!("data to and from DataNodes is protected by {} (dfs.data.transfer.protection)", named(some))
        }
    };
    let mut findings = vec![Finding::info(Topic::Security, message)];
    let private = encrypted || protections.contains(&Protection::Privacy);
    if private && conf.list("dfs.encrypt.data.transfer.cipher.suites").is_empty() {
        let message = "data is encrypted with an old and slow cipher, ten times as slow as AES: set \
                       dfs.encrypt.data.transfer.cipher.suites to AES/CTR/NoPadding in hdfs-site.xml here and on the \
                       DataNodes";
        findings.push(Finding::warning(Topic::Security, message));
    }
    Ok(findings)
}

fn named(protections: &[Protection]) -> String {
    protections.iter().map(Protection::to_string).collect::<Vec<_>>().join(" or ")
}
