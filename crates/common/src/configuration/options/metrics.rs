//! Where metrics are read.

use crate::configuration::registry::section;

section! {
    "Metrics",
    "Where metrics are read, besides the REST API. The JobManager's REST always has those of the whole cluster at `/metrics`.";

    /// The ports at which each process may serve a page of its own metrics to Prometheus, such as `9250-9260`, at its bind host. When it is set,
    /// or the reporter is asked for without it (`9249-9259` then), every JobManager and TaskManager has such a page.
    PROMETHEUS_PORT: Option<String> = "metrics.reporter.prom.port";

    /// Asks for the reporter `prom`. What class the value names does not matter: there is one way to write metrics for Prometheus here.
    PROMETHEUS_FACTORY: Option<String> =
        "metrics.reporter.prom.factory.class".deprecated(&["metrics.reporter.prom.class"]);

    /// Which reporters are started, by name, separated by commas: `prom` is the one there is. If it is not set: those that are configured.
    METRICS_REPORTERS: Option<String> = "metrics.reporters";
}
