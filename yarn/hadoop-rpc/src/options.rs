//! How long a client waits, and how much it takes.

use std::time::Duration;

/// Limits of a client. Every wait has one, and the error says what was waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcOptions {
    /// A call's time in all, over every address and repetition. Default 60 s. At most ten minutes: after that a NameNode
    /// forgets which calls it has already carried out, and a repetition is carried out again.
    pub call_timeout: Duration,
    /// For one connection: name look-up, TCP and authentication. Default 10 s.
    pub connect_timeout: Duration,
    /// A server with a call to answer that says nothing at all for so long is given up: the call goes to the next
    /// address, with its ids. Default 20 s.
    pub silence_timeout: Duration,
    /// With a call outstanding, a ping is sent after so much silence, so that a broken route is noticed. Default 10 s.
    pub ping_interval: Duration,
    /// A connection without calls is closed after one to two times this. Default 10 s.
    pub max_idle: Duration,
    /// The longest reply that is read, in bytes; a server that announces more is disconnected. Default 64 MiB.
    pub max_response_bytes: usize,
    /// The longest request that is sent, in bytes. Default 64 MiB, the smallest limit of any Hadoop 2 or 3.
    pub max_request_bytes: usize,
    /// The first wait before trying again, doubled from round to round. Default 100 ms.
    pub first_backoff: Duration,
    /// The longest wait before trying again. Default 2 s.
    pub max_backoff: Duration,
}

impl Default for RpcOptions {
    fn default() -> Self {
        RpcOptions {
            call_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            silence_timeout: Duration::from_secs(20),
            ping_interval: Duration::from_secs(10),
            max_idle: Duration::from_secs(10),
            max_response_bytes: 64 << 20,
            max_request_bytes: 64 << 20,
            first_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(2),
        }
    }
}
