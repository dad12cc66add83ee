//! Where the ResourceManagers' proxies are, by whom people look at an application.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::sync::watch;
use weft_hadoop_conf::HadoopConf;

/// How often names are resolved anew: a proxy may move.
const REFRESH: Duration = Duration::from_secs(60);

/// The addresses of the proxies, resolved from time to time for as long as somebody holds the receiver.
pub(super) fn addresses(conf: &HadoopConf) -> watch::Receiver<BTreeSet<IpAddr>> {
    let hosts = hosts(conf);
    let (sender, receiver) = watch::channel(BTreeSet::new());
    tokio::spawn(async move {
        while !sender.is_closed() {
            let mut found = BTreeSet::new();
            for host in &hosts {
                match lookup_host((host.as_str(), 0)).await {
                    Ok(addresses) => found.extend(addresses.flat_map(|address| as_seen(address.ip().to_canonical()))),
                    Err(error) => tracing::warn!("the address of YARN's proxy at {host} is not known: {error}"),
                }
            }
            sender.send_if_modified(|known| {
                let changed = *known != found;
                if changed {
                    *known = found;
                }
                changed
            });
            tokio::select! {
                () = tokio::time::sleep(REFRESH) => {}
                () = sender.closed() => {}
            }
        }
    });
    receiver
}

/// The addresses that connections from a machine come from. On a loopback network all of them come from one, whichever the machine's own is.
fn as_seen(address: IpAddr) -> impl Iterator<Item = IpAddr> {
    let loopback = address.is_loopback() && address.is_ipv4();
    std::iter::once(address).chain(loopback.then_some(IpAddr::V4(Ipv4Addr::LOCALHOST)))
}

/// A proxy of its own, if there is one; otherwise every ResourceManager is one.
fn hosts(conf: &HadoopConf) -> BTreeSet<String> {
    let configured = conf.get("yarn.web-proxy.address").filter(|address| !address.is_empty());
    if let Some(address) = configured {
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        return BTreeSet::from([host.to_owned()]);
    }
    let managers = conf.resource_managers().unwrap_or_default();
    managers.into_iter().map(|manager| manager.webapp.host).collect()
}
