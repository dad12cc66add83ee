//! A page of a process's own metrics, for Prometheus.

use anyhow::Context;
use weft_common::configuration::{ConfigError, Configuration, options};
use weft_rest::{MetricsPage, RestServer, RestSettings, VersionInfo};
use weft_rpc::listener::{PortRange, listen};

/// Where the reporter is when nothing says so: two processes of a machine find a port each.
const PORTS: &str = "9249-9259";
/// The name of the reporter.
const PROMETHEUS: &str = "prom";

/// Serves `page` at `bind_host`, if the configuration asks for it. Must be called within a tokio runtime.
pub(super) fn serve(
    configuration: &Configuration,
    bind_host: &str,
    version: VersionInfo,
    page: MetricsPage,
) -> anyhow::Result<Option<RestServer>> {
    let Some(ports) = ports(configuration)? else { return Ok(None) };
    let key = options::PROMETHEUS_PORT.key();
    let ports: PortRange = ports.parse().context(key)?;
    let listener = listen(bind_host, &ports).with_context(|| format!("metrics for Prometheus ({key})"))?;
    let server = RestServer::of_metrics(listener, &RestSettings::new(version), page)?;
    tracing::info!("metrics for Prometheus at http://{bind_host}:{}/metrics", server.address().port());
    Ok(Some(server))
}

/// The ports of the reporter, if it is to be started.
fn ports(configuration: &Configuration) -> Result<Option<String>, ConfigError> {
    let ports = configuration.get(&options::PROMETHEUS_PORT)?;
    let configured = ports.is_some() || configuration.get(&options::PROMETHEUS_FACTORY)?.is_some();
    let named = configuration.get(&options::METRICS_REPORTERS)?;
    let wanted = named.map_or(configured, |names| names.split(',').any(|name| name.trim() == PROMETHEUS));
    Ok(wanted.then(|| ports.unwrap_or_else(|| PORTS.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reporter_is_started_where_it_is_asked_for() {
        let factory =
            "metrics.reporter.prom.factory.class=org.apache.flink.metrics.prometheus.PrometheusReporterFactory";
        let table: [(&[&str], Option<&str>); 7] = [
            (&[], None),
            (&["metrics.reporter.prom.port=9300"], Some("9300")),
            (&[factory], Some(PORTS)),
            (&["metrics.reporters=slf4j, prom"], Some(PORTS)),
            (&["metrics.reporters=prom", "metrics.reporter.prom.port=9250-9260"], Some("9250-9260")),
            (&["metrics.reporters=slf4j", "metrics.reporter.prom.port=9250-9260"], None),
            (&["metrics.reporters=slf4j", factory], None),
        ];
        for (keys, expected) in table {
            let mut configuration = Configuration::new();
            configuration.apply_dynamic(keys).unwrap();
            assert_eq!(ports(&configuration).unwrap().as_deref(), expected, "{keys:?}");
        }
    }
}
