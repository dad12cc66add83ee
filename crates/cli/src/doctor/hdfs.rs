//! The NameNodes: who answers, and whether files can be made where applications would make them.

use super::report::Report;
use super::{Asking, is_active};
use crate::entropy;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use weft_hadoop_conf::{Finding, Nameservice, Severity, Topic};
use weft_hadoop_rpc::hdfs::NameNode;
use weft_hadoop_rpc::{Address, RpcError};

/// Clocks that differ by more than this are said to.
const SKEW: u64 = 60_000;
/// What a quota is where there is none.
const UNLIMITED: u64 = u64::MAX;
/// So full a quota is said to be.
const NEARLY: f64 = 0.9;

/// Asks the NameNodes of the default file system.
pub(super) async fn examine(asking: &Asking, report: &mut Report) {
    if !asking.conf.default_fs().starts_with("hdfs:") {
        return report.info(Topic::Hdfs, "no NameNode is asked: the default file system is not HDFS");
    }
    // What is wrong with it was said by the configuration's own findings.
    let Ok(nameservice) = asking.conf.nameservice("") else { return };
    let addresses: Vec<Address> = nameservice.namenodes.iter().map(|node| address(&node.rpc_address)).collect();
    if nameservice.is_logical() {
        pair(asking, &nameservice, &addresses, report).await;
    }
    let name = format!("the NameNode of {}", nameservice.name);
    let name_node = NameNode::new(name, addresses, asking.login(), Asking::options(), Arc::new(entropy::fill));
    match name_node.fs_stats().await {
        Err(error) => return report.error(Topic::Hdfs, error.to_string()),
        Ok(stats) => {
            let gigabytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
            let (free, all) = (gigabytes(stats.remaining), gigabytes(stats.capacity));
            report.info(Topic::Hdfs, format!("{} answers: {free:.1} of {all:.1} GiB are free", nameservice.name));
            if stats.missing_blocks > 0 {
                report.warning(Topic::Hdfs, format!("{} blocks of files are missing", stats.missing_blocks));
            }
        }
    }
    match name_node.is_in_safe_mode().await {
        Ok(false) => {}
        Ok(true) => report.error(
            Topic::Hdfs,
            "the NameNode is in safe mode, so nothing can be written: wait until enough DataNodes have reported, or end it \
             with `hdfs dfsadmin -safemode leave`",
        ),
        Err(error) => report.warning(Topic::Hdfs, format!("whether there is safe mode is not known: {error}")),
    }
    let Some(directory) = staging(asking, &nameservice) else {
        let elsewhere = asking.staging.as_deref().unwrap_or_default();
        let message =
            format!("applications are staged in {elsewhere} (yarn.staging-directory), which is not looked at");
        return report.info(Topic::Hdfs, message);
    };
    match &asking.staging {
        None => home(asking, &name_node, &directory, report).await,
        Some(_) => configured(&name_node, &directory, report).await,
    }
}

/// The directory below which applications are staged, if it is in the default file system.
fn staging(asking: &Asking, nameservice: &Nameservice) -> Option<String> {
    let Some(text) = &asking.staging else { return Some(format!("/user/{}", asking.user)) };
    let path = match text.split_once("://") {
        None => text.as_str(),
        Some(("hdfs", rest)) => {
            let (authority, _) = rest.split_once('/').unwrap_or((rest, ""));
            let is_default = authority.is_empty()
                || authority == nameservice.name
                || nameservice.namenodes.iter().any(|node| node.rpc_address.to_string() == authority);
            rest.get(authority.len()..).filter(|_| is_default)?
        }
        Some(_) => return None,
    };
    Some(format!("/{}", path.trim_matches('/')))
}

fn address(configured: &weft_hadoop_conf::Address) -> Address {
    Address::new(configured.host.clone(), configured.port)
}

/// Which NameNode is the active one.
async fn pair(asking: &Asking, nameservice: &Nameservice, addresses: &[Address], report: &mut Report) {
    let mut is_one = false;
    for (node, address) in nameservice.namenodes.iter().zip(addresses) {
        let name = format!("NameNode {} ({})", node.id.as_deref().unwrap_or("without id"), node.rpc_address);
        is_one |= is_active(asking, Topic::Hdfs, &name, address.clone(), report).await;
    }
    if !is_one {
        report.error(Topic::Hdfs, format!("no NameNode of {} is active", nameservice.name));
    }
}

