//! The REST API, and the clients that use it.

use crate::configuration::registry::section;
use std::time::Duration;

section! {
    "REST and clients",
    "Where the JobManager is reached by people, dashboards and the command line.";

    /// The host at which clients reach the JobManager. If it is not set: `jobmanager.rpc.address`.
    REST_ADDRESS: Option<String> = "rest.address";

    /// The port at which clients reach the JobManager.
    REST_PORT: u16 = "rest.port".default("8081");

    /// The host at which the JobManager listens for clients.
    REST_BIND_ADDRESS: String = "rest.bind-address".default("localhost");

    /// The ports at which the JobManager may listen for clients, such as `8081-8090`; 0: any. If it is not set: `rest.port`.
    REST_BIND_PORT: Option<String> = "rest.bind-port";

    /// Whether clients may submit programs. `weft run` that shows the token of `rest.token-file` always may.
    WEB_SUBMIT_ENABLE: bool = "web.submit.enable".default("true");

    /// Whether clients may cancel jobs. Those that show the token of `rest.token-file` always may.
    WEB_CANCEL_ENABLE: bool = "web.cancel.enable".default("true");

    /// A file with the token that clients must show, readable by its owner alone. The command line shows it where the file is set; if it is not
    /// set: nobody is asked for one.
    REST_TOKEN_FILE: Option<String> = "rest.token-file";

    /// How long a client waits for a connection to the JobManager.
    REST_CONNECTION_TIMEOUT: Duration = "rest.connection-timeout".default("15 s").must("more than 0", |d| !d.is_zero());

    /// How long a client waits for an answer of the JobManager, and how long it asks again when none comes.
    CLIENT_TIMEOUT: Duration = "client.timeout".default("1 min").must("more than 0", |d| !d.is_zero());

    /// The longest that a client waits before it asks again.
    CLIENT_RETRY_PERIOD: Duration = "client.retry-period".default("2 s").must("more than 0", |d| !d.is_zero());
}
