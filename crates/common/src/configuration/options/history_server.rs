//! Where jobs of clusters that are gone can be looked at.

use crate::configuration::registry::section;

section! {
    "History server",
    "Where jobs of clusters that are gone can be looked at.";

    /// The host of the history server. If it is set, an application on YARN leaves its address behind as tracking URL.
    HISTORY_SERVER_ADDRESS: Option<String> = "historyserver.web.address";

    /// The port of the history server.
    HISTORY_SERVER_PORT: u16 = "historyserver.web.port".default("8082");
}