/// The user's home, in which applications are staged unless something else is said.
async fn home(asking: &Asking, name_node: &NameNode, home: &str, report: &mut Report) {
    match name_node.file_info(home).await {
        Ok(Some(_)) => {}
        Ok(None) => {
            return report.error(
                Topic::Hdfs,
                format!(
                    "there is no home directory {home}, where applications are staged: have an administrator make it \
                     (hdfs dfs -mkdir {home}; hdfs dfs -chown {} {home})",
                    asking.user
                ),
            );
        }
        Err(error) => return report.error(Topic::Hdfs, format!("the home directory cannot be looked at: {error}")),
    }
    room(name_node, home, report).await;
}

/// A directory that the configuration names. It is made where it is missing, so what counts is what is there of it.
async fn configured(name_node: &NameNode, directory: &str, report: &mut Report) {
    let mut there = directory;
    // The root is always there.
    while there != "/" {
        match name_node.file_info(there).await {
            Ok(Some(_)) => break,
            Ok(None) => {
                there = there.rsplit_once('/').map_or("/", |(above, _)| if above.is_empty() { "/" } else { above })
            }
            Err(error) => return report.error(Topic::Hdfs, format!("{directory} cannot be looked at: {error}")),
        }
    }
    room(name_node, there, report).await;
}

/// Whether something can be made in a directory, and how much.
async fn room(name_node: &NameNode, directory: &str, report: &mut Report) {
    match name_node.quota_usage(directory).await {
        Ok(usage) => {
            quota(report, directory, "names", usage.file_and_directory_count, usage.quota);
            quota(report, directory, "bytes", usage.space_consumed, usage.space_quota);
        }
        Err(error) => report.warning(Topic::Hdfs, format!("the quotas of {directory} are not known: {error}")),
    }
    if let Err(error) = probe(name_node, directory, report).await {
        report.error(Topic::Hdfs, format!("nothing can be staged in {directory}: {error}"));
    }
}

fn quota(report: &mut Report, home: &str, what: &str, used: u64, quota: u64) {
    if quota == UNLIMITED {
        return;
    }
    let message = format!("{used} of {quota} {what} of the quota of {home} are used");
    match used as f64 >= quota as f64 * NEARLY {
        true => report.warning(Topic::Hdfs, message),
        false => report.info(Topic::Hdfs, message),
    }
}

/// Makes a directory and removes it; its time tells the NameNode's clock.
async fn probe(name_node: &NameNode, home: &str, report: &mut Report) -> Result<(), RpcError> {
    let mut random = [0; 8];
    entropy::fill(&mut random);
    let path = format!("{}/.weft-doctor-{:016x}", home.trim_end_matches('/'), u64::from_le_bytes(random));
    name_node.mkdirs(&path, 0o700, false).await?;
    let made = name_node.file_info(&path).await;
    name_node.delete(&path, true).await?;
    report.info(Topic::Hdfs, format!("applications can be staged in {home}"));
    if let Some(made) = made? {
        let here = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        report.add(clocks(u64::try_from(here.as_millis()).unwrap_or(u64::MAX), made.modification_time));
    }
    Ok(())
}

/// What the clocks of this machine and of the NameNode show at the same time, in milliseconds. Tokens expire by one of them and are
/// renewed by the other, and files that are removed by their age are as old as the NameNode says.
fn clocks(here: u64, there: u64) -> Finding {
    let skew = here.abs_diff(there);
    let message = format!("the clocks of the NameNode and of this machine differ by {:.1} s", skew as f64 / 1000.0);
    match skew > SKEW {
        true => {
            Finding { severity: Severity::Warning, topic: Topic::Hdfs, message: format!("{message}: set them by NTP") }
        }
        false => Finding { severity: Severity::Info, topic: Topic::Hdfs, message },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_a_minute_apart_are_warned_of() {
        for (here, there, severity, said) in [
            (1_000_000, 1_000_000, Severity::Info, "differ by 0.0 s"),
            (1_060_000, 1_000_000, Severity::Info, "differ by 60.0 s"),
            (1_061_000, 1_000_000, Severity::Warning, "differ by 61.0 s: set them by NTP"),
            (1_000_000, 4_600_000, Severity::Warning, "differ by 3600.0 s: set them by NTP"),
        ] {
            let found = clocks(here, there);
            assert!(found.severity == severity && found.message.ends_with(said), "{found:?}");
        }
    }
}
